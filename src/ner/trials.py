"""Trials: train on some articles, score, remember. What learning curves and simulations are made of."""

from __future__ import annotations

import hashlib
import json
import shutil
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ner.data.noise import NoiseSettings, noisy_copies
from ner.errors import NerError
from ner.evaluation.evaluation import evaluate
from ner.extractor import Extractor
from ner.model.checkpoint import TextSettings
from ner.model.terms import count_terms
from ner.model.training import TrainerSettings, train
from ner.model.version import model_version
from ner.spans import AnnotatedDocument
from ner.tags import TagSet
from ner.text.cleaner import Cleaner

#: Looks at the trained model and returns what else a result shall hold.
Probe = Callable[[Extractor], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Recipe:
    """All that trials have in common: ``evaluations`` by name, of which the first also chooses the epoch."""

    encoder: str
    evaluations: Mapping[str, Sequence[AnnotatedDocument]]
    trainer: TrainerSettings
    text: TextSettings
    noise: NoiseSettings = field(default_factory=NoiseSettings)
    revision: str | None = None
    tags: TagSet = field(default_factory=TagSet)

    def digest(self) -> str:
        """The same for the same settings and evaluation sets; seed, epochs and how training is shown are left out."""
        trainer = replace(self.trainer, seed=0, epochs=0, progress=False, tensorboard=False, resume=False)
        sets = {name: articles_digest(documents) for name, documents in self.evaluations.items()}
        encoder = model_version(self.encoder) if Path(self.encoder).is_dir() else self.encoder
        return _hash([encoder, self.revision, repr((trainer, self.text, self.noise, self.tags)), sets])


class Trials:
    """Results of trials in a JSON Lines file, so that a second run does only what is missing there.

    A result is its key, the number of articles it trained on as ``size``, a hash of them as ``articles`` and of the
    recipe as ``recipe``, ``"micro"`` and the types' F1 (0 to 1) under the name of each evaluation set,
    ``train_seconds``, ``characters_per_second`` (of evaluation on the first set), and what a probe added.
    """

    def __init__(self, recipe: Recipe, path: Path) -> None:
        self.recipe = recipe
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self.results: list[dict[str, Any]] = []
        if path.exists():
            text = path.read_text(encoding="utf-8", errors="replace")
            whole = text[: text.rfind("\n") + 1]  # what stands after it is a line that a kill cut short
            if whole != text:
                path.write_text(whole, encoding="utf-8")
            for number, line in enumerate(whole.split("\n"), 1):
                try:
                    self.results += [json.loads(line)] if line else []
                except ValueError:
                    raise NerError(f"{path}: line {number}: no JSON; delete that line, and it is done again") from None

    def run(
        self,
        documents: Sequence[AnnotatedDocument],
        seed: int,
        epochs: float,
        key: Mapping[str, Any] | None = None,
        probe: Probe | None = None,
    ) -> dict[str, Any]:
        """The result of training on ``documents`` (and their noisy copies), from the file if it stands there.

        The trained model is deleted once it is scored. Raises NerError if training or loading fails.
        """
        recipe = self.recipe
        result: dict[str, Any] = {"seed": seed, "size": len(documents), "epochs": epochs, **(key or {})}
        result |= {"articles": articles_digest(documents), "recipe": recipe.digest()}
        for known in self.results:
            if known.items() >= result.items():
                return known
        folder = self.path.parent / "run"
        copies = noisy_copies(documents, recipe.noise)
        trainer = replace(recipe.trainer, seed=seed, epochs=epochs)
        chooser = next(iter(recipe.evaluations.values()))
        began = time.perf_counter()
        terms = count_terms(documents, Cleaner(recipe.text.cleaning), trainer.terms)
        text = replace(recipe.text, terms=terms)
        train([*documents, *copies], chooser, recipe.encoder, folder, trainer, text, recipe.tags, recipe.revision)
        result["train_seconds"] = round(time.perf_counter() - began, 1)
        extractor = Extractor.from_pretrained(str(folder))
        for name, gold in recipe.evaluations.items():
            began = time.perf_counter()
            scores = evaluate(extractor, gold).scores
            speed = sum(len(document.text) for document in gold) / (time.perf_counter() - began)
            result.setdefault("characters_per_second", round(speed))
            result[name] = {"micro": scores.micro.f1, **{type_: score.f1 for type_, score in scores.types.items()}}
        if probe is not None:
            result |= probe(extractor)
        self.results.append(result)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(result, ensure_ascii=False) + "\n")
        shutil.rmtree(folder)
        return result

    def names(self) -> list[str]:
        return list(self.recipe.evaluations)


def articles_digest(documents: Sequence[AnnotatedDocument]) -> str:
    """The same for the same texts with the same spans in the same order, so that no result is taken for another's."""
    content = [
        (document.text, [(span.start, span.end, span.type) for span in document.spans]) for document in documents
    ]
    return _hash(content)


def _hash(content: Any) -> str:
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:12]


def score_table(groups: Mapping[str, Sequence[Mapping[str, Any]]], names: Sequence[str]) -> str:
    """F1 of each evaluation set and type, one line a group of results: mean and, from two on, standard deviation."""
    lines: list[str] = []
    for name in names:
        types = list(next(iter(groups.values()))[0][name])
        lines.append(f"{name:22}" + "".join(f"{type_:>16}" for type_ in types))
        for title, results in groups.items():
            cells = [_cell([result[name][type_] for result in results]) for type_ in types]
            lines.append(f"{title:>15} x{len(results):<5}" + "".join(f"{cell:>16}" for cell in cells))
    return "\n".join(lines)


def _cell(values: Sequence[float]) -> str:
    spread = f" ± {statistics.stdev(values):.3f}" if len(values) > 1 else ""
    return f"{statistics.mean(values):.3f}{spread}"
