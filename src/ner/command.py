"""What every script shares: a Hydra entry point that takes bare paths and ends errors in one line.

Hydra does the composing, overriding and logging; this module turns its result into a plain mapping, so that nothing
below ever sees a DictConfig.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import hydra
import transformers
import yaml
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from ner.errors import NerError

#: The repository: ``configs/`` and ``data/`` lie there.
PROJECT = Path(__file__).resolve().parents[2]
_PACKAGES = (
    "ner",
    "torch",
    "transformers",
    "datasets",
    "tokenizers",
    "seqeval",
    "opencc-python-reimplemented",
    "numpy",
)

_OPTIONS_WITH_VALUE = {"--cfg", "-c", "--package", "-p", "--config-name", "-cn", "--config-dir", "-cd"}

Settings = dict[str, Any]


def run(config_name: str, task: Callable[[Settings], None], paths_key: str | None = None) -> None:
    """Run a script: compose ``configs/<config_name>.yaml``, call ``task`` with the resolved settings.

    With ``paths_key``, arguments that are no overrides (``a.txt``, ``folder/``, ``-``) become the list at that key.
    Exits with code 2 and one line on standard error for anything the user can mend.
    """
    if not OmegaConf.has_resolver("project"):
        OmegaConf.register_new_resolver("project", lambda path: str(PROJECT / path))
    transformers.utils.logging.disable_progress_bar()
    options, paths = split_arguments(sys.argv[1:]) if paths_key else (sys.argv[1:], [])

    def job(config: DictConfig) -> None:
        if paths_key and paths:
            OmegaConf.update(config, paths_key, paths)
        task(to_settings(config))

    try:
        _check_overrides(config_name, options)
        sys.argv[1:] = options
        hydra.main(version_base="1.3", config_path=str(PROJECT / "configs"), config_name=config_name)(_quiet(job))()
    except NerError as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        print("interrupted; what was written stays", file=sys.stderr)
        raise SystemExit(130) from None


def split_arguments(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Part arguments into what Hydra reads (options and ``key=value``) and bare paths.

    A path with ``=`` in its name counts as a path if it exists. ``--`` makes all that follows paths.
    """
    options: list[str] = []
    paths: list[str] = []
    takes_value = False
    for position, argument in enumerate(arguments):
        if argument == "--":
            return options, paths + list(arguments[position + 1 :])
        is_option = argument.startswith("-") and argument != "-"
        is_override = ("=" in argument or argument.startswith("~")) and not os.path.exists(argument)  # noqa: PTH110 (a name too long is no path, not an error)
        (options if takes_value or is_option or is_override else paths).append(argument)
        takes_value = argument in _OPTIONS_WITH_VALUE
    return options, paths


def to_settings(config: DictConfig) -> Settings:
    """A composed config as plain data; raises NerError naming a required value (``???``) that was not given."""
    try:
        missing = sorted(OmegaConf.missing_keys(config))
        if missing:
            raise NerError(f"{missing[0]}: required; give it as {missing[0]}=…")
        settings = OmegaConf.to_container(config, resolve=True)
    except OmegaConfBaseException as error:
        raise NerError(f"config: {error}") from None
    assert isinstance(settings, dict)
    return {str(key): value for key, value in settings.items()}


def save_record(folder: Path, settings: Mapping[str, Any]) -> None:
    """Write the resolved config and the versions of what ran beside a run's artefacts."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.yaml").write_text(
        yaml.safe_dump(dict(settings), allow_unicode=True, sort_keys=False), encoding="utf-8"
    )
    (folder / "versions.json").write_text(json.dumps(versions(), indent=2) + "\n", encoding="utf-8")


def versions() -> dict[str, str]:
    """Python, platform, package versions and the git commit, if any."""
    found = {"python": platform.python_version(), "platform": platform.platform()}
    for name in _PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=PROJECT, capture_output=True, text=True, check=False)
    if commit.returncode == 0:
        found["commit"] = commit.stdout.strip()
    return found


def _check_overrides(config_name: str, options: Sequence[str]) -> None:
    """Compose once ahead of Hydra's own run, whose errors take several lines and another exit code."""
    if any(option.startswith("-") for option in options):
        return
    try:
        with hydra.initialize_config_dir(str(PROJECT / "configs"), version_base="1.3"):
            hydra.compose(config_name, list(options))
    except (HydraException, OmegaConfBaseException) as error:
        raise NerError(f"config: {error}") from None


def _quiet(job: Callable[[DictConfig], None]) -> Callable[[DictConfig], None]:
    """Let a NerError pass through Hydra, which would print its own report of any Exception."""

    def guarded(config: DictConfig) -> None:
        try:
            job(config)
        except (NerError, OSError) as error:  # a full disk, a folder that cannot be written
            print(f"error: {error}", file=sys.stderr)
            raise SystemExit(2) from None

    return guarded
