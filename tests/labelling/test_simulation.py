"""The simulation of two annotators, one of whom labels the doubtful articles first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from ner import trials
from ner.errors import NerError
from ner.labelling import simulation
from ner.labelling.simulation import SimulationSettings, simulate, simulation_text
from ner.model.checkpoint import TextSettings
from ner.model.training import TrainerSettings
from ner.model.windows import WindowSettings
from ner.spans import AnnotatedDocument
from ner.trials import Recipe

SETTINGS = SimulationSettings(start=1, start_epochs=1, chosen=(1, 2), epochs=(1, 1), seeds=(1, 2))


@pytest.fixture
def pool(documents: list[AnnotatedDocument]) -> list[AnnotatedDocument]:
    """Six articles, each with a text of its own."""
    copies = [(document, f"第{number}页" * number) for number in (1, 2) for document in documents]
    return [AnnotatedDocument(f"{n}", doc.text + tail, doc.spans) for n, (doc, tail) in enumerate(copies)]


@pytest.fixture
def recipe(encoder_folder: Path, documents: list[AnnotatedDocument]) -> Recipe:
    return Recipe(
        encoder=str(encoder_folder),
        evaluations={"dev": documents[:1]},
        trainer=TrainerSettings(learning_rate=3e-3, batch_size=2, patience=0, progress=False),
        text=TextSettings(window=WindowSettings(size=64, overlap=16)),
    )


@pytest.fixture
def trained_on(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The ids of the articles of each training, in order."""
    seen: list[list[str]] = []
    train = trials.train

    def spy(documents: Sequence[AnnotatedDocument], *args: object, **named: object) -> object:
        seen.append([document.id for document in documents])
        return train(documents, *args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(trials, "train", spy)
    return seen


def test_both_start_alike_and_one_takes_the_doubtful_first(
    tmp_path: Path,
    recipe: Recipe,
    pool: list[AnnotatedDocument],
    trained_on: list[list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    doubt = {document.text: int(document.id) for document in pool}
    monkeypatch.setattr(simulation, "uncertainty", lambda text, entities: doubt[text])
    results = simulate(pool, recipe, tmp_path, SETTINGS)
    assert [(r["order"], r["chosen"]) for r in results] == 2 * [
        ("start", 0),
        ("random", 1),
        ("uncertain", 1),
        ("random", 2),
        ("uncertain", 2),
    ]
    for first, random_1, doubtful_1, random_2, doubtful_2 in (trained_on[:5], trained_on[5:]):
        rest = sorted({document.id for document in pool} - set(first), reverse=True)
        assert doubtful_1 == [*first, rest[0]]
        assert doubtful_2 == [*first, *rest[:2]]
        assert random_1[:1] == random_2[:1] == first
        assert random_2[:2] == random_1
        assert set(random_2[1:]) <= set(rest)
    assert trained_on[3] != trained_on[4]
    by_id = {document.id: document for document in pool}
    assert results[4]["spans"] == sum(len(by_id[name].spans) for name in trained_on[4][1:])

    trained_on.clear()
    assert [r["articles"] for r in simulate(pool, recipe, tmp_path, SETTINGS)] == [r["articles"] for r in results]
    assert trained_on == []
    text = simulation_text(results, ["dev"])
    assert "uncertain 2 x2" in text
    assert "labelled on average" in text


def test_another_pool_in_the_same_folder_is_ordered_anew(
    tmp_path: Path, recipe: Recipe, pool: list[AnnotatedDocument]
) -> None:
    small = SimulationSettings(start=1, start_epochs=1, chosen=(1,), epochs=(1,), pool=2, seeds=(1,))
    first = simulate(pool, recipe, tmp_path, small)[0]["uncertain"]
    second = simulate(pool, recipe, tmp_path, replace(small, pool=4))[0]["uncertain"]
    assert (len(first), len(second)) == (2, 4)


def test_too_few_articles_and_crossed_settings_are_refused(
    tmp_path: Path, recipe: Recipe, pool: list[AnnotatedDocument]
) -> None:
    with pytest.raises(NerError, match="3 articles where 20 are needed"):
        simulate(pool[:3], recipe, tmp_path, SimulationSettings(start=0, chosen=(20,), epochs=(1,)))
    with pytest.raises(ValueError, match="one length"):
        SimulationSettings(epochs=(1,))
    with pytest.raises(ValueError, match="fewer than the 80"):
        SimulationSettings(pool=50)
