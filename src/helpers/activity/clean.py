"""The exports of one year as tidy tables, each with its reconciliation: in = used + set aside by reason."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb
from pydantic import TypeAdapter

from helpers.activity import (
    clocks,
    corrections,
    grain,
    handed_over,
    judging,
    lost_rows,
    sources,
    sql,
    tidy_files,
)
from helpers.activity.counted_rows import Counted, count_rows
from helpers.activity.empty_markers import may_be_empty
from helpers.activity.errors import ExportError
from helpers.activity.handed_over import Overlap
from helpers.activity.invisible import list_mended, stained
from helpers.activity.looked_through import few_valued
from helpers.activity.lost_rows import Loss
from helpers.activity.shared_hashes import shared_hashes
from helpers.activity.sources import ExportFile, SetAside
from helpers.activity.telling import telling
from helpers.activity.tidy_schema import tidy_schema
from helpers.activity.written_down import MASKS, Masked, WrittenDown, written_down
from helpers.year.engine import identifier, literal, open_engine, threads_for
from helpers.year.idle_engines import emptied
from helpers.year.load import Year
from helpers.year.personal import MASKED
from helpers.year.seen import table_exports
from helpers.year.tables import Table
from helpers.year.text_growth import LONGEST_TEXT, refused

#: Cells that fit no type are listed up to this many; their number is always exact.
LISTED = 200
#: What the database may hold at a time; beyond it spills to disk.
MEMORY = "2400MB"


@dataclass(frozen=True)
class UnreadableCell:
    source_file: str
    source_row: int
    column: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Placeholders:
    """Dates of a column that only stand for none (1970-01-01, 9999-12-31): how many, and the first of them."""

    column: str
    words: str
    cells: int
    source_file: str
    source_row: int
    value: str


@dataclass(frozen=True, kw_only=True)
class Reconciliation:
    """``rows_in`` = ``used`` + the rows set aside; ``entities``: how many tidy rows the used became.
    ``placeholders``: cells of the used rows that count as empty because of what they say; ``losses``: what
    is lost rather than left out; ``overlaps``: rows that two files share;
    ``masked``: personal data in texts, of which only marks were written down."""

    table: str
    title: str
    rows_in: int
    used: int
    entities: int
    set_aside: tuple[SetAside, ...]
    corrected: int
    repeated_kept: int
    unreadable_cells: int
    unreadable: tuple[UnreadableCell, ...]
    files: tuple[ExportFile, ...]
    columns: tuple[dict[str, Any], ...]
    placeholders: tuple[Placeholders, ...] = ()
    losses: tuple[Loss, ...] = ()
    overlaps: tuple[Overlap, ...] = ()
    masked: tuple[Masked, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return dict(_ACCOUNT.dump_python(self))


_ACCOUNT = TypeAdapter(Reconciliation)


def clean_year(year: Year, out: Path) -> list[Reconciliation]:
    """Write ``<table>.parquet`` and ``<table>.set_aside.parquet`` for each declared table into ``out``.

    Raises ``ExportError`` for an export that cannot be read as declared and ``CalendarUnknown``
    where a working-day clock runs into a year that the calendar does not know.
    """
    out.mkdir(parents=True, exist_ok=True)
    done = {table: clean_table(year, table, out) for table in in_order(year.year.tables)}
    return [done[table] for table in year.year.tables]


def in_order(tables: Mapping[str, Table]) -> list[str]:
    """The tables, those first whose rows interrupt the clocks of others."""
    needed = {
        n: {h.table for d in t.derived.values() for h in d.hold if h.table and h.table in tables}
        for n, t in tables.items()
    }
    return list(TopologicalSorter(needed).static_order())


def clean_table(year: Year, table: str, out: Path) -> Reconciliation:
    """Clean one table; see ``clean_year``. A table that interrupts its clocks has to be clean already."""
    try:
        return _cleaned(year, table, out)
    except duckdb.InvalidInputException as error:
        if (found := refused(str(error))) is None:
            raise
        column, row, file = found
        raise ExportError(
            "text_too_long",
            file,
            f"第 {row} 行：tables.{table}.derived 的列 {column} 会使文字超过 {LONGEST_TEXT:,} 字",
            hint=f"改 year.yml 里 {column} 的算式，不要让几列接连把文字成倍加长；单元格本身过长的，用 left() 截短",
        ) from None


def _cleaned(year: Year, table: str, out: Path) -> Reconciliation:
    spec = year.year.tables[table]
    declared = [c for c in year.corrections.corrections if c.table == table]
    required = _required(spec)
    threads = threads_for(sum(path.stat().st_size for path in table_exports(year, table)))
    with (
        tempfile.TemporaryDirectory(dir=out, prefix=".stage-") as work,
        emptied(
            ("clean", MEMORY, threads), partial(open_engine, MEMORY, threads), Path(work) / "spill", again=threads == 1
        ) as connection,
    ):
        connection.execute(judging.KEEP_ORDER)
        # What lives only in memory needs no checkpoint, which would compress it all after an update.
        connection.execute("SET checkpoint_threshold = '1TB'")
        files, plain, labelled = sources.load(connection, year, spec, required, Path(work))
        rows = sum(file.rows for file in files)
        few = few_valued(connection, "source", spec.columns, rows)
        stains, mangled = stained(connection, spec, few | plain)
        if mangled:
            sources.refuse_mangled(connection, spec, few | plain)
        handed_over.refuse_same_bytes(year, spec, files)
        list_mended(connection, spec, declared, stains, few)
        corrected = corrections.check(connection, spec, declared, stains)
        small = sources.are_few(files)
        marked = may_be_empty(connection, spec, few, plain - stains)
        texts = sql.texts(spec, declared, stains, marked=marked)
        connection.execute(f"CREATE {'TABLE' if small else 'VIEW'} texts AS {texts}")
        told = telling(connection, year, table, few)
        judging.judge(connection, spec, required, year.fiscal, told, small=small, labelled=labelled)
        overlaps = handed_over.compare(connection, year, spec, files)
        corrections.refuse_unreadable(connection, spec, declared)
        judging.refuse_impossible(connection, spec, year.fiscal)
        if spec.grain:
            grain.build(connection, spec, spec.grain, year.fiscal)
        connection.execute(f"CREATE VIEW records AS {grain.records(spec) if spec.grain else sql.records(spec)}")
        written = written_down(connection, year, table, told, rows)
        tidy, path = clocks.tidy(connection, year, spec, out, written, rows, few), out / f"{table}.parquet"

        counted, names = count_rows(connection), [file.file for file in files]
        used = [names[number] for number in sorted({one.file_no for one in counted if one.reason is None})]

        def rest(on: duckdb.DuckDBPyConnection) -> Reconciliation:
            aside = written.set_aside_rows(declared, stains, small=small)
            tidy_files.write(on, aside, out / f"{table}.set_aside.parquet")
            account = _reconcile(on, year, table, files, corrected, counted, shared_hashes(on, small=small))
            return replace(account, losses=lost_rows.find(on, spec, required, counted, names))

        entities, account = tidy_files.write_tidy(connection, tidy, path, used, rest, written.beside)
        lost_rows.write_uncertain(connection, year, table, required, path, written, counted)
        connection.remove_function(MASKS)
        return _shown(replace(account, entities=entities, overlaps=tuple(overlaps), masked=written.found), written)


def _shown(account: Reconciliation, written: WrittenDown) -> Reconciliation:
    """The account of a table with its texts masked as the table's own are."""
    return _ACCOUNT.validate_python(written.data(account.to_json()))


def _required(spec: Table) -> list[str]:
    """The columns without which a row cannot be used."""
    named = [*(spec.grain.case if spec.grain else spec.key), *([spec.grain.time] if spec.grain else [])]
    named += [spec.year_by] if spec.year_by in spec.columns and not spec.grain else []
    named += [c for c, declared in spec.columns.items() if declared.required]
    return list(dict.fromkeys(named))


def _reconcile(
    connection: duckdb.DuckDBPyConnection,
    year: Year,
    table: str,
    files: list[ExportFile],
    corrected: int,
    counted: Sequence[Counted],
    hashes: sql.Hashes,
) -> Reconciliation:
    """The account of a table, but for what only its tidy rows say."""
    spec = year.year.tables[table]

    def one(query: str) -> int:
        return int(connection.execute(query).fetchall()[0][0])

    # In most tables there are none of either, and nothing more need be asked.
    any_unread = any(one.unreadable for one in counted if one.reason is None)
    unread = "FROM judged WHERE _reason IS NULL AND _unreadable IS NOT NULL"
    return Reconciliation(
        table=table,
        title=spec.title,
        rows_in=one("SELECT count(*) FROM source"),
        used=sum(one.rows for one in counted if one.reason is None),
        entities=0,
        set_aside=_set_aside(counted),
        corrected=corrected,
        repeated_kept=0 if spec.repeats_set_aside else one(sql.repeated(spec, hashes)),
        unreadable_cells=one(f"SELECT sum(len(_unreadable)) {unread}") if any_unread else 0,
        unreadable=_unreadable(connection, spec, unread) if any_unread else (),
        files=tuple(
            _accounted(file, [one for one in counted if one.file_no == number]) for number, file in enumerate(files)
        ),
        columns=tuple(tidy_schema(spec, year.year.calendar_of(spec))),
        placeholders=_placeholders(connection, spec) if any(one.placeholders for one in counted) else (),
    )


def _set_aside(counted: Sequence[Counted]) -> tuple[SetAside, ...]:
    """How many rows each reason sets aside, the most frequent first."""
    rows: Counter[str] = Counter()
    for one in counted:
        if one.reason is not None:
            rows[one.reason] += one.rows
    return tuple(
        SetAside(reason, number) for reason, number in sorted(rows.items(), key=lambda item: (-item[1], item[0]))
    )


def _accounted(file: ExportFile, counted: Sequence[Counted]) -> ExportFile:
    return replace(file, used=sum(one.rows for one in counted if one.reason is None), set_aside=_set_aside(counted))


def _unreadable(connection: duckdb.DuckDBPyConnection, spec: Table, unread: str) -> tuple[UnreadableCell, ...]:
    """The first cells that fit no type, in source order."""
    cells = connection.execute(
        f"SELECT _file_no, source_file, source_row, unnest(_unreadable) AS col {unread} "
        f"ORDER BY _file_no, source_row, col LIMIT {LISTED}"
    ).fetchall()
    rows = ", ".join(f"({number}, {row})" for number, row in dict.fromkeys((c[0], c[2]) for c in cells))
    picked = f"SELECT * FROM (VALUES {rows}) AS v(_file_no, source_row)"
    found = connection.execute(f"SELECT * FROM texts SEMI JOIN ({picked}) USING (_file_no, source_row)")
    names = [column[0] for column in found.description or ()]
    texts = {
        (row["_file_no"], row["source_row"]): row
        for row in (dict(zip(names, r, strict=True)) for r in found.fetchall())
    }
    return tuple(
        UnreadableCell(file, row, column, MASKED if column in spec.personal else str(texts[number, row][column]))
        for number, file, row, column in cells
    )


def _placeholders(connection: duckdb.DuckDBPyConnection, spec: Table) -> tuple[Placeholders, ...]:
    """The dates that only stand for none, by column, in the used rows and in those that lack such a date."""
    cells = (
        "SELECT unnest(_placeholders) AS col, _file_no, source_row FROM judged WHERE _placeholders IS NOT NULL "
        "AND (_reason IS NULL OR ends_with(_reason, " + literal(sql.EMPTY) + "))"
    )
    found = connection.execute(
        f"SELECT col, count(*), min((_file_no, source_row)) FROM ({cells}) GROUP BY col ORDER BY col"
    ).fetchall()
    words, out = spec.column_words(), []
    for column, count, (number, row) in found:
        ((file, text),) = connection.execute(
            f"SELECT file_name(_file_no), {identifier(column)} FROM texts "
            f"WHERE _file_no = {number} AND source_row = {row}"
        ).fetchall()
        shown = MASKED if column in spec.personal else str(text)
        out.append(
            Placeholders(
                column=column, words=words[column], cells=int(count), source_file=file, source_row=int(row), value=shown
            )
        )
    return tuple(out)
