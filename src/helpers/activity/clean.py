"""The exports of one year as tidy tables, each with its reconciliation: in = used + set aside by reason."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute

from helpers.activity import clocks, corrections, dates, grain, sql
from helpers.activity.cells import declares_offsets, name, quote
from helpers.activity.errors import ExportError
from helpers.activity.read import ROW, Sheet, find_columns, read_export
from helpers.year.clock_words import clock_words
from helpers.year.load import Year
from helpers.year.models import Calendar
from helpers.year.tables import Table
from helpers.year.tidy import matching_files, record_columns, tidy_columns

#: Cells that fit no type are listed up to this many; their number is always exact.
LISTED = 200


@dataclass(frozen=True)
class ExportFile:
    """One export as handed over. ``cut_off``: it ends without a line end."""

    file: str
    sha256: str
    bytes: int
    rows: int
    absent_columns: tuple[str, ...]
    cut_off: bool


@dataclass(frozen=True)
class SetAside:
    reason: str
    rows: int


@dataclass(frozen=True)
class UnreadableCell:
    source_file: str
    source_row: int
    column: str
    value: str


@dataclass(frozen=True)
class Reconciliation:
    """``rows_in`` = ``used`` + the rows set aside; ``entities``: how many tidy rows the used became."""

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

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


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
    needed = {n: {h.table for d in t.derived.values() for h in d.hold if h.table in tables} for n, t in tables.items()}
    return list(TopologicalSorter(needed).static_order())  # type: ignore[type-var]


def clean_table(year: Year, table: str, out: Path) -> Reconciliation:
    """Clean one table; see ``clean_year``. A table that interrupts its clocks has to be clean already."""
    spec = year.year.tables[table]
    declared = [c for c in year.corrections.corrections if c.table == table]
    required = _required(spec)
    with duckdb.connect(":memory:") as connection:
        connection.execute("SET TimeZone = 'UTC'")
        files = _load_sources(connection, year, spec, required)
        corrected = corrections.check(connection, spec, declared)
        _stage(connection, "texts", sql.texts(spec, declared))
        _type(connection, spec)
        corrections.refuse_unreadable(connection, declared)
        _stage(connection, "judged", sql.judged(spec, required, year.fiscal_year))
        _refuse(connection, spec, year.fiscal_year)
        if spec.grain:
            grain.build(connection, spec, spec.grain, year.fiscal_year)
        _stage(connection, "records", grain.records(spec) if spec.grain else sql.records(spec))
        clocks.tidy(connection, year, spec, out)
        _write(connection, "SELECT * FROM tidy", out / f"{table}.parquet")
        _write(connection, _set_aside_rows(spec), out / f"{table}.set_aside.parquet")
        return _reconcile(connection, year, table, files, corrected)


def _type(connection: duckdb.DuckDBPyConnection, spec: Table) -> None:
    """``typed``, read again where times turn out to have offsets; dates that stay open stop."""
    dates.refuse_clashes(connection, spec)
    zones: dict[str, str | None] = {}
    said = [c for c in dates.date_columns(spec) if declares_offsets(spec.columns[c], spec)]
    if said:
        zones = dates.zones_of(connection, spec, said)
    _stage(connection, "typed", sql.typed(spec, zones))
    unread = connection.execute(
        "SELECT DISTINCT unnest(_unreadable) AS c FROM typed WHERE len(_unreadable) > 0 ORDER BY c").fetchall()
    found = dates.zones_of(connection, spec, [c for (c,) in unread if c not in zones])
    if found.keys() - zones.keys():
        connection.execute("DROP TABLE typed")
        _stage(connection, "typed", sql.typed(spec, zones | found))
    if unread:
        dates.refuse_undeclared(connection, spec)


def _refuse(connection: duckdb.DuckDBPyConnection, spec: Table, fiscal_year: int) -> None:
    """Stop at rows of the kinds that the declaration stops at rather than setting them aside."""
    stops = [sql.SHIFTED_ROW] if spec.checks.shifted == "stop" else []
    stops += [why for _, why in sql.impossible(spec, fiscal_year)] if spec.checks.impossible == "stop" else []
    for why in stops:
        rows = connection.execute(
            f"SELECT source_file, source_row FROM judged WHERE _reason = {quote(why)} ORDER BY _file_no, source_row").fetchall()
        if rows:
            raise ExportError("impossible_rows", rows[0][0], f"有 {len(rows)} 行{why}",
                              rows=[(row, file) for file, row in rows],
                              hint="在来源系统改正后重新导出，或用 corrections.yml 更正；确实可以剔除的，在 checks 里写 set_aside")


def _required(spec: Table) -> list[str]:
    """The columns without which a row cannot be used."""
    named = [*(spec.grain.case if spec.grain else spec.key), *([spec.grain.time] if spec.grain else [])]
    named += [spec.year_by] if spec.year_by in spec.columns and not spec.grain else []
    named += [c for c, declared in spec.columns.items() if declared.required]
    return list(dict.fromkeys(named))  # type: ignore[arg-type]


def _stage(connection: duckdb.DuckDBPyConnection, stage: str, query: str) -> None:
    connection.execute(f"CREATE TABLE {stage} AS {query}")


def _load_sources(connection: duckdb.DuckDBPyConnection, year: Year, spec: Table,
                  required: Sequence[str]) -> list[ExportFile]:
    """All files of a table, one below the other, as the table ``source``."""
    texts = ", ".join(f"{name(c)} VARCHAR" for c in spec.columns)
    connection.execute(f"CREATE TABLE source ({texts}, source_file VARCHAR, source_row BIGINT, _file_no INTEGER)")
    paths = dict.fromkeys(p for pattern in spec.files for p in matching_files(year.folder, pattern))
    files, found = [], set()
    for number, path in enumerate(paths):
        shown = path.relative_to(year.folder).as_posix()
        sheet = read_export(path, shown, spec)
        columns = find_columns(sheet, spec, required)
        found |= set(columns)
        if sheet.cut_off:
            _refuse_cut_off(sheet)
        picked = ", ".join(columns.get(c, "NULL") for c in spec.columns)
        connection.register("sheet", sheet.rows)
        connection.execute(f"INSERT INTO source SELECT {picked}, {quote(shown)}, {ROW}, {number} FROM sheet")
        connection.unregister("sheet")
        files.append(_export_file(path, shown, sheet, [c for c in spec.columns if c not in columns]))
    nowhere = [c for c in spec.columns if c not in found]
    if nowhere:
        spellings = "、".join(spec.columns[nowhere[0]].source)
        raise ExportError("missing_column", files[0].file, f"没有一个文件含有列 {nowhere[0]}（表头应为：{spellings}）",
                          hint="在 year.yml 里改正表头的写法，或去掉这一列")
    return files


def _export_file(path: Path, shown: str, sheet: Sheet, absent: list[str]) -> ExportFile:
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return ExportFile(shown, digest, path.stat().st_size, sheet.rows.num_rows, tuple(absent), sheet.cut_off)


def _refuse_cut_off(sheet: Sheet) -> None:
    """A file without a final line end whose last cell is only the beginning of a usual value was cut off.

    Only columns with few values tell; elsewhere the missing line end is carried as a note.
    """
    if not sheet.rows.num_rows:
        return
    column = sheet.rows.column(f"c{len(sheet.headers) - 1}")
    last = column[-1].as_py()
    others = set(pa.compute.unique(column.slice(0, len(column) - 1)).to_pylist())
    few = len(others) <= max(20, len(column) // 50)
    if few and last not in others and any(o.startswith(last) for o in others) and not last.isdigit():
        row = sheet.rows.column(ROW)[-1].as_py()
        raise ExportError("truncated", sheet.file, f"文件在最后一行中间断了：“{sheet.headers[-1]}”只剩下“{last}”",
                          rows=[(row, "最后一行，没有换行符")], hint="重新导出完整的文件")


def _set_aside_rows(spec: Table) -> str:
    """The rows set aside as text, with their reason and source position."""
    columns = ", ".join(f"t.{name(c)}" for c in spec.columns)
    return (f"SELECT j._reason, {columns}, j.source_file, j.source_row FROM judged AS j "
            "JOIN texts AS t USING (_file_no, source_row) WHERE j._reason IS NOT NULL ORDER BY j._file_no, j.source_row")


def _write(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    """One Parquet file, never half-written."""
    partial = path.with_suffix(".partial")
    target = quote(str(partial))
    connection.execute(f"COPY ({query}) TO {target} (FORMAT parquet, COMPRESSION zstd)")
    partial.replace(path)


def _reconcile(connection: duckdb.DuckDBPyConnection, year: Year, table: str,
               files: list[ExportFile], corrected: int) -> Reconciliation:
    spec = year.year.tables[table]

    def one(query: str) -> int:
        return int(connection.execute(query).fetchall()[0][0])

    reasons = connection.execute(
        "SELECT _reason, count(*) FROM judged WHERE _reason IS NOT NULL GROUP BY _reason "
        "ORDER BY count(*) DESC, _reason").fetchall()
    own = ", ".join(name(c) for c in spec.columns)
    repeated = 0 if spec.repeats_set_aside else one(
        f"SELECT coalesce(sum(n - 1), 0) FROM (SELECT count(*) AS n FROM judged WHERE _reason IS NULL GROUP BY {own})")
    cells = "SELECT _file_no, source_file, source_row, unnest(_unreadable) AS col FROM judged WHERE _reason IS NULL"
    listed = connection.execute(
        f"SELECT c.source_file, c.source_row, c.col FROM ({cells}) AS c "
        f"ORDER BY c._file_no, c.source_row, c.col LIMIT {LISTED}").fetchall()
    return Reconciliation(
        table=table,
        title=spec.title,
        rows_in=one("SELECT count(*) FROM source"),
        used=one("SELECT count(*) FROM judged WHERE _reason IS NULL"),
        entities=one("SELECT count(*) FROM tidy"),
        set_aside=tuple(SetAside(reason, rows) for reason, rows in reasons),
        corrected=corrected,
        repeated_kept=repeated,
        unreadable_cells=one(f"SELECT count(*) FROM ({cells})"),
        unreadable=tuple(UnreadableCell(f, r, c, _text(connection, spec, f, r, c)) for f, r, c in listed),
        files=tuple(files),
        columns=tuple(_schema(spec, year.year.calendar)),
    )


def _text(connection: duckdb.DuckDBPyConnection, spec: Table, file: str, row: int, column: str) -> str:
    if column in spec.personal:
        return "（个人信息）"
    found = connection.execute(
        f"SELECT {name(column)} FROM texts WHERE source_file = ? AND source_row = ?", [file, row]).fetchall()
    return str(found[0][0]) if found else ""


def _schema(spec: Table, calendar: Calendar) -> list[dict[str, Any]]:
    """What each tidy column is: type, words, and the headers it comes from."""
    types, words, taken = tidy_columns(spec), spec.column_words(), spec.grain.attributes if spec.grain else {}

    def headers(column: str) -> list[str]:
        source = spec.columns.get(taken[column].source if column in taken else column)
        return list(source.source) if source else []

    own = [{"column": c, "type": types[c], "words": words[c], "from": headers(c)} for c in record_columns(spec)]
    derived = [{"column": c, "type": types[c], "from": [],
                "words": d.words or (clock_words(d, spec, calendar) if d.clock else str(d.expr))}
               for c, d in spec.derived.items()]
    return [*own, *derived,
            {"column": "source_file", "type": "VARCHAR", "words": "来源文件", "from": []},
            {"column": "source_row", "type": "BIGINT", "words": "来源行号（含表头，从 1 起）", "from": []}]
