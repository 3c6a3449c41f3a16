"""Average the weights of models: ``python scripts/average.py MODEL … output.dir=FOLDER [weights=[…]]``."""

from pathlib import Path

from ner.command import Settings, run, save_record
from ner.training_run import average_and_evaluate


def main(settings: Settings) -> None:
    folder = Path(settings["output"]["dir"])
    save_record(folder, settings)
    average_and_evaluate(settings, folder)


if __name__ == "__main__":
    run("average", main, paths_key="models")
