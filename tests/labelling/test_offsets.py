from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.formats.offsets import same_text, to_region, to_span, unfit
from ner.spans import Span

TROUBLE = [
    "😀",
    "𠀀",
    "👨‍👩‍👧",
    "🇨🇳",
    "\r\n",
    "\r",
    "\n",
    "\t",
    " ",
    "  ",
    "\u00a0",
    "\u3000",
    "\ufeff",
    "\u200b",
    "\xad",
    "\x85",
]
TEXTS = st.lists(
    st.sampled_from([*TROUBLE, "\u2028", "松溪县", "(xiàng)", "a\u0300", "\\n", "<b>&amp;", "12件"]), max_size=20
)


@st.composite
def marked(draw: st.DrawFn) -> tuple[str, Span]:
    text = "".join(draw(TEXTS)) + draw(st.sampled_from(["县", "😀", "12"])) + "".join(draw(TEXTS))
    kept = [i for i, char in enumerate(text) if char.strip()]
    start = draw(st.sampled_from(kept))
    end = draw(st.integers(start + 1, len(text)))
    return text, Span(start, end, "region")


def browser(text: str, span: Span) -> dict[str, Any]:
    """What the front end stores when a span is dragged over, as its source does it.

    It draws one text node a line and a <br> for each CR and LF, has the selection in UTF-16 units within a node, turns
    those into code points of the node, and adds up code points of nodes, one for each <br>.
    """
    lines = re.split("[\r\n]", text)

    def place(offset: int) -> tuple[int, int]:
        """Node and UTF-16 offset in it; an end before a line break is in the line before."""
        for number, line in enumerate(lines):
            if offset <= len(line):
                return number, len(line[:offset].encode("utf-16-le")) // 2
            offset -= len(line) + 1
        raise AssertionError

    def stored(node: int, units: int) -> int:
        points = len(lines[node].encode("utf-16-le")[: 2 * units].decode("utf-16-le"))
        return sum(len(line) + 1 for line in lines[:node]) + points

    shown = re.sub("[ \t]+", " ", text[span.start : span.end])
    shown = re.sub(" ?[\r\n] ?", lambda found: "\\n", shown)
    value = {"start": stored(*place(span.start)), "end": stored(*place(span.end)), "text": shown, "labels": [span.type]}
    return {"type": "labels", "from_name": "label", "to_name": "text", "value": value}


@given(marked())
def test_what_the_browser_stores_is_the_span_that_was_selected(case: tuple[str, Span]) -> None:
    text, span = case
    assert to_span(browser(text, span), text) == span


@given(marked())
def test_there_and_back_is_the_same(case: tuple[str, Span]) -> None:
    text, span = case
    region = to_region(span, text, "r1", 0.25)
    assert region["score"] == 0.25
    assert region["value"]["text"] == text[span.start : span.end]
    assert to_span(region, text) == span


@given(marked(), st.sampled_from([-1, 1]))
def test_an_offset_one_off_is_refused_where_the_text_can_tell(case: tuple[str, Span], shift: int) -> None:
    text, span = case
    region = to_region(span, text, "r1")
    start, end = span.start + shift, span.end + shift
    region["value"] |= {"start": start, "end": end}
    if start >= 0 and end <= len(text) and not same_text(text[span.start : span.end], text[start:end]):
        with pytest.raises(ValueError, match=r"the text there is|empty"):
            to_span(region, text)


@pytest.mark.parametrize(
    ("stored", "surface"),
    [
        ("松\\n\\n溪县", "松\r\n溪县"),
        ("松\\n\\n\\n溪县", "松\n\n\n溪县"),
        ("松 溪县", "松\t溪县"),
        ("松 溪 县", "松  溪   县"),
        ("松\u00a0溪县", "松\u00a0溪县"),
        ("", "松溪县"),
    ],
)
def test_what_chromium_was_seen_to_store_as_text_passes(stored: str, surface: str) -> None:
    assert same_text(stored, surface)


@pytest.mark.parametrize(
    ("stored", "surface"), [("松溪", "松溪县"), ("溪县", "松溪"), ("松溪县", "松\u00a0溪县"), ("n", "\n")]
)
def test_other_characters_do_not_pass(stored: str, surface: str) -> None:
    assert not same_text(stored, surface)


def test_utf16_offsets_are_refused_and_named() -> None:
    text = "😀😀松溪县完成"
    with pytest.raises(ValueError, match="the text there is '县完成' \\(it fits if the offsets are UTF-16 units\\)"):
        to_span({"value": {"start": 4, "end": 7, "text": "松溪县", "labels": ["region"]}}, text)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"start": True}, "whole numbers"),
        ({"end": 99}, "outside the text of 8 characters"),
        ({"start": 5}, "outside|empty"),
        ({"labels": ["place"]}, "label is not one of"),
        ({"labels": ["region", "count"]}, "label is not one of"),
    ],
)
def test_bad_regions_are_refused(change: dict[str, Any], reason: str) -> None:
    region = to_region(Span(2, 5, "region"), "今年松溪县完成了", "r1")
    region["value"] |= change
    with pytest.raises(ValueError, match=reason):
        to_span(region, "今年松溪县完成了")


def test_other_results_are_refused() -> None:
    with pytest.raises(ValueError, match="type 'choices'"):
        to_span({"type": "choices", "value": {"choices": ["good"]}}, "松溪县")


def test_texts_that_cannot_make_the_trip_are_named() -> None:
    assert unfit("😀松溪县\r\n") is None
    assert "U+0000" in str(unfit("松\0溪"))
    assert "surrogate" in str(unfit("松\ud83d溪"))
