"""The learning curve: how the score grows with the number of training articles, so what more would bring."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ner.spans import AnnotatedDocument
from ner.trials import Recipe, Trials, score_table

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
    documents: Sequence[AnnotatedDocument], recipe: Recipe, folder: Path, settings: CurveSettings
) -> list[dict[str, Any]]:
    """Train once for each size and seed on a random part of the articles and score each on every evaluation set.

    Each result is appended to ``folder/curve.jsonl`` at once, and what stands there is not done again. The articles of
    a smaller size are among those of the larger ones. Returns the results in the order of seeds and sizes.
    """
    trials = Trials(recipe, folder / RESULTS)
    results = []
    for seed in settings.seeds:
        order = random.Random(seed).sample(list(documents), len(documents))
        for size, epochs in zip(settings.sizes, settings.epochs, strict=True):
            results.append(trials.run(order[:size], seed, epochs))
            print(curve_text(results, trials.names()), flush=True)
    return results


def curve_text(results: Sequence[Mapping[str, Any]], names: Sequence[str]) -> str:
    """Mean and, over two seeds or more, standard deviation of F1 for each evaluation set, size and type."""
    sizes = sorted({result["size"] for result in results})
    return score_table({f"{size} articles": [r for r in results if r["size"] == size] for size in sizes}, names)
