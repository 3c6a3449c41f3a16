"""A baseline for tests: amounts, shares and counts by regular expression, places by suffix, no projects.

Not part of the product. It shows what the model has to beat.
"""

from __future__ import annotations

import re

from ner.spans import Span

_DIGITS = r"(?:\d[\d,]*(?:\.\d+)?|[零〇一二两兩三四五六七八九十百千]+)"
_SCALE = r"(?:[多余餘几幾])?(?:[十百千]?[万萬亿億]|[百千])?(?:[多余餘几幾])?"
_NUMBER = rf"{_DIGITS}{_SCALE}(?:{_DIGITS}{_SCALE})?"
_MONEY = re.compile(rf"{_NUMBER}(?:[—-]{_NUMBER})?(?:元|块钱|美元|港元)")
_PERCENT = re.compile(
    rf"{_DIGITS}(?:%|‰|个百分点|個百分點)|百分之{_DIGITS}|{_DIGITS}分之{_DIGITS}|[一二两三四五六七八九]成|\d+(?:\.\d+)?倍"
)
_UNIT = (
    "人次|场次|場次|轮次|余次|大类|平方米|立方米|平方公里|公里|千米|千伏|件|个|個|所|家|户|戶|人|名|座|条|條|间|間|场|場|次|例|项|項|种|種|份|"
    "亩|畝|吨|台|辆|套|处|张|类|米|支|册|株|届|批|对|床|栋|部|盏|只|头|根|期|课|盘|艘|艇|孔|片|眼|口|棵|趟|桌|封|本|位|组|村|镇"
)
_COUNT = re.compile(rf"(?<![第\d.]){_NUMBER}(?:{_UNIT})")
_REGION = re.compile(
    r"[\u4e00-\u9fff]{2,3}?(?:省|市|县|縣|自治区|街道|社区|社區|镇|鎮|乡|鄉|村)(?![长長民级級委政场場内內])"
)
_NOT_COUNT = re.compile(r"[一二三四五六七八九]级|一[个件项批张条家座种份场次名位户人]|\d{4}年|\d+个月")
_NOT_REGION = re.compile(r"^(?:全|我|本|该|各|在|和|个|的|为|市|县|所|新)|城市|农村|行政村|乡镇")


def baseline_spans(text: str) -> list[Span]:
    """Non-overlapping spans of a raw or clean text; money and percent win over count."""
    found: list[Span] = []
    for type_, pattern in (("money", _MONEY), ("percent", _PERCENT), ("count", _COUNT), ("region", _REGION)):
        for match in pattern.finditer(text):
            span = Span(match.start(), match.end(), type_)
            if type_ == "count" and _NOT_COUNT.match(match[0]):
                continue
            if type_ == "region" and _NOT_REGION.search(match[0]):
                continue
            if not any(span.overlaps(other) for other in found):
                found.append(span)
    return sorted(found)
