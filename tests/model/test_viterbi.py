from __future__ import annotations

from itertools import product

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


def enumerate_paths(logits: np.ndarray) -> dict[tuple[int, ...], float]:
    """Every valid tag sequence with its probability, by brute force."""
    exponents = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities = exponents / exponents.sum(axis=1, keepdims=True)
    paths = {}
    for path in product(range(SIZE), repeat=len(logits)):
        if is_valid(path):
            paths[path] = float(np.prod([probabilities[i, tag] for i, tag in enumerate(path)]))
    total = sum(paths.values())
    return {path: weight / total for path, weight in paths.items()}


@given(st.integers(0, 10_000), st.integers(1, 5))
@settings(max_examples=40)
def test_agrees_with_brute_force(seed: int, length: int) -> None:
    logits = np.random.default_rng(seed).normal(size=(length, SIZE), scale=2)
    paths = enumerate_paths(logits)
    best = max(paths, key=lambda path: paths[path])
    scored = BioDecoder(TAGS)(logits)
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
    logits = np.random.default_rng(3).normal(size=(12, SIZE), scale=4)
    sharp, soft = BioDecoder(TAGS)(logits), BioDecoder(TAGS, temperature=1.01)(logits)
    assert [item.span for item in sharp] == [item.span for item in soft]


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
