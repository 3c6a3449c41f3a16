"""The same run under several settings and seeds: ``python scripts/compare.py experiment=NAME [key=value …]``."""

from pathlib import Path

from ner.command import Settings, run, save_record
from ner.comparison import compare


def main(settings: Settings) -> None:
    folder = Path(settings["output"]["dir"])
    save_record(folder, settings)
    compare(settings, folder)


if __name__ == "__main__":
    run("compare", main)
