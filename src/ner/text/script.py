"""Traditional to simplified characters and back with OpenCC."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from difflib import SequenceMatcher
from functools import lru_cache

from opencc import OpenCC

from ner.text.aligned import Edit

#: OpenCC configurations that end in simplified characters; ``tw2sp`` also swaps Taiwan words for mainland ones.
CONVERSIONS = ("t2s", "tw2s", "tw2sp", "hk2s")

_LINE = re.compile(r"[^\n]+")


def simplified_edits(text: str, conversion: str = "t2s") -> Iterator[Edit]:
    """Convert each line.

    Where OpenCC changes the length of a line (whole words in ``tw2sp``), the stretches that differ are found by
    aligning old and new, and each maps as a whole.
    """
    convert = _converter(conversion)
    for line in _LINE.finditer(text):
        old = line[0]
        new = convert(old)
        if new == old:
            continue
        if len(new) == len(old):
            for offset, (before, after) in enumerate(zip(old, new, strict=True), line.start()):
                if before != after:
                    yield Edit(offset, offset + 1, after)
        else:
            yield from _aligned(old, new, line.start())


def to_traditional(text: str) -> str:
    """Traditional characters for a text, as many as it has: character by character where whole words would differ."""
    convert = _to_traditional()
    converted = convert(text)
    return converted if len(converted) == len(text) else "".join(convert(char) for char in text)


def _aligned(old: str, new: str, offset: int) -> Iterator[Edit]:
    blocks: list[tuple[int, int, str]] = []
    for tag, start, end, new_start, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        words = new[new_start:new_end]
        if start == end and start > 0:  # an insertion has no characters of its own: it leans on a neighbour
            start, words = start - 1, old[start - 1] + words
        elif start == end:
            end, words = 1, words + old[0]
        if blocks and start < blocks[-1][1]:  # two insertions around one character
            before = blocks.pop()
            start, words = before[0], before[2] + words[1:]
        blocks.append((start, end, words))
    for start, end, words in blocks:
        yield Edit(offset + start, offset + end, words)


@lru_cache(maxsize=len(CONVERSIONS))
def _converter(conversion: str) -> Callable[[str], str]:
    if conversion not in CONVERSIONS:
        raise ValueError(f"conversion {conversion!r} is none of {', '.join(CONVERSIONS)}")
    converter: Callable[[str], str] = OpenCC(conversion).convert
    return converter


@lru_cache(maxsize=1)
def _to_traditional() -> Callable[[str], str]:
    converter: Callable[[str], str] = OpenCC("s2t").convert
    return converter
