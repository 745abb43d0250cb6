"""Any value that the program works with as JSON has it: the one place where exact figures become plain numbers."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeGuard


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether a plain value is a figure; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def plain(value: Any) -> Any:
    """Whole numbers as int, others as the nearest float, dates in ISO 8601; what is missing or no number is None.

    Mappings and lists are gone through, sets become sorted lists; numpy's and pandas' scalars are what they hold.
    """
    if value is None or isinstance(value, bool | str | int):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return [plain(item) for item in sorted(value, key=str)]
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, Decimal | Fraction):
        exact = Fraction(value)
        return exact.numerator if exact.denominator == 1 else exact.numerator / exact.denominator
    if isinstance(value, float):
        return None if not math.isfinite(value) else int(value) if value.is_integer() else value
    if isinstance(value, datetime.date):  # a date-time is one too; NaT is one that equals nothing
        return value.isoformat() if value == value else None
    if hasattr(value, "tolist"):  # numpy: an array or a scalar
        return plain(value.tolist())
    text = str(value)
    return None if text in ("<NA>", "NaT") else text
