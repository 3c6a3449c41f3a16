"""The whole loop with a real Label Studio: push, annotate through the API, pull, train a step, push again."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import Script
from label_studio_server import Running

from ner.documents import decode
from ner.formats.label_studio import read_tasks, write_tasks
from ner.formats.offsets import to_region
from ner.spans import Span

pytestmark = pytest.mark.labelstudio


def client(server: Running, key: str | None = None) -> Any:
    from label_studio_sdk import LabelStudio

    return LabelStudio(base_url=server.url, api_key=key or server.token)


def tasks_of(sdk: Any, title: str) -> dict[str, Any]:
    """Tasks of a project by the name of their file, each with its annotations and predictions."""
    (project,) = [p for p in sdk.projects.list() if p.title == title]
    return {Path(task.data["source"]).name: task for task in sdk.tasks.list(project=project.id, fields="all")}


def regions(text: str, *marks: tuple[str, str]) -> list[dict[str, Any]]:
    """Regions of the first occurrence of each stretch."""
    spans = [Span(text.index(part), text.index(part) + len(part), kind) for part, kind in marks]
    return [to_region(span, text, f"r{number}") for number, span in enumerate(spans)]


def test_the_loop(
    at_server: Running,
    script: Script,
    troubled_articles: Path,
    model_folder: Path,
    encoder_folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    sdk = client(at_server)
    shown: list[str] = []

    def call(name: str, *arguments: str) -> str:
        outcome = script(name, *arguments)
        assert outcome.code == 0, outcome.err
        shown.append(f"$ python scripts/{name}.py {' '.join(arguments)}\n{outcome.out}")
        assert at_server.token not in outcome.out + outcome.err
        return outcome.out

    here = ["label_studio.project=loop"]
    pulling = [*here, "output=pulled.json", "collection=[]"]
    model = [f"model.path={model_folder}", "model.device=cpu"]

    # push: each article once, as it stands in its file, with scored predictions
    out = call("push", "articles", *here, *model)
    assert "project created" in out
    assert "4 tasks added, 0 given predictions" in out
    assert "nul.txt: holds U+0000" in out
    assert "twin.txt: the same text as" in out
    assert "empty.txt: empty" in out
    tasks = tasks_of(sdk, "loop")
    assert sorted(tasks) == ["a.txt", "b.txt", "c.txt", "d.txt"]
    version = tasks["a.txt"].data["model_version"]
    for name, task in tasks.items():
        text = task.data["text"]
        assert text == decode((troubled_articles / name).read_bytes())[0]
        (prediction,) = task.predictions
        assert prediction.model_version == version
        assert 0 < prediction.score <= 1
        for region in prediction.result:
            value = region["value"]
            assert text[value["start"] : value["end"]] == value["text"]
            assert 0 <= region["score"] <= 1
    assert tasks["a.txt"].predictions[0].result

    # again: nothing; and in the order of doubt
    assert "0 tasks added, 0 given predictions of " in call("push", "articles", *here, *model)
    assert len(tasks_of(sdk, "loop")) == 4
    call("push", "articles", "label_studio.project=doubt", *model, "order=uncertain")
    doubtful = tasks_of(sdk, "doubt")
    scores = [task.predictions[0].score for task in sorted(doubtful.values(), key=lambda task: task.id)]
    assert scores == sorted(scores)
    assert len(set(scores)) > 1

    # annotate: corrected; two people who differ; ground truth before newer; skipped
    other = sdk.users.create(email="ben@example.com", username="ben", first_name="Ben", last_name="")
    a, b, c, d = (tasks[name] for name in ("a.txt", "b.txt", "c.txt", "d.txt"))
    gold = {
        "a": [("松溪县", "region"), ("8所😀公办", "count"), ("松溪县新建", "project")][:2],
        "b": [("青禾县", "region"), ("8所", "count"), ("3.2亿元", "money")],
        "c": [("松溪县", "region"), ("96%", "percent")],
    }
    first = sdk.annotations.create(a.id, result=regions(a.data["text"], *gold["a"]), lead_time=12.5)
    sdk.annotations.create(b.id, result=regions(b.data["text"], *gold["b"][:1]), completed_by=other.id)
    sdk.annotations.create(b.id, result=regions(b.data["text"], *gold["b"]))
    sdk.annotations.create(c.id, result=regions(c.data["text"], *gold["c"]), ground_truth=True)
    sdk.annotations.create(c.id, result=regions(c.data["text"], *gold["c"]))
    sdk.annotations.create(d.id, result=[], was_cancelled=True)

    # pull
    out = call("pull", *pulling)
    assert "3 added, 0 changed, 0 unchanged, 0 not annotated yet" in out
    assert f"skipped by the annotator, left out: 1\n  {at_server.url}/projects/" in out
    assert "annotators disagree: 1\n" in out
    assert f"data?task={b.id}: anna@example.com (taken) and ben@example.com: span F1 0.500" in out
    reading = read_tasks(tmp_path / "pulled.json")
    assert not reading.refusals + reading.notes
    pulled = {Path(document.meta["source"]).name[0]: document for document in reading.documents}
    for key, marks in gold.items():
        document = pulled[key]
        assert document.text == tasks[f"{key}.txt"].data["text"]
        assert sorted((document.surface(span), span.type) for span in document.spans) == sorted(marks)
    record = pulled["a"].meta["label_studio"]
    assert (record["by"], record["lead_time"]) == ("anna@example.com", 12.5)
    assert record["created_at"] <= record["updated_at"]
    assert pulled["c"].meta["label_studio"]["ground_truth"] is True

    # again: the same file, to the byte
    before = (tmp_path / "pulled.json").read_bytes()
    assert "0 added, 0 changed, 3 unchanged" in call("pull", *pulling)
    assert (tmp_path / "pulled.json").read_bytes() == before

    # a correction here stays; the server's newer one replaces it and the old file is kept
    corrected = [
        d if d.id != pulled["a"].id else d.__class__(d.id, d.text, d.spans[:1], d.meta) for d in pulled.values()
    ]
    write_tasks(corrected, tmp_path / "pulled.json")
    assert "local corrections kept: 1" in call("pull", *pulling)
    sdk.annotations.update(first.id, result=regions(a.data["text"], ("3.2亿元", "money")))
    assert "local corrections replaced" in call("pull", *pulling)
    now = {document.id: document for document in read_tasks(tmp_path / "pulled.json").documents}[pulled["a"].id]
    assert [now.surface(span) for span in now.spans] == ["3.2亿元"]
    kept = {document.id: document for document in read_tasks(tmp_path / "pulled.json.bak").documents}[pulled["a"].id]
    assert [kept.surface(span) for span in kept.spans] == ["松溪县"]

    # offline: the server's own exports give what the pull gave
    project = a.project
    for kind in ("JSON", "JSON_MIN"):
        content = b"".join(sdk.projects.exports.download_sync(project, export_type=kind))
        (tmp_path / f"{kind}.json").write_bytes(content)
        call("pull", f"{kind}.json", *here, f"output=from-{kind}.json", "collection=[]")
        offline = {d.text: d.spans for d in read_tasks(tmp_path / f"from-{kind}.json").documents}
        assert offline == {d.text: d.spans for d in read_tasks(tmp_path / "pulled.json").documents}

    # one step of training on what was pulled, and its predictions beside the old ones
    ids = [document.id for document in reading.documents]
    (tmp_path / "splits.yaml").write_text(yaml.safe_dump({"train": ids[:2], "dev": ids[2:]}), encoding="utf-8")
    data = ["data.collection=[pulled.json]", "data.splits=splits.yaml"]
    small = [
        "trainer.epochs=1",
        "trainer.batch_size=2",
        "trainer.progress=false",
        "window.size=64",
        "window.overlap=16",
    ]
    call("train", f"model.path={encoder_folder}", "output.dir=run", *data, *small)
    annotated = {name: json.dumps(task.annotations, default=str) for name, task in tasks_of(sdk, "loop").items()}
    out = call("push", "articles", *here, "model.path=run", "model.device=cpu")
    assert "0 tasks added, 4 given predictions of run-" in out
    after = tasks_of(sdk, "loop")
    assert {name: json.dumps(task.annotations, default=str) for name, task in after.items()} == annotated
    assert {len({p.model_version for p in task.predictions}) for task in after.values()} == {2}
    out = call("status", *pulling)
    assert "4 tasks: 3 finished, 1 skipped, 0 to do" in out
    assert "0 added, 0 changed, 3 unchanged" in out
    with capsys.disabled():
        print("\n" + "".join(shown))


def test_a_personal_access_token_works_and_neither_is_ever_shown(
    at_server: Running,
    script: Script,
    troubled_articles: Path,
    model_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    sdk = client(at_server)
    personal = sdk.tokens.create().token
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", personal)
    model = [f"model.path={model_folder}", "model.device=cpu", "label_studio.project=personal"]
    outcome = script("push", "articles/d.txt", *model)
    assert outcome.code == 0, outcome.err
    assert "1 tasks added" in outcome.out
    for wrong in ("f" * 40, personal[:-6] + "abcdef"):
        monkeypatch.setenv("LABEL_STUDIO_API_KEY", wrong)
        refused = script("push", "articles/d.txt", *model)
        assert refused.code == 2
        assert refused.err.startswith(f"error: {at_server.url}: refuses the token: ")
        assert len(refused.err.splitlines()) == 1
        assert wrong not in refused.err + refused.out + outcome.out + outcome.err + caplog.text
    assert personal not in outcome.out + outcome.err + caplog.text
    assert at_server.token not in caplog.text


def test_a_project_with_other_labels_is_refused_saying_how(
    at_server: Running, script: Script, troubled_articles: Path, model_folder: Path
) -> None:
    ours = (Path(__file__).parents[2] / "annotations" / "labeling_config.xml").read_text(encoding="utf-8")
    client(at_server).projects.create(title="foreign", label_config=ours.replace('"percent"', '"person"'))
    model = [f"model.path={model_folder}", "label_studio.project=foreign"]
    outcome = script("push", "articles", *model)
    assert outcome.code == 2
    assert "its labels differ from ours: lacks percent; has person besides" in outcome.err
    assert script("pull", "label_studio.project=nowhere").err.startswith("error: label_studio.project=nowhere: no such")
