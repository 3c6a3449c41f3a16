"""Decoding a whole text: windows merged by their logits, line breaks kept outside, names recognised again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from ner.model.edges import keep_spans
from ner.model.terms import term_gains
from ner.model.viterbi import BioDecoder, ScoredSpan
from ner.model.windows import NO_CHARACTER, TokenWindow
from ner.spans import Span
from ner.tags import OUTSIDE, TagSet

Floats = npt.NDArray[np.floating]
#: Logit of O at a line break.
_LINE_BREAK = 1e4
#: The types whose spans are names that may stand again.
NAMES = ("region", "project")
#: The characters that a name of a type needs to be looked for elsewhere.
_SHORTEST = {"project": 3}
_SHORT = 2


@dataclass(frozen=True, slots=True)
class TextDecoder:
    """Decodes the logits of a text's windows into spans.

    ``recurrence`` is what the logits of a name's tags gain wherever a name found in the text stands again, if it is of
    the types ``recurring``; 0 for none. Fixed ``terms`` gain as much wherever they stand.
    ``penalties`` are what the logits of a type's tags lose everywhere: a type that is rarer in the texts to read than
    in those trained on needs more evidence (the correction for another prior, Saerens et al. 2002, in nats).
    With ``edge_rules`` spans lose what the guideline never lets them begin or end with; their scores stay.
    """

    spans: BioDecoder
    recurrence: float = 0.0
    penalties: Mapping[str, float] = field(default_factory=dict)
    edge_rules: bool = False
    terms: tuple[str, ...] = ()
    recurring: tuple[str, ...] = NAMES

    @property
    def temperature(self) -> float:
        return self.spans.temperature

    def at(self, temperature: float) -> TextDecoder:
        """The same decoder at another temperature, which changes the scores and not the spans."""
        return replace(self, spans=self.spans.at(temperature))

    def __call__(self, text: str, windows: Sequence[TokenWindow], logits: Sequence[Floats]) -> list[ScoredSpan]:
        """Spans of a clean text in order.

        ``logits[i]`` has at least as many rows as window ``i`` has tokens. A line break is always outside, so no span
        runs over one. Characters without a token (blanks) are passed over: a span may hold them, never begin or end
        with one.
        """
        characters, merged = merge_logits(windows, logits, len(self.spans.tags.names))
        for type_, penalty in self.penalties.items():
            merged[:, [self.spans.tags.begin(type_), self.spans.tags.inside(type_)]] -= penalty
        for row, character in enumerate(characters):
            if text[character] == "\n":
                merged[row] = _LINE_BREAK * (np.arange(merged.shape[1]) == OUTSIDE)
        seen = "".join(text[character] for character in characters)
        merged += self.recurrence * term_gains(seen, self.terms, self.spans.tags)
        found = self._decode(seen, merged)
        names = [scored.span for scored in found if scored.span.type in self.recurring]
        if self.recurrence and names:
            gains = recurrence_gains(seen, names, self.spans.tags)
            found = self._decode(seen, merged + self.recurrence * gains)
        return [
            ScoredSpan(Span(int(characters[s.span.start]), int(characters[s.span.end - 1]) + 1, s.span.type), s.score)
            for s in found
        ]

    def _decode(self, seen: str, logits: Floats) -> list[ScoredSpan]:
        found = self.spans(logits)
        if not self.edge_rules:
            return found
        kept: list[ScoredSpan] = []
        limits = [*(scored.span.start for scored in found[1:]), len(seen)]  # where the next span begins
        for scored, limit in zip(found, limits, strict=False):
            kept += (ScoredSpan(span, scored.score) for span in keep_spans(seen[:limit], scored.span))
        return kept


def recurrence_gains(text: str, found: Sequence[Span], tags: TagSet) -> Floats:
    """1 for each tag that a name would have where it stands in ``text``, for every name that ``found`` has a span of.

    A text treats the same words alike; a small model, which sees one window at a time, does not: of twenty times that
    a county is named it may recognise ten. Returns (characters, tags); where names overlap, each counts.
    """
    gains = np.zeros((len(text), len(tags.names)))
    names = {(text[span.start : span.end], span.type) for span in found}
    for name, type_ in names:
        if len(name) < _SHORTEST.get(type_, _SHORT):
            continue
        place = text.find(name)
        while place >= 0:
            gains[place, tags.begin(type_)] += 1
            gains[place + 1 : place + len(name), tags.inside(type_)] += 1
            place = text.find(name, place + len(name))
    return gains


def merge_logits(
    windows: Sequence[TokenWindow], logits: Sequence[Floats], size: int
) -> tuple[npt.NDArray[np.int64], Floats]:
    """Average the logits that overlapping windows give one character.

    Each window counts by the character's distance from the window's nearer edge, so that the window that sees more on
    both sides decides. Returns the offsets that have a token, ascending, and their logits (offsets, tags).
    """
    sums: dict[int, Floats] = {}
    weights: dict[int, float] = {}
    for window, scores in zip(windows, logits, strict=True):
        last = len(window.characters) - 1
        for token, character in enumerate(window.characters):
            if character == NO_CHARACTER:
                continue
            weight = 1.0 + min(token, last - token)
            row = weight * np.asarray(scores[token], dtype=np.float64)
            sums[character] = sums[character] + row if character in sums else row
            weights[character] = weights.get(character, 0.0) + weight
    characters = np.array(sorted(sums), dtype=np.int64)
    if not len(characters):
        return characters, np.zeros((0, size))
    return characters, np.stack([sums[int(c)] / weights[int(c)] for c in characters])
