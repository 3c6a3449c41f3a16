"""Cutting articles into sentence-aligned windows with overlap, one token for each character."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from transformers import PreTrainedTokenizerBase

_SENTENCE_END = re.compile(r"[。!?！？;；…]+[”’」』)）\"]*|\n+")
_CLAUSE_END = re.compile(r"[,，、:： ]")

#: Stands for a token that begins no character: [CLS], [SEP], a second piece of one character.
NO_CHARACTER = -1


@dataclass(frozen=True, slots=True)
class WindowSettings:
    """Window length and the overlap with the window before, both in characters (at most one token each)."""

    size: int = 254
    overlap: int = 64

    def __post_init__(self) -> None:
        if not 0 <= self.overlap < self.size:
            raise ValueError(f"window.overlap={self.overlap} must be at least 0 and less than window.size={self.size}")


@dataclass(frozen=True, slots=True)
class Window:
    """The characters ``[start, end)`` of a text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class TokenWindow:
    """Model input of one window; ``characters[i]`` is the text offset that token ``i`` begins, or NO_CHARACTER."""

    input_ids: list[int]
    characters: list[int]


def cut_windows(text: str, settings: WindowSettings) -> list[Window]:
    """Cut a text into windows of at most ``size`` characters that begin and end at sentence ends.

    Each window after the first begins at the first sentence start inside the last ``overlap`` characters of the one
    before (or where that ends, if there is none). A sentence longer than a window is cut at a clause end, or
    anywhere, with the full overlap. Every character lies in a window.
    """
    ends = sorted({match.end() for match in _SENTENCE_END.finditer(text)} | {len(text)})
    windows: list[Window] = []
    start = 0
    while start < len(text):
        limit = start + settings.size
        index = bisect_right(ends, limit) - 1
        end = ends[index] if index >= 0 and ends[index] > start else 0
        covered = windows[-1].end if windows else 0
        sentence_fits = end > covered
        if not sentence_fits:
            end = _clause_end(text, max(limit - settings.size // 4, covered), min(limit, len(text)))
        windows.append(Window(start, end))
        if end >= len(text):
            break
        if sentence_fits:
            following = ends[bisect_left(ends, max(end - settings.overlap, start + 1))]
            start = min(following, end)
        else:
            start = max(end - settings.overlap, start + 1)
    return windows


def _clause_end(text: str, low: int, high: int) -> int:
    found = [match.end() for match in _CLAUSE_END.finditer(text, max(low, 0), high)]
    return found[-1] if found else high


class WindowEncoder:
    """Turns texts into token windows, one word of the tokenizer for each character.

    Feeding single characters makes every boundary reachable: no WordPiece can glue ``96500`` to what follows. Blank
    characters have no token; the first newline of a run is given as the separator token, so that the model sees lines.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerBase, settings: WindowSettings) -> None:
        if not tokenizer.is_fast:
            raise ValueError("a fast tokenizer (tokenizer.json) is needed to know which character a token begins")
        self.tokenizer = tokenizer
        self.settings = settings

    def encode(self, text: str) -> list[TokenWindow]:
        """Token windows of a text, in order; together their characters are all that have a token."""
        windows = cut_windows(text, self.settings)
        if not windows:
            return []
        words = self._words(text)
        batch = self.tokenizer(
            [words[window.start : window.end] for window in windows],
            is_split_into_words=True,
            truncation=True,
            max_length=self.settings.size + self.tokenizer.num_special_tokens_to_add(),
            return_attention_mask=False,
            return_token_type_ids=False,
        )
        return [
            TokenWindow(ids, list(_characters(batch.word_ids(row), window.start)))
            for row, (ids, window) in enumerate(zip(batch["input_ids"], windows, strict=True))
        ]

    def _words(self, text: str) -> list[str]:
        words = list(text)
        for match in re.finditer(r"\n", text):
            if not re.search(r"\n\s*\Z", text[max(0, match.start() - 8) : match.start()]):
                words[match.start()] = self.tokenizer.sep_token or "\n"
        return words


def _characters(word_ids: Sequence[int | None], start: int) -> Iterator[int]:
    previous: int | None = None
    for word in word_ids:
        yield NO_CHARACTER if word is None or word == previous else start + word
        previous = word
