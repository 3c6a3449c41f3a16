"""Comparing settings over seeds, with the real configs shrunk."""

from __future__ import annotations

import json
from pathlib import Path

import hydra
import pytest
import yaml
from conftest import Script

from ner.comparison import comparison_text
from ner.errors import NerError
from ner.formats.label_studio import write_tasks
from ner.settings import merge
from ner.spans import AnnotatedDocument

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def data(tmp_path: Path, documents: list[AnnotatedDocument], encoder_folder: Path) -> list[str]:
    """Overrides that shrink a comparison."""
    write_tasks(documents, tmp_path / "a.json")
    (tmp_path / "splits.yaml").write_text("train: [doc-1, doc-2]\ndev: [doc-0]\n", encoding="utf-8")
    return [
        "data.collection=[a.json]",
        "data.splits=splits.yaml",
        f"model.path={encoder_folder}",
        "trainer.epochs=1",
        "trainer.calibrate=false",
        "window.size=64",
        "window.overlap=16",
        "comparison.seeds=[1,2]",
        "+also.other=a.json",
        "output.dir=out",
    ]


def test_each_variant_has_its_own_settings_and_every_seed(script: Script, tmp_path: Path, data: list[str]) -> None:
    variants = "comparison.variants={plain:{},longer:{trainer:{epochs:2}}}"
    outcome = script("compare", *data, variants, "comparison.articles=1")
    assert outcome.code == 0, outcome.err
    results = [json.loads(line) for line in (tmp_path / "out" / "comparison.jsonl").read_text().splitlines()]
    assert [(r["variant"], r["seed"], r["epochs"], r["size"]) for r in results] == [
        ("plain", 1, 1, 1),
        ("longer", 1, 2, 1),
        ("plain", 2, 1, 1),
        ("longer", 2, 2, 1),
    ]
    assert results[0]["articles"] == results[1]["articles"]
    assert all(result["train_seconds"] > 0 and result["characters_per_second"] > 0 for result in results)
    assert (tmp_path / "out" / "versions.json").exists()
    again = script("compare", *data, variants, "comparison.articles=1")
    assert again.code == 0
    assert len((tmp_path / "out" / "comparison.jsonl").read_text().splitlines()) == 4
    changed = "comparison.variants={plain:{},longer:{trainer:{epochs:2,transitions:0}}}"
    script("compare", *data, changed, "comparison.articles=1")
    lines = (tmp_path / "out" / "comparison.jsonl").read_text().splitlines()
    assert [json.loads(line)["variant"] for line in lines[4:]] == ["longer", "longer"]


def test_table_has_mean_deviation_and_speed() -> None:
    def result(variant: str, f1: float, seconds: float) -> dict[str, object]:
        scores = {"dev": {"micro": f1, "region": f1}}
        return {"variant": variant, **scores, "train_seconds": seconds, "characters_per_second": 2000}

    rows = [result("plain", 0.5, 10), result("plain", 0.7, 20), result("other", 0.25, 30)]
    assert comparison_text([*rows, result("plain", 0.6, 90)], ["dev"]).splitlines()[4].split()[1:] == [
        "x3",
        "20",
        "2000",
    ]
    lines = [line.split() for line in comparison_text(rows, ["dev"]).splitlines()]
    assert lines[1] == ["plain", "x2", "0.600", "±", "0.141", "0.600", "±", "0.141"]
    assert lines[2] == ["other", "x1", "0.250", "0.250"]
    assert lines[4] == ["plain", "x2", "15", "2000"]
    assert lines[5] == ["other", "x1", "30", "2000"]


@pytest.mark.parametrize(
    ("override", "reason"),
    [
        ("comparison.variants={a:{trainer:{epoch:2}}}", "comparison.variants.a: trainer: unknown key 'epoch'"),
        ("comparison.variants={}", "comparison.variants: required"),
        ("comparison.variants={a:1}", "comparison: variants.a"),
    ],
)
def test_wrong_variants_end_in_one_line(script: Script, data: list[str], override: str, reason: str) -> None:
    outcome = script("compare", *data, override)
    assert outcome.code == 2
    assert reason in outcome.err
    assert outcome.err.count("\n") == 1


def test_a_broken_line_among_the_results_is_named(script: Script, tmp_path: Path, data: list[str]) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "comparison.jsonl").write_text('{"variant": "x"}\n{"var\n{"variant": "y"}\n', encoding="utf-8")
    outcome = script("compare", *data, "comparison.variants={plain:{}}")
    assert outcome.code == 2
    assert "comparison.jsonl: line 2: no JSON" in outcome.err


def test_an_experiment_decides_what_is_compared() -> None:
    with hydra.initialize_config_dir(str(ROOT / "configs"), version_base="1.3"):
        config = hydra.compose("compare", ["experiment=[msra,encoders]", "comparison.articles=10"])
        assert config.comparison.articles == 10
        assert hydra.compose("compare", ["experiment=encoders"]).comparison.articles == 30
    assert list(config.data.types) == ["LOC", "ORG", "PER"]
    assert config.trainer.choose is False
    assert set(config.comparison.variants) >= {"random_6", "e5_6", "adapted_6"}


def test_merge_changes_only_what_is_named() -> None:
    settings = {"a": {"b": 1, "c": [1]}, "d": None}
    assert merge(settings, {"a": {"c": [2]}, "d": {"e": 1}}, "x") == {"a": {"b": 1, "c": [2]}, "d": {"e": 1}}
    assert settings == {"a": {"b": 1, "c": [1]}, "d": None}
    with pytest.raises(NerError, match="x: a: unknown key 'z'; known are b, c"):
        merge(settings, {"a": {"z": 1}}, "x")


def test_other_types_than_ours(script: Script, tmp_path: Path, data: list[str]) -> None:
    row = {"tokens": list("张三去甲县"), "tags": ["B-name", "I-name", "O", "B-spot", "I-spot"]}
    for split in ("train", "dev"):
        (tmp_path / f"{split}.tokens").write_text(json.dumps(row) + "\n", encoding="utf-8")
    types = "types=[name,spot]"
    outcome = script("convert", "train.tokens", "dev.tokens", "output=a.json", "splits=splits.yaml", types)
    assert outcome.code == 0, outcome.err
    assert yaml.safe_load((tmp_path / "splits.yaml").read_text()) == {"train": ["train-1"], "dev": ["dev-1"]}
    data = [override for override in data if "also" not in override and "comparison" not in override]
    outcome = script("train", *data, f"data.{types}")
    assert outcome.code == 0, outcome.err
    assert json.loads((tmp_path / "out" / "config.json").read_text())["id2label"]["3"] == "B-spot"
    evaluation = ["data.files=[a.json]", "output.dir=scores", f"data.{types}"]
    assert "spot" in script("evaluate", "model.path=out", *evaluation).out
    outcome = script("evaluate", *evaluation)
    assert outcome.code == 2
    assert "spans of type name, spot, but the model finds region" in outcome.err
