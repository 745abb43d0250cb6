"""Blank cells in a column that a figure adds up: each counts as nothing."""

from __future__ import annotations

from collections.abc import Iterator

from helpers.gate.plausibility.roles import columns_read
from helpers.gate.plausibility.subject import Subject
from helpers.gate.result import Check
from helpers.year.engine import identifier

#: A column with more blanks is filled now and then by habit.
BLANK = 0.1


def blank_figures(subject: Subject) -> Iterator[Check]:
    """Rows that a sum should hold and whose figure is blank, in a column that hardly any row leaves blank."""
    said: set[tuple[str, str]] = set()
    for measure in subject.year.measures.values():
        table = str(measure.table)
        if measure.agg != "sum" or table not in subject.tables or not subject.count(table):
            continue
        where = f"({measure.where}\n)" if measure.where else "true"
        numbers = [c for c in columns_read(measure.value) if c in subject.roles[table].numbers]
        for column in [c for c in sorted(numbers) if (table, c) not in said]:
            blank = f"{identifier(column)} IS NULL"
            rows, blanks = subject.query(
                f"SELECT count(*), count(*) FILTER (WHERE {blank}) FROM {identifier(table)} WHERE {where}"
            )[0]
            if not blanks or blanks > max(1, BLANK * rows) or blanks == rows:
                continue
            said.add((table, column))
            yield subject.note(
                table,
                "blank_figures",
                f"“{measure.words}”应计的 {rows} 行中有 {blanks} 行的{subject.called(table, column)}为空，"
                "合计里按没有计",
                f"补填{subject.called(table, column)}后重新导出；空白就是 0 的，在 plausible 里说明",
                observed=int(blanks),
                rows=subject.places(table, [*subject.roles[table].key[:1], column], f"{blank} AND {where}"),
                failing=int(blanks),
                column=column,
            )


CHECKS = (blank_figures,)
