r"""BIO files (CoNLL style): one character and its tag a line, separated by a tab.

A document begins with a line ``-DOCSTART-`` tab id. Blanks, control characters and the backslash are written as
Python's ``\uXXXX`` escapes, so that any text can be read back exactly. A blank line follows each newline character;
blank lines mean nothing on reading. Meta data has no place in this format.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from ner.errors import NerError
from ner.files import read_text, write_text
from ner.spans import ENTITY_TYPES, AnnotatedDocument
from ner.tags import TagSet

_START = "-DOCSTART-"
_ESCAPE = re.compile(r"\\u([0-9a-f]{4})|\\U([0-9a-f]{8})")


def write_bio(documents: Iterable[AnnotatedDocument], path: Path, types: Sequence[str] = ENTITY_TYPES) -> None:
    """Write documents as UTF-8; :func:`read_bio` gives the same ids, texts and spans.

    Raises NerError naming a document with a span of another type.
    """
    tags = TagSet(tuple(types))
    lines: list[str] = []
    for document in documents:
        if unknown := sorted({span.type for span in document.spans} - set(types)):
            raise NerError(f"{document.id}: spans of type {', '.join(unknown)}; types are {', '.join(types)}")
        lines.append(f"{_START}\t{document.id}")
        for char, tag in zip(document.text, tags.encode(len(document.text), document.spans), strict=True):
            lines.append(f"{_escape(char)}\t{tags.names[tag]}")
            if char == "\n":
                lines.append("")
    write_text(path, "\n".join([*lines, ""]))


def read_bio(path: Path, types: Sequence[str] = ENTITY_TYPES) -> list[AnnotatedDocument]:
    """Read a file as :func:`write_bio` writes it.

    Raises NerError naming the line for a tag not in ``types``, an I that continues nothing, a line of another shape, or
    characters before the first document.
    """
    tags = TagSet(tuple(types))
    documents: list[AnnotatedDocument] = []
    identity: str | None = None
    chars: list[str] = []
    ids: list[int] = []

    def finish() -> None:
        if identity is not None:
            documents.append(AnnotatedDocument(identity, "".join(chars), tuple(tags.decode(ids))))

    for number, line in enumerate(read_text(path).split("\n"), 1):
        if not line:
            continue
        char, separator, name = line.partition("\t")
        if not separator:
            raise NerError(f"{path}: line {number}: expected a character, a tab and a tag: {line!r}")
        if char == _START:
            finish()
            identity, chars, ids = name, [], []
            continue
        char = _ESCAPE.sub(lambda match: chr(int(match[1] or match[2], 16)), char)
        if identity is None or len(char) != 1:
            what = f"more than one character: {char!r}" if identity is not None else f"no {_START} line before it"
            raise NerError(f"{path}: line {number}: {what}")
        if name not in tags.names:
            raise NerError(f"{path}: line {number}: unknown tag {name!r}, expected O or B-/I- {', '.join(types)}")
        tag = tags.names.index(name)
        if name.startswith("I-") and (not ids or ids[-1] not in {tag, tag - 1}):
            raise NerError(f"{path}: line {number}: {name} continues no span (strict IOB2)")
        chars.append(char)
        ids.append(tag)
    finish()
    return documents


def _escape(char: str) -> str:
    if char == "\\" or not char.isprintable() or char.isspace():
        return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"
    return char
