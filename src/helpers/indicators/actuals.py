"""Read an actual as real tables write it: a figure, words for zero, or nothing that can be known."""

from __future__ import annotations

import re
from fractions import Fraction

from helpers.indicators.model import Actual
from helpers.indicators.normal_text import normal
from helpers.indicators.parse import parse_target

#: An actual that only says that it was reached: no figure, and no grade either.
REACHED = re.compile(
    r"^(?:均|都|全部|全面|圆满|按期|按时|按计划|如期|已|已经|任务)*(?:完成|达成|达到|实现)(?:了)?(?:年度|年初|预期|预定|既定|全部|各项|绩效|计划)*(?:指标值?|目标值?|任务|要求|标准|效果)*$"
)
#: Nothing that the target asks for took place, or nothing is said: no figure, 0 least of all.
NOT_APPLICABLE = re.compile(
    "(?:均|暂|本年度?|今年)*(?:无|没有|不涉及|未涉及|不适用|无此项|无相关(?:内容|事项|情况)?)[。.]?"
)
ZERO_IN_WORDS = re.compile("(?:均)?(?:未发生|未收到|未出现|零|(?:无|没有|未发生|未收到|未出现|零)(?:投诉|事故|发生))")
#: How much more than the target was done: no actual by itself.
EXCESS = re.compile("^(?:超额?|超出|超过)(?:完成)?(?:任务|目标|计划|指标|预期)+(?:任务|值|量|数)?(?:的|了)?[0-9.]+%$")
REACHES = re.compile(
    r"^(?:实际)?(?:均|都|全部|各项)?(?:已经?)?(?:基本)?(?:完成|达到|达|为|实现|共|约)?(?:达到?|了)?(?=约?-?[0-9])"
)
#: A bound proper; 达 and 为 only introduce the figure.
BOUNDED = re.compile("[≥≤<>=不未超]|以[上下内]|之内|内$|[大小高低多少]于|等于|至[少多]|最[高低多少]|控制")


def parse_actual(text: str | None) -> Actual:
    """The actual that ``text`` states; words for a figure are unknown, never 100 %, and 无 is never 0."""
    written = "" if text is None else str(text)
    plain = normal(written)
    if NOT_APPLICABLE.fullmatch(plain):
        return Actual(text=written, reason="写的是没有或不涉及，没有数值；确实为零的请写 0", notes=("not_applicable",))
    if ZERO_IN_WORDS.fullmatch(plain):
        return Actual(text=written, kind="number", value=Fraction(0), unit=None, notes=("words_for_zero",))
    if REACHED.match(plain):
        return Actual(text=written, reason="只说已经达到，没有写数值", notes=("words_for_reached",))
    if EXCESS.match(plain):
        return Actual(text=written, reason="写的是超出目标的幅度，没有写实际完成的数值", notes=("excess_only",))
    reached = REACHES.sub("", plain)
    found = parse_target("约" + reached if plain.startswith("约") else reached)
    if found.kind in ("unknown", "compound"):
        return Actual(
            text=written,
            kind=found.kind,
            value=None,
            unit=None,
            reason=found.reason or "含有多项数值",
            notes=found.notes,
        )
    figure = found.kind in ("number", "duration", "frequency")
    op = found.op if not figure or BOUNDED.search(plain) else None
    notes = (*found.notes, "operator_copied") if op and figure else found.notes
    if re.search(r"[0-9][余多]", plain):
        notes = (*(n for n in notes if n != "approximate"), "lower_bound")
    return Actual(
        text=written, kind=found.kind, value=found.value, unit=found.unit, op=op, scale=found.scale, notes=notes
    )
