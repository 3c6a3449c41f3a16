"""Decoding a whole text: windows, line breaks, names that stand again."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st

from ner.model.decoding import TextDecoder, merge_logits, recurrence_gains
from ner.model.viterbi import BioDecoder
from ner.model.windows import TokenWindow
from ner.spans import Span
from ner.tags import TagSet

TAGS = TagSet()
PLAIN = BioDecoder(TAGS)


def test_overlap_is_averaged_by_distance_from_the_edge() -> None:
    left = TokenWindow([1, 2, 3, 4, 5], [-1, 0, 1, 2, -1])
    right = TokenWindow([1, 2, 3, 4, 5], [-1, 2, 3, 4, -1])
    zero, one = np.zeros((5, 2)), np.ones((5, 2))
    characters, merged = merge_logits([left, right], [zero, one], 2)
    assert characters.tolist() == [0, 1, 2, 3, 4]
    assert merged[:, 0].tolist() == [0, 0, 0.5, 1, 1]


def test_no_windows_give_no_logits() -> None:
    characters, merged = merge_logits([], [], 11)
    assert len(characters) == 0
    assert merged.shape == (0, 11)


def logits_for(
    text: str, *spans: tuple[int, int, str, float]
) -> tuple[list[TokenWindow], list[npt.NDArray[np.floating]]]:
    """One window over the text and logits that give each span's tags a margin over O, which has 2 elsewhere."""
    logits = np.zeros((len(text), len(TAGS.names)))
    logits[:, 0] = 2
    for start, end, type_, margin in spans:
        logits[start, TAGS.begin(type_)] = 2 + margin
        logits[start + 1 : end, TAGS.inside(type_)] = 2 + margin
    return [TokenWindow(list(range(len(text))), list(range(len(text))))], [logits]


def spans_of(decoder: TextDecoder, text: str, *spans: tuple[int, int, str, float]) -> list[Span]:
    return [found.span for found in decoder(text, *logits_for(text, *spans))]


def test_a_penalised_type_needs_more_evidence() -> None:
    text = "松溪县修学校，12件"
    spans = (0, 3, "region", 1.0), (4, 6, "project", 1.0), (7, 10, "count", 1.0)
    assert len(spans_of(TextDecoder(PLAIN), text, *spans)) == 3
    found = spans_of(TextDecoder(PLAIN, penalties={"region": 0.5, "project": 1.5}), text, *spans)
    assert found == [Span(0, 3, "region"), Span(7, 10, "count")]
    assert TextDecoder(PLAIN, 0, {"region": 1}).at(2.0).penalties == {"region": 1}


def test_a_name_is_recognised_where_it_stands_again() -> None:
    text = "松溪县建学校。松溪县修路，12件，12件"
    known, doubtful = (0, 3, "region", 5.0), (7, 10, "region", -1.0)
    count, number = (13, 16, "count", 5.0), (17, 20, "count", -1.0)
    without = spans_of(TextDecoder(PLAIN), text, known, doubtful, count, number)
    assert without == [Span(0, 3, "region"), Span(13, 16, "count")]
    found = spans_of(TextDecoder(PLAIN, 4.0), text, known, doubtful, count, number)
    assert found == [Span(0, 3, "region"), Span(7, 10, "region"), Span(13, 16, "count")]  # a count is no name
    for types, expected in ((("project",), without), (("project", "count"), [*without, Span(17, 20, "count")])):
        assert spans_of(TextDecoder(PLAIN, 4.0, recurring=types), text, known, doubtful, count, number) == expected


def test_what_the_model_is_sure_of_outweighs_a_recurrence() -> None:
    text = "松溪县建学校。松溪县报社印"
    paper = (7, 12, "project", 6.0)
    found = spans_of(TextDecoder(PLAIN, 4.0), text, (0, 3, "region", 5.0), paper)
    assert found == [Span(0, 3, "region"), Span(7, 12, "project")]
    denied = spans_of(TextDecoder(PLAIN, 4.0), text, (0, 3, "region", 5.0), (7, 10, "region", -5.0))
    assert denied == [Span(0, 3, "region")]


def test_short_names_are_not_looked_for() -> None:
    gains = recurrence_gains("京京改造改造", [Span(0, 1, "region"), Span(2, 4, "project")], TAGS)
    assert not gains.any()
    gains = recurrence_gains("北京北京", [Span(0, 2, "region")], TAGS)
    assert gains[2, TAGS.begin("region")] == gains[3, TAGS.inside("region")] == 1
    assert gains.sum() == 4


def test_a_recurrence_does_not_cross_a_line_break_and_knows_no_blanks() -> None:
    text = "松溪县。松 溪县。松\n溪县"
    windows = [TokenWindow([0] * 11, [0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11])]  # the blank has no token
    logits = np.zeros((11, len(TAGS.names)))
    logits[:, 0] = 2
    logits[0, TAGS.begin("region")] = logits[1:3, TAGS.inside("region")] = 7
    found = TextDecoder(PLAIN, 4.0)(text, windows, [logits])
    assert [item.span for item in found] == [Span(0, 3, "region"), Span(4, 8, "region")]


@given(st.integers(0, 2**32 - 1), st.floats(0.5, 4), st.floats(0, 6))
@settings(max_examples=60)
def test_a_temperature_changes_scores_and_never_spans(seed: int, temperature: float, recurrence: float) -> None:
    text = "松溪县建松溪县的桥\n松溪县建桥"
    logits = np.random.default_rng(seed).normal(0, 3, (len(text), len(TAGS.names)))
    windows = [TokenWindow(list(range(len(text))), list(range(len(text))))]
    decoder = TextDecoder(PLAIN, recurrence)
    cold, warm = decoder(text, windows, [logits]), decoder.at(temperature)(text, windows, [logits])
    assert [item.span for item in cold] == [item.span for item in warm]
    assert all("\n" not in text[item.span.start : item.span.end] for item in cold)
