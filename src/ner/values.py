"""Values: what an amount, share or count says as a number, read from its cleaned text by exact rules.

A value is what the words state and no more: ``近5万户`` was labelled ``5万户`` and is 50,000; ``5万余户`` is 50,000 and
open upwards; ``3000—5000元`` has two ends. What the rules cannot read (``数十家``) has no value rather than a guess.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

_DIGITS = {
    char: value
    for value, forms in enumerate(
        ["零〇○", "一壹", "二两贰兩貳", "三叁參", "四肆", "五伍", "六陆陸", "七柒", "八捌", "九玖"]
    )
    for char in forms
}
_SMALL = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_LARGE = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_NUMERALS = "".join((*_DIGITS, *_SMALL))
_NUMBER = rf"(?:\d[\d,，]*(?:[.．]\d+)?|[{_NUMERALS}]+(?:[点點．.][{''.join(_DIGITS)}]+)?)"
_MORE = "多余餘几幾来來"
_PART = re.compile(rf"({_NUMBER})([{_MORE}])?([十百千]*[万萬亿億]+|[百千](?=[万萬亿億{_MORE}元块塊\W]|$))?([{_MORE}])?")
_RANGE = re.compile(r"\s*(?:——|[—\-－–−~～至到])\s*")
_CURRENCY = re.compile(r"^(?:人民币|人民幣|RMB|CNY|￥|¥|港币|港幣|美元|欧元|US\$|\$)\s*", re.IGNORECASE)
_YUAN = {"元", "块", "塊", "块钱", "塊錢", "元人民币", "元人民幣", "元钱", "元錢", "圆", "元整"}
#: 1块2, 3元5角, 8毛, 6分钱: each with its number of 分.
_CHANGE = re.compile(
    rf"^(?:({_NUMBER})[元块塊])?(?:({_NUMBER})[角毛])?(?:({_NUMBER})分)?"
    rf"(?:(?<=[元块塊角毛])([{''.join(_DIGITS)}\d]))?[钱錢]?$"
)
_SYMBOLS = {"US$": "美元", "$": "美元", "美元": "美元", "欧元": "欧元", "港币": "港元", "港幣": "港元"}
_FRACTION = re.compile(r"^(.+?)分之(.+)$")
_TENTHS = re.compile(rf"^([{''.join(_DIGITS)}\d])成(?:([{''.join(_DIGITS)}\d半])|[多余餘])?$")
_SHARES = {
    **dict.fromkeys(("%", "％"), ("1", "%")),
    **dict.fromkeys(("个百分点", "個百分點", "百分点", "百分點"), ("1", "百分点")),
    "‰": ("0.1", "%"),
    "成": ("10", "%"),
    "倍": ("1", "倍"),
}
_RATIO = re.compile(r"^\d+(?:\.\d+)?(?:\s*[:：∶比]\s*\d+(?:\.\d+)?)+$")


@dataclass(frozen=True, slots=True)
class Value:
    """A number or a range with its unit.

    ``low`` and ``high`` are equal but for ranges. ``unit`` is the currency (``元``, ``美元`` …), the classifier or unit
    of a count (empty for a bare number), or for shares ``%``, ``百分点`` or ``倍``.
    ``or_more`` says 多 or 余.
    """

    low: Decimal
    high: Decimal
    unit: str
    or_more: bool = False

    def as_text(self) -> str:
        """Written for tables: ``50000+ 户``, ``3000-5000 元``."""
        low, high = (f"{end.normalize():f}" for end in (self.low, self.high))
        ends = low if low == high else f"{low}-{high}"
        return f"{ends}{'+' if self.or_more else ''} {self.unit}".strip()


def read_value(type_: str, clean: str) -> Value | None:
    """The value of an entity's cleaned text, or None for types without one and words that the rules cannot read."""
    text = re.sub(r"\s", "", clean)
    if type_ == "money":
        return _money(text)
    if type_ == "percent":
        return _percent(text)
    return _count(text) if type_ == "count" else None


def _money(text: str) -> Value | None:
    if (change := _CHANGE.match(text)) and re.search(r"[角毛分]|\w[元块塊]\w", text):
        yuan, jiao, fen, rest = (Decimal(0) if part is None else _whole(part) or Decimal(0) for part in change.groups())
        total = yuan + jiao / 10 + fen / 100 + rest / (10 if change[2] is None else 100)
        return Value(total, total, "元")
    prefix = _CURRENCY.match(text)
    found = _quantity(text[prefix.end() :] if prefix else text)
    if found is None:
        return None
    value, unit = found
    if unit in _YUAN or (not unit and prefix):
        unit = "元"
    if prefix and (named := _SYMBOLS.get(prefix[0].strip().upper(), "")):
        unit = named
    return Value(value.low, value.high, unit, value.or_more) if unit else None


def _count(text: str) -> Value | None:
    found = _quantity(text)
    if found is None or re.search(rf"[{''.join(_DIGITS)}\d]", found[1]):  # 1米86: half read is not read
        return None
    value, unit = found
    half = Decimal("0.5") if unit.endswith("半") else Decimal(0)
    or_more = value.or_more or unit.endswith(("多", "余", "餘"))
    return Value(value.low + half, value.high + half, re.sub("[半多余餘]$", "", unit), or_more)


def _percent(text: str) -> Value | None:
    if fraction := _FRACTION.match(text):
        whole, part = _number(fraction[1], 0), _quantity(fraction[2])
        if whole is None or not whole[0] or part is None or part[1]:
            return None
        return Value(100 * part[0].low / whole[0], 100 * part[0].high / whole[0], "%", part[0].or_more)
    if text in ("一半", "半数", "半數"):
        return Value(Decimal(50), Decimal(50), "%")
    if tenths := _TENTHS.match(text):
        second = 5 if tenths[2] == "半" else _digit(tenths[2]) if tenths[2] else 0
        share = Decimal(10 * _digit(tenths[1]) + second)
        return Value(share, share, "%", text[-1] in "多余餘")
    if _RATIO.match(text):
        ends = [Decimal(part) for part in re.split(r"[:：∶比]", text)]
        return Value(ends[0] / ends[1], ends[0] / ends[1], "倍") if len(ends) == 2 and ends[1] else None
    found = _quantity(text)
    factor, name = _SHARES.get(found[1], ("", "")) if found else ("", "")
    if found is None or not name:
        return None
    value = found[0]
    return Value(value.low * Decimal(factor), value.high * Decimal(factor), name, value.or_more)


def _quantity(text: str) -> tuple[Value, str] | None:
    """A number or a range of two at the head of a text, and the rest of it."""
    first = _number(text, 0)
    if first is None:
        return None
    low, end, magnitude, or_more = first
    between = _RANGE.match(text, end) or re.match(r"(?:%|％|‰|元|个|成)\s*(?:——|[—\-－–~～至到])", text[end:])
    start = 0 if between is None else between.end() if between.re is _RANGE else end + between.end()
    second = _number(text, start) if between else None
    if second is None:
        return Value(low, low, "", or_more), text[end:]
    high, end, high_magnitude, or_more = second
    if magnitude == 1 < high_magnitude and low < high / high_magnitude:  # 3—5万: the first has the unit of the second
        low *= high_magnitude
    return (Value(low, high, "", or_more), text[end:]) if low <= high else None


def _number(text: str, start: int) -> tuple[Decimal, int, int, bool] | None:
    """A number that begins at ``start``: its value, its end, its last magnitude (万 …), and whether 多 or 余 stands in.

    Parts add up as long as their magnitudes fall: 1亿2000万.
    """
    total, end, last, or_more = Decimal(0), start, 0, False
    while match := _PART.match(text, end + (last > 0 and text.startswith("零", end))):
        coefficient = _whole(match[1])
        magnitude = _magnitude(match[3] or "")
        if coefficient is None or (last and magnitude >= last):
            break
        total, end, last = total + coefficient * magnitude, match.end(), magnitude
        or_more = or_more or bool(match[2] or match[4])
        if magnitude < 10**4 or or_more:
            break
    return (total, end, last, or_more) if last else None


def _magnitude(words: str) -> int:
    product = 1
    for char in words:
        product *= _SMALL.get(char) or _LARGE[char]
    return product


def _whole(number: str) -> Decimal | None:
    """A number without 万 and 亿, in figures or numerals: 1,200.5, 二十二, 一百零五, 一九．〇四 (digit by digit)."""
    if number[0].isdecimal():
        try:
            return Decimal(re.sub(r"[,，]", "", number).replace("．", "."))
        except ArithmeticError:
            return None
    head, _, tail = re.sub("[点點．]", ".", number).partition(".")
    if not any(char in _SMALL for char in head):
        whole = Decimal("".join(str(_DIGITS[char]) for char in head))
    else:
        whole, digit = Decimal(0), None
        for char in head:
            if char in _SMALL:
                whole += (1 if digit is None else digit) * _SMALL[char]
                digit = None
            else:
                digit = _DIGITS[char] or None
        whole += digit or 0
    return whole + Decimal("0." + "".join(str(_DIGITS[char]) for char in tail)) if tail else whole


def _digit(char: str) -> int:
    return int(char) if char.isdecimal() else _DIGITS[char]
