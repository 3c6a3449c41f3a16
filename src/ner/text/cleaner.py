"""The cleaning pipeline: raw text in, aligned clean text out, with a list of what was left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from ner.text.aligned import AlignedText, Edit, Step
from ner.text.characters import character_edits, doubled_punctuation_edits
from ner.text.chrome import chrome_edits
from ner.text.glosses import gloss_edits
from ner.text.lines import line_end_edits
from ner.text.markup import markup_edits
from ner.text.numbers import number_edits
from ner.text.script import CONVERSIONS, simplified_edits


@dataclass(frozen=True, slots=True)
class CleaningSettings:
    """Which steps run; ``simplified`` names an OpenCC conversion or is empty."""

    line_ends: bool = True
    markup: bool = True
    characters: bool = True
    doubled_punctuation: bool = True
    glosses: bool = True
    simplified: str = "t2s"
    numbers: bool = True
    chrome: bool = True

    def __post_init__(self) -> None:
        if self.simplified and self.simplified not in CONVERSIONS:
            raise ValueError(f"cleaning.simplified: {self.simplified!r} is none of {', '.join(CONVERSIONS)} or empty")


@dataclass(frozen=True, slots=True)
class Removed:
    """A stretch ``raw[start:end]`` left out of the article, and what it was taken for."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class CleanText:
    """An aligned text and the chrome that was left out of it."""

    aligned: AlignedText
    removed: tuple[Removed, ...]

    @property
    def text(self) -> str:
        return self.aligned.text


class Cleaner:
    """Applies the chosen steps in their fixed order.

    The order matters: glosses and chrome rules are written for half-width brackets and simplified characters.
    """

    def __init__(self, settings: CleaningSettings | None = None) -> None:
        self.settings = settings or CleaningSettings()
        self._steps = self._chosen_steps()

    def __call__(self, raw: str) -> CleanText:
        """Clean a raw text; every character of the result keeps its address in ``raw``."""
        aligned = AlignedText.of(raw)
        removed: list[Removed] = []
        for step in self._steps:
            edits: list[Edit] = list(step(aligned.text))
            removed += (Removed(*aligned.raw_range(edit.start, edit.end), edit.reason) for edit in edits if edit.reason)
            aligned = aligned.apply(edits)
        return CleanText(aligned, tuple(sorted(removed, key=lambda part: part.start)))

    def _chosen_steps(self) -> list[Step]:
        settings = self.settings
        simplify: Callable[[str], Iterable[Edit]] = partial(simplified_edits, conversion=settings.simplified or "t2s")
        steps: list[tuple[bool, Step]] = [
            (settings.line_ends, line_end_edits),
            (settings.markup, markup_edits),
            (settings.characters, character_edits),
            (settings.doubled_punctuation, doubled_punctuation_edits),
            (settings.glosses, gloss_edits),
            (bool(settings.simplified), simplify),
            (settings.numbers, number_edits),
            (settings.chrome, chrome_edits),
        ]
        return [step for chosen, step in steps if chosen]
