"""How much a model would learn from an article, judged by its own scores: what ``order=uncertain`` sorts by."""

from __future__ import annotations

from collections.abc import Sequence

from ner.spans import Entity

#: Characters a text counts as having at least: opening a headline costs as much as reading this far.
SHORTEST = 200


def uncertainty(text: str, entities: Sequence[Entity]) -> float:
    """The number of found spans expected to be wrong, per 1,000 characters of text.

    A score is the probability of exactly that span, so ``1 - score`` is what it adds to the expected number. Dividing
    by the length asks how much correcting an hour of reading buys; without it the longest article would always come
    first. Blank characters do not count, as nobody reads them, and a text counts as ``SHORTEST`` characters at
    least, or one doubtful headline would outweigh every article. A text without entities gives 0: what the model
    overlooks with confidence its scores cannot tell.
    """
    read = len(text) - sum(map(str.isspace, text))
    return 1000 * sum(1 - entity.score for entity in entities) / max(read, SHORTEST)
