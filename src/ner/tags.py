"""BIO tags (IOB2): the label set of the classifier and the way between spans and tag sequences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ner.spans import ENTITY_TYPES, Span

OUTSIDE = 0


@dataclass(frozen=True, slots=True)
class TagSet:
    """``O, B-x, I-x, B-y, I-y, …`` for the given types; tag ids are positions in ``names``."""

    types: tuple[str, ...] = ENTITY_TYPES

    @property
    def names(self) -> tuple[str, ...]:
        return ("O", *(f"{prefix}-{type_}" for type_ in self.types for prefix in "BI"))

    @classmethod
    def from_names(cls, names: Sequence[str]) -> TagSet:
        """The tag set with these names in this order; raises ValueError if they are no BIO set of that form."""
        tags = cls(tuple(name[2:] for name in names[1::2]))
        if tags.names != tuple(names):
            raise ValueError(f"labels {', '.join(names)} are not O, B-x, I-x, … in that order")
        return tags

    def begin(self, type_: str) -> int:
        return 1 + 2 * self.types.index(type_)

    def inside(self, type_: str) -> int:
        return 2 + 2 * self.types.index(type_)

    def encode(self, length: int, spans: Iterable[Span]) -> list[int]:
        """Tag ids for ``length`` positions; spans must lie inside and not overlap."""
        ids = [OUTSIDE] * length
        for span in spans:
            ids[span.start : span.end] = [self.inside(span.type)] * (span.end - span.start)
            ids[span.start] = self.begin(span.type)
        return ids

    def decode(self, ids: Sequence[int]) -> list[Span]:
        """Spans of a valid tag sequence; an I that continues nothing opens a span, as ``conlleval`` reads it."""
        spans: list[Span] = []
        start, current = 0, ""
        for position, tag in enumerate((*ids, OUTSIDE)):
            type_ = self.types[(tag - 1) // 2] if tag else ""
            continues = tag != OUTSIDE and tag % 2 == 0 and type_ == current
            if current and not continues:
                spans.append(Span(start, position, current))
            if not continues:
                start, current = position, type_
        return spans
