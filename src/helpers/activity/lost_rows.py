"""What of an export is lost, by kind: counted for the gate's limits, and kept as rows for the bounds of figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import duckdb

from helpers.activity import sql
from helpers.activity.counted_rows import EXAMPLES, Counted
from helpers.activity.written_down import WrittenDown, shown_row
from helpers.year.engine import identifier, literal, literals, one_file
from helpers.year.expressions import SQL_TYPES
from helpers.year.load import Year
from helpers.year.reads import columns_of_figures
from helpers.year.tables import Table
from helpers.year.text_growth import guarded
from helpers.year.tidy import CLOCK_TYPES, record_columns, tidy_columns

#: ``unreadable``, ``missing``: the year's date or the name of the record; ``shifted``: most of the row;
#: ``impossible``: a date; ``blank``: a column declared as required is empty; ``version``: another row has the
#: same key; ``repeated``: another row says the same; ``other_year``; ``cell``: a cell of a row that is used.
Kind = Literal["unreadable", "missing", "shifted", "impossible", "blank", "version", "repeated", "other_year", "cell"]

#: Instead of a column: nothing of the row is certain.
ALL = "*"


@dataclass(frozen=True, kw_only=True)
class Loss:
    """Rows of one file lost for one reason, or rows in which one column is unreadable; ``examples``: row and text."""

    kind: Kind
    file: str
    rows: int
    reason: str
    column: str | None
    examples: tuple[tuple[int, str], ...]


def find(
    connection: duckdb.DuckDBPyConnection,
    spec: Table,
    required: Sequence[str],
    counted: Sequence[Counted],
    files: Sequence[str],
) -> tuple[Loss, ...]:
    """The losses of a table, whose rows are ``counted``, in the order of its ``files``; reads ``judged_rows`` and
    ``texts``."""
    kinds = _kinds(spec, required)
    found = []
    for one in counted:
        kind, column = _kind(kinds, spec, one)
        if kind:
            loss = Loss(
                kind=kind, file=files[one.file_no], rows=one.rows, reason=str(one.reason), column=column, examples=()
            )
            found.append((loss, one.file_no, one.places if kind != "repeated" else ()))
    if any(one.unreadable for one in counted if one.reason is None):
        found += _cells(connection, spec)
    return _with_examples(connection, spec, found)


def _kinds(spec: Table, required: Sequence[str]) -> dict[str, tuple[Kind, str | None]]:
    """The kind and column of each reason in ``_first``; other reasons are no loss."""
    words = spec.column_words()
    naming = {*(spec.grain.case if spec.grain else spec.key), spec.year_by, spec.grain.time if spec.grain else None}
    found: dict[str, tuple[Kind, str | None]] = {sql.RAGGED: ("shifted", None), sql.SHIFTED_ROW: ("shifted", None)}
    for column in spec.columns:
        found[words[column] + sql.IMPOSSIBLE] = ("impossible", column)
    for column in required:
        found[words[column] + sql.UNREADABLE] = ("unreadable", column)
        found[words[column] + sql.EMPTY] = ("missing" if column in naming else "blank", column)
    return found


def _kind(
    kinds: Mapping[str, tuple[Kind, str | None]], spec: Table, counted: Counted
) -> tuple[Kind | None, str | None]:
    if counted.first is not None:
        return kinds.get(counted.first, (None, None))
    if counted.again is not None:
        return ("repeated" if counted.again == sql.REPEATED_ROW else "version"), None
    date = spec.year_by if spec.year_by in spec.columns else None
    return ("other_year", date) if counted.scope == sql.OTHER_YEAR else (None, None)


#: A loss, the number of its file, and the rows that are its examples.
_Found = tuple[Loss, int, Sequence[int]]


def _cells(connection: duckdb.DuckDBPyConnection, spec: Table) -> Iterator[_Found]:
    """Unreadable cells in rows that are used, by file and column."""
    counted = connection.execute(
        f"SELECT _file_no, file_name(_file_no), col, count(*), min(source_row, {EXAMPLES}) FROM "
        "(SELECT _file_no, source_row, unnest(_unreadable) AS col FROM judged_rows WHERE _unreadable IS NOT NULL "
        f"AND {sql.USED}) GROUP BY ALL ORDER BY _file_no, col"
    ).fetchall()
    words = spec.column_words()
    for number, file, column, rows, places in counted:
        reason = words[column] + sql.UNREADABLE
        yield Loss(kind="cell", file=file, rows=rows, reason=reason, column=column, examples=()), number, places


def _with_examples(connection: duckdb.DuckDBPyConnection, spec: Table, found: Sequence[_Found]) -> tuple[Loss, ...]:
    """The losses with the text of their column, or the beginning of the row; all are looked up at once."""
    places = ", ".join(dict.fromkeys(f"({number}, {row})" for _, number, rows in found for row in rows))
    if not places:
        return tuple(loss for loss, _, _ in found)
    asked = {loss.column for loss, _, rows in found if rows}
    own = [c for c in spec.columns if None in asked or c in asked]
    picked = ", ".join(identifier(c) for c in own)
    texts = {
        (number, row): dict(zip(own, cells, strict=True))
        for number, row, *cells in connection.execute(
            f"SELECT _file_no, source_row, {picked} FROM texts SEMI JOIN (SELECT * FROM (VALUES {places}) "
            "AS v(_file_no, source_row)) USING (_file_no, source_row)"
        ).fetchall()
    }

    def said(loss: Loss, cells: Mapping[str, str | None]) -> str:
        told = [(loss.column, cells[loss.column])] if loss.column else cells.items()
        return shown_row(spec, told, loss.column is None, 60) or "空"

    return tuple(
        replace(loss, examples=tuple((row, said(loss, texts[number, row])) for row in rows))
        for loss, number, rows in found
    )


# --- rows for the bounds --------------------------------------------------------------------------


def write_uncertain(
    connection: duckdb.DuckDBPyConnection,
    year: Year,
    table: str,
    required: Sequence[str],
    tidy: Path,
    written: WrittenDown,
    counted: Sequence[Counted],
) -> None:
    """``<table>.uncertain.parquet`` beside the tidy table, where any row of it is uncertain.

    It has the tidy columns and source position of every lost row and of every used row with an
    unreadable cell that a figure reads, ``_used``, ``_kind`` and ``_unknown``: the columns of which
    nothing is known (``*``: none is). Clocks of a lost row are not computed and unknown.
    """
    spec = year.year.tables[table]
    path = tidy.with_suffix(".uncertain.parquet")
    path.unlink(missing_ok=True)
    kinds = _kinds(spec, required)
    # In most tables nothing is lost, and how what is lost is put together need not be thought about.
    if not any(_doubtful(spec, kinds, one) for one in counted):
        return
    own = ", ".join(identifier(c) for c in tidy_columns(spec))
    used = (
        f"SELECT {own}, source_file, source_row, true AS _used, 'cell' AS _kind, _unknown FROM "
        f"read_parquet({one_file(tidy)}) JOIN ({_used(year, table)}) USING (source_file, source_row)"
    )
    lost = _lost_cases(spec, kinds) if spec.grain else _lost_rows(year, table, required, kinds)
    cells = ", ".join(written.tidy().values())
    query = f"{used} UNION ALL SELECT {cells}, source_file, source_row, false, _kind, _unknown FROM ({lost})"
    partial = path.with_suffix(".partial")
    ordered = f"SELECT * FROM ({query}) ORDER BY source_file, source_row, _used"
    copied = connection.execute(f"COPY ({ordered}) TO {literal(str(partial))} (FORMAT parquet)").fetchall()
    if copied[0][0]:
        partial.replace(path)
    else:
        partial.unlink()


def _doubtful(spec: Table, kinds: Mapping[str, tuple[Kind, str | None]], counted: Counted) -> bool:
    """Whether rows may be uncertain, or make the case uncertain of which they are events."""
    said = counted.first is not None and counted.first not in sql.BLANK
    return bool(counted.unreadable) or counted.first in kinds or (spec.grain is not None and said)


def _used(year: Year, table: str) -> str:
    """Position and ``_unknown`` of the used rows in which a column that a figure reads is unreadable."""
    spec = year.year.tables[table]
    used = f"_unreadable IS NOT NULL AND {sql.USED}"
    if spec.grain:
        case = ", ".join(identifier(c) for c in spec.grain.case)
        doubtful = f"SELECT {case} FROM judged_rows WHERE {used} OR (_first IS NOT NULL AND {sql.NOT_BLANK})"
        return (
            f"SELECT source_file, source_row, ['{ALL}'] AS _unknown FROM cases SEMI JOIN ({doubtful}) USING ({case}) "
            "WHERE _reason IS NULL"
        )
    read = literals(sorted(columns_of_figures(year, table)))
    return (
        "SELECT * FROM (SELECT file_name(_file_no) AS source_file, source_row, "
        f"list_intersect(_unreadable, CAST([{read}] AS VARCHAR[])) AS _unknown FROM judged_rows WHERE {used}) "
        "WHERE len(_unknown) > 0"
    )


def _lost(kinds: Mapping[str, tuple[Kind, str | None]]) -> str:
    """The kind of a lost row as SQL over ``_first``, NULL for others."""
    by_kind = "".join(f" WHEN _first = {literal(why)} THEN {literal(kind)}" for why, (kind, _) in kinds.items())
    return f"CASE{by_kind} END"


def _lost_cases(spec: Table, kinds: Mapping[str, tuple[Kind, str | None]]) -> str:
    """One row for each case all of whose events are lost, and for each event that names no case."""
    assert spec.grain
    case = ", ".join(identifier(c) for c in spec.grain.case)
    types = tidy_columns(spec)
    empty = ", ".join(f"CAST(NULL AS {t}) AS {identifier(c)}" for c, t in types.items() if c not in spec.grain.case)
    named = " AND ".join(f"{identifier(c)} IS NOT NULL" for c in spec.grain.case)
    events = (
        f"SELECT {case}, {empty}, file_name(_file_no) AS source_file, source_row, {_lost(kinds)} AS _kind, "
        f"['{ALL}'] AS _unknown FROM judged_rows WHERE {_lost(kinds)} IS NOT NULL"
    )
    one = f"row_number() OVER (PARTITION BY {case} ORDER BY source_file, source_row) = 1"
    known = f"SELECT {case} FROM cases"
    return f"SELECT * FROM ({events}) ANTI JOIN ({known}) USING ({case}) QUALIFY {one} OR NOT ({named})"


def _lost_rows(year: Year, table: str, required: Sequence[str], kinds: Mapping[str, tuple[Kind, str | None]]) -> str:
    """The lost rows with what can be read of them, less those that are plainly not of this year or project."""
    spec = year.year.tables[table]
    whole = literals(why for why, (kind, _) in kinds.items() if kind == "shifted")
    dates = literals(why for why, (kind, _) in kinds.items() if kind == "impossible")
    clocks = [c for c, derived in spec.derived.items() if derived.clock]
    watched = [str(c) for c in dict.fromkeys([spec.year_by, *(c for pair in spec.clock_ends() for c in pair)]) if c]
    empty = ", ".join(f"CASE WHEN {identifier(c)} IS NULL THEN {literal(c)} END" for c in required) or "NULL"
    unknown = (
        f"CASE WHEN _first IN ({whole}) THEN ['{ALL}'] ELSE coalesce(_unreadable, CAST([] AS VARCHAR[])) || "
        f"list_filter(CAST([{empty}] AS VARCHAR[]), lambda x: x IS NOT NULL) || "
        f"CAST([{literals(clocks)}] AS VARCHAR[]) || "
        f"CASE WHEN _first IN ({dates}) THEN CAST([{literals(watched)}] AS VARCHAR[]) "
        "ELSE CAST([] AS VARCHAR[]) END END"
    )
    own = ", ".join(identifier(c) for c in record_columns(spec))
    query = (
        f"SELECT {own}, file_name(_file_no) AS source_file, source_row, {_lost(kinds)} AS _kind, "
        f"{unknown} AS _unknown FROM judged_rows WHERE {_lost(kinds)} IS NOT NULL"
    )
    for scope in spec.out_of_scope:
        query = (
            f"SELECT * EXCLUDE (year_start, year_end) FROM ({sql.given(query, year.fiscal)}) "
            f"WHERE NOT coalesce(({scope.where}\n), false)"
        )
    if spec.year_by:
        date = identifier(spec.year_by)
        query = (
            f"SELECT * FROM ({query}) WHERE {date} IS NULL OR {year.fiscal.in_sql(date)} "
            f"OR list_has_any(_unknown, ['{ALL}', {literal(spec.year_by)}])"
        )
    for column, derived in spec.derived.items():
        kind = CLOCK_TYPES[derived.clock] if derived.clock else SQL_TYPES[derived.type]
        made = "NULL" if derived.clock else guarded(column, str(derived.expr))
        value = f"CAST({made} AS {kind}) AS {identifier(column)}"
        query = f"SELECT * EXCLUDE (year_start, year_end), {value} FROM ({sql.given(query, year.fiscal)})"
    return query
