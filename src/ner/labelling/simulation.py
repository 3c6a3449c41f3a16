"""Is labelling the most doubtful articles worth more than labelling any? A simulation on articles that have labels.

For each seed a first model learns from a few random articles and orders the others by `uncertainty`, as a push with
``order=uncertain`` does. Then two annotators label: one from the top of that order, one at random. After each number
of articles a new model learns from all that either has.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ner.errors import NerError
from ner.extractor import Extractor
from ner.labelling.uncertainty import uncertainty
from ner.spans import AnnotatedDocument
from ner.trials import Recipe, Trials, articles_digest, score_table

RESULTS = "simulation.jsonl"
_ORDERS = ("random", "uncertain")


@dataclass(frozen=True, slots=True)
class SimulationSettings:
    """Articles of the first model, numbers of articles then chosen with the epochs of each, and the seeds.

    ``pool`` bounds the articles to choose from; null takes all that remain.
    """

    start: int = 20
    start_epochs: float = 6
    chosen: tuple[int, ...] = (20, 40, 80)
    epochs: tuple[float, ...] = (4, 3, 2)
    pool: int | None = None
    seeds: tuple[int, ...] = (1, 2, 3)

    def __post_init__(self) -> None:
        if len(self.chosen) != len(self.epochs):
            raise ValueError("simulation.chosen and simulation.epochs must be of one length")
        if self.pool is not None and self.pool < max(self.chosen):
            raise ValueError(f"simulation.pool={self.pool}: fewer than the {max(self.chosen)} articles to choose")


def simulate(
    documents: Sequence[AnnotatedDocument], recipe: Recipe, folder: Path, settings: SimulationSettings
) -> list[dict[str, Any]]:
    """Compare ``uncertain`` with ``random``; both start from the same articles and the same model.

    A result also holds ``order`` ("start", "random" or "uncertain"), ``chosen``, and the characters and spans that
    were labelled on top of the start. Each is appended to ``folder/simulation.jsonl`` at once, and what stands there
    is not done again. Raises NerError if there are too few documents.
    """
    needed = settings.start + (settings.pool or max(settings.chosen))
    if len(documents) < needed:
        raise NerError(f"simulation: {len(documents)} articles where {needed} are needed; choose fewer")
    trials = Trials(recipe, folder / RESULTS)
    results = []
    for seed in settings.seeds:
        shuffled = random.Random(seed).sample(list(documents), len(documents))
        start, pool = shuffled[: settings.start], shuffled[settings.start :][: settings.pool]

        def doubts(extractor: Extractor, pool: Sequence[AnnotatedDocument] = pool) -> dict[str, Any]:
            values = {document.id: uncertainty(document.text, extractor.extract(document.text)) for document in pool}
            return {"uncertain": sorted(values, key=values.__getitem__, reverse=True)}

        first = trials.run(
            start, seed, settings.start_epochs, {"order": "start", "chosen": 0, "pool": articles_digest(pool)}, doubts
        )
        results.append(first)
        by_id = {document.id: document for document in pool}
        orders = {"random": pool, "uncertain": [by_id[name] for name in first["uncertain"]]}
        for number, epochs in zip(settings.chosen, settings.epochs, strict=True):
            for order in _ORDERS:
                chosen = orders[order][:number]
                key = {
                    "order": order,
                    "chosen": number,
                    "characters": sum(len(document.text) for document in chosen),
                    "spans": sum(len(document.spans) for document in chosen),
                }
                results.append(trials.run([*start, *chosen], seed, epochs, key))
                print(simulation_text(results, trials.names()), flush=True)
    return results


def simulation_text(results: Sequence[Mapping[str, Any]], names: Sequence[str]) -> str:
    """F1 by order and articles chosen, mean and deviation over seeds, and what was labelled for it."""
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for result in sorted(results, key=lambda r: (r["chosen"], r["order"])):
        groups.setdefault(f"{result['order']} {result['chosen']}", []).append(result)
    lines = [score_table(groups, names), f"{'labelled on average':22}{'characters':>16}{'spans':>16}"]
    for title, group in groups.items():
        if "spans" in group[0]:
            cells = [sum(r[name] for r in group) / len(group) for name in ("characters", "spans")]
            lines.append(f"{title:>15} x{len(group):<5}" + "".join(f"{cell:>16.0f}" for cell in cells))
    return "\n".join(lines)
