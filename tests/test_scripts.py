"""The scripts as users call them: real configs, shrunk by overrides, run in this process."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from conftest import Script

ROOT = Path(__file__).resolve().parents[1]
ARTICLE = "松溪县12件民生实事\n今年，松溪县新建8所公办幼儿园，投入3.2亿元，完成率96%。镇上的人都说好。\n"


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "a.txt").write_text(ARTICLE, encoding="utf-8")
    (folder / "b.txt").write_text(ARTICLE.replace("松溪", "青禾").replace("\n", "\r\n"), encoding="gb18030", newline="")
    (folder / "c.txt").write_text("", encoding="utf-8")
    return folder


def lines_of(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_predict_writes_results_true_to_the_files(script: Script, articles: Path, model_folder: Path) -> None:
    outcome = script("predict", "articles", f"model.path={model_folder}", "output.dir=out", "model.device=cpu")
    assert outcome.code == 0, outcome.err
    assert "2 articles" in outcome.out
    assert "c.txt: empty" in outcome.out
    records = lines_of(articles.parent / "out" / "entities.jsonl")
    assert [Path(str(record["path"])).name for record in records] == ["a.txt", "b.txt"]
    total = 0
    for record in records:
        with Path(str(record["path"])).open(encoding=str(record["encoding"]), newline="") as file:
            raw = file.read()
        for entity in record["entities"]:
            assert set(entity) == {"type", "text", "start", "end", "score", "clean", "value"}
            assert raw[entity["start"] : entity["end"]] == entity["text"]
            total += 1
    assert total > 0
    with (articles.parent / "out" / "entities.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == total
    listed = [entity for record in records for entity in record["entities"]]
    for row, entity in zip(rows, listed, strict=True):
        assert row["unit"] == (entity["value"] or {"unit": ""})["unit"]
        assert row["low"] == ("" if entity["value"] is None else str(entity["value"]["low"]))
    assert (articles.parent / "out" / "entities.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    page = (articles.parent / "out" / "report.html").read_text(encoding="utf-8")
    assert page.count("<section>") == 2
    assert "src=" not in page
    assert "href=" not in page
    assert yaml.safe_load((articles.parent / "out" / "config.yaml").read_text())["model"]["device"] == "cpu"
    assert "torch" in json.loads((articles.parent / "out" / "versions.json").read_text())


def test_predict_takes_paths_between_overrides(script: Script, articles: Path, model_folder: Path) -> None:
    outcome = script("predict", "articles/a.txt", f"model.path={model_folder}", "articles/b.txt", "output.table=false")
    assert outcome.code == 0, outcome.err
    assert "2 articles" in outcome.out
    assert len(lines_of(articles.parent / "results" / "entities.jsonl")) == 2


def test_resume_does_only_the_rest_and_survives_a_cut_line(
    script: Script, articles: Path, model_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ner.extractor import Extractor

    arguments = ["articles", f"model.path={model_folder}", "output.dir=out", "output.table=false"]
    assert script("predict", *arguments).code == 0
    store = articles.parent / "out" / "entities.jsonl"
    whole = store.read_text(encoding="utf-8")
    first, second = whole.splitlines(keepends=True)
    store.write_text(first + second[: len(second) // 2], encoding="utf-8")
    table = (articles.parent / "out" / "entities.csv").read_text(encoding="utf-8")
    tagged: list[str] = []
    analyse = Extractor.analyse
    monkeypatch.setattr(Extractor, "analyse", lambda self, text: tagged.append(text) or analyse(self, text))
    outcome = script("predict", *arguments, "resume=true")
    assert "1 from the earlier run" in outcome.out
    assert len(tagged) == 1
    assert store.read_text(encoding="utf-8") == whole
    assert (articles.parent / "out" / "entities.csv").read_text(encoding="utf-8") == table
    assert (articles.parent / "out" / "report.html").read_text(encoding="utf-8").count("<section>") == 2


def test_resume_redoes_changed_texts_and_other_models(
    script: Script, articles: Path, model_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    arguments = ["articles", "output.dir=out", "output.table=false", "resume=true"]
    assert script("predict", *arguments, f"model.path={model_folder}").code == 0
    store = articles.parent / "out" / "entities.jsonl"
    first = lines_of(store)[0]
    store.write_bytes(store.read_bytes() + '{"path": "甲'.encode()[:-1])  # cut inside a character
    (articles / "a.txt").write_text("改了：" + (articles / "a.txt").read_text(encoding="utf-8"), encoding="utf-8")
    outcome = script("predict", *arguments, f"model.path={model_folder}")
    assert outcome.code == 0, outcome.err
    assert "1 from the earlier run" in outcome.out
    assert len(lines_of(store)) == 2
    assert first["sha256"] not in store.read_text(encoding="utf-8")
    other = tmp_path_factory.mktemp("models") / "other"
    shutil.copytree(model_folder, other)
    settings = json.loads((other / "ner.json").read_text(encoding="utf-8"))
    (other / "ner.json").write_text(json.dumps({**settings, "temperature": 4.0}), encoding="utf-8")
    assert "from the earlier run" not in script("predict", *arguments, f"model.path={other}").out
    assert "2 from the earlier run" in script("predict", *arguments, f"model.path={other}").out
    assert {line["model"].split("-")[0] for line in lines_of(store)} == {"other"}


def test_results_written_before_an_error_stay(
    script: Script, articles: Path, model_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ner.extractor import Extractor

    analyse = Extractor.analyse

    def dies(self: Extractor, text: str) -> object:
        if "青禾" in text:
            raise KeyboardInterrupt
        return analyse(self, text)

    monkeypatch.setattr(Extractor, "analyse", dies)
    outcome = script("predict", "articles", f"model.path={model_folder}", "output.dir=out")
    assert outcome.code == 130
    assert "what was written stays" in outcome.err
    assert len(lines_of(articles.parent / "out" / "entities.jsonl")) == 1


def test_html_text_is_written_beside_the_results(script: Script, articles: Path, model_folder: Path) -> None:
    body = "".join(f"<p>{ARTICLE.strip()}第{n}段说的也是这件事，写得长一些。</p>" for n in range(5))
    (articles / "p.html").write_text(f"<html><body><article>{body}</article></body></html>", encoding="utf-8")
    outcome = script("predict", "articles/p.html", f"model.path={model_folder}", "output.dir=out")
    assert outcome.code == 0, outcome.err
    (record,) = lines_of(articles.parent / "out" / "entities.jsonl")
    (text,) = (articles.parent / "out" / "text").glob("p.html.*.txt")
    raw = text.read_text(encoding="utf-8")
    assert record["entities"]
    assert all(raw[e["start"] : e["end"]] == e["text"] for e in record["entities"])


def test_train_then_evaluate_then_predict(
    script: Script, collection: list[str], encoder_folder: Path, articles: Path
) -> None:
    small = ["trainer.epochs=8", "trainer.learning_rate=3e-3", "trainer.head_learning_rate=1e-2", "trainer.patience=0"]
    quick = ["trainer.batch_size=2", "trainer.progress=false", "window.size=64", "window.overlap=16"]
    outcome = script("train", f"model.path={encoder_folder}", "output.dir=run", *collection, *small, *quick)
    assert outcome.code == 0, outcome.err
    run = articles.parent / "run"
    expected = {"model.safetensors", "config.json", "tokenizer.json", "ner.json", "config.yaml", "versions.json"}
    expected |= {"ledger.json", "history.json", "dev.json", "dev.txt"}
    assert expected <= {path.name for path in run.iterdir()}
    assert json.loads((run / "ledger.json").read_text())["train"]["spans"] == 14
    trained = json.loads((run / "dev.json").read_text())["scores"]
    outcome = script("evaluate", "model.path=run", *collection, "output.dir=scores")
    assert outcome.code == 0, outcome.err
    assert "exact raw-span F1" in outcome.out
    assert json.loads((articles.parent / "scores" / "scores.json").read_text())["scores"] == trained
    assert "<u class=" in (articles.parent / "scores" / "scores.html").read_text(encoding="utf-8")
    script("evaluate", "model.path=run", *collection, "output.dir=eager", "+decoding.penalties={region:-99}")
    eager = json.loads((articles.parent / "eager" / "scores.json").read_text())["mistakes"]
    assert {mistake["found"]["type"] for mistake in eager if mistake["found"]} == {"region"}
    outcome = script("evaluate", "model.path=run", f"data.files=[{articles.parent}/tasks.json]", "output.dir=all")
    assert json.loads((articles.parent / "all" / "scores.json").read_text())["scores"]["documents"] == 3
    assert script("predict", "articles/a.txt", "model.path=run").code == 0


def test_audit_is_clean_or_fails(script: Script, collection: list[str], tmp_path: Path) -> None:
    outcome = script("audit", *collection, "tokenizer=null")
    assert outcome.code == 0, outcome.err + outcome.out
    assert "0 errors" in outcome.out
    tasks = json.loads((tmp_path / "tasks.json").read_text(encoding="utf-8"))
    tasks[0]["annotations"][0]["result"][0]["value"]["text"] = "别的"
    (tmp_path / "tasks.json").write_text(json.dumps(tasks), encoding="utf-8")
    outcome = script("audit", *collection, "tokenizer=null")
    assert outcome.code == 2
    assert "the text there is '松溪县'" in outcome.out


BAD_CALLS = 21


def bad_calls(folder: Path, model: Path) -> dict[str, tuple[list[str], str]]:
    (folder / "empty").mkdir()
    (folder / "broken.json").write_text("[{", encoding="utf-8")
    other = [
        {"data": {"text": "甲"}, "annotations": [{"result": [{"value": {"start": 0, "end": 1, "labels": ["PER"]}}]}]}
    ]
    (folder / "other.json").write_text(json.dumps(other), encoding="utf-8")
    (folder / "foreign").mkdir()
    for name in ("model.safetensors", "tokenizer.json", "tokenizer_config.json"):
        (folder / "foreign" / name).write_bytes((model / name).read_bytes())
    config = json.loads((model / "config.json").read_text())
    config["id2label"] = {str(i): f"LABEL_{i}" for i in range(11)}
    config["label2id"] = {f"LABEL_{i}": i for i in range(11)}
    (folder / "foreign" / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (folder / "pickled").mkdir()
    (folder / "pickled" / "config.json").write_text("{}", encoding="utf-8")
    (folder / "pickled" / "pytorch_model.bin").write_bytes(b"x")
    good = f"model.path={model}"
    good_tasks = folder / "good.json"
    good_tasks.write_text("[]", encoding="utf-8")
    return {
        "no such input": (["predict", "nowhere.txt", good], "nowhere.txt: no such file"),
        "folder without articles": (["predict", "empty", good], "empty: no articles in this folder"),
        "only unreadable articles": (["predict", "articles/c.txt", good], "no article could be read"),
        "no input": (["predict", good], "inputs: required"),
        "config typo": (["predict", "articles", "modle.path=x"], "config: .*modle"),
        "bad value": (["predict", "articles", good, "output.rows=many"], r"output\.rows: .*many"),
        "unknown group": (["train", "trainer=fast"], "config: .*fast"),
        "no such model": (["predict", "articles", "model.path=./nowhere"], "model.path=./nowhere: no such folder"),
        "model with other labels": (
            ["predict", "articles", "model.path=foreign"],
            "not a model of this project.*LABEL_0",
        ),
        "pickled weights": (["predict", "articles", "model.path=pickled"], "no safetensors weights"),
        "unknown hub model offline": (["predict", "articles", "model.path=some/model"], "offline, copy the model"),
        "broken annotations": (["evaluate", good, "data.files=[broken.json]"], "broken.json: broken JSON, line 1"),
        "other labelling config": (
            ["evaluate", good, "data.files=[other.json]"],
            "other labelling config|another labelling",
        ),
        "unknown decoding": (["evaluate", good, "+decoding.recurence=0"], "decoding: unknown field 'recurence'"),
        "unknown type": (["evaluate", good, "+decoding.recurring=[projct]"], "recurring: projct: the model finds"),
        "missing annotations": (["evaluate", good, "data.files=[none.json]"], "data.files: none.json: no such file"),
        "missing collection": (["train", "data.collection=[none.json]"], "data.collection: none.json: no such file"),
        "missing extra": (["train", "data.extra=[none.json]"], "data.extra: none.json: no such file"),
        "missing texts": (
            ["distill", str(model), "texts.exclude=[none.json]", "output.dir=x"],
            "texts.exclude: none.json",
        ),
        "bad splits": (
            ["train", f"data.collection=[{good_tasks}]", "data.splits=broken.json"],
            "data.splits=broken.json",
        ),
        "output is a file": (["predict", "articles", good, "output.dir=broken.json"], "broken.json"),
    }


@pytest.mark.parametrize("number", range(BAD_CALLS))
def test_bad_calls_give_one_line_and_code_2(script: Script, articles: Path, model_folder: Path, number: int) -> None:
    calls = list(bad_calls(articles.parent, model_folder).items())
    assert len(calls) == BAD_CALLS
    name, (arguments, reason) = calls[number]
    outcome = script(arguments[0], *arguments[1:])
    assert outcome.code == 2, (name, outcome)
    assert re.search(reason, outcome.err), (name, outcome.err)
    assert len(outcome.err.strip().splitlines()) == 1, outcome.err
    assert "Traceback" not in outcome.err + outcome.out


@pytest.mark.parametrize(
    ("name", "override", "reason"),
    [
        ("predict", "max_bytes=10MB", "max_bytes: Input should be a valid integer"),
        ("predict", "model.batch_size=0", "model: batch_size must be 1 or more"),
        ("evaluate", "model.batch_size=abc", r"model\.batch_size: .*integer"),
        ("evaluate", "output.mistakes=many", r"output\.mistakes: .*integer"),
        ("evaluate", "data.types=5", r"data\.types: "),
        ("train", "output=x", "output: expected a mapping"),
        ("train", "trainer.epochs=long", r"trainer\.epochs: .*number"),
        ("average", "weights=[a]", r"weights\.0: .*number"),
        ("average", "output=x", "output: expected a mapping"),
        ("learning_curve", "also=x.json", "also: Input should be a valid dict"),
        ("simulation", "simulation.chosen=a", r"simulation: chosen"),
        ("compare", "+comparison.variants.a.trainer.epochs=x", r"trainer\.epochs: .*number"),
        ("noise", "augmentation.gloss_density=2", "augmentation: gloss_density must be from 0 to 1"),
        ("audit", "audit.examples=few", r"audit\.examples: .*integer"),
        ("model_card", "splits=5", "splits: "),
        ("pretrain", "trainer.tokens=1MB", r"trainer\.tokens: .*integer"),
        ("derive_encoder", "layers=six", "layers: .*integer"),
        ("push", "export=5", "export: .*string"),
        ("pull", "force=perhaps", "force: .*boolean"),
        ("convert", "types=5", "types: "),
    ],
)
def test_settings_of_a_wrong_type_are_named(
    script: Script, tmp_path: Path, name: str, override: str, reason: str
) -> None:
    needed = {
        "predict": ["x.txt"],
        "average": ["a", "b", "output.dir=out"],
        "pretrain": ["x.txt", "output.dir=out"],
        "derive_encoder": ["source=x.bin"],
        "push": ["x.txt"],
        "convert": ["x.json", "output=y.bio"],
    }
    outcome = script(name, *needed.get(name, []), override)
    assert outcome.code == 2, outcome
    assert re.search(reason, outcome.err), outcome.err
    assert len(outcome.err.strip().splitlines()) == 1, outcome.err
    assert not any(tmp_path.iterdir()), "nothing is written before the settings are right"


def test_a_run_that_cannot_start_leaves_the_record_of_the_one_before(
    script: Script, tmp_path: Path, collection: list[str], encoder_folder: Path
) -> None:
    quick = ["trainer.epochs=1", "trainer.progress=false", "window.size=64", "window.overlap=16", *collection]
    assert script("train", f"model.path={encoder_folder}", "output.dir=run", *quick).code == 0
    before = (tmp_path / "run" / "config.yaml").read_text()
    for bad in (["model.path=./none"], [f"model.path={encoder_folder}", "data.splits=none.yaml"]):
        assert script("train", "output.dir=run", *quick, *bad).code == 2
        assert (tmp_path / "run" / "config.yaml").read_text() == before
    assert script("predict", f"model.path={tmp_path}/run", "nowhere.txt", "output.dir=run").code == 2
    assert (tmp_path / "run" / "config.yaml").read_text() == before


def test_bare_process_shows_help_and_errors_without_traceback(tmp_path: Path) -> None:
    call = [sys.executable, str(ROOT / "scripts" / "predict.py")]
    bad = subprocess.run(
        [*call, "nowhere", "model.path=./x"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert bad.returncode == 2
    assert bad.stderr.startswith("error: model.path=./x: no such folder")
    shown = subprocess.run([*call, "--cfg", "job"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert shown.returncode == 0
    assert "output:" in shown.stdout


def test_torchrun_trains_one_model_on_two_processes(
    tmp_path: Path, collection: list[str], encoder_folder: Path
) -> None:
    """The dev score that chose the epoch is that of the saved model also when two processes share the windows."""
    small = ["trainer.epochs=20", "trainer.learning_rate=5e-3", "trainer.head_learning_rate=1e-2", "trainer.patience=0"]
    quick = ["trainer.batch_size=1", "trainer.progress=false", "window.size=64", "window.overlap=16"]
    call = [sys.executable, "-m", "torch.distributed.run", "--nproc_per_node", "2", str(ROOT / "scripts" / "train.py")]
    arguments = [f"model.path={encoder_folder}", "output.dir=run", *collection, *small, *quick]
    done = subprocess.run([*call, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.count("model and dev scores in run") == 1
    history = json.loads((tmp_path / "run" / "history.json").read_text())
    best = max(row["eval_f1"] for row in history if "eval_f1" in row)
    assert best > 0
    assert json.loads((tmp_path / "run" / "dev.json").read_text())["scores"]["span_f1"] == pytest.approx(best)


def test_the_curve_and_the_simulation_keep_what_they_measured(
    script: Script, tmp_path: Path, encoder_folder: Path, collection: list[str]
) -> None:
    quick = ["trainer.batch_size=2", "window.size=64", "window.overlap=16", f"model.path={encoder_folder}", *collection]
    also = f"+also.other={tmp_path}/tasks.json"
    curve = ["curve.sizes=[1,2]", "curve.epochs=[1,1]", "curve.seeds=[1]"]
    outcome = script("learning_curve", *quick, *curve, also, f"output.dir={tmp_path}/curve")
    assert outcome.code == 0, outcome.err
    assert [line["size"] for line in lines_of(tmp_path / "curve" / "curve.jsonl")] == [1, 2]
    choice = ["simulation.start=1", "simulation.chosen=[1]", "simulation.epochs=[1]", "simulation.seeds=[1]"]
    outcome = script("simulation", *quick, *choice, also, f"output.dir={tmp_path}/simulation")
    assert outcome.code == 0, outcome.err
    assert "labelled on average" in outcome.out
    results = lines_of(tmp_path / "simulation" / "simulation.jsonl")
    assert [result["order"] for result in results] == ["start", "random", "uncertain"]
    assert set(results[0]) >= {"dev", "other"}
    assert (tmp_path / "simulation" / "versions.json").exists()
    outcome = script("simulation", *quick, "simulation.seeds=[1]", f"output.dir={tmp_path}/simulation")
    assert outcome.code == 2
    assert "2 articles where 100 are needed" in outcome.err


@pytest.mark.parametrize("name", ["train", "distill", "pretrain", "compare", "learning_curve", "simulation"])
def test_an_unknown_experiment_is_not_passed_over(script: Script, tmp_path: Path, name: str) -> None:
    outcome = script(name, "experiment=shiped", f"output.dir={tmp_path}/out")
    assert outcome.code == 2
    assert re.fullmatch(r"error: config: .*experiment/shiped.*shipped.*\n", outcome.err)
    assert not (tmp_path / "out").exists()
