"""The model card: what a model was trained on, what it scores, where it fails, as the hub reads it (README.md).

https://huggingface.co/docs/hub/model-cards describes the front matter.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from ner.errors import NerError
from ner.evaluation.calibration import Calibration, calibration_error
from ner.evaluation.intervals import f1_intervals
from ner.evaluation.mistakes import KINDS, find_mistakes
from ner.evaluation.scores import score_spans
from ner.extractor import Extractor
from ner.spans import AnnotatedDocument

RESULTS = "results.json"
CARD = "README.md"


@dataclass(frozen=True, slots=True)
class CardSettings:
    """The words of a card that no measurement gives, and what may be shown.

    ``name`` is what one loads it by; ``examples`` names the evaluation set whose errors are shown as examples: one
    whose text may be published.
    """

    title: str
    licence: str
    training: str
    intended_use: str
    limits: str
    licences: str
    name: str = "data/classifier"
    language: str = "zh"
    examples: str = "dev"
    examples_per_kind: int = 3
    tags: tuple[str, ...] = field(default_factory=tuple)


def measure(extractor: Extractor, sets: Mapping[str, Sequence[AnnotatedDocument]]) -> dict[str, Any]:
    """Scores with 95 % intervals, calibration errors per type and the errors themselves for each set, as plain data."""
    results: dict[str, Any] = {}
    for name, documents in sets.items():
        entities = [extractor.extract(document.text) for document in documents]
        spans = [[entity.span for entity in found] for found in entities]
        scores = score_spans(documents, spans, extractor.tags)
        calibration = Calibration(extractor.tagger, extractor.cleaner, documents)
        judged = calibration.judge(extractor.tagger.decoder.temperature)
        mistakes = [m for d, found in zip(documents, entities, strict=True) for m in find_mistakes(d, found)]
        results[name] = {
            "documents": len(documents),
            "f1": {**{type_: score.f1 for type_, score in scores.types.items()}, "micro": scores.micro.f1},
            "support": {**{t: score.support for t, score in scores.types.items()}, "micro": scores.micro.support},
            "interval": f1_intervals(documents, spans, extractor.tags.types),
            "calibration": {
                **{t: calibration_error([j for j in judged if j.type == t]) for t in extractor.tags.types},
                "micro": calibration_error(judged),
            },
            "mistakes": {kind: [m.as_line() for m in mistakes if m.kind == kind] for kind in KINDS},
        }
    return results


def card_text(settings: CardSettings, results: Mapping[str, Any], temperature: float) -> str:
    """The card as Markdown with its YAML front matter. Raises NerError if ``examples`` names no measured set."""
    if settings.examples not in results:
        raise NerError(f"card.examples={settings.examples}: not measured (there are {', '.join(results)})")
    head = {
        "language": settings.language,
        "license": settings.licence,
        "library_name": "transformers",
        "pipeline_tag": "token-classification",
        "tags": list(settings.tags),
    }
    names = list(next(iter(results.values()))["f1"])
    f1 = [_row(f"{name} ({result['documents']})", result, names, _f1_cell) for name, result in results.items()]
    errors = [_row(name, result, names, _error_cell) for name, result in results.items()]
    header = ["| | " + " | ".join(names) + " |", "|---|" + "--:|" * len(names)]
    examples = [
        f"- {kind}: {line}"
        for kind, lines in results[settings.examples]["mistakes"].items()
        for line in _spread(lines, settings.examples_per_kind)
    ]
    parts = [
        "---\n" + yaml.safe_dump(head, sort_keys=False, allow_unicode=True) + "---",
        f"# {settings.title}",
        settings.intended_use,
        "```python\nfrom ner import Extractor\n\n"
        f'Extractor.from_pretrained("{settings.name}").extract("去年，某市完成22件为民办实事项目。")\n```',
        f"## Training\n\n{settings.training}",
        "## Results\n\nStrict span F1 (seqeval, IOB2; number of articles in brackets), 95 % intervals by bootstrap "
        "over articles:\n\n" + "\n".join([*header, *f1]),
        f"Expected calibration error of the scores (10 bins), at temperature {temperature:g}, fitted on dev:\n\n"
        + "\n".join([*header, *errors]),
        f"## Limits\n\n{settings.limits.strip()}\n\nErrors of this model on {settings.examples}:\n\n"
        + "\n".join(examples),
        f"## Licences\n\n{settings.licences}",
    ]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def write_card(folder: Path, settings: CardSettings, results: Mapping[str, Any], temperature: float) -> None:
    """Write the card and ``results.json``, the figures behind it without the errors' text, to the model's folder."""
    text = card_text(settings, results, temperature)
    figures = {
        name: {key: value for key, value in result.items() if key != "mistakes"} for name, result in results.items()
    }
    (folder / RESULTS).write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    (folder / CARD).write_text(text, encoding="utf-8")


def _row(label: str, result: Mapping[str, Any], names: Sequence[str], cell: Any) -> str:
    return f"| {label} | " + " | ".join(cell(result, name) for name in names) + " |"


def _f1_cell(result: Mapping[str, Any], name: str) -> str:
    low, high = result["interval"][name]
    return f"{result['f1'][name]:.3f} ({low:.2f}-{high:.2f})"


def _error_cell(result: Mapping[str, Any], name: str) -> str:
    return f"{result['calibration'][name]:.3f}"


def _spread(lines: Sequence[str], number: int) -> list[str]:
    """``number`` lines from all over the list, so that no one article gives all examples."""
    if len(lines) <= number:
        return list(lines)
    return [lines[index * len(lines) // number] for index in range(number)]
