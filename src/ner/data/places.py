"""Other places for an article: its place names are exchanged for names of the same level from all over China.

A few hundred articles know a few hundred places; the model must learn what a place looks like, not which ones we wrote
about. ``places.txt`` has the names of prefectures and counties (all), towns, streets, villages and communities (a
random part), from the official division codes of 2023.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from ner.spans import AnnotatedDocument, Span
from ner.text.aligned import AlignedText, Edit

#: What a place is called at its level; a stem moves only to a name that has the same one.
_SUFFIXES = ("街道", "社区", "市", "县", "縣", "区", "區", "旗", "镇", "鎮", "乡", "鄉", "村")
_COUNTY = ("市", "县", "区", "旗")
_SIMPLIFIED = {"縣": "县", "區": "区", "鎮": "镇", "鄉": "乡"}
_NAME = re.compile(rf"(\w{{2,}}?)({'|'.join(_SUFFIXES)})")
#: Zones are not called after their stem alone: 江南新城片区, 高新区, 经济开发区.
_ZONE = re.compile(r"(?:新|高新|开发|開發|园|園|片|保税|保稅|试验|試驗|示范|示範|自治|矿|礦)$")

Gazetteer = Mapping[str, Sequence[str]]


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """Stems by suffix: ``{"县": ["松溪", …], …}``; stems of one character and names of ethnic areas are left out."""
    found: dict[str, list[str]] = defaultdict(list)
    for name in Path(__file__).with_name("places.txt").read_text(encoding="utf-8").split():
        suffix = next((suffix for suffix in _SUFFIXES if name.endswith(suffix)), "")
        stem = name.removesuffix(suffix)
        if suffix and len(stem) > 1 and "族" not in stem and not _ZONE.search(stem):
            found[suffix].append(stem)
    return dict(found)


def exchange_places(document: AnnotatedDocument, places: Gazetteer, rng: random.Random) -> AnnotatedDocument:
    """The document with every place name of a known form exchanged, each for the same new one throughout.

    County names move in and out of spans alike (region ``松溪``, 松溪晚报); those of towns and villages, which often
    are common words, move in regions and where their suffix follows. A name that a span's edge would cut stays, as
    do provinces, zones and names of no known form. All spans are kept.
    """
    level = _levels(document, places)
    if not level:
        return document
    new_names = {stem: rng.choice(places[suffix]) for stem, suffix in level.items()}
    pattern = re.compile("|".join(map(re.escape, sorted(level, key=len, reverse=True))))
    text = AlignedText.of(document.text)
    text = text.apply(_edits(document, pattern, level, new_names))
    spans = []
    for span in document.spans:
        place = text.clean_range(span.start, span.end)
        if place is None:  # an edit never deletes
            raise ValueError(f"{document.id}: span {span} was lost")
        spans.append(Span(*place, span.type))
    return AnnotatedDocument(document.id, text.text, tuple(spans), document.meta)


def _levels(document: AnnotatedDocument, places: Gazetteer) -> dict[str, str]:
    """Stems of the document's regions and the suffix whose names they are exchanged for."""
    surfaces = sorted({document.surface(span) for span in document.spans if span.type == "region"})
    counties = {stem for suffix in _COUNTY for stem in places.get(suffix, ())}
    level: dict[str, str] = {}
    for surface in surfaces:
        for match in _NAME.finditer(surface):
            suffix = _SIMPLIFIED.get(match[2], match[2])
            if suffix in places and not _ZONE.search(match[1]):
                level.setdefault(match[1], suffix)
    for surface in surfaces:
        if surface in counties:
            level.setdefault(surface, "县")
    return level


def _edits(
    document: AnnotatedDocument, pattern: re.Pattern[str], level: Mapping[str, str], new_names: Mapping[str, str]
) -> Iterator[Edit]:
    for match in pattern.finditer(document.text):
        start, end = match.span()
        around = [span for span in document.spans if span.start < end and start < span.end]
        follows = document.text[end : end + 2].startswith(_SUFFIXES)
        if not (level[match[0]] in _COUNTY or follows or any(span.type == "region" for span in around)):
            continue
        if all(span.start <= start and end <= span.end for span in around):
            yield Edit(start, end, new_names[match[0]])
