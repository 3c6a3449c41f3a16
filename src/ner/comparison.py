"""Comparisons: the same training run under several settings, each with several seeds, in one table."""

from __future__ import annotations

import random
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ner.errors import NerError
from ner.settings import build, merge
from ner.training_run import trial_setting
from ner.trials import Trials, score_table

RESULTS = "comparison.jsonl"


@dataclass(frozen=True, slots=True)
class ComparisonSettings:
    """What each variant changes in the settings, by its name, and what all have in common.

    ``articles`` bounds the training articles, which each seed then draws; null takes all.
    """

    variants: dict[str, dict[str, Any]] = field(default_factory=dict)
    articles: int | None = None
    seeds: tuple[int, ...] = (1, 2, 3)


def compare(settings: Mapping[str, Any], folder: Path) -> list[dict[str, Any]]:
    """Train every variant with every seed and score each on dev and on the sets of ``also``.

    ``settings`` is the resolved ``configs/compare.yaml``. A result also holds ``variant`` and what that
    ``changes``. Each is appended to ``folder/comparison.jsonl`` at once, and what stands there is not done again.
    """
    comparison = build(ComparisonSettings, settings["comparison"], "comparison")
    if not comparison.variants:
        raise NerError("comparison.variants: required; name at least one, e.g. experiment=encoders")
    variants = {}
    for name, changes in comparison.variants.items():
        changed = merge(settings, changes, f"comparison.variants.{name}")
        documents, recipe = trial_setting(changed)
        variants[name] = (documents, Trials(recipe, folder / RESULTS), changed["trainer"]["epochs"], changes)
    results = []
    for seed in comparison.seeds:
        for name, (documents, trials, epochs, changes) in variants.items():
            drawn = random.Random(seed).sample(documents, min(comparison.articles or len(documents), len(documents)))
            results.append(trials.run(drawn, seed, epochs, {"variant": name, "changes": changes}))
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
