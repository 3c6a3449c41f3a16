"""The tagger: clean text in, scored spans out, windows merged by their logits."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from ner.model.transitions import Transitions
from ner.model.viterbi import BioDecoder, ScoredSpan
from ner.model.windows import NO_CHARACTER, TokenWindow, WindowEncoder, WindowSettings
from ner.spans import Span
from ner.tags import OUTSIDE, TagSet

Floats = npt.NDArray[np.floating]
#: Logit of O at a line break.
_LINE_BREAK = 1e4


class Tagger:
    """A token classifier with its windows and its decoder."""

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        tags: TagSet,
        window: WindowSettings,
        temperature: float = 1.0,
        batch_size: int = 16,
        transitions: Transitions | None = None,
    ) -> None:
        self.model = model
        self.encoder = WindowEncoder(tokenizer, window)
        self.decoder = BioDecoder(tags, temperature, transitions)
        self.batch_size = batch_size
        self._padding = tokenizer.pad_token_id or 0

    def tag(self, text: str) -> list[ScoredSpan]:
        """Find the spans of a clean text, in order; offsets are into ``text``."""
        windows = self.encoder.encode(text)
        return decode_windows(self.decoder, text, windows, self.logits(windows))

    @torch.inference_mode()
    def logits(self, windows: Sequence[TokenWindow]) -> list[Floats]:
        """One array (tokens, tags) for each window; windows of like length share a batch."""
        self.model.eval()
        order = sorted(range(len(windows)), key=lambda index: len(windows[index].input_ids))
        found: dict[int, Floats] = {}
        for first in range(0, len(order), self.batch_size):
            rows = order[first : first + self.batch_size]
            ids = [torch.tensor(windows[row].input_ids) for row in rows]
            batch = torch.nn.utils.rnn.pad_sequence(ids, batch_first=True, padding_value=self._padding)
            lengths = torch.tensor([len(row) for row in ids])
            mask = (torch.arange(batch.shape[1])[None] < lengths[:, None]).long()
            device = self.model.device
            logits = self.model(input_ids=batch.to(device), attention_mask=mask.to(device)).logits.float().cpu().numpy()
            found.update((row, logits[place, : len(ids[place])]) for place, row in enumerate(rows))
        return [found[row] for row in range(len(windows))]


def decode_windows(
    decoder: BioDecoder, text: str, windows: Sequence[TokenWindow], logits: Sequence[Floats]
) -> list[ScoredSpan]:
    """Merge the logits of a text's windows and decode them.

    ``logits[i]`` has at least as many rows as window ``i`` has tokens. A line break is always outside, so no span runs
    over one. Characters without a token (blanks) are passed over: a span may hold them, never begin or end with one.
    """
    characters, merged = merge_logits(windows, logits, len(decoder.tags.names))
    for row, character in enumerate(characters):
        if text[character] == "\n":
            merged[row] = _LINE_BREAK * (np.arange(merged.shape[1]) == OUTSIDE)
    return [
        ScoredSpan(Span(int(characters[s.span.start]), int(characters[s.span.end - 1]) + 1, s.span.type), s.score)
        for s in decoder(merged)
    ]


def merge_logits(
    windows: Sequence[TokenWindow], logits: Sequence[Floats], size: int
) -> tuple[npt.NDArray[np.int64], Floats]:
    """Average the logits that overlapping windows give one character.

    Each window counts by the character's distance from the window's nearer edge, so that the window that sees more on
    both sides decides. Returns the offsets that have a token, ascending, and their logits (offsets, tags).
    """
    sums: dict[int, Floats] = {}
    weights: dict[int, float] = {}
    for window, scores in zip(windows, logits, strict=True):
        last = len(window.characters) - 1
        for token, character in enumerate(window.characters):
            if character == NO_CHARACTER:
                continue
            weight = 1.0 + min(token, last - token)
            row = weight * np.asarray(scores[token], dtype=np.float64)
            sums[character] = sums[character] + row if character in sums else row
            weights[character] = weights.get(character, 0.0) + weight
    characters = np.array(sorted(sums), dtype=np.int64)
    if not len(characters):
        return characters, np.zeros((0, size))
    return characters, np.stack([sums[int(c)] / weights[int(c)] for c in characters])
