"""Spaces and line breaks inside numbers: ``17 198户``, ``5.53 亿元``, a figure broken over two lines of text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ner.text.aligned import Edit

_UNITS = "亿万千百多余元美欧港个户人名件所座公平米亩吨场次家条项处套间台辆对例种类支册份张株头只岁年月日%‰"
_GAP = re.compile(
    rf"""
    (?<![\d.,])\d{{1,3}}(?P<groups>(?:\ \d{{3}})+)(?![\d.]*\d)     # 17 198
  | (?<=\d)(?P<unit>\ +)(?=[{_UNITS}])                            # 5.53 亿
  | (?<=[\u4e00-\u9fff])[\d.,]{{0,6}}\d(?P<wrap>\ *\n\ *)(?=\d[\d.,]*[{_UNITS}]|[{_UNITS}])   # 12<newline>345户
    """,
    re.VERBOSE,
)
#: A line shorter than this is a table cell or a heading, whose number ends with it.
_WRAPPED_LINE = 16


def number_edits(text: str) -> Iterator[Edit]:
    """Close the gaps.

    A line break is closed only in running text: both lines must be longer than a table cell and the figure must not
    begin its line, nor be as long as a telephone number.
    """
    for match in _GAP.finditer(text):
        if match["groups"]:
            for gap in re.finditer(" ", match["groups"]):
                offset = match.start("groups") + gap.start()
                yield Edit(offset, offset + 1, "")
        elif match["unit"]:
            yield Edit(*match.span("unit"), "")
        elif _is_running_text(text, *match.span("wrap")):
            yield Edit(*match.span("wrap"), "")


def _is_running_text(text: str, start: int, end: int) -> bool:
    before = start - (text.rfind("\n", 0, start) + 1)
    following = text.find("\n", end)
    after = (len(text) if following < 0 else following) - end
    return before >= _WRAPPED_LINE and after >= _WRAPPED_LINE
