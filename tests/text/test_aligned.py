from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.text.aligned import AlignedText, Edit


@st.composite
def texts_with_edits(draw: st.DrawFn) -> tuple[str, list[Edit]]:
    text = draw(st.text(min_size=1, max_size=40))
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    pairs = list(zip(cuts[::2], cuts[1::2], strict=False))
    return text, [Edit(start, end, draw(st.text(max_size=4))) for start, end in pairs]


def check_invariants(aligned: AlignedText) -> None:
    assert len(aligned.text) == len(aligned.starts) == len(aligned.ends)
    for index in range(len(aligned.text)):
        start, end = aligned.starts[index], aligned.ends[index]
        assert 0 <= start < end <= len(aligned.raw)
        if index:
            assert aligned.starts[index - 1] <= start
            assert aligned.ends[index - 1] <= end


@given(texts_with_edits())
def test_edits_keep_order_and_addresses(case: tuple[str, list[Edit]]) -> None:
    text, edits = case
    aligned = AlignedText.of(text).apply(edits)
    check_invariants(aligned)
    expected, position = "", 0
    for edit in edits:
        expected += text[position : edit.start] + edit.new
        position = edit.end
    assert aligned.text == expected + text[position:]


@given(texts_with_edits(), st.data())
def test_two_steps_compose(case: tuple[str, list[Edit]], data: st.DataObject) -> None:
    text, edits = case
    once = AlignedText.of(text).apply(edits)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(once.text)), max_size=6)))
    more = [Edit(a, b, data.draw(st.text(max_size=3))) for a, b in zip(cuts[::2], cuts[1::2], strict=False)]
    twice = once.apply(more)
    check_invariants(twice)
    deleted = {i for edit in more for i in range(edit.start, edit.end)}
    kept = [i for i in range(len(once.text)) if i not in deleted]
    addresses = set(zip(twice.starts, twice.ends, strict=True))
    assert all((once.starts[i], once.ends[i]) in addresses for i in kept)


def test_equal_length_maps_each_character_and_other_length_the_whole() -> None:
    aligned = AlignedText.of("項(xiàng)目ＡＢ").apply([Edit(0, 8, "项"), Edit(9, 11, "AB")])
    assert aligned.text == "项目AB"
    assert aligned.raw_range(0, 1) == (0, 8)
    assert aligned.raw_range(2, 3) == (9, 10)
    assert aligned.clean_range(0, 9) == (0, 2)


def test_clean_range_of_removed_text_is_none() -> None:
    aligned = AlignedText.of("abc").apply([Edit(1, 2, "")])
    assert aligned.clean_range(1, 2) is None
    assert aligned.clean_range(0, 3) == (0, 2)
    assert aligned.clean_range(0, 2) == (0, 1)


@pytest.mark.parametrize("edits", [[Edit(2, 1, "")], [Edit(0, 9, "")], [Edit(2, 3, ""), Edit(0, 1, "")]])
def test_bad_edits_are_refused(edits: list[Edit]) -> None:
    with pytest.raises(ValueError, match="edit"):
        AlignedText.of("abc").apply(edits)


@pytest.mark.parametrize("bounds", [(1, 1), (-1, 2), (0, 9)])
def test_bad_ranges_are_refused(bounds: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="range"):
        AlignedText.of("abc").raw_range(*bounds)
