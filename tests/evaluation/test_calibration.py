from __future__ import annotations

from pathlib import Path

import pytest

from ner.evaluation.calibration import Calibration, Judgement, calibration_error
from ner.extractor import Extractor
from ner.spans import AnnotatedDocument


def judgements(*pairs: tuple[float, bool]) -> list[Judgement]:
    return [Judgement("count", score, correct) for score, correct in pairs]


def test_error_by_hand() -> None:
    assert calibration_error(judgements((1.0, True), (1.0, True))) == 0
    assert calibration_error(judgements((1.0, False))) == 1
    # bin 0.7-0.8: 1.5 expected, 1 right; bin 0.2-0.3: 0.25 expected, 0 right
    found = calibration_error(judgements((0.75, True), (0.75, False), (0.25, False)))
    assert found == pytest.approx((0.5 + 0.25) / 3)
    assert calibration_error([]) == 0


@pytest.fixture(scope="module")
def calibration(model_folder: Path, documents: list[AnnotatedDocument]) -> Calibration:
    extractor = Extractor.from_pretrained(str(model_folder), device="cpu")
    return Calibration(extractor.tagger, extractor.cleaner, documents)


def test_judgements_are_the_extractors_spans(
    calibration: Calibration, model_folder: Path, documents: list[AnnotatedDocument]
) -> None:
    extractor = Extractor.from_pretrained(str(model_folder), device="cpu")
    expected = [
        Judgement(entity.type, entity.score, entity.span in document.spans)
        for document in documents
        for entity in extractor.extract(document.text)
    ]
    assert calibration.judge(1.0) == expected


def test_temperature_changes_scores_not_spans(calibration: Calibration) -> None:
    sharp, flat = calibration.judge(0.5), calibration.judge(4.0)
    assert [j.type for j in sharp] == [j.type for j in flat]
    assert sum(j.score for j in flat) < sum(j.score for j in sharp)


def test_the_fit_makes_a_poor_model_modest(calibration: Calibration) -> None:
    """The random model is nearly always wrong and sure of itself: the highest temperature suits it best."""
    fitted = calibration.fit(grid=(0.5, 1.0, 2.0, 4.0))
    assert fitted == 4.0
    assert calibration_error(calibration.judge(fitted)) < calibration_error(calibration.judge(1.0))
