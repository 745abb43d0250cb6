"""New entries of a register that should have been in last year's: their fixed dates lie before its end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from helpers.gate.plausibility.monthly_shares import both_have
from helpers.gate.plausibility.registers_since import registers
from helpers.year.engine import identifier, literal

if TYPE_CHECKING:
    from helpers.gate.plausibility.subject import Subject
    from helpers.gate.result import Check

#: A date is that of the entry where at least this share of last year's entries has it.
FILLED = 0.9


def late_entries(subject: Subject) -> Iterator[Check]:
    """Entries that last year's register lacks though they are older: doubled under a new number, renumbered, or with
    a wrong date."""
    for table in registers(subject):
        key = subject.tables[table].tidy_key[0]
        # What was bought in the last month of a year may be registered in the first of the next.
        before = literal(subject.year.fiscal.before.last.replace(day=1).isoformat())
        for column in _entry_dates(subject, table):
            late = f"{identifier(column)} < DATE {before} AND {_new(subject, table, key)}"
            rows = int(subject.one(f"SELECT count(*) FROM {identifier(table)} WHERE {late}"))
            if not rows:
                continue
            yield subject.note(
                table,
                "late_entries",
                f"有 {rows} 个{subject.called(table, key)}上年没有登记，"
                f"而{subject.called(table, column)}早在上年底以前",
                "核对是否同一物换了编号重复登记、编号写错或日期有误；确是补登、调入的，在 plausible 里说明",
                observed=rows,
                rows=subject.places(table, [key, column], late),
                failing=rows,
                column=key,
            )
            break


CHECKS = (late_entries,)


def _entry_dates(subject: Subject, table: str) -> list[str]:
    """The dates that nearly every entry of last year has, none of them after its end: of purchase, of entry."""
    there = set(both_have(subject, table))
    columns = [c for c in subject.roles[table].dates if c in there]
    end = literal(subject.year.fiscal.first.isoformat())
    found = []
    for column in columns:
        filled, after = subject.query(
            f"SELECT avg(CAST({identifier(column)} IS NOT NULL AS INTEGER)), "
            f"count(*) FILTER (WHERE {identifier(column)} >= DATE {end}) FROM {identifier(f'previous_{table}')}"
        )[0]
        if filled >= FILLED and not after:
            found.append(column)
    return found


def _new(subject: Subject, table: str, key: str) -> str:
    """Whether last year knew an entry neither among its rows nor among those that were set aside."""
    cell = f"CAST({identifier(key)} AS VARCHAR)"
    views = [v for v in (f"previous_{table}", f"previous_{table}_set_aside") if v in subject.views]
    known = " UNION ALL ".join(f"SELECT CAST({identifier(key)} AS VARCHAR) AS k FROM {identifier(v)}" for v in views)
    return f"{cell} NOT IN (SELECT k FROM ({known}) WHERE k IS NOT NULL)"
