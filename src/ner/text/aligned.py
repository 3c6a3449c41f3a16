"""Text with an address book: cleaned text plus, for every cleaned character, its place in the raw text."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace ``text[start:end]`` by ``new``; an empty ``new`` deletes.

    ``reason`` names why text was left out (``"share bar"``); such stretches are reported as removed.
    """

    start: int
    end: int
    new: str
    reason: str = ""


#: A cleaning step reads a text and says what to change, in order and without overlap. It never sees the raw text.
Step = Callable[[str], Iterable[Edit]]


@dataclass(frozen=True, slots=True)
class AlignedText:
    """``text`` whose character ``i`` stands for ``raw[starts[i]:ends[i]]``.

    Invariants: both lists have ``len(text)`` items, ``starts[i] < ends[i]``, and neither ever decreases. Neighbours
    overlap only where a replacement of another length gave them one range in common.
    """

    raw: str
    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    @classmethod
    def of(cls, raw: str) -> AlignedText:
        """A raw text that stands for itself."""
        return cls(raw, raw, range(len(raw)), range(1, len(raw) + 1))

    def apply(self, edits: Iterable[Edit]) -> AlignedText:
        """Return the text after ``edits``, still addressed in the raw text.

        A replacement of equal length maps character by character. One of another length maps each new character to the
        whole replaced range, which is also how a gloss joins the character before it. Raises ValueError if edits are
        out of order, overlap or leave the text.
        """
        parts: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        position = 0
        for edit in edits:
            if not position <= edit.start < edit.end <= len(self.text):
                raise ValueError(f"edit {edit} out of order or outside a text of {len(self.text)} characters")
            parts += (self.text[position : edit.start], edit.new)
            starts += self.starts[position : edit.start]
            ends += self.ends[position : edit.start]
            if len(edit.new) == edit.end - edit.start:
                starts += self.starts[edit.start : edit.end]
                ends += self.ends[edit.start : edit.end]
            else:
                starts += [self.starts[edit.start]] * len(edit.new)
                ends += [self.ends[edit.end - 1]] * len(edit.new)
            position = edit.end
        if position == 0:
            return self
        parts.append(self.text[position:])
        starts += self.starts[position:]
        ends += self.ends[position:]
        return AlignedText(self.raw, "".join(parts), starts, ends)

    def raw_range(self, start: int, end: int) -> tuple[int, int]:
        """Map the non-empty cleaned range ``[start, end)`` to the raw range it came from."""
        if not 0 <= start < end <= len(self.text):
            raise ValueError(f"range [{start}, {end}) outside a text of {len(self.text)} characters")
        return self.starts[start], self.ends[end - 1]

    def clean_range(self, start: int, end: int) -> tuple[int, int] | None:
        """Map the raw range ``[start, end)`` to the cleaned characters that lie wholly inside it, or None.

        ``raw_range`` of the result gives the raw range back only if both its edges survived cleaning; callers that need
        that must compare.
        """
        first = bisect_left(self.starts, start)
        last = first + bisect_left(self.ends[first:], end + 1)
        return (first, last) if first < last else None
