"""Pinyin glosses that converters leave behind: ``項(xiàng)目``, ``會(huì )``, a gloss cut off at a line end.

A gloss is a bracket with one pinyin syllable right after a Chinese character. With a tone mark any will do, for
converters choose wrong readings; without one it must be a reading of that character (``的(de)``). So ``(app)``,
``(an)`` and ``(café)`` stay. The gloss joins the character before it: a span that ends there ends after its gloss in
the raw text.
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
#: A syllable without its marks: initial and final, or a syllabic nasal.
_SYLLABLE = re.compile(
    r"(?:zh|ch|sh|[bpmfdtnlgkhjqxzcsryw])?"
    r"(?:i?ang?|i?ao|i?ong|ia|iu|ie|in|ing|i|u?ang?|u?ai|ua|ui|un|ue|uo|u|a|ou?|e[inr]?|eng)|h?m|h?ng?"
)
_GLOSS = re.compile(rf"(?P<char>[{_HAN}])[(（] ?(?P<syllable>[{_LETTERS}]{{1,8}})(?P<close> ?[)）]| *(?=\n|\Z))")
_STRAY = re.compile(rf"(?P<char>[{_HAN}])[)）][?？]?(?= *(?:\n|\Z))")


def gloss_edits(text: str) -> Iterator[Edit]:
    """Remove glosses; in a text that has some, also a closing bracket left alone at a line end (``對接)?``)."""
    glosses = [
        match
        for match in _GLOSS.finditer(text)
        if _is_gloss(match["char"], match["syllable"], ")" in match["close"] or "）" in match["close"])
    ]
    strays = [match for match in _STRAY.finditer(text) if _is_unopened(text, match.start())] if glosses else []
    position = 0
    for match in sorted(glosses + strays, key=lambda match: match.start()):
        if match.start() >= position:
            yield Edit(match.start(), match.end(), match["char"])
            position = match.end()


@lru_cache(maxsize=8192)
def _is_gloss(char: str, syllable: str, closed: bool) -> bool:
    syllable = unicodedata.normalize("NFC", syllable)
    if any(letter in _TONED for letter in syllable):
        bare = "".join(letter for letter in unicodedata.normalize("NFD", syllable) if not unicodedata.combining(letter))
        return not closed or _SYLLABLE.fullmatch(bare) is not None  # one cut off may end within a final: xió(ng)
    return syllable in pinyin(char, style=Style.NORMAL, heteronym=True)[0]


def _is_unopened(text: str, end: int) -> bool:
    """Whether the paragraph before ``end`` holds no bracket that waits for its closing one."""
    before = text[text.rfind("\n\n", 0, end) + 1 : end]
    opened = before.count("(") + before.count("（")
    return opened <= before.count(")") + before.count("）")
