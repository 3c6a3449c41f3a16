"""Do the scores mean what they say? Expected calibration error, and the temperature that mends them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ner.model.tagger import Tagger
from ner.spans import AnnotatedDocument, Span
from ner.text.cleaner import Cleaner

_GRID = tuple(round(0.5 + 0.05 * step, 2) for step in range(71))  # 0.5 to 4.0


@dataclass(frozen=True, slots=True)
class Judgement:
    """A found span's type, its score, and whether gold has exactly this span."""

    type: str
    score: float
    correct: bool


def calibration_error(judgements: Sequence[Judgement], bins: int = 10) -> float:
    """Expected calibration error, 0 to 1: the gap between score and share of correct spans, over equal score bins,
    weighted by how many spans fall in each (Guo et al. 2017, "On Calibration of Modern Neural Networks", equation 3).
    """
    if not judgements:
        return 0.0
    scores = np.array([judgement.score for judgement in judgements])
    correct = np.array([judgement.correct for judgement in judgements], dtype=float)
    places = np.minimum((scores * bins).astype(int), bins - 1)
    gaps = [abs(scores[places == place].sum() - correct[places == place].sum()) for place in range(bins)]
    return float(sum(gaps) / len(judgements))


class Calibration:
    """The logits of annotated documents, computed once, so that any number of temperatures can be tried."""

    def __init__(self, tagger: Tagger, cleaner: Cleaner, documents: Sequence[AnnotatedDocument]) -> None:
        self._decoder = tagger.decoder
        self._documents = documents
        self._texts = [cleaner(document.text) for document in documents]
        self._windows = [tagger.encoder.encode(clean.text) for clean in self._texts]
        self._logits = [tagger.logits(windows) for windows in self._windows]

    def judge(self, temperature: float) -> list[Judgement]:
        """Every found span with its score at this temperature; which spans are found does not depend on it."""
        decoder = self._decoder.at(temperature)
        judgements: list[Judgement] = []
        for document, clean, windows, logits in zip(
            self._documents, self._texts, self._windows, self._logits, strict=True
        ):
            gold = set(document.spans)
            for found in decoder(clean.text, windows, logits):
                place = clean.aligned.raw_range(found.span.start, found.span.end)
                is_gold = Span(*place, found.span.type) in gold
                judgements.append(Judgement(found.span.type, found.score, is_gold))
        return judgements

    def fit(self, grid: Sequence[float] = _GRID) -> float:
        """The temperature of the grid under which the correctness of all found spans is likeliest; 1 without spans."""
        if not self.judge(1.0):
            return 1.0
        return min(grid, key=lambda temperature: _loss(self.judge(temperature)))


def _loss(judgements: Sequence[Judgement]) -> float:
    scores = np.clip([judgement.score for judgement in judgements], 1e-6, 1 - 1e-6)
    correct = np.array([judgement.correct for judgement in judgements])
    return float(-np.log(np.where(correct, scores, 1 - scores)).mean())
