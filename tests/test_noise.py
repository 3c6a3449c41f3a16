from __future__ import annotations

import random
from dataclasses import fields
from pathlib import Path

import pytest

from ner.data.collection import load_collection
from ner.data.noise import NoiseSettings, make_noisy, noisy_copies
from ner.formats.inline import parse_inline
from ner.formats.label_studio import read_tasks
from ner.spans import AnnotatedDocument
from ner.text.cleaner import Cleaner

ROOT = Path(__file__).resolve().parents[1]
KINDS = [
    field.name for field in fields(NoiseSettings) if field.name not in {"copies", "seed", "gloss_density", "places"}
]
QUIET = dict.fromkeys(KINDS, 0.0)
MARKUP = (
    "{region:松溪县}“{project:长者食堂}”开张\n今年，{region:松溪县}完成{count:17198户}改造，投入{money:5000万元}（含补助），"
    "完成率{percent:96.5%}。“{project:春风行动}”办了{count:12场}，镇上的人都说好。\n{region:青禾镇}的人也说，这件事办得实在。\n"
)


def document() -> AnnotatedDocument:
    return AnnotatedDocument("d", *parse_inline(MARKUP))


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_changes_the_text_and_cleaning_undoes_it(kind: str) -> None:
    source = document()
    noisy = make_noisy(source, NoiseSettings(**{**QUIET, kind: 1.0, "gloss_density": 0.3}), random.Random(1))
    assert noisy.text != source.text
    cleaner = Cleaner()
    expected = [cleaner(source.surface(span)).text for span in source.spans]
    clean = cleaner(noisy.text)
    found = []
    for span in noisy.spans:
        place = clean.aligned.clean_range(span.start, span.end)
        assert place is not None
        assert clean.aligned.raw_range(*place) == (span.start, span.end)
        found.append(clean.text[slice(*place)])
    assert found == expected


def test_gloss_belongs_to_the_span_it_ends() -> None:
    settings = NoiseSettings(**{**QUIET, "glosses": 1.0, "gloss_density": 1.0})
    noisy = make_noisy(document(), settings, random.Random(1))
    assert noisy.surface(noisy.spans[0]) == "松(sōng)溪(xī)縣(xiàn)"


def test_copies_are_seeded() -> None:
    settings = NoiseSettings(copies=2)
    first, second = noisy_copies([document()], settings), noisy_copies([document()], settings)
    assert first == second
    assert [copy.id for copy in first] == ["d~1", "d~2"]
    assert first[0].text != noisy_copies([document()], NoiseSettings(copies=2, seed=8))[0].text
    assert all(len(copy.spans) == len(document().spans) for copy in first)


@pytest.mark.parametrize("split", ["dev", "test"])
def test_committed_noisy_copies_are_those_of_the_split(split: str) -> None:
    folder = ROOT / "annotations"
    collection = load_collection([f"{folder}/*.json"], str(folder / "splits.yaml"))
    reading = read_tasks(folder / "noisy" / f"{split}.json")
    assert reading.refusals == []
    assert reading.documents == noisy_copies(collection.split(split), NoiseSettings(copies=1))
