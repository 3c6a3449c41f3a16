"""HTML left-overs: entities and tags, whole or broken by a converter.

Named entities are those of the HTML standard (``html.entities``). A converter that could not encode ``&`` or ``<``
often leaves ``?`` in its place: ``?rdquo;``, ``?/span>``.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from html.entities import html5

from ner.text.aligned import Edit

_TAGS = (
    "a|abbr|article|b|big|blockquote|body|br|button|center|col|colgroup|dd|del|div|dl|dt|em|embed|figcaption|figure|"
    "font|footer|form|h[1-6]|head|header|hr|html|i|iframe|img|input|ins|label|li|link|main|meta|nav|ol|option|p|pre|"
    "section|select|small|span|strong|sub|sup|table|tbody|td|textarea|tfoot|th|thead|title|tr|u|ul|video|(?:o|st1|v|w):[a-z]+"
)
_BLOCKS = re.compile(
    r"(?:br|p|div|li|tr|h[1-6]|table|ul|ol|dd|dt|section|article|figcaption|blockquote|td|th|title|body|option|caption)$",
    re.I,
)
#: Entities common enough to be read without their semicolon.
_BARE = "nbsp|ensp|emsp|ldquo|rdquo|lsquo|rsquo|amp|quot|lt|gt|hellip|mdash|ndash|middot|times|permil"

_MARKUP = re.compile(
    rf"""
    (?P<code><(?:script|style)\b[^<>]*>.*?</(?:script|style)\s*>|<!--.*?-->)
  | <\s*/?\s*(?P<tag>{_TAGS})(?:\s[^<>]{{0,2000}}|\s*/?\s*)>     # a whole tag
  | [?？]/(?P<closing>{_TAGS})\s*>                               # ?/span>
  | [?？](?P<opening>{_TAGS})\s[^<>\n]{{0,300}}=[^<>\n]{{0,300}}> # ?span style=...>
  | &(?P<number>\#\d{{1,7}}|\#[xX][0-9a-fA-F]{{1,6}});
  | &(?P<entity>[A-Za-z][A-Za-z0-9]{{1,31}});
  | &(?P<bare>{_BARE})(?![A-Za-z0-9])
  | [?？](?P<broken>[a-z]{{2,8}});                               # ?rdquo;
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)


def markup_edits(text: str) -> Iterator[Edit]:
    """Entities become their characters, block tags a newline, other tags, scripts and comments nothing."""
    for match in _MARKUP.finditer(text):
        new = _replacement(match)
        if new is not None:
            yield Edit(match.start(), match.end(), new)


def _replacement(match: re.Match[str]) -> str | None:
    if match["code"]:
        return ""
    if tag := match["tag"] or match["closing"] or match["opening"]:
        return "\n" if _BLOCKS.match(tag) else ""
    if number := match["number"]:
        char = html.unescape(f"&{number};")
        if char == "\r":  # most often before the line feed that it belongs to
            return "" if match.string.startswith(("\n", "&#10;", "&#x0a;", "&#xA;", "&#xa;"), match.end()) else "\n"
        return char
    return html5.get(f"{match['entity'] or match['bare'] or match['broken']};")
