"""Send articles with predictions to Label Studio: ``python scripts/push.py PATH … [key=value …]``."""

from pathlib import Path

from ner.command import Settings, run
from ner.documents import read_documents
from ner.extractor import Extractor
from ner.labelling.push import push, write_import
from ner.labelling.server import Server, connection, read_settings
from ner.model.version import model_version


def main(settings: Settings) -> None:
    model, export = settings["model"], settings["export"]
    place = read_settings(settings["label_studio"])
    server = None if export else Server(connection(place.url, place.api_key))
    version = model["version"] or model_version(model["path"], model["revision"])
    extractor = Extractor.from_pretrained(model["path"], model["revision"], model["device"], model["batch_size"])
    articles = read_documents(settings["inputs"], settings["max_bytes"])
    if server is None:
        summary = write_import(articles, extractor.extract, version, Path(export), settings["order"])
    else:
        summary = push(server, articles, extractor.extract, version, place, settings["order"])
    print("\n".join(summary.lines()))


if __name__ == "__main__":
    run("push", main, paths_key="inputs")
