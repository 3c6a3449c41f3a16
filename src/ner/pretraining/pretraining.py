"""Pre-training an encoder on plain text: packed sequences, one of two objectives, resumable."""

from __future__ import annotations

import copy
import json
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from torch.utils.data import IterableDataset
from transformers import (
    AutoModelForMaskedLM,
    AutoModelForTokenClassification,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    PrinterCallback,
    Trainer,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
    set_seed,
)

from ner.errors import NerError
from ner.model.checkpoint import load_tokenizer, resolve_model
from ner.model.examples import IGNORED
from ner.model.optimization import CHECKPOINTS, Precision, optimizer, set_dropout, training_arguments
from ner.pretraining.corpus import Corpus, CorpusSettings
from ner.pretraining.objectives import MaskSettings, Objective, WordMasks, WordTags, jieba_words, lac_tagger
from ner.settings import ShardSize


@dataclass(frozen=True, slots=True)
class PretrainingSettings:
    """How to pre-train.

    ``objective`` "tags" learns the words and classes of a free tagger, "mlm" masked words. ``tokens`` is how many are
    read in all, ``length`` how many a packed sequence has with [CLS] and [SEP]. Every ``save_every`` optimizer steps a
    checkpoint is written, from which ``resume`` goes on.
    """

    objective: Literal["tags", "mlm"] = "tags"
    tokens: int = 2_000_000
    length: int = 128
    batch_size: int = 16
    learning_rate: float = 3e-4
    head_learning_rate: float = 1e-3
    weight_decay: float = 0.01
    warmup: float = 0.06
    dropout: float = 0.0
    seed: int = 42
    precision: Precision = "auto"
    save_every: int = 200
    log_every: int = 20
    resume: bool = False
    half_weights: bool = True
    shard_size: ShardSize = "15MB"

    def __post_init__(self) -> None:
        if self.tokens < 1 or self.length < 8 or self.batch_size < 1:
            raise ValueError("trainer: tokens and batch_size must be positive and length at least 8")


def pretrain(
    encoder: str,
    corpus: CorpusSettings,
    settings: PretrainingSettings,
    masks: MaskSettings,
    folder: Path,
    revision: str | None = None,
) -> list[dict[str, Any]]:
    """Adapt ``encoder`` to the texts and write it to ``folder`` as a plain encoder; returns the Trainer's log.

    Checkpoints stay under ``folder/checkpoints``, so that a run can be prolonged. ``folder/history.json`` has the loss
    over time: every text is new when it is read for the first time, so until the corpus has been read once this is the
    loss on unseen text. Raises NerError for texts or encoders that cannot be read.
    """
    set_seed(settings.seed)
    source = resolve_model(encoder, revision)
    tokenizer = load_tokenizer(source)
    if len(tokenizer) <= len(tokenizer.all_special_ids):
        raise NerError(f"model.path={encoder}: its vocabulary is empty")
    objective: Objective
    if settings.objective == "tags":
        objective = WordTags(lac_tagger())
        model = _load(AutoModelForTokenClassification, source, num_labels=len(objective.labels))
    else:
        objective = WordMasks(jieba_words, tokenizer, masks, settings.seed)
        model = _load(AutoModelForMaskedLM, source)
    set_dropout(model.base_model, settings.dropout)
    steps = math.ceil(settings.tokens / (settings.batch_size * settings.length))
    rows = PackedSequences(Corpus(corpus, settings.seed), tokenizer, objective, settings.length)
    next(iter(rows))  # bad text is told before a long run starts
    trainer = Trainer(
        model=model,
        args=_arguments(folder, settings, steps),
        train_dataset=rows,
        callbacks=[Progress(settings.batch_size * settings.length)],
        optimizers=(optimizer(model, settings), None),
    )
    trainer.remove_callback(PrinterCallback)  # Progress says the same and more
    checkpoint = last_whole_checkpoint(folder / CHECKPOINTS) if settings.resume else None
    trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    save_encoder(getattr(model, model.base_model_prefix), tokenizer, folder, settings.half_weights, settings.shard_size)
    (folder / "history.json").write_text(json.dumps(trainer.state.log_history, indent=1) + "\n", encoding="utf-8")
    return trainer.state.log_history


def save_encoder(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, folder: Path, half: bool, shard_size: str
) -> None:
    """Write a bare encoder in shards, which is what fine-tuning starts from."""
    model = copy.deepcopy(model).half() if half else model
    # the labels of the objective are no business of whoever fine-tunes the encoder
    model.config.id2label, model.config.label2id = {0: "LABEL_0", 1: "LABEL_1"}, {"LABEL_0": 0, "LABEL_1": 1}
    model.config.architectures = [type(model).__name__]
    model.save_pretrained(folder, max_shard_size=shard_size)
    tokenizer.save_pretrained(folder)


def last_whole_checkpoint(folder: Path) -> Path | None:
    """The newest checkpoint that was written to its end: a kill or a full disk may leave half of one behind."""
    whole = [path for path in folder.glob("checkpoint-*") if (path / "trainer_state.json").exists()]
    return max(whole, key=lambda path: int(path.name.rpartition("-")[2]), default=None)


class PackedSequences(IterableDataset):  # type: ignore[type-arg]
    """Endless sequences of ``length`` tokens: [CLS] and paragraphs one after the other, each ended by [SEP].

    A paragraph that does not fit goes on in the next sequence. Rows have ``input_ids``, ``attention_mask`` and
    ``labels``, each of ``length``.
    """

    def __init__(self, corpus: Corpus, tokenizer: PreTrainedTokenizerBase, objective: Objective, length: int) -> None:
        self._corpus = corpus
        self._tokenizer = tokenizer
        self._objective = objective
        self._length = length

    def __iter__(self) -> Iterator[dict[str, list[int]]]:
        buffer: list[tuple[int, int]] = []
        for paragraph in self._corpus:
            buffer += self._tokens(paragraph.text, self._objective.marks(paragraph.source))
            buffer.append((self._tokenizer.sep_token_id, IGNORED))
            while len(buffer) >= self._length - 1:
                taken, buffer = buffer[: self._length - 1], buffer[self._length - 1 :]
                ids = [self._tokenizer.cls_token_id, *(token for token, _ in taken)]
                ids, labels = self._objective.finish(ids, [IGNORED, *(mark for _, mark in taken)])
                yield {"input_ids": ids, "attention_mask": [1] * self._length, "labels": labels}

    def _tokens(self, text: str, marks: list[int]) -> Iterator[tuple[int, int]]:
        batch = self._tokenizer(list(text), is_split_into_words=True, add_special_tokens=False)
        previous: int | None = None
        for token, word in zip(batch["input_ids"], batch.word_ids(), strict=True):
            yield token, IGNORED if word is None or word == previous else marks[word]
            previous = word


class Progress(TrainerCallback):
    """Prints loss, tokens a second and the time that is left at every log."""

    def __init__(self, tokens_a_step: int) -> None:
        self._tokens = tokens_a_step
        self._start = (0, 0.0)

    def on_train_begin(self, args: Any, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        self._start = (state.global_step, time.monotonic())

    def on_log(self, args: Any, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        loss = (kwargs.get("logs") or {}).get("loss")
        done = state.global_step - self._start[0]
        if loss is None or not done:
            return
        rate = done / (time.monotonic() - self._start[1])
        left = (state.max_steps - state.global_step) / rate / 60
        print(
            f"step {state.global_step}/{state.max_steps}  loss {float(loss):.3f}  {rate * self._tokens:,.0f} tokens/s  "
            f"{left:.0f} min left",
            flush=True,
        )


def _load(cls: Any, source: Path, **options: Any) -> PreTrainedModel:
    try:
        model: PreTrainedModel = cls.from_pretrained(
            source, use_safetensors=True, trust_remote_code=False, dtype=torch.float32, **options
        )
    except (OSError, ValueError, KeyError) as error:
        raise NerError(f"model.path={source}: cannot be loaded: {str(error).splitlines()[0]}") from None
    return model


def _arguments(folder: Path, settings: PretrainingSettings, steps: int) -> TrainingArguments:
    return training_arguments(
        folder / CHECKPOINTS,
        settings,
        max_steps=steps,
        save_strategy="steps",
        save_steps=settings.save_every,
        save_total_limit=2,
        logging_steps=settings.log_every,
        disable_tqdm=True,
    )
