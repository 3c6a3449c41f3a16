"""The list of errors: missed, spurious, wrong bounds, wrong type, each with its context."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ner.evaluation.rules import broken_rule, count_rules
from ner.spans import AnnotatedDocument, Entity, Span

KINDS = ("missed", "spurious", "wrong bounds", "wrong type")
_CONTEXT = 16


@dataclass(frozen=True, slots=True)
class Mistake:
    """One error: the gold span, the predicted one, or both, the raw text around them and the rule it breaks."""

    kind: str
    rule: str
    document: str
    gold: Span | None
    found: Span | None
    gold_text: str
    found_text: str
    score: float | None
    context: str

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def as_line(self) -> str:
        gold = f"{self.gold.type} {self.gold_text!r}" if self.gold else "-"
        found = f"{self.found.type} {self.found_text!r} ({self.score:.2f})" if self.found else "-"
        return f"{self.document}: gold {gold}, found {found}, in …{self.context}…"


def find_mistakes(document: AnnotatedDocument, entities: Iterable[Entity]) -> list[Mistake]:
    """Compare one document's gold with its predictions.

    The same bounds with another type are a wrong type; an overlap is wrong bounds, whatever the type, and uses up both
    spans; what overlaps nothing that is left is missed or spurious.
    """
    by_span = {entity.span: entity for entity in entities}
    gold = [span for span in document.spans if span not in by_span]
    found = [entity for span, entity in by_span.items() if span not in set(document.spans)]
    predicted = list(by_span)
    mistakes: list[Mistake] = []
    for same_bounds in (True, False):
        for span in list(gold):
            match = next((e for e in found if _meets(span, e.span, same_bounds)), None)
            if match:
                kind = "wrong type" if same_bounds else "wrong bounds"
                mistakes.append(_mistake(kind, document, span, match, predicted))
                gold.remove(span)
                found.remove(match)
    mistakes += (_mistake("missed", document, span, None, predicted) for span in gold)
    mistakes += (_mistake("spurious", document, None, entity, predicted) for entity in found)
    return sorted(mistakes, key=lambda m: (m.gold or m.found or Span(0, 0, "")).start)


def mistakes_text(mistakes: Sequence[Mistake], limit: int | None = None) -> str:
    """Mistakes as text: how often each rule of the guideline is broken, then by kind, at most ``limit`` of each."""
    lines = ["rules of the guideline broken:" if mistakes else "no mistakes"]
    lines += count_rules((m.rule, (m.gold or m.found or Span(0, 0, "")).type) for m in mistakes)
    for kind in KINDS:
        chosen = [m for m in mistakes if m.kind == kind]
        types = Counter((m.gold or m.found or Span(0, 0, "")).type for m in chosen)
        summary = ", ".join(f"{type_} {count}" for type_, count in types.most_common())
        lines.append(f"{kind}: {len(chosen)}" + (f" ({summary})" if summary else ""))
        lines += (f"  {m.as_line()}" for m in chosen[:limit])
        if limit is not None and len(chosen) > limit:
            lines.append(f"  … and {len(chosen) - limit} more")
    return "\n".join(lines)


def _meets(gold: Span, found: Span, same_bounds: bool) -> bool:
    if same_bounds:
        return (gold.start, gold.end) == (found.start, found.end)
    return gold.overlaps(found)


def _mistake(
    kind: str, document: AnnotatedDocument, gold: Span | None, found: Entity | None, predicted: Sequence[Span]
) -> Mistake:
    spans = [span for span in (gold, found.span if found else None) if span]
    start, end = min(s.start for s in spans), max(s.end for s in spans)
    context = document.text[max(0, start - _CONTEXT) : end + _CONTEXT].replace("\n", "⏎")
    return Mistake(
        kind,
        broken_rule(document, gold, found.span if found else None, predicted),
        document.id,
        gold,
        found.span if found else None,
        document.surface(gold) if gold else "",
        found.text if found else "",
        found.score if found else None,
        context,
    )
