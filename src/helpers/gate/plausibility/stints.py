"""Stretches of time that a register gives its entries against the records that name them: staff and their tickets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.gate.plausibility.across_tables import stretch_of
from helpers.gate.plausibility.references import Reference, references
from helpers.gate.plausibility.roles import columns_read
from helpers.year.engine import identifier
from helpers.year.tidy import record_columns

if TYPE_CHECKING:
    from helpers.gate.plausibility.subject import Subject
    from helpers.gate.result import Check

#: Records outside of all stretches are named where they are so small a share: else the dates mean something else.
OUTSIDE = 0.25
#: An open stretch is silent at its end where so many records were to be expected there: by chance none with e^-20.
EXPECTED, DAYS = 20, 30


@dataclass(frozen=True)
class _Stretch:
    """A reference from records with a ``time`` to a register whose entries have a first and a last day."""

    reference: Reference
    time: str
    start: str
    end: str


def named_outside_stint(subject: Subject) -> Iterator[Check]:
    """Records that name an entry on a day on which the register does not have it."""
    for one in _stretches(subject):
        table, target = one.reference.table, one.reference.target
        own, time, key = (identifier(c) for c in (one.reference.column, one.time, one.reference.key))
        start, end, register = identifier(one.start), identifier(one.end), identifier(target)
        day = f"CAST({time} AS DATE)"
        # Each entry and day once: many records are of one.
        days = (
            f"SELECT {own} AS k, {day} AS d, count(*) AS n FROM {identifier(table)} WHERE {day} IS NOT NULL "
            f"AND {own} IN (SELECT {key} FROM {register}) GROUP BY 1, 2"
        )
        off = (
            f"SELECT days.k, days.d, days.n FROM ({days}) AS days ANTI JOIN {register} AS r "
            f"ON days.k = r.{key} AND days.d >= r.{start} AND (r.{end} IS NULL OR days.d <= r.{end})"
        )
        rows, outside = subject.query(f"SELECT (SELECT sum(n) FROM ({days})), (SELECT sum(n) FROM ({off}))")[0]
        where = f"({own}, {day}) IN (SELECT (k, d) FROM ({off}))"
        if not outside or outside > OUTSIDE * rows:
            continue
        title = subject.tables[target].title
        yield subject.note(
            target,
            "named_outside_stint",
            f"{subject.tables[table].title}有 {outside} 行（共 {rows} 行）的"
            f"{subject.called(table, one.reference.column)}当日不在{title}的"
            f"{subject.called(target, one.start)}和{subject.called(target, one.end)}之间",
            f"核对{title}的起止日期是否录错、缺行，或记录里的编号写错；确有代办的，在 plausible 里说明",
            observed=int(outside),
            rows=subject.places(table, [one.reference.column, one.time], where),
            failing=int(outside),
            column=one.end,
        )


def silent_stints(subject: Subject) -> Iterator[Check]:
    """Entries that the register still has, and that no record names any more, against their own pace before."""
    for one in _stretches(subject):
        table, target = one.reference.table, one.reference.target
        own, time, key = (identifier(c) for c in (one.reference.column, one.time, one.reference.key))
        end, last = f"r.{identifier(one.end)}", f"(SELECT max(CAST({time} AS DATE)) FROM {identifier(table)})"
        # An entry is open where one of its stretches has no end.
        until = f"CASE WHEN count(*) > count({end}) THEN {last} ELSE least(max({end}), {last}) END"
        found = subject.query(
            f"WITH t AS (SELECT {own} AS k, min(CAST({time} AS DATE)) AS low, max(CAST({time} AS DATE)) AS high, "
            f"count(*) AS n FROM {identifier(table)} WHERE {own} IS NOT NULL AND {time} IS NOT NULL GROUP BY 1), "
            f"s AS (SELECT r.{key} AS k, {until} AS until, min(source_file) AS f, max(source_row) AS r "
            f"FROM {identifier(target)} AS r GROUP BY 1) "
            f"SELECT s.f, s.r, s.k, high, until - high AS gap, n / (high - low + 1) * (until - high) AS missing "
            f"FROM t JOIN s USING (k) WHERE until - high >= {DAYS} AND high > low ORDER BY 1, 2"
        )
        silent = [row for row in found if row[5] >= EXPECTED]
        if not silent:
            continue
        yield subject.note(
            target,
            "silent_stints",
            f"有 {len(silent)} 个{subject.called(target, one.reference.key)}登记为仍然有效，"
            f"{subject.tables[table].title}里却早已没有记录",
            f"核对{subject.called(target, one.end)}是否漏填；确未离开的，核对记录有没有漏导",
            rows=[(f, r, one.end, f"{k}：最后一条记录在 {high}") for f, r, k, high, *_ in silent[:5]],
            failing=len(silent),
            column=one.end,
        )


def counted_twice(subject: Subject) -> Iterator[Check]:
    """A count of what is there on a day that counts one entry in two stretches."""
    for name, measure in subject.year.measures.items():
        table = str(measure.table)
        if table not in subject.tables or measure.agg != "count" or not measure.where:
            continue
        spec, roles = subject.tables[table], subject.roles[table]
        days = columns_read(measure.where) & {c for c in roles.dates if c in record_columns(spec)}
        if len(spec.tidy_key) < 2 or len(days) < 2:
            continue
        key, where = identifier(spec.tidy_key[0]), f"({measure.where}\n)"
        twice = (
            f"{where} AND {key} IN (SELECT {key} FROM {identifier(table)} WHERE {where} GROUP BY 1 HAVING count(*) > 1)"
        )
        rows, entries = subject.query(f"SELECT count(*), count(DISTINCT {key}) FROM {identifier(table)} WHERE {twice}")[
            0
        ]
        if not rows:
            continue
        yield subject.note(
            table,
            "counted_twice",
            f"“{measure.words}”把 {entries} 个{subject.called(table, spec.tidy_key[0])}各计了不止一次（共 {rows} 行）",
            "核对这些行的起止日期：前一段多半漏填了结束日期；录错的用 corrections.yml 更正",
            observed={"measure": name, "rows": int(rows), "entries": int(entries)},
            rows=subject.places(table, [*spec.tidy_key, *sorted(days)], twice),
            failing=int(rows),
            column=spec.tidy_key[0],
        )


CHECKS = (named_outside_stint, silent_stints, counted_twice)


def _stretches(subject: Subject) -> Iterator[_Stretch]:
    """The references to registers of stretches, each register's first column of records only."""
    for reference in references(subject):
        spec, time = subject.tables[reference.target], subject.roles[reference.table].time
        days = [c for c in subject.roles[reference.target].dates if c in record_columns(spec)]
        if time is None or len(spec.tidy_key) < 2 or reference.key != spec.tidy_key[0] or len(days) < 2:
            continue
        found = stretch_of(subject, reference.target, days)
        if found is not None:
            yield _Stretch(reference, time, *found)
