"""Line ends: every kind becomes a single newline."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ner.text.aligned import Edit

_LINE_END = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")


def line_end_edits(text: str) -> Iterator[Edit]:
    """CR LF, CR, vertical tab, form feed and the Unicode separators become a newline."""
    for match in _LINE_END.finditer(text):
        yield Edit(match.start(), match.end(), "\n")
