"""A training run from plain settings to a complete run folder."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from ner.data.collection import Collection, DataSettings, load_collection, select_documents
from ner.data.noise import noisy_copies
from ner.errors import NerError
from ner.evaluation.calibration import Calibration, calibration_error
from ner.evaluation.evaluation import Evaluation, evaluate
from ner.extractor import Extractor
from ner.model.average import average
from ner.model.checkpoint import Checkpoint, TextSettings, load_checkpoint, save_checkpoint, save_settings
from ner.model.terms import count_terms
from ner.model.training import TrainingResult, train
from ner.spans import AnnotatedDocument
from ner.tags import TagSet
from ner.text.cleaner import Cleaner
from ner.training_config import AverageConfig, TrainConfig, TrialConfig
from ner.trials import Recipe


def read_collection(data: DataSettings) -> Collection:
    """The collection of a run; what could not be kept is printed. Raises NerError if it cannot be read."""
    collection = load_collection(data.collection, data.splits, data.extra, data.types)
    for line in (*collection.notes, *map(str, collection.refusals)):
        print(f"note: {line}")
    return collection


def train_and_evaluate(config: TrainConfig, collection: Collection, folder: Path) -> Evaluation | None:
    """Train on the collection's train split, keep the best epoch on dev, and evaluate what was saved on dev.

    Writes the model, ``ledger.json``, ``history.json`` and ``dev.json`` / ``.txt`` / ``.html`` to ``folder``. Returns
    the evaluation of the model as loaded from there; None on all but the main process of a distributed run.
    """
    train_documents, dev_documents = collection.split("train"), collection.split("dev")
    terms = count_terms(train_documents, Cleaner(config.cleaning), config.trainer.terms)
    train_documents = [*train_documents, *noisy_copies(train_documents, config.augmentation)]
    print(f"training on {len(train_documents)} articles, choosing by {len(dev_documents)} dev articles")
    model, tags = config.model, TagSet(config.data.types)
    text = TextSettings(config.cleaning, config.window, terms=terms)
    result = train(train_documents, dev_documents, model.path, folder, config.trainer, text, tags, model.revision)
    if not result.is_main:
        return None
    _write_ledger(folder, result, [str(refusal) for refusal in collection.refusals])
    return evaluate_on_dev(folder, dev_documents, config.trainer.calibrate)


def average_models(config: AverageConfig, collection: Collection) -> Checkpoint:
    """The mean of models, decoded as they are but for ``decoding``.

    With ``terms`` fixed terms are counted anew in the collection's train split.
    """
    mean = average(config.models, config.weights)
    settings = mean.settings.changed(config.decoding)
    if config.terms is not None:
        terms = count_terms(collection.split("train"), Cleaner(settings.cleaning), config.terms)
        settings = replace(settings, terms=terms)
    return replace(mean, settings=settings)


def save_and_evaluate(mean: Checkpoint, config: AverageConfig, collection: Collection, folder: Path) -> Evaluation:
    """Save a model, calibrate it and evaluate what was saved on dev, as after a training run."""
    save_checkpoint(mean, folder, half=config.half_weights, shard_size=config.shard_size)
    return evaluate_on_dev(folder, collection.split("dev"), config.calibrate)


def evaluate_on_dev(folder: Path, documents: Sequence[AnnotatedDocument], calibrate: bool) -> Evaluation:
    """Fit the temperature of a saved model on dev articles, if asked to, and score it as loaded from there."""
    if calibrate:
        _calibrate(folder, documents)
    evaluation = evaluate(Extractor.from_pretrained(str(folder)), documents)
    evaluation.write(folder, "dev")
    print(evaluation.scores.as_text())
    print(f"model and dev scores in {folder}")
    return evaluation


def trial_setting(config: TrialConfig) -> tuple[list[AnnotatedDocument], Recipe]:
    """The train split and what trials on parts of it have in common, scored on dev and on the sets of ``also``."""
    collection = read_collection(config.data)
    evaluations = {"dev": collection.split("dev")}
    for name, file in config.also.items():
        evaluations[name], problems = select_documents([file], [], "", "", config.data.types)
        for problem in problems:
            print(f"note: {name}: {problem}")
    recipe = Recipe(
        encoder=config.model.path,
        evaluations=evaluations,
        trainer=config.trainer,
        text=TextSettings(config.cleaning, config.window),
        noise=config.augmentation,
        revision=config.model.revision,
        tags=TagSet(config.data.types),
    )
    return collection.split("train"), recipe


def _calibrate(folder: Path, documents: Sequence[AnnotatedDocument]) -> None:
    checkpoint = load_checkpoint(str(folder))
    extractor = Extractor(checkpoint)
    calibration = Calibration(extractor.tagger, extractor.cleaner, documents)
    temperature = calibration.fit()
    before, after = (calibration_error(calibration.judge(value)) for value in (1.0, temperature))
    save_settings(replace(checkpoint.settings, temperature=temperature), folder)
    print(f"temperature {temperature:g} fitted on dev: calibration error {before:.3f} before, {after:.3f} after")


def _write_ledger(folder: Path, result: TrainingResult, refusals: list[str]) -> None:
    ledger = {"train": asdict(result.train_ledger), "dev": asdict(result.dev_ledger), "refused": refusals}
    _write_json(folder / "ledger.json", ledger)
    _write_json(folder / "history.json", result.history)
    for name, part in (("train", result.train_ledger), ("dev", result.dev_ledger)):
        lost = part.altered + part.unreachable + part.cut
        print(f"{name}: {part.documents} articles, {part.windows} windows, {part.spans} spans, {lost} out of reach")


def _write_json(path: Path, content: Any) -> None:
    try:
        path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise NerError(f"{path}: cannot be written: {error.strerror}") from None
