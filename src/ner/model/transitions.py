"""Transitions: how likely one tag is to follow another, counted in the training articles and added when decoding.

The classifier judges each character by itself, and a small one leaves spans of one character or cut in the middle. As
its probabilities hold each tag's own frequency already, what is added is log P(b|a) - log P(b), the mutual information
of neighbours, times a weight.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from ner.tags import OUTSIDE, TagSet

#: log-potentials, ``[before][after]`` in the order of ``TagSet.names``
Transitions = tuple[tuple[float, ...], ...]


def count_transitions(sequences: Iterable[Sequence[int]], tags: TagSet, weight: float) -> Transitions | None:
    """Weighted log-potentials from tag ids of training texts; each text counts as preceded by O.

    Pairs that never occur count half; None for weight 0 or without any text. Which pairs the BIO scheme forbids is the
    decoder's business.
    """
    size = len(tags.names)
    counts = np.full((size, size), 0.5)
    seen = False
    for sequence in sequences:
        ids = np.asarray([OUTSIDE, *sequence])
        np.add.at(counts, (ids[:-1], ids[1:]), 1)
        seen = seen or len(ids) > 1
    if not weight or not seen:
        return None
    following = counts / counts.sum(axis=1, keepdims=True)
    alone = counts.sum(axis=0) / counts.sum()
    potentials = weight * (np.log(following) - np.log(alone))
    return tuple(tuple(round(float(value), 4) for value in row) for row in potentials)
