from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ner import trials
from ner.learning_curve import CurveSettings, curve_text, learning_curve
from ner.model.checkpoint import TextSettings
from ner.model.training import TrainerSettings
from ner.model.windows import WindowSettings
from ner.spans import AnnotatedDocument
from ner.trials import Recipe


@pytest.fixture
def recipe(encoder_folder: Path, documents: list[AnnotatedDocument]) -> Recipe:
    return Recipe(
        encoder=str(encoder_folder),
        evaluations={"dev": documents[:1], "other": documents[1:]},
        trainer=TrainerSettings(learning_rate=3e-3, batch_size=2, patience=0, progress=False),
        text=TextSettings(window=WindowSettings(size=64, overlap=16)),
    )


def untimed(results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    clock = {"train_seconds", "characters_per_second"}
    return [{key: value for key, value in result.items() if key not in clock} for result in results]


def test_curve_is_resumed_and_told(
    tmp_path: Path, recipe: Recipe, documents: list[AnnotatedDocument], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = CurveSettings(sizes=(1, 2), epochs=(2, 1), seeds=(1, 2))
    results = learning_curve(documents, recipe, tmp_path, settings)
    assert [(r["seed"], r["size"], r["epochs"]) for r in results] == [(1, 1, 2), (1, 2, 1), (2, 1, 2), (2, 2, 1)]
    assert set(results[0]["other"]) == {"micro", "region", "project", "count", "money", "percent"}
    text = curve_text(results, ["dev", "other"])
    assert "1 articles x2" in text
    assert "±" in text
    lines = (tmp_path / "curve.jsonl").read_text().splitlines(keepends=True)
    (tmp_path / "curve.jsonl").write_text("".join(lines[:3]) + lines[3][:40])  # a kill cut the last one short
    calls: list[int] = []
    train = trials.train
    monkeypatch.setattr(trials, "train", lambda *args, **named: calls.append(1) or train(*args, **named))
    assert untimed(learning_curve(documents, recipe, tmp_path, settings)) == untimed(results)
    assert calls == [1]
    changed = [AnnotatedDocument(d.id, d.text, d.spans[:-1]) for d in documents]
    learning_curve(changed, recipe, tmp_path, settings)
    assert len(calls) == 5  # no result of the articles as they were is taken for one of these
    shown = replace(recipe, trainer=replace(recipe.trainer, progress=True))
    assert untimed(learning_curve(documents, shown, tmp_path, settings)) == untimed(results)
    assert len(calls) == 5
    learning_curve(documents, replace(recipe, trainer=replace(recipe.trainer, recurrence=0)), tmp_path, settings)
    assert len(calls) == 9  # nor one of other settings


def test_sizes_and_epochs_belong_together() -> None:
    with pytest.raises(ValueError, match="one length"):
        CurveSettings(sizes=(1, 2), epochs=(3,))
