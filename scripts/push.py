"""Send articles with predictions to Label Studio: ``python scripts/push.py PATH … [key=value …]``."""

from pathlib import Path

from ner.command import Settings, run
from ner.config import PushConfig, read_config
from ner.documents import read_documents
from ner.extractor import Extractor
from ner.labelling.push import push, write_import
from ner.labelling.server import Server, connection, read_settings
from ner.model.version import model_version


def main(settings: Settings) -> None:
    config, place = read_config(PushConfig, settings), read_settings(settings["label_studio"])
    model = config.model
    target = Path(config.export) if config.export else Server(connection(place.url, place.api_key))
    version = model.version or model_version(model.path, model.revision)
    extractor = Extractor.from_pretrained(model.path, model.revision, model.device, model.batch_size)
    articles = read_documents(config.inputs, config.max_bytes)
    if isinstance(target, Path):
        summary = write_import(articles, extractor.extract, version, target, config.order)
    else:
        summary = push(target, articles, extractor.extract, version, place, config.order)
    print("\n".join(summary.lines()))


if __name__ == "__main__":
    run("push", main, paths_key="inputs")
