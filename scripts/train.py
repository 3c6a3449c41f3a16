"""Fine-tune a token classifier on the annotated collection: ``python scripts/train.py [key=value …]``."""

from pathlib import Path

from ner.command import Settings, run, save_record
from ner.config import read_config
from ner.model.checkpoint import resolve_model
from ner.training_config import TrainConfig
from ner.training_run import read_collection, train_and_evaluate


def main(settings: Settings) -> None:
    config = read_config(TrainConfig, settings)
    folder = Path(config.output.dir)
    collection = read_collection(config.data)
    resolve_model(config.model.path, config.model.revision)  # or the record of an earlier run would be gone
    save_record(folder, settings)
    train_and_evaluate(config, collection, folder)


if __name__ == "__main__":
    run("train", main)
