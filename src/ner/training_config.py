"""What the configs of the scripts that train hold, typed; apart from the others, which need not load all of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pydantic import NonNegativeInt

from ner.config import FolderSettings
from ner.data.collection import DataSettings
from ner.data.noise import NoiseSettings
from ner.distillation_texts import TextsSettings
from ner.model.checkpoint import EncoderSettings
from ner.model.distillation import DistillationSettings
from ner.model.training import TrainerSettings
from ner.model.windows import WindowSettings
from ner.pretraining.corpus import CorpusSettings
from ner.pretraining.objectives import MaskSettings
from ner.pretraining.pretraining import PretrainingSettings
from ner.settings import Paths, ShardSize
from ner.text.cleaner import CleaningSettings


@dataclass(frozen=True, slots=True)
class TrainConfig:
    model: EncoderSettings
    data: DataSettings
    cleaning: CleaningSettings
    augmentation: NoiseSettings
    trainer: TrainerSettings
    window: WindowSettings
    output: FolderSettings


@dataclass(frozen=True, slots=True)
class TrialConfig(TrainConfig):
    """A config that builds on ``train.yaml``; ``also`` names further sets to score on."""

    also: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AverageConfig:
    models: Paths
    data: DataSettings
    output: FolderSettings
    weights: tuple[float, ...] | None = None
    decoding: dict[str, Any] = field(default_factory=dict)
    terms: NonNegativeInt | None = None
    half_weights: bool = True
    shard_size: ShardSize = "50GB"
    calibrate: bool = True


@dataclass(frozen=True, slots=True)
class DistillConfig:
    teachers: Paths
    student: str
    texts: TextsSettings
    data: DataSettings
    augmentation: NoiseSettings
    trainer: DistillationSettings
    output: FolderSettings
    calibrate: bool
    weights: tuple[float, ...] | None = None


@dataclass(frozen=True, slots=True)
class PretrainConfig:
    model: EncoderSettings
    corpus: CorpusSettings
    mask: MaskSettings
    trainer: PretrainingSettings
    output: FolderSettings
