"""Convert annotations: ``python scripts/convert.py INPUT … output=FILE`` (.json .bio .jsonl .dataset or a folder)."""

from pathlib import Path

from ner.command import Settings, run
from ner.formats.conversion import convert


def main(settings: Settings) -> None:
    inputs = [Path(path) for path in settings["inputs"]]
    texts = [Path(path) for path in settings["texts"]]
    target, splits = Path(settings["output"]), settings["splits"] and Path(settings["splits"])
    for line in convert(inputs, target, settings["from"], settings["to"], texts, settings["types"], splits):
        print(line)


if __name__ == "__main__":
    run("convert", main, paths_key="inputs")
