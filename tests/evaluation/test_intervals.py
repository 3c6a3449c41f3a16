from __future__ import annotations

import pytest

from ner.evaluation.intervals import f1_intervals
from ner.spans import AnnotatedDocument, Span

TYPES = ("region", "count")


def documents(number: int) -> list[AnnotatedDocument]:
    return [AnnotatedDocument(f"d{n}", "x" * 20, (Span(0, 2, "region"), Span(4, 6, "count"))) for n in range(number)]


def test_all_right_and_all_wrong_have_no_width() -> None:
    gold = documents(5)
    found = [(Span(0, 2, "region"), Span(4, 5, "count")) for _ in gold]
    assert f1_intervals(gold, found, TYPES) == {"region": (1.0, 1.0), "count": (0.0, 0.0), "micro": (0.5, 0.5)}


def test_the_interval_holds_the_figure_and_narrows_with_more_documents() -> None:
    widths = []
    for number in (6, 60):
        gold = documents(number)
        found = [document.spans if n % 3 else () for n, document in enumerate(gold)]
        low, high = f1_intervals(gold, found, TYPES)["micro"]
        assert low < 0.8 < high
        widths.append(high - low)
    assert widths[1] < widths[0] / 2


def test_documents_are_drawn_whole() -> None:
    """One bad article among many spans: drawing spans would hide that the figure hangs on it."""
    spans = tuple(Span(start, start + 1, "count") for start in range(0, 400, 2))
    gold = [AnnotatedDocument(str(n), "x" * 400, spans) for n in range(4)]
    low, high = f1_intervals(gold, [spans, spans, spans, ()], ("count",))["count"]
    assert low < 0.7
    assert high == 1.0


def test_seeded_and_no_documents_is_an_error() -> None:
    gold = documents(9)
    found = [document.spans if n % 2 else () for n, document in enumerate(gold)]
    assert f1_intervals(gold, found, TYPES) == f1_intervals(gold, found, TYPES)
    with pytest.raises(ValueError, match="no documents"):
        f1_intervals([], [], TYPES)
