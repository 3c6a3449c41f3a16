"""Confidence intervals of F1 by bootstrap over documents (Efron 1979): articles, not spans, are drawn anew."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from ner.spans import AnnotatedDocument, Span

MICRO = "micro"


def f1_intervals(
    documents: Sequence[AnnotatedDocument],
    predictions: Sequence[Iterable[Span]],
    types: Sequence[str],
    samples: int = 2000,
    level: float = 0.95,
    seed: int = 0,
) -> dict[str, tuple[float, float]]:
    """Percentile interval of strict span F1 for each type and for all (``"micro"``), both ends 0 to 1.

    Spans of one article stand or fall together, so an interval over spans would be too narrow. With few documents the
    interval is itself rough. Raises ValueError if there is no document.
    """
    if not documents:
        raise ValueError("no documents to draw from")
    counts = np.array(
        [
            [_counts(document, set(spans), type_) for type_ in types]
            for document, spans in zip(documents, predictions, strict=True)
        ]
    )  # (documents, types, [matched, gold + found])
    drawn = np.random.default_rng(seed).integers(len(documents), size=(samples, len(documents)))
    sums = counts[drawn].sum(axis=1)
    sums = np.concatenate([sums, sums.sum(axis=1, keepdims=True)], axis=1)
    matched, total = sums[..., 0], sums[..., 1]
    f1 = np.divide(2 * matched, total, out=np.zeros(matched.shape), where=total > 0)
    edge = 100 * (1 - level) / 2
    low, high = np.percentile(f1, [edge, 100 - edge], axis=0)
    return {name: (float(low[i]), float(high[i])) for i, name in enumerate((*types, MICRO))}


def _counts(document: AnnotatedDocument, found: set[Span], type_: str) -> tuple[int, int]:
    gold = {span for span in document.spans if span.type == type_}
    predicted = {span for span in found if span.type == type_}
    return len(gold & predicted), len(gold) + len(predicted)
