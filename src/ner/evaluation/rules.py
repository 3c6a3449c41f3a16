"""Which rule of the guideline an error breaks, as far as positions and types tell.

The rules are sections of ``annotations/GUIDELINE.md``: edges, quotation marks, lists, a place inside or before a
project, the name and the object test, number expressions, and the same words treated alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ner.spans import AnnotatedDocument, Span

CONFUSION = "one type for another"
LIST = "lists: one span or several"
PLACE = "place inside or before a project"
QUOTES = "quotation marks and brackets"
LEFT, RIGHT, BOTH = "left edge", "right edge", "both edges"
ALIKE = "same words, same treatment"
NAME = "name test: quoted"
MEASURED = "object test: measured"
SPECIFIC = "object test: specific, or a name"
CHAIN = "place names: chains and lists"
PLACE_NAME = "what is a place"
NUMBER = "what is a quantity"

_NUMBERS = ("count", "money", "percent")
_QUOTES = "“”‘’「」『』\"'()（）《》"
_CLAUSE = re.compile(r"[，。；！？\n,;!?]")


def broken_rule(
    document: AnnotatedDocument, gold: Span | None, found: Span | None, predicted: Sequence[Span] = ()
) -> str:
    """The rule for one error: a gold span, a found one, or two that overlap; ``predicted`` are all spans found."""
    if gold and found:
        return _edges(document, gold, found, predicted)
    span = gold or found
    if span is None:
        raise ValueError("an error has a gold span, a found one or both")
    surface = document.surface(span)
    others = predicted if gold else document.spans
    if any(other.type == span.type and document.surface(other) == surface for other in others):
        return ALIKE  # a missed name was found elsewhere, or a spurious one is gold elsewhere
    if span.type == "project":
        if document.text[span.start - 1 : span.start] in {"“", "「", "《"} or surface[:1] in {"“", "「"}:
            return NAME
        return MEASURED if _is_measured(document, span) else SPECIFIC
    return NUMBER if span.type in _NUMBERS else PLACE_NAME


def _edges(document: AnnotatedDocument, gold: Span, found: Span, predicted: Sequence[Span]) -> str:
    if (gold.start, gold.end) == (found.start, found.end):
        return CONFUSION
    touched = sum(span.overlaps(gold) for span in predicted), sum(span.overlaps(found) for span in document.spans)
    types = {span.type for span in (*document.spans, *predicted) if span.overlaps(gold) or span.overlaps(found)}
    left = document.text[min(gold.start, found.start) : max(gold.start, found.start)]
    right = document.text[min(gold.end, found.end) : max(gold.end, found.end)]
    if types >= {"region", "project"}:
        return PLACE
    if gold.type != found.type:
        return CONFUSION
    if not (left + right).strip(_QUOTES):
        return QUOTES
    if max(touched) > 1:
        return CHAIN if types == {"region"} else LIST
    if left and right:
        return BOTH
    return LEFT if left else RIGHT


def _is_measured(document: AnnotatedDocument, span: Span) -> bool:
    """Whether a count, an amount or a share stands in the clause of the span."""
    start = max((match.end() for match in _CLAUSE.finditer(document.text, 0, span.start)), default=0)
    ends = _CLAUSE.search(document.text, span.end)
    clause = Span(start, ends.start() if ends else len(document.text), "")
    return any(other.type in _NUMBERS and other.overlaps(clause) for other in document.spans)


def count_rules(rules: Iterable[tuple[str, str]]) -> list[str]:
    """One line a rule, the most broken first: how often, and by spans of which types (``(rule, type)`` each)."""
    table: dict[str, dict[str, int]] = {}
    for rule, type_ in rules:
        counts = table.setdefault(rule, {})
        counts[type_] = counts.get(type_, 0) + 1
    ordered = sorted(table.items(), key=lambda item: -sum(item[1].values()))
    return [
        f"{sum(counts.values()):5d}  {rule} ({', '.join(f'{t} {n}' for t, n in sorted(counts.items()))})"
        for rule, counts in ordered
    ]
