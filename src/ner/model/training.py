"""Fine-tuning a token classifier with the transformers Trainer."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.utils.data import SequentialSampler
from transformers import (
    DataCollatorForTokenClassification,
    EarlyStoppingCallback,
    EvalPrediction,
    Trainer,
    TrainingArguments,
    set_seed,
)
from transformers.trainer_utils import get_last_checkpoint

from ner.errors import NerError
from ner.model.checkpoint import Checkpoint, TextSettings, load_encoder, save_checkpoint
from ner.model.decoding import NAMES, TextDecoder
from ner.model.examples import IGNORED, Example, ExampleSet, Ledger, build_examples
from ner.model.optimization import CHECKPOINTS, Precision, optimizer, set_dropout, training_arguments
from ner.model.transitions import count_transitions
from ner.model.windows import TokenWindow, WindowEncoder
from ner.spans import AnnotatedDocument, Span, span_f1
from ner.tags import TagSet
from ner.text.cleaner import Cleaner


@dataclass(frozen=True, slots=True)
class TrainerSettings:
    """How to train.

    ``choose`` keeps the epoch with the best dev F1; without it the last is kept and nothing is evaluated on the way;
    ``patience`` counts epochs without a better dev F1 before stopping, 0 for never; ``precision`` "auto" is bf16 or
    fp16 on a GPU that has it and fp32 elsewhere; ``head_learning_rate`` is for the new classification layer;
    ``dropout`` is that of the encoder, and on a CPU takes as much time as the rest of a step (the head keeps its own);
    ``transitions`` weighs how likely tags are to follow each other in the training articles, 0 for not at all;
    ``recurrence`` is what the logits of a name gain where it stands again in an article, 0 for nothing, and
    ``recurring`` are the types whose names do;
    ``penalties`` are what the logits of a type lose everywhere, so that it needs more evidence;
    ``edge_rules`` cuts off what the guideline never lets a project begin or end with;
    ``terms`` is in how many articles a project's name must be marked to be a fixed term (``ner.model.terms``), which
    gains as a recurring name does wherever it stands, 0 for none; whoever calls ``train`` counts them;
    ``calibrate`` fits a temperature on dev at the end, which changes the scores of spans and never the spans.
    """

    learning_rate: float = 3e-4
    head_learning_rate: float = 1e-3
    epochs: float = 3
    batch_size: int = 8
    accumulation: int = 1
    weight_decay: float = 0.01
    warmup: float = 0.1
    dropout: float = 0.0
    choose: bool = True
    patience: int = 3
    seed: int = 42
    precision: Precision = "auto"
    resume: bool = False
    progress: bool = True
    tensorboard: bool = False
    half_weights: bool = False
    calibrate: bool = True
    transitions: float = 0.6
    recurrence: float = 4.0
    recurring: tuple[str, ...] = NAMES
    penalties: dict[str, float] | None = None
    edge_rules: bool = True
    terms: int = 3

    def __post_init__(self) -> None:
        if self.transitions < 0 or self.recurrence < 0 or self.terms < 0:
            raise ValueError("transitions, recurrence and terms must be 0 or more")


@dataclass(frozen=True, slots=True)
class TrainingResult:
    """The trained checkpoint, what the gold spans went through, and the Trainer's log.

    ``is_main`` is False on all but one process of a distributed run: only the main one has files to go on with.
    """

    checkpoint: Checkpoint
    train_ledger: Ledger
    dev_ledger: Ledger
    history: list[dict[str, Any]]
    is_main: bool = True


def train(
    train_documents: Sequence[AnnotatedDocument],
    dev_documents: Sequence[AnnotatedDocument],
    encoder_name: str,
    folder: Path,
    settings: TrainerSettings,
    text: TextSettings | None = None,
    tags: TagSet | None = None,
    revision: str | None = None,
) -> TrainingResult:
    """Fine-tune ``encoder_name`` and write the epoch with the best dev F1 (or the last, see settings) to ``folder``.

    Dev F1 is exact span F1 over raw text after merging windows and decoding, the figure that evaluation reports.
    Checkpoints lie under ``folder/checkpoints`` until training ends; ``settings.resume`` goes on from the last one.
    """
    text, tags = text or TextSettings(), tags or TagSet()
    last = _resumable(folder, settings.resume)
    set_seed(settings.seed)
    model, tokenizer = load_encoder(encoder_name, tags, revision)
    set_dropout(model.base_model, settings.dropout)
    encoder = WindowEncoder(tokenizer, text.window)
    cleaner = Cleaner(text.cleaning)
    train_set = build_examples(train_documents, cleaner, encoder, tags)
    dev_set = build_examples(dev_documents, cleaner, encoder, tags)
    if not train_set.examples:
        raise NerError("data: the training articles give no window of text")
    sequences = ([label for label in example.labels if label != IGNORED] for example in train_set.examples)
    transitions = count_transitions(sequences, tags, settings.transitions)
    text = replace(
        text,
        transitions=transitions,
        recurrence=settings.recurrence,
        recurring=settings.recurring,
        penalties=settings.penalties or {},
        edge_rules=settings.edge_rules,
    )
    trainer = _OrderedTrainer(
        model=model,
        args=_arguments(folder, settings),
        train_dataset=_rows(train_set.examples),
        eval_dataset=_rows(dev_set.examples),
        data_collator=DataCollatorForTokenClassification(tokenizer),
        compute_metrics=_DevScorer(dev_set, text.decoder(tags)),
        callbacks=[EarlyStoppingCallback(settings.patience)] if settings.choose and settings.patience else [],
        optimizers=(optimizer(model, settings), None),
    )
    trainer.train(resume_from_checkpoint=last)
    checkpoint = Checkpoint(model, tokenizer, tags, text)
    trainer.accelerator.wait_for_everyone()  # the others may still be writing their part of a checkpoint
    is_main = trainer.is_world_process_zero()
    if is_main:
        save_checkpoint(checkpoint, folder, half=settings.half_weights)
        _remove_checkpoints(folder / CHECKPOINTS)
    return TrainingResult(checkpoint, train_set.ledger, dev_set.ledger, trainer.state.log_history, is_main)


def _remove_checkpoints(folder: Path) -> None:
    """Remove what only a resume would need; TensorBoard's logs in ``runs/`` stay."""
    for checkpoint in folder.glob("checkpoint-*"):
        shutil.rmtree(checkpoint)
    if not any(folder.iterdir()):
        folder.rmdir()


def _resumable(folder: Path, resume: bool) -> str | None:
    checkpoints = folder / CHECKPOINTS
    last = get_last_checkpoint(str(checkpoints)) if checkpoints.is_dir() else None
    if resume and last is None and any(folder.glob("*.safetensors")):
        raise NerError(f"trainer.resume: {folder} holds a finished run; choose another output.dir")
    return last if resume else None


def _arguments(folder: Path, settings: TrainerSettings) -> TrainingArguments:
    return training_arguments(
        folder / CHECKPOINTS,
        settings,
        num_train_epochs=settings.epochs,
        per_device_eval_batch_size=4 * settings.batch_size,
        gradient_accumulation_steps=settings.accumulation,
        # without a GPU, accelerate joins the processes of torchrun only if told that this is meant to run on CPUs
        use_cpu=not torch.cuda.is_available() and torch.distributed.is_torchelastic_launched(),
        train_sampling_strategy="group_by_length",
        eval_strategy="epoch" if settings.choose else "no",
        save_strategy="epoch",
        logging_strategy="epoch",
        load_best_model_at_end=settings.choose,
        metric_for_best_model="f1",
        save_total_limit=2,
        disable_tqdm=not settings.progress,
        report_to=["tensorboard"] if settings.tensorboard else [],
    )


def _rows(examples: Sequence[Example]) -> Any:
    return [
        {
            "input_ids": example.window.input_ids,
            "attention_mask": [1] * len(example.window.input_ids),
            "labels": example.labels,
        }
        for example in examples
    ]


class _OrderedTrainer(Trainer):
    """A Trainer that evaluates in order also when training batches are grouped by length; the scorer relies on it."""

    def _get_eval_sampler(self, eval_dataset: Any) -> SequentialSampler:
        return SequentialSampler(eval_dataset)


class _DevScorer:
    """Turns the Trainer's window logits into documents' spans and scores them as evaluation does."""

    def __init__(self, dev: ExampleSet, decoder: TextDecoder) -> None:
        self._dev = dev
        self._decoder = decoder

    def __call__(self, prediction: EvalPrediction) -> dict[str, float]:
        logits = np.asarray(prediction.predictions)
        found: list[list[Span]] = []
        row = 0
        for index, clean in enumerate(self._dev.texts):
            windows: list[TokenWindow] = []
            while row + len(windows) < len(self._dev.examples):
                example = self._dev.examples[row + len(windows)]
                if example.document != index:
                    break
                windows.append(example.window)
            scored = self._decoder(clean.text, windows, list(logits[row : row + len(windows)]))
            row += len(windows)
            ranges = [(clean.aligned.raw_range(s.span.start, s.span.end), s.span.type) for s in scored]
            found.append([Span(start, end, type_) for (start, end), type_ in ranges])
        return {"f1": span_f1([document.spans for document in self._dev.documents], found)}
