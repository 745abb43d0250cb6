"""Coded columns that lack what the year file tells apart: one value in every row, or none of those that count."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from helpers.gate.plausibility.coded_values import declared_values, slip_of
from helpers.gate.plausibility.stated_figures import figure_of
from helpers.year.engine import identifier, literals
from helpers.year.expressions import ExpressionError, compared_values

if TYPE_CHECKING:
    from helpers.gate.plausibility.subject import Subject
    from helpers.gate.result import Check

#: So many rows, and so many other values that the year file names and nothing has, not even a row set aside.
ROWS, ABSENT = 10, 2
#: So many of the most frequent values are looked through for those like a named one, and so many are told.
LOOKED_THROUGH, NEAREST = 500, 3


def one_value(subject: Subject) -> Iterator[Check]:
    """Columns that decide what counts, filled down or filtered to one of the values that are told apart."""
    for table in subject.tables:
        if subject.count(table) < ROWS:
            continue
        named, roles = declared_values(subject, table), subject.roles[table]
        for column in [c for c in roles.coded if c in roles.deciding and len(named.get(c, ())) > ABSENT]:
            values = subject.frequent(table, column, 2)
            if len(values) != 1 or values[0][1] < ROWS:
                continue
            absent = _nowhere(subject, table, column, named[column] - {str(values[0][0])})
            if len(absent) < ABSENT:
                continue
            yield subject.note(
                table,
                "one_value",
                f"{subject.called(table, column)}各行都是“{values[0][0]}”，"
                f"year.yml 里区分的“{'”、“'.join(absent[:4])}”一行也没有",
                "核对这一列在导出前是否被填充、替换，导出时是否按它筛选过；确实如此的，在 plausible 里说明",
                observed=str(values[0][0]),
                failing=0,
                column=column,
            )


def counted_value_absent(subject: Subject) -> Iterator[Check]:
    """Counts of an indicator that are 0 because no row, used or set aside, has the value that they count: whether
    nothing happened or it was filed under another word."""
    said: set[tuple[str, str]] = set()
    for indicator in subject.year.indicators.indicators:
        named = indicator.actual.measure if indicator.actual else None
        measure = subject.year.measures.get(named) if named else None
        if measure is None or measure.agg != "count" or not measure.where or measure.table not in subject.tables:
            continue
        table = str(measure.table)
        if figure_of(subject, str(named)):
            continue
        for column, values in _compared(measure.where).items():
            if (table, column) in said or column not in subject.roles[table].coded:
                continue
            if not _others_there(subject, table, column, values):
                continue
            said.add((table, column))
            there = "、".join(f"“{value}”（{rows} 行）" for value, rows in _nearest(subject, table, column, values))
            yield subject.note(
                table,
                "counted_value_absent",
                f"“{measure.words}”为 0：{subject.called(table, column)}没有一行是“{'”、“'.join(sorted(values))}”，"
                f"有的是{there}",
                "核对条件里的写法、导出时是否按这一列筛选过、这些记录是否改归了别的类别；"
                "确实没有发生的，在 plausible 里说明",
                failing=0,
                column=column,
            )


CHECKS = (one_value, counted_value_absent)


def _compared(where: str) -> dict[str, set[str]]:
    try:
        pairs = compared_values(where)
    except ExpressionError:
        return {}
    found: dict[str, set[str]] = {}
    for column, value in pairs:
        found.setdefault(column, set()).add(value)
    return found


def _others_there(subject: Subject, table: str, column: str, values: set[str]) -> bool:
    """Whether enough rows have other values of the column, and nothing has one of these."""
    cell = identifier(column)
    rows, kinds, hits = subject.query(
        f"SELECT count({cell}), count(DISTINCT {cell}), count(*) FILTER (WHERE {cell} IN ({literals(sorted(values))})) "
        f"FROM {identifier(table)}"
    )[0]
    absent = _nowhere(subject, table, column, values) if not hits else []
    if len(absent) < len(values):
        return False
    return (rows >= ROWS and kinds >= ABSENT) or any(
        slip_of(value, other) for other, _ in _nearest(subject, table, column, values) for value in values
    )


def _nearest(subject: Subject, table: str, column: str, values: set[str]) -> list[tuple[str, int]]:
    """The values of a column that are most like one of these, with their rows."""
    counts = subject.frequent(table, column, LOOKED_THROUGH)
    like = {other: max(SequenceMatcher(None, other, value).ratio() for value in values) for other, _ in counts}
    return sorted(counts, key=lambda one: (-like[one[0]], -one[1], one[0]))[:NEAREST]


def _nowhere(subject: Subject, table: str, column: str, named: set[str]) -> list[str]:
    """The named values that no row has that was set aside."""
    aside = f"{table}_set_aside"
    if aside not in subject.views or column not in subject.tables[table].columns or not named:
        return sorted(named)
    cell = identifier(column)
    there = subject.query(
        f"SELECT DISTINCT {cell} FROM {identifier(aside)} WHERE {cell} IN ({literals(sorted(named))})"
    )
    return sorted(named - {str(value) for (value,) in there})
