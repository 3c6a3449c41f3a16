"""Which format a path has, and the way from any to any.

A format is told by name or by the path's suffix, never by looking inside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ner.errors import NerError
from ner.formats.bio import read_bio, write_bio
from ner.formats.inline import read_inline, write_inline
from ner.formats.json_min import write_min
from ner.formats.label_studio import read_tasks, write_tasks
from ner.formats.rows import load_dataset_folder, read_rows, save_dataset, write_rows
from ner.formats.standoff import read_lines, read_standoff, write_standoff
from ner.spans import AnnotatedDocument


@dataclass(frozen=True, slots=True)
class Format:
    """A two-way converter; ``read`` gives documents and what it refused or noted, as lines."""

    name: str
    suffixes: tuple[str, ...]
    read: Callable[[Path], tuple[list[AnnotatedDocument], list[str]]]
    write: Callable[[list[AnnotatedDocument], Path], None]
    keeps_meta: bool = True


def _read_label_studio(path: Path) -> tuple[list[AnnotatedDocument], list[str]]:
    reading = read_tasks(path)
    return reading.documents, [*reading.notes, *map(str, reading.refusals)]


def _read_inline(path: Path) -> tuple[list[AnnotatedDocument], list[str]]:
    files = sorted(path.glob("*.txt")) if path.is_dir() else [path]
    return [read_inline(file) for file in files], []


def _write_inline(documents: list[AnnotatedDocument], path: Path) -> None:
    if path.suffix:
        raise NerError(f"{path}: inline mark-up is written to a folder, one file an article; name one without a suffix")
    path.mkdir(parents=True, exist_ok=True)
    for document in documents:
        write_inline(document, path / f"{document.id}.txt")


FORMATS = {
    form.name: form
    for form in (
        Format("label_studio", (".json",), _read_label_studio, write_tasks),
        Format("json_min", (".min",), _read_label_studio, write_min),
        Format("bio", (".bio", ".conll"), lambda path: (read_bio(path), []), write_bio, keeps_meta=False),
        Format("inline", (".txt", ""), _read_inline, _write_inline),
        Format("jsonl", (".jsonl",), lambda path: (read_rows(path), []), write_rows),
        Format("dataset", (".dataset",), lambda path: (load_dataset_folder(path), []), save_dataset),
    )
}


def _standoff(texts: Sequence[Path]) -> Format:
    """Stand-off annotations of these texts, which are read when one is."""
    return Format(
        "standoff",
        (".standoff",),
        lambda path: read_standoff(path, read_lines(texts)),
        lambda documents, path: write_standoff(documents, read_lines(texts), path),
        keeps_meta=False,
    )


def format_of(path: Path, name: str | None = None, texts: Sequence[Path] = ()) -> Format:
    """The format named, or else that of the path's suffix; raises NerError if there is none.

    ``texts`` are the files that stand-off annotations point into.
    """
    formats = {**FORMATS, "standoff": _standoff(texts)}
    if name is not None:
        if name not in formats:
            raise NerError(f"format {name!r} is none of {', '.join(formats)}")
        return formats[name]
    for form in formats.values():
        if path.suffix.lower() in form.suffixes:
            return form
    known = ", ".join(f"{'/'.join(s or 'a folder' for s in f.suffixes)} ({f.name})" for f in formats.values())
    raise NerError(f"{path}: unknown suffix {path.suffix!r}; known are {known}; or name the format")


def convert(
    inputs: Iterable[Path],
    target: Path,
    source_format: str | None = None,
    target_format: str | None = None,
    texts: Sequence[Path] = (),
) -> list[str]:
    """Convert files to one target; returns notes on what was refused or could not be kept.

    Raises NerError for an input that does not exist, an unknown format, or the same id twice.
    """
    documents: dict[str, AnnotatedDocument] = {}
    notes: list[str] = []
    writer = format_of(target, target_format, texts)
    for path in inputs:
        if not path.exists():
            raise NerError(f"{path}: no such file or folder")
        found, problems = format_of(path, source_format, texts).read(path)
        notes += problems
        for document in found:
            if document.id in documents:
                raise NerError(f"{path}: id {document.id} was read before; ids must differ")
            documents[document.id] = document
    dropped = sum(bool(document.meta) for document in documents.values())
    if dropped and not writer.keeps_meta:
        notes.append(f"{writer.name} has no place for meta data: that of {dropped} documents is left out")
    target.parent.mkdir(parents=True, exist_ok=True)
    writer.write(list(documents.values()), target)
    spans = sum(len(document.spans) for document in documents.values())
    notes.append(f"{len(documents)} documents, {spans} spans to {target} ({writer.name})")
    return notes
