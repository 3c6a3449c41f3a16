"""Evaluating an extractor on annotated documents, and writing what came out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ner.evaluation.mistakes import Mistake, find_mistakes, mistakes_text
from ner.evaluation.scores import Scores, score_spans
from ner.extractor import Extractor
from ner.spans import AnnotatedDocument


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Scores and the list of errors behind them."""

    scores: Scores
    mistakes: list[Mistake]

    def write(self, folder: Path, name: str) -> None:
        """Write ``<name>.json`` (scores and errors) and ``<name>.txt`` (the same to read)."""
        folder.mkdir(parents=True, exist_ok=True)
        record = {"scores": self.scores.as_dict(), "mistakes": [mistake.as_dict() for mistake in self.mistakes]}
        (folder / f"{name}.json").write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        text = f"{self.scores.as_text()}\n\n{mistakes_text(self.mistakes)}\n"
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")


def evaluate(extractor: Extractor, documents: Sequence[AnnotatedDocument]) -> Evaluation:
    """Extract from every document's raw text and compare with its gold spans."""
    predictions = [extractor.extract(document.text) for document in documents]
    scores = score_spans(documents, [[e.span for e in entities] for entities in predictions], extractor.tags)
    mistakes = [
        mistake
        for document, entities in zip(documents, predictions, strict=True)
        for mistake in find_mistakes(document, entities)
    ]
    return Evaluation(scores, mistakes)
