from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ner.extractor import Extractor


@given(st.text(alphabet="松溪县12件民生实事，。\n  ＡＢ項目(xiàng)&nbsp;😀\r", max_size=120))
@settings(max_examples=40)
def test_entities_are_true_to_any_raw_text(model_folder: object, text: str) -> None:
    extractor = extractor_of(str(model_folder))
    last = 0
    for entity in extractor.extract(text):
        assert entity.text == text[entity.start : entity.end]
        assert entity.start >= last
        assert entity.text.strip()
        assert 0 <= entity.score <= 1
        last = entity.end


_CACHE: dict[str, Extractor] = {}


def extractor_of(folder: str) -> Extractor:
    return _CACHE.setdefault(folder, Extractor.from_pretrained(folder, device="cpu"))


def test_random_model_finds_entities_and_batching_changes_nothing(model_folder: object) -> None:
    text = "松溪县完成12件民生实事，新建8所公办幼儿园。\n" * 12
    one = Extractor.from_pretrained(str(model_folder), device="cpu", batch_size=1).extract(text)
    many = Extractor.from_pretrained(str(model_folder), device="cpu", batch_size=16).extract(text)
    assert len(one) > 5
    assert [entity.span for entity in one] == [entity.span for entity in many]
    assert np.allclose([e.score for e in one], [e.score for e in many], atol=1e-4)


def test_extract_many_streams(model_folder: object) -> None:
    extractor = extractor_of(str(model_folder))
    pulled: list[int] = []

    def texts() -> object:
        for number in range(3):
            pulled.append(number)
            yield "松溪县完成12件民生实事。"

    stream = extractor.extract_many(texts())
    first = next(stream)
    assert pulled == [0]
    assert [first, *stream] == [extractor.extract("松溪县完成12件民生实事。")] * 3


def test_texts_together_give_what_each_gives_alone(model_folder: object) -> None:
    extractor = extractor_of(str(model_folder))
    texts = ["松溪县完成12件民生实事。\n" * 9, "", "项目", "松溪县新建8所公办幼儿园，完成12件民生实事。"]
    together = extractor.analyse_all(texts)
    alone = [extractor.analyse(text) for text in texts]
    assert sum(len(extraction.entities) for extraction in alone) > 5
    for one, other in zip(together, alone, strict=True):
        assert [entity.span for entity in one.entities] == [entity.span for entity in other.entities]
        assert one.removed == other.removed
    assert extractor.analyse_all([]) == []
