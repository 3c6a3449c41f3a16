from __future__ import annotations

from pathlib import Path

import pytest
from omegaconf import OmegaConf

from ner.command import save_record, split_arguments, to_settings, versions
from ner.errors import NerError


@pytest.mark.parametrize(
    ("arguments", "options", "paths"),
    [
        (["a.txt", "output.dir=x", "more/"], ["output.dir=x"], ["a.txt", "more/"]),
        (["-", "--cfg", "job"], ["--cfg", "job"], ["-"]),
        (["+new=1", "~old", "++a.b=2"], ["+new=1", "~old", "++a.b=2"], []),
        (["--", "--odd.txt", "x=y"], [], ["--odd.txt", "x=y"]),
        (["-m", "seed=1,2", "文章 一.txt"], ["-m", "seed=1,2"], ["文章 一.txt"]),
    ],
)
def test_arguments_are_parted(arguments: list[str], options: list[str], paths: list[str]) -> None:
    assert split_arguments(arguments) == (options, paths)


def test_a_path_with_an_equals_sign_is_a_path_if_it_exists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a=b.txt").write_text("x", encoding="utf-8")
    assert split_arguments(["a=b.txt", "c=d.txt"]) == (["c=d.txt"], ["a=b.txt"])


def test_missing_values_and_bad_references_are_named() -> None:
    with pytest.raises(NerError, match="inputs: required"):
        to_settings(OmegaConf.create({"inputs": "???"}))
    with pytest.raises(NerError, match="config: "):
        to_settings(OmegaConf.create({"a": "${nowhere}"}))
    assert to_settings(OmegaConf.create({"a": {"b": "${c}"}, "c": 1})) == {"a": {"b": 1}, "c": 1}


def test_record_holds_config_and_versions(tmp_path: Path) -> None:
    save_record(tmp_path / "run", {"model": {"path": "x"}})
    assert "path: x" in (tmp_path / "run" / "config.yaml").read_text(encoding="utf-8")
    assert {"python", "torch", "transformers"} <= set(versions())
