from __future__ import annotations

import csv
import io
import re
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from ner.documents import Document, Skipped
from ner.errors import NerError
from ner.output.report import ReportWriter, article_html
from ner.output.results import Result, ResultWriter, read_results, write_extracted
from ner.output.terminal import print_ledger, print_result
from ner.settings import build
from ner.spans import ENTITY_TYPES, Entity, Span
from ner.text.cleaner import CleaningSettings, Removed

TEXT = "首页 > 新闻\n松溪縣<完成>22件&=好"


def result(text: str = TEXT) -> Result:
    entities = (
        Entity("region", text[8:11], 8, 11, 0.9, "松溪县"),
        Entity("count", text[15:18], 15, 18, 0.5, "22件"),
    )
    return Result("a.txt", "0" * 64, "utf-8", entities, (Removed(0, 8, "bread crumbs"),))


@st.composite
def parts(draw: st.DrawFn) -> Result:
    cuts = sorted(draw(st.sets(st.integers(0, len(TEXT)), max_size=8)))
    spans = list(zip(cuts[::2], cuts[1::2], strict=False))
    entities = tuple(Entity(draw(st.sampled_from(ENTITY_TYPES)), TEXT[a:b], a, b, 0.5, "") for a, b in spans)
    cuts = sorted(draw(st.sets(st.integers(0, len(TEXT)), max_size=6)))
    removed = tuple(Removed(a, b, "x") for a, b in zip(cuts[::2], cuts[1::2], strict=False))
    return Result("a.txt", "", "utf-8", entities, removed)


@given(parts())
def test_report_shows_every_character_once(case: Result) -> None:
    page = article_html(case, TEXT)
    body = re.search(r"<pre>(.*)</pre>", page, re.DOTALL)
    assert body is not None
    assert unescape(re.sub(r"<[^<>]*>", "", body[1])) == TEXT
    marked = re.findall(r"<mark[^>]*>(.*?)</mark>", body[1], re.DOTALL)
    assert unescape(re.sub(r"</?del[^>]*>", "", "".join(marked))) == "".join(e.text for e in case.entities)


def test_report_shows_gold_beside_what_was_found() -> None:
    gold = (Span(8, 11, "region"), Span(12, 14, "project"))
    page = article_html(result(), TEXT, gold)
    assert '<u class="region" title="gold region"><mark class="region" title=' in page
    assert '<u class="project wrong" title="gold project">完成</u>' in page
    assert '<mark class="count wrong" title="count 0.50' in page
    assert "1 right, 1 only found, 1 only gold" in page
    assert "wrong" not in article_html(result(), TEXT)
    body = re.search(r"<pre>(.*)</pre>", page, re.DOTALL)
    assert body is not None
    assert unescape(re.sub(r"<[^<>]*>", "", body[1])) == TEXT


def test_report_counts_types_of_other_models() -> None:
    page = article_html(Result("a", "", "", (Entity("name", "首页", 0, 2, 0.5, "首页"),), ()), TEXT)
    assert "<p class=sum>1 name</p>" in page
    assert '<mark class="name"' in page


def test_report_is_one_self_contained_page(tmp_path: Path) -> None:
    with ReportWriter(tmp_path / "report.html") as report:
        report.write(result(), TEXT)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert '<mark class="region" title="region 0.90 [8, 11) 松溪县">松溪縣</mark>' in page
    assert '<del title="bread crumbs">首页 &gt; 新闻\n</del>' in page
    assert not re.search(r"(?:src|href)=|@import|url\(", page)


def test_results_round_trip(tmp_path: Path) -> None:
    with ResultWriter(tmp_path) as writer:
        writer.write(result())
    assert read_results(tmp_path) == {("a.txt", "0" * 64): result()}
    with ResultWriter(tmp_path, read_results(tmp_path).values()) as writer:
        pass
    assert read_results(tmp_path) == {("a.txt", "0" * 64): result()}


def test_table_for_excel_is_no_formula(tmp_path: Path) -> None:
    text = "=1+2"
    with ResultWriter(tmp_path) as writer:
        writer.write(Result("b", "", "utf-8", (Entity("count", text, 0, 4, 1.0, text),), ()))
    with (tmp_path / "entities.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file))[1][2] == "'=1+2"


def test_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(NerError, match="cannot write there"), ResultWriter(tmp_path / "file"):
        pass


def test_terminal_shows_table_and_ledger() -> None:
    console = Console(file=io.StringIO(), width=100)
    print_result(console, result(), limit=1)
    print_ledger(console, 2, 1, 9, [Skipped("x[1].txt", "empty")])
    shown = console.file.getvalue()
    assert "a.txt: 2 entities" in shown
    assert "松溪縣" in shown
    assert "and 1 more in the files" in shown
    assert "2 articles, 9 entities (1 from the earlier run)" in shown
    assert "x[1].txt: empty" in shown


def test_settings_name_the_wrong_field() -> None:
    assert build(CleaningSettings, {"chrome": False}, "c").chrome is False
    for values, reason in (
        ({"chrom": False}, "c: unknown field 'chrom'; known are line_ends"),
        ({"chrome": "perhaps"}, "c: chrome: .*perhaps"),
        ({"simplified": "x"}, "is none of t2s"),
        ([], "expected a mapping"),
    ):
        with pytest.raises(NerError, match=reason):
            build(CleaningSettings, values, "c")


def test_extracted_text_of_a_page_with_the_longest_name(tmp_path: Path) -> None:
    target = write_extracted(tmp_path, Document("甲" * 83 + ".html", "甲县", extracted=True))
    assert target.read_text(encoding="utf-8") == "甲县"
    assert len(target.name.encode()) <= 255
