from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ner.errors import NerError
from ner.formats.label_studio import read_tasks, write_tasks
from ner.spans import AnnotatedDocument, Span

TEXT = "😀晋江市完成22件民生实事"


def region(start: Any, end: Any, label: str = "region", text: str | None = None) -> dict[str, Any]:
    value = {"start": start, "end": end, "labels": [label]}
    if text is not None:
        value["text"] = text
    return {"type": "labels", "from_name": "label", "to_name": "text", "value": value}


def task(*results: dict[str, Any], **annotation: Any) -> dict[str, Any]:
    return {"id": 7, "data": {"text": TEXT}, "annotations": [{"result": list(results), **annotation}]}


def write(tmp_path: Path, tasks: Any) -> Path:
    path = tmp_path / "export.json"
    path.write_text(json.dumps(tasks), encoding="utf-8")
    return path


def test_offsets_are_code_points(tmp_path: Path) -> None:
    reading = read_tasks(write(tmp_path, [task(region(1, 4, text="晋江市"))]))
    assert reading.refusals == []
    assert reading.documents[0].surface(reading.documents[0].spans[0]) == "晋江市"


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (region(2, 5, text="晋江市"), "the text there is '江市完'"),
        (region(1, 99), "outside the text"),
        (region(3, 3), "empty"),
        (region("1", 4), "whole numbers"),
        (region(1, 4, label="place"), "label is not one of"),
        (region(2, 6, label="count"), "overlaps"),
        ({"type": "choices", "value": {"choices": ["good"]}}, "type 'choices'"),
        ("nonsense", "type 'str'"),
    ],
)
def test_each_bad_span_is_refused_with_task_and_reason(tmp_path: Path, wrong: Any, reason: str) -> None:
    reading = read_tasks(write(tmp_path, [task(region(1, 4), wrong)]))
    assert [span.type for span in reading.documents[0].spans] == ["region"]
    assert len(reading.refusals) == 1
    assert reading.refusals[0].task == "7"
    assert reason in str(reading.refusals[0])


def test_cancelled_and_unannotated_tasks_are_reported(tmp_path: Path) -> None:
    tasks = [task(region(1, 4), was_cancelled=True), {"id": 8, "data": {"text": "x"}}, {"id": 9, "data": {}}, "no task"]
    reading = read_tasks(write(tmp_path, tasks))
    assert reading.documents == []
    assert [r.reason for r in reading.refusals] == [
        "cancelled",
        "no annotation",
        "no data.text with a string",
        "no data.text with a string",
    ]


def test_of_several_annotations_ground_truth_then_newest(tmp_path: Path) -> None:
    older = {"id": 1, "result": [region(1, 4)], "updated_at": "2026-01-01"}
    newer = {"id": 2, "result": [region(1, 3)], "updated_at": "2026-02-01"}
    cancelled = {"id": 3, "result": [], "was_cancelled": True, "updated_at": "2026-03-01"}
    several = {"id": 7, "data": {"text": TEXT}, "annotations": [older, newer, cancelled]}
    reading = read_tasks(write(tmp_path, [several]))
    assert reading.documents[0].spans == (Span(1, 3, "region"),)
    assert "3 annotations (1 cancelled), took the newest: 2" in reading.notes[0]
    # Django writes no fraction for a full second, which as text would come after any fraction of it
    older["updated_at"], newer["updated_at"] = "2026-01-01T08:00:00Z", "2026-01-01T08:00:00.250000Z"
    assert "took the newest: 2" in read_tasks(write(tmp_path, [several])).notes[0]
    older["ground_truth"] = True
    reading = read_tasks(write(tmp_path, [several]))
    assert reading.documents[0].spans == (Span(1, 4, "region"),)
    assert "took the ground truth: 1" in reading.notes[0]


def test_round_trip_with_one_line_a_span(tmp_path: Path) -> None:
    documents = [
        AnnotatedDocument("a-1", TEXT, (Span(1, 4, "region"), Span(6, 9, "count")), {"year": 2024, "topics": ["x"]}),
        AnnotatedDocument("a-2", "无实体\r\n的\t文章", ()),
    ]
    path = tmp_path / "out.json"
    write_tasks(documents, path)
    reading = read_tasks(path)
    assert reading.documents == documents
    assert reading.refusals == []
    assert sum('"from_name"' in line for line in path.read_text(encoding="utf-8").splitlines()) == 2


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"[{", "broken JSON, line 1 column 3"),
        (b"{}", "no list of tasks"),
        ('["项目"]'.encode("gb18030"), "not UTF-8"),
    ],
)
def test_bad_files_are_one_clear_error(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(content)
    with pytest.raises(NerError, match=reason):
        read_tasks(path)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(NerError, match="No such file"):
        read_tasks(tmp_path / "none.json")


def test_other_labelling_config_is_named(tmp_path: Path) -> None:
    with pytest.raises(NerError, match=r"another labelling config: labels ORG, PER; expected region"):
        read_tasks(write(tmp_path, [task(region(1, 2, "PER"), region(3, 4, "ORG"))]))


def test_other_controls_and_shapes_of_json_min(tmp_path: Path) -> None:
    item = {"id": 1, "text": "去年，晋江市完成22件实事。", "annotation_id": 3}
    region = {"start": 3, "end": 6, "text": "晋江市", "labels": ["region"]}
    path = tmp_path / "min.json"
    path.write_text(json.dumps([{**item, "ner": [region]}]), encoding="utf-8")
    document = read_tasks(path).documents[0]
    assert document.spans == (Span(3, 6, "region"),)
    assert "ner" not in document.meta
    for wrong, reason in (({"label": 1}, "no labelled regions"), ({"a": [region], "b": [region]}, "more than one")):
        path.write_text(json.dumps([{**item, **wrong}]), encoding="utf-8")
        with pytest.raises(NerError, match=reason):
            read_tasks(path)


def test_results_that_are_no_labels_are_refused_one_by_one(tmp_path: Path) -> None:
    region = {"type": "labels", "value": {"start": 0, "end": 2, "labels": ["region"]}}
    results = [[region, {"type": "rating", "value": {"rating": 4}}], 5]
    tasks = [{"data": {"text": "甲县"}, "annotations": [{"result": result}]} for result in results]
    path = tmp_path / "a.json"
    path.write_text(json.dumps(tasks), encoding="utf-8")
    reading = read_tasks(path)
    assert [document.spans for document in reading.documents] == [(Span(0, 2, "region"),)]
    assert ["rating" in str(refusal) for refusal in reading.refusals] == [True, False]


def test_what_cannot_be_written_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(NerError, match="half a character after"):
        write_tasks([AnnotatedDocument("a", "甲县\ud83d", ())], path)
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_labeling_config_has_our_types() -> None:
    import xml.etree.ElementTree as ET

    from ner.spans import ENTITY_TYPES

    root = ET.parse(Path(__file__).resolve().parents[2] / "annotations" / "labeling_config.xml").getroot()
    labels = root.find("Labels")
    text = root.find("Text")
    assert labels is not None
    assert text is not None
    assert [label.get("value") for label in labels] == list(ENTITY_TYPES)
    assert (labels.get("name"), labels.get("toName"), text.get("name")) == ("label", "text", "text")
