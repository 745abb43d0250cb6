"""The exports of one year as tidy tables, each with its reconciliation: in = used + set aside by reason."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute

from helpers.activity import sql
from helpers.activity.calendar import workday_counts
from helpers.activity.errors import ExportError
from helpers.activity.read import ROW, Sheet, find_columns, read_export
from helpers.year.crosscheck import matching_files, tidy_columns
from helpers.year.load import Year
from helpers.year.models import Correction
from helpers.year.tables import Table

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
    return [clean_table(year, table, out) for table in year.year.tables]


def clean_table(year: Year, table: str, out: Path) -> Reconciliation:
    """Clean one table; see ``clean_year``."""
    spec = year.year.tables[table]
    corrections = [c for c in year.corrections.corrections if c.table == table]
    required = _required(spec)
    with duckdb.connect(":memory:") as connection:
        connection.execute("SET TimeZone = 'UTC'")
        files = _load_sources(connection, year, spec, required)
        _stage(connection, "texts_plain", sql.texts(spec.model_copy(update={"synonyms": {}}), ()))
        corrected = _check_corrections(connection, corrections)
        _stage(connection, "texts", sql.texts(spec, corrections))
        _stage(connection, "typed", sql.typed(spec))
        _stage(connection, "judged", sql.judged(spec, required, year.fiscal_year))
        _calendar(connection, spec, year)
        _stage(connection, "tidy", sql.tidy(spec, year.fiscal_year))
        _write(connection, "SELECT * FROM tidy", out / f"{table}.parquet")
        _write(connection, _set_aside_rows(spec), out / f"{table}.set_aside.parquet")
        return _reconcile(connection, table, spec, files, corrected)


def _required(spec: Table) -> list[str]:
    """The columns without which a row cannot be used."""
    named = [*spec.key, *([spec.year_by] if spec.year_by else [])]
    named += [c for c, declared in spec.columns.items() if declared.required]
    return list(dict.fromkeys(named))


def _stage(connection: duckdb.DuckDBPyConnection, stage: str, query: str) -> None:
    connection.execute(f"CREATE TABLE {stage} AS {query}")


def _load_sources(connection: duckdb.DuckDBPyConnection, year: Year, spec: Table,
                  required: Sequence[str]) -> list[ExportFile]:
    """All files of a table, one below the other, as the table ``source``."""
    texts = ", ".join(f"{sql.name(c)} VARCHAR" for c in spec.columns)
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
        connection.execute(f"INSERT INTO source SELECT {picked}, {sql.quote(shown)}, {ROW}, {number} FROM sheet")
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


def _check_corrections(connection: duckdb.DuckDBPyConnection, corrections: Sequence[Correction]) -> int:
    """How many rows the corrections change; raises where the source no longer says what is expected."""
    total = 0
    for correction in corrections:
        key = "、".join(f"{c}={v}" for c, v in correction.key.items())
        columns = ", ".join(sql.name(c) for c in correction.expect) or "1"
        rows = connection.execute(
            f"SELECT source_file, source_row, {columns} FROM texts_plain WHERE {sql.matches(correction)} "
            "ORDER BY _file_no, source_row").fetchall()
        if not rows:
            raise ExportError("correction_stale", "corrections.yml", f"{correction.table} 里没有 {key} 这一行",
                              hint="来源可能已经改正或重新编号；核对后删去或改写这条更正")
        for file, row, *values in rows:
            if tuple(values) != tuple(correction.expect.values()):
                said = "、".join(f"{c}={v}" for c, v in zip(correction.expect, values, strict=True))
                raise ExportError("correction_stale", file, f"{key} 的现值与 corrections.yml 的 expect 不同",
                                  rows=[(row, said)], hint="来源可能已经改正；核对后删去或改写这条更正")
        total += len(rows)
    return total


def _calendar(connection: duckdb.DuckDBPyConnection, spec: Table, year: Year) -> None:
    """The table ``calendar`` over all days that the working-day clocks of this table touch.

    Days far outside the fiscal year are mistakes in the records, for the gate to raise; their
    clocks stay empty.
    """
    ends = {c for d in spec.derived.values() if d.clock == "workdays" for c in (d.start, d.end) if c}
    connection.execute("CREATE TABLE calendar (day DATE, workdays INTEGER)")
    if not ends:
        return
    days = " UNION ALL ".join(f"SELECT CAST({sql.name(c)} AS DATE) AS d FROM judged WHERE _reason IS NULL" for c in sorted(ends))
    lower, upper = datetime.date(year.fiscal_year - 1, 1, 1), datetime.date(year.fiscal_year + 1, 12, 31)
    first, last = connection.execute(
        f"SELECT min(d), max(d) FROM ({days}) WHERE d BETWEEN DATE '{lower}' AND DATE '{upper}'").fetchall()[0]
    if first is None:
        return
    connection.register("counts", workday_counts(first, last, year.year.calendar))
    connection.execute("INSERT INTO calendar SELECT * FROM counts")
    connection.unregister("counts")


def _set_aside_rows(spec: Table) -> str:
    """The rows set aside as text, with their reason and source position."""
    columns = ", ".join(f"t.{sql.name(c)}" for c in spec.columns)
    return (f"SELECT j._reason, {columns}, j.source_file, j.source_row FROM judged AS j "
            "JOIN texts AS t USING (_file_no, source_row) WHERE j._reason IS NOT NULL ORDER BY j._file_no, j.source_row")


def _write(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    """One Parquet file, never half-written."""
    partial = path.with_suffix(".partial")
    target = sql.quote(str(partial))
    connection.execute(f"COPY ({query}) TO {target} (FORMAT parquet, COMPRESSION zstd)")
    partial.replace(path)


def _reconcile(connection: duckdb.DuckDBPyConnection, table: str, spec: Table,
               files: list[ExportFile], corrected: int) -> Reconciliation:
    def one(query: str) -> int:
        return int(connection.execute(query).fetchall()[0][0])

    reasons = connection.execute(
        "SELECT _reason, count(*) FROM judged WHERE _reason IS NOT NULL GROUP BY _reason "
        "ORDER BY count(*) DESC, _reason").fetchall()
    own = ", ".join(sql.name(c) for c in spec.columns)
    repeated = 0 if spec.key else one(
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
        columns=tuple(_schema(spec)),
    )


def _text(connection: duckdb.DuckDBPyConnection, spec: Table, file: str, row: int, column: str) -> str:
    if column in spec.personal:
        return "（个人信息）"
    found = connection.execute(
        f"SELECT {sql.name(column)} FROM texts WHERE source_file = ? AND source_row = ?", [file, row]).fetchall()
    return str(found[0][0]) if found else ""


def _schema(spec: Table) -> list[dict[str, Any]]:
    """What each tidy column is: type, words, and the headers it comes from."""
    types = tidy_columns(spec)
    own = [{"column": c, "type": types[c], "words": d.words or d.source[0], "from": list(d.source)}
           for c, d in spec.columns.items()]
    derived = [{"column": c, "type": types[c], "words": d.words or _derived_words(d.clock, d.start, d.end, d.expr),
                "from": []} for c, d in spec.derived.items()]
    return [*own, *derived,
            {"column": "source_file", "type": "VARCHAR", "words": "来源文件", "from": []},
            {"column": "source_row", "type": "BIGINT", "words": "来源行号（含表头，从 1 起）", "from": []}]


def _derived_words(clock: str | None, start: str | None, end: str | None, expr: str | None) -> str:
    if clock == "hours":
        return f"{start} 至 {end} 的自然小时数"
    if clock == "workdays":
        return f"{start} 当日之后至 {end} 所经过的工作日数"
    return str(expr)
