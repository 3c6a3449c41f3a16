"""A training run from plain settings to a complete run folder."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from ner.data.collection import Collection, load_collection, select_documents
from ner.data.noise import NoiseSettings, noisy_copies
from ner.errors import NerError
from ner.evaluation.calibration import Calibration, calibration_error
from ner.evaluation.evaluation import Evaluation, evaluate
from ner.extractor import Extractor
from ner.model.average import average
from ner.model.checkpoint import TextSettings, load_checkpoint, save_checkpoint, save_settings
from ner.model.training import TrainerSettings, TrainingResult, train
from ner.settings import build
from ner.spans import AnnotatedDocument
from ner.tags import TagSet
from ner.trials import Recipe


def train_and_evaluate(settings: Mapping[str, Any], folder: Path) -> Evaluation | None:
    """Train on the collection's train split, keep the best epoch on dev, and evaluate what was saved on dev.

    ``settings`` is the resolved ``configs/train.yaml``. Writes the model, ``ledger.json``, ``history.json`` and
    ``dev.json`` / ``.txt`` / ``.html`` to ``folder`` and returns the evaluation of the model as loaded from there; None
    on all but the main process of a distributed run.
    """
    trainer = build(TrainerSettings, settings["trainer"], "trainer")
    text = build(TextSettings, {"cleaning": settings["cleaning"], "window": settings["window"]}, "config")
    collection = _load(settings["data"])
    train_documents, dev_documents = collection.split("train"), collection.split("dev")
    noise = build(NoiseSettings, settings["augmentation"], "augmentation")
    train_documents = [*train_documents, *noisy_copies(train_documents, noise)]
    print(f"training on {len(train_documents)} articles, choosing by {len(dev_documents)} dev articles")
    model = settings["model"]
    tags = TagSet(tuple(settings["data"]["types"]))
    result = train(train_documents, dev_documents, model["path"], folder, trainer, text, tags, model["revision"])
    if not result.is_main:
        return None
    _write_ledger(folder, result, [str(refusal) for refusal in collection.refusals])
    return _finish(folder, dev_documents, trainer.calibrate)


def average_and_evaluate(settings: Mapping[str, Any], folder: Path) -> Evaluation:
    """Average models, calibrate the mean and evaluate what was saved on dev, as after a training run.

    ``penalties`` and ``edge_rules`` decide how the mean is decoded, unless they are null.

    ``settings`` is the resolved ``configs/average.yaml``.
    """
    dev_documents = _load(settings["data"]).split("dev")
    mean = average(settings["models"], settings["weights"])
    decoding = {name: settings[name] for name in ("penalties", "edge_rules") if settings[name] is not None}
    save_checkpoint(replace(mean, settings=replace(mean.settings, **decoding)), folder, half=settings["half_weights"])
    return _finish(folder, dev_documents, settings["calibrate"])


def _finish(folder: Path, documents: Sequence[AnnotatedDocument], calibrate: bool) -> Evaluation:
    if calibrate:
        _calibrate(folder, documents)
    evaluation = evaluate(Extractor.from_pretrained(str(folder)), documents)
    evaluation.write(folder, "dev")
    print(evaluation.scores.as_text())
    print(f"model and dev scores in {folder}")
    return evaluation


def trial_setting(settings: Mapping[str, Any]) -> tuple[list[AnnotatedDocument], Recipe]:
    """The train split and what trials on parts of it have in common, scored on dev and on the sets of ``also``.

    ``settings`` is a resolved config that builds on ``configs/train.yaml``.
    """
    collection = _load(settings["data"])
    evaluations = {"dev": collection.split("dev")}
    for name, file in settings["also"].items():
        evaluations[name], problems = select_documents([file], [], "", "", settings["data"]["types"])
        for problem in problems:
            print(f"note: {name}: {problem}")
    model = settings["model"]
    recipe = Recipe(
        encoder=model["path"],
        evaluations=evaluations,
        trainer=build(TrainerSettings, settings["trainer"], "trainer"),
        text=build(TextSettings, {"cleaning": settings["cleaning"], "window": settings["window"]}, "config"),
        noise=build(NoiseSettings, settings["augmentation"], "augmentation"),
        revision=model["revision"],
        tags=TagSet(tuple(settings["data"]["types"])),
    )
    return collection.split("train"), recipe


def _load(data: Mapping[str, Any]) -> Collection:
    collection = load_collection(data["collection"], data["splits"], data["extra"], data["types"])
    for line in (*collection.notes, *map(str, collection.refusals)):
        print(f"note: {line}")
    return collection


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
