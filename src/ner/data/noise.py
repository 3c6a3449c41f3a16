"""Noise: the raw forms that web pages give an article, made from clean annotated articles with exact offsets.

Each kind is an edit of the text; spans move with it, and a gloss goes with the character before it, as the guideline
has it. Used to augment training data and to make the fixed noisy copies of dev and test.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache

from pypinyin import Style, pinyin

from ner.data.places import exchange_places, gazetteer
from ner.spans import AnnotatedDocument, Span
from ner.text.aligned import AlignedText, Edit
from ner.text.script import to_traditional

#: Chinese punctuation as forums and converters write it.
HALF_WIDTH = str.maketrans("，：；（）！？％", ",:;()!?%")
_FULL_DIGITS = str.maketrans("0123456789", "０１２３４５６７８９")
_ENTITIES = {"“": "&ldquo;", "”": "&rdquo;", "—": "&mdash;", "·": "&middot;"}

_HEADS = (
    "{site}\n首页 要闻 民生 视频 专题\n{site} > 民生 > 正文\n",
    "您的位置：首页 > 新闻中心 > 民生\n字号：大 中 小\n",
    "{site}\n 立即注册\n 找回密码\n快捷导航\n[复制链接]\n楼主 发表于 {date} 10:42:12 | 只看该作者\n",
    " date {date} \n发布时间：{date}  来源：{site}  浏览：1286\n",
)
_TAILS = (
    "\n责任编辑：某某\n- 邻市公布年度工作清单{date}\n- 新馆今起试开放{date}\n已有0人发表了评论\n",
    "\n上一篇：没有了 下一篇：天气转晴\n网友参与评论已有评论\n",
    "\nPowered by Discuz! X3.4\n您需要登录后才可以回帖\n© 2001-2023 Discuz! Team.\n返回列表\n",
    "\n分享到： 微信 微博 QQ空间\n相关阅读\n·旧街换新颜 {date}\n版权所有：{site}\n某ICP备12345678号-1\n",
)
_SITES = ("山城热线", "江畔在线", "本地生活网", "民生观察网", "古城论坛")


@dataclass(frozen=True, slots=True)
class NoiseSettings:
    """How likely each kind is for an article, 0 to 1, and how many noisy copies of the train split are made.

    ``places`` exchanges the places of an article for others (see ``ner.data.places``): no noise, but it goes along.
    ``gloss_density`` is the share of distinct characters that carry a gloss in a glossed article, which is always
    traditional.
    """

    copies: int = 0
    seed: int = 7
    glosses: float = 0.3
    gloss_density: float = 0.08
    traditional: float = 0.2
    half_width: float = 0.5
    full_width_digits: float = 0.1
    entities: float = 0.2
    spaced_numbers: float = 0.2
    indents: float = 0.4
    chrome: float = 0.6
    places: float = 0.0

    def __post_init__(self) -> None:
        if self.copies < 0:
            raise ValueError("copies must be 0 or more")
        for part in fields(self):
            if part.name not in {"copies", "seed"} and not 0 <= getattr(self, part.name) <= 1:
                raise ValueError(f"{part.name} must be from 0 to 1")


def noisy_copies(documents: Sequence[AnnotatedDocument], settings: NoiseSettings) -> list[AnnotatedDocument]:
    """``settings.copies`` noisy copies of each document, the same for the same seed."""
    copies = []
    for copy in range(settings.copies):
        for document in documents:
            rng = random.Random(f"{settings.seed}/{copy}/{document.id}")
            elsewhere = random.Random(f"{settings.seed}/{copy}/{document.id}/places")
            moved = elsewhere.random() < settings.places
            source = exchange_places(document, gazetteer(), elsewhere) if moved else document
            copies.append(make_noisy(source, settings, rng, f"~{copy + 1}"))
    return copies


def make_noisy(
    document: AnnotatedDocument, settings: NoiseSettings, rng: random.Random, suffix: str = ""
) -> AnnotatedDocument:
    """One noisy copy; every span of the document is kept, at its new place. The id gets ``suffix``."""
    text = AlignedText.of(document.text)
    for chosen, kind in (
        (settings.glosses, _glossed(settings.gloss_density)),
        (settings.traditional, _traditional),
        (settings.half_width, _translated(HALF_WIDTH)),
        (settings.full_width_digits, _translated(_FULL_DIGITS)),
        (settings.spaced_numbers, _spaced_numbers),
        (settings.entities, _entities),
        (settings.indents, _indents),
    ):
        if rng.random() < chosen:
            text = text.apply(kind(text.text, rng))
    head, tail = _chrome(rng) if rng.random() < settings.chrome else ("", "")
    spans = tuple(_moved(text, span, len(head)) for span in document.spans)
    meta = {**document.meta, "noise_of": document.id}
    return AnnotatedDocument(document.id + suffix, head + text.text + tail, spans, meta)


Kind = Callable[[str, random.Random], Iterable[Edit]]


def _moved(text: AlignedText, span: Span, offset: int) -> Span:
    place = text.clean_range(span.start, span.end)
    if place is None:  # no kind of noise deletes
        raise ValueError(f"span {span} was lost")
    return Span(place[0] + offset, place[1] + offset, span.type)


def _glossed(density: float) -> Kind:
    def edits(text: str, rng: random.Random) -> Iterator[Edit]:
        traditional = to_traditional(text)
        characters = sorted({char for char in traditional if "\u4e00" <= char <= "\u9fff"})
        chosen = set(rng.sample(characters, int(density * len(characters))))
        for offset, (old, new) in enumerate(zip(text, traditional, strict=True)):
            if new in chosen:
                blank = " " if rng.random() < 0.1 else ""
                yield Edit(offset, offset + 1, f"{new}({_reading(new)}{blank})")
            elif new != old:
                yield Edit(offset, offset + 1, new)

    return edits


def _traditional(text: str, _: random.Random) -> Iterator[Edit]:
    for offset, (old, new) in enumerate(zip(text, to_traditional(text), strict=True)):
        if old != new:
            yield Edit(offset, offset + 1, new)


@lru_cache(maxsize=8192)
def _reading(char: str) -> str:
    return pinyin(char, style=Style.TONE)[0][0]


def _translated(table: dict[int, int | str | None] | dict[int, int]) -> Kind:
    def edits(text: str, _: random.Random) -> Iterator[Edit]:
        for offset, (old, new) in enumerate(zip(text, text.translate(table), strict=True)):
            if old != new:
                yield Edit(offset, offset + 1, new)

    return edits


def _spaced_numbers(text: str, _: random.Random) -> Iterator[Edit]:
    for match in re.finditer(r"(?<![\d.,])\d{5,6}(?![\d.,])", text):
        middle = match.end() - 3
        yield Edit(middle - 1, middle, text[middle - 1] + " ")


def _entities(text: str, rng: random.Random) -> Iterator[Edit]:
    for match in re.finditer("[“”—·]", text):
        if rng.random() < 0.5:
            entity = _ENTITIES[match[0]]
            yield Edit(*match.span(), "?" + entity[1:] if rng.random() < 0.3 else entity)


def _indents(text: str, rng: random.Random) -> Iterator[Edit]:
    indent = rng.choice(("\u3000\u3000", "\xa0\xa0", "  "))
    for match in re.finditer(r"\n(?=[^\s])", text):
        yield Edit(*match.span(), "\n\n" + indent)


def _chrome(rng: random.Random) -> tuple[str, str]:
    values = {
        "site": rng.choice(_SITES),
        "date": f"20{rng.randint(10, 26)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}",
    }
    return rng.choice(_HEADS).format(**values), rng.choice(_TAILS).format(**values)
