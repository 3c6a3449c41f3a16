from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.errors import NerError
from ner.formats.inline import parse_inline, read_inline, render_inline, write_inline
from ner.spans import ENTITY_TYPES, AnnotatedDocument, Span


@st.composite
def annotated(draw: st.DrawFn) -> tuple[str, tuple[Span, ...]]:
    text = draw(st.text(alphabet=st.characters(codec="utf-8") | st.sampled_from("{}\\:\n县"), max_size=30))
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    return text, tuple(Span(start, end, draw(st.sampled_from(ENTITY_TYPES))) for start, end in pairs)


@given(annotated())
def test_round_trip(case: tuple[str, tuple[Span, ...]]) -> None:
    text, spans = case
    assert parse_inline(render_inline(text, spans)) == (text, spans)


def test_reads_as_written() -> None:
    text, spans = parse_inline(r"{region:晋江市}的\{{count:22件}\}")
    assert text == "晋江市的{22件}"
    assert spans == (Span(0, 3, "region"), Span(5, 8, "count"))


def test_any_type_without_blank_or_sign_can_be_written() -> None:
    types = ("地名", "H2O", "a-b")
    spans = tuple(Span(2 * n, 2 * n + 2, type_) for n, type_ in enumerate(types))
    assert parse_inline(render_inline("甲乙丙丁戊己", spans), types) == ("甲乙丙丁戊己", spans)
    with pytest.raises(NerError, match="type 'a b'"):
        render_inline("甲", [Span(0, 1, "a b")])


@pytest.mark.parametrize(
    ("markup", "reason"),
    [
        ("甲{region:乙", "ends inside a span"),
        ("甲}乙", "without a span"),
        ("{region:{count:1}}", "inside a span"),
        ("{place:乙}", "unknown type 'place'"),
        ("{count:}", "empty span"),
        ("甲{乙}", "opens no span"),
        ("一\n二{x", "line 2 column 2"),
    ],
)
def test_errors_name_place_and_reason(markup: str, reason: str) -> None:
    with pytest.raises(NerError, match=reason):
        parse_inline(markup)


def test_file_round_trip(tmp_path: Path) -> None:
    document = AnnotatedDocument(
        "a-1", "晋江市\n完成22件", (Span(0, 3, "region"),), {"year": 2023, "counties": ["甲县"]}
    )
    path = tmp_path / "a.txt"
    write_inline(document, path)
    assert read_inline(path) == document


def test_a_file_with_windows_line_ends_loses_the_whole_of_its_last_one(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("{region:甲县}\r\n好\r\n".encode())
    assert read_inline(path) == AnnotatedDocument("a", "甲县\r\n好", (Span(0, 2, "region"),), {})
    written = AnnotatedDocument("a", "甲县\r", (Span(0, 2, "region"),), {})
    write_inline(written, path)
    assert read_inline(path) == written


def test_file_errors_name_the_file(tmp_path: Path) -> None:
    path = tmp_path / "bad.txt"
    path.write_text("---\n: [\n---\n甲", encoding="utf-8")
    with pytest.raises(NerError, match=r"bad\.txt: front matter"):
        read_inline(path)
    path.write_bytes("项目".encode("gb18030"))
    with pytest.raises(NerError, match="not UTF-8"):
        read_inline(path)


def test_byte_order_mark_and_dates_in_front_matter(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("\ufeff---\nid: a1\ndate: 2024-01-05\n---\n\n{region:甲县}好\n", encoding="utf-8")
    document = read_inline(path)
    assert (document.id, document.text, document.meta) == ("a1", "甲县好", {"date": "2024-01-05"})
