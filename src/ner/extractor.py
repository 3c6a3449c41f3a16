"""The extractor: raw articles in, typed entities out, each pointing at its exact raw characters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch

from ner.model.checkpoint import Checkpoint, load_checkpoint
from ner.model.tagger import Tagger
from ner.model.viterbi import ScoredSpan
from ner.spans import Entity
from ner.text.cleaner import Cleaner, CleanText, Removed


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """Which model extracts, and where; ``version`` is a name for its predictions, made of path and weights if null."""

    path: str
    revision: str | None = None
    device: str | None = None
    batch_size: int = 16
    version: str | None = None

    def __post_init__(self) -> None:
        if self.batch_size < 1:
            raise ValueError("batch_size must be 1 or more")


@dataclass(frozen=True, slots=True)
class Extraction:
    """What one raw text gave: its entities and the stretches left out as page chrome, both in text order."""

    entities: tuple[Entity, ...]
    removed: tuple[Removed, ...]


class Extractor:
    """Cleans, tags and maps back.

    >>> extractor = Extractor.from_pretrained("data/classifier")  # doctest: +SKIP
    >>> extractor.extract("晋江市完成22件为民办实事项目。")  # doctest: +SKIP
    """

    def __init__(self, checkpoint: Checkpoint, batch_size: int = 16) -> None:
        self.tags = checkpoint.tags
        self.cleaner = Cleaner(checkpoint.settings.cleaning)
        settings = checkpoint.settings
        decoder = settings.decoder(checkpoint.tags)
        self.tagger = Tagger(checkpoint.model, checkpoint.tokenizer, settings.window, decoder, batch_size)

    @classmethod
    def from_pretrained(
        cls,
        path_or_hub_id: str,
        revision: str | None = None,
        device: str | None = None,
        batch_size: int = 16,
        decoding: Mapping[str, Any] | None = None,
    ) -> Extractor:
        """Load a model from a folder or the hub; ``device`` defaults to a GPU if there is one.

        ``decoding`` replaces some of its text settings, e.g. ``{"recurrence": 0}``. Raises NerError if the model cannot
        be found or loaded, or for a setting that there is not.
        """
        checkpoint = load_checkpoint(path_or_hub_id, revision)
        if decoding:
            checkpoint = replace(checkpoint, settings=checkpoint.settings.changed(decoding))
        model: torch.nn.Module = checkpoint.model
        model.to(device or ("cuda" if torch.cuda.is_available() else "cpu"))
        return cls(checkpoint, batch_size)

    def extract(self, text: str) -> list[Entity]:
        """The entities of one raw text, in order; ``entity.text == text[entity.start:entity.end]``."""
        return list(self.analyse(text).entities)

    def extract_many(self, texts: Iterable[str]) -> Iterator[list[Entity]]:
        """Entities of each text, as soon as they are found; the input is read lazily."""
        return (self.extract(text) for text in texts)

    def analyse(self, text: str) -> Extraction:
        """The entities of one raw text and what was left out of it."""
        return self.analyse_all([text])[0]

    def analyse_all(self, texts: Sequence[str]) -> list[Extraction]:
        """The same for texts that fit into memory together: faster if they are short."""
        cleaned = [self.cleaner(text) for text in texts]
        tagged = self.tagger.tag_all([clean.text for clean in cleaned])
        return [
            Extraction(tuple(_entity(text, clean, scored) for scored in found), clean.removed)
            for text, clean, found in zip(texts, cleaned, tagged, strict=True)
        ]


def _entity(text: str, clean: CleanText, found: ScoredSpan) -> Entity:
    start, end = clean.aligned.raw_range(found.span.start, found.span.end)
    surface = clean.text[found.span.start : found.span.end]
    return Entity(found.span.type, text[start:end], start, end, found.score, surface)
