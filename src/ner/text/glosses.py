"""Pinyin glosses that converters leave behind: ``項(xiàng)目``, ``會(huì )``, a gloss cut off at a line end.

A gloss is a bracket with one pinyin syllable right after a Chinese character. With a tone mark it can be nothing else;
without one it must be a reading of that character (``的(de)``), so that ``(app)`` or ``(an)`` stay. The gloss joins the
character before it: a span that ends there ends after its gloss in the raw text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from pypinyin import Style, pinyin

from ner.text.aligned import Edit

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿếề"
_LETTERS = f"a-zü{_TONED}\u0300\u0301\u0304\u0308\u030c"
_GLOSS = re.compile(rf"(?P<char>[{_HAN}])[(（] ?(?P<syllable>[{_LETTERS}]{{1,8}})(?P<close> ?[)）]| *(?=\n|\Z))")
_STRAY = re.compile(rf"(?P<char>[{_HAN}])[)）][?？]?(?= *(?:\n|\Z))")


def gloss_edits(text: str) -> Iterator[Edit]:
    """Remove glosses; in a text that has some, also a closing bracket left alone at a line end (``對接)?``)."""
    glosses = [match for match in _GLOSS.finditer(text) if _is_gloss(match["char"], match["syllable"])]
    strays = [match for match in _STRAY.finditer(text) if _is_unopened(text, match.start())] if glosses else []
    position = 0
    for match in sorted(glosses + strays, key=lambda match: match.start()):
        if match.start() >= position:
            yield Edit(match.start(), match.end(), match["char"])
            position = match.end()


@lru_cache(maxsize=8192)
def _is_gloss(char: str, syllable: str) -> bool:
    syllable = unicodedata.normalize("NFC", syllable)
    if any(letter in _TONED for letter in syllable):
        return True
    return syllable in pinyin(char, style=Style.NORMAL, heteronym=True)[0]


def _is_unopened(text: str, end: int) -> bool:
    """Whether the paragraph before ``end`` holds no bracket that waits for its closing one."""
    before = text[text.rfind("\n\n", 0, end) + 1 : end]
    opened = before.count("(") + before.count("（")
    return opened <= before.count(")") + before.count("）")
