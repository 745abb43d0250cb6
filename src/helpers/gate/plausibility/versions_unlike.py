"""Rows set aside as versions of a record with which they have nothing in common: two records with one number."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from helpers.gate.plausibility.subject import EXAMPLES
from helpers.year.engine import identifier, literal
from helpers.year.personal import MASKED
from helpers.year.tidy import record_columns

if TYPE_CHECKING:
    from helpers.gate.plausibility.subject import Place, Subject
    from helpers.gate.result import Check

#: Columns in which two rows agree by chance in at most this share say whether they are of one record; so many of them.
BY_CHANCE, COLUMNS = 0.2, 2


def versions_unlike(subject: Subject) -> Iterator[Check]:
    """Rows that ``keep`` passes over though no telling column is as in the row that is kept."""
    for table, spec in subject.tables.items():
        aside = f"{table}_set_aside"
        if spec.keep is None or spec.grain is not None or aside not in subject.views:
            continue
        passed_over = f"_reason = {literal(spec.keep.why)}"
        if not subject.has(aside, "_reason", spec.keep.why):
            continue
        columns = _telling(subject, table)
        if len(columns) < COLUMNS:
            continue
        rows = _unlike(subject, table, columns, passed_over)
        if rows:
            number = subject.called(table, spec.tidy_key[0])
            yield subject.note(
                table,
                "versions_unlike",
                f"有 {len(rows)} 行因{number}与别的行相同而没有采用，但内容与采用的那一行毫无相同之处，"
                "像是两件事用了同一个编号",
                "核对编号是否录错、截断或被填充：录错的用 corrections.yml 更正；确是同一事项的，在 plausible 里说明",
                observed=len(rows),
                rows=rows[:EXAMPLES],
                failing=len(rows),
                column=spec.tidy_key[0],
            )


CHECKS = (versions_unlike,)


def _telling(subject: Subject, table: str) -> list[str]:
    """The text columns in which two rows hardly agree by chance."""
    spec = subject.tables[table]
    texts = [c for c in subject.roles[table].texts if c not in spec.tidy_key and c in record_columns(spec)]
    found = []
    for column in texts:
        alike = _alike_by_chance(subject, table, column)
        if alike is not None and alike <= BY_CHANCE:
            found.append(column)
    return found


def _alike_by_chance(subject: Subject, table: str, column: str) -> float | None:
    """The share of any two filled rows that have the same value; None where none is filled."""
    values = subject.values(table, column)
    if values is not None:
        rows = sum(values.values())
        return sum(n * n for n in values.values()) / (rows * rows) if rows else None
    cell = identifier(column)
    groups = f"SELECT count(*) AS n FROM {identifier(table)} WHERE {cell} IS NOT NULL GROUP BY {cell}"
    alike: float | None = subject.one(f"SELECT sum(n * n) / (sum(n) * sum(n)) FROM ({groups})")
    return alike


def _unlike(subject: Subject, table: str, columns: list[str], passed_over: str) -> list[Place]:
    spec = subject.tables[table]
    keys = " AND ".join(f"CAST(k.{identifier(c)} AS VARCHAR) = a.{identifier(c)}" for c in spec.tidy_key)
    both = " + ".join(
        f"CAST(k.{identifier(c)} IS NOT NULL AND a.{identifier(c)} IS NOT NULL AS INTEGER)" for c in columns
    )
    alike = " OR ".join(f"coalesce(k.{identifier(c)} = a.{identifier(c)}, false)" for c in columns)
    shown = f"a.{identifier(spec.tidy_key[0])} || '，采用的是第 ' || CAST(k.source_row AS VARCHAR) || ' 行'"
    found = subject.query(
        f"SELECT a.source_file, a.source_row, {shown} FROM {identifier(f'{table}_set_aside')} AS a "
        f"JOIN {identifier(table)} AS k ON {keys} WHERE a.{passed_over} AND {both} >= {COLUMNS} AND NOT ({alike}) "
        "ORDER BY 1, 2"
    )
    hidden = spec.tidy_key[0] in spec.tidy_personal
    return [(file, row, spec.tidy_key[0], MASKED if hidden else value) for file, row, value in found]
