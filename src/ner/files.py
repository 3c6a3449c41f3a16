"""Text files: read as UTF-8 or refused in one line, written whole or not at all."""

from __future__ import annotations

from pathlib import Path

from ner.errors import NerError


def read_text(path: Path) -> str:
    """The text of a UTF-8 file; raises NerError naming it if it cannot be read as that."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise NerError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise NerError(f"{path}: not UTF-8; convert it first, e.g. with iconv") from None


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 in the place of what was there, which stays if the text cannot be written.

    Raises NerError naming the file for half a character (a lone surrogate, as a cut emoji leaves behind).
    """
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError as error:
        line = text[max(0, error.start - 12) : error.start]
        raise NerError(f"{path}: half a character after {line!r}: mend the text, nothing was written") from None
    fresh = path.with_name(path.name + ".new")
    fresh.write_bytes(data)
    fresh.replace(path)
