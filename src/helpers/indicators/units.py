"""Units of the field's forms: what they are called and what one is worth in its base unit."""

from __future__ import annotations

import re
from fractions import Fraction

#: Unit → (base unit, factor). Percent, ‰ and 比例 become a fraction, amounts 元, times hours.
BASE: dict[str, tuple[str, Fraction]] = {
    "%": ("比例", Fraction(1, 100)), "百分比": ("比例", Fraction(1, 100)), "‰": ("比例", Fraction(1, 1000)),
    "比例": ("比例", Fraction(1)),
    "元": ("元", Fraction(1)), "千元": ("元", Fraction(1000)), "万元": ("元", Fraction(10**4)), "万": ("", Fraction(10**4)),
    "亿元": ("元", Fraction(10**8)), "亿": ("", Fraction(10**8)), "角": ("元", Fraction(1, 10)),
    "秒": ("小时", Fraction(1, 3600)), "分钟": ("小时", Fraction(1, 60)), "小时": ("小时", Fraction(1)),
    "个小时": ("小时", Fraction(1)), "天": ("小时", Fraction(24)), "日": ("小时", Fraction(24)),
    "工作日": ("工作日", Fraction(1)), "个工作日": ("工作日", Fraction(1)), "工作天": ("工作日", Fraction(1)),
}
DURATIONS = ("小时", "工作日")
#: A measure word before the noun adds nothing: 11个人 = 11人; 个 alone stays.
MEASURE_WORD = re.compile(r"^(?:个|名|位)(?=人|工作日|小时|月|次)")


def to_base(number: Fraction, unit: str) -> tuple[Fraction, str | None]:
    """A number in the base unit of its unit; units without one stay as they are, canonically spelt."""
    unit = MEASURE_WORD.sub("", unit) if unit not in BASE else unit
    head, slash, rest = unit.partition("/")
    if head in BASE:
        base, factor = BASE[head]
        if not base and rest:  # 620万/月: the amount's own unit is not said
            base = ""
        return number * factor, (base + slash + rest) or None
    return number, unit or None
