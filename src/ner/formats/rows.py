"""Rows for the ``datasets`` library: JSON lines or a dataset saved to disk, ``{id, text, spans, meta}`` each.

``spans`` is a list of ``{start, end, type}``; ``meta`` is JSON in a string, because its fields differ between
documents. Read the lines anywhere with ``load_dataset("json", data_files=…)``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ner.errors import NerError
from ner.files import read_text, write_text
from ner.spans import AnnotatedDocument, Span


def to_row(document: AnnotatedDocument) -> dict[str, Any]:
    """The document as one row; the inverse of :func:`from_row`."""
    spans = [{"start": span.start, "end": span.end, "type": span.type} for span in document.spans]
    meta = json.dumps(dict(document.meta), ensure_ascii=False)
    return {"id": document.id, "text": document.text, "spans": spans, "meta": meta}


def from_row(row: Mapping[str, Any]) -> AnnotatedDocument:
    """The document of one row; offsets are code points of ``text``.

    Raises KeyError, TypeError or ValueError if it is no such row, or a span is empty, outside the text or over another.
    """
    text = str(row["text"])
    spans = tuple(sorted(Span(int(span["start"]), int(span["end"]), str(span["type"])) for span in row["spans"]))
    position = 0
    for span in spans:
        if not position <= span.start < span.end <= len(text):
            raise ValueError(f"{span} is empty, outside the text or over another")
        position = span.end
    return AnnotatedDocument(str(row["id"]), text, spans, json.loads(row["meta"]))


def write_rows(documents: Iterable[AnnotatedDocument], path: Path) -> None:
    """Write JSON lines."""
    lines = (json.dumps(to_row(document), ensure_ascii=False) + "\n" for document in documents)
    write_text(path, "".join(lines))


def read_rows(path: Path) -> list[AnnotatedDocument]:
    """Read JSON lines; raises NerError naming the line that is none, or a file that is not UTF-8."""
    found: list[AnnotatedDocument] = []
    for number, line in enumerate(read_text(path).split("\n"), 1):
        if line:
            try:
                found.append(from_row(json.loads(line)))
            except (KeyError, TypeError, ValueError) as error:
                raise NerError(f"{path}: line {number}: no row with id, text, spans and meta: {error!r}") from None
    return found


def save_dataset(documents: Iterable[AnnotatedDocument], folder: Path) -> None:
    """Save as a dataset on disk (needs the ``datasets`` extra)."""
    import datasets

    span = {"start": datasets.Value("int64"), "end": datasets.Value("int64"), "type": datasets.Value("string")}
    text = datasets.Value("string")
    features = datasets.Features({"id": text, "text": text, "spans": datasets.List(span), "meta": text})
    rows = [to_row(document) for document in documents]
    datasets.Dataset.from_list(rows, features=features).save_to_disk(str(folder))


def load_dataset_folder(folder: Path) -> list[AnnotatedDocument]:
    """Load a dataset that :func:`save_dataset` saved; raises NerError if the folder holds none."""
    import datasets

    try:
        return [from_row(row) for row in datasets.load_from_disk(str(folder))]
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise NerError(f"{folder}: no dataset of annotated documents: {error}") from None
