"""Average the weights of models: ``python scripts/average.py MODEL … output.dir=FOLDER [weights=[…]]``."""

from pathlib import Path

from ner.command import Settings, run, save_record
from ner.config import read_config
from ner.training_config import AverageConfig
from ner.training_run import average_models, read_collection, save_and_evaluate


def main(settings: Settings) -> None:
    config = read_config(AverageConfig, settings)
    folder = Path(config.output.dir)
    collection = read_collection(config.data)
    mean = average_models(config, collection)
    save_record(folder, settings)
    save_and_evaluate(mean, config, collection, folder)


if __name__ == "__main__":
    run("average", main, paths_key="models")
