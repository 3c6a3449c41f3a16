"""Extract entities from raw articles: ``python scripts/predict.py PATH … [key=value …]``."""

from pathlib import Path

from ner.command import Settings, run, save_record
from ner.extractor import Extractor
from ner.model.version import model_version
from ner.prediction import OutputSettings, predict
from ner.settings import build


def main(settings: Settings) -> None:
    output = build(OutputSettings, settings["output"], "output")
    model = settings["model"]
    extractor = Extractor.from_pretrained(model["path"], model["revision"], model["device"], model["batch_size"])
    save_record(Path(output.dir), settings)
    version = model_version(model["path"], model["revision"])
    predict(extractor, settings["inputs"], output, settings["resume"], settings["max_bytes"], model=version)


if __name__ == "__main__":
    run("predict", main, paths_key="inputs")
