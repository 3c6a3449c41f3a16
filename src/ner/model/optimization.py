"""What fine-tuning, distillation and pre-training share: rates, precision, and the arguments of a Trainer."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, Protocol

import torch
from transformers import PreTrainedModel, TrainingArguments

CHECKPOINTS = "checkpoints"
Precision = Literal["auto", "fp32", "bf16", "fp16"]


class Optimization(Protocol):
    """The settings that every kind of training has."""

    @property
    def batch_size(self) -> int: ...
    @property
    def learning_rate(self) -> float: ...
    @property
    def head_learning_rate(self) -> float: ...
    @property
    def weight_decay(self) -> float: ...
    @property
    def warmup(self) -> float: ...
    @property
    def precision(self) -> Precision: ...
    @property
    def seed(self) -> int: ...


def training_arguments(folder: Path, settings: Optimization, **others: Any) -> TrainingArguments:
    """The arguments of a Trainer that keeps its checkpoints in ``folder``; ``others`` are those of one kind alone."""
    bf16, fp16 = precision(settings.precision)
    common = {
        "output_dir": str(folder),
        "per_device_train_batch_size": settings.batch_size,
        "learning_rate": settings.learning_rate,
        "weight_decay": settings.weight_decay,
        "warmup_steps": settings.warmup,  # below 1: a share of all steps
        "bf16": bf16,
        "fp16": fp16,
        "seed": settings.seed,
        "report_to": [],
        "dataloader_pin_memory": torch.cuda.is_available(),
    }
    return TrainingArguments(**{**common, **others})


def precision(name: Precision) -> tuple[bool, bool]:
    """Whether to train in bf16 and in fp16; "auto" takes the better one that the GPU has, and neither on a CPU."""
    on_gpu = torch.cuda.is_available()
    bf16 = name == "bf16" or (name == "auto" and on_gpu and torch.cuda.is_bf16_supported())
    return bf16, name == "fp16" or (name == "auto" and on_gpu and not bf16)


def set_dropout(encoder: torch.nn.Module, rate: float) -> None:
    """Set every dropout of an encoder to ``rate``."""
    for module in encoder.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = rate


def optimizer(model: PreTrainedModel, settings: Optimization) -> torch.optim.Optimizer:
    """AdamW with a rate of its own for the head and no weight decay on biases and norms."""
    groups: dict[tuple[bool, bool], list[torch.nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        is_head = not name.startswith(f"{model.base_model_prefix}.")
        groups.setdefault((is_head, parameter.ndim > 1), []).append(parameter)
    return torch.optim.AdamW(
        [
            {
                "params": parameters,
                "lr": settings.head_learning_rate if is_head else settings.learning_rate,
                "weight_decay": settings.weight_decay if decays else 0.0,
            }
            for (is_head, decays), parameters in groups.items()
        ],
        fused=True,
    )
