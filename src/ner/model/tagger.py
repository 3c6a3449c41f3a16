"""The tagger: clean text in, scored spans out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from ner.model.decoding import TextDecoder
from ner.model.viterbi import ScoredSpan
from ner.model.windows import TokenWindow, WindowEncoder, WindowSettings

Floats = npt.NDArray[np.floating]


class Tagger:
    """A token classifier with its windows and its decoder."""

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        window: WindowSettings,
        decoder: TextDecoder,
        batch_size: int = 16,
    ) -> None:
        self.model = model
        self.encoder = WindowEncoder(tokenizer, window)
        self.decoder = decoder
        self.batch_size = batch_size
        self._padding = tokenizer.pad_token_id or 0

    def tag(self, text: str) -> list[ScoredSpan]:
        """Find the spans of a clean text, in order; offsets are into ``text``."""
        return self.tag_all([text])[0]

    def tag_all(self, texts: Sequence[str]) -> list[list[ScoredSpan]]:
        """The spans of each text; windows of different texts share a batch, which short texts gain by."""
        windows = [self.encoder.encode(text) for text in texts]
        logits = iter(self.logits([window for of_text in windows for window in of_text]))
        return [
            self.decoder(text, of_text, [next(logits) for _ in of_text])
            for text, of_text in zip(texts, windows, strict=True)
        ]

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
