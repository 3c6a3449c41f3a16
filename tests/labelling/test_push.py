"""Pushes to a fake server: each text once, each model version once, the most doubtful first."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from ner.documents import Document, Skipped
from ner.errors import NerError
from ner.formats.json_min import load_export, write_min
from ner.labelling.interface import check_interface, read_interface
from ner.labelling.pull import pull
from ner.labelling.push import identity, push, write_import
from ner.labelling.server import LabelStudioSettings, Project, TaskHead
from ner.labelling.sources import ExportSource
from ner.model.version import model_version
from ner.spans import AnnotatedDocument, Entity, Span

from .fake_label_studio import INTERFACE

SETTINGS = LabelStudioSettings("ner", str(Path(__file__).parents[2] / "annotations" / "labeling_config.xml"))


class Fake:
    """A server that keeps what it is given, in place of `ner.labelling.server.Server`."""

    def __init__(self, label_config: str | None = None) -> None:
        self.project = None if label_config is None else Project(1, "ner", label_config, "")
        self.tasks: dict[int, dict[str, Any]] = {}
        self.requests = 0
        self.shown: list[tuple[str, bool]] = []
        self.fails_after = 10**9

    def project_url(self, number: int) -> str:
        return f"http://ls/projects/{number}"

    def find_project(self, title: str) -> Project | None:
        return self.project

    def create_project(self, title: str, label_config: str) -> Project:
        self.project = Project(1, title, label_config, "")
        return self.project

    def task_heads(self, project: int) -> list[TaskHead]:
        return [
            TaskHead(n, t["data"], "", 0, 0, frozenset(p["model_version"] for p in t["predictions"]))
            for n, t in self.tasks.items()
        ]

    def import_tasks(self, project: int, tasks: Sequence[Mapping[str, Any]]) -> None:
        self.requests += 1
        if self.requests > self.fails_after:
            raise NerError("gone")
        for task in tasks:
            self.tasks[len(self.tasks) + 1] = json.loads(json.dumps(task))

    def add_predictions(self, project: int, predictions: Sequence[Mapping[str, Any]]) -> None:
        for prediction in predictions:
            self.tasks[prediction["task"]]["predictions"].append(prediction)

    def show_predictions(self, project: int, model_version: str, uncertain_first: bool) -> None:
        self.shown.append((model_version, uncertain_first))


def article(number: int, doubt: float = 0.5) -> Document:
    return Document(f"news/{number}.txt", f"😀\r\n{number}号，完成12件。{doubt}", "gb18030")


def extract(text: str) -> list[Entity]:
    start = text.index("12件")
    return [Entity("count", "12件", start, start + 3, 1 - float(text.rsplit("。", 1)[1]), "12件")]


def send(server: Fake, items: Sequence[Document | Skipped], version: str = "m-1", **options: str) -> Any:
    return push(server, items, extract, version, SETTINGS, **options)  # type: ignore[arg-type]


def test_a_task_carries_text_source_hash_and_version() -> None:
    server = Fake()
    document = article(1)
    summary = send(server, [document])
    assert (summary.created, summary.added) == (True, 1)
    data = server.tasks[1]["data"]
    assert data["text"] == document.text
    assert (data["source"], data["encoding"]) == ("news/1.txt", "gb18030")
    assert (data["sha256"], data["model_version"]) == (document.digest, "m-1")
    (prediction,) = server.tasks[1]["predictions"]
    (region,) = prediction["result"]
    assert (prediction["model_version"], region["score"]) == ("m-1", 0.5)
    assert prediction["score"] == pytest.approx(1 / (1 + 1000 * 0.5 / 200), abs=1e-6)
    value = region["value"]
    assert document.text[value["start"] : value["end"]] == value["text"] == "12件"


def test_twice_adds_nothing_and_a_new_version_only_predictions() -> None:
    server = Fake()
    items = [article(1), article(2)]
    send(server, items)
    before = json.dumps(server.tasks)
    assert send(server, items).unchanged == 2
    assert json.dumps(server.tasks) == before
    summary = send(server, [*items, article(3)], "m-2")
    assert (summary.added, summary.predicted) == (1, 2)
    versions = [[p["model_version"] for p in task["predictions"]] for task in server.tasks.values()]
    assert versions == [["m-1", "m-2"], ["m-1", "m-2"], ["m-2"]]
    assert send(server, items, "m-2").unchanged == 2
    assert server.shown[-1] == ("m-2", False)


def test_a_version_is_told_from_one_that_begins_alike() -> None:
    server = Fake()
    send(server, [article(1)], "m-10")
    assert send(server, [article(1)], "m-1").predicted == 1


def test_one_text_under_two_names_is_one_task() -> None:
    server = Fake()
    first = article(1)
    summary = send(server, [first, Document("copy.txt", first.text), Skipped("x.txt", "empty")])
    assert (summary.added, len(server.tasks)) == (1, 1)
    assert [item.reason for item in summary.skipped] == ["the same text as news/1.txt", "empty"]
    assert send(server, [Document("moved/elsewhere.txt", first.text)]).unchanged == 1


def test_a_push_cut_short_is_completed_by_the_next() -> None:
    server = Fake()
    server.fails_after = 1
    items = [article(n) for n in range(60)]
    with pytest.raises(NerError, match="gone"):
        send(server, items)
    assert len(server.tasks) == 50
    server.fails_after = 10**9
    summary = send(server, items)
    assert (summary.added, summary.unchanged) == (10, 50)
    assert len({task["data"]["sha256"] for task in server.tasks.values()}) == len(server.tasks) == 60


def test_the_most_doubtful_come_first() -> None:
    server = Fake()
    send(server, [article(1, 0.25), article(2, 0.75), article(3, 0.0)], order="uncertain")
    assert [task["data"]["source"] for task in server.tasks.values()] == ["news/2.txt", "news/1.txt", "news/3.txt"]
    scores = [task["predictions"][0]["score"] for task in server.tasks.values()]
    assert scores == sorted(scores)
    assert scores[-1] == 1
    assert server.shown == [("m-1", True)]


def test_what_cannot_be_pushed_is_said() -> None:
    with pytest.raises(NerError, match=r"no article to push \(1 skipped: nul.txt: holds U\+0000"):
        send(Fake(), [Document("nul.txt", "松\0溪")])
    with pytest.raises(NerError, match="order=best: is none of path, uncertain"):
        send(Fake(), [article(1)], order="best")
    with pytest.raises(NerError, match=r"model\.version"):
        send(Fake(), [article(1)], "a,b")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('<Label value="money"', '<Label value="sum"', "lacks money; has sum besides"),
        ('<Label value="percent" background="#9568d6" hotkey="5"/>', "", "lacks percent;"),
        ('value="$text"', 'value="$body"', 'lacks <Text name="text" value="[$]text"'),
        ('granularity="symbol"', 'granularity="word"', 'granularity="symbol"'),
        ('<Labels name="label"', '<Labels name="ner"', "its control is not <Labels name='label' toName='text'>"),
        ("</View>", "", "is no XML"),
    ],
)
def test_other_labels_are_refused_saying_how(old: str, new: str, reason: str) -> None:
    server = Fake(INTERFACE.replace(old, new))
    with pytest.raises(NerError, match=reason):
        send(server, [article(1)])
    assert server.tasks == {}


def test_an_interface_in_other_clothes_is_the_same(tmp_path: Path) -> None:
    dressed = INTERFACE.replace("#4a9fe0", "red").replace("<View>", '<View style="x"><Header value="读"/>')
    check_interface(INTERFACE, dressed, "project")
    with pytest.raises(NerError, match="expected a labelling config"):
        read_interface(tmp_path / "none.xml")


def test_an_import_file_is_what_a_push_would_add(tmp_path: Path) -> None:
    server = Fake()
    send(server, [article(1), article(2)])
    write_import([article(1), article(2)], extract, "m-1", tmp_path / "out" / "tasks.json")
    written = json.loads((tmp_path / "out" / "tasks.json").read_text(encoding="utf-8"))
    assert written == list(server.tasks.values())


def test_json_min_out_and_in(tmp_path: Path) -> None:
    text = "😀\r\n松溪县\t完成12件"
    document = AnnotatedDocument("d-1", text, (Span(3, 6, "region"), Span(9, 12, "count")), {"year": 2020})
    write_min([document], tmp_path / "min.json")
    (item,) = json.loads((tmp_path / "min.json").read_text(encoding="utf-8"))
    assert item["label"][0] == {"start": 3, "end": 6, "text": "松溪县", "labels": ["region"]}
    (task,) = load_export(tmp_path / "min.json")
    assert task["data"]["year"] == 2020
    summary = pull(ExportSource([tmp_path / "min.json"], "ner"), tmp_path / "pulled.json")
    assert (summary.added, summary.problems) == (["d-1"], [])


def test_names_and_versions(model_folder: Path, tmp_path: Path) -> None:
    assert identity("news/一 二.jsonl#3", "abcdef0123") == "一-二-abcdef01"
    assert identity("-", "abcdef0123") == "text-abcdef01"
    version = model_version(str(model_folder))
    assert version.startswith(f"{model_folder.name}-")
    copy = tmp_path / model_folder.name
    copy.mkdir()
    for path in model_folder.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    assert model_version(str(copy)) == version
    settings = (copy / "ner.json").read_text(encoding="utf-8")
    (copy / "ner.json").write_text(settings.replace("64", "65"), encoding="utf-8")
    assert model_version(str(copy)) != version
