"""Comparisons: the same training run under several settings, each with several seeds, in one table."""

from __future__ import annotations

import random
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ner.config import read_config
from ner.errors import NerError
from ner.settings import merge
from ner.spans import AnnotatedDocument
from ner.training_config import TrialConfig
from ner.training_run import trial_setting
from ner.trials import Recipe, Trials, score_table

RESULTS = "comparison.jsonl"


@dataclass(frozen=True, slots=True)
class ComparisonSettings:
    """What each variant changes in the settings, by its name, and what all have in common.

    ``articles`` bounds the training articles, which each seed then draws; null takes all.
    """

    variants: dict[str, dict[str, Any]] = field(default_factory=dict)
    articles: int | None = None
    seeds: tuple[int, ...] = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class Variant:
    """What a variant changes in the settings, and the articles and the recipe that it trains with then."""

    changes: dict[str, Any]
    documents: list[AnnotatedDocument]
    recipe: Recipe


def read_variants(settings: Mapping[str, Any], comparison: ComparisonSettings) -> dict[str, Variant]:
    """The variants by name; ``settings`` is the resolved ``configs/compare.yaml``.

    Raises NerError if there is none, or for one whose changed settings are not right.
    """
    if not comparison.variants:
        raise NerError("comparison.variants: required; name at least one, e.g. experiment=encoders")
    variants = {}
    for name, changes in comparison.variants.items():
        changed = merge(settings, changes, f"comparison.variants.{name}")
        variants[name] = Variant(changes, *trial_setting(read_config(TrialConfig, changed)))
    return variants


def compare(variants: Mapping[str, Variant], comparison: ComparisonSettings, folder: Path) -> list[dict[str, Any]]:
    """Train every variant with every seed and score each on dev and on the sets of ``also``.

    A result also holds ``variant`` and what that ``changes``. Each is appended to ``folder/comparison.jsonl`` at once,
    and what stands there is not done again.
    """
    runs = {name: Trials(variant.recipe, folder / RESULTS) for name, variant in variants.items()}
    results = []
    for seed in comparison.seeds:
        for name, trials in runs.items():
            variant = variants[name]
            size = min(comparison.articles or len(variant.documents), len(variant.documents))
            drawn = random.Random(seed).sample(variant.documents, size)
            key = {"variant": name, "changes": variant.changes}
            results.append(trials.run(drawn, seed, variant.recipe.trainer.epochs, key))
            print(comparison_text(results, trials.names()), flush=True)
    return results


def comparison_text(results: Sequence[Mapping[str, Any]], names: Sequence[str]) -> str:
    """F1 by variant, mean and deviation over seeds; medians of training time and evaluation speed."""
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for result in results:
        groups.setdefault(result["variant"], []).append(result)
    width = max(map(len, groups))
    lines = [score_table(groups, names), f"{'':{width}}      {'s of training':>16}{'characters/s':>16}"]
    for name, group in groups.items():
        cells = [
            statistics.median(result[key] for result in group) for key in ("train_seconds", "characters_per_second")
        ]
        lines.append(f"{name:>{width}} x{len(group):<4}" + "".join(f"{cell:>16.0f}" for cell in cells))
    return "\n".join(lines)
