from __future__ import annotations

import pytest
from hypothesis import example as with_example
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import BertTokenizer

from ner.formats.inline import parse_inline
from ner.model.examples import IGNORED, build_examples
from ner.model.windows import NO_CHARACTER, WindowEncoder, WindowSettings, cut_windows
from ner.spans import AnnotatedDocument, Span
from ner.tags import TagSet
from ner.text.cleaner import Cleaner, CleaningSettings

TAGS = TagSet()
LITERAL = Cleaner(CleaningSettings(chrome=False))
window_settings = st.builds(
    lambda size, share: WindowSettings(size, int(size * share)), st.integers(4, 60), st.floats(0, 0.9)
)


@given(st.text(alphabet="甲乙，。！\n ”1", max_size=200), window_settings)
@with_example("1111111，11", WindowSettings(size=8, overlap=7))
def test_windows_cover_every_character_in_order(text: str, settings_: WindowSettings) -> None:
    windows = cut_windows(text, settings_)
    assert bool(windows) == bool(text)
    covered = 0
    for previous, window in zip([None, *windows], windows, strict=False):
        assert window.start <= covered < window.end <= window.start + settings_.size
        assert previous is None or window.start > previous.start
        covered = window.end
    assert covered == len(text)


def test_windows_begin_and_end_at_sentences() -> None:
    text = "第一句话。第二句话！第三句话？第四句话。"
    windows = cut_windows(text, WindowSettings(12, 6))
    assert [text[w.start : w.end] for w in windows] == [
        "第一句话。第二句话！",
        "第二句话！第三句话？",
        "第三句话？第四句话。",
    ]


@pytest.mark.parametrize("overlap", [-1, 10, 11])
def test_bad_overlap_is_refused(overlap: int) -> None:
    with pytest.raises(ValueError, match="overlap"):
        WindowSettings(10, overlap)


@given(st.text(max_size=120))
@settings(max_examples=50)
def test_tokens_point_at_their_characters(tokenizer: BertTokenizer, text: str) -> None:
    encoder = WindowEncoder(tokenizer, WindowSettings(20, 5))
    for window in encoder.encode(text):
        assert len(window.input_ids) == len(window.characters) <= 22
        for token, place in zip(tokenizer.convert_ids_to_tokens(window.input_ids), window.characters, strict=True):
            if place != NO_CHARACTER and token not in {"[UNK]", "[SEP]"}:
                assert token == text[place]


def test_glued_digits_leave_every_boundary_reachable(tokenizer: BertTokenizer) -> None:
    assert tokenizer.tokenize("96500")[1] == "##6"
    text, spans = parse_inline("惠及{count:96500座}65岁以上{count:300名}")
    encoder = WindowEncoder(tokenizer, WindowSettings(40, 8))
    document = AnnotatedDocument("d", text, spans)
    result = build_examples([document], LITERAL, encoder, TAGS)
    assert (result.ledger.spans, result.ledger.lost) == (2, [])
    (example,) = result.examples
    by_character = dict(zip(example.window.characters, example.labels, strict=True))
    decoded = TAGS.decode([by_character[i] for i in range(len(text))])
    assert decoded == list(spans)


def test_first_newline_of_a_run_is_the_separator(tokenizer: BertTokenizer) -> None:
    (window,) = WindowEncoder(tokenizer, WindowSettings(40, 8)).encode("镇上\n\n 的人")
    tokens = tokenizer.convert_ids_to_tokens(window.input_ids)
    assert tokens == ["[CLS]", "镇", "上", "[SEP]", "的", "人", "[SEP]"]
    assert window.characters == [-1, 0, 1, 2, 5, 6, -1]


def test_span_longer_than_a_window_is_counted_as_lost(tokenizer: BertTokenizer) -> None:
    text = "项目" * 20
    document = AnnotatedDocument("d", text, (Span(0, 40, "project"),))
    result = build_examples([document], LITERAL, WindowEncoder(tokenizer, WindowSettings(16, 4)), TAGS)
    assert result.ledger.cut == 1
    assert "d [0, 40) project" in result.ledger.lost[0]
    assert all(set(example.labels) == {IGNORED} for example in result.examples)


def test_span_over_a_window_edge_is_hidden_there_and_whole_elsewhere(tokenizer: BertTokenizer) -> None:
    text, spans = parse_inline("镇上的人都说好都说好{project:公办幼儿园}建成投资人")
    result = build_examples(
        [AnnotatedDocument("d", text, spans)], LITERAL, WindowEncoder(tokenizer, WindowSettings(12, 8)), TAGS
    )
    assert result.ledger.lost == []
    assert result.ledger.clipped > 0
    begins = sum(example.labels.count(TAGS.begin("project")) for example in result.examples)
    assert begins >= 1
    for example in result.examples:
        shown = [label for label in example.labels if label != IGNORED]
        assert shown.count(TAGS.inside("project")) in {0, 4}


def test_spans_that_cleaning_takes_are_counted(tokenizer: BertTokenizer) -> None:
    text = "松溪县新建公办幼儿园，镇上的人都说好，完成率达到了，去年新建八所。\n上一篇：松溪县"
    spans = (Span(0, 3, "region"), Span(len(text) - 3, len(text), "region"), Span(10, 11, "count"))
    document = AnnotatedDocument("d", text, spans[:2])
    encoder = WindowEncoder(tokenizer, WindowSettings(40, 8))
    ledger = build_examples([document], Cleaner(), encoder, TAGS).ledger
    assert (ledger.spans, ledger.altered, ledger.unreachable) == (2, 1, 0)
    blank = AnnotatedDocument("b", "镇上 的人", (Span(0, 3, "region"),))
    ledger = build_examples([blank], LITERAL, encoder, TAGS).ledger
    assert (ledger.spans, ledger.unreachable) == (1, 1)
