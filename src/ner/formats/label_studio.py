"""Label Studio's JSON export, the native format of annotations.

A file is a list of tasks: ``data.text`` holds the raw text, ``annotations[].result[]`` the labelled regions, whose
``value`` has ``start``, ``end`` (code points, end exclusive), ``text`` and ``labels``. Reading checks each region
against the text and reports what it refuses; writing gives one line a span so that diffs can be read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ner.errors import NerError
from ner.files import write_text
from ner.formats.json_min import load_export
from ner.formats.offsets import FROM_NAME, TO_NAME, same_text
from ner.spans import ENTITY_TYPES, AnnotatedDocument, Span

_NEVER = datetime.min.replace(tzinfo=timezone.utc)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something of an annotation file that was not taken: the task, the span as written (or "-") and the reason."""

    file: str
    task: str
    span: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}: task {self.task}: {self.span}: {self.reason}"


@dataclass(slots=True)
class TaskReading:
    """What an annotation file gave: documents in file order, refusals, and notes on choices made."""

    documents: list[AnnotatedDocument] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_tasks(path: Path, types: Sequence[str] = ENTITY_TYPES) -> TaskReading:
    """Read a Label Studio export, JSON or JSON-MIN.

    A task without a usable annotation (none, or all cancelled) gives no document but a refusal. Of several annotations
    the ground truth is taken, else the newest; the note says which. Raises NerError if the file is missing, no JSON, no
    list of tasks, or comes from a labelling config that shares no label with ``types``.
    """
    reading = TaskReading()
    for index, task in enumerate(load_export(path)):
        reader = _TaskReader(str(path), index, task, types, reading)
        reader.read()
    labels = {label for task in load_export(path) for label in _labels(task)}
    if labels and not labels & set(types):
        raise NerError(
            f"{path}: made with another labelling config: labels {', '.join(sorted(labels))}; expected "
            f"{', '.join(types)} (see annotations/labeling_config.xml)"
        )
    return reading


def write_tasks(documents: Iterable[AnnotatedDocument], path: Path) -> None:
    """Write documents as tasks; :func:`read_tasks` of the file gives the same documents."""
    tasks = [_dump_task(number, document) for number, document in enumerate(documents, 1)]
    write_text(path, "[\n" + ",\n".join(tasks) + "\n]\n")


def moment(stamp: str) -> datetime:
    """A timestamp of Label Studio's as a time; the beginning of time for none or a broken one.

    Texts do not compare: Django leaves out the fraction of a full second.
    """
    try:
        time = datetime.fromisoformat(stamp.replace("Z", "+00:00"))
    except ValueError:
        return _NEVER
    return time if time.tzinfo else time.replace(tzinfo=timezone.utc)


def content_hash(text: str) -> str:
    """SHA-256 of the text, in hex, by which a task is recognised whatever its number."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(slots=True)
class _TaskReader:
    file: str
    index: int
    task: Any
    types: Sequence[str]
    reading: TaskReading

    def read(self) -> None:
        data = self.task.get("data") if isinstance(self.task, Mapping) else None
        text = data.get("text") if isinstance(data, Mapping) else None
        if not isinstance(data, Mapping) or not isinstance(text, str):
            self._refuse("-", "no data.text with a string")
            return
        annotation = self._choose(self.task.get("annotations"))
        if annotation is None:
            return
        regions = annotation.get("result") or []
        if not isinstance(regions, list):
            self._refuse("-", f"its result is no list: {regions!r}")
            return
        spans = [span for region in regions if (span := self._span(region, text))]
        meta = {key: value for key, value in data.items() if key not in {"text", "id"}}
        identity = str(data.get("id") or f"{Path(self.file).stem}-{content_hash(text)[:8]}")
        self.reading.documents.append(AnnotatedDocument(identity, text, self._without_overlap(spans, text), meta))

    @property
    def name(self) -> str:
        if not isinstance(self.task, Mapping):
            return f"#{self.index + 1}"
        data = self.task.get("data")
        inner = data.get("id") if isinstance(data, Mapping) else None
        return str(inner or self.task.get("id") or f"#{self.index + 1}")

    def _refuse(self, span: str, reason: str) -> None:
        self.reading.refusals.append(Refusal(self.file, self.name, span, reason))

    def _choose(self, annotations: Any) -> Mapping[str, Any] | None:
        given = [a for a in annotations if isinstance(a, Mapping)] if isinstance(annotations, list) else []
        usable = [a for a in given if not a.get("was_cancelled")]
        if not usable:
            self._refuse("-", "cancelled" if given else "no annotation")
            return None
        chosen = max(
            enumerate(usable),
            key=lambda item: (
                bool(item[1].get("ground_truth")),
                moment(str(item[1].get("updated_at") or item[1].get("created_at") or "")),
                item[0],
            ),
        )[1]
        if len(given) > 1:
            why = "the ground truth" if chosen.get("ground_truth") else "the newest"
            taken = chosen.get("id", given.index(chosen) + 1)
            cancelled = len(given) - len(usable)
            self.reading.notes.append(
                f"{self.file}: task {self.name}: {len(given)} annotations ({cancelled} cancelled), took {why}: {taken}"
            )
        return chosen

    def _span(self, region: Any, text: str) -> Span | None:
        if not isinstance(region, Mapping) or region.get("type", "labels") != "labels":
            kind = region.get("type") if isinstance(region, Mapping) else type(region).__name__
            self._refuse("-", f"a result of type {kind!r}, not labels")
            return None
        value = region.get("value")
        value = value if isinstance(value, Mapping) else {}
        start, end, labels = value.get("start"), value.get("end"), value.get("labels")
        shown = f"[{start}, {end}) {labels} {value.get('text')!r}"
        if type(start) is not int or type(end) is not int:
            self._refuse(shown, "start and end must be whole numbers")
        elif not isinstance(labels, list) or len(labels) != 1 or labels[0] not in self.types:
            self._refuse(shown, f"label is not one of {', '.join(self.types)}")
        elif not 0 <= start <= end <= len(text):
            self._refuse(shown, f"outside the text of {len(text)} characters")
        elif not text[start:end].strip():
            self._refuse(shown, "empty")
        elif isinstance(value.get("text"), str) and not same_text(value["text"], text[start:end]):
            self._refuse(shown, f"the text there is {text[start:end]!r}")
        else:
            return Span(start, end, labels[0])
        return None

    def _without_overlap(self, spans: list[Span], text: str) -> tuple[Span, ...]:
        kept: list[Span] = []
        for span in sorted(spans):
            if kept and kept[-1].overlaps(span):
                shown = f"[{span.start}, {span.end}) ['{span.type}'] {text[span.start : span.end]!r}"
                self._refuse(shown, f"overlaps [{kept[-1].start}, {kept[-1].end}) {kept[-1].type}")
            else:
                kept.append(span)
        return tuple(kept)


def _labels(task: Any) -> Iterable[str]:
    annotations = task.get("annotations") if isinstance(task, Mapping) else None
    for annotation in annotations if isinstance(annotations, list) else []:
        regions = annotation.get("result") if isinstance(annotation, Mapping) else None
        for region in regions if isinstance(regions, list) else []:
            value = region.get("value") if isinstance(region, Mapping) else None
            if isinstance(value, Mapping):
                labels = value.get(str(region.get("type", "labels"))) or value.get("labels")
                yield from map(str, labels if isinstance(labels, list) else [])


def _dump_task(number: int, document: AnnotatedDocument) -> str:
    def line(value: Any) -> str:
        return json.dumps(value, ensure_ascii=False, sort_keys=True)

    data = {"id": document.id, **document.meta}
    fields = [f"      {line(key)}: {line(value)}" for key, value in sorted(data.items())]
    fields.append(f'      "text": {line(document.text)}')
    regions = [
        "        "
        + line(
            {
                "from_name": FROM_NAME,
                "id": f"{document.id}-{index}",
                "to_name": TO_NAME,
                "type": "labels",
                "value": {
                    "end": span.end,
                    "labels": [span.type],
                    "start": span.start,
                    "text": document.surface(span),
                },
            }
        )
        for index, span in enumerate(sorted(document.spans))
    ]
    result = "[\n" + ",\n".join(regions) + "\n      ]" if regions else "[]"
    return (
        f'  {{\n    "annotations": [\n      {{"ground_truth": true, "result": {result}, "was_cancelled": false}}\n'
        f'    ],\n    "data": {{\n' + ",\n".join(fields) + f'\n    }},\n    "id": {number}\n  }}'
    )
