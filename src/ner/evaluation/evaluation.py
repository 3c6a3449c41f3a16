"""Evaluating an extractor on annotated documents, and writing what came out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ner.errors import NerError
from ner.evaluation.mistakes import Mistake, find_mistakes, mistakes_text
from ner.evaluation.scores import Scores, score_spans
from ner.extractor import Extraction, Extractor
from ner.output.report import ReportWriter
from ner.output.results import Result
from ner.spans import AnnotatedDocument


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Scores, the list of errors behind them, and what was extracted from each document."""

    scores: Scores
    mistakes: list[Mistake]
    documents: Sequence[AnnotatedDocument] = ()
    extractions: Sequence[Extraction] = ()

    def write(self, folder: Path, name: str) -> None:
        """Write ``<name>.json`` (scores and errors), ``<name>.txt`` (the same to read) and ``<name>.html``.

        The page shows gold and prediction in each article.
        """
        folder.mkdir(parents=True, exist_ok=True)
        record = {"scores": self.scores.as_dict(), "mistakes": [mistake.as_dict() for mistake in self.mistakes]}
        (folder / f"{name}.json").write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        text = f"{self.scores.as_text()}\n\n{mistakes_text(self.mistakes)}\n"
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
        with ReportWriter(folder / f"{name}.html", with_gold=True) as report:
            for document, extraction in zip(self.documents, self.extractions, strict=True):
                result = Result(document.id, "", "", extraction.entities, extraction.removed)
                report.write(result, document.text, document.spans)


def evaluate(extractor: Extractor, documents: Sequence[AnnotatedDocument]) -> Evaluation:
    """Extract from every document's raw text and compare with its gold spans.

    Raises NerError if these have a type that the model does not know.
    """
    unknown = {span.type for document in documents for span in document.spans} - set(extractor.tags.types)
    if unknown:
        known = ", ".join(extractor.tags.types)
        raise NerError(f"data: spans of type {', '.join(sorted(unknown))}, but the model finds {known}; see data.types")
    extractions = extractor.analyse_all([document.text for document in documents])
    predictions = [extraction.entities for extraction in extractions]
    scores = score_spans(documents, [[e.span for e in entities] for entities in predictions], extractor.tags)
    mistakes = [
        mistake
        for document, entities in zip(documents, predictions, strict=True)
        for mistake in find_mistakes(document, entities)
    ]
    return Evaluation(scores, mistakes, documents, extractions)
