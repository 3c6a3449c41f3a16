"""The same run under several settings and seeds: ``python scripts/compare.py experiment=NAME [key=value …]``."""

from pathlib import Path

from ner.command import Settings, run, save_record
from ner.comparison import ComparisonSettings, compare, read_variants
from ner.settings import build


def main(settings: Settings) -> None:
    comparison = build(ComparisonSettings, settings["comparison"], "comparison")
    variants = read_variants(settings, comparison)
    folder = Path(settings["output"]["dir"])
    save_record(folder, settings)
    compare(variants, comparison, folder)


if __name__ == "__main__":
    run("compare", main)
