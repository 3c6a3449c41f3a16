"""Training end to end on a tiny model: train, save, load and evaluate must agree, and a kill must cost nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from ner.errors import NerError
from ner.evaluation.evaluation import evaluate
from ner.extractor import Extractor
from ner.model import training
from ner.model.checkpoint import TextSettings
from ner.model.training import TrainerSettings, train
from ner.model.windows import WindowSettings
from ner.spans import AnnotatedDocument

TEXT = TextSettings(window=WindowSettings(size=64, overlap=16))
QUICK = TrainerSettings(
    learning_rate=3e-3, head_learning_rate=1e-2, epochs=12, batch_size=2, patience=0, progress=False, warmup=0.1
)


def test_train_save_load_evaluate_agree(
    tmp_path: Path, encoder_folder: Path, documents: list[AnnotatedDocument]
) -> None:
    result = train(documents, documents, str(encoder_folder), tmp_path, QUICK, TEXT)
    logged = [row["eval_f1"] for row in result.history if "eval_f1" in row]
    loaded = evaluate(Extractor.from_pretrained(str(tmp_path), device="cpu"), documents)
    assert len(logged) == 12
    assert max(logged) > 0.5
    assert loaded.scores.span_f1 == pytest.approx(max(logged))
    assert loaded.scores.micro.f1 == pytest.approx(loaded.scores.span_f1)
    assert {"config.json", "model.safetensors", "ner.json", "tokenizer.json"} <= {p.name for p in tmp_path.iterdir()}
    assert not (tmp_path / training.CHECKPOINTS).exists()
    assert json.loads((tmp_path / "ner.json").read_text())["window"] == {"size": 64, "overlap": 16}


def test_without_choosing_the_last_epoch_is_kept(
    tmp_path: Path, encoder_folder: Path, documents: list[AnnotatedDocument], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training._DevScorer, "__call__", lambda self, prediction: {"f1": -len(seen.append(1) or seen)})
    seen: list[int] = []  # the first epoch counts as the best
    best = train(documents, documents, str(encoder_folder), tmp_path / "best", QUICK, TEXT).checkpoint
    assert len(seen) == QUICK.epochs
    settings = TrainerSettings(**{**vars_of(QUICK), "choose": False, "patience": 3})
    result = train(documents, documents, str(encoder_folder), tmp_path / "last", settings, TEXT)
    assert len(seen) == QUICK.epochs
    assert [row["epoch"] for row in result.history if "loss" in row][-1] == QUICK.epochs
    weights = [checkpoint.model.state_dict()["classifier.weight"] for checkpoint in (best, result.checkpoint)]
    assert not torch.allclose(*weights, atol=1e-3)


def test_resume_after_a_kill_ends_as_if_nothing_had_happened(
    tmp_path: Path, encoder_folder: Path, documents: list[AnnotatedDocument], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = TrainerSettings(**{**vars_of(QUICK), "epochs": 4})
    whole = train(documents, documents, str(encoder_folder), tmp_path / "whole", settings, TEXT)

    class Killed(BaseException):
        pass

    saved: list[int] = []

    class Dying(training._OrderedTrainer):
        def _save_checkpoint(self, *args: object, **kwargs: object) -> None:
            super()._save_checkpoint(*args, **kwargs)
            saved.append(self.state.global_step)
            if len(saved) == 2:
                raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(training, "_OrderedTrainer", Dying)
        with pytest.raises(Killed):
            train(documents, documents, str(encoder_folder), tmp_path / "cut", settings, TEXT)
    assert not (tmp_path / "cut" / "model.safetensors").exists()
    resumed = TrainerSettings(**{**vars_of(settings), "resume": True})
    result = train(documents, documents, str(encoder_folder), tmp_path / "cut", resumed, TEXT)
    for name, weight in whole.checkpoint.model.state_dict().items():
        assert torch.allclose(weight, result.checkpoint.model.state_dict()[name], atol=1e-6), name
    assert [row["eval_f1"] for row in result.history if "eval_f1" in row] == [
        row["eval_f1"] for row in whole.history if "eval_f1" in row
    ]


def test_resume_of_a_finished_run_is_refused(model_folder: Path) -> None:
    with pytest.raises(NerError, match="finished run"):
        train([], [], "none", model_folder, TrainerSettings(resume=True), TEXT)


def test_half_weights_are_half_the_size_and_tag_alike(
    tmp_path: Path, encoder_folder: Path, documents: list[AnnotatedDocument]
) -> None:
    settings = TrainerSettings(**{**vars_of(QUICK), "half_weights": True})
    train(documents, documents, str(encoder_folder), tmp_path / "half", settings, TEXT)
    train(documents, documents, str(encoder_folder), tmp_path / "full", QUICK, TEXT)
    half, full = (tmp_path / name / "model.safetensors" for name in ("half", "full"))
    assert half.stat().st_size < 0.6 * full.stat().st_size
    scores = [evaluate(Extractor.from_pretrained(str(p.parent)), documents).scores.span_f1 for p in (half, full)]
    assert scores[0] == pytest.approx(scores[1], abs=0.05)


def vars_of(settings: TrainerSettings) -> dict[str, object]:
    return {name: getattr(settings, name) for name in settings.__slots__}
