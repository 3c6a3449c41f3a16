"""Finished annotations from Label Studio into the collection: nothing lost, nothing doubled.

Texts are matched by content hash. What decides between the server's spans and those of the file:

- Spans that still are what was pulled give way to the server's.
- Spans that were corrected in the file since stay if the server's annotation is the one pulled before; whatever the
  clocks say, the correction then came later.
- If both sides changed, the newer one stays: the server's is newer if it was updated after the time by which the
  correction stood in the file. That time is when the file was last written before a pull first saw the correction; a
  copy or checkout of the file makes it later, never earlier, which errs on the side of the correction.
- ``force`` takes the server's in every case. The old file is kept as ``….bak`` whenever a correction is replaced.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ner.formats.label_studio import moment
from ner.labelling.local import RECORD, LocalFile, Record, span_hash
from ner.labelling.push import identity
from ner.labelling.server import TaskHead
from ner.labelling.sources import Source
from ner.labelling.tasks import Annotation, Task, choose, disagreements
from ner.spans import AnnotatedDocument, Span, span_f1


@dataclass(slots=True)
class PullSummary:
    """What a pull did, document by document; lists hold lines that name the task and its URL."""

    source: str
    output: str
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    waiting: int = 0
    replaced: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    disagreements: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        counts = f"{len(self.added)} added, {len(self.changed)} changed, {len(self.unchanged)} unchanged"
        lines = [f"{self.source} to {self.output}: {counts}, {self.waiting} not annotated yet"]
        for title, items in (
            ("local corrections kept", self.kept),
            ("local corrections replaced, the old file is kept as .bak", self.replaced),
            ("skipped by the annotator, left out", self.skipped),
            ("annotators disagree", self.disagreements),
            ("spans and tasks that could not be taken", self.problems),
            ("already in another file of the collection, left there", self.elsewhere),
            ("several tasks with the same text, merged", self.doubled),
            ("pulled before and no longer finished there, kept", self.gone),
        ):
            if items:
                lines += [f"{title}: {len(items)}", *(f"  {item}" for item in items)]
        return lines


def pull(
    source: Source, output: Path, collection: Sequence[str] = (), force: bool = False, write: bool = True
) -> PullSummary:
    """Bring ``output`` up to date with the finished annotations of a project.

    Only tasks that changed since the last pull are fetched; all are fetched before anything is written, and the file
    changes in one step or not at all. Texts that another file of ``collection`` holds are reported and left there.
    With ``write=False`` only the summary is made. Raises NerError if the source fails or the file cannot be merged.
    """
    return _Pull(source, LocalFile.read(output, collection), force).run(write)


class _Pull:
    def __init__(self, source: Source, local: LocalFile, force: bool) -> None:
        self.source = source
        self.local = local
        self.force = force
        self.summary = PullSummary(source.name, str(local.path))
        self.there = local.by_digest()
        self.taken_ids = local.ids()
        self.results: dict[str, AnnotatedDocument] = {}

    def run(self, write: bool) -> PullSummary:
        groups = self._groups()
        wanted = [head.id for digest, heads in groups.items() if not self._is_current(digest, heads) for head in heads]
        tasks = self.source.fetch(wanted)
        for digest, heads in groups.items():
            self._take(digest, heads, [(head, tasks[head.id]) for head in heads if head.id in tasks])
        if self.source.complete:
            self._find_gone(groups)
        if write:
            old = [self.results.pop(digest, document) for digest, document in self._in_order()]
            self.local.save([*old, *self.results.values()], keep_old=bool(self.summary.replaced))
        return self.summary

    def _groups(self) -> dict[str, list[TaskHead]]:
        """Tasks with something finished, by the hash of their text; the others are counted or reported."""
        groups: dict[str, list[TaskHead]] = {}
        for head in self.source.heads():
            digest = head.digest
            pushed = head.data.get("sha256")
            if digest is None:
                self._problem(head, "no text")
            elif pushed not in (None, digest):
                self._problem(head, "its text is no longer the one that was pushed; left out")
            else:
                groups.setdefault(digest, []).append(head)
        for digest, heads in list(groups.items()):
            if len(heads) > 1:
                self.summary.doubled.append(", ".join(self.source.url(head.id) for head in heads))
            if not any(head.finished for head in heads):
                cancelled = [head for head in heads if head.cancelled]
                self.summary.skipped += (self.source.url(head.id) for head in cancelled)
                self.summary.waiting += not cancelled
                del groups[digest]
        return groups

    def _in_order(self) -> list[tuple[str, AnnotatedDocument]]:
        digests = {id(document): digest for digest, document in self.there.items()}
        return [(digests.get(id(document), ""), document) for document in self.local.documents]

    def _is_current(self, digest: str, heads: Sequence[TaskHead]) -> bool:
        document = self.there.get(digest)
        record = Record.of(document) if document else None
        if document is None or record is None or not record.seen:
            return False
        if self.force and span_hash(document.spans) != record.spans:
            return False
        return record.seen == _stamp(heads) and record.project == self.source.name

    def _take(self, digest: str, heads: Sequence[TaskHead], found: Sequence[tuple[TaskHead, Task]]) -> None:
        document = self.there.get(digest)
        url = self.source.url(heads[0].id)
        if not found:
            if document is not None:
                self._keep_current(digest, document, url)
            return
        annotations = [annotation for _, task in found for annotation in task.finished]
        if not annotations:
            return
        chosen = choose(annotations)
        head, task = next((h, t) for h, t in found if chosen in t.finished)
        url = self.source.url(head.id)
        spans, problems = chosen.spans(task.text)
        self.summary.problems += (f"{url}: {problem}" for problem in problems)
        if problems and not spans and document is None:
            return  # all it marks is of no use here (labels of another config): no article without entities
        others = disagreements(task.text, chosen, annotations)
        self.summary.disagreements += (f"{url}: {other}" for other in others)
        record = Record(
            project=self.source.name,
            task=task.id,
            annotation=chosen.id,
            by=chosen.by,
            created_at=chosen.created_at,
            updated_at=chosen.updated_at,
            lead_time=chosen.lead_time,
            ground_truth=chosen.ground_truth,
            spans=span_hash(spans),
            seen="" if problems else _stamp(heads),
            disagreements=tuple({"taken": o.taken, "other": o.other, "f1": round(o.f1, 4)} for o in others),
        )
        if document is not None:
            self._merge(digest, document, record, chosen, spans, url)
        elif digest in self.local.elsewhere:
            self._report_elsewhere(digest, spans, url)
        else:
            self.results[digest] = self._new(task, record, spans)
            self.summary.added.append(self.results[digest].id)

    def _merge(
        self,
        digest: str,
        document: AnnotatedDocument,
        record: Record,
        chosen: Annotation,
        spans: tuple[Span, ...],
        url: str,
    ) -> None:
        before = Record.of(document)
        corrected = before is None or span_hash(document.spans) != before.spans
        if corrected and document.spans != spans and not self.force:
            same = before is not None and (before.annotation, before.updated_at) == (chosen.id, chosen.updated_at)
            stood = self.local.corrected_at(document, before)
            if same or moment(chosen.updated_at) <= stood:
                f1 = span_f1([document.spans], [spans])
                self.summary.kept.append(
                    f"{document.id}: span F1 {f1:.3f} to the server's of {chosen.updated_at}, {url}"
                )
                self._note_correction(digest, document, before)
                return
        if corrected and document.spans != spans:
            self.summary.replaced.append(f"{document.id}: by {chosen.by}'s of {chosen.updated_at}, {url}")
        merged = replace(document, spans=spans, meta={**document.meta, RECORD: record.as_meta()})
        (self.summary.unchanged if merged.spans == document.spans else self.summary.changed).append(document.id)
        self.results[digest] = merged

    def _keep_current(self, digest: str, document: AnnotatedDocument, url: str) -> None:
        """A document whose task did not change since the last pull."""
        record = Record.of(document)
        if record is None:  # its task was deleted while we read
            return
        for other in record.disagreements:
            line = f"{other['taken']} (taken) and {other['other']}: span F1 {other['f1']:.3f}"
            self.summary.disagreements.append(f"{url}: {line}")
        if span_hash(document.spans) == record.spans:
            self.summary.unchanged.append(document.id)
        else:
            self.summary.kept.append(f"{document.id}: {url}")
            self._note_correction(digest, document, record)

    def _note_correction(self, digest: str, document: AnnotatedDocument, record: Record | None) -> None:
        """Remember by when a correction stood in the file, since writing the file would make it look newer."""
        if record is not None:
            stood = self.local.corrected_at(document, record).isoformat()
            noted = replace(record, corrected=span_hash(document.spans), corrected_at=stood)
            self.results[digest] = replace(document, meta={**document.meta, RECORD: noted.as_meta()})

    def _new(self, task: Task, record: Record, spans: tuple[Span, ...]) -> AnnotatedDocument:
        given = task.data.get("id")
        source = str(task.data.get("source") or f"task-{task.id}")
        name = given if isinstance(given, str) and given else identity(source, task.digest)
        while name in self.taken_ids:
            name = f"{name}-{task.digest[:8]}"
        self.taken_ids.add(name)
        meta: dict[str, Any] = {k: v for k, v in task.data.items() if k not in {"id", "name", RECORD}}
        return AnnotatedDocument(name, task.text, spans, {**meta, "sha256": task.digest, RECORD: record.as_meta()})

    def _report_elsewhere(self, digest: str, spans: tuple[Span, ...], url: str) -> None:
        name, document = self.local.elsewhere[digest]
        f1 = span_f1([document.spans], [spans])
        same = "the same spans" if set(document.spans) == set(spans) else f"span F1 {f1:.3f}; to take it, output={name}"
        self.summary.elsewhere.append(f"{name}: {document.id}: {same}, {url}")

    def _find_gone(self, groups: Mapping[str, Sequence[TaskHead]]) -> None:
        for digest, document in self.there.items():
            record = Record.of(document)
            if record and record.project == self.source.name and digest not in groups:
                self.summary.gone.append(f"{document.id}: task {record.task}")

    def _problem(self, head: TaskHead, reason: str) -> None:
        self.summary.problems.append(f"{self.source.url(head.id)}: {reason}")


def _stamp(heads: Sequence[TaskHead]) -> str:
    """What changes when an annotation of these tasks does: the time, or, if deleted in bulk, only the counts."""
    latest = max((head.updated_at for head in heads), key=moment)
    return f"{latest} {sum(head.finished for head in heads)} {sum(head.cancelled for head in heads)}"
