"""Registers against last year's: what is fixed of an entry (its model, its day of purchase, its price) has not changed,
and no entry has gone or been renamed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from helpers.year.engine import identifier, literal
from helpers.year.tidy import record_columns

if TYPE_CHECKING:
    from helpers.gate.plausibility.subject import Place, Subject
    from helpers.gate.result import Check

#: A table is a register where at least this share of last year's keys is there again, and so many of them.
AGAIN, LEAST_AGAIN = 0.6, 8
#: More entries gone than this share are worth a note, and more changed in one column than this one.
GONE, CHANGED = 0.1, 0.5
#: A price that changed by this factor is hardly the same price.
PRICE = 2.5


def registers(subject: Subject) -> Iterator[str]:
    """The tables whose entries are the same from year to year."""
    for table in subject.shared():
        key, spec = subject.tables[table].tidy_key, subject.tables[table]
        before = subject.previous.year.tables[table] if subject.previous else spec
        # What has a year of its own is no register, though its numbers may begin anew every year.
        if len(key) != 1 or key[0] in spec.tidy_personal or before.tidy_key != key or spec.year_by:
            continue
        again = subject.one(f"SELECT count(*) FROM {_joined(subject, table)}")
        if again >= max(LEAST_AGAIN, AGAIN * subject.count(f"previous_{table}")):
            yield table


def fixed_properties_changed(subject: Subject) -> Iterator[Check]:
    """Dates, amounts and described properties of entries that last year's register has otherwise."""
    for table in registers(subject):
        for column in _comparable(subject, table):
            again, changed = _changed(subject, table, column, "true")
            if changed > CHANGED * again:
                yield _note(subject, table, column, again, changed, "true")
                continue
            beyond = _beyond(subject, table, column)
            if beyond is None:
                continue
            again, changed = _changed(subject, table, column, beyond)
            if changed:
                yield _note(subject, table, column, again, changed, beyond)


def register_entries_gone(subject: Subject) -> Iterator[Check]:
    """Entries of last year's register that are there no more, or there under another name."""
    for table in registers(subject):
        key = identifier(subject.tables[table].tidy_key[0])
        gone = subject.query(
            f"SELECT CAST({key} AS VARCHAR) FROM {identifier(f'previous_{table}')} WHERE {key} NOT IN "
            f"(SELECT {key} FROM {identifier(table)} WHERE {key} IS NOT NULL)"
            f"{_not_aside(subject, table, key)} ORDER BY 1"
        )
        if len(gone) <= max(LEAST_AGAIN, GONE * subject.count(f"previous_{table}")):
            continue
        examples = "、".join(str(value) for (value,) in gone[:5])
        called = subject.called(table, subject.tables[table].tidy_key[0])
        yield subject.note(
            table,
            "register_entries_gone",
            f"上年登记的 {subject.count(f'previous_{table}')} 个{called}中有 {len(gone)} 个本年没有：{examples}等",
            "核对登记是否导全、编号是否改了写法；确已注销的，在 plausible 里说明",
            observed=f"{len(gone)} 个不再登记",
            failing=0,
        )


CHECKS = (fixed_properties_changed, register_entries_gone)


def _joined(subject: Subject, table: str) -> str:
    key = identifier(subject.tables[table].tidy_key[0])
    return f"{identifier(table)} AS n JOIN {identifier(f'previous_{table}')} AS p ON n.{key} = p.{key}"


def _comparable(subject: Subject, table: str) -> list[str]:
    """The columns that both years' registers have in the same type."""
    spec = subject.tables[table]
    before = record_columns(subject.previous.year.tables[table]) if subject.previous else {}
    return [c for c, kind in record_columns(spec).items() if before.get(c) == kind and c not in spec.tidy_key]


def _beyond(subject: Subject, table: str, column: str) -> str | None:
    """When a change cannot be an event of the year; None for columns that may change at any time.

    A day is fixed once it lies before the year; a price changes a little, that of a fleet's purchase not at
    all; of texts only those that a device's age and model are told by, or that other tables copy.
    """
    roles, kind = subject.roles[table], subject.roles[table].types[column]
    n, p = f"n.{identifier(column)}", f"p.{identifier(column)}"
    fixed = _declared_fixed(subject, table)
    if kind in ("DATE", "TIMESTAMP"):
        start = literal(subject.year.fiscal.first.isoformat())
        return f"{p} < DATE {start} AND {n} < DATE {start}"
    if column in roles.money:
        return "true" if column in fixed else f"({n} > {p} * {PRICE} OR {n} * {PRICE} < {p}) AND {p} > 0"
    return "true" if column in fixed else None


def _declared_fixed(subject: Subject, table: str) -> set[str]:
    fleet, spares = subject.year.year.fleet, subject.year.year.spares
    found = {fleet.model, fleet.bought, fleet.price, fleet.kind} if fleet and fleet.table == table else set()
    catalogue = spares.catalogue if spares else None
    if catalogue is not None and catalogue.table == table:
        found.add(catalogue.name)
    return {c for c in found if c}


def _changed(subject: Subject, table: str, column: str, beyond: str) -> tuple[int, int]:
    """Entries that both years have with a value, and how many of them changed beyond what may be."""
    n, p = f"n.{identifier(column)}", f"p.{identifier(column)}"
    row = subject.query(
        f"SELECT count(*) FILTER (WHERE {n} IS NOT NULL AND {p} IS NOT NULL), "
        f"count(*) FILTER (WHERE {n} <> {p} AND {beyond}) FROM {_joined(subject, table)}"
    )[0]
    return int(row[0]), int(row[1])


def _note(subject: Subject, table: str, column: str, again: int, changed: int, beyond: str) -> Check:
    key = subject.tables[table].tidy_key[0]
    n, p = f"n.{identifier(column)}", f"p.{identifier(column)}"
    hidden = column in subject.tables[table].tidy_personal
    shown = f"n.{identifier(key)} || '：上年 ' || CAST({p} AS VARCHAR) || '，本年 ' || CAST({n} AS VARCHAR)"
    rows: list[Place] = [
        (file, row, column, value)
        for file, row, value in subject.query(
            f"SELECT n.source_file, n.source_row, {'NULL' if hidden else shown} FROM {_joined(subject, table)} "
            f"WHERE {n} <> {p} AND {beyond} ORDER BY 1, 2 LIMIT 5"
        )
    ]
    return subject.note(
        table,
        "fixed_properties_changed",
        f"同一{subject.called(table, key)}的{subject.called(table, column)}有 {changed} 个与上年登记不同"
        f"（两年都有的 {again} 个）",
        "核对哪一年登记有误；成批不同的，多半是错行、错列或用了别的表；确有更正的，在 plausible 里说明",
        rows=rows,
        failing=changed,
        column=column,
    )


def _not_aside(subject: Subject, table: str, key: str) -> str:
    """Entries that are set aside this year (out of scope, doubled) are still registered."""
    aside = f"{table}_set_aside"
    if aside not in subject.views:
        return ""
    return f" AND CAST({key} AS VARCHAR) NOT IN (SELECT {key} FROM {identifier(aside)} WHERE {key} IS NOT NULL)"
