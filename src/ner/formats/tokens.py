"""Token classification data as datasets on the hub have it: JSON lines, ``{"tokens": […], "tags": ["B-x", "O", …]}``.

A document's text is its tokens put together; written, every character is a token. An ``id`` is kept where a line has
one, else it is the file's name and the line's number. Meta data has no place in this format.
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterable
from pathlib import Path

from ner.errors import NerError
from ner.files import write_text
from ner.spans import AnnotatedDocument, Span
from ner.tags import TagSet


def write_tokens(documents: Iterable[AnnotatedDocument], path: Path) -> None:
    """Write documents; :func:`read_tokens` gives the same ids, texts and spans."""
    lines = []
    for document in documents:
        tags = TagSet(tuple(sorted({span.type for span in document.spans})))
        names = [tags.names[tag] for tag in tags.encode(len(document.text), document.spans)]
        row = {"id": document.id, "tokens": list(document.text), "tags": names}
        lines.append(json.dumps(row, ensure_ascii=False) + "\n")
    write_text(path, "".join(lines))


def read_tokens(path: Path) -> list[AnnotatedDocument]:
    """Read JSON lines, also compressed as ``.xz``.

    Raises NerError naming the file if it cannot be read, or the line that has no tokens and tags of one number, a tag
    that is not O, B-x or I-x, or an I that continues nothing.
    """
    try:
        data = path.read_bytes()
        text = (lzma.decompress(data) if path.suffix == ".xz" else data).decode("utf-8")
    except (OSError, lzma.LZMAError, UnicodeDecodeError) as error:
        raise NerError(f"{path}: {error}") from None
    name = path.name.partition(".")[0]
    documents: list[AnnotatedDocument] = []
    for number, line in enumerate(text.split("\n"), 1):
        if line:
            try:
                row = json.loads(line)
                tokens, spans = [str(token) for token in row["tokens"]], _spans(row["tokens"], row["tags"])
                identity = str(row.get("id", f"{name}-{number}"))
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise NerError(f"{path}: line {number}: no tokens with their tags: {error}") from None
            documents.append(AnnotatedDocument(identity, "".join(tokens), spans))
    return documents


def _spans(tokens: list[str], tags: list[str]) -> tuple[Span, ...]:
    spans: list[Span] = []
    open_, position = False, 0
    for token, tag in zip(tokens, tags, strict=True):
        prefix, _, type_ = tag.partition("-")
        end = position + len(token)
        if prefix == "B" and type_:
            spans.append(Span(position, end, type_))
        elif prefix == "I" and type_:
            if not open_ or spans[-1].type != type_:
                raise ValueError(f"{tag} continues no span (strict IOB2)")
            spans[-1] = Span(spans[-1].start, end, type_)
        elif tag != "O":
            raise ValueError(f"tag {tag!r} is not O, B-x or I-x")
        open_, position = tag != "O", end
    return tuple(spans)
