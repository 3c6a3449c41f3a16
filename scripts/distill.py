"""Teach one model what several say on average: ``python scripts/distill.py TEACHER … output.dir=FOLDER``."""

from pathlib import Path

from ner.command import Settings, run, save_record
from ner.config import read_config
from ner.distillation_texts import gather_texts
from ner.model.average import shares_of
from ner.model.checkpoint import resolve_model
from ner.model.distillation import distill
from ner.training_config import DistillConfig
from ner.training_run import evaluate_on_dev, read_collection


def main(settings: Settings) -> None:
    config = read_config(DistillConfig, settings)
    folder = Path(config.output.dir)
    collection = read_collection(config.data)
    texts = gather_texts(collection, config.augmentation, config.texts)
    print("\n".join([*texts.notes, f"{len(texts.texts)} texts, {sum(map(len, texts.texts)):,} characters"]))
    for name in (*config.teachers, config.student):
        resolve_model(name)  # here and not later, or the record of an earlier run would be gone
    shares_of(config.teachers, config.weights, "teachers")
    save_record(folder, settings)
    distill(config.teachers, config.student, texts.texts, folder, config.trainer, config.weights)
    evaluate_on_dev(folder, collection.split("dev"), config.calibrate)


if __name__ == "__main__":
    run("distill", main, paths_key="teachers")
