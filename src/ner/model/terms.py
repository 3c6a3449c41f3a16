"""Fixed terms: projects' names that the training articles mark nearly wherever they stand.

Some programmes go by the same words everywhere (课后服务, 老旧小区改造). A small model knows them where they are
counted or listed and misses them in running text; what is counted here lets them stand as names from the beginning.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from ner.spans import AnnotatedDocument
from ner.tags import TagSet
from ner.text.cleaner import Cleaner

Floats = npt.NDArray[np.floating]
#: The type whose spans may be fixed terms.
_TYPE = "project"
_SHORTEST = 4  # characters
_SHARE = 0.7  # of the places where a term stands: those at which it is a span, whole
_BLANKS = re.compile(r"[^\S\n]+")  # they have no token, so decoding does not see them


def count_terms(documents: Iterable[AnnotatedDocument], cleaner: Cleaner, articles: int) -> tuple[str, ...]:
    """Names marked in at least ``articles`` of the documents, as clean text without blanks, ascending; none for 0.

    Give each article once: what stands in its noisy copies as well is no more common for that.
    """
    if not articles:
        return ()
    texts: list[str] = []
    marked: Counter[str] = Counter()
    known_in: Counter[str] = Counter()
    for document in documents:
        clean = cleaner(document.text)
        texts.append(_BLANKS.sub("", clean.text))
        places = [clean.aligned.clean_range(s.start, s.end) for s in document.spans if s.type == _TYPE]
        names = [_BLANKS.sub("", clean.text[slice(*place)]) for place in places if place is not None]
        marked.update(names)
        known_in.update(set(names))
    frequent = [name for name, number in known_in.items() if number >= articles and len(name) >= _SHORTEST]
    everything = "\n".join(texts)  # no name runs over a line break
    return tuple(sorted(name for name in frequent if marked[name] >= _SHARE * everything.count(name)))


def term_gains(text: str, terms: Sequence[str], tags: TagSet) -> Floats:
    """1 for each tag that a term would have where it stands in ``text``, (characters, tags); the longest counts."""
    gains = np.zeros((len(text), len(tags.names)))
    if terms and _TYPE in tags.types:
        for found in _pattern(tuple(terms)).finditer(text):
            gains[found.start(), tags.begin(_TYPE)] = 1
            gains[found.start() + 1 : found.end(), tags.inside(_TYPE)] = 1
    return gains


@lru_cache(maxsize=8)
def _pattern(terms: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(terms, key=len, reverse=True))))
