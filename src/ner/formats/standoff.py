"""Stand-off annotations: spans without their text, for texts that may be annotated but not passed on.

A file of JSON lines, ``{"id", "file", "line", "lines", "sha256", "spans": [[start, end, type], …]}``: the text is
``lines`` lines of ``file`` (``.txt`` or ``.txt.xz``) from number ``line`` on, counted from 1, without the blanks at
their ends and joined by line feeds; ``sha256`` is the hash of that text in UTF-8.
"""

from __future__ import annotations

import hashlib
import json
import lzma
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ner.errors import NerError
from ner.files import read_text, write_text
from ner.formats.rows import from_row
from ner.spans import AnnotatedDocument

Lines = Mapping[str, Sequence[str]]


def read_lines(paths: Iterable[Path]) -> Lines:
    """The lines of each text file by the file's name; raises NerError naming a file that cannot be read."""
    texts: dict[str, Sequence[str]] = {}
    for path in paths:
        try:
            data = path.read_bytes()
            text = (lzma.decompress(data) if path.suffix == ".xz" else data).decode("utf-8")
        except (OSError, lzma.LZMAError, UnicodeDecodeError) as error:
            raise NerError(f"texts: {path}: {error}") from None
        if path.name in texts:
            raise NerError(f"texts: {path}: another file of this name was given; stand-off annotations know only names")
        texts[path.name] = [line.strip() for line in text.split("\n")]
    return texts


def write_standoff(documents: Iterable[AnnotatedDocument], texts: Lines, path: Path) -> None:
    """Write the spans of documents that are runs of whole lines of ``texts``, the first such run of each.

    Raises NerError naming a document that stands in none; meta data is not kept.
    """
    rows = []
    for document in documents:
        lines = document.text.split("\n")
        place = _find(lines, texts)
        if place is None:
            raise NerError(f"{document.id}: its text is no run of whole lines of texts ({', '.join(texts) or 'none'})")
        rows.append(
            {
                "id": document.id,
                "file": place[0],
                "line": place[1] + 1,
                "lines": len(lines),
                "sha256": _digest(document.text),
                "spans": [[span.start, span.end, span.type] for span in document.spans],
            }
        )
    write_text(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


def read_standoff(path: Path, texts: Lines) -> tuple[list[AnnotatedDocument], list[str]]:
    """Documents with their text taken from ``texts``, and a note for each whose text is missing or has changed.

    Raises NerError naming a line that is no stand-off annotation.
    """
    documents: list[AnnotatedDocument] = []
    notes: list[str] = []
    for number, line in enumerate(read_text(path).split("\n"), 1):
        if not line:
            continue
        try:
            row: dict[str, Any] = json.loads(line)
            name, first = str(row["file"]), int(row["line"]) - 1
            text = "\n".join(texts.get(name, ())[first : first + int(row["lines"])])
            if _digest(text) != row["sha256"]:
                reason = f"other text at line {first + 1}" if name in texts else "not among texts"
                notes.append(f"{path}: {row['id']} left out: {name}: {reason}")
                continue
            spans = [{"start": start, "end": end, "type": type_} for start, end, type_ in row["spans"]]
            documents.append(from_row({"id": row["id"], "text": text, "spans": spans, "meta": "{}"}))
        except (KeyError, TypeError, ValueError) as error:
            raise NerError(f"{path}: line {number}: no stand-off annotation: {error!r}") from None
    return documents, notes


def _find(lines: Sequence[str], texts: Lines) -> tuple[str, int] | None:
    for name, known in texts.items():
        start = 0
        while True:
            try:
                start = known.index(lines[0], start)
            except ValueError:
                break
            if list(known[start : start + len(lines)]) == list(lines):
                return name, start
            start += 1
    return None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
