"""Write a target as a form would print it, so that reading it gives the same target again."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from helpers.indicators.model import Target

SIGNS = {"<": "<", "<=": "≤", "=": "=", ">": ">", ">=": "≥", None: ""}
#: How an amount in a base unit may be written: the first that is a finite decimal is taken.
WRITTEN: dict[str, tuple[tuple[str, Fraction], ...]] = {
    "比例": (("%", Fraction(100)),),
    "月": (("个月", Fraction(1)),),
    "小时": (("小时", Fraction(1)), ("分钟", Fraction(60)), ("秒", Fraction(3600))),
}


def format_target(target: Target) -> str:
    """The target in one canonical notation; for kinds without a figure the text itself.

    ``parse_target(format_target(t))`` has the kind, operator, value and unit of ``t``. Raises
    ``ValueError`` for a value that no finite decimal writes exactly.
    """
    sign = SIGNS[target.op]
    if target.kind in ("number", "duration") and isinstance(target.value, Fraction):
        change = next((word for note, word in (("increase", "增长"), ("decrease", "下降")) if note in target.notes), "")
        about = "约" if "approximate" in target.notes else ""
        return f"{change}{sign}{about}{_amount(target.value, target.unit)}"
    if target.kind == "frequency" and isinstance(target.value, Fraction):
        return f"{sign}{_plain(target.value)}{target.unit}"
    if target.kind == "band":
        low, high = target.ends
        if low == -high:
            return f"±{_amount(high, target.unit)}"
        return f"{_amount(low, target.unit)}~{_amount(high, target.unit)}"
    if target.kind == "date":
        return _date(str(target.value), target.op is not None)
    if target.kind == "period":
        return "-".join(_moment(str(end)) for end in target.value)  # type: ignore[union-attr]
    if target.kind == "compound":
        return "、".join(format_target(part) for part in target.parts)
    return target.text


def _amount(value: Fraction, unit: str | None) -> str:
    head, slash, rest = (unit or "").partition("/")
    for name, factor in WRITTEN.get(head, ((head, Fraction(1)),)):
        try:
            return f"{_plain(value * factor)}{name}{slash}{rest}"
        except ValueError:
            continue
    raise ValueError(f"{value} {unit} has no finite decimal")


def _plain(value: Fraction) -> str:
    """An exact decimal without exponent."""
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        raise ValueError(f"{value} has no finite decimal")
    text = f"{Decimal(value.numerator) / Decimal(value.denominator):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _date(value: str, by: bool) -> str:
    year, month, day = ("", *value[2:].split("-")) if value.startswith("--") else value.split("-")
    return f"{year + '年' if year else ''}{int(month)}月{int(day)}日{'前' if by else ''}"


def _moment(value: str) -> str:
    if value.startswith("--"):
        return f"{int(value[2:])}月"
    parts = value.split("-")
    return f"{parts[0]}年{int(parts[1])}月" + (f"{int(parts[2])}日" if len(parts) > 2 else "")
