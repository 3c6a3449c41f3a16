"""Which format a path has, and the way from any to any.

A format is told by name or by the path's suffix, never by looking inside.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from ner.errors import NerError
from ner.formats.bio import read_bio, write_bio
from ner.formats.inline import read_inline, write_inline
from ner.formats.json_min import write_min
from ner.formats.label_studio import read_tasks, write_tasks
from ner.formats.rows import load_dataset_folder, read_rows, save_dataset, write_rows
from ner.formats.standoff import read_lines, read_standoff, write_standoff
from ner.formats.tokens import read_tokens, write_tokens
from ner.spans import ENTITY_TYPES, AnnotatedDocument


@dataclass(frozen=True, slots=True)
class Format:
    """A two-way converter; ``read`` gives documents and what it refused or noted, as lines."""

    name: str
    suffixes: tuple[str, ...]
    read: Callable[[Path], tuple[list[AnnotatedDocument], list[str]]]
    write: Callable[[list[AnnotatedDocument], Path], None]
    keeps_meta: bool = True


def _write_inline(documents: list[AnnotatedDocument], path: Path) -> None:
    if path.suffix:
        raise NerError(f"{path}: inline mark-up is written to a folder, one file an article; name one without a suffix")
    path.mkdir(parents=True, exist_ok=True)
    for document in documents:
        if document.id in {"", ".", ".."} or re.search(r"[/\\\0]", document.id):
            raise NerError(f"{path}: document id {document.id!r} is no file name; rename it to write inline mark-up")
    for document in documents:
        write_inline(document, path / f"{document.id}.txt")


def formats(types: Sequence[str] = ENTITY_TYPES, texts: Sequence[Path] = ()) -> dict[str, Format]:
    """All formats by name, for spans of these types; ``texts`` are the files that stand-off annotations point into."""

    def read_label_studio(path: Path) -> tuple[list[AnnotatedDocument], list[str]]:
        reading = read_tasks(path, types)
        return reading.documents, [*reading.notes, *map(str, reading.refusals)]

    def read_bio_file(path: Path) -> tuple[list[AnnotatedDocument], list[str]]:
        return read_bio(path, types), []

    def write_bio_file(documents: list[AnnotatedDocument], path: Path) -> None:
        write_bio(documents, path, types)

    def read_inline_files(path: Path) -> tuple[list[AnnotatedDocument], list[str]]:
        files = sorted(path.glob("*.txt")) if path.is_dir() else [path]
        return [read_inline(file, types) for file in files], []

    def read_standoff_file(path: Path) -> tuple[list[AnnotatedDocument], list[str]]:
        return read_standoff(path, read_lines(texts))

    def write_standoff_file(documents: list[AnnotatedDocument], path: Path) -> None:
        write_standoff(documents, read_lines(texts), path)

    known = (
        Format("label_studio", (".json",), read_label_studio, write_tasks),
        Format("json_min", (".min",), read_label_studio, write_min),
        Format("bio", (".bio", ".conll"), read_bio_file, write_bio_file, keeps_meta=False),
        Format("inline", (".txt", ""), read_inline_files, _write_inline),
        Format("jsonl", (".jsonl",), lambda path: (read_rows(path), []), write_rows),
        Format("dataset", (".dataset",), lambda path: (load_dataset_folder(path), []), save_dataset),
        Format("tokens", (".tokens",), lambda path: (read_tokens(path), []), write_tokens, keeps_meta=False),
        Format("standoff", (".standoff",), read_standoff_file, write_standoff_file, keeps_meta=False),
    )
    return {form.name: form for form in known}


def format_of(path: Path, name: str | None, known: Mapping[str, Format]) -> Format:
    """The format named, or else that of the path's suffix; raises NerError if there is none."""
    if name is not None:
        if name not in known:
            raise NerError(f"format {name!r} is none of {', '.join(known)}")
        return known[name]
    for form in known.values():
        if path.suffix.lower() in form.suffixes:
            return form
    all_ = ", ".join(f"{'/'.join(s or 'a folder' for s in f.suffixes)} ({f.name})" for f in known.values())
    raise NerError(f"{path}: unknown suffix {path.suffix!r}; known are {all_}; or name the format")


def convert(
    inputs: Iterable[Path],
    target: Path,
    source_format: str | None = None,
    target_format: str | None = None,
    texts: Sequence[Path] = (),
    types: Sequence[str] = ENTITY_TYPES,
    splits: Path | None = None,
) -> list[str]:
    """Convert files to one target; returns notes on what was refused or could not be kept.

    ``types`` are those of the spans; ``texts`` are the files that stand-off annotations point into; ``splits`` is a
    split file to write in which each input is a split with the input's name up to its first dot.

    Raises NerError for an input that does not exist, an unknown format, or the same id twice.
    """
    documents: dict[str, AnnotatedDocument] = {}
    notes: list[str] = []
    parts: dict[str, list[str]] = {}
    known = formats(types, texts)
    writer = format_of(target, target_format, known)
    for path in inputs:
        if not path.exists():
            raise NerError(f"{path}: no such file or folder")
        found, problems = format_of(path, source_format, known).read(path)
        notes += problems
        for document in found:
            if document.id in documents:
                raise NerError(f"{path}: id {document.id} was read before; ids must differ")
            documents[document.id] = document
            parts.setdefault(path.name.partition(".")[0], []).append(document.id)
    dropped = sum(bool(document.meta) for document in documents.values())
    if dropped and not writer.keeps_meta:
        notes.append(f"{writer.name} has no place for meta data: that of {dropped} documents is left out")
    target.parent.mkdir(parents=True, exist_ok=True)
    writer.write(list(documents.values()), target)
    if splits is not None:
        splits.write_text(yaml.safe_dump(parts, allow_unicode=True, sort_keys=False), encoding="utf-8")
        notes.append(f"splits {', '.join(parts)} to {splits}")
    spans = sum(len(document.spans) for document in documents.values())
    notes.append(f"{len(documents)} documents, {spans} spans to {target} ({writer.name})")
    return notes
