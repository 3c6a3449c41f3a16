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
_OVER = "[多余餘]"
_THOUSAND_OF = "瓦米克伏卡帕赫焦"  # 千瓦 is a unit, 千户 is not
_PART = re.compile(rf"({_NUMBER})([{_MORE}])?([十百千]*[{_MORE}]?[万萬亿億]+|百|千(?![{_THOUSAND_OF}]))?([{_MORE}])?")
#: What no unit holds: a number that begins in one was read by half (1千5百万元, 1米86, 1个亿).
_HALF_READ = re.compile(
    rf"[{''.join(_DIGITS)}{''.join(_SMALL)}{''.join(_LARGE)}\d]".replace("两", "").replace("兩", "")
)
_RANGE = re.compile(r"\s*(?:——|[—\-－–−~～至到])\s*")
#: What stands between the ends of a range: 3—5万, 3%—5%, 100户至200户.
_BETWEEN = re.compile(rf"([^\W\d_]{{1,3}}?|[%％‰])??{_RANGE.pattern}")
_SHORT_UNITS = {None, "%", "％", "‰", "元", "个", "成"}
_HUNDREDS = re.compile(rf"[{''.join(_DIGITS)}]([{''.join(_SMALL)}])")
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
        parts = [Decimal(0) if part is None else _whole(part) for part in change.groups()]
        if None in parts:
            return None
        yuan, jiao, fen, rest = (part or Decimal(0) for part in parts)
        total = yuan + jiao / 10 + fen / 100 + rest / (10 if change[2] is None else 100)
        return Value(total, total, "元")
    prefix = _CURRENCY.match(text)
    found = _quantity(text[prefix.end() :] if prefix else text)
    if found is None:
        return None
    value, unit = found
    if unit in _YUAN or (not unit and prefix):
        unit = "元"
    if _is_half_read(unit):
        return None
    if prefix and (named := _SYMBOLS.get(prefix[0].strip().upper(), "")):
        unit = named
    return Value(value.low, value.high, unit, value.or_more) if unit else None


def _count(text: str) -> Value | None:
    found = _quantity(text)
    if found is None or _is_half_read(found[1]):
        return None
    value, unit = found
    half = Decimal("0.5") if unit.endswith("半") else Decimal(0)
    or_more = value.or_more or bool(re.search(f"{_OVER}$", unit))
    return Value(value.low + half, value.high + half, re.sub(f"(?:半|{_OVER})$", "", unit), or_more)


def _percent(text: str) -> Value | None:
    if fraction := _FRACTION.match(text):
        if (apart := _RANGE.search(fraction[2])) and "分之" in fraction[2][apart.end() :]:
            low, high = _percent(text[: fraction.start(2) + apart.start()]), _percent(fraction[2][apart.end() :])
            return Value(low.low, high.high, "%") if low and high and low.low <= high.high else None
        of = fraction[1]
        whole, part = _number(of if of[0] not in {**_SMALL, **_LARGE} else "一" + of, 0), _quantity(fraction[2])
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
    unit = re.sub(f"(?<=.){_OVER}$", "", found[1]) if found else ""
    factor, name = _SHARES.get(unit, ("", ""))
    if found is None or not name:
        return None
    value = found[0]
    or_more = value.or_more or unit != found[1]
    return Value(value.low * Decimal(factor), value.high * Decimal(factor), name, or_more)


def _quantity(text: str) -> tuple[Value, str] | None:
    """A number or a range of two at the head of a text, and the rest of it."""
    first = _number(text, 0)
    if first is None:
        return None
    low, end, magnitude, or_more = first
    between = _BETWEEN.match(text, end)
    second = _number(text, between.end()) if between else None
    if between is None or second is None or not (between[1] in _SHORT_UNITS or text.startswith(between[1], second[1])):
        return Value(low, low, "", or_more), text[end:]
    if low < 10 and (hundreds := _HUNDREDS.fullmatch(text, between.end(), second[1])) and text[:end] in _DIGITS:
        low *= _SMALL[hundreds[1]]  # 三至五百
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
        if coefficient is None or (last and (magnitude >= last or match[1][0] in _SMALL)):  # 10万千瓦
            break
        total, end, last = total + coefficient * magnitude, match.end(), magnitude
        or_more = or_more or bool(match[2] or match[4] or re.search(f"[{_MORE}]", match[3] or ""))
        if magnitude < 100 or or_more:
            break
    return (total, end, last, or_more) if last else None


def _magnitude(words: str) -> int:
    product = 1
    for char in words:
        product *= _SMALL.get(char) or _LARGE.get(char, 1)
    return product


def _whole(number: str) -> Decimal | None:
    """A number without 万 and 亿, in figures or numerals: 1,200.5, 二十二, 一百零五, 一九．〇四 (digit by digit).

    None for those that only come near one: 三五, 三四十, 一百五.
    """
    if number[0].isdecimal():
        try:
            return Decimal(re.sub(r"[,，]", "", number).replace("．", "."))
        except ArithmeticError:
            return None
    head, _, tail = re.sub("[点點．]", ".", number).partition(".")
    if not any(char in _SMALL for char in head):
        if len(head) == 2 and not tail and not any(char in "零〇○" for char in head):
            return None
        whole = Decimal("".join(str(_DIGITS[char]) for char in head))
    else:
        whole, digit, unit = Decimal(0), None, 1
        for char in head:
            if char in _SMALL:
                unit = _SMALL[char]
                whole += (1 if digit is None else digit) * unit
                digit = None
            elif digit is not None:
                return None
            else:
                digit = _DIGITS[char] or None
                unit = unit if digit else 1
        if digit and unit > 10:
            return None
        whole += digit or 0
    return whole + Decimal("0." + "".join(str(_DIGITS[char]) for char in tail)) if tail else whole


def _is_half_read(unit: str) -> bool:
    return bool(_HALF_READ.search(re.sub(rf"千(?=[{_THOUSAND_OF}])|(?<=m)[23]$", "", unit)))


def _digit(char: str) -> int:
    return int(char) if char.isdecimal() else _DIGITS[char]
