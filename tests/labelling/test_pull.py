"""Pulls from a fake source: what is taken, kept, reported, and that the file is never half of anything."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.errors import NerError
from ner.formats.label_studio import moment, read_tasks, write_tasks
from ner.labelling.pull import PullSummary, pull
from ner.labelling.server import TaskHead
from ner.labelling.sources import ExportSource
from ner.labelling.tasks import Task, choose
from ner.spans import AnnotatedDocument, Span

from .fake_label_studio import annotation, task

TEXT = "😀\r\n松溪县新建8所公办幼儿园，投入3.2亿元。"
OTHER = "青禾镇改造农村旱厕96500座。"
REGION, COUNT, MONEY = ("松溪县", "region"), ("8所", "count"), ("3.2亿元", "money")


class Fake:
    """A project whose tasks are given as the API gives them; remembers what was fetched."""

    name = "ner"
    complete = True

    def __init__(self, *tasks: dict[str, Any]) -> None:
        self.tasks = list(tasks)
        self.fetched: list[int] = []

    def heads(self) -> list[TaskHead]:
        return [
            TaskHead(
                t["id"], t["data"], t["updated_at"], t["total_annotations"], t["cancelled_annotations"], frozenset()
            )
            for t in self.tasks
        ]

    def fetch(self, numbers: Sequence[int]) -> dict[int, Task]:
        self.fetched += numbers
        return {t["id"]: Task.from_record(t, {1: "anna", 2: "ben"}) for t in self.tasks if t["id"] in numbers}

    def url(self, number: int) -> str:
        return f"http://ls/projects/1/data?task={number}"


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "annotations" / "pulled.json"


def surfaces(path: Path) -> dict[str, list[str]]:
    return {d.text: [d.surface(span) for span in d.spans] for d in read_tasks(path).documents}


def correct(path: Path, text: str, spans: tuple[Span, ...], when: str) -> None:
    """Change the spans of a text in the file, as if by hand at that time."""
    documents = read_tasks(path).documents
    write_tasks([replace(d, spans=spans) if d.text == text else d for d in documents], path)
    stamp = datetime.fromisoformat(when).replace(tzinfo=timezone.utc).timestamp()
    os.utime(path, (stamp, stamp))


def test_a_finished_task_arrives_with_who_when_and_how_long(output: Path) -> None:
    summary = pull(Fake(task(7, TEXT, annotation(1, TEXT, REGION, COUNT), encoding="gb18030")), output)
    (document,) = read_tasks(output).documents
    assert [document.surface(span) for span in document.spans] == ["松溪县", "8所"]
    assert document.meta["source"] == "news/7.txt"
    assert document.meta["encoding"] == "gb18030"
    record = document.meta["label_studio"]
    assert (record["by"], record["lead_time"], record["task"], record["annotation"]) == ("anna", 3.5, 7, 1)
    assert record["created_at"] == record["updated_at"] == "2026-01-01T10:00:00.000001Z"
    assert summary.added == [document.id] == [f"7-{document.meta['sha256'][:8]}"]


def test_a_second_pull_fetches_nothing_and_leaves_the_file(output: Path) -> None:
    source = Fake(task(7, TEXT, annotation(1, TEXT, REGION)), task(8, OTHER))
    pull(source, output)
    before, stamp, source.fetched = output.read_bytes(), output.stat().st_mtime_ns, []
    summary = pull(source, output)
    assert source.fetched == []
    assert (output.read_bytes(), output.stat().st_mtime_ns) == (before, stamp)
    assert (len(summary.unchanged), summary.waiting) == (1, 1)


def test_only_what_changed_is_fetched(output: Path) -> None:
    source = Fake(task(7, TEXT, annotation(1, TEXT, REGION)), task(8, OTHER, annotation(2, OTHER)))
    pull(source, output)
    source.tasks[0] = task(7, TEXT, annotation(1, TEXT, MONEY, updated_at="2026-01-05T00:00:00Z"))
    source.fetched = []
    summary = pull(source, output)
    assert source.fetched == [7]
    assert len(summary.changed) == 1
    assert surfaces(output) == {TEXT: ["3.2亿元"], OTHER: []}


def test_an_annotation_deleted_in_bulk_is_noticed_though_the_time_stays(output: Path) -> None:
    both = task(7, TEXT, annotation(1, TEXT, REGION), annotation(2, TEXT, COUNT))
    pull(Fake(both), output)
    left = {**task(7, TEXT, annotation(1, TEXT, REGION)), "updated_at": both["updated_at"]}
    pull(Fake(left), output)
    assert surfaces(output) == {TEXT: ["松溪县"]}


def test_texts_are_matched_by_content_whatever_the_task(output: Path) -> None:
    pull(Fake(task(7, TEXT, annotation(1, TEXT, REGION))), output)
    summary = pull(Fake(task(99, TEXT, annotation(5, TEXT, MONEY), id="another-name")), output)
    assert summary.added == []
    assert surfaces(output) == {TEXT: ["3.2亿元"]}


def test_two_tasks_with_one_text_give_one_document(output: Path) -> None:
    first, second = task(7, TEXT, annotation(1, TEXT, REGION)), task(8, TEXT, annotation(2, TEXT, REGION, COUNT))
    summary = pull(Fake(first, second), output)
    assert surfaces(output) == {TEXT: ["松溪县", "8所"]}
    assert summary.doubled == ["http://ls/projects/1/data?task=7, http://ls/projects/1/data?task=8"]


def test_ground_truth_then_newest_then_never_a_cancelled_one(output: Path) -> None:
    truth, newer = annotation(1, TEXT, REGION, ground_truth=True), annotation(2, TEXT, COUNT)
    cancelled = annotation(3, TEXT, MONEY, was_cancelled=True, ground_truth=True)
    pull(Fake(task(7, TEXT, truth, newer, cancelled)), output)
    assert surfaces(output) == {TEXT: ["松溪县"]}
    second = output.with_name("second.json")
    pull(Fake(task(7, TEXT, newer, annotation(1, TEXT, REGION), cancelled)), second)
    assert surfaces(second) == {TEXT: ["8所"]}


def test_a_full_second_is_earlier_than_its_fraction() -> None:
    full = annotation(1, TEXT, updated_at="2026-01-05T10:00:00Z")
    later = annotation(2, TEXT, updated_at="2026-01-05T10:00:00.000001Z")
    found = Task.from_record(task(7, TEXT, later, full), {}).annotations
    assert choose(found).id == 2
    assert moment("nonsense") < moment("2026-01-05T10:00:00Z")


def test_disagreement_is_reported_with_f1_now_and_in_later_pulls(output: Path) -> None:
    one, two = annotation(1, TEXT, REGION, completed_by=2), annotation(2, TEXT, REGION, COUNT, MONEY)
    source = Fake(task(7, TEXT, one, two, annotation(3, OTHER, was_cancelled=True)))
    for _ in range(2):
        summary = pull(source, output)
        assert summary.disagreements == ["http://ls/projects/1/data?task=7: anna (taken) and ben: span F1 0.500"]
    agreeing = Fake(task(7, TEXT, annotation(1, TEXT, REGION, completed_by=2), annotation(2, TEXT, REGION)))
    assert pull(agreeing, output.with_name("other.json")).disagreements == []


def test_skipped_tasks_are_left_out_and_named(output: Path) -> None:
    summary = pull(Fake(task(7, TEXT, annotation(1, TEXT, REGION, was_cancelled=True))), output)
    assert summary.skipped == ["http://ls/projects/1/data?task=7"]
    assert not output.exists()
    assert "skipped by the annotator, left out: 1" in "\n".join(summary.lines())


def test_what_fails_the_check_is_named_at_every_pull_and_the_rest_taken(output: Path) -> None:
    bad = annotation(1, TEXT, REGION, COUNT)
    bad["result"][1]["value"]["start"] -= 1
    source = Fake(task(7, TEXT, bad))
    for _ in range(2):
        summary = pull(source, output)
        (problem,) = summary.problems
        assert problem.startswith(
            "http://ls/projects/1/data?task=7: [7, 10) ['count'] '8所': the text there is '建8所'"
        )
        assert surfaces(output) == {TEXT: ["松溪县"]}


def test_a_text_changed_on_the_server_is_not_taken(output: Path) -> None:
    summary = pull(Fake(task(7, TEXT, annotation(1, TEXT, REGION), sha256="0" * 64)), output)
    assert "no longer the one that was pushed" in summary.problems[0]
    assert not output.exists()


def test_a_correction_here_stays_while_the_server_has_what_was_pulled(output: Path) -> None:
    source = Fake(task(7, TEXT, annotation(1, TEXT, REGION)))
    pull(source, output)
    # even if this machine's clock is far behind the server's
    correct(output, TEXT, (Span(3, 6, "project"),), "2020-01-01")
    for _ in range(2):
        summary = pull(source, output)
        assert len(summary.kept) == 1
        assert [span.type for span in read_tasks(output).documents[0].spans] == ["project"]


@pytest.mark.parametrize(("when", "stays"), [("2026-01-07", True), ("2026-01-03", False)])
def test_of_two_changes_the_newer_stays(output: Path, when: str, stays: bool) -> None:
    source = Fake(task(7, TEXT, annotation(1, TEXT, REGION)))
    pull(source, output)
    correct(output, TEXT, (Span(3, 6, "project"),), when)
    source.tasks = [task(7, TEXT, annotation(1, TEXT, MONEY, updated_at="2026-01-05T00:00:00Z"))]
    summary = pull(source, output)
    assert surfaces(output) == {TEXT: ["松溪县"] if stays else ["3.2亿元"]}
    assert (len(summary.kept), len(summary.replaced)) == ((1, 0) if stays else (0, 1))
    assert output.with_name("pulled.json.bak").exists() is not stays
    if not stays:
        assert surfaces(output.with_name("pulled.json.bak")) == {TEXT: ["松溪县"]}
        return
    summary = pull(source, output, force=True)
    assert len(summary.replaced) == 1
    assert surfaces(output) == {TEXT: ["3.2亿元"]}


def test_a_pull_that_writes_the_file_does_not_make_a_correction_look_newer(output: Path) -> None:
    source = Fake(task(7, TEXT, annotation(1, TEXT, REGION)))
    pull(source, output)
    correct(output, TEXT, (Span(3, 6, "project"),), "2026-01-03")
    source.tasks.append(task(8, OTHER, annotation(2, OTHER)))
    pull(source, output)  # writes, with today's date
    source.tasks[0] = task(7, TEXT, annotation(1, TEXT, MONEY, updated_at="2026-01-05T00:00:00Z"))
    assert len(pull(source, output).replaced) == 1


def test_force_takes_back_a_correction_of_an_unchanged_task(output: Path) -> None:
    source = Fake(task(7, TEXT, annotation(1, TEXT, REGION)))
    pull(source, output)
    correct(output, TEXT, (), "2026-01-07")
    assert len(pull(source, output, force=True).replaced) == 1
    assert surfaces(output) == {TEXT: ["松溪县"]}


def test_a_document_written_by_hand_counts_as_a_correction(output: Path) -> None:
    output.parent.mkdir()
    write_tasks([AnnotatedDocument("mine", TEXT, (Span(3, 6, "region"),))], output)
    summary = pull(Fake(task(7, TEXT, annotation(1, TEXT, MONEY))), output)
    assert len(summary.kept) == 1
    assert surfaces(output) == {TEXT: ["松溪县"]}
    summary = pull(Fake(task(7, TEXT, annotation(1, TEXT, REGION))), output)
    assert (summary.kept, summary.unchanged) == ([], ["mine"])


def test_what_is_gone_from_the_server_stays_here(output: Path) -> None:
    pull(Fake(task(7, TEXT, annotation(1, TEXT, REGION)), task(8, OTHER, annotation(2, OTHER))), output)
    before = output.read_bytes()
    summary = pull(Fake(task(8, OTHER, annotation(2, OTHER, was_cancelled=True))), output)
    assert len(summary.gone) == 2
    assert output.read_bytes() == before


def test_texts_of_other_files_are_not_doubled(output: Path) -> None:
    output.parent.mkdir()
    other = output.with_name("batch.json")
    write_tasks([AnnotatedDocument("b-1", TEXT, (Span(3, 6, "region"),))], other)
    before = other.read_bytes()
    tasks = [task(7, TEXT, annotation(1, TEXT, REGION, COUNT)), task(8, OTHER, annotation(2, OTHER))]
    summary = pull(Fake(*tasks), output, [str(output.parent / "*.json")])
    assert surfaces(output) == {OTHER: []}
    assert "b-1: span F1 0.667; to take it, output=" in summary.elsewhere[0]
    assert other.read_bytes() == before


def test_ids_stay_unique(output: Path) -> None:
    tasks = [task(7, TEXT, annotation(1, TEXT), id="same"), task(8, OTHER, annotation(2, OTHER), id="same")]
    assert len(set(pull(Fake(*tasks), output).added)) == 2


def test_a_file_that_would_lose_something_is_refused(output: Path) -> None:
    output.parent.mkdir()
    broken = task(7, TEXT, annotation(1, TEXT, REGION))
    broken["annotations"][0]["result"][0]["value"]["text"] = "别的"
    output.write_text(json.dumps([broken]), encoding="utf-8")
    before = output.read_bytes()
    with pytest.raises(NerError, match="a pull would lose this"):
        pull(Fake(task(8, OTHER, annotation(2, OTHER))), output)
    assert output.read_bytes() == before


def test_status_writes_nothing(output: Path) -> None:
    summary = pull(Fake(task(7, TEXT, annotation(1, TEXT, REGION))), output, write=False)
    assert len(summary.added) == 1
    assert not output.parent.exists()


def test_a_failing_write_leaves_the_old_file_and_no_rest(output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = Fake(task(7, TEXT, annotation(1, TEXT, REGION)))
    pull(source, output)
    before = output.read_bytes()
    source.tasks.append(task(8, OTHER, annotation(2, OTHER)))

    def full(path: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ner.labelling.local._sync", full)
    with pytest.raises(OSError, match="No space"):
        pull(source, output)
    assert output.read_bytes() == before
    assert [path.name for path in output.parent.iterdir()] == ["pulled.json"]


def test_exports_need_no_server(tmp_path: Path, output: Path) -> None:
    full, flat = tmp_path / "full.json", tmp_path / "flat.json"
    one = annotation(1, TEXT, REGION, COUNT)
    full.write_text(json.dumps([task(7, TEXT, one)]), encoding="utf-8")
    own = {"text": TEXT, "source": "news/7.txt", "id": 7, "annotator": 1, "annotation_id": 1}
    stamps = {key: one[key] for key in ("created_at", "updated_at", "lead_time")}
    item = {**own, **stamps, "label": [region["value"] for region in one["result"]]}
    flat.write_text(json.dumps([item]), encoding="utf-8")
    pull(ExportSource([full], "ner"), output)
    before = output.read_bytes()
    summary = pull(ExportSource([flat], "ner"), output)
    assert len(summary.unchanged) == 1
    assert surfaces(output) == {TEXT: ["松溪县", "8所"]}
    assert json.loads(before)[0]["data"]["label_studio"]["lead_time"] == 3.5
    broken = {"{": "broken JSON, line 1", "{}": "no list", '[{"data": {"text": 1}}]': "no data.text"}
    for content, reason in broken.items():
        full.write_text(content, encoding="utf-8")
        with pytest.raises(NerError, match=reason):
            ExportSource([full], "ner")


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.integers(1, 28)), max_size=6))
def test_any_series_of_pulls_doubles_and_loses_nothing(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, bool, int]]
) -> None:
    """Each text ever finished stands in the file once, whatever comes and goes, and a repeat changes nothing."""
    output = tmp_path_factory.mktemp("pulls") / "pulled.json"
    state: dict[int, dict[str, Any]] = {}
    ever: set[str] = set()
    for number, cancelled, day in steps:
        text = f"第{number}篇：{TEXT}"
        state[number] = task(number, text, annotation(day, text, REGION, was_cancelled=cancelled))
        ever |= set() if cancelled else {text}
        source = Fake(*state.values())
        pull(source, output)
        texts = [document.text for document in read_tasks(output).documents] if output.exists() else []
        assert sorted(texts) == sorted(ever)
        before = output.read_bytes() if output.exists() else b""
        again: PullSummary = pull(source, output)
        assert again.added + again.changed == []
        assert (output.read_bytes() if output.exists() else b"") == before


def test_a_changed_json_min_export_is_seen_and_foreign_labels_add_nothing(tmp_path: Path) -> None:
    text = "去年，晋江市完成22件实事。"
    regions = [{"start": 3, "end": 6, "labels": ["region"]}, {"start": 8, "end": 11, "labels": ["count"]}]
    item = {"id": 7, "text": text, "annotation_id": 9}
    export, output = tmp_path / "min.json", tmp_path / "taken.json"

    def pulled(found: list[dict[str, Any]], updated: str) -> PullSummary:
        export.write_text(json.dumps([{**item, "label": found, "updated_at": updated}]), encoding="utf-8")
        return pull(ExportSource([export], "ner"), output)

    assert len(pulled(regions[:1], "2024-01-01T00:00:00Z").added) == 1
    assert len(pulled(regions, "2030-01-01T00:00:00Z").changed) == 1
    assert len(read_tasks(output).documents[0].spans) == 2
    output.unlink()
    summary = pulled([{"start": 3, "end": 6, "labels": ["Region"]}], "2030-01-01T00:00:00Z")
    assert (summary.added, len(summary.problems)) == ([], 1)
