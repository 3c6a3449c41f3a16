"""The measure behind ``order=uncertain``."""

from __future__ import annotations

import pytest

from ner.labelling.uncertainty import SHORTEST, uncertainty
from ner.spans import Entity


def entity(score: float) -> Entity:
    return Entity("count", "12件", 0, 3, score, "12件")


def test_is_the_expected_number_of_wrong_spans_per_thousand_characters() -> None:
    assert uncertainty("字" * 1000, [entity(0.75), entity(0.5)]) == pytest.approx(0.75)
    assert uncertainty("字" * 500, [entity(0.75), entity(0.5)]) == pytest.approx(1.5)


def test_nothing_found_or_all_certain_is_zero() -> None:
    assert uncertainty("字" * 300, []) == 0
    assert uncertainty("", []) == 0
    assert uncertainty("字" * 300, [entity(1.0)] * 9) == 0


def test_a_doubtful_headline_does_not_outweigh_a_doubtful_article() -> None:
    headline = uncertainty("12件", [entity(0.5)])
    assert headline == uncertainty("字" * SHORTEST, [entity(0.5)])
    assert headline < uncertainty("字" * 1000, [entity(0.5)] * 6)


def test_blanks_do_not_make_an_article_longer() -> None:
    text = "字" * 400
    assert uncertainty("\r\n \u3000".join(text), [entity(0.5)]) == uncertainty(text, [entity(0.5)])
