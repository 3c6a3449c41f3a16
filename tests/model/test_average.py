"""The mean of models."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
from conftest import Script
from safetensors.torch import load_file, save_file

from ner.errors import NerError
from ner.extractor import Extractor
from ner.model.average import average
from ner.model.checkpoint import load_checkpoint


@pytest.fixture
def models(model_folder: Path, tmp_path: Path) -> list[str]:
    """Two models, the second with every weight one higher."""
    other = tmp_path / "other"
    shutil.copytree(model_folder, other)
    weights = load_file(other / "model.safetensors")
    save_file(
        {key: value + 1 for key, value in weights.items()}, other / "model.safetensors", metadata={"format": "pt"}
    )
    return [str(model_folder), str(other)]


def set_in(folder: str, **values: object) -> None:
    path = Path(folder) / "ner.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def test_weights_and_transitions_are_averaged(models: list[str]) -> None:
    size = 11
    set_in(models[1], transitions=[[2.0] * size] * size)
    with pytest.raises(NerError, match="uses of transitions differ"):
        average(models)
    copy = Path(models[1]).with_name("first")
    shutil.copytree(models[0], copy)
    set_in(str(copy), transitions=[[0.0] * size] * size)
    names = [str(copy), models[1]]
    start = load_file(copy / "model.safetensors")
    for weights, share in ((None, 0.5), ([3, 1], 0.25), ([0, 1], 1.0)):
        mean = average(names, weights)
        assert mean.settings.transitions == ((2 * share,) * size,) * size
        for key, value in mean.model.state_dict().items():
            assert torch.allclose(value, start[key].float() + share, atol=1e-5), key


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"recurrence": 1.5}, "recurrence weights differ"),
        ({"penalties": {"region": 1.0}}, "penalties differ"),
        ({"window": {"size": 30, "overlap": 3}}, "window settings differ"),
    ],
)
def test_models_that_read_texts_differently_are_refused(
    models: list[str], values: dict[str, object], reason: str
) -> None:
    set_in(models[1], **values)
    with pytest.raises(NerError, match=f"other: cannot be averaged with .*{reason}"):
        average(models)


def test_penalties_of_the_mean(script: Script, models: list[str], tmp_path: Path, collection: list[str]) -> None:
    arguments = [models[0], models[0], *collection, "calibrate=false"]
    assert script("average", *arguments, "+decoding.penalties={region:1.5}", "output.dir=a").code == 0
    assert json.loads((tmp_path / "a" / "ner.json").read_text())["penalties"] == {"region": 1.5}
    assert Extractor.from_pretrained(str(tmp_path / "a")).tagger.decoder.penalties == {"region": 1.5}
    outcome = script("average", *arguments, "+decoding.penalties={place:1}", "output.dir=b")
    assert outcome.code == 2
    assert "penalties: place: the model finds region" in outcome.err


def test_models_of_another_shape_and_wrong_weights_are_refused(models: list[str]) -> None:
    config = Path(models[1]) / "config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | {"num_hidden_layers": 1}))
    with pytest.raises(NerError, match="shapes of weights differ"):
        average(models)
    for weights in ([1], [1, -1], [0, 0]):
        with pytest.raises(NerError, match="one weight of 0 or more for each"):
            average(models, weights)


def test_the_script_saves_a_model_that_evaluates_alike(
    script: Script, models: list[str], tmp_path: Path, collection: list[str]
) -> None:
    outcome = script("average", models[0], models[0], *collection, f"output.dir={tmp_path}/mean", "half_weights=false")
    assert outcome.code == 0, outcome.err
    mean = load_file(tmp_path / "mean" / "model.safetensors")
    assert all(torch.allclose(mean[key], value) for key, value in load_file(f"{models[0]}/model.safetensors").items())
    trained = json.loads((tmp_path / "mean" / "dev.json").read_text())["scores"]
    outcome = script("evaluate", f"model.path={tmp_path}/mean", *collection, f"output.dir={tmp_path}/scores")
    assert json.loads((tmp_path / "scores" / "scores.json").read_text())["scores"] == trained
    assert (tmp_path / "mean" / "versions.json").exists()


def test_a_save_in_shards_takes_the_place_of_a_whole_one_and_the_other_way_round(
    script: Script, models: list[str], tmp_path: Path, collection: list[str]
) -> None:
    folder = tmp_path / "mean"
    keys = {model: load_file(f"{model}/model.safetensors") for model in models}
    for model, size in ((models[0], "50GB"), (models[1], "20KB"), (models[0], "30KB"), (models[1], "50GB")):
        outcome = script(
            "average", model, *collection, f"output.dir={folder}", f"shard_size={size}", "half_weights=false",
            "calibrate=false",
        )  # fmt: skip
        assert outcome.code == 0, outcome.err
        state = load_checkpoint(str(folder)).model.state_dict()
        assert all(torch.equal(state[key], value) for key, value in keys[model].items()), size
        files = sorted(path.name for path in folder.glob("*.safetensors"))
        if size == "50GB":
            assert files == ["model.safetensors"]
            assert not (folder / "model.safetensors.index.json").exists()
        else:
            assert len(files) > 1
            assert files[0].startswith("model-00001-of-")
    assert script("average", models[0], *collection, "output.dir=out", "shard_size=large").code == 2
