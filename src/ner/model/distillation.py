"""Distillation: one model learns from plain text what several say about it on average (Hinton et al. 2015, "Distilling
the knowledge in a neural network").

Models that erred differently err less together, but take as long as all of them. Teachers may be of any depth and from
different encoders, where their weights cannot be averaged; they must share the student's labels and tokens.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from transformers import Trainer, set_seed

from ner.errors import NerError
from ner.model.average import shares_of
from ner.model.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from ner.model.optimization import Precision, optimizer, set_dropout, training_arguments
from ner.model.tagger import Tagger
from ner.model.windows import NO_CHARACTER, TokenWindow, WindowEncoder
from ner.text.cleaner import Cleaner

Floats = npt.NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class DistillationSettings:
    """How the student is trained; rates and the rest as in ``ner.model.training.TrainerSettings``."""

    learning_rate: float = 1.2e-4
    head_learning_rate: float = 3e-4
    epochs: float = 2
    batch_size: int = 8
    weight_decay: float = 0.01
    warmup: float = 0.1
    seed: int = 1
    precision: Precision = "auto"
    progress: bool = True
    half_weights: bool = False


def distill(
    teachers: Sequence[str],
    student: str,
    texts: Sequence[str],
    folder: Path,
    settings: DistillationSettings,
    weights: Sequence[float] | None = None,
) -> Checkpoint:
    """Train ``student``, a token classifier, on the mean logits of ``teachers`` for raw ``texts`` and save it.

    ``weights`` are what each teacher counts, all alike if None. Texts are cleaned and cut as the student's settings
    say. Raises NerError if there is no teacher, not one weight for each, or no text, or if labels or tokens of a
    teacher are not the student's.
    """
    shares = shares_of(teachers, weights, "teachers")
    checkpoint = load_checkpoint(student)
    cleaner = Cleaner(checkpoint.settings.cleaning)
    encoder = WindowEncoder(checkpoint.tokenizer, checkpoint.settings.window)
    windows = [window for text in texts for window in encoder.encode(cleaner(text).text)]
    if not windows:
        raise NerError(
            "distillation: there is no text to learn from; give texts.inputs, texts.corpus or train articles"
        )
    rows = _rows(windows, mean_logits([_teacher(name, checkpoint) for name in teachers], shares, windows))
    set_seed(settings.seed)
    set_dropout(checkpoint.model.base_model, 0.0)
    trainer = _SoftTrainer(
        model=checkpoint.model,
        args=training_arguments(
            folder,  # nothing is written there on the way
            settings,
            num_train_epochs=settings.epochs,
            save_strategy="no",
            logging_steps=50,
            disable_tqdm=not settings.progress,
            remove_unused_columns=False,
        ),
        train_dataset=rows,
        data_collator=_Collator(checkpoint.tokenizer.pad_token_id or 0),
        optimizers=(optimizer(checkpoint.model, settings), None),
    )
    trainer.train()
    save_checkpoint(checkpoint, folder, half=settings.half_weights)
    return checkpoint


def mean_logits(teachers: Sequence[Checkpoint], shares: Floats, windows: Sequence[TokenWindow]) -> list[Floats]:
    """The mean of what teachers say: one array (tokens, tags) for each window. Teachers are asked one by one.

    ``shares``, one for each teacher, sum up to 1.
    """
    sums: list[Floats] = []
    for teacher, share in zip(teachers, shares, strict=True):
        settings = teacher.settings
        model: torch.nn.Module = teacher.model
        model.to("cuda" if torch.cuda.is_available() else "cpu")
        tagger = Tagger(teacher.model, teacher.tokenizer, settings.window, settings.decoder(teacher.tags))
        logits = [float(share) * row for row in tagger.logits(windows)]
        sums = [before + now for before, now in zip(sums, logits, strict=True)] if sums else logits
        model.to("cpu")
    return sums


def _teacher(name: str, student: Checkpoint) -> Checkpoint:
    teacher = load_checkpoint(name)
    if teacher.tags != student.tags:
        raise NerError(f"{name}: cannot teach: it finds {', '.join(teacher.tags.types)}, the student other types")
    if teacher.tokenizer.get_vocab() != student.tokenizer.get_vocab():
        raise NerError(f"{name}: cannot teach: its tokens are not the student's")
    return teacher


def _rows(windows: Sequence[TokenWindow], logits: Sequence[Floats]) -> list[dict[str, Any]]:
    return [
        {"input_ids": window.input_ids, "logits": row, "seen": [char != NO_CHARACTER for char in window.characters]}
        for window, row in zip(windows, logits, strict=True)
    ]


class _Collator:
    """Pads a batch; ``seen`` is 1 for the tokens that begin a character, which alone are learned from."""

    def __init__(self, padding: int) -> None:
        self._padding = padding

    def __call__(self, rows: Sequence[Mapping[str, Any]]) -> dict[str, torch.Tensor]:
        def padded(key: str, value: float, dtype: torch.dtype) -> torch.Tensor:
            parts = [torch.as_tensor(row[key], dtype=dtype) for row in rows]
            return torch.nn.utils.rnn.pad_sequence(parts, batch_first=True, padding_value=value)

        ones = [torch.ones(len(row["input_ids"]), dtype=torch.long) for row in rows]
        return {
            "input_ids": padded("input_ids", self._padding, torch.long),
            "attention_mask": torch.nn.utils.rnn.pad_sequence(ones, batch_first=True),
            "labels": padded("logits", 0.0, torch.float32),
            "seen": padded("seen", 0.0, torch.float32),
        }


class _SoftTrainer(Trainer):
    """A Trainer whose labels are logits, (batch, tokens, tags); the loss is the cross-entropy with their softmax."""

    def compute_loss(
        self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        labels, seen = inputs.pop("labels"), inputs.pop("seen")
        output = model(**inputs)
        losses = -(labels.softmax(-1) * output.logits.float().log_softmax(-1)).sum(-1)
        loss = (losses * seen).sum() / seen.sum()
        return (loss, output) if return_outputs else loss
