"""Derive the encoder that ships: ``python scripts/derive_encoder.py source=e5-small-q4.bin``."""

from pathlib import Path

from ner.command import Settings, run
from ner.config import DeriveEncoderConfig, read_config
from ner.model.e5 import derive_encoder


def main(settings: Settings) -> None:
    config = read_config(DeriveEncoderConfig, settings)
    parameters = derive_encoder(Path(config.source), config.layers, Path(config.output), config.random)
    print(f"{parameters:,} parameters, {config.layers} layers, in {config.output}")


if __name__ == "__main__":
    run("derive_encoder", main)
