"""The models that ship: they load offline, are true to the raw text of the seeds, and beat the regex baseline."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from regex_baseline import baseline_spans

from ner.data.collection import load_collection
from ner.evaluation.evaluation import evaluate
from ner.evaluation.scores import score_spans
from ner.extractor import Extractor
from ner.formats.label_studio import read_tasks
from ner.spans import Span

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module", params=["classifier", "classifier_small"])
def extractor(request: pytest.FixtureRequest) -> Extractor:
    return Extractor.from_pretrained(str(ROOT / "data" / request.param), device="cpu")


@pytest.mark.parametrize("path", sorted((ROOT / "seeds").glob("*.txt")), ids=lambda path: path.stem)
def test_seeds_give_entities_true_to_their_text(extractor: Extractor, path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        raw = file.read()
    extraction = extractor.analyse(raw)
    assert len(extraction.entities) > 30
    assert {entity.type for entity in extraction.entities} >= {"region", "project", "count", "money"}
    for entity in extraction.entities:
        assert raw[entity.start : entity.end] == entity.text
        inside = [part for part in extraction.removed if part.start <= entity.start < part.end]
        assert inside == [], entity


def test_glosses_inside_amounts_come_back_raw_and_clean(extractor: Extractor) -> None:
    raw = "泉州市完成41個(gè)為民辦實事項(xiàng)目，總投資(zī)5000萬(wàn)元。"
    found = {entity.type: entity for entity in extractor.extract(raw)}
    assert found["money"].text == "5000萬(wàn)元"
    assert found["money"].clean == "5000万元"
    assert found["count"].text == "41個(gè)"


def test_dev_split(extractor: Extractor) -> None:
    folder = ROOT / "annotations"
    dev = load_collection([f"{folder}/*.json"], str(folder / "splits.yaml")).split("dev")
    assert evaluate(extractor, dev).scores.micro.f1 > 0.85


@pytest.mark.parametrize(
    "path", sorted((ROOT / "annotations").glob("splits-*.yaml")), ids=lambda path: path.stem.removeprefix("splits-")
)
def test_experiments_train_on_nothing_that_measures_them(path: Path) -> None:
    collection = yaml.safe_load((ROOT / "annotations" / "splits.yaml").read_text(encoding="utf-8"))
    rows = (ROOT / "annotations" / "real.standoff").read_text(encoding="utf-8").splitlines()
    numbers = {row["id"]: int(row["id"].rsplit("-", 1)[1]) for row in map(json.loads, rows)}
    held_out = {key for key, number in numbers.items() if number >= 900 and number % 5 == 4}
    splits = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert len(held_out) == 27
    assert set(splits["train"]) <= {*collection["train"], *numbers} - held_out
    assert set(splits["dev"]) == set(collection["dev"])


def test_the_real_captures_beat_the_baseline(extractor: Extractor, shared: Path) -> None:
    gold = read_tasks(shared / "dev-gold" / "dev-gold.json").documents
    predictions = []
    for document in gold:
        clean = extractor.cleaner(document.text).aligned
        spans = baseline_spans(clean.text)
        predictions.append([Span(*clean.raw_range(s.start, s.end), s.type) for s in spans])
    baseline = score_spans(gold, predictions, extractor.tags)
    assert evaluate(extractor, gold).scores.micro.f1 > baseline.micro.f1
