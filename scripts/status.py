"""Show where a Label Studio project stands and what a pull would do: ``python scripts/status.py [key=value …]``."""

from pathlib import Path

from ner.command import Settings, run
from ner.config import StatusConfig, read_config
from ner.labelling.interface import read_interface
from ner.labelling.server import Server, connection, read_settings
from ner.labelling.status import status


def main(settings: Settings) -> None:
    config, place = read_config(StatusConfig, settings), read_settings(settings["label_studio"])
    interface = read_interface(Path(place.interface))
    server = Server(connection(place.url, place.api_key))
    print("\n".join(status(server, place.project, interface, Path(config.output), config.collection)))


if __name__ == "__main__":
    run("status", main)
