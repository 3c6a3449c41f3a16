from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from transformers import BertTokenizer

from ner.model.examples import IGNORED
from ner.pretraining.objectives import LAC_CLASSES, MaskSettings, WordMasks, WordTags, jieba_words, lac_tagger

WORDS = ["新建", "12", "所", "幼儿园", "，", "投资", "1,200.5", "万元"]
TEXT = "".join(WORDS)


def masks(tokenizer: BertTokenizer, seed: int = 0, **settings: float) -> WordMasks:
    return WordMasks(lambda text: WORDS, tokenizer, MaskSettings(**settings), seed)


def test_word_tags_begin_where_words_begin() -> None:
    objective = WordTags(lambda text: [("新建", "v"), ("12", "m"), ("所", "??")])
    names = ["-" if mark == IGNORED else objective.labels[mark] for mark in objective.marks("新建12所")]
    assert names == ["B-v", "I-v", "B-m", "I-m", "-"]


def test_words_that_are_not_the_text_are_refused() -> None:
    with pytest.raises(ValueError, match="the tagger's words have 2 characters, the text 3"):
        WordTags(lambda text: [("新建", "v")]).marks("新建所")


def test_a_number_is_one_unit_or_a_unit_for_each_digit(tokenizer: BertTokenizer) -> None:
    whole = masks(tokenizer, numbers=1.0).marks(TEXT)
    single = masks(tokenizer, numbers=0.0).marks(TEXT)
    number = TEXT.index("1,200.5")
    assert len(set(whole[number : number + 7])) == 1
    assert len(set(single[number : number + 7])) == 7
    assert whole[:2] == [0, 0]
    assert len({whole[2], whole[4], whole[5]}) == 3


@given(rate=st.floats(0.05, 0.9), seed=st.integers(0, 1000))
def test_whole_units_are_masked_up_to_the_share(tokenizer: BertTokenizer, rate: float, seed: int) -> None:
    objective = masks(tokenizer, seed, rate=rate, numbers=1.0)
    marks = [IGNORED, *objective.marks(TEXT), IGNORED]
    ids = [2, *range(10, 10 + len(TEXT)), 3]
    inputs, labels = objective.finish(ids, marks)
    hidden = [label != IGNORED for label in labels]
    assert not hidden[0]
    assert not hidden[-1]
    assert rate * len(TEXT) <= sum(hidden) < rate * len(TEXT) + 7
    assert len({(mark, masked) for mark, masked in zip(marks, hidden, strict=True)}) == len(set(marks))
    for token, given_, label in zip(ids, inputs, labels, strict=True):
        assert label in (IGNORED, token)
        assert label != IGNORED or given_ == token


def test_masks_differ_at_every_sight(tokenizer: BertTokenizer) -> None:
    objective = masks(tokenizer, rate=0.3)
    marks = objective.marks(TEXT)
    seen = {tuple(objective.finish(list(range(10, 10 + len(TEXT))), marks)[1]) for _ in range(10)}
    assert len(seen) > 3


def test_the_taggers_cover_the_text() -> None:
    text = "晋江市新建12所 幼儿园，投资1,200.5万元。Ａ股\n涨了"
    assert "".join(jieba_words(text)) == text
    words = lac_tagger()(text)
    assert "".join(word for word, _ in words) == text
    assert {kind for _, kind in words} <= set(LAC_CLASSES) | {"O"}
    assert ("晋江市", "LOC") in words
