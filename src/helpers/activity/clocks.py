"""Clocks as SQL over ``records``: calendar hours, working days, office hours, less what was on hold.

All of them are joins and arithmetic on whole columns. The office clock is the number of working
microseconds before a day, plus those within the day: the sum over its windows of how far into each
the moment lies. Exact integers until the last division.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from helpers.activity.calendar import known_span, office_days, workday_counts
from helpers.activity.cells import fixed_offset
from helpers.activity.errors import ExportError
from helpers.activity.sql import PLACE, backwards, given
from helpers.activity.written_down import WrittenDown, hashed
from helpers.files.personal_data import MARK
from helpers.year.declared_clocks import Derived, Hold
from helpers.year.engine import identifier, literal, literals, one_file
from helpers.year.expressions import SQL_TYPES
from helpers.year.load import Year
from helpers.year.models import Calendar
from helpers.year.tables import HOURS, Table
from helpers.year.text_growth import guarded
from helpers.year.tidy import tidy_columns

HOUR = 3_600_000_000  # microseconds
#: Rows that DuckDB writes as one group. How it divides more of them depends on its threads, unless it has sorted them.
GROUP = 122_880


def tidy(
    connection: duckdb.DuckDBPyConnection,
    year: Year,
    spec: Table,
    out: Path,
    written: WrittenDown | None = None,
    rows: int = 0,
) -> str:
    """``records`` with the derived columns as a query, in source order, its cells as they are to be ``written``
    down; as they are where these are written already. ``rows``: how many there may be.

    Clocks that need nothing but their own row are arithmetic on it, which keeps the order of the rows;
    the others are tables joined by ``_id`` and have to be sorted again, as long tables have in any case: the same
    records are the same bytes with any number of threads. Raises ``CalendarUnknown`` and,
    for a value that no declared schedule fits, ``ExportError``.
    """
    span = _span(connection, year, spec)
    hashed_once = written.hashed_once if written else ()
    clocks = [column for column, derived in spec.derived.items() if not _alone(derived)]
    query = "SELECT * FROM records"
    if clocks or hashed_once or rows > GROUP:
        # A view: a second copy of a long log would have to be sorted and kept.
        connection.execute(f"CREATE OR REPLACE VIEW ids AS SELECT *, {PLACE} AS _id FROM records")
        for column in clocks:
            _clock_table(connection, year, spec, column, span, out, written is not None)
        query = _looked_up(clocks, hashed_once, written is not None)
    if span and any(d.clock == "workdays" for d in spec.derived.values()):
        query = f"SELECT *, {_workday_lists(span, year.year.calendar_of(spec))} FROM ({query})"
    for column, derived in spec.derived.items():
        if derived.clock is None:
            value = f"CAST({guarded(column, str(derived.expr))} AS {SQL_TYPES[derived.type]}) AS {identifier(column)}"
            query = f"SELECT * EXCLUDE (year_start, year_end), {value} FROM ({given(query, year.fiscal)})"
        elif _alone(derived):
            query = f"SELECT *, {_own_row(spec, derived, span)} AS {identifier(column)} FROM ({query})"
    picked = ", ".join(written.tidy(hashed_once).values() if written else map(identifier, tidy_columns(spec)))
    return f"SELECT {picked}, source_file, source_row FROM ({query})"


def _looked_up(clocks: Sequence[str], hashed_once: Sequence[str], named: bool) -> str:
    """``ids`` with the clocks and hashes that have tables of their own, in order. What a row alone says is worked out
    after the sort, for each of its bytes is written to disk and read again; where the files are ``named`` by a macro,
    their names, too."""
    found = [f"{identifier('clock.' + c)}.clock AS {identifier(c)}" for c in clocks]
    tables = [f"LEFT JOIN {identifier('clock.' + c)} USING (_id)" for c in clocks]
    found += [identifier(c + ".hash") for c in hashed_once]
    tables += [
        f"LEFT JOIN {identifier('hash.' + c)} ON ids.{identifier(c)} = {identifier(c + '.text')}" for c in hashed_once
    ]
    own = "ids.* EXCLUDE (source_file)" if named else "ids.*"
    query = f"SELECT * FROM (SELECT {', '.join([own, *found])} FROM ids {' '.join(tables)}) ORDER BY _id"
    return f"SELECT *, file_name(_file_no) AS source_file FROM ({query})" if named else query


def _alone(derived: Derived) -> bool:
    """Whether a derived column needs nothing but its own row and the days of the calendar."""
    return derived.clock in (None, "workdays") or (derived.clock == "hours" and not derived.hold)


def _workday_lists(span: tuple[datetime.date, datetime.date], calendar: Calendar) -> str:
    """``_counts`` and ``_works``: by day from the first of the span, as constants of the query.

    Each is one text: a list of hundreds of numbers takes longer to plan than thousands of rows to time.
    """
    counts = workday_counts(*span, calendar)
    days, works = counts.column("workdays").to_pylist(), counts.column("work").to_pylist()
    return (
        f"'[{', '.join(map(str, days))}]'::INTEGER[] AS _counts, "
        f"'[{', '.join(str(int(work)) for work in works)}]'::TINYINT[] AS _works"
    )


def _own_row(spec: Table, derived: Derived, span: tuple[datetime.date, datetime.date] | None) -> str:
    """The clock of a row; empty where an end is missing or beyond the calendar, or the clock runs backwards."""
    start, end = identifier(str(derived.start)), identifier(str(derived.end))
    if derived.clock == "workdays":
        if span is None:
            return "CAST(NULL AS INTEGER)"

        def at(listed: str, moment: str) -> str:
            # An index below 1 would count from the end of the list.
            day = f"(CAST({moment} AS DATE) - DATE '{span[0]}' + 1)"
            return f"CASE WHEN {day} > 0 THEN list_extract({listed}, {day}) END"

        # On a free day the working day before it is over: only by the end of the next one is it kept.
        passed = f"(({at('_counts', end)}) - ({at('_counts', start)}))"
        value = f"{passed} + CAST({passed} > 0 AND ({at('_works', end)}) = 0 AS INTEGER)"
    else:
        passed = " - ".join(_elapsed(spec, f"CAST({moment} AS TIMESTAMP)") for moment in (end, start))
        value = f"({passed}) / {HOUR}.0"
    clock = f"CASE WHEN NOT ({backwards(spec, str(derived.start), str(derived.end))}) THEN {value} END"
    return clock if derived.clock == "workdays" else f"CASE WHEN ({clock}) >= 0 THEN {clock} END"


def _elapsed(spec: Table, moment: str) -> str:
    """Microseconds at a moment by the clock of the table's zone: where clocks are put forward for the summer, the
    hour that is left out does not count. One of the two equal hours in autumn is as good as the other."""
    zone = spec.timezone
    if zone in (None, "as_written") or not _changes(str(zone)):
        return f"epoch_us({moment})"
    return f"epoch_us(timezone({literal(str(zone))}, {moment}))"


def _changes(zone: str) -> bool:
    """Whether a zone has had more than one offset in this century."""
    if fixed_offset(zone) is not None:
        return False
    half_years = (datetime.datetime(year, month, 1) for year in range(2000, 2040) for month in (1, 7))
    return len({moment.replace(tzinfo=ZoneInfo(zone)).utcoffset() for moment in half_years}) > 1


def _span(connection: duckdb.DuckDBPyConnection, year: Year, spec: Table) -> tuple[datetime.date, datetime.date] | None:
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


def _clock_table(
    connection: duckdb.DuckDBPyConnection,
    year: Year,
    spec: Table,
    column: str,
    span: tuple[datetime.date, datetime.date] | None,
    out: Path,
    hashing: bool,
) -> None:
    """``clock.<column>``: ``_id`` and ``clock``, empty where an end is missing or the clock runs backwards."""
    derived = spec.derived[column]
    start, end = (f"CAST({identifier(str(c))} AS TIMESTAMP)" for c in (derived.start, derived.end))
    wrong = backwards(spec, str(derived.start), str(derived.end))
    target = identifier("clock." + column)
    schedule = "0"
    if derived.clock == "office_hours":
        schedule = _schedule(connection, spec, derived)
        days = span or (year.fiscal.first,) * 2  # no record has a date: any day will do
        known = year.year.calendar_of(spec) if span else Calendar(base="weekdays")
        connection.register("days", office_days(*days, known, derived.schedules()))
        connection.execute(f"CREATE TABLE {identifier('office.' + column)} AS SELECT * FROM days")
        connection.unregister("days")
    spells = f"SELECT _id, {start} AS s, {end} AS e, {schedule} AS schedule FROM ids WHERE NOT ({wrong})"
    spent = f"SELECT _id, spent FROM ({_spent(spec, derived, column, connection, spells)})"
    if derived.hold:
        connection.execute(f"CREATE TABLE {identifier('spell.' + column)} AS {spells}")
        spent = _less_holds(connection, year, spec, column, out, hashing)
    connection.execute(
        f"CREATE TABLE {target} AS SELECT _id, spent / {HOUR}.0 AS clock FROM ({spent}) WHERE spent >= 0"
    )
    if derived.hold:
        # Thirty bytes a row, which the sort that follows needs.
        connection.execute(f"DROP TABLE {identifier('spell.' + column)}")


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


def _spent(spec: Table, derived: Derived, column: str, connection: duckdb.DuckDBPyConnection, spells: str) -> str:
    """``spells`` (``_id``, ``s``, ``e``, ``schedule``) with ``spent``, in microseconds of the clock."""
    if derived.clock == "hours":
        return f"SELECT *, {_elapsed(spec, 'e')} - {_elapsed(spec, 's')} AS spent FROM ({spells})"
    table = identifier("office." + column)
    columns = [row[0] for row in connection.execute(f"DESCRIBE {table}").fetchall()]
    width = sum(c.startswith("f") for c in columns)

    def at(moment: str, day: str) -> str:
        second = f"(epoch_us(p.{moment}) - epoch_us(CAST({day}.day AS TIMESTAMP)))"
        parts = [f"greatest(0, least({second}, {day}.t{i}) - {day}.f{i})" for i in range(width)]
        return f"({day}.before + {' + '.join(parts)})"

    return (
        f"SELECT p.*, {at('e', 'b')} - {at('s', 'a')} AS spent FROM ({spells}) AS p "
        f"LEFT JOIN {table} AS a ON a.day = CAST(p.s AS DATE) AND a.schedule = p.schedule "
        f"LEFT JOIN {table} AS b ON b.day = CAST(p.e AS DATE) AND b.schedule = p.schedule"
    )


# --- on hold --------------------------------------------------------------------------------------


def _less_holds(
    connection: duckdb.DuckDBPyConnection, year: Year, spec: Table, column: str, out: Path, hashing: bool
) -> str:
    """``_id`` and ``spent`` of ``spell.<column>`` less what was on hold.

    Intervals are cut to the clock's own and merged, so that none counts twice. A hold that runs
    backwards, or one longer than the clock itself, leaves the clock empty: what it was cannot be known.
    """
    derived, spell = spec.derived[column], identifier("spell." + column)
    sources = [_intervals(connection, year, spec, hold, out, hashing) for hold in derived.hold if hold.column is None]
    lengths = [hold for hold in derived.hold if hold.column is not None]
    whole = f"SELECT _id, spent FROM ({_spent(spec, derived, column, connection, f'SELECT * FROM {spell}')})"
    if sources:
        cut = (
            f"SELECT p._id, p.schedule, greatest(h.s, p.s) AS s, least(coalesce(h.e, p.e), p.e) AS e, "
            f"coalesce(h.e < h.s, false) AS wrong FROM {spell} AS p JOIN ({' UNION ALL '.join(sources)}) AS h "
            f"USING (_id) WHERE h.s IS NOT NULL AND p.s IS NOT NULL AND p.e IS NOT NULL"
        )
        before = "max(e) OVER (PARTITION BY _id ORDER BY s, e ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"
        marked = f"SELECT *, CASE WHEN s <= {before} THEN 0 ELSE 1 END AS fresh FROM ({cut}) WHERE e > s AND NOT wrong"
        numbered = (
            f"SELECT *, sum(fresh) OVER (PARTITION BY _id ORDER BY s, e ROWS UNBOUNDED PRECEDING) AS island "
            f"FROM ({marked})"
        )
        merged = (
            f"SELECT _id, min(s) AS s, max(e) AS e, any_value(schedule) AS schedule FROM ({numbered}) "
            "GROUP BY _id, island"
        )
        held = f"SELECT _id, sum(spent) AS held FROM ({_spent(spec, derived, column, connection, merged)}) GROUP BY _id"
        whole = (
            f"SELECT w._id, CASE WHEN x._id IS NULL THEN w.spent - coalesce(h.held, 0) END AS spent "
            f"FROM ({whole}) AS w LEFT JOIN ({held}) AS h USING (_id) "
            f"LEFT JOIN (SELECT DISTINCT _id FROM ({cut}) WHERE wrong) AS x USING (_id)"
        )
    for hold in lengths:
        times, parts = HOURS[str(hold.unit or "小时")]
        length = f"round(coalesce(i.{identifier(str(hold.column))}, 0) * {times * HOUR // parts})"
        whole = (
            f"SELECT w._id, CASE WHEN {length} BETWEEN 0 AND w.spent THEN w.spent - CAST({length} AS BIGINT) END "
            f"AS spent FROM ({whole}) AS w JOIN ids AS i USING (_id)"
        )
    return whole


def _intervals(
    connection: duckdb.DuckDBPyConnection, year: Year, spec: Table, hold: Hold, out: Path, hashing: bool
) -> str:
    """``_id``, ``s``, ``e`` of one source of holds. ``hashing``: the rows have what the exports say, not yet hashes."""
    if hold.events:
        assert spec.grain is not None
        return (
            "SELECT i._id, h.s, h.e FROM ids AS i JOIN holds AS h "
            f"USING ({', '.join(identifier(c) for c in spec.grain.case)})"
        )
    start, end = (f"CAST({identifier(str(c))} AS TIMESTAMP)" for c in (hold.start, hold.end))
    if hold.table is None:
        return f"SELECT _id, {start} AS s, {end} AS e FROM ids"
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
