"""One written number as SQL: signs, currency, 万 and its column's decimal mark, or NULL where it is no number.

Nothing is guessed from the cell: which mark is the decimal one is said by the column (see ``conventions``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from helpers.year.engine import literal, literals
from helpers.year.expressions import SQL_TYPES
from helpers.year.tables import MONEY_FACTORS, Column

Mark = Literal[".", ","]

#: Full-width and typographic signs that figures are written with, and their plain forms.
WIDE = "０１２３４５６７８９：／－．，％（）＋＄￥−–﹣‒﹢’‘＇´｀′"
NARROW = "0123456789:/-.,%()+$¥----+''''''"
assert len(WIDE) == len(NARROW)

#: The home currency, before or after the figure; another one is refused (see ``conventions``).
HOME = "人民币|rmb|cny|yuan|¥"
FOREIGN = (
    r"us\$|hk\$|nt\$|a\$|c\$|s\$|\$|€|£|₩|₽|usd|eur|gbp|jpy|hkd|twd|mop|krw|sgd|aud|cad|chf|rub|inr|thb|myr|nzd|sek|dkk|"
    "nok|美元|美金|欧元|英镑|日元|港币|港元|澳元|加元|韩元|新台币|台币|卢布|瑞士法郎"
)
SCALES = {"百万": 1_000_000, "千万": 10_000_000, "万": 10_000, "亿": 100_000_000, "千": 1_000, "": 1}

#: No more digits before the decimal mark than a figure can hold exactly.
_GROUPS = {".": (",", " ", "'"), ",": (r"\.", " ", "'")}


def written(mark: Mark) -> str:
    """The pattern of an unsigned number whose decimal mark this is, with or without groups of three."""
    decimal = r"\." if mark == "." else ","
    whole = "|".join(rf"[0-9]{{1,3}}(?:{group}[0-9]{{3}}){{1,4}}" for group in _GROUPS[mark])
    tiny = rf"[0-9](?:{decimal}[0-9]+)?e-[0-9]{{1,3}}"
    return rf"(?:(?:[0-9]{{1,15}}|{whole})(?:{decimal}[0-9]*)?|{decimal}[0-9]+|{tiny})"


@dataclass(frozen=True)
class Numbers:
    """How a column writes its numbers: its decimal ``mark``. ``plain``: no cell has more than a sign, digits and a dot;
    ``whole``: nor a dot, and at most fifteen digits. ``percents``: what stands without a sign are percents too.
    ``days``: ``1d`` is 24 hours, not a working day."""

    mark: Mark = "."
    plain: bool = False
    percents: bool = False
    days: bool = False
    whole: bool = False


def half_width(cell: str) -> str:
    """A cell in plain signs; only one with multi-byte characters can hold others."""
    return (
        f"CASE WHEN strlen({cell}) = length({cell}) THEN {cell} "
        f"ELSE translate({cell}, {literal(WIDE)}, {literal(NARROW)}) END"
    )


def narrowed(cell: str) -> str:
    """A cell in plain signs and small letters."""
    return f"lower({half_width(cell)})"


def number(cell: str, declared: Column, numbers: Numbers) -> str:
    """The value of a cell of type number, integer or money: the usual forms first, the others only where they fail."""
    usual = (
        _money(cell, declared.unit or "元") if declared.type == "money" else f"try_cast({cell} AS {_type(declared)})"
    )
    if numbers.whole or (numbers.plain and declared.type != "integer"):
        return usual
    digits = "-?[0-9]{1,18}" if declared.type == "integer" else "-?[0-9]{1,15}"
    plain = digits if numbers.mark == "," or declared.type == "integer" else digits + r"(\.[0-9]+)?"
    slow = f"CASE WHEN {cell} IS NOT NULL THEN {let('t', narrowed(cell), _worded(declared, numbers))} END"
    if numbers.percents:
        return slow
    return f"CASE WHEN regexp_full_match({cell}, {literal(plain)}) THEN {usual} ELSE {slow} END"


def _type(declared: Column) -> str:
    return SQL_TYPES[declared.type]


def let(name: str, value: str, within: str) -> str:
    """``within``, in which ``name`` stands for a value that is worked out once."""
    return f"list_transform([{value}], lambda {name}: {within})[1]"


def _money(text: str, unit: str) -> str:
    """元 and 分 of an amount in a unit; fractions of 分 are rounded once, at the end."""
    if unit == "元":
        return f"try_cast({text} AS {SQL_TYPES['money']})"
    return f"try_cast(try_cast({text} AS DECIMAL(26,10)) * {_factor(unit)} AS {SQL_TYPES['money']})"


def _factor(unit: str) -> str:
    return f"CAST({MONEY_FACTORS[unit]} AS DECIMAL(12,2))"


#: The groups of ``decorated``.
PARTS = ("o", "s1", "s2", "core", "s3", "scale", "unit", "s4", "pct", "c")


def decorated(core: str) -> str:
    """The pattern of a number with its signs, currency and scale."""
    cur, scales = f"(?:{HOME})", "|".join(s for s in SCALES if s)
    return (
        rf"^'?(\()?\s*([+-])?\s*{cur}?\s*([+-])?\s*({core})\s*([+-])?\s*({scales})?\s*(元|圆|块钱?|角|分)?(?:整|正)?"
        rf"\s*{cur}?\s*([+-])?\s*(%)?\s*(\))?$"
    )


def _worded(declared: Column, numbers: Numbers) -> str:
    """The value of the narrowed text ``t``."""
    parts = f"regexp_extract(t, {literal(decorated(written(numbers.mark)))}, [{literals(PARTS)}])"
    return let("p", parts, _valued(declared, numbers))


def _valued(declared: Column, numbers: Numbers) -> str:
    """The value of the parts ``p``; NULL where they contradict each other."""
    signs = "concat(p.o, p.s1, p.s2, p.s3, p.s4)"
    bare = "regexp_replace(p.core, '[, '']', '', 'g')"
    if numbers.mark == ",":
        bare = "replace(regexp_replace(p.core, '[. '']', '', 'g'), ',', '.')"
    signed = f"concat(CASE WHEN {signs} IN ('-', '(') THEN '-' ELSE '' END, {bare})"
    scale = "CASE p.scale " + " ".join(f"WHEN {literal(s)} THEN {n}" for s, n in SCALES.items()) + " END"
    fits = f"p.core <> '' AND length({signs}) <= 1 AND (p.o = '(') = (p.c = ')')"
    if declared.type == "number":
        percent = "true" if numbers.percents else "p.pct = '%'"
        figure = f"try_cast({signed} AS DOUBLE)"
        return f"CASE WHEN {fits} THEN CASE WHEN {percent} THEN {figure} / 100 ELSE {figure} * ({scale}) END END"
    fits += " AND p.pct = ''"
    exact = f"try_cast({signed} AS DECIMAL(26,10))"
    if declared.type == "integer":
        whole = f"{exact} * CAST(({scale}) AS DECIMAL(12,0))"
        return f"CASE WHEN {fits} AND p.unit IN ('', '元') AND ({whole}) % 1 = 0 THEN try_cast({whole} AS BIGINT) END"
    said = (
        f"CASE WHEN p.scale = '' AND p.unit = '' THEN {_factor(declared.unit or '元')} "
        f"WHEN p.scale = '' AND p.unit = '分' THEN CAST(0.01 AS DECIMAL(12,2)) "
        f"WHEN p.scale = '' AND p.unit = '角' THEN CAST(0.1 AS DECIMAL(12,2)) "
        f"WHEN p.unit IN ('角', '分') THEN NULL ELSE CAST(({scale}) AS DECIMAL(12,2)) END"
    )
    return f"CASE WHEN {fits} THEN try_cast({exact} * ({said}) AS {SQL_TYPES['money']}) END"
