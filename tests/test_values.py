from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.data.collection import load_collection
from ner.text.cleaner import Cleaner
from ner.values import Value, read_value

ANNOTATIONS = Path(__file__).resolve().parents[1] / "annotations"


@pytest.mark.parametrize(
    ("type_", "text", "expected"),
    [
        ("money", "5.53亿元", "553000000 元"),
        ("money", "2214.51万元", "22145100 元"),
        ("money", "5200多万元", "52000000+ 元"),
        ("money", "3亿余元", "300000000+ 元"),
        ("money", "1亿2000万元", "120000000 元"),
        ("money", "1亿零600万元", "106000000 元"),
        ("money", "一九．〇四亿元", "1904000000 元"),
        ("money", "八千元", "8000 元"),
        ("money", "两千块钱", "2000 元"),
        ("money", "1块2", "1.2 元"),
        ("money", "三元五角", "3.5 元"),
        ("money", "8毛", "0.8 元"),
        ("money", "3000—5000元", "3000-5000 元"),
        ("money", "10万至20万元", "100000-200000 元"),
        ("money", "3—5万元", "30000-50000 元"),
        ("money", "300元—500元", "300-500 元"),
        ("money", "人民币300万元", "3000000 元"),
        ("money", "3亿美元", "300000000 美元"),
        ("money", "$1.5亿", "150000000 美元"),
        ("money", "1,200万元", "12000000 元"),
        ("money", "几百块", None),
        ("percent", "49.67%", "49.67 %"),
        ("percent", "百分之九十", "90 %"),
        ("percent", "三分之二", None),
        ("percent", "四分之三", "75 %"),
        ("percent", "十万分之十二点三", "0.0123 %"),
        ("percent", "七成", "70 %"),
        ("percent", "三成五", "35 %"),
        ("percent", "一半", "50 %"),
        ("percent", "13.8个百分点", "13.8 百分点"),
        ("percent", "5‰", "0.5 %"),
        ("percent", "1.5倍", "1.5 倍"),
        ("percent", "2.50:1", "2.5 倍"),
        ("percent", "5:3:2", None),
        ("percent", "3%—5%", "3-5 %"),
        ("count", "22件", "22 件"),
        ("count", "二十二件", "22 件"),
        ("count", "5万户", "50000 户"),
        ("count", "1.7万余户", "17000+ 户"),
        ("count", "130余个", "130+ 个"),
        ("count", "10至12个", "10-12 个"),
        ("count", "两条", "2 条"),
        ("count", "一百零五人", "105 人"),
        ("count", "三千二百公里", "3200 公里"),
        ("count", "百余家", "100+ 家"),
        ("count", "10余", "10+"),
        ("count", "9000千瓦", "9000 千瓦"),
        ("count", "两米半", "2.5 米"),
        ("count", "2公里多", "2+ 公里"),
        ("count", "100万千瓦时", "1000000 千瓦时"),
        ("count", "1万2千户", "12000 户"),
        ("count", "3千户", "3000 户"),
        ("count", "120万m2", "1200000 m2"),
        ("count", "100户至200户", "100-200 户"),
        ("count", "5两", "5 两"),
        ("count", "三五家", None),
        ("count", "三四十个", None),
        ("count", "两三万人", None),
        ("count", "一百五", None),
        ("money", "2千余万元", "20000000+ 元"),
        ("money", "三至五百元", "300-500 元"),
        ("money", "一两万元", None),
        ("money", "一万二三千元", None),
        ("money", "1千5百万元", None),
        ("money", "1个亿", None),
        ("money", "20块零5毛", None),
        ("percent", "七八成", None),
        ("percent", "80%多", "80+ %"),
        ("percent", "万分之三", "0.03 %"),
        ("percent", "百分之三至百分之五", "3-5 %"),
        ("count", "1米86", None),
        ("count", "数十家", None),
        ("region", "22件", None),
    ],
)
def test_by_hand(type_: str, text: str, expected: str | None) -> None:
    value = read_value(type_, text)
    if text == "三分之二":
        assert value is not None
        assert abs(value.low * 3 - 200) < Decimal("1e-20")
    else:
        assert (value.as_text() if value else None) == expected


@given(
    st.decimals(min_value=0, max_value=10**6, places=2),
    st.sampled_from(["", "万", "亿"]),
    st.sampled_from(["", "多", "余"]),
    st.sampled_from(["元", "户", "平方米"]),
)
def test_figures_with_magnitudes(number: Decimal, magnitude: str, more: str, unit: str) -> None:
    factor = {"": 1, "万": 10**4, "亿": 10**8}[magnitude]
    expected = Value(number * factor, number * factor, unit, bool(more))
    type_ = "money" if unit == "元" else "count"
    for text in (
        f"{number:f}{magnitude}{more}{unit}",
        f"{number:f}{more}{magnitude}{unit}",
        f"{number:,f}{magnitude}{more}{unit}",
    ):
        assert read_value(type_, text) == expected


@given(st.integers(1, 9999))
def test_numerals_are_read_back(number: int) -> None:
    words, zero = "", False
    for power, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // power % 10
        if digit:
            words += ("零" if zero else "") + "零一二三四五六七八九"[digit] + name
        zero = not digit and bool(words) and number % power > 0
    value = read_value("count", f"{words}件")
    assert value == Value(Decimal(number), Decimal(number), "件")


@given(
    st.sampled_from(["money", "percent", "count", "region"]),
    st.text("0123456789.,亿万千百十一二两零点多余分之成比%元角个—至几", max_size=12),
)
def test_any_words_are_read_or_not_but_never_fail(type_: str, text: str) -> None:
    value = read_value(type_, text)
    assert value is None or 0 <= value.low <= value.high


def test_nearly_all_of_the_collection_is_read() -> None:
    collection = load_collection([f"{ANNOTATIONS}/*.json"], str(ANNOTATIONS / "splits.yaml"))
    cleaner = Cleaner()
    surfaces = {
        (span.type, document.surface(span))
        for split in ("train", "dev")
        for document in collection.split(split)
        for span in document.spans
        if span.type in ("money", "percent", "count")
    }
    unread = [words for type_, words in surfaces if read_value(type_, cleaner(words).text) is None]
    assert len(surfaces) > 3000
    assert len(unread) < 0.01 * len(surfaces), unread
