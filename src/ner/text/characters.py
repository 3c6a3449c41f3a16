"""Unicode: one form for each character that has several, none for those that cannot be seen."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from ner.text.aligned import Edit

_SPACE = "\t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000"
#: Controls, soft hyphen, zero-width and direction marks, variation selectors, BOM, tags, private use.
_UNSEEN = (
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff0-\ufffb\ue000-\uf8ff\U000e0000-\U000e0fff\U000f0000-\U0010ffff"
)
#: Radicals (as PDFs have them), full-width ASCII and signs, half-width kana, compatibility ideographs, units (``㎡``).
_COMPATIBLE = "\u2e80-\u2fd5\uff01-\uff9f\uffa1-\uffdc\uffe0-\uffee\uf900-\ufaff\u3300-\u33ff\U0002f800-\U0002fa1f"

_FOREIGN = re.compile(f"(?P<space>[{_SPACE}])|(?P<unseen>[{_UNSEEN}]+)|(?P<compatible>[{_COMPATIBLE}])")
_DOUBLED = re.compile(r"([，,。、；;：:])\1+")


def character_edits(text: str) -> Iterator[Edit]:
    """Full-width and compatibility characters take their NFKC form, odd spaces become a space, unseen ones go.

    NFKC is applied to these blocks only: it would also turn ``…`` into three dots and ``²`` into 2.
    """
    for match in _FOREIGN.finditer(text):
        new = unicodedata.normalize("NFKC", match[0]) if match["compatible"] else " " if match["space"] else ""
        if new != match[0]:
            yield Edit(match.start(), match.end(), new)


def doubled_punctuation_edits(text: str) -> Iterator[Edit]:
    """A repeated comma, stop, colon or semicolon becomes one (``，，``); dashes and ellipses stay."""
    for match in _DOUBLED.finditer(text):
        yield Edit(match.start(), match.end(), match[1])
