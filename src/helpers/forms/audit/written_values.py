"""What a row's cells mean beside each other: units that the name states, totals of a frequency, damaged actuals."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache

from helpers.indicators.actuals import parse_actual
from helpers.indicators.lexicon import head_of
from helpers.indicators.model import Actual, Target
from helpers.indicators.normal_text import normal
from helpers.indicators.parse import parse_target
from helpers.indicators.units import BASE, COUNTS

UNIT_IN_NAME = re.compile(r"\((?:单位:?)?([^()0-9]{1,4})\)$")
#: How often a period comes round in a year.
IN_A_YEAR = {"半年": 2, "季度": 4, "月": 12, "周": 52, "日": 365}
#: Shares of which no more than all is possible, whatever was done.
WHOLE = re.compile(
    "(?:满意|合格|准确|正确|及时|知晓|认知|认可|出勤|到课|优良|完好|可用|在线|达标|覆盖|普及|接种|成活|保存|存活|合规|按期|按时|通过|治愈)"
    "(?:率|度|比例)$"
)
#: ≥ read as 2 by a scanner.
SCANNED = re.compile(r"2(?:100|[89][0-9])(?:\.[0-9]+)?%")


@lru_cache(maxsize=16384)
def target_of(text: str | None, name: str | None) -> Target:
    """The target, in the unit that its name states in brackets where the cell has none (里程（公里）: ≥120.6)."""
    found = parse_target(text, name=name)
    stated = UNIT_IN_NAME.search(normal(name or ""))
    if stated is None or found.kind != "number" or found.unit or found.scale != 1 or found.damaged:
        return found
    unit = stated[1]
    if unit not in BASE and unit not in COUNTS and unit.removeprefix("万") not in COUNTS:
        return found
    if unit in ("%", "百分比", "比例") and isinstance(found.value, Fraction) and found.value <= 1:
        return found  # 0.95 or 95: which of them is not said
    again = parse_target(f"{text}{unit}", name=name)
    return replace(again, text=found.text) if again.kind in ("number", "duration") and not again.damaged else found


@lru_cache(maxsize=16384)
def actual_of(text: str | None) -> Actual:
    """The actual by itself."""
    return parse_actual(text)


def in_its_period(target: Target, actual: Actual) -> Actual:
    """A bare count beside a target of so many a month: the same figure is one of a month, twelve times it one of the
    year; anything between may be either, and is asked (note ``period_missing``)."""
    head, _, period = (target.unit or "").partition("/")
    times = IN_A_YEAR.get(period)
    if (
        target.kind != "frequency"
        or not times
        or not isinstance(actual.value, Fraction)
        or not isinstance(target.value, Fraction)
        or actual.unit not in (None, head)
        or actual.value in (target.value, 0)
    ):
        return actual
    if actual.value >= target.value * times:
        return replace(actual, value=actual.value / times, unit=target.unit)
    why = "没有写是每期还是全年的次数"
    return replace(actual, kind="unknown", value=None, unit=None, reason=why, notes=(*actual.notes, "period_missing"))


def damage_of(target: Target, actual: Actual, name: str | None) -> str | None:
    """Why an actual is impossible as it stands; None where it is not."""
    value, head = actual.value, head_of(name or "")
    if not isinstance(value, Fraction) or target.unit != "比例" or re.search("增长|提高|提升|增幅", head):
        return None
    whole = bool(WHOLE.search(head)) or "满意" in head
    text = normal(actual.text)
    if actual.unit == "比例" and value > 1 and (whole or (SCANNED.search(text) and value > 2)):
        return "这类比例不会超过 100%" + ("，开头的 2 可能是扫描误认的 ≥" if SCANNED.search(text) else "")
    single = actual.unit is None and actual.scale == 1 and value.denominator == 1 and 1 < value < 10
    expected = isinstance(target.value, Fraction) and target.value >= Fraction(1, 2)
    if single and expected and (whole or head.endswith("率")):
        return "疑似缺了一位数字或百分号"
    return None
