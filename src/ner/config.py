"""What the scripts' configs hold, typed: ``configs/predict.yaml`` is a PredictConfig, and so on.

Comments in the YAML files say what each setting is for. Settings of a part, such as a trainer's, are defined beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeVar

from ner.data.audit import AuditSettings
from ner.data.collection import DataSettings
from ner.data.noise import NoiseSettings
from ner.extractor import ModelSettings
from ner.model.windows import WindowSettings
from ner.model_card import CardSettings
from ner.prediction import OutputSettings
from ner.settings import Paths, build
from ner.text.cleaner import CleaningSettings

T = TypeVar("T")


def read_config(cls: type[T], settings: Mapping[str, Any]) -> T:
    """The part of a resolved config that the dataclass ``cls`` describes.

    Raises NerError naming the first setting of a wrong type as one would override it, e.g. ``trainer.epochs``.
    """
    names = {part.name for part in fields(cls)}  # type: ignore[arg-type]
    return build(cls, {key: value for key, value in settings.items() if key in names}, "")


@dataclass(frozen=True, slots=True)
class FolderSettings:
    """Where the files of a run go."""

    dir: str


@dataclass(frozen=True, slots=True)
class ReportSettings(FolderSettings):
    """``mistakes`` bounds the errors of each kind on the terminal."""

    mistakes: int = 10


@dataclass(frozen=True, slots=True)
class DeriveEncoderConfig:
    source: str
    output: str
    layers: int
    random: bool


@dataclass(frozen=True, slots=True)
class PredictConfig:
    inputs: Paths
    model: ModelSettings
    output: OutputSettings
    resume: bool
    max_bytes: int


@dataclass(frozen=True, slots=True)
class EvaluateConfig:
    model: ModelSettings
    data: DataSettings
    decoding: dict[str, Any]
    output: ReportSettings


@dataclass(frozen=True, slots=True)
class ModelCardConfig:
    model: ModelSettings
    data: DataSettings
    card: CardSettings
    splits: tuple[str, ...]
    also: dict[str, str]


@dataclass(frozen=True, slots=True)
class AuditConfig:
    data: DataSettings
    cleaning: CleaningSettings
    window: WindowSettings
    audit: AuditSettings
    tokenizer: str | None


@dataclass(frozen=True, slots=True)
class NoiseConfig:
    data: DataSettings
    augmentation: NoiseSettings
    splits: tuple[str, ...]
    output: str


@dataclass(frozen=True, slots=True)
class ConvertConfig:
    """But for ``from``, which is a keyword of Python, and ``to``."""

    inputs: Paths
    output: str
    types: tuple[str, ...]
    texts: Paths
    splits: str | None


@dataclass(frozen=True, slots=True)
class PushConfig:
    inputs: Paths
    model: ModelSettings
    order: str
    max_bytes: int
    export: str | None


@dataclass(frozen=True, slots=True)
class PullConfig:
    exports: Paths
    output: str
    collection: Paths
    force: bool


@dataclass(frozen=True, slots=True)
class StatusConfig:
    output: str
    collection: Paths
