"""Inline mark-up: spans written into the text, the quick way to annotate by hand.

``去年{region:晋江市}完成{count:22件}{project:为民办实事项目}。``

A brace or backslash of the text itself is escaped with a backslash. A file holds one article and may begin with front
matter, a YAML mapping between two ``---`` lines, which becomes the document's ``meta``. One blank line after it and the
last newline of the file are no part of the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import yaml

from ner.errors import NerError
from ner.spans import ENTITY_TYPES, AnnotatedDocument, Span

_OPEN = re.compile(r"\{([^\s:{}\\]+):")
_FRONT_MATTER = re.compile(r"\A---\r?\n(.*?)\r?\n---(?:\r?\n){1,2}", re.DOTALL)


def parse_inline(markup: str, types: Sequence[str] = ENTITY_TYPES) -> tuple[str, tuple[Span, ...]]:
    """Read marked-up text.

    Returns the bare text and its spans. Raises NerError with line and column for an unknown type, a nested, unclosed or
    empty span, or a stray brace.
    """
    chars: list[str] = []
    spans: list[Span] = []
    opened: tuple[int, str] | None = None
    position = 0

    def fail(reason: str) -> NerError:
        line = markup.count("\n", 0, position) + 1
        column = position - (markup.rfind("\n", 0, position) + 1) + 1
        return NerError(f"inline mark-up, line {line} column {column}: {reason}: {markup[position : position + 20]!r}")

    while position < len(markup):
        char = markup[position]
        if char == "\\" and markup[position + 1 : position + 2] in {"{", "}", "\\"}:
            chars.append(markup[position + 1])
            position += 2
        elif char == "{":
            match = _OPEN.match(markup, position)
            if match is None:
                raise fail("a brace that opens no span (write \\{ for a brace of the text)")
            if opened is not None:
                raise fail("a span inside a span")
            if match[1] not in types:
                raise fail(f"unknown type {match[1]!r}, expected one of {', '.join(types)}")
            opened = (len(chars), match[1])
            position = match.end()
        elif char == "}":
            if opened is None:
                raise fail("a closing brace without a span (write \\} for a brace of the text)")
            if opened[0] == len(chars):
                raise fail("an empty span")
            spans.append(Span(opened[0], len(chars), opened[1]))
            opened = None
            position += 1
        else:
            chars.append(char)
            position += 1
    if opened is not None:
        raise fail("the text ends inside a span")
    return "".join(chars), tuple(spans)


def render_inline(text: str, spans: Sequence[Span]) -> str:
    """Write spans into the text; the inverse of :func:`parse_inline`. Spans must not overlap.

    Raises NerError for a type whose name has a blank, a brace, a backslash or a colon.
    """
    for type_ in {span.type for span in spans}:
        if not _OPEN.fullmatch("{" + type_ + ":"):
            raise NerError(
                f"type {type_!r}: no name for inline mark-up, which allows no blank, brace, backslash or colon"
            )
    parts: list[str] = []
    position = 0
    for span in sorted(spans):
        parts.append(_escape(text[position : span.start]))
        parts.append("{" + span.type + ":" + _escape(text[span.start : span.end]) + "}")
        position = span.end
    parts.append(_escape(text[position:]))
    return "".join(parts)


def read_inline(path: Path, types: Sequence[str] = ENTITY_TYPES) -> AnnotatedDocument:
    """Read one marked-up UTF-8 file; its id is ``meta["id"]`` or else the file's stem."""
    try:
        content = path.read_bytes().decode("utf-8-sig")  # no translation of line ends
    except UnicodeDecodeError:
        raise NerError(f"{path}: not UTF-8; inline mark-up is read as UTF-8 only") from None
    newline = "\r\n" if content.partition("\n")[0].endswith("\r") else "\n"  # of this file; CR may end a text
    meta: dict[str, object] = {}
    if front := _FRONT_MATTER.match(content):
        try:
            loaded = yaml.safe_load(front[1])
        except yaml.YAMLError as error:
            raise NerError(f"{path}: front matter is no YAML: {error}") from None
        if not isinstance(loaded, dict):
            raise NerError(f"{path}: front matter must be a mapping of key: value lines")
        meta = {key: value.isoformat() if isinstance(value, date) else value for key, value in loaded.items()}
        content = content[front.end() :]
    try:
        text, spans = parse_inline(content.removesuffix(newline), types)
    except NerError as error:
        raise NerError(f"{path}: {error}") from None
    return AnnotatedDocument(str(meta.pop("id", path.stem)), text, spans, meta)


def write_inline(document: AnnotatedDocument, path: Path) -> None:
    """Write one document as marked-up UTF-8 with its id and meta as front matter."""
    front = yaml.safe_dump({"id": document.id, **document.meta}, allow_unicode=True, sort_keys=False, width=1000)
    content = f"---\n{front}---\n\n{render_inline(document.text, document.spans)}\n"
    path.write_bytes(content.encode("utf-8"))


def _escape(text: str) -> str:
    return re.sub(r"([\\{}])", r"\\\1", text)
