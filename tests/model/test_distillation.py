"""One model taught what several say on average."""

from __future__ import annotations

import json
import lzma
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from conftest import Outcome, Script
from transformers import BertConfig, BertForTokenClassification, BertTokenizer

from ner.errors import NerError
from ner.extractor import Extractor
from ner.model.average import shares_of
from ner.model.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from ner.model.distillation import DistillationSettings, distill, mean_logits
from ner.spans import AnnotatedDocument
from ner.tags import TagSet

QUICK = DistillationSettings(learning_rate=3e-3, head_learning_rate=1e-2, epochs=30, batch_size=2, progress=False)


@pytest.fixture
def student(tmp_path: Path, model_folder: Path) -> Path:
    """A model like the teacher's with other weights."""
    checkpoint = load_checkpoint(str(model_folder))
    torch.manual_seed(5)
    save_checkpoint(
        replace(checkpoint, model=BertForTokenClassification(checkpoint.model.config)), tmp_path / "student"
    )
    return tmp_path / "student"


def agreement(one: str | Path, two: str | Path, texts: list[str]) -> float:
    """The share of tokens for which two models choose the same tag."""
    found = []
    for name in (one, two):
        extractor = Extractor.from_pretrained(str(name))
        windows = [window for text in texts for window in extractor.tagger.encoder.encode(extractor.cleaner(text).text)]
        found.append(np.concatenate([row.argmax(-1) for row in extractor.tagger.logits(windows)]))
    return float((found[0] == found[1]).mean())


def test_the_student_learns_what_the_teacher_says(
    tmp_path: Path, model_folder: Path, student: Path, documents: list[AnnotatedDocument]
) -> None:
    texts = [document.text for document in documents]
    before = agreement(model_folder, student, texts)
    taught = distill([str(model_folder)], str(student), texts, tmp_path / "out", QUICK)
    assert before < 0.5
    assert agreement(model_folder, tmp_path / "out", texts) > 0.9
    assert not any(path.is_dir() for path in (tmp_path / "out").iterdir())
    saved = load_checkpoint(str(tmp_path / "out"))
    assert saved.settings == taught.settings == load_checkpoint(str(student)).settings


def test_teachers_count_by_their_weights(model_folder: Path, student: Path, documents: list[AnnotatedDocument]) -> None:
    extractor = Extractor.from_pretrained(str(model_folder))
    windows = extractor.tagger.encoder.encode(documents[0].text)
    both = [load_checkpoint(str(name)) for name in (model_folder, student)]
    one, two = (mean_logits([checkpoint], np.ones(1), windows) for checkpoint in both)
    assert not np.allclose(one[0], two[0], atol=1e-2)
    mixed = mean_logits(both, shares_of(["one", "two"], (3, 1)), windows)
    assert np.allclose(mixed[0], 0.75 * one[0] + 0.25 * two[0], atol=1e-5)
    alike = mean_logits(both, shares_of(["one", "two"], None), windows)
    assert np.allclose(alike[0], (one[0] + two[0]) / 2, atol=1e-5)


def test_teachers_of_other_labels_or_tokens_and_no_text_are_refused(
    tmp_path: Path, model_folder: Path, tokenizer: BertTokenizer, tiny_config: BertConfig
) -> None:
    tags = TagSet(("spot",))
    config = BertConfig(**{**tiny_config.to_dict(), "id2label": dict(enumerate(tags.names))})
    model = BertForTokenClassification(config)
    save_checkpoint(Checkpoint(model, tokenizer, tags, load_checkpoint(str(model_folder)).settings), tmp_path / "spot")
    with pytest.raises(NerError, match="spot: cannot teach: it finds spot"):
        distill([str(tmp_path / "spot")], str(model_folder), ["甲县"], tmp_path / "out", QUICK)
    fewer = BertTokenizer(
        vocab={token: n for n, token in enumerate(("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "县"))}
    )
    save_checkpoint(replace(load_checkpoint(str(model_folder)), tokenizer=fewer), tmp_path / "fewer")
    with pytest.raises(NerError, match="fewer: cannot teach: its tokens"):
        distill([str(tmp_path / "fewer")], str(model_folder), ["甲县"], tmp_path / "out", QUICK)
    with pytest.raises(NerError, match="no text to learn from"):
        distill([str(model_folder)], str(model_folder), [], tmp_path / "out", QUICK)
    with pytest.raises(NerError, match="teachers, weights: give at least one model, and one weight"):
        distill([str(model_folder)], str(model_folder), ["甲县"], tmp_path / "out", QUICK, weights=(1, 2))


def test_the_script_reads_texts_and_keeps_those_apart_that_are_scored_on(
    script: Script, tmp_path: Path, model_folder: Path, student: Path, collection: list[str],
    documents: list[AnnotatedDocument],
) -> None:  # fmt: skip
    known = documents[2].text.split("\n")[0]  # of the dev article
    (tmp_path / "raw.txt").write_text("松溪县投入三亿元，惠及老人三百名。", encoding="utf-8")
    (tmp_path / "copied.txt").write_text(known, encoding="utf-8")
    corpus = "青禾镇改造农村旱厕九百座，惠及六十五岁以上老人。"
    (tmp_path / "plain.txt.xz").write_bytes(lzma.compress(f"{corpus}\n{known}\n{corpus}完\n".encode()))
    plain = f"{{files: [{tmp_path}/plain.txt.xz], traditional: 0, half_width: 0, shortest: 5}}"
    outcome: Outcome = script(
        "distill", str(model_folder), f"student={student}", *collection, "output.dir=out", "trainer.epochs=1",
        "trainer.progress=false", "texts.inputs=[raw.txt,copied.txt]", f"texts.corpus={plain}", "texts.characters=60",
        "weights=[2]",
    )  # fmt: skip
    assert outcome.code == 0, outcome.err
    assert "copied.txt: left out: it stands in an article that is kept apart" in outcome.out
    assert f"corpus: a paragraph of {len(known)} characters left out" in outcome.out
    assert "6 texts" in outcome.out
    assert (tmp_path / "out" / "dev.json").exists()
    assert yaml.safe_load((tmp_path / "out" / "config.yaml").read_text())["texts"]["characters"] == 60
    assert json.loads((tmp_path / "out" / "ner.json").read_text())["window"] == {"size": 64, "overlap": 16}
    again = script("distill", "nowhere", f"student={student}", *collection, "output.dir=out")
    assert again.code == 2
    assert "model.path=nowhere" in again.err
    again = script("distill", str(model_folder), f"student={student}", *collection, "output.dir=out", "weights=[1,2]")
    assert again.code == 2
    assert "teachers, weights: give at least one model, and one weight of 0 or more for each" in again.err
    assert yaml.safe_load((tmp_path / "out" / "config.yaml").read_text())["texts"]["characters"] == 60
    (tmp_path / "plain.txt").write_text(known + "\n", encoding="utf-8")
    only_known = f"texts.corpus={{files: [{tmp_path}/plain.txt], shortest: 5}}"
    again = script("distill", str(model_folder), f"student={student}", *collection, "output.dir=out", only_known)
    assert again.code == 2
    assert "every paragraph stands in an article that is kept apart" in again.err
