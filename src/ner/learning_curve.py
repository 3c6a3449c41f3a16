"""The learning curve: how the score grows with the number of training articles, so what more would bring."""

from __future__ import annotations

import json
import random
import shutil
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ner.data.noise import NoiseSettings, noisy_copies
from ner.evaluation.evaluation import evaluate
from ner.extractor import Extractor
from ner.model.checkpoint import TextSettings
from ner.model.training import TrainerSettings, train
from ner.spans import AnnotatedDocument

RESULTS = "curve.jsonl"


@dataclass(frozen=True, slots=True)
class CurveSettings:
    """Numbers of training articles with the epochs each is trained, and the seeds each is repeated with."""

    sizes: tuple[int, ...] = (30, 60, 120, 240)
    epochs: tuple[float, ...] = (8, 6, 4, 3)
    seeds: tuple[int, ...] = (1, 2, 3)

    def __post_init__(self) -> None:
        if len(self.sizes) != len(self.epochs):
            raise ValueError("curve.sizes and curve.epochs must be of one length")


def learning_curve(
    train_documents: Sequence[AnnotatedDocument],
    evaluations: Mapping[str, Sequence[AnnotatedDocument]],
    encoder: str,
    folder: Path,
    settings: CurveSettings,
    trainer: TrainerSettings,
    text: TextSettings,
    noise: NoiseSettings | None = None,
    revision: str | None = None,
) -> list[dict[str, Any]]:
    """Train once for each size and seed on a random part of the articles and score each on every evaluation set.

    The first evaluation set also chooses the epoch. Each result is appended to ``folder/curve.jsonl`` at once, and what
    stands there for the same seed, size and epochs is not done again. Returns all results, F1 from 0 to 1.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / RESULTS
    results = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    done = {(result["seed"], result["size"], result["epochs"]) for result in results}
    chooser = next(iter(evaluations.values()))
    for seed in settings.seeds:
        order = random.Random(seed).sample(list(train_documents), len(train_documents))
        for size, epochs in zip(settings.sizes, settings.epochs, strict=True):
            if (seed, size, epochs) in done:
                continue
            run = folder / f"run-{seed}-{size}"
            documents = [*order[:size], *noisy_copies(order[:size], noise or NoiseSettings())]
            repeat = replace(trainer, seed=seed, epochs=epochs)
            train(documents, chooser, encoder, run, repeat, text, revision=revision)
            extractor = Extractor.from_pretrained(str(run))
            scores = {name: evaluate(extractor, gold).scores for name, gold in evaluations.items()}
            result: dict[str, Any] = {"seed": seed, "size": size, "epochs": epochs}
            for name, score in scores.items():
                result[name] = {"micro": score.micro.f1, **{type_: s.f1 for type_, s in score.types.items()}}
            results.append(result)
            with path.open("a") as file:
                file.write(json.dumps(result) + "\n")
            shutil.rmtree(run)
            print(curve_text(results), flush=True)
    return results


def curve_text(results: Sequence[Mapping[str, Any]]) -> str:
    """Mean and, over two seeds or more, standard deviation of F1 for each evaluation set, size and type."""
    lines: list[str] = []
    names = [name for name in results[0] if name not in {"seed", "size", "epochs"}]
    for name in names:
        types = list(results[0][name])
        lines.append(f"{name:12}" + "".join(f"{type_:>16}" for type_ in types))
        for size in sorted({result["size"] for result in results}):
            rows = [result[name] for result in results if result["size"] == size]
            cells = [_cell([row[type_] for row in rows]) for type_ in types]
            lines.append(f"{size:>6} x{len(rows):<4}" + "".join(f"{cell:>16}" for cell in cells))
    return "\n".join(lines)


def _cell(values: Sequence[float]) -> str:
    spread = f" ± {statistics.stdev(values):.3f}" if len(values) > 1 else ""
    return f"{statistics.mean(values):.3f}{spread}"
