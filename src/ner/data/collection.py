"""The annotated collection: Label Studio files and the committed split of their articles."""

from __future__ import annotations

import glob
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from ner.errors import NerError
from ner.formats.label_studio import Refusal, read_tasks
from ner.settings import Paths
from ner.spans import ENTITY_TYPES, AnnotatedDocument

SPLITS = ("train", "dev", "test")


@dataclass(frozen=True, slots=True)
class DataSettings:
    """Annotated files, how their articles are split, and the types of their spans; see ``configs/data``.

    ``files`` and ``split`` choose what is evaluated: other files, or one split of the collection.
    """

    collection: Paths
    splits: str
    types: tuple[str, ...] = ENTITY_TYPES
    extra: Paths = ()
    files: Paths | None = None
    split: str = "dev"


@dataclass(slots=True)
class Collection:
    """Annotated documents by id, which split each belongs to, and what reading refused or noted."""

    documents: dict[str, AnnotatedDocument] = field(default_factory=dict)
    splits: dict[str, list[str]] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def split(self, name: str) -> list[AnnotatedDocument]:
        """The documents of one split, in the order of the split file; raises NerError if there are none."""
        found = [self.documents[key] for key in self.splits.get(name, []) if key in self.documents]
        if not found:
            raise NerError(f"data.split={name}: no annotated document in this split (known: {', '.join(self.splits)})")
        return found


def expand(patterns: Iterable[str], setting: str = "data.files") -> list[Path]:
    """Files that paths and globs of a ``setting`` name, in order; raises NerError for one that names none."""
    files: list[Path] = []
    for pattern in [patterns] if isinstance(patterns, str) else patterns:
        found = sorted(glob.glob(pattern, recursive=True)) or ([pattern] if Path(pattern).exists() else [])
        if not found:
            raise NerError(f"{setting}: {pattern}: no such file")
        files += (Path(name) for name in found)
    return files


def read_files(files: Sequence[Path], types: Sequence[str] = ENTITY_TYPES) -> Collection:
    """Read Label Studio files without any split; a second document with an id already taken is refused."""
    collection = Collection()
    for path in files:
        reading = read_tasks(path, types)
        collection.refusals += reading.refusals
        collection.notes += reading.notes
        for document in reading.documents:
            if document.id in collection.documents:
                collection.refusals.append(Refusal(str(path), document.id, "-", "this id was read before"))
            else:
                collection.documents[document.id] = document
    return collection


def load_collection(
    patterns: Iterable[str], split_file: str, extra: Iterable[str] = (), types: Sequence[str] = ENTITY_TYPES
) -> Collection:
    """Read annotation files and their split file, a YAML mapping of split names to lists of document ids.

    The documents of the files ``extra`` need not stand there: they are added to the train split, but for those whose id
    or text the collection has, which are refused. Other documents in no split and ids without a document are noted; an
    id in two splits raises NerError.
    """
    collection = read_files(expand(patterns, "data.collection"), types)
    further = read_files(expand(extra, "data.extra"), types)
    try:
        content = yaml.safe_load(Path(split_file).read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise NerError(f"data.splits={split_file}: {error}") from None
    if not isinstance(content, dict) or not all(isinstance(ids, list) for ids in content.values()):
        raise NerError(f"data.splits={split_file}: expected a mapping of split names to lists of document ids")
    collection.splits = {str(name): [str(key) for key in ids] for name, ids in content.items()}
    counts = Counter(key for ids in collection.splits.values() for key in ids)
    twice = sorted(key for key, count in counts.items() if count > 1)
    if twice:
        raise NerError(f"data.splits={split_file}: {twice[0]} stands in more than one place ({len(twice)} such ids)")
    missing = sorted(set(counts) - set(collection.documents))
    unassigned = sorted(set(collection.documents) - set(counts))
    _add_to_train(collection, further)
    if missing:
        collection.notes.append(f"{split_file}: {len(missing)} ids without an annotation, e.g. {missing[0]}")
    if unassigned:
        collection.notes.append(f"{split_file}: {len(unassigned)} documents in no split, e.g. {unassigned[0]}")
    return collection


def _add_to_train(collection: Collection, further: Collection) -> None:
    collection.refusals += further.refusals
    collection.notes += further.notes
    texts = {document.text for document in collection.documents.values()}
    for document in further.documents.values():
        if document.id in collection.documents:
            collection.refusals.append(Refusal("data.extra", document.id, "-", "the collection has this id"))
        elif document.text in texts:  # an article of dev or test must not be trained on under another name
            collection.refusals.append(Refusal("data.extra", document.id, "-", "the collection has this text"))
        else:
            collection.documents[document.id] = document
            collection.splits.setdefault("train", []).append(document.id)


def select_documents(
    files: Sequence[str] | None,
    collection: Sequence[str],
    split_file: str,
    split: str,
    types: Sequence[str] = ENTITY_TYPES,
) -> tuple[list[AnnotatedDocument], list[str]]:
    """The documents of ``files`` if given, else of one split of the collection; and what reading refused or noted."""
    if files:
        found = read_files(expand(files), types)
        documents = list(found.documents.values())
        if not documents:
            raise NerError(
                f"data.files: no usable annotation in {', '.join(files)}: {'; '.join(map(str, found.refusals))}"
            )
    else:
        found = load_collection(collection, split_file, types=types)
        documents = found.split(split)
    return documents, [*found.notes, *map(str, found.refusals)]
