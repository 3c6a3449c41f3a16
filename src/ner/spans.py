"""Spans, entities and annotated documents: the data types everything else is built on.

All offsets in this package are Unicode code points, half open: ``text[start:end]``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

ENTITY_TYPES: tuple[str, ...] = ("region", "project", "count", "money", "percent")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A typed stretch of text, ``text[start:end]``."""

    start: int
    end: int
    type: str

    def overlaps(self, other: Span) -> bool:
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Entity:
    """A span found in a raw text.

    ``text == raw[start:end]``; ``clean`` is the same stretch after cleaning (simplified, without glosses); ``score`` is
    the probability of exactly this span under the model, 0 to 1.
    """

    type: str
    text: str
    start: int
    end: int
    score: float
    clean: str

    @property
    def span(self) -> Span:
        return Span(self.start, self.end, self.type)


@dataclass(frozen=True, slots=True)
class AnnotatedDocument:
    """A raw text with its gold spans, in order and without overlap."""

    id: str
    text: str
    spans: tuple[Span, ...]
    meta: Mapping[str, Any] = field(default_factory=dict)

    def surface(self, span: Span) -> str:
        return self.text[span.start : span.end]


def span_f1(gold: Sequence[Iterable[Span]], found: Sequence[Iterable[Span]]) -> float:
    """Micro F1 of exact spans; 0 if there is neither gold nor prediction."""
    expected = {(i, span) for i, spans in enumerate(gold) for span in spans}
    predicted = {(i, span) for i, spans in enumerate(found) for span in spans}
    total = len(expected) + len(predicted)
    return 2 * len(expected & predicted) / total if total else 0.0
