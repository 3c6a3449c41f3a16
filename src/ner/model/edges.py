"""What the guideline rules out for a project whatever a model says: words that never begin or end one, or are one.

A small model knows these rules by half. They are those of ``annotations/GUIDELINE.md`` that words alone decide. Of the
13,352 projects marked in the training articles and 372 real texts none begins or ends so, is one of the bare words or
has a bracket without its partner, while 1,834 stand right after such a beginning.
"""

from __future__ import annotations

import re

from ner.spans import Span

_BEFORE = re.compile(
    r"(?:全[省市区县镇乡]|我[市县区]|市县|[市县区]直|(?:中心|主)城区|市区|一批|的(?![士哥])"
    r"|改造|实施|推进(?!式)|开展|建设(?!者)|完成|发放)"
)
_AFTER = re.compile(r"(?:等|的|(?:建设)?任务)$")
#: Words that are no project by themselves.
_BARE = re.compile(
    r"项目|工程|活动|服务|工作|培训|平台|实事|民生|设备|设施|食堂|学校|小区|岗位|学位|床位|志愿服务"
    r"|资金|补贴|补助|救助|奖金|补助资金|补助金|补贴资金|奖补资金|专项资金|救助金|补偿款"
)
_PAIRS = {"“": "”", "‘": "’", "「": "」", "《": "》", "（": "）", "(": ")"}


def keep_project(text: str, span: Span) -> Span | None:
    """The part of a found project that may be one, or None; ``text`` is clean and simplified."""
    start, end = span.start, span.end
    while True:
        words = text[start:end]
        if found := _BEFORE.match(words):
            start += found.end()
        elif found := _AFTER.search(words):
            end -= len(found[0])
        elif (place := _unmatched(words)) is None:
            break
        elif place == 0:
            start += 1
        elif text[end : end + 1] and text[end] == _PAIRS.get(words[place]):
            end += 1
        else:
            end = start + place
    return Span(start, end, span.type) if end - start > 1 and not _BARE.fullmatch(text[start:end]) else None


def _unmatched(words: str) -> int | None:
    """The place of a bracket or quotation mark without its partner, if there is one."""
    opened: list[int] = []
    for place, char in enumerate(words):
        if char in _PAIRS:
            opened.append(place)
        elif char in _PAIRS.values() and (not opened or _PAIRS[words[opened.pop()]] != char):
            return place
    return opened[-1] if opened else None
