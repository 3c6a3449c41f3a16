"""Fine-tune a token classifier on the annotated collection: ``python scripts/train.py [key=value …]``."""

from pathlib import Path

from ner.command import Settings, run, save_record
from ner.training_run import train_and_evaluate


def main(settings: Settings) -> None:
    folder = Path(settings["output"]["dir"])
    save_record(folder, settings)
    train_and_evaluate(settings, folder)


if __name__ == "__main__":
    run("train", main)
