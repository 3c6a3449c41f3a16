"""Plain text to pre-train on: files of paragraphs, mixed by weight and streamed, with the forms that web pages give."""

from __future__ import annotations

import importlib.util
import itertools
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ner.data.noise import HALF_WIDTH
from ner.errors import NerError
from ner.text.script import to_traditional

if TYPE_CHECKING:  # only the extras "pretrain" and "datasets" bring it
    from datasets import IterableDataset

_SUFFIXES = {".txt", ".xz"}


@dataclass(frozen=True, slots=True)
class CorpusSettings:
    """Which paragraphs are read and what becomes of them.

    ``files`` are ``.txt`` or ``.txt.xz`` with one paragraph a line, or folders of them; ``weights`` says how often each
    is drawn from (all alike if null); only paragraphs that match the regular expression ``pattern`` are taken.
    ``shuffle`` is the number of paragraphs of each file held in memory to draw from. ``traditional`` and ``half_width``
    are the chances, 0 to 1, that a paragraph is turned into traditional characters or half-width punctuation.
    """

    files: tuple[str, ...] = ()
    weights: tuple[float, ...] | None = None
    pattern: str | None = None
    shortest: int = 20
    shuffle: int = 100_000
    traditional: float = 0.15
    half_width: float = 0.3

    def __post_init__(self) -> None:
        if not self.files:
            raise ValueError("corpus.files: no text given; name .txt or .txt.xz files")
        if self.weights is not None and (len(self.weights) != len(self.files) or min(self.weights) <= 0):
            raise ValueError("corpus.weights must be positive and as many as corpus.files")
        try:
            re.compile(self.pattern or "")
        except re.error as error:
            raise ValueError(f"corpus.pattern={self.pattern}: no regular expression: {error}") from None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph as it is in the file, and as the model shall see it; both have the same number of characters."""

    source: str
    text: str


class Corpus:
    """An endless stream of paragraphs, the same for the same seed."""

    def __init__(self, settings: CorpusSettings, seed: int) -> None:
        if importlib.util.find_spec("datasets") is None:
            raise NerError("corpus: needs the package datasets: pip install 'ner[pretrain]'")
        self.settings = settings
        self.seed = seed
        self.paths = [_text_files(Path(name).expanduser()) for name in settings.files]

    def __iter__(self) -> Iterator[Paragraph]:
        """Raises NerError naming the files if none has a paragraph that is wanted."""
        rng = random.Random(self.seed)
        for epoch in itertools.count():
            found = False
            for text in self._lines(self.seed + epoch):
                found = True
                yield Paragraph(text, self._form(text, rng))
            if not found:
                break
        raise NerError(
            f"corpus.files: no paragraph of {self.settings.shortest} characters or more"
            + (f" that matches corpus.pattern={self.settings.pattern}" if self.settings.pattern else "")
            + f" in {', '.join(self.settings.files)}"
        )

    def _lines(self, seed: int) -> Iterator[str]:
        from datasets import interleave_datasets

        streams = [self._stream(paths).shuffle(seed, buffer_size=self.settings.shuffle) for paths in self.paths]
        weights = self.settings.weights or (1.0,) * len(streams)
        mixed = streams[0]
        if len(streams) > 1:
            shares = [weight / sum(weights) for weight in weights]
            mixed = interleave_datasets(streams, shares, seed=seed, stopping_strategy="all_exhausted")
        try:
            for row in mixed:
                yield str(row["text"]).strip()
        except (OSError, UnicodeDecodeError, EOFError) as error:
            raise NerError(f"corpus.files: {', '.join(self.settings.files)}: no readable text: {error}") from None

    def _stream(self, paths: list[str]) -> IterableDataset:
        from datasets import load_dataset

        pattern, shortest = re.compile(self.settings.pattern or ""), self.settings.shortest

        def wanted(row: dict[str, str]) -> bool:
            return len(row["text"].strip()) >= shortest and pattern.search(row["text"]) is not None

        stream: IterableDataset = load_dataset("text", data_files=paths, split="train", streaming=True)
        return stream.filter(wanted)

    def _form(self, text: str, rng: random.Random) -> str:
        if rng.random() < self.settings.traditional:
            text = to_traditional(text)
        if rng.random() < self.settings.half_width:
            text = text.translate(HALF_WIDTH)
        return text


def _text_files(path: Path) -> list[str]:
    if not path.exists():
        raise NerError(f"corpus.files: {path}: no such file or folder")
    files = sorted(p for p in path.rglob("*") if p.is_file() and p.suffix in _SUFFIXES) if path.is_dir() else [path]
    if not files:
        raise NerError(f"corpus.files: {path}: no .txt or .txt.xz file in this folder")
    for file in files:
        if file.suffix not in _SUFFIXES:
            raise NerError(f"corpus.files: {file}: neither .txt nor .txt.xz")
    return [str(file) for file in files]
