"""Repeats across the turn of the year: whether last year's rows can be looked at, and what is said of it."""

from __future__ import annotations

from collections.abc import Callable

from helpers.measures.compile import carried
from helpers.year.declared_indicators import Measure
from helpers.year.expressions import columns_of

#: How the views of the year before are called.
PREVIOUS = "previous_"


def with_last_year(measure: Measure, kinds_of: Callable[[str], dict[str, str]]) -> Measure:
    """The measure with last year's rows to repeat, where their table has the columns that it takes, of the same types.

    ``kinds_of``: the types of a view's columns by name; empty where there is no such view.
    """
    if not measure.repeat_of:
        return measure
    here, there = kinds_of(str(measure.table)), kinds_of(f"{PREVIOUS}{measure.table}")
    names = {*measure.repeat_of, str(measure.date), *(columns_of(measure.where) if measure.where else ())}
    known = {name.lower(): kind for name, kind in there.items()}
    same = all(known.get(name.lower()) == kind for name, kind in here.items() if name.lower() in _lower(names))
    return carried(measure, f"{PREVIOUS}{measure.table}") if there and same else measure


def _lower(names: set[str]) -> set[str]:
    return {name.lower() for name in names}


def repeat_words(measure: Measure, *, last_year: bool, crosses: bool = False) -> str:
    """What a repeat is counted against; ``crosses``: the year is no calendar year, and 年初 would be January."""
    if last_year:
        return f"{measure.words}：{measure.within_days}天内的再次发生，连同上年度末的记录一并判断"
    start = "年度初" if crosses else "年初"
    return f"{measure.words}：没有上年度的记录可以对照，{start}{measure.within_days}天内的再次发生可能少计"
