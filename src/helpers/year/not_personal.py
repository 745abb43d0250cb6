"""What the year says is no personal data, though it looks like some."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from helpers.year.models import NotPersonal


def allows(entries: Iterable[NotPersonal]) -> Callable[[str], bool]:
    """Whether a value is allowed by itself; whole columns are looked at by whoever knows them."""
    values = {entry.value for entry in entries if entry.value}
    patterns = [re.compile(entry.pattern) for entry in entries if entry.pattern]
    return lambda value: value in values or any(pattern.fullmatch(value) for pattern in patterns)


def allowed_columns(entries: Iterable[NotPersonal], table: str) -> frozenset[str]:
    """The columns of a table that hold none."""
    named = (entry.column.partition(".") for entry in entries if entry.column)
    return frozenset(column for of, _, column in named if of == table)
