from __future__ import annotations

import json
import lzma
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.errors import NerError
from ner.formats.bio import read_bio, write_bio
from ner.formats.conversion import convert, format_of, formats
from ner.formats.label_studio import read_tasks, write_tasks
from ner.formats.rows import read_rows
from ner.formats.tokens import read_tokens, write_tokens
from ner.spans import ENTITY_TYPES, AnnotatedDocument, Span

DOCUMENTS = [
    AnnotatedDocument(
        "a-1", "😀晋江市\r\n完成\t22件 {好}\\n", (Span(1, 4, "region"), Span(9, 12, "count")), {"year": 2024}
    ),
    AnnotatedDocument("a-2", "相邻22件33个", (Span(2, 5, "count"), Span(5, 8, "count")), {"topics": ["甲", "乙"]}),
    AnnotatedDocument("a-3", "没有实体。", ()),
]
SUFFIX = {
    "label_studio": "x.json",
    "json_min": "x.min",
    "bio": "x.bio",
    "inline": "x",
    "jsonl": "x.jsonl",
    "dataset": "x.dataset",
    "tokens": "x.tokens",
}
FORMATS = formats()


@pytest.mark.parametrize(("first", "second"), list(product(SUFFIX, SUFFIX)))
def test_every_format_to_every_other_and_back(tmp_path: Path, first: str, second: str) -> None:
    one, two, back = tmp_path / "1" / SUFFIX[first], tmp_path / "2" / SUFFIX[second], tmp_path / "back.json"
    FORMATS["label_studio"].write(DOCUMENTS, tmp_path / "start.json")
    convert([tmp_path / "start.json"], one)
    convert([one], two)
    notes = convert([two], back)
    found, problems = FORMATS["label_studio"].read(back)
    assert problems == []
    assert [(d.id, d.text, d.spans) for d in found] == [(d.id, d.text, d.spans) for d in DOCUMENTS]
    if not {"bio", "tokens"} & {first, second}:
        assert found == DOCUMENTS
    assert notes[-1].startswith("3 documents, 4 spans to")


@given(st.text(max_size=30), st.data())
def test_bio_keeps_any_text(tmp_path_factory: pytest.TempPathFactory, text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=6)))
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    spans = tuple(Span(a, b, data.draw(st.sampled_from(ENTITY_TYPES))) for a, b in pairs)
    path = tmp_path_factory.getbasetemp() / "any.bio"
    write_bio([AnnotatedDocument("d", text, spans)], path)
    assert read_bio(path) == [AnnotatedDocument("d", text, spans)]


def test_bio_is_a_character_and_a_tag_a_line(tmp_path: Path) -> None:
    write_bio([AnnotatedDocument("d", "甲县 2\n", (Span(0, 2, "region"),))], tmp_path / "a.bio")
    lines = (tmp_path / "a.bio").read_text(encoding="utf-8")
    assert lines == "-DOCSTART-\td\n甲\tB-region\n县\tI-region\n\\u0020\tO\n2\tO\n\\u000a\tO\n\n"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("甲\tO", "line 1: no -DOCSTART-"),
        ("-DOCSTART-\td\n甲 O", "line 2: expected a character"),
        ("-DOCSTART-\td\n甲\tB-place", "line 2: unknown tag 'B-place'"),
        ("-DOCSTART-\td\n甲\tB-region\n乙\tI-count", "line 3: I-count continues no span"),
        ("-DOCSTART-\td\n甲乙\tO", "line 2: more than one character"),
    ],
)
def test_bad_bio_names_the_line(tmp_path: Path, content: str, reason: str) -> None:
    path = tmp_path / "a.bio"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(NerError, match=reason):
        read_bio(path)


@given(st.text(max_size=30), st.data())
def test_tokens_keep_any_text(tmp_path_factory: pytest.TempPathFactory, text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=6)))
    spans = tuple(
        Span(a, b, data.draw(st.sampled_from(["region", "a-b"]))) for a, b in zip(cuts[::2], cuts[1::2], strict=False)
    )
    path = tmp_path_factory.getbasetemp() / "any.tokens"
    write_tokens([AnnotatedDocument("d", text, spans)], path)
    assert read_tokens(path) == [AnnotatedDocument("d", text, spans)]


def test_tokens_of_a_hub_dataset(tmp_path: Path) -> None:
    rows = [
        {"tokens": ["松", "溪县", "12", "件"], "tags": ["B-place", "I-place", "B-number", "O"]},
        {"id": 7, "tokens": ["甲", "乙"], "tags": ["B-place", "B-place"]},
    ]
    data = "\n".join(json.dumps(row) for row in rows).encode()
    (tmp_path / "train.jsonl.xz").write_bytes(lzma.compress(data))
    first, second = read_tokens(tmp_path / "train.jsonl.xz")
    assert first == AnnotatedDocument("train-1", "松溪县12件", (Span(0, 3, "place"), Span(3, 5, "number")))
    assert second == AnnotatedDocument("7", "甲乙", (Span(0, 1, "place"), Span(1, 2, "place")))
    types = ["place", "number"]
    for name in ("a.json", "a.bio", "inline"):
        convert([tmp_path / "train.jsonl.xz"], tmp_path / name, source_format="tokens", types=types)
        convert([tmp_path / name], tmp_path / "back.jsonl", types=types)
        assert sorted(read_rows(tmp_path / "back.jsonl"), key=lambda d: d.text) == [first, second]
    with pytest.raises(NerError, match="another labelling config"):
        convert([tmp_path / "a.json"], tmp_path / "b.jsonl")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ('{"tokens": ["甲"]}', "'tags'"),
        ('{"tokens": ["甲"], "tags": ["O", "O"]}', "shorter|longer"),
        ('{"tokens": ["甲"], "tags": ["I-place"]}', "I-place continues no span"),
        ('{"tokens": ["甲", "乙"], "tags": ["B-place", "I-time"]}', "I-time continues no span"),
        ('{"tokens": ["甲"], "tags": ["S-place"]}', "'S-place' is not O, B-x or I-x"),
        ("[]", "indices"),
        ("{", "Expecting"),
    ],
)
def test_bad_tokens_name_the_line(tmp_path: Path, row: str, reason: str) -> None:
    (tmp_path / "a.tokens").write_text('{"tokens": [], "tags": []}\n' + row, encoding="utf-8")
    with pytest.raises(NerError, match=f"line 2: no tokens with their tags: .*({reason})"):
        read_tokens(tmp_path / "a.tokens")


def test_tokens_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl.xz").write_bytes(b"no archive")
    with pytest.raises(NerError, match=r"a\.jsonl\.xz"):
        read_tokens(tmp_path / "a.jsonl.xz")


def test_jsonl_loads_with_datasets(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    FORMATS["jsonl"].write(DOCUMENTS, tmp_path / "a.jsonl")
    loaded = datasets.load_dataset(
        "json", data_files=str(tmp_path / "a.jsonl"), split="train", cache_dir=str(tmp_path / "cache")
    )
    assert loaded["text"][:] == [document.text for document in DOCUMENTS]
    assert loaded[0]["spans"][0] == {"start": 1, "end": 4, "type": "region"}


def test_what_is_left_out_is_said(tmp_path: Path) -> None:
    FORMATS["label_studio"].write(DOCUMENTS, tmp_path / "a.json")
    assert "meta data: that of 2 documents" in convert([tmp_path / "a.json"], tmp_path / "a.bio")[0]


def test_errors(tmp_path: Path) -> None:
    FORMATS["label_studio"].write(DOCUMENTS, tmp_path / "a.json")
    with pytest.raises(NerError, match="no such file"):
        convert([tmp_path / "none.json"], tmp_path / "b.bio")
    with pytest.raises(NerError, match="was read before"):
        convert([tmp_path / "a.json", tmp_path / "a.json"], tmp_path / "b.bio")
    with pytest.raises(NerError, match=r"unknown suffix '\.xml'"):
        format_of(Path("a.xml"), None, FORMATS)
    with pytest.raises(NerError, match="'xml' is none of"):
        format_of(Path("a.json"), "xml", FORMATS)
    with pytest.raises(NerError, match="written to a folder"):
        convert([tmp_path / "a.json"], tmp_path / "b.txt")
    row = '{"id": "x", "text": "甲县", "spans": [{"start": 1, "end": 3, "type": "region"}], "meta": "{}"}'
    (tmp_path / "d.jsonl").write_text(row, encoding="utf-8")
    with pytest.raises(NerError, match="outside the text"):
        convert([tmp_path / "d.jsonl"], tmp_path / "b.bio")
    (tmp_path / "c.jsonl").write_text('{"id": 1}\n', encoding="utf-8")
    with pytest.raises(NerError, match="line 1: no row"):
        convert([tmp_path / "c.jsonl"], tmp_path / "b.bio")
    for name in ("e.jsonl", "e.standoff", "e.bio"):
        (tmp_path / name).write_bytes("甲县\n".encode("gb18030"))
        with pytest.raises(NerError, match=f"{name}: not UTF-8"):
            convert([tmp_path / name], tmp_path / "b.json")
    FORMATS["jsonl"].write([AnnotatedDocument("x", "甲县", (Span(0, 2, "place"),))], tmp_path / "f.jsonl")
    with pytest.raises(NerError, match="x: spans of type place; types are region"):
        convert([tmp_path / "f.jsonl"], tmp_path / "b.bio")


def test_json_min_both_ways_and_what_the_front_end_stores_as_text(tmp_path: Path) -> None:
    text = "😀\r\n松溪县\t完成\r\n12件"
    document = AnnotatedDocument("d-1", text, (Span(3, 8, "region"),), {"year": 2020})
    write_tasks([document], tmp_path / "a.json")
    convert([tmp_path / "a.json"], tmp_path / "min.json", target_format="json_min")
    convert([tmp_path / "min.json"], tmp_path / "b.json")
    assert read_tasks(tmp_path / "b.json").documents == [document]
    exported = (tmp_path / "a.json").read_text(encoding="utf-8").replace('"松溪县\\t完"', '"松溪县 完"')
    assert exported != (tmp_path / "a.json").read_text(encoding="utf-8")
    (tmp_path / "a.json").write_text(exported, encoding="utf-8")
    assert read_tasks(tmp_path / "a.json").refusals == []
