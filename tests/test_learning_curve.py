from __future__ import annotations

from pathlib import Path

import pytest

from ner import learning_curve as module
from ner.learning_curve import CurveSettings, curve_text, learning_curve
from ner.model.checkpoint import TextSettings
from ner.model.training import TrainerSettings
from ner.model.windows import WindowSettings
from ner.spans import AnnotatedDocument

TEXT = TextSettings(window=WindowSettings(size=64, overlap=16))
TRAINER = TrainerSettings(learning_rate=3e-3, batch_size=2, patience=0, progress=False)


def test_curve_is_resumed_and_told(
    tmp_path: Path, encoder_folder: Path, documents: list[AnnotatedDocument], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = CurveSettings(sizes=(1, 2), epochs=(2, 1), seeds=(1, 2))
    sets = {"dev": documents[:1], "other": documents[1:]}
    results = learning_curve(documents, sets, str(encoder_folder), tmp_path, settings, TRAINER, TEXT)
    assert [(r["seed"], r["size"], r["epochs"]) for r in results] == [(1, 1, 2), (1, 2, 1), (2, 1, 2), (2, 2, 1)]
    assert set(results[0]["other"]) == {"micro", "region", "project", "count", "money", "percent"}
    text = curve_text(results)
    assert "1 x2" in text
    assert "±" in text
    lines = (tmp_path / "curve.jsonl").read_text().splitlines(keepends=True)
    (tmp_path / "curve.jsonl").write_text("".join(lines[:3]))
    calls: list[int] = []
    train = module.train
    monkeypatch.setattr(module, "train", lambda *args, **named: calls.append(1) or train(*args, **named))
    assert learning_curve(documents, sets, str(encoder_folder), tmp_path, settings, TRAINER, TEXT) == results
    assert calls == [1]


def test_sizes_and_epochs_belong_together() -> None:
    with pytest.raises(ValueError, match="one length"):
        CurveSettings(sizes=(1, 2), epochs=(3,))
