"""Spans without their text, and back with the text at hand."""

from __future__ import annotations

import json
import lzma
from pathlib import Path

import pytest
from conftest import Script

from ner.errors import NerError
from ner.formats.label_studio import read_tasks, write_tasks
from ner.formats.standoff import read_lines, read_standoff, write_standoff
from ner.spans import AnnotatedDocument, Span

LINES = ["松溪县旧闻", "松溪县新闻", " 😀完成12件民生实事 ", "镇上的人都说好", "松溪县新闻", "无关"]
DOCUMENTS = [
    AnnotatedDocument("d-1", "松溪县新闻\n😀完成12件民生实事", (Span(0, 3, "region"), Span(9, 12, "count"))),
    AnnotatedDocument("d-2", "松溪县新闻\n无关", ()),
]


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    path = tmp_path / "news.txt.xz"
    path.write_bytes(lzma.compress("\n".join(LINES).encode()))
    return path


def test_there_and_back(tmp_path: Path, texts: Path) -> None:
    lines = read_lines([texts])
    write_standoff(DOCUMENTS, lines, tmp_path / "a.standoff")
    assert read_standoff(tmp_path / "a.standoff", lines) == (DOCUMENTS, [])
    rows = [json.loads(line) for line in (tmp_path / "a.standoff").read_text(encoding="utf-8").splitlines()]
    assert [(row["file"], row["line"], row["lines"]) for row in rows] == [("news.txt.xz", 2, 2), ("news.txt.xz", 5, 2)]
    assert not any(character in (tmp_path / "a.standoff").read_text(encoding="utf-8") for character in "松溪民生")


def test_a_text_that_changed_or_is_missing_is_left_out_and_said(tmp_path: Path, texts: Path) -> None:
    write_standoff(DOCUMENTS, read_lines([texts]), tmp_path / "a.standoff")
    plain = tmp_path / "other.txt"
    plain.write_text("甲\n", encoding="utf-8")
    documents, notes = read_standoff(tmp_path / "a.standoff", read_lines([plain]))
    assert documents == []
    assert [note.split(": ", 1)[1] for note in notes] == [
        "d-1 left out: news.txt.xz: not among texts",
        "d-2 left out: news.txt.xz: not among texts",
    ]
    texts.write_bytes(lzma.compress("\n".join([*LINES[:-1], "变了"]).encode()))
    documents, notes = read_standoff(tmp_path / "a.standoff", read_lines([texts]))
    assert documents == DOCUMENTS[:1]
    assert "d-2 left out: news.txt.xz: other text at line 5" in notes[0]


def test_errors_name_the_document_the_line_and_the_file(tmp_path: Path, texts: Path) -> None:
    lines = read_lines([texts])
    for text in ("松溪县", "无关\n松溪县新闻", "不在其中"):
        with pytest.raises(NerError, match="d-3: its text is no run of whole lines"):
            write_standoff([AnnotatedDocument("d-3", text, ())], lines, tmp_path / "a.standoff")
    (tmp_path / "b.standoff").write_text('{"id": 1}\n', encoding="utf-8")
    with pytest.raises(NerError, match="line 1: no stand-off annotation"):
        read_standoff(tmp_path / "b.standoff", lines)
    write_standoff(DOCUMENTS[:1], lines, tmp_path / "c.standoff")
    crossed = (tmp_path / "c.standoff").read_text(encoding="utf-8").replace("[9, 12", "[2, 12")
    (tmp_path / "c.standoff").write_text(crossed, encoding="utf-8")
    with pytest.raises(NerError, match="over another"):
        read_standoff(tmp_path / "c.standoff", lines)
    broken = tmp_path / "broken.txt.xz"
    broken.write_bytes(b"no xz")
    with pytest.raises(NerError, match=r"broken\.txt\.xz"):
        read_lines([broken])
    with pytest.raises(NerError, match="another file of this name"):
        read_lines([texts, texts])


def test_convert_takes_the_texts(script: Script, tmp_path: Path, texts: Path) -> None:
    write_tasks(DOCUMENTS, tmp_path / "a.json")
    outcome = script("convert", "a.json", "output=a.standoff", f"texts=[{texts}]")
    assert outcome.code == 0, outcome.err
    outcome = script("convert", "a.standoff", "output=b.json", f"texts=[{texts}]")
    assert "2 documents, 2 spans" in outcome.out
    found = read_tasks(tmp_path / "b.json").documents
    assert [(d.id, d.text, d.spans) for d in found] == [(d.id, d.text, d.spans) for d in DOCUMENTS]
    outcome = script("convert", "a.standoff", "output=c.json")
    assert "d-1 left out" in outcome.out
