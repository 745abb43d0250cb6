"""A coded column with one value in every row, though the year file tells apart several that no row has at all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from helpers.gate.plausibility.coded_values import declared_values
from helpers.year.engine import identifier, literals

if TYPE_CHECKING:
    from helpers.gate.plausibility.subject import Subject
    from helpers.gate.result import Check

#: So many rows, and so many other values that the year file names and nothing has, not even a row set aside.
ROWS, ABSENT = 10, 2


def one_value(subject: Subject) -> Iterator[Check]:
    """Columns that decide what counts, filled down or filtered to one of the values that are told apart."""
    for table in subject.tables:
        if subject.count(table) < ROWS:
            continue
        named, roles = declared_values(subject, table), subject.roles[table]
        for column in [c for c in roles.coded if c in roles.deciding and len(named.get(c, ())) > ABSENT]:
            cell = identifier(column)
            values = subject.query(
                f"SELECT {cell}, count(*) FROM {identifier(table)} WHERE {cell} IS NOT NULL GROUP BY 1 LIMIT 2"
            )
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


CHECKS = (one_value,)


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
