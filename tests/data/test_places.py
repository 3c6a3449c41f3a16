from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.data.noise import NoiseSettings, noisy_copies
from ner.data.places import exchange_places, gazetteer
from ner.formats.inline import parse_inline
from ner.spans import AnnotatedDocument

PLACES = {"县": ["甲乙", "丙丁戊"], "镇": ["子丑"], "村": ["寅卯"], "市": ["辰巳午"], "区": ["未申"]}
MARKUP = (
    "{region:松溪县}的事，松溪晚报这样写：{region:福建省}{region:松溪}在{region:松溪县青禾镇柳村}建了{project:松溪县中心小学}，"
    "青禾镇的青禾长得好。{region:江南新城片区}、{region:高新区}和{region:单县}不变，{count:12件}{project:民生实事}照旧。\n"
)


def document(markup: str = MARKUP) -> AnnotatedDocument:
    return AnnotatedDocument("d", *parse_inline(markup))


def moved(markup: str = MARKUP, seed: int = 1) -> AnnotatedDocument:
    return exchange_places(document(markup), PLACES, random.Random(seed))


def test_a_place_gets_one_new_name_of_its_level_throughout() -> None:
    found = moved()
    surfaces = [found.surface(span) for span in found.spans]
    new = surfaces[0].removesuffix("县")
    assert new in PLACES["县"]
    assert surfaces == [
        *(f"{new}县", "福建省", new, f"{new}县子丑镇柳村", f"{new}县中心小学"),
        *("江南新城片区", "高新区", "单县", "12件", "民生实事"),
    ]
    assert f"{new}晚报" in found.text
    assert "子丑镇的青禾长得好" in found.text


def test_a_county_without_suffix_is_known_by_the_gazetteer() -> None:
    markup = "{region:甲乙}今年修路。{region:乌有}也修。\n"
    found = exchange_places(document(markup), {"县": ["甲乙", "丙丁戊"]}, random.Random(3))
    assert found.text in ("甲乙今年修路。乌有也修。\n", "丙丁戊今年修路。乌有也修。\n")
    assert {moved(markup, seed).text[:2] for seed in range(20)} == {"甲乙", "丙丁"}


def test_a_name_cut_by_a_span_stays() -> None:
    found = moved("{region:松溪县}人说松{project:溪源步道}好。\n")
    assert "松溪源步道" in found.text


@given(st.integers(0, 10_000))
def test_every_span_is_kept_with_its_type_and_only_places_change(seed: int) -> None:
    source, found = document(), moved(seed=seed)
    assert [span.type for span in source.spans] == [span.type for span in found.spans]
    for before, after in zip(source.spans, found.spans, strict=True):
        if before.type in ("count", "money", "percent"):
            assert source.surface(before) == found.surface(after)
    assert all(0 <= a.start < a.end <= b.start for a, b in zip(found.spans, found.spans[1:], strict=False))


def test_the_gazetteer_has_thousands_of_names_and_no_zones() -> None:
    places = gazetteer()
    assert len(places["县"]) > 1000
    assert len(places["镇"]) > 5000
    assert "平江" in places["县"]
    assert all(len(stem) > 1 and "族" not in stem for stems in places.values() for stem in stems)


@pytest.mark.parametrize(("share", "expected"), [(0.0, 0), (1.0, 20)])
def test_copies_move_at_the_chance_that_is_set(share: float, expected: int) -> None:
    quiet = dict.fromkeys(("glosses", "traditional", "half_width", "full_width_digits", "entities"), 0.0)
    quiet |= dict.fromkeys(("spaced_numbers", "indents", "chrome"), 0.0)
    source = [AnnotatedDocument(f"d{n}", *parse_inline("{region:松溪县}修路。\n")) for n in range(20)]
    copies = noisy_copies(source, NoiseSettings(copies=1, places=share, **quiet))
    assert sum(copy.text != source[0].text for copy in copies) == expected
    assert (len({copy.text for copy in copies}) > 10) == bool(share)
