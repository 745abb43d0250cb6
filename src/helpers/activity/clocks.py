"""Tidy rows as a query over ``records``: derived columns, and what of a clock's holds stands in other tables.

Clocks are worked out in the row itself (see ``own_clocks``), so that a long log is written as it lies. Only rows that
events or another table hold up are joined with these holds; what passed in them is kept by their place and looked up.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import duckdb

from helpers.activity import sql
from helpers.activity.calendar import known_span
from helpers.activity.errors import ExportError
from helpers.activity.own_clocks import Hours, Span, alone, elsewhere, in_own_columns, mergeless, moment, workdays
from helpers.activity.sql import PLACE, given
from helpers.activity.written_down import WrittenDown, hashed
from helpers.files.personal_data import MARK
from helpers.year.declared_clocks import Derived, Hold
from helpers.year.engine import ROW_GROUP, identifier, literal, literals, one_file
from helpers.year.expressions import SQL_TYPES
from helpers.year.load import Year
from helpers.year.models import Calendar
from helpers.year.tables import Table
from helpers.year.text_growth import guarded
from helpers.year.tidy import tidy_columns

#: What would exchange the sides of a join; a list of values stays no join, too.
AS_WRITTEN = "in_clause,build_side_probe_side,join_order"


class Tidy(NamedTuple):
    """The tidy rows in source order. ``as_they_lie``, of a long table: the same unsorted, which is in order only if the
    rows were read so and no join was too big for memory (see ``SourceOrder``). ``repeated``: its columns of texts that
    are there again and again; ``hashed``: those of hashes."""

    in_order: str
    as_they_lie: str | None = None
    repeated: Collection[str] = ()
    hashed: Collection[str] = ()


def tidy(
    connection: duckdb.DuckDBPyConnection,
    year: Year,
    spec: Table,
    out: Path,
    written: WrittenDown | None = None,
    rows: int = 0,
    few: Collection[str] = (),
    beside: Sequence[str] = (),
) -> Tidy:
    """``records`` with the derived columns, its cells as they are to be ``written`` down; as they are where these are
    written already. ``rows``: how many there may be. ``few``: the columns of few values. ``beside``: columns of
    ``records`` that are no cells.

    Raises ``CalendarUnknown`` and, for a value that no declared schedule fits, ``ExportError``.
    """
    span = _span(connection, year, spec)
    calendar = year.year.calendar_of(spec) if span else Calendar(base="weekdays")  # without days, it is not asked
    hashed_once = written.hashed_once if written else ()
    hours = {c: d for c, d in spec.derived.items() if d.clock in ("hours", "office_hours")}
    long = rows > ROW_GROUP
    if long or hashed_once or any(d.by or d.hold for d in hours.values()):
        # A view: a second copy of a long log would have to be kept.
        connection.execute(f"CREATE OR REPLACE VIEW ids AS SELECT *, {PLACE} AS _id FROM records")
    clocks = {c: Hours(spec, c, _schedule(connection, spec, d), span, calendar) for c, d in hours.items()}
    found = [column for column in clocks if not alone(spec.derived[column])]
    for column in found:
        _find_elsewhere(connection, year, clocks[column], out, written is not None)

    def finished(query: str) -> str:
        for column, declared in spec.derived.items():
            if declared.clock is None:
                value = f"CAST({guarded(column, str(declared.expr))} AS {SQL_TYPES[declared.type]})"
                value = f"{value} AS {identifier(column)}"
                query = f"SELECT * EXCLUDE (year_start, year_end), {value} FROM ({given(query, year.fiscal)})"
            elif declared.clock == "workdays":
                query = workdays(spec, column, query, span, calendar)
            else:
                query = clocks[column].added(query)
        picked = ", ".join(written.tidy(hashed_once).values() if written else map(identifier, tidy_columns(spec)))
        return f"SELECT {picked}, {', '.join(('source_file', 'source_row', *beside))} FROM ({query})"

    if not (found or hashed_once or long):
        return Tidy(finished("SELECT * FROM records"))
    in_order = finished(f"{_looked_up('ids', found, hashed_once)} ORDER BY _id")
    if not long or spec.grain:
        return Tidy(in_order)
    ((used,),) = connection.execute("SELECT count(*) FROM records").fetchall()
    lying = f"(SELECT *, {PLACE} AS _id FROM ({sql.as_they_lie(spec, used)}))"
    lying = finished(_looked_up(lying, found, hashed_once))
    return Tidy(in_order, lying, {*spec.derived, *hashed_once, *few}, spec.tidy_personal)


def _looked_up(rows: str, found: Sequence[str], hashed_once: Sequence[str]) -> str:
    """``rows`` with what has tables of its own. A subquery for one value is a join that keeps the rows as they come;
    other joins do not."""
    values = [(f"{c}.found", "spent", f"{c}.found", "_id", "_id") for c in found]
    values += [(f"{c}.hash", f"{c}.hash", f"hash.{c}", f"{c}.text", c) for c in hashed_once]
    looked_up = [
        f", (SELECT {identifier(value)} FROM {identifier(table)} WHERE {identifier(key)} = r.{identifier(own)}) "
        f"AS {identifier(name)}"
        for name, value, table, key, own in values
    ]
    return f"SELECT r.*{''.join(looked_up)} FROM {rows} AS r"


def _span(connection: duckdb.DuckDBPyConnection, year: Year, spec: Table) -> Span | None:
    """The days that the clocks of this table's calendar touch, as far as the calendar knows them."""
    ends = {c for d in spec.derived.values() if d.clock in ("workdays", "office_hours") for c in (d.start, d.end) if c}
    if not ends:
        return None
    days = " UNION ALL ".join(f"SELECT CAST({identifier(c)} AS DATE) AS d FROM records" for c in sorted(ends))
    first, last = connection.execute(f"SELECT min(d), max(d) FROM ({days})").fetchall()[0]
    if first is None:
        return None
    lower, upper = max(first, spec.checks.earliest), min(last, datetime.date(year.fiscal_year + 50, 12, 31))
    if lower > upper:
        return None
    return known_span(lower, upper, year.year.calendar_of(spec), year.fiscal if spec.year_by else None)


def _schedule(connection: duckdb.DuckDBPyConnection, spec: Table, derived: Derived) -> str:
    """The number of each row's schedule; raises for a value that none is declared for."""
    if derived.by is None:
        return "0"
    column, values = identifier(derived.by.column), list(derived.by.values)
    text = f"CAST({column} AS VARCHAR)"
    otherwise = str(len(values)) if derived.by.otherwise else "NULL"
    if derived.by.otherwise is None:
        found = connection.execute(
            f"SELECT arg_min(source_file, _id), arg_min(source_row, _id), {text} FROM ids WHERE {column} IS NOT NULL "
            f"AND {text} NOT IN ({literals(values)}) GROUP BY {column} ORDER BY 3 LIMIT 5"
        ).fetchall()
        if found:
            raise ExportError(
                "schedule_unknown",
                found[0][0],
                f"列 {derived.by.column} 有的值没有声明办公时间",
                rows=[(row, spec.shown(derived.by.column, value)) for _, row, value in found],
                hint="在 by.values 里补上这些值，或用 else 写明其余各值的办公时间",
            )
    cases = " ".join(f"WHEN {literal(value)} THEN {number}" for number, value in enumerate(values))
    return f"CASE {text} {cases} ELSE {otherwise} END"


# --- holds that events or other tables name -------------------------------------------------------


def _find_elsewhere(connection: duckdb.DuckDBPyConnection, year: Year, clock: Hours, out: Path, hashing: bool) -> None:
    """``<column>.found``: ``_id`` and what passed (``spent``) of the rows that are held up elsewhere, below 0 where it
    cannot be known; of all rows where the intervals that these name themselves have to be merged.

    Intervals are cut to the clock's own and merged, so that none counts twice. ``hashing``: the rows have what the
    exports say, not yet hashes.
    """
    derived, name = clock.derived, clock.name
    own, by = in_own_columns(derived), [derived.by.column] if derived.by else []
    read = [
        derived.start,
        derived.end,
        *by,
        *(c for h in derived.hold if not h.table for c in (h.start, h.end, h.column)),
    ]
    columns = ", ".join(identifier(c) for c in dict.fromkeys(filter(None, read)))
    holds = [_intervals(connection, year, clock.spec, hold, out, hashing) for hold in elsewhere(derived)]
    if holds:
        connection.execute(f"CREATE TABLE {name('holds')} AS {' UNION ALL '.join(holds)}")
    # Where the rows themselves need no merging, only those concerned are worked out here.
    rows = f"ids SEMI JOIN {name('holds')} USING (_id)" if mergeless(derived) else "ids"
    spells = clock.spell(f"SELECT _id, {columns} FROM {rows}")
    # How many rows are used is guessed far too low: all of a long log would be hashed to find the few that are held up.
    with _as_written(connection):
        connection.execute(f"CREATE TABLE {name('spells')} AS SELECT * FROM ({spells}) WHERE {name('s')} IS NOT NULL")
    listed = [f"SELECT * FROM {name('holds')}"] if holds else []
    listed += [f"SELECT _id, {moment(h.start)}, {moment(h.end)} FROM {name('spells')}" for h in own]
    spent = clock.less_lengths(_less_holds(clock, name("spells"), " UNION ALL ".join(listed)))
    kept = f"CAST(coalesce({name('spent')}, -1) AS BIGINT)"
    connection.execute(f"CREATE TABLE {name('found')} AS SELECT _id, {kept} AS spent FROM ({spent})")
    for done in ("holds", "spells"):
        connection.execute(f"DROP TABLE IF EXISTS {name(done)}")


@contextmanager
def _as_written(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Joins keep their sides meanwhile: the right one is hashed."""
    before = connection.execute("SELECT current_setting('disabled_optimizers')").fetchall()[0][0]
    if {*before.split(",")} == {*AS_WRITTEN.split(",")}:  # behind a fence nothing could be set any more
        yield
        return
    connection.execute(f"SET disabled_optimizers = '{AS_WRITTEN}'")
    try:
        yield
    finally:
        connection.execute(f"SET disabled_optimizers = '{before}'")


def _less_holds(clock: Hours, spells: str, holds: str) -> str:
    """``spells`` with ``spent``, less the ``holds`` (``_id``, from when, until when)."""
    name = clock.name
    schedule, hs, he, wrong = map(name, ("schedule", "hs", "he", "wrong"))
    joined = (
        f"SELECT p.*, {name('since')}, {name('until')} FROM {spells} AS p "
        f"JOIN ({holds}) AS h(_id, {name('since')}, {name('until')}) USING (_id)"
    )
    cut = clock.cut(joined, name("since"), name("until"))
    window = f"OVER (PARTITION BY _id ORDER BY {hs}, {he} ROWS"
    before = f"max({he}) {window} BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"
    fresh = f"CASE WHEN {hs} <= {before} THEN 0 ELSE 1 END AS _fresh"
    marked = f"SELECT *, {fresh} FROM ({cut}) WHERE {he} > {hs} AND NOT {wrong}"
    numbered = f"SELECT *, sum(_fresh) {window} UNBOUNDED PRECEDING) AS _island FROM ({marked})"
    merged = (
        f"SELECT _id, min({hs}) AS {hs}, max({he}) AS {he}, any_value({schedule}) AS {schedule} "
        f"FROM ({numbered}) GROUP BY _id, _island"
    )
    held = f"SELECT _id, sum({clock.at('he')} - {clock.at('hs')}) AS held FROM ({clock.ready(merged)}) GROUP BY _id"
    whole = f"{clock.at('e')} - {clock.at('s')} - coalesce(h.held, 0)"
    return (
        f"SELECT p.*, CASE WHEN x._id IS NULL THEN {whole} END AS {name('spent')} "
        f"FROM ({clock.ready(f'SELECT * FROM {spells}')}) AS p LEFT JOIN ({held}) AS h USING (_id) "
        f"LEFT JOIN (SELECT DISTINCT _id FROM ({cut}) WHERE {wrong}) AS x USING (_id)"
    )


def _intervals(
    connection: duckdb.DuckDBPyConnection, year: Year, spec: Table, hold: Hold, out: Path, hashing: bool
) -> str:
    """``_id``, from when and until when: what one table or the events hold up. ``hashing``: the rows have what the
    exports say, not yet hashes."""
    if hold.events:
        assert spec.grain is not None
        return (
            "SELECT i._id, h.s, h.e FROM ids AS i JOIN holds AS h "
            f"USING ({', '.join(identifier(c) for c in spec.grain.case)})"
        )
    assert hold.table is not None
    start, end = moment(str(hold.start)), moment(str(hold.end))
    keys = list(zip(spec.tidy_key, hold.key, strict=True))
    hidden = year.year.tables[hold.table].tidy_personal
    own = [f"CAST(i.{identifier(a)} AS VARCHAR)" for a, _ in keys]
    own = [hashed(cell) if b in hidden and hashing else cell for cell, (_, b) in zip(own, keys, strict=True)]
    on = " AND ".join(f"{cell} = h.k{n}" for n, cell in enumerate(own))
    theirs = ", ".join(f"CAST({identifier(b)} AS VARCHAR) AS k{n}" for n, (_, b) in enumerate(keys))
    file = one_file(out / f"{hold.table}.parquet")
    _refuse_marked(connection, hold.table, [b for _, b in keys if b not in hidden], file)
    return (
        f"SELECT i._id, h.s, h.e FROM ids AS i JOIN (SELECT {theirs}, {start} AS s, {end} AS e "
        f"FROM read_parquet({file})) AS h ON {on}"
    )


def _refuse_marked(connection: duckdb.DuckDBPyConnection, table: str, columns: list[str], file: str) -> None:
    """A key of which only a mark was kept finds nothing: its rows would be left out in silence."""
    for column in columns:
        cell = f"CAST({identifier(column)} AS VARCHAR)"
        found = connection.execute(
            f"SELECT source_file, source_row FROM read_parquet({file}) WHERE regexp_matches({cell}, {literal(MARK)}) "
            "ORDER BY 1, 2 LIMIT 5"
        ).fetchall()
        if found:
            raise ExportError(
                "personal_key",
                found[0][0],
                f"表 {table} 据以关联的列 {column} 里有个人信息，已遮盖，不能再据以关联",
                rows=[(row, file) for file, row in found],
                hint=f"在来源里换成代码，或在表 {table} 里写 personal: [{column}]（用密文关联）；"
                "确实不是个人信息的，写进 year.yml 的 not_personal",
            )
