"""Edges of projects that the guideline rules out."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.data.collection import load_collection
from ner.model.decoding import TextDecoder
from ner.model.edges import keep_spans
from ner.model.viterbi import BioDecoder
from ner.model.windows import TokenWindow
from ner.spans import Span
from ner.tags import TagSet

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("found", "kept"),
    [
        ("中心城区供水改造工程", "供水改造工程"),
        ("全市农村公厕", "农村公厕"),
        ("完成全县的老旧小区改造", "老旧小区改造"),
        ("公办幼儿园等", "公办幼儿园"),
        ("的士驿站", "的士驿站"),
        ("建设者之家", "建设者之家"),
        ("推进式提水泵站", "推进式提水泵站"),
        ("公办幼儿园建设任务", "公办幼儿园"),
        ("“医码通", "医码通"),
        ("村卫生所（", "村卫生所"),
        ("暖心圈”圈", "暖心圈"),
        ("“放心午餐”建设“工程", "“放心午餐”建设"),
        ("健康卡（医码通", "健康卡"),
        ("（医码通）", "（医码通）"),
        ("“放心午餐”建设工程", "“放心午餐”建设工程"),
        ("电子健康卡(医码通)项目二期", "电子健康卡(医码通)项目二期"),
        ("改造提升工程", "提升工程"),
        ("老旧小区改造", "老旧小区改造"),
        ("全民健身活动", "全民健身活动"),
        ("县城第二污水处理厂", "县城第二污水处理厂"),
        ("补助资金", None),
        ("发放补助资金", None),
        ("全市", None),
        ("“服务", None),
        ("关爱小组", None),
        ("医疗保障制度", None),
        ("门诊付费改革试点", "门诊付费改革试点"),
    ],
)
def test_kept_part(found: str, kept: str | None) -> None:
    text = f"前{found}后"
    spans = keep_spans(text, Span(1, 1 + len(found), "project"))
    assert [text[span.start : span.end] for span in spans] == ([] if kept is None else [kept])


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("38所|乡村小学直饮水改造工程", "直饮水改造工程"),
        ("十二所|公办幼儿园厨房升级", "厨房升级"),
        ("1120间|教室照明改造", "照明改造"),
        ("64个|小区消防车通道整治", "消防车通道整治"),
        ("27个|行政村污水管网建设", "污水管网建设"),
        ("410户|低保家庭电线更换", "电线更换"),
        ("11所市直|学校直饮水安装工程", "直饮水安装工程"),
        ("13所|公办幼儿园建设任务", "公办幼儿园"),
        ("32个|老旧小区改造", "老旧小区改造"),  # the work is done to what is counted
        ("3所|寄宿制学校改扩建", "寄宿制学校改扩建"),
        ("50个|小区停车整治项目", "小区停车整治项目"),  # the projects are counted
        ("9所|标准化村卫生室", "标准化村卫生室"),
        ("105个|村卫生室空调安装", "村卫生室空调安装"),
        ("诊所|学校直饮水改造", "学校直饮水改造"),
    ],
)
def test_what_the_number_counts_is_no_part_of_the_work_there(text: str, kept: str) -> None:
    start, text = text.index("|"), text.replace("|", "")
    spans = keep_spans(text, Span(start, len(text), "project"))
    assert [text[span.start : span.end] for span in spans] == [kept]


def test_quoted_names_are_projects_each() -> None:
    text = "开展了“春风行动”、“春雨行动”“服务”活动"
    names = [text[span.start : span.end] for span in keep_spans(text, Span(3, 20, "project"))]
    assert names == ["春风行动", "春雨行动"]
    assert keep_spans(text, Span(3, 22, "project")) == [Span(3, 22, "project")]
    assert keep_spans("的“医码通”", Span(0, 6, "project")) == [Span(2, 5, "project")]


def test_a_quoted_name_and_the_word_behind_it() -> None:
    text = "线上“村口集市”“午后茶座” 服务平台".replace(" ", "")  # blanks have no token
    names = [text[span.start : span.end] for span in keep_spans(text, Span(2, len(text), "project"))]
    assert names == ["村口集市", "午后茶座"]
    assert keep_spans("“侬说我听”热线", Span(0, 8, "project")) == [Span(0, 8, "project")]
    assert keep_spans("列入“民生答卷”项目。", Span(3, 7, "project")) == [Span(2, 10, "project")]
    assert keep_spans("公办幼儿园建设任务", Span(0, 7, "project")) == [Span(0, 5, "project")]
    assert keep_spans("他们的“阳光管家”服务队", Span(4, 8, "project")) == []
    assert keep_spans("他们的“阳光管家”服务队伍", Span(3, 9, "project")) == []
    assert keep_spans("列入“民生答卷”计划翻修", Span(3, 7, "project")) == [Span(3, 7, "project")]


@pytest.mark.parametrize(
    ("type_", "found", "kept"),
    [("count", "20平方米）", "20平方米"), ("region", "（松溪县", "松溪县"), ("count", "（", None)],
)
def test_other_types_lose_half_brackets_only(type_: str, found: str, kept: str | None) -> None:
    spans = keep_spans(f"全{found}等", Span(1, 1 + len(found), type_))
    assert [f"全{found}等"[span.start : span.end] for span in spans] == ([] if kept is None else [kept])
    assert keep_spans("全市的", Span(0, 3, type_)) == [Span(0, 3, type_)]


def test_a_bracket_that_closes_right_behind_is_taken_in() -> None:
    text = "完成村卫生所(室)改造"
    assert keep_spans(text, Span(2, 8, "project")) == [Span(2, 9, "project")]
    assert keep_spans("“医码通”", Span(0, 4, "project")) == [Span(1, 4, "project")]


@given(st.text(alphabet="“”‘’（）()《》全市的等任务公厕改造3个小区所学校", max_size=12), st.data())
def test_what_is_kept_is_kept_again(text: str, data: st.DataObject) -> None:
    start, end = sorted((data.draw(st.integers(0, len(text))), data.draw(st.integers(0, len(text)))))
    for kept in keep_spans(text, Span(start, end, data.draw(st.sampled_from(["project", "count"])))):
        assert start <= kept.start < kept.end <= len(text)
        assert keep_spans(text, kept) == [kept]
        words = text[kept.start : kept.end]
        assert all(words.count(a) == words.count(b) for a, b in ("“”", "‘’", "（）", "()", "《》"))


def test_no_span_of_the_collection_is_touched() -> None:
    collection = load_collection([str(ROOT / "annotations" / "*.json")], str(ROOT / "annotations" / "splits.yaml"))
    seen = 0
    for split in ("train", "dev"):
        for document in collection.split(split):
            for span in document.spans:
                assert keep_spans(document.text, span) == [span], document.surface(span)
                seen += 1
    assert seen > 20_000


def test_the_decoder_applies_words_to_projects_only() -> None:
    tags = TagSet()
    text = "全市公厕，全市"
    rows = tags.encode(len(text), [Span(0, 4, "project"), Span(5, 7, "region")])
    logits = [[5.0 * (tag == row) for tag in range(len(tags.names))] for row in rows]
    window = TokenWindow(list(range(len(text))), list(range(len(text))))
    plain, ruled = (TextDecoder(BioDecoder(tags), edge_rules=rules) for rules in (False, True))
    assert [s.span for s in plain(text, [window], [logits])] == [Span(0, 4, "project"), Span(5, 7, "region")]
    found = ruled(text, [window], [logits])
    assert [s.span for s in found] == [Span(2, 4, "project"), Span(5, 7, "region")]
    assert ruled("", [], []) == []
    assert found[0].score == plain(text, [window], [logits])[0].score


def test_no_bracket_is_taken_from_the_next_span() -> None:
    tags = TagSet()
    text = "村卫生所(室)县"
    rows = tags.encode(len(text), [Span(0, 6, "project"), Span(6, 8, "region")])
    logits = [[5.0 * (tag == row) for tag in range(len(tags.names))] for row in rows]
    window = TokenWindow(list(range(len(text))), list(range(len(text))))
    found = TextDecoder(BioDecoder(tags), edge_rules=True)(text, [window], [logits])
    assert [s.span for s in found] == [Span(0, 4, "project"), Span(7, 8, "region")]
