"""Fixed terms: counted in articles, preferred when decoding."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from conftest import Script

from ner.errors import NerError
from ner.model.checkpoint import load_checkpoint
from ner.model.decoding import TextDecoder
from ner.model.terms import count_terms, term_gains
from ner.model.training import TrainerSettings
from ner.model.viterbi import BioDecoder
from ner.model.windows import TokenWindow
from ner.settings import build
from ner.spans import AnnotatedDocument, Span
from ner.tags import TagSet
from ner.text.cleaner import Cleaner

TAGS = TagSet()


def article(number: int, text: str, *names: str) -> AnnotatedDocument:
    """An article in which each name is a project where it first stands."""
    starts = [text.index(name) for name in names]
    spans = tuple(Span(start, start + len(name), "project") for start, name in zip(starts, names, strict=True))
    return AnnotatedDocument(f"a{number}", text, tuple(sorted(spans)))


def test_a_term_is_marked_in_enough_articles_and_nearly_wherever_it_stands() -> None:
    articles = [
        article(1, "区里办课后服务，修学校食堂，改造电梯。", "课后服务", "学校食堂", "电梯"),
        article(2, "他说课 后服务好，学校食堂也好。学校食堂的菜，电梯。", "课 后服务", "学校食堂", "电梯"),
        article(3, "課後服務和老旧小区改造。电梯。", "課後服務", "老旧小区改造", "电梯"),
    ]
    assert count_terms(articles, Cleaner(), 3) == ("课后服务",)  # 电梯 is too short, 学校食堂 not marked once
    assert count_terms(articles, Cleaner(), 1) == ("老旧小区改造", "课后服务")
    assert count_terms(articles, Cleaner(), 2) == ("课后服务",)
    assert count_terms(articles, Cleaner(), 4) == count_terms(articles, Cleaner(), 0) == ()


def test_other_types_have_no_terms() -> None:
    text = "松溪县东平镇"
    places = [AnnotatedDocument(f"a{n}", text, (Span(0, 6, "region"),)) for n in range(3)]
    assert count_terms(places, Cleaner(), 3) == ()
    assert not term_gains("课后服务", ("课后服务",), TagSet(("name", "address"))).any()


def test_of_terms_at_one_place_the_longest_gains() -> None:
    gains = term_gains("办课后服务提升。课后服务", ("课后服务", "课后服务提升", "服务提升"), TAGS)
    begin, inside = TAGS.begin("project"), TAGS.inside("project")
    assert list(np.flatnonzero(gains[:, begin])) == [1, 8]
    assert list(np.flatnonzero(gains[:, inside])) == [2, 3, 4, 5, 6, 9, 10, 11]
    assert gains.sum() == 10
    assert not term_gains("课后服务", (), TAGS).any()


@pytest.mark.parametrize(("against", "kept"), [(2.0, True), (20.0, False)])
def test_a_term_stands_unless_the_model_is_sure(against: float, kept: bool) -> None:
    text = "办课后 服务吗"
    windows = [TokenWindow([0] * 6, [0, 1, 2, 4, 5, 6])]  # the blank has no token
    logits = np.zeros((6, len(TAGS.names)))
    logits[:, 0] = against
    decoder = TextDecoder(BioDecoder(TAGS), 4.0, terms=("课后服务",))
    assert [found.span for found in decoder(text, windows, [logits])] == [Span(1, 6, "project")][: int(kept)]
    for without in (TextDecoder(BioDecoder(TAGS), 4.0), TextDecoder(BioDecoder(TAGS), 0.0, terms=("课后服务",))):
        assert not without(text, windows, [logits])


def test_the_number_of_articles_is_checked(script: Script) -> None:
    with pytest.raises(NerError, match="terms must be 0 or more"):
        build(TrainerSettings, {"terms": -1}, "trainer")
    outcome = script("average", "nowhere", "terms=-1", "output.dir=out")
    assert outcome.code == 2
    assert "terms: Input should be greater than or equal to 0" in outcome.err


def test_scripts_count_them_and_a_model_keeps_them(
    script: Script, tmp_path: Path, collection: list[str], model_folder: Path
) -> None:
    small = ["trainer.epochs=1", "trainer.progress=false", "window.size=64", "window.overlap=16"]
    for articles, name in ((1, "with"), (0, "without")):
        outcome = script(
            "train", f"model.path={model_folder}", *collection, *small, f"trainer.terms={articles}",
            f"output.dir={tmp_path}/{name}", "augmentation=places",
        )  # fmt: skip
        assert outcome.code == 0, outcome.err
    terms = load_checkpoint(f"{tmp_path}/with").settings.terms
    assert terms
    assert not load_checkpoint(f"{tmp_path}/without").settings.terms
    both = [f"{tmp_path}/without", f"{tmp_path}/with", *collection]
    for override, expected in (("terms=null", terms), ("terms=1", terms), ("terms=0", ())):
        outcome = script("average", *both, override, f"output.dir={tmp_path}/mean")
        assert outcome.code == 0, outcome.err
        assert tuple(json.loads((tmp_path / "mean" / "ner.json").read_text())["terms"]) == expected
