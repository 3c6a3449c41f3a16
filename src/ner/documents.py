"""Reading raw articles: files, folders, globs and standard input, in the encodings the web uses."""

from __future__ import annotations

import codecs
import glob
import hashlib
import io
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import charset_normalizer

from ner.errors import NerError

SUFFIXES = (".txt", ".html", ".htm", ".jsonl")
#: Largest file read, in bytes: some 3 million Chinese characters, over ten minutes of tagging on two cores.
MAX_BYTES = 10_000_000

#: Byte order marks, longest first, with the Python codec whose text starts after (utf-16, utf-32) or with (utf-8) it.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CANDIDATES = ["gb18030", "big5", "utf_16_le", "utf_16_be"]
_BINARY = re.compile("[\x00-\x08\x0e-\x1a\ufffd]")


@dataclass(frozen=True, slots=True)
class Document:
    """A raw text and where it came from.

    ``text`` is what ``open(path, encoding=encoding, newline="").read()`` gives, so offsets are code points of the file
    itself; for ``.html`` it is the extracted text and ``extracted`` is True; for ``.jsonl`` it is the ``text`` field of
    one line and ``path`` ends in ``#`` and the line number.
    """

    path: str
    text: str
    encoding: str = "utf-8"
    extracted: bool = False

    @property
    def digest(self) -> str:
        """SHA-256 of the text, in hex."""
        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file, or a line of one, that was not read, and why."""

    path: str
    reason: str


def read_documents(
    inputs: Iterable[str], max_bytes: int = MAX_BYTES, stdin: BinaryIO | None = None
) -> Iterator[Document | Skipped]:
    """Read every article that ``inputs`` name, in order, each file once.

    An input is a file, a folder (searched in depth for ``SUFFIXES``), a glob, or ``-`` for standard input. Raises
    NerError for an input that names nothing at all; what exists but cannot be read is yielded as Skipped.
    """
    seen: set[Path] = set()
    for entry in [inputs] if isinstance(inputs, str) else inputs:
        if entry == "-":
            yield _from_bytes("-", (stdin or sys.stdin.buffer).read(max_bytes + 1), max_bytes)
            continue
        for path in _paths(entry):
            if (resolved := path.resolve()) not in seen:
                seen.add(resolved)
                yield from _read_file(path, max_bytes)


def decode(data: bytes) -> tuple[str, str]:
    """Decode bytes of unknown encoding; returns the text and the name of a Python codec that gives it.

    A byte order mark decides; else UTF-8 if it fits; else the likeliest of GB18030, Big5 and UTF-16. Raises ValueError
    for data that is no text.
    """
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return _checked(data.decode(codec)), codec
    try:
        return _checked(data.decode("utf-8")), "utf-8"
    except UnicodeDecodeError:
        pass
    best = charset_normalizer.from_bytes(data, cp_isolation=_CANDIDATES).best()
    if best is None:
        raise ValueError("no text in UTF-8, GB18030, Big5 or UTF-16")
    codec = best.encoding.replace("_", "-")
    return _checked(data.decode(codec)), codec


def _checked(text: str) -> str:
    if len(_BINARY.findall(text)) > len(text) // 100:
        raise ValueError("binary data, no text")
    return text


def _paths(entry: str) -> Sequence[Path]:
    path = Path(entry)
    if path.is_dir():
        found = sorted(p for p in path.rglob("*") if p.suffix.lower() in SUFFIXES and not p.is_dir())
        if not found:
            raise NerError(f"{entry}: no articles in this folder ({', '.join(SUFFIXES)})")
        return found
    if path.exists():
        return [path]
    found = sorted(Path(name) for name in glob.glob(entry, recursive=True) if Path(name).is_file())
    if not found:
        raise NerError(f"{entry}: no such file, folder or glob match")
    return found


def _read_file(path: Path, max_bytes: int) -> Iterator[Document | Skipped]:
    shown = os.fsencode(path).decode("utf-8", "backslashreplace")  # a name in another encoding cannot be written
    try:
        size = path.stat().st_size
        if size > max_bytes:
            yield Skipped(shown, f"{size / 1e6:.1f} MB, more than max_bytes={max_bytes}")
            return
        data = path.read_bytes()
    except OSError as error:
        yield Skipped(shown, error.strerror or str(error))
        return
    if path.suffix.lower() == ".jsonl":
        yield from _from_json_lines(shown, data)
    else:
        yield _from_bytes(shown, data, max_bytes)


def _from_bytes(path: str, data: bytes, max_bytes: int) -> Document | Skipped:
    if len(data) > max_bytes:
        return Skipped(path, f"more than max_bytes={max_bytes}")
    try:
        text, encoding = decode(data)
    except ValueError as error:
        reason = "truncated or damaged text" if isinstance(error, UnicodeDecodeError) else str(error)
        return Skipped(path, reason)
    if not text.strip("\ufeff \t\r\n\u3000"):
        return Skipped(path, "empty")
    if Path(path).suffix.lower() in {".html", ".htm"}:
        extracted = extract_html(text)
        return Document(path, extracted, extracted=True) if extracted else Skipped(path, "no article in this page")
    return Document(path, text, encoding)


def _from_json_lines(path: str, data: bytes) -> Iterator[Document | Skipped]:
    try:
        text, _ = decode(data)
    except ValueError as error:
        yield Skipped(path, str(error))
        return
    for number, line in enumerate(io.StringIO(text.removeprefix("\ufeff")), 1):
        name = f"{path}#{number}"
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except json.JSONDecodeError as error:
            yield Skipped(name, f"no JSON: {error.msg} at column {error.colno}")
            continue
        article = record.get("text") if isinstance(record, dict) else None
        if not isinstance(article, str):
            yield Skipped(name, 'no "text" field with a string')
        elif not article.strip():
            yield Skipped(name, "empty")
        elif re.search(r"[\ud800-\udfff]", article):
            yield Skipped(name, "damaged text: half of a character (a lone surrogate)")
        else:
            yield Document(name, article)


def extract_html(page: str) -> str:
    """The article of an HTML page as plain text, its title first, by trafilatura; empty if it finds none."""
    import trafilatura  # half a second to import, and only pages need it

    found = trafilatura.bare_extraction(
        page, with_metadata=True, include_comments=False, include_tables=True, favor_recall=True
    )
    if found is None or isinstance(found, dict):
        return ""
    body, title = (found.text or "").strip(), (found.title or "").strip()
    if not body:
        return ""
    return body if not title or title in body[: 2 * len(title) + 40] else f"{title}\n{body}"
