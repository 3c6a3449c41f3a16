from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from conftest import Script

from ner.errors import NerError
from ner.evaluation.evaluation import evaluate
from ner.extractor import Extractor
from ner.formats.label_studio import write_tasks
from ner.model_card import CardSettings, card_text, measure, write_card
from ner.spans import AnnotatedDocument

WORDS = CardSettings("Title", "mit", "Trained so.", "Use it so.", "It fails so.", "All free.", examples="dev")


@pytest.fixture(scope="module")
def extractor(model_folder: Path) -> Extractor:
    return Extractor.from_pretrained(str(model_folder), device="cpu")


def test_a_card_says_what_evaluation_says(
    extractor: Extractor, documents: list[AnnotatedDocument], tmp_path: Path
) -> None:
    gold = [AnnotatedDocument(d.id, d.text, tuple(e.span for e in extractor.extract(d.text))[:-1]) for d in documents]
    results = measure(extractor, {"dev": gold, "other": documents})
    scores = evaluate(extractor, gold).scores
    assert results["dev"]["f1"]["micro"] == scores.micro.f1
    assert 0.5 < scores.micro.f1 < 1
    write_card(tmp_path, WORDS, results, 1.5)
    card = (tmp_path / "README.md").read_text(encoding="utf-8")
    _, head, body = card.split("---\n", 2)
    assert yaml.safe_load(head)["license"] == "mit"
    low, high = results["dev"]["interval"]["micro"]
    assert f"{scores.micro.f1:.3f} ({low:.2f}-{high:.2f}) |" in body
    load = 'from_pretrained("data/classifier")'
    for words in ("# Title", load, "Trained so.", "Use it so.", "It fails so.", "All free.", "| other (3) |", "1.5"):
        assert words in body
    assert f"- spurious: {evaluate(extractor, gold).mistakes[0].as_line()}" in body
    figures = json.loads((tmp_path / "results.json").read_text())
    assert figures["other"]["support"]["micro"] == sum(len(document.spans) for document in documents)
    assert "mistakes" not in figures["dev"]


def test_errors_of_a_set_that_may_not_be_shown_are_not_shown(
    extractor: Extractor, documents: list[AnnotatedDocument]
) -> None:
    secret = [AnnotatedDocument("secret", "机密" * 20 + documents[0].text, ())]
    card = card_text(WORDS, measure(extractor, {"dev": documents, "secret": secret}), 1.0)
    assert "secret (1)" in card
    assert "secret:" not in card
    assert "机密" not in card


def test_examples_must_be_measured(extractor: Extractor, documents: list[AnnotatedDocument]) -> None:
    with pytest.raises(NerError, match=r"card\.examples=dev: not measured \(there are test\)"):
        card_text(WORDS, measure(extractor, {"test": documents}), 1.0)


def test_the_script_writes_the_card_beside_the_weights(
    script: Script, model_folder: Path, documents: list[AnnotatedDocument], tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    for file in model_folder.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    write_tasks(documents, tmp_path / "a.json")
    (tmp_path / "s.yaml").write_text("{dev: [doc-0, doc-1], test: [doc-2]}", encoding="utf-8")
    done = script(
        *("model_card", f"model.path={folder}", "data.collection=[a.json]", "data.splits=s.yaml", "model.device=cpu"),
        *("+also.more=a.json", "card.training=A", "card.limits=B"),
    )
    assert done.code == 0, done.err
    assert "| more (3) |" in (folder / "README.md").read_text(encoding="utf-8")
    bad = script("model_card", f"model.path={folder}", "card.training=A", "card.limits=B", "+also.more=none.json")
    assert (bad.code, bad.err.count("\n")) == (2, 1)
    assert "none.json" in bad.err
