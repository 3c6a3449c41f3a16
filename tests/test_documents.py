from __future__ import annotations

import io
import json
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner import documents
from ner.documents import Document, Skipped, decode, read_documents
from ner.errors import NerError

SIMPLIFIED = "松溪县完成12件民生实事，总投资3.2亿元。这件事办得好，群众都很满意。\n" * 4
TRADITIONAL = "松溪縣完成12件民生實事，總投資3.2億元。這件事辦得好，群眾都很滿意。\n" * 4


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (SIMPLIFIED, "utf-8"),
        (SIMPLIFIED, "gb18030"),
        (TRADITIONAL, "big5"),
        (SIMPLIFIED, "utf-16"),
        (SIMPLIFIED, "utf-16-le"),
        (TRADITIONAL, "utf-16-be"),
        (SIMPLIFIED.replace("\n", "\r\n"), "utf-8"),
        (SIMPLIFIED, "utf-32"),
    ],
)
def test_encodings(tmp_path: Path, text: str, encoding: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(text.encode(encoding))
    (document,) = read_documents([str(path)])
    assert isinstance(document, Document)
    assert document.text == text
    with path.open(encoding=document.encoding, newline="") as file:
        assert file.read() == document.text


def test_byte_order_mark_of_utf8_keeps_its_place(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"\xef\xbb\xbf" + SIMPLIFIED.encode())
    (document,) = read_documents([str(path)])
    assert isinstance(document, Document)
    assert (document.text, document.encoding) == ("\ufeff" + SIMPLIFIED, "utf-8")


@given(st.binary(max_size=300))
def test_any_bytes_decode_exactly_or_are_refused(data: bytes) -> None:
    try:
        text, encoding = decode(data)
    except ValueError:
        return
    assert text == data.decode(encoding)


def test_folder_glob_file_and_standard_input(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("b.txt", "a.txt", "sub/c.txt", "notes.md"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    folder = str(tmp_path)
    assert [d.text for d in read_documents([folder]) if isinstance(d, Document)] == ["a.txt", "b.txt", "sub/c.txt"]
    inputs = [f"{folder}/*.txt", f"{folder}/notes.md", "-", f"{folder}/a.txt"]
    found = list(read_documents(inputs, stdin=io.BytesIO("来自管道".encode())))
    assert [d.text for d in found if isinstance(d, Document)] == ["a.txt", "b.txt", "notes.md", "来自管道"]


def test_json_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    lines = [
        json.dumps({"text": "甲县"}),
        "{broken",
        "",
        json.dumps({"body": "x"}),
        json.dumps([1]),
        json.dumps({"text": " "}),
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    found = list(read_documents([str(path)]))
    assert found[0] == Document(f"{path}#1", "甲县")
    assert [(item.path, item.reason.split(":")[0]) for item in found[1:] if isinstance(item, Skipped)] == [
        (f"{path}#2", "no JSON"),
        (f"{path}#4", 'no "text" field with a string'),
        (f"{path}#5", 'no "text" field with a string'),
        (f"{path}#6", "empty"),
    ]


def test_html_gives_title_and_article(tmp_path: Path) -> None:
    body = "".join(f"<p>{SIMPLIFIED.strip()}第{n}段。</p>" for n in range(4))
    head = "<head><title>松溪县的十二件实事</title></head>"
    page = f"<html>{head}<body><nav><a>首页</a></nav><article>{body}</article></body></html>"
    path = tmp_path / "a.html"
    path.write_text(page, encoding="utf-8")
    (document,) = read_documents([str(path)])
    assert isinstance(document, Document)
    assert document.extracted
    assert document.text.startswith("松溪县的十二件实事\n")
    assert "第3段" in document.text
    assert "首页" not in document.text
    (tmp_path / "empty.html").write_text("<html></html>", encoding="utf-8")
    assert list(read_documents([str(tmp_path / "empty.html")])) == [
        Skipped(str(tmp_path / "empty.html"), "no article in this page")
    ]


def test_what_cannot_be_read_is_skipped_with_a_reason(tmp_path: Path) -> None:
    (tmp_path / "a_empty.txt").write_bytes(b"")
    (tmp_path / "b_blank.txt").write_text("\ufeff \n\u3000", encoding="utf-8")
    (tmp_path / "c_binary.txt").write_bytes(bytes(range(256)) * 40)
    (tmp_path / "d_big.txt").write_bytes(b"a" * 2000)
    (tmp_path / "e_link.txt").symlink_to(tmp_path / "nowhere")
    (tmp_path / "f_good.txt").write_text("好", encoding="utf-8")
    found = {Path(item.path).name: item for item in read_documents([str(tmp_path)], max_bytes=20_000)}
    big = list(read_documents([str(tmp_path / "d_big.txt")], max_bytes=1000))
    assert isinstance(big[0], Skipped)
    assert "max_bytes=1000" in big[0].reason
    reasons = {name: item.reason for name, item in found.items() if isinstance(item, Skipped)}
    assert reasons["a_empty.txt"] == reasons["b_blank.txt"] == "empty"
    assert "binary" in reasons["c_binary.txt"] or "no text" in reasons["c_binary.txt"]
    assert reasons["e_link.txt"] == "No such file or directory"
    assert isinstance(found["f_good.txt"], Document)


def test_file_without_permission_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    path.write_text("甲", encoding="utf-8")
    if os.geteuid() == 0:  # root reads everything, so the refusal is made by hand

        def refuse(self: Path) -> bytes:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(documents.Path, "read_bytes", refuse)
    else:
        path.chmod(stat.S_IWUSR)
    assert list(read_documents([str(path)])) == [Skipped(str(path), "Permission denied")]


def test_inputs_that_name_nothing_are_errors(tmp_path: Path) -> None:
    with pytest.raises(NerError, match="no articles in this folder"):
        list(read_documents([str(tmp_path)]))
    with pytest.raises(NerError, match="no such file"):
        list(read_documents([str(tmp_path / "*.txt")]))


def test_names_and_texts_that_cannot_be_written_as_unicode(tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/" + "甲县".encode("gbk") + b".txt"
    Path(os.fsdecode(name)).write_text("甲县完成22件。", encoding="utf-8")
    (tmp_path / "b.jsonl").write_text('{"text": "甲县\\ud83d。"}\n{"text": "乙县。"}\n', encoding="utf-8")
    found = list(read_documents([str(tmp_path)]))
    assert all(item.path.encode() for item in found)
    assert {item.text for item in found if isinstance(item, Document)} == {"甲县完成22件。", "乙县。"}
    assert ["half of a character" in item.reason for item in found if isinstance(item, Skipped)] == [True]
