"""Extract entities from raw articles: ``python scripts/predict.py PATH … [key=value …]``."""

from pathlib import Path

from ner.command import Settings, run, save_record
from ner.config import PredictConfig, read_config
from ner.documents import read_documents
from ner.extractor import Extractor
from ner.model.version import model_version
from ner.prediction import predict


def main(settings: Settings) -> None:
    config = read_config(PredictConfig, settings)
    model = config.model
    extractor = Extractor.from_pretrained(model.path, model.revision, model.device, model.batch_size)
    version = model.version or model_version(model.path, model.revision)
    articles = list(read_documents(config.inputs, config.max_bytes))
    save_record(Path(config.output.dir), settings)
    predict(extractor, articles, config.output, config.resume, model=version)


if __name__ == "__main__":
    run("predict", main, paths_key="inputs")
