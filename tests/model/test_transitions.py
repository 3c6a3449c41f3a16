from __future__ import annotations

import math

import numpy as np

from ner.model.transitions import count_transitions
from ner.model.viterbi import BioDecoder
from ner.spans import Span
from ner.tags import TagSet

TAGS = TagSet(("a",))


def test_counts_by_hand() -> None:
    found = count_transitions([[0, 1, 2, 2, 0], [0]], TAGS, 1.0)
    assert found is not None
    # O is followed by O twice (once from the beginning of each text) and by B once; each pair counts half more
    following = 2.5 / (2.5 + 1.5 + 0.5)
    alone = (2.5 + 0.5 + 1.5) / (6 + 9 * 0.5)
    assert found[0][0] == round(math.log(following / alone), 4)
    half = count_transitions([[0, 1, 2, 2, 0], [0]], TAGS, 0.5)
    assert half is not None
    assert np.allclose(np.array(half) * 2, found, atol=2e-4)


def test_no_weight_or_no_text_is_none() -> None:
    assert count_transitions([[0, 1]], TAGS, 0.0) is None
    assert count_transitions([[], []], TAGS, 1.0) is None


def test_spans_of_one_character_give_way_where_training_has_none() -> None:
    logits = np.array([[3.0, 0, 0], [0.4, 0.6, 0], [3.0, 0, 0], [0, 3.0, 0], [0.3, 0, 0.2], [0, 0, 3.0], [3.0, 0, 0]])
    transitions = count_transitions([[0, 0, 1, 2, 2, 2, 0, 0]] * 50, TAGS, 1.0)
    assert Span(1, 2, "a") in [item.span for item in BioDecoder(TAGS)(logits)]
    assert [item.span for item in BioDecoder(TAGS, transitions=transitions)(logits)] == [Span(3, 6, "a")]
