"""Derive the encoder that ships: ``python scripts/derive_encoder.py source=e5-small-q4.bin``."""

from pathlib import Path

from ner.command import Settings, run
from ner.model.e5 import derive_encoder


def main(settings: Settings) -> None:
    folder = Path(settings["output"])
    parameters = derive_encoder(Path(settings["source"]), settings["layers"], folder, settings["random"])
    print(f"{parameters:,} parameters, {settings['layers']} layers, in {folder}")


if __name__ == "__main__":
    run("derive_encoder", main)
