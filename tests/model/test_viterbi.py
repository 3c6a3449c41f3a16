from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ner.model.viterbi import BioDecoder
from ner.spans import Span
from ner.tags import TagSet

TAGS = TagSet(("a", "b"))
SIZE = len(TAGS.names)


def is_valid(path: tuple[int, ...]) -> bool:
    previous = "O"
    for tag in path:
        name = TAGS.names[tag]
        if name.startswith("I-") and previous not in {f"B-{name[2:]}", name}:
            return False
        previous = name
    return True


def enumerate_paths(logits: np.ndarray, potentials: np.ndarray) -> dict[tuple[int, ...], float]:
    """Every valid tag sequence with its probability, by brute force; ``potentials[before, after]`` weigh steps."""
    exponents = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities = exponents / exponents.sum(axis=1, keepdims=True)
    paths = {}
    for path in product(range(SIZE), repeat=len(logits)):
        if is_valid(path):
            steps = [potentials[before, after] for before, after in pairwise((0, *path))]
            paths[path] = float(np.prod([probabilities[i, tag] for i, tag in enumerate(path)]) * np.exp(sum(steps)))
    total = sum(paths.values())
    return {path: weight / total for path, weight in paths.items()}


@given(st.integers(0, 10_000), st.integers(1, 5), st.booleans(), st.sampled_from([0.5, 1.0, 2.0]))
@settings(max_examples=60)
def test_agrees_with_brute_force(seed: int, length: int, weighted: bool, temperature: float) -> None:
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(length, SIZE), scale=2)
    potentials = rng.normal(size=(SIZE, SIZE)) * weighted
    paths = enumerate_paths(logits / temperature, potentials / temperature)
    best = max(paths, key=lambda path: paths[path])
    transitions = tuple(map(tuple, potentials.tolist())) if weighted else None
    scored = BioDecoder(TAGS, temperature, transitions)(logits)
    assert [item.span for item in scored] == TAGS.decode(best)
    for item in scored:
        marginal = sum(weight for path, weight in paths.items() if item.span in TAGS.decode(path))
        assert item.score == pytest.approx(marginal, rel=1e-6)


def test_inside_without_begin_is_repaired() -> None:
    logits = np.full((3, SIZE), -5.0)
    logits[0, TAGS.names.index("I-a")] = 5
    logits[1, TAGS.names.index("I-a")] = 5
    logits[2, 0] = 5
    (found,) = BioDecoder(TAGS)(logits)
    assert found.span == Span(0, 2, "a")


def test_neighbours_of_one_type_stay_apart() -> None:
    logits = np.full((3, SIZE), -9.0)
    for position in range(3):
        logits[position, TAGS.begin("b")] = 9
    assert [item.span for item in BioDecoder(TAGS)(logits)] == [Span(i, i + 1, "b") for i in range(3)]


def test_extreme_logits_and_empty_text() -> None:
    logits = np.zeros((4, SIZE))
    logits[:, TAGS.inside("a")] = 1e4
    assert all(0 <= item.score <= 1 for item in BioDecoder(TAGS)(logits))
    assert BioDecoder(TAGS)(np.zeros((0, SIZE))) == []


def test_temperature_softens_scores_and_keeps_spans() -> None:
    rng = np.random.default_rng(3)
    logits, potentials = rng.normal(size=(40, SIZE), scale=4), tuple(map(tuple, rng.normal(size=(SIZE, SIZE)).tolist()))
    sharp = BioDecoder(TAGS, transitions=potentials)
    first, second = sharp(logits), sharp.at(3.0)(logits)
    assert [item.span for item in first] == [item.span for item in second]
    assert sum(item.score for item in second) < sum(item.score for item in first)


@given(st.lists(st.integers(0, SIZE - 1), max_size=12))
def test_tags_round_trip(path: list[int]) -> None:
    spans = TAGS.decode(path)
    encoded = TAGS.encode(len(path), spans)
    assert TAGS.decode(encoded) == spans
    if is_valid(tuple(path)):
        assert encoded == path


def test_tag_names_round_trip_and_foreign_names_are_refused() -> None:
    assert TagSet.from_names(TAGS.names) == TAGS
    assert TagSet().names[:3] == ("O", "B-region", "I-region")
    with pytest.raises(ValueError, match="LABEL_0"):
        TagSet.from_names(["LABEL_0", "LABEL_1"])
