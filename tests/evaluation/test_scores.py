from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from regex_baseline import baseline_spans

from ner.evaluation.mistakes import find_mistakes, mistakes_text
from ner.evaluation.scores import score_spans
from ner.formats.inline import parse_inline
from ner.formats.label_studio import read_tasks
from ner.spans import ENTITY_TYPES, AnnotatedDocument, Entity, Span, span_f1
from ner.tags import TagSet
from ner.text.cleaner import Cleaner

TAGS = TagSet()


def document(markup: str) -> AnnotatedDocument:
    return AnnotatedDocument("d", *parse_inline(markup))


def entity(doc: AnnotatedDocument, start: int, end: int, type_: str) -> Entity:
    text = doc.text[start:end]
    return Entity(type_, text, start, end, 0.5, text)


@st.composite
def span_sets(draw: st.DrawFn) -> list[Span]:
    cuts = sorted(draw(st.sets(st.integers(0, 20), max_size=10)))
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    return [Span(start, end, draw(st.sampled_from(ENTITY_TYPES))) for start, end in pairs]


@given(span_sets(), span_sets())
def test_seqeval_and_our_own_count_agree(gold: list[Span], found: list[Span]) -> None:
    doc = AnnotatedDocument("d", "字" * 20, tuple(gold))
    if gold or found:
        scores = score_spans([doc], [found], TAGS)
        assert scores.micro.f1 == pytest.approx(scores.span_f1)
        assert scores.micro.support == len(gold)


def test_strict_means_exact() -> None:
    doc = document("{region:松溪县}完成{count:22件}")
    wrong = [Span(0, 2, "region"), Span(5, 8, "count")]
    scores = score_spans([doc], [wrong], TAGS)
    assert scores.types["region"].f1 == 0
    assert scores.types["count"].f1 == 1
    assert scores.micro.f1 == pytest.approx(0.5)
    assert scores.types["money"].support == 0


def test_nothing_at_all_scores_zero() -> None:
    assert span_f1([[]], [[]]) == 0.0


def test_each_kind_of_mistake() -> None:
    doc = document("{region:松溪县}完成{count:22件}{project:民生实事}，投资{money:3亿元}")
    found = [
        entity(doc, 0, 2, "region"),
        entity(doc, 5, 8, "percent"),
        entity(doc, 12, 13, "count"),
        entity(doc, 15, 18, "money"),
    ]
    mistakes = find_mistakes(doc, found)
    assert [m.kind for m in mistakes] == ["wrong bounds", "wrong type", "missed", "spurious"]
    assert mistakes[0].gold_text == "松溪县"
    assert mistakes[0].found_text == "松溪"
    text = mistakes_text(mistakes)
    assert "missed: 1 (project 1)" in text
    assert "gold project '民生实事', found -" in text
    assert "… and 1 more" in mistakes_text([*mistakes, *mistakes], limit=1)


def test_no_mistakes_when_all_is_found() -> None:
    doc = document("{region:松溪县}完成{count:22件}")
    assert find_mistakes(doc, [entity(doc, 0, 3, "region"), entity(doc, 5, 8, "count")]) == []


def test_regex_baseline_on_the_real_captures(shared: Path) -> None:
    """The baseline every model must beat is as strong as it is said to be: amounts and shares nearly solved."""
    cleaner = Cleaner()
    gold = read_tasks(shared / "dev-gold" / "dev-gold.json").documents
    predictions = []
    for doc in gold:
        clean = cleaner(doc.text)
        spans = baseline_spans(clean.text)
        predictions.append([Span(*clean.aligned.raw_range(s.start, s.end), s.type) for s in spans])
    scores = score_spans(gold, predictions, TAGS)
    print(scores.as_text())
    assert scores.types["money"].f1 > 0.95
    assert scores.types["percent"].f1 > 0.95
    assert scores.types["count"].f1 > 0.9
    assert scores.types["project"].f1 == 0
