"""Decoding under the BIO transition constraints, with the exact probability of each span.

The tagger gives independent tag probabilities per position; multiplied by the allowed transitions (O or anything may be
followed by O and B; I-x only by way of B-x or I-x), each with its potential, they form a chain. Viterbi finds its best
tag sequence; forward-backward gives, for each span found, the probability that the chain holds exactly this span: B at
its start, I up to its end, no I after (Rabiner 1989, sections III.A and III.B, scaled).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ner.model.transitions import Transitions
from ner.spans import Span
from ner.tags import OUTSIDE, TagSet

Floats = npt.NDArray[np.floating]
_TINY = 1e-30


@dataclass(frozen=True, slots=True)
class ScoredSpan:
    """A span over positions and its probability, 0 to 1."""

    span: Span
    score: float


class BioDecoder:
    """Decodes tag logits of one text."""

    def __init__(self, tags: TagSet, temperature: float = 1.0, transitions: Transitions | None = None) -> None:
        self.tags = tags
        self.temperature = temperature
        self.transitions = transitions
        size = len(tags.names)
        self._allowed = np.ones((size, size))
        for type_ in tags.types:
            inside = tags.inside(type_)
            self._allowed[:, inside] = 0
            self._allowed[[tags.begin(type_), inside], inside] = 1
        if transitions is not None:
            # tempered like the logits, so that no temperature changes which path is best
            self._allowed *= np.exp(np.asarray(transitions) / temperature)
        self._initial = self._allowed[OUTSIDE]
        with np.errstate(divide="ignore"):  # a forbidden step weighs minus infinity
            self._log_allowed = np.log(self._allowed)

    def at(self, temperature: float) -> BioDecoder:
        """The same decoder at another temperature."""
        return BioDecoder(self.tags, temperature, self.transitions)

    def __call__(self, logits: Floats) -> list[ScoredSpan]:
        """Decode logits of shape (positions, tags) into spans, in order."""
        if len(logits) == 0:
            return []
        probabilities = _softmax(np.asarray(logits, dtype=np.float64) / self.temperature)
        spans = self.tags.decode(self._best_path(probabilities))
        if not spans:
            return []
        forward, scale = self._forward(probabilities)
        backward = self._backward(probabilities, scale)
        return [ScoredSpan(span, self._score(span, probabilities, forward, backward, scale)) for span in spans]

    def _best_path(self, probabilities: Floats) -> list[int]:
        emissions = np.log(probabilities)
        best = emissions[0] + self._log_allowed[OUTSIDE]
        pointers = np.empty((len(emissions), len(best)), dtype=np.int64)
        for position in range(1, len(emissions)):
            candidates = best[:, None] + self._log_allowed
            pointers[position] = candidates.argmax(axis=0)
            best = candidates.max(axis=0) + emissions[position]
        path = [int(best.argmax())]
        for position in range(len(emissions) - 1, 0, -1):
            path.append(int(pointers[position, path[-1]]))
        return path[::-1]

    def _forward(self, probabilities: Floats) -> tuple[Floats, Floats]:
        forward = np.empty_like(probabilities)
        scale = np.empty(len(probabilities))
        current = self._initial * probabilities[0]
        for position in range(len(probabilities)):
            if position:
                current = (forward[position - 1] @ self._allowed) * probabilities[position]
            scale[position] = current.sum()
            forward[position] = current / scale[position]
        return forward, scale

    def _backward(self, probabilities: Floats, scale: Floats) -> Floats:
        backward = np.ones_like(probabilities)
        for position in range(len(probabilities) - 2, -1, -1):
            following = probabilities[position + 1] * backward[position + 1]
            backward[position] = (self._allowed @ following) / scale[position + 1]
        return backward

    def _score(self, span: Span, probabilities: Floats, forward: Floats, backward: Floats, scale: Floats) -> float:
        inside = self.tags.inside(span.type)
        score = forward[span.start, self.tags.begin(span.type)]
        before = self.tags.begin(span.type)
        for position in range(span.start + 1, span.end):
            score *= self._allowed[before, inside] * probabilities[position, inside] / scale[position]
            before = inside
        if span.end < len(probabilities):
            following = self._allowed[before] * probabilities[span.end] * backward[span.end]
            following[inside] = 0
            score *= following.sum() / scale[span.end]
        return float(min(1.0, score))


def _softmax(logits: Floats) -> Floats:
    exponents = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.maximum(exponents / exponents.sum(axis=1, keepdims=True), _TINY)
