from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.errors import NerError
from ner.formats.bio import read_bio, write_bio
from ner.formats.conversion import FORMATS, convert, format_of
from ner.formats.label_studio import read_tasks, write_tasks
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
}


@pytest.mark.parametrize(("first", "second"), list(product(FORMATS, FORMATS)))
def test_every_format_to_every_other_and_back(tmp_path: Path, first: str, second: str) -> None:
    one, two, back = tmp_path / "1" / SUFFIX[first], tmp_path / "2" / SUFFIX[second], tmp_path / "back.json"
    FORMATS["label_studio"].write(DOCUMENTS, tmp_path / "start.json")
    convert([tmp_path / "start.json"], one)
    convert([one], two)
    notes = convert([two], back)
    found, problems = FORMATS["label_studio"].read(back)
    assert problems == []
    assert [(d.id, d.text, d.spans) for d in found] == [(d.id, d.text, d.spans) for d in DOCUMENTS]
    if "bio" not in {first, second}:
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
        format_of(Path("a.xml"))
    with pytest.raises(NerError, match="'xml' is none of"):
        format_of(Path("a.json"), "xml")
    with pytest.raises(NerError, match="written to a folder"):
        convert([tmp_path / "a.json"], tmp_path / "b.txt")
    row = '{"id": "x", "text": "甲县", "spans": [{"start": 1, "end": 3, "type": "region"}], "meta": "{}"}'
    (tmp_path / "d.jsonl").write_text(row, encoding="utf-8")
    with pytest.raises(NerError, match="outside the text"):
        convert([tmp_path / "d.jsonl"], tmp_path / "b.bio")
    (tmp_path / "c.jsonl").write_text('{"id": 1}\n', encoding="utf-8")
    with pytest.raises(NerError, match="line 1: no row"):
        convert([tmp_path / "c.jsonl"], tmp_path / "b.bio")


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
