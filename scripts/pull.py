"""Pull finished annotations into the collection: ``python scripts/pull.py [EXPORT …] [key=value …]``."""

from pathlib import Path

from ner.command import Settings, run
from ner.config import PullConfig, read_config
from ner.labelling.pull import pull
from ner.labelling.server import Server, connection, read_settings
from ner.labelling.sources import ExportSource, Source, find_source


def main(settings: Settings) -> None:
    config, place = read_config(PullConfig, settings), read_settings(settings["label_studio"])
    source: Source
    if config.exports:
        source = ExportSource([Path(path) for path in config.exports], place.project)
    else:
        source = find_source(Server(connection(place.url, place.api_key)), place.project)
    summary = pull(source, Path(config.output), config.collection, config.force)
    print("\n".join(summary.lines()))


if __name__ == "__main__":
    run("pull", main, paths_key="exports")
