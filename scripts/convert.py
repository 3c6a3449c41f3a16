"""Convert annotations: ``python scripts/convert.py INPUT … output=FILE`` (.json .bio .jsonl .dataset or a folder)."""

from pathlib import Path

from ner.command import Settings, run
from ner.config import ConvertConfig, read_config
from ner.formats.conversion import convert


def main(settings: Settings) -> None:
    config = read_config(ConvertConfig, settings)
    inputs, texts = [Path(path) for path in config.inputs], [Path(path) for path in config.texts]
    target, splits = Path(config.output), Path(config.splits) if config.splits else None
    for line in convert(inputs, target, settings["from"], settings["to"], texts, config.types, splits):
        print(line)


if __name__ == "__main__":
    run("convert", main, paths_key="inputs")
