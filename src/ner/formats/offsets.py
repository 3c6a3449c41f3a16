r"""Spans to Label Studio's regions and back, without an offset ever being off.

What Label Studio 1.23 stores was established with its own front end in Chromium: texts were pushed, stretches of them
dragged over with the mouse, submitted, and read back through the API. Most of it is done again by
``tests/labelling/test_live_browser.py``. (Chromium's mouse would not select beside a byte order mark or a zero width
character; there the selection was set by script.) For ``<Text>`` with ``granularity="symbol"``:

- ``start`` and ``end`` count **code points** of ``data.text``, although the front end is JavaScript, whose strings
  count UTF-16 units: it converts each selection. Emoji, rare characters (𠀀), flags and joined emoji before or in a
  span, on its line or another, shift nothing.
- ``\r`` and ``\n`` count **one each**. Both are drawn as a line break, so CRLF looks like two, but no offset moves.
- Tabs, no-break and ideographic blanks, runs of blanks, leading and trailing blanks, blank lines, soft hyphens, zero
  width characters, a byte order mark, U+0085, U+2028, glosses with combining accents and ``<b>&amp;`` count as they
  stand. ``data.text`` comes back from the server character by character the same.
- ``value.text`` is **not** ``text[start:end]``. It is what the browser's selection reads: each line break is the two
  characters ``\`` and ``n`` (CRLF gives them twice), tabs and runs of blanks are one blank; and it is empty where a
  pre-annotation came without a text. So it serves as a check only after blanks are taken out, which `same_text` does.
- U+0000 is the one character that breaks the count: the browser leaves it out and every later offset is one too small,
  with nothing to show it. PostgreSQL refuses it, too. `unfit` names such texts, and they are not pushed.
- One fault of Label Studio itself remains: **dragging the edge** of an existing region across characters beyond the BMP
  counts those in UTF-16 units, so that the edge lands one character too far for each of them. The highlight shows it
  at once and what is stored is what is highlighted; selecting anew is exact.

The conversion is therefore the identity on offsets, and all the care is in the check.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ner.spans import ENTITY_TYPES, Span

FROM_NAME = "label"
TO_NAME = "text"

#: What the front end may have changed in ``value.text``: blanks that CSS collapses and its spelling of a line break.
_UNSURE = re.compile(r"\\n|[ \t\r\n\f\v\u2028\u2029\x85]+")


def to_region(span: Span, text: str, identity: str, score: float | None = None) -> dict[str, Any]:
    """A result region as Label Studio stores it, with a score if it is a prediction's."""
    value = {"start": span.start, "end": span.end, "text": text[span.start : span.end], "labels": [span.type]}
    region = {"id": identity, "from_name": FROM_NAME, "to_name": TO_NAME, "type": "labels", "value": value}
    return region if score is None else {**region, "score": round(score, 6)}


def to_span(region: Any, text: str, types: Sequence[str] = ENTITY_TYPES) -> Span:
    """The span of a region, checked against the raw text.

    Raises ValueError, with the region as written and the reason, for anything but one known label on a stretch of the
    text whose characters are those that Label Studio stored.
    """
    if not isinstance(region, Mapping) or region.get("type", "labels") != "labels":
        kind = region.get("type") if isinstance(region, Mapping) else type(region).__name__
        raise ValueError(f"a result of type {kind!r}, not labels")
    value = region.get("value")
    value = value if isinstance(value, Mapping) else {}
    start, end, labels, stored = value.get("start"), value.get("end"), value.get("labels"), value.get("text")
    shown = f"[{start}, {end}) {labels} {stored!r}"
    if type(start) is not int or type(end) is not int:
        raise ValueError(f"{shown}: start and end must be whole numbers")
    if not isinstance(labels, list) or len(labels) != 1 or labels[0] not in types:
        raise ValueError(f"{shown}: label is not one of {', '.join(types)}")
    if not 0 <= start <= end <= len(text):
        raise ValueError(f"{shown}: outside the text of {len(text)} characters")
    if not text[start:end].strip():
        raise ValueError(f"{shown}: empty")
    if isinstance(stored, str) and not same_text(stored, text[start:end]):
        hint = " (it fits if the offsets are UTF-16 units)" if _fits_utf16(stored, text, start, end) else ""
        raise ValueError(f"{shown}: the text there is {text[start:end]!r}{hint}")
    return Span(start, end, labels[0])


def same_text(stored: str, surface: str) -> bool:
    """Whether ``value.text`` as stored can be the given stretch of the raw text; an empty one says nothing."""
    return not stored or stored == surface or _UNSURE.sub("", stored) == _UNSURE.sub("", surface)


def unfit(text: str) -> str | None:
    """Why a text cannot make the round trip, or None if it can."""
    if "\0" in text:
        return "holds U+0000, which the browser drops and so shifts every offset after it"
    if re.search("[\ud800-\udfff]", text):
        return "holds half of a surrogate pair, which is no character"
    return None


def _fits_utf16(stored: str, text: str, start: int, end: int) -> bool:
    units = text.encode("utf-16-le", "surrogatepass")
    return same_text(stored, units[2 * start : 2 * end].decode("utf-16-le", "replace"))
