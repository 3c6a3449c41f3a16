"""The file that pulls write: a Label Studio file of the collection that also remembers what was pulled.

Each document keeps, under ``data.label_studio``, whose annotation it is, from when, how long it took, and a hash of the
spans as they were pulled. Spans that no longer have that hash were corrected here since.
"""

from __future__ import annotations

import glob
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ner.errors import NerError
from ner.formats.label_studio import content_hash, read_tasks, write_tasks
from ner.spans import AnnotatedDocument, Span

RECORD = "label_studio"
_NEVER = datetime.min.replace(tzinfo=timezone.utc)


@dataclass(frozen=True, slots=True)
class Record:
    """Where a document's spans came from and what a local correction was last seen to be.

    ``seen`` changes whenever an annotation of the task does, and is "" to have it fetched again; ``corrected`` is the
    hash of spans that were corrected here and ``corrected_at`` the time by which they were.
    """

    project: str
    task: int
    annotation: int
    by: str
    created_at: str
    updated_at: str
    lead_time: float | None
    ground_truth: bool
    spans: str
    seen: str = ""
    disagreements: tuple[dict[str, Any], ...] = ()
    corrected: str = ""
    corrected_at: str = ""

    def as_meta(self) -> dict[str, Any]:
        return {**asdict(self), "disagreements": list(self.disagreements)}

    @classmethod
    def of(cls, document: AnnotatedDocument) -> Record | None:
        """The record of a document, or None if it was never pulled."""
        found = document.meta.get(RECORD)
        known = {part.name for part in fields(cls)}
        try:
            record = cls(**{key: value for key, value in dict(found or {}).items() if key in known})
        except (TypeError, ValueError):
            return None
        return cls(**{**record.as_meta(), "disagreements": tuple(record.disagreements)})


def span_hash(spans: Iterable[Span]) -> str:
    """A short hash of a set of spans."""
    return hashlib.sha256(json.dumps(sorted((s.start, s.end, s.type) for s in spans)).encode()).hexdigest()[:16]


@dataclass(slots=True)
class LocalFile:
    """The documents of the output file, in order, and which texts the rest of the collection holds."""

    path: Path
    documents: list[AnnotatedDocument] = field(default_factory=list)
    elsewhere: dict[str, tuple[str, AnnotatedDocument]] = field(default_factory=dict)
    written_at: datetime = _NEVER

    @classmethod
    def read(cls, path: Path, collection: Sequence[str] = ()) -> LocalFile:
        """Read the output file, if there is one, and the files that ``collection`` names.

        Raises NerError if the output file holds anything that writing it anew would lose.
        """
        local = cls(path)
        if path.exists():
            local.written_at = datetime.fromtimestamp(path.stat().st_mtime, timezone.utc)
            reading = read_tasks(path)
            if lost := [*map(str, reading.refusals), *reading.notes]:
                raise NerError(
                    f"{lost[0]}; a pull would lose this ({len(lost)} such): mend it, or pull to another file"
                )
            local.documents = reading.documents
        for name in sorted({name for pattern in collection for name in glob.glob(pattern, recursive=True)}):
            if Path(name).resolve() != path.resolve():
                for document in read_tasks(Path(name)).documents:
                    local.elsewhere.setdefault(content_hash(document.text), (name, document))
        return local

    def by_digest(self) -> dict[str, AnnotatedDocument]:
        found: dict[str, AnnotatedDocument] = {}
        for document in self.documents:
            found.setdefault(content_hash(document.text), document)
        return found

    def ids(self) -> set[str]:
        return {document.id for document in self.documents} | {d.id for _, d in self.elsewhere.values()}

    def corrected_at(self, document: AnnotatedDocument, record: Record | None) -> datetime:
        """The time by which these spans were corrected: when first noticed, else when the file was last written."""
        if record and record.corrected == span_hash(document.spans) and record.corrected_at:
            return datetime.fromisoformat(record.corrected_at)
        return self.written_at

    def save(self, documents: Sequence[AnnotatedDocument], keep_old: bool = False) -> None:
        """Put a new file in the old one's place in one step, so that a kill leaves either whole; not if it is the same.

        With ``keep_old``, the old file stays beside it as ``….bak``.
        """
        if not documents and not self.path.exists():
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{self.path.name}.", suffix=".new", dir=self.path.parent)
        os.close(handle)
        fresh = Path(name)
        try:
            write_tasks(documents, fresh)
            if self.path.exists():
                if fresh.read_bytes() == self.path.read_bytes():
                    return
                if keep_old:
                    shutil.copy2(self.path, self.path.with_name(self.path.name + ".bak"))
            fresh.chmod(self.path.stat().st_mode & 0o777 if self.path.exists() else 0o644)
            _sync(fresh)
            fresh.replace(self.path)
            _sync(self.path.parent)
        finally:
            fresh.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    """Have the disk hold what was written, so that a power cut after a rename does not leave an empty file."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
