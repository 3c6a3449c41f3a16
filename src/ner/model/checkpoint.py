"""Checkpoints: finding one in a folder or on the Hugging Face hub, loading it, saving it.

A checkpoint is a standard transformers folder (``config.json``, ``model.safetensors``, ``tokenizer.json``) plus
``ner.json``, which records how its texts are cleaned and cut, so that prediction does what training did.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from huggingface_hub import snapshot_download
from transformers import (
    AutoConfig,
    AutoModelForTokenClassification,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from ner.errors import NerError
from ner.model.decoding import NAMES, TextDecoder
from ner.model.transitions import Transitions
from ner.model.viterbi import BioDecoder
from ner.model.windows import WindowSettings
from ner.settings import build
from ner.tags import TagSet
from ner.text.cleaner import CleaningSettings

SETTINGS_FILE = "ner.json"
#: Never ``*.bin`` (pickles) nor ``*.py`` (code).
_PATTERNS = ["*.safetensors", "*.json", "vocab.txt"]


@dataclass(frozen=True, slots=True)
class TextSettings:
    """How a model's texts are cleaned and cut, and how it is decoded.

    ``temperature`` divides its logits; ``transitions`` are potentials between tags, counted in training;
    ``recurrence`` is what a name's logits gain where it stands again if its type is one of ``recurring``, and fixed
    ``terms`` wherever they stand; ``penalties`` are what those of a type lose everywhere; ``edge_rules`` cuts off what
    no project begins or ends with.
    """

    cleaning: CleaningSettings = field(default_factory=CleaningSettings)
    window: WindowSettings = field(default_factory=WindowSettings)
    temperature: float = 1.0
    transitions: Transitions | None = None
    recurrence: float = 0.0
    penalties: dict[str, float] = field(default_factory=dict)
    edge_rules: bool = False
    terms: tuple[str, ...] = ()
    recurring: tuple[str, ...] = NAMES

    def decoder(self, tags: TagSet) -> TextDecoder:
        """Raises NerError for a penalty on a type that is not among ``tags``, or a recurring type that is nowhere."""
        if unknown := sorted(set(self.penalties) - set(tags.types)):
            raise NerError(f"penalties: {', '.join(unknown)}: the model finds {', '.join(tags.types)}")
        if unknown := sorted(set(self.recurring) - {*tags.types, *NAMES}):  # the default fits models without names, too
            raise NerError(f"recurring: {', '.join(unknown)}: the model finds {', '.join(tags.types)}")
        spans = BioDecoder(tags, self.temperature, self.transitions)
        return TextDecoder(spans, self.recurrence, self.penalties, self.edge_rules, self.terms, self.recurring)

    def changed(self, changes: Mapping[str, Any]) -> TextSettings:
        """The same but for some, e.g. ``{"recurrence": 0}``; raises NerError for a setting that there is not."""
        return build(TextSettings, {**asdict(self), **changes}, "decoding")


@dataclass(frozen=True, slots=True)
class EncoderSettings:
    """What is fine-tuned: a folder or the name of a hub repository, and there a branch, tag or commit."""

    path: str
    revision: str | None = None


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A token classifier that is ready to tag."""

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    tags: TagSet
    settings: TextSettings


def resolve_model(name: str, revision: str | None = None) -> Path:
    """Find a model: a folder, or the name of a hub repository, which is fetched into the hub's cache.

    ``HF_ENDPOINT``, ``HF_HOME``, ``HF_HUB_OFFLINE`` and ``HF_TOKEN`` act as everywhere. Weights must be safetensors.
    Raises NerError if there is no such folder, the hub does not answer or the repository has no usable weights.
    """
    folder = Path(name).expanduser()
    if not folder.is_dir():
        if folder.exists() or name.startswith((".", "/", "~")) or name.count("/") > 1 or name != name.strip("/"):
            raise NerError(f"model.path={name}: no such folder (train one with scripts/train.py, or name a hub model)")
        try:
            folder = Path(snapshot_download(name, revision=revision, allow_patterns=_PATTERNS))
        except (OSError, ValueError) as error:  # every error of the hub client is one of these
            at = f" at revision {revision}" if revision else ""
            raise NerError(
                f"model.path={name}{at}: no folder of that name here, and the hub gave {_first_line(error)}; "
                "offline, copy the model's folder here and give its path"
            ) from None
    if not any(folder.glob("*.safetensors")):
        what = "no config.json" if not (folder / "config.json").exists() else "no safetensors weights"
        raise NerError(f"model.path={name}: {what} in {folder} (pickled weights are never loaded)")
    return folder


def load_encoder(
    name: str, tags: TagSet, revision: str | None = None
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """Load any BERT-like checkpoint with a token classification head for ``tags``, new unless it has one for them."""
    folder = resolve_model(name, revision)
    names = dict(enumerate(tags.names))
    try:
        model = AutoModelForTokenClassification.from_pretrained(
            folder,
            num_labels=len(names),
            id2label=names,
            label2id={label: index for index, label in names.items()},
            use_safetensors=True,
            trust_remote_code=False,
            ignore_mismatched_sizes=True,
            dtype=torch.float32,
        )
        return model, load_tokenizer(folder)
    except (OSError, ValueError, KeyError) as error:
        raise NerError(f"model.path={name}: cannot be loaded: {_first_line(error)}") from None


def load_checkpoint(name: str, revision: str | None = None) -> Checkpoint:
    """Load a trained token classifier; raises NerError if its labels are no BIO set or it cannot be loaded."""
    folder = resolve_model(name, revision)
    try:
        config = AutoConfig.from_pretrained(folder, trust_remote_code=False)
        labels = [str(config.id2label[index]) for index in range(config.num_labels)]
        tags = TagSet.from_names(labels)
    except (OSError, KeyError) as error:
        raise NerError(f"model.path={name}: cannot be loaded: {_first_line(error)}") from None
    except ValueError as error:
        raise NerError(
            f"model.path={name}: not a model of this project: {_first_line(error)}; train one with scripts/train.py"
        ) from None
    settings = _read_settings(folder / SETTINGS_FILE)
    model, tokenizer = load_encoder(str(folder), tags)
    return Checkpoint(model, tokenizer, tags, settings)


def save_checkpoint(checkpoint: Checkpoint, folder: Path, half: bool = False, shard_size: str = "50GB") -> None:
    """Write a checkpoint in place of any that ``folder`` holds.

    ``half`` stores the weights as float16, half the size, loaded back as float32. ``shard_size`` is the most that one
    file of weights holds: larger ones become ``model-00001-of-00002.safetensors`` and so on with an index, as
    transformers and the hub know them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    state = checkpoint.model.state_dict()
    if half:
        state = {key: value.half() if value.is_floating_point() else value for key, value in state.items()}
    checkpoint.model.save_pretrained(folder, state_dict=state, max_shard_size=shard_size)
    whole, index = folder / "model.safetensors", folder / "model.safetensors.index.json"
    if whole.exists() and index.exists():  # one of them is of an earlier save, and the whole would be loaded first
        min(whole, index, key=lambda path: path.stat().st_mtime_ns).unlink()
    checkpoint.tokenizer.save_pretrained(folder)
    save_settings(checkpoint.settings, folder)


def save_settings(settings: TextSettings, folder: Path) -> None:
    """Write ``ner.json``."""
    content = json.dumps(asdict(settings), indent=2, ensure_ascii=False)
    (folder / SETTINGS_FILE).write_text(content + "\n", encoding="utf-8")


def load_tokenizer(name: str | Path, revision: str | None = None) -> PreTrainedTokenizerBase:
    """Load the tokenizer of a model folder or hub model; raises ValueError if it is not a fast one."""
    folder = name if isinstance(name, Path) else resolve_model(name, revision)
    tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(folder, use_fast=True, trust_remote_code=False)
    if not tokenizer.is_fast:
        raise ValueError("it has no fast tokenizer (tokenizer.json)")
    return tokenizer


def _read_settings(path: Path) -> TextSettings:
    if not path.exists():
        return TextSettings()
    try:
        content: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise NerError(f"{path}: {_first_line(error)}") from None
    return build(TextSettings, content, str(path))


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
