"""The composed pipeline: properties on any Unicode string, examples of each form, and the real captures."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import fields, replace
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from opencc import OpenCC as _OpenCC

from ner.text.aligned import AlignedText
from ner.text.cleaner import Cleaner, CleaningSettings

OpenCC = lru_cache(_OpenCC)
STEPS = [field.name for field in fields(CleaningSettings)]
OFF = CleaningSettings(**{name: "" if name == "simplified" else False for name in STEPS})
FRAGMENTS = [
    *("項(xiàng)目", "會(huì )", "長(cháng", "對接)?\n", "5000萬(wàn)元", "&nbsp;", "?rdquo;", "<br>", "?/span>"),
    *(
        "\r\n",
        "\r",
        "17 198户",
        "１，１３５億",
        "一九．〇四億元",
        "\u200b",
        "\xa0",
        "\ue000",
        "😀",
        "，，",
        "。",
        "(",
        ")",
    ),
    *("首页 > 新闻 > 正文\n", "发布时间:2022-11-29\n", "[复制链接]\n", "责任编辑:某某\n", "上一篇: 没有了\n"),
    *("发表于 2023-6-16 10:42:12 显示全部楼层\n", " date 2025-12-30 \n", "计程车錄影帶", "\ud800"),
    "某县今年建成公办幼儿园十二所,新增学位三千六百个,受到群众好评。\n",
]
raw_texts = st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=6)), max_size=14).map("".join)


def only(step: str) -> CleaningSettings:
    return replace(OFF, **{step: "t2s" if step == "simplified" else True})


def check(raw: str, aligned: AlignedText) -> None:
    """Order is kept, ranges are disjoint or shared, and each character can be told from the one it came from."""
    assert aligned.raw == raw
    last = (0, 0)
    for char, start, end in zip(aligned.text, aligned.starts, aligned.ends, strict=True):
        assert 0 <= start < end <= len(raw)
        assert last[0] <= start
        assert last[1] <= end
        last = (start, end)
        if end - start == 1 and char != raw[start]:
            assert char in variants(raw[start]), (char, raw[start])


def variants(char: str) -> str:
    """What one raw character may become: its compatibility form, its simplified form, a space or a newline."""
    compatible = unicodedata.normalize("NFKC", char)
    space = " \n" if not char.strip() or char in "\x1c\x1d\x1e\x85" else ""
    return compatible + "".join(OpenCC(name).convert(c) for c in (char, *compatible) for name in ("t2s",)) + space


@pytest.mark.parametrize("step", STEPS)
@given(raw=raw_texts)
@settings(max_examples=60)
def test_every_step_alone_keeps_addresses(step: str, raw: str) -> None:
    check(raw, Cleaner(only(step))(raw).aligned)


@given(raw=raw_texts)
@example(raw="")
@example(raw="\ud800項(xiàng)\udfff")
def test_all_steps_together_keep_addresses(raw: str) -> None:
    clean = Cleaner()(raw)
    check(raw, clean.aligned)
    for part in clean.removed:
        assert 0 <= part.start < part.end <= len(raw)
        assert part.kind


@given(raw=st.text(alphabet="網際路部落格計程車的資料庫a，\n", max_size=30))
def test_conversion_of_words_keeps_addresses(raw: str) -> None:
    aligned = Cleaner(replace(OFF, simplified="tw2sp"))(raw).aligned
    assert list(aligned.starts) == sorted(aligned.starts)
    assert list(aligned.ends) == sorted(aligned.ends)
    assert all(start < end for start, end in zip(aligned.starts, aligned.ends, strict=True))


@given(raw=st.text())
def test_without_steps_nothing_changes(raw: str) -> None:
    clean = Cleaner(OFF)(raw)
    assert clean.text == raw
    assert list(clean.aligned.starts) == list(range(len(raw)))


def test_forms_seen_in_the_wild() -> None:
    raw = "總投資(zī)1,135億6,645萬(wàn)1千元，另有一九．〇四億元；5000萬(wàn)元。"
    clean = Cleaner()(raw)
    assert clean.text == "总投资1,135亿6,645万1千元,另有一九.〇四亿元;5000万元。"
    place = clean.text.index("5000万元")
    start, end = clean.aligned.raw_range(place, place + 6)
    assert raw[start:end] == "5000萬(wàn)元"


def test_unknown_conversion_in_settings_is_refused() -> None:
    with pytest.raises(ValueError, match="simplified"):
        CleaningSettings(simplified="x2y")


def test_every_gold_span_of_the_real_captures_survives(shared: Path) -> None:
    cleaner = Cleaner()
    total = 0
    for task in json.loads((shared / "dev-gold" / "dev-gold.json").read_text(encoding="utf-8")):
        aligned = cleaner(task["data"]["text"]).aligned
        for region in task["annotations"][0]["result"]:
            span = region["value"]["start"], region["value"]["end"]
            place = aligned.clean_range(*span)
            assert place is not None, region
            assert aligned.raw_range(*place) == span, region
            total += 1
    assert total == 348
