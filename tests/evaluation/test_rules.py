"""Which rule an error breaks, told from marked-up gold and predictions."""

from __future__ import annotations

import pytest

from ner.evaluation import rules
from ner.evaluation.mistakes import find_mistakes, mistakes_text
from ner.formats.inline import parse_inline
from ner.spans import AnnotatedDocument, Entity


@pytest.mark.parametrize(
    ("gold", "found", "expected"),
    [
        ("{region:甲县}医码通", "{region:甲县}{project:医码通}", [rules.SPECIFIC]),
        ("{project:医码通}好。用医码通", "{project:医码通}好。用{project:医码通}", [rules.ALIKE]),
        ("{project:医码通}好。用{project:医码通}", "{project:医码通}好。用医码通", [rules.ALIKE]),
        ("用“{project:医码通}”", "用“医码通”", [rules.NAME]),
        ("新建{count:9座}{project:公厕}，好", "新建{count:9座}公厕，好", [rules.MEASURED]),
        ("花了{money:9元}，新建{project:公厕}", "花了{money:9元}，新建公厕", [rules.SPECIFIC]),
        ("全市{project:公厕改造}", "{project:全市公厕改造}", [rules.LEFT]),
        ("{project:公厕改造}", "{project:公厕}改造", [rules.RIGHT]),
        ("全{project:公厕改}造", "{project:全公厕}改造", [rules.BOTH]),
        ("{region:甲县}{project:公厕改造}", "{project:甲县公厕改造}", [rules.PLACE, "missed"]),
        ("“{project:医码通}”", "{project:“医码通”}", [rules.QUOTES]),
        ("{project:供水}、{project:排水}", "{project:供水、排水}", [rules.LIST, "missed"]),
        ("{project:供水、排水工程}", "{project:供水}、{project:排水工程}", [rules.LIST, "spurious"]),
        ("{region:甲县}、{region:乙县}", "{region:甲县、乙县}", [rules.CHAIN, "missed"]),
        ("{region:甲县}", "{project:甲县}", [rules.CONFUSION]),
        ("{count:9元}", "{money:9元}", [rules.CONFUSION]),
        ("{count:9件}", "9件", [rules.NUMBER]),
        ("甲路", "{region:甲路}", [rules.PLACE_NAME]),
    ],
)
def test_rule(gold: str, found: str, expected: list[str]) -> None:
    text, spans = parse_inline(gold)
    same, predicted = parse_inline(found)
    assert same == text
    entities = [Entity(s.type, text[s.start : s.end], s.start, s.end, 0.5, text[s.start : s.end]) for s in predicted]
    mistakes = find_mistakes(AnnotatedDocument("d", text, spans), entities)
    assert mistakes[0].rule == expected[0]
    assert [mistake.kind for mistake in mistakes[1:]] == expected[1:]
    assert f"    1  {expected[0]} (" in mistakes_text(mistakes)
