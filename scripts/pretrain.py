"""Adapt an encoder to plain text: ``python scripts/pretrain.py texts/ [key=value …]``."""

from pathlib import Path

from ner.command import Settings, run, save_record
from ner.config import read_config
from ner.model.checkpoint import resolve_model
from ner.pretraining.pretraining import pretrain
from ner.training_config import PretrainConfig


def main(settings: Settings) -> None:
    config = read_config(PretrainConfig, settings)
    folder, model = Path(config.output.dir), config.model
    resolve_model(model.path, model.revision)  # or the record of an earlier run would be gone
    save_record(folder, settings)
    pretrain(model.path, config.corpus, config.trainer, config.mask, folder, model.revision)
    print(f"encoder and loss history in {folder}")


if __name__ == "__main__":
    run("pretrain", main, paths_key="corpus.files")
