"""The records of published runs: the command in their comment composes, into settings of its type."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import hydra
import pytest
from hydra.core.global_hydra import GlobalHydra
from omegaconf import OmegaConf

from ner.command import PROJECT, to_settings
from ner.comparison import ComparisonSettings
from ner.config import read_config
from ner.settings import build, merge
from ner.training_config import DistillConfig, PretrainConfig, TrainConfig, TrialConfig

FOLDER = PROJECT / "configs" / "experiment"
TYPES = {"train": TrainConfig, "compare": TrialConfig, "pretrain": PretrainConfig, "distill": DistillConfig}
GIVEN = {"pretrain": ["corpus.files=[a,b,c,d,e,f]"], "distill": ["teachers=[a]"]}


def command_of(path: Path) -> tuple[str, list[str]]:
    """The script and the overrides of the first command that names the experiment, in its own comment or another's."""
    command = re.compile(rf"scripts/(\w+)\.py (.*experiment={path.stem}(?!\w).*)")
    for file in (path, *sorted(FOLDER.glob("*.yaml"))):
        if found := command.search(file.read_text(encoding="utf-8")):
            words = shlex.split(found[2], comments=True)
            return found[1], [word for word in words if "=" in word and "…" not in word]
    raise AssertionError(f"{path.name}: no command names this experiment")


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_record_composes_with_its_script(path: Path) -> None:
    if not OmegaConf.has_resolver("project"):
        OmegaConf.register_new_resolver("project", lambda name: str(PROJECT / name))
    GlobalHydra.instance().clear()
    script, overrides = command_of(path)
    with hydra.initialize_config_dir(str(PROJECT / "configs"), version_base="1.3"):
        settings = to_settings(hydra.compose(script, [*overrides, "output.dir=out", *GIVEN.get(script, [])]))
    read_config(TYPES[script], settings)
    if script == "compare":
        comparison = build(ComparisonSettings, settings["comparison"], "comparison")
        for name, changes in comparison.variants.items():
            read_config(TrialConfig, merge(settings, changes, name))
        assert comparison.variants
    splits = settings.get("data", {}).get("splits")
    if splits and Path(splits).is_relative_to(PROJECT):
        assert Path(splits).exists()
