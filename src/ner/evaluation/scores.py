"""Scores: seqeval's strict IOB2 report and exact span F1, both over the characters of the raw text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from seqeval.metrics import classification_report
from seqeval.scheme import IOB2

from ner.spans import AnnotatedDocument, Span, span_f1
from ner.tags import TagSet


@dataclass(frozen=True, slots=True)
class Score:
    """Precision, recall and F1, 0 to 1, and the number of gold spans."""

    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True, slots=True)
class Scores:
    """Strict scores per type, over all spans (micro) and averaged over types (macro).

    ``span_f1`` is the exact raw-span F1 counted by ourselves; it must equal ``micro.f1``.
    """

    types: dict[str, Score]
    micro: Score
    macro: Score
    span_f1: float
    documents: int

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def as_text(self) -> str:
        rows = [*self.types.items(), ("micro", self.micro), ("macro", self.macro)]
        lines = [f"{'':10}{'precision':>10}{'recall':>10}{'f1':>10}{'support':>10}"]
        lines += [f"{n:10}{s.precision:10.4f}{s.recall:10.4f}{s.f1:10.4f}{s.support:10d}" for n, s in rows]
        lines.append(f"exact raw-span F1 {self.span_f1:.4f} over {self.documents} documents")
        return "\n".join(lines)


def score_spans(documents: Sequence[AnnotatedDocument], predictions: Sequence[Iterable[Span]], tags: TagSet) -> Scores:
    """Score predicted raw spans against gold.

    Gold that cleaning or windows lost still counts as missed: both sides are tagged over the raw characters.
    """
    found = [sorted(spans) for spans in predictions]
    gold_tags = [_names(tags, len(d.text), d.spans) for d in documents]
    found_tags = [_names(tags, len(d.text), spans) for d, spans in zip(documents, found, strict=True)]
    if not any(found) and not any(document.spans for document in documents):  # seqeval divides by the number of types
        nothing = Score(0.0, 0.0, 0.0, 0)
        return Scores(dict.fromkeys(tags.types, nothing), nothing, nothing, span_f1([], []), len(documents))
    report = classification_report(gold_tags, found_tags, mode="strict", scheme=IOB2, output_dict=True, zero_division=0)
    empty = Score(0.0, 0.0, 0.0, 0)
    per_type = {t: _score(report[t]) if t in report else empty for t in tags.types}
    return Scores(
        types=per_type,
        micro=_score(report["micro avg"]),
        macro=_score(report["macro avg"]),
        span_f1=span_f1([d.spans for d in documents], found),
        documents=len(documents),
    )


def _names(tags: TagSet, length: int, spans: Iterable[Span]) -> list[str]:
    return [tags.names[tag] for tag in tags.encode(length, spans)]


def _score(row: dict[str, Any]) -> Score:
    return Score(float(row["precision"]), float(row["recall"]), float(row["f1-score"]), int(row["support"]))
