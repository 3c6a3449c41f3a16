"""Tasks and annotations as the server and its exports give them, and the choice among several annotations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ner.formats.label_studio import content_hash, moment
from ner.formats.offsets import to_span
from ner.spans import Span, span_f1


@dataclass(frozen=True, slots=True)
class Annotation:
    """One person's finished work on a task: what was marked, by whom, when, in how many seconds."""

    id: int
    result: tuple[Any, ...]
    by: str
    created_at: str
    updated_at: str
    lead_time: float | None = None
    ground_truth: bool = False
    cancelled: bool = False

    @classmethod
    def from_record(cls, record: Mapping[str, Any], people: Mapping[int, str]) -> Annotation:
        """Read an annotation of the API or an export; ``people`` turns numbers of users into their addresses."""
        by = record.get("completed_by")
        if isinstance(by, Mapping):
            by = by.get("email") or by.get("id")
        created = str(record.get("created_at") or "")
        return cls(
            id=int(record.get("id") or 0),
            result=tuple(record.get("result") or ()),
            by=people.get(by, f"user {by}") if isinstance(by, int) else str(by or "unknown"),
            created_at=created,
            updated_at=str(record.get("updated_at") or created),
            lead_time=record.get("lead_time"),
            ground_truth=bool(record.get("ground_truth")),
            cancelled=bool(record.get("was_cancelled")),
        )

    def spans(self, text: str) -> tuple[tuple[Span, ...], list[str]]:
        """The spans, in order, each checked against the text, and what was refused and why."""
        found: list[Span] = []
        problems: list[str] = []
        for region in self.result:
            try:
                found.append(to_span(region, text))
            except ValueError as error:
                problems.append(str(error))
        kept: list[Span] = []
        for span in sorted(set(found)):
            if kept and kept[-1].overlaps(span):
                problems.append(f"{_show(span, text)}: overlaps {_show(kept[-1], text)}")
            else:
                kept.append(span)
        return tuple(kept), problems


def _show(span: Span, text: str) -> str:
    return f"[{span.start}, {span.end}) {span.type} {text[span.start : span.end]!r}"


@dataclass(frozen=True, slots=True)
class Task:
    """A task with its annotations; ``data`` is all that was pushed with the text."""

    id: int
    text: str
    data: Mapping[str, Any]
    updated_at: str
    annotations: tuple[Annotation, ...]

    @classmethod
    def from_record(cls, record: Any, people: Mapping[int, str]) -> Task:
        """Read a task of the API or an export; raises ValueError if it has no text."""
        data = record.get("data") if isinstance(record, Mapping) else None
        if not isinstance(data, Mapping) or not isinstance(data.get("text"), str):
            raise ValueError("no data.text with a string")
        annotations = [a for a in record.get("annotations") or () if isinstance(a, Mapping)]
        return cls(
            id=int(record.get("id") or 0),
            text=data["text"],
            data={key: value for key, value in data.items() if key != "text"},
            updated_at=str(record.get("updated_at") or ""),
            annotations=tuple(Annotation.from_record(a, people) for a in annotations),
        )

    @property
    def digest(self) -> str:
        """SHA-256 of the text as it stands on the server."""
        return content_hash(self.text)

    @property
    def finished(self) -> tuple[Annotation, ...]:
        return tuple(a for a in self.annotations if not a.cancelled)


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Another annotation of the same text that marks other spans than the one taken."""

    taken: str
    other: str
    f1: float

    def __str__(self) -> str:
        return f"{self.taken} (taken) and {self.other}: span F1 {self.f1:.3f}"


def choose(annotations: Sequence[Annotation]) -> Annotation:
    """The annotation to take: ground truth before the newest, the higher number if two are of one moment."""
    return max(annotations, key=lambda a: (a.ground_truth, moment(a.updated_at), a.id))


def disagreements(text: str, taken: Annotation, annotations: Sequence[Annotation]) -> list[Disagreement]:
    """How far each other annotation differs from the one taken; none for those that mark the same."""
    gold, _ = taken.spans(text)
    found = []
    for other in annotations:
        spans, _ = other.spans(text)
        if other is not taken and set(spans) != set(gold):
            found.append(Disagreement(taken.by, other.by, span_f1([gold], [spans])))
    return found
