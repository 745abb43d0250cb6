"""Whether the files of a table are the right ones: none twice, none of last year, no stretch of the year left out."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

import duckdb

from helpers.activity import sql
from helpers.activity.errors import ExportError
from helpers.activity.sources import ExportFile
from helpers.year.engine import identifier, literals, one_file, open_engine, threads_for
from helpers.year.load import Year
from helpers.year.tables import Table
from helpers.year.tidy import record_columns

#: Rows of ``judged_rows`` that say something, without totals and footers.
RECORDS = f"{sql.NOT_BLANK} AND (_first IS NULL OR _first NOT IN ({literals((sql.TOTAL_LINE, sql.FOOTER))}))"
#: Rows that are compared at most; of larger tables a sample by content.
COMPARED = 1_000_000
#: Fewer rows in common are chance; so large a share of the smaller file is not.
SHARED_ROWS, SHARED_PART = 3, 0.05
#: Of files of a few rows one in so many is no chance.
SHARED_SMALL = 3
#: Between two files of so many days and rows, a hole so long, and so many times the longest within them.
SPAN_DAYS, SPAN_ROWS, GAP_DAYS, GAP_TIMES = 45, 50, 14, 3
#: A table of which so many rows, but for the year, are last year's was handed over again.
AGAIN_PART, AGAIN_ROWS, REGISTER_ROWS = 0.8, 5, 50


@dataclass(frozen=True)
class Overlap:
    """Rows that two files of a table have in common; each counts once where repetitions are set aside."""

    first: str
    second: str
    rows: int


def refuse_same_bytes(year: Year, spec: Table, files: Sequence[ExportFile]) -> None:
    """A file that is, byte by byte, another one of the table or one of last year's; raises ``ExportError``."""
    _refuse_twice(year, spec, files)
    if year.fiscal.crosses and spec.year_by:
        return  # an export of a calendar year belongs to both; one without a row of this year is told by its rows
    folder = year.folder.parent / str(year.fiscal_year - 1) / "exports"
    if (spec.loss and spec.loss.as_last_year) or not folder.is_dir():
        return
    own = {file.bytes: file for file in files if file.rows and (year.folder / file.file).is_file()}
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and p.stat().st_size in own):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        same = next((file for file in files if file.rows and file.sha256 == digest), None)
        if same:
            before = f"{year.fiscal_year - 1}/exports/{path.relative_to(folder).as_posix()}"
            raise ExportError(
                "last_years_file",
                same.file,
                f"与上一年度的文件 {before} 完全相同，像是误交了上一年度的文件",
                hint="换成本年度的导出文件；两年内容确实相同的，在这张表里写 loss: {as_last_year: true, why: 理由}",
            )


def compare(
    connection: duckdb.DuckDBPyConnection, year: Year, spec: Table, files: Sequence[ExportFile]
) -> list[Overlap]:
    """What the files of a table have in common, by the content of their rows; reads ``judged_rows``.

    Raises ``ExportError`` where a file lies within another, has the same rows in another form, repeats rows of another
    that would count twice, or where a stretch of the year is missing between two files.
    """
    if len(files) < 2:
        return []
    overlaps = _refuse_contained(connection, spec, files)
    _refuse_renumbered(connection, spec, files)
    _refuse_gap(connection, year, spec, files)
    return overlaps


def _refuse_twice(year: Year, spec: Table, files: Sequence[ExportFile]) -> None:
    seen: dict[str, str] = {}
    for file in files:
        if not file.rows or not (year.folder / file.file).is_file():
            continue  # the members of an archive have its hash
        if file.sha256 in seen and not (spec.loss and spec.loss.overlap):
            raise _twice(seen[file.sha256], file.file, "两个文件的内容完全相同，同一份数据交了两次")
        seen.setdefault(file.sha256, file.file)


def _twice(first: str, second: str, words: str) -> ExportError:
    return ExportError(
        "same_file_twice",
        second,
        f"与 {first} 重复：{words}",
        hint=f"核对是否少交了另一份文件（如另一个半年），换成正确的文件；多余的从 files 的范围里移走。"
        f"确实应当如此的，在这张表里写 loss: {{overlap: true, why: 理由}}（{first}、{second}）",
    )


def _refuse_contained(connection: duckdb.DuckDBPyConnection, spec: Table, files: Sequence[ExportFile]) -> list[Overlap]:
    own = ", ".join(identifier(c) for c in spec.columns)
    every = max(1, sum(file.rows for file in files) // COMPARED)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE alike AS SELECT _file_no, hash({own}) AS h, count(*) AS n FROM judged_rows "
        f"WHERE {RECORDS} AND hash({own}) % {every} = 0 GROUP BY ALL"
    )
    sizes = dict(connection.execute("SELECT _file_no, sum(n) FROM alike GROUP BY 1").fetchall())
    pairs = connection.execute(
        "SELECT a._file_no, b._file_no, sum(least(a.n, b.n)) FROM alike AS a JOIN alike AS b USING (h) "
        "WHERE a._file_no < b._file_no GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    connection.execute("DROP TABLE alike")
    named = bool(spec.key or spec.year_by or spec.grain)
    found = []
    for first, second, shared in pairs:
        smaller = min(sizes[first], sizes[second])
        names = files[first].file, files[second].file
        if spec.loss and spec.loss.overlap:
            continue
        if shared == smaller and shared >= (2 if named else SPAN_ROWS):
            inner, outer = names if sizes[first] <= sizes[second] else reversed(names)
            raise _twice(outer, inner, f"{inner} 的 {smaller * every} 行都已经在 {outer} 里")
        if shared < max(min(SHARED_ROWS, smaller / SHARED_SMALL), SHARED_PART * smaller):
            continue
        if not spec.repeats_set_aside and spec.exact_duplicates is None:
            raise _counted_twice(*names, int(shared * every))
        found.append(Overlap(*names, int(shared * every)))
    return found


def _refuse_renumbered(connection: duckdb.DuckDBPyConnection, spec: Table, files: Sequence[ExportFile]) -> None:
    """Stop where every row of a file is in another under a new number: dates, amounts and all else are the same.

    Only where rows are told apart by more than a day and a word; a round of inspections is alike at every site.
    """
    told = {c: d.type for c, d in spec.columns.items() if c not in spec.key}
    if (
        not spec.key
        or (spec.loss and spec.loss.overlap)
        or not {"money", "number", "duration", "datetime"} & {*told.values()}
    ):
        return
    own = ", ".join(identifier(c) for c in told)
    every = max(1, sum(file.rows for file in files) // COMPARED)
    found = connection.execute(
        f"WITH alike AS MATERIALIZED (SELECT _file_no, hash({own}) AS h, count(*) AS n FROM judged_rows "
        f"WHERE {RECORDS} AND hash({own}) % {every} = 0 GROUP BY ALL), "
        f"sizes AS (SELECT _file_no, sum(n) AS rows FROM alike GROUP BY 1 HAVING sum(n) >= {SHARED_ROWS} "
        "AND count(*) * 10 >= sum(n) * 9) "
        "SELECT a._file_no, b._file_no, any_value(s.rows) FROM alike AS a JOIN alike AS b USING (h) "
        "JOIN sizes AS s ON s._file_no = b._file_no JOIN sizes AS t ON t._file_no = a._file_no "
        "WHERE a._file_no <> b._file_no AND (s.rows < t.rows OR (s.rows = t.rows AND a._file_no < b._file_no)) "
        "GROUP BY ALL HAVING sum(least(a.n, b.n)) = any_value(s.rows) ORDER BY ALL LIMIT 1"
    ).fetchall()
    if found:
        outer, inner, rows = files[found[0][0]].file, files[found[0][1]].file, int(found[0][2]) * every
        raise _twice(outer, inner, f"{inner} 的 {rows} 行除编号外都已经在 {outer} 里")


def _counted_twice(first: str, second: str, rows: int) -> ExportError:
    return ExportError(
        "files_overlap",
        second,
        f"有 {rows} 行与 {first} 里的行完全相同，两个文件的范围重叠，这些行会重复计算",
        hint="重新导出互不重叠的文件；重叠的行只计一次的，在这张表里写 exact_duplicates: set_aside 或 key，"
        "确是不同记录的写 exact_duplicates: keep",
    )


def _refuse_gap(connection: duckdb.DuckDBPyConnection, year: Year, spec: Table, files: Sequence[ExportFile]) -> None:
    """Two files that each cover a part of the year, day by day, with days between them that neither has."""
    column = spec.grain.time if spec.grain else spec.year_by
    if column not in spec.columns or (spec.loss and spec.loss.gap):
        return
    day = f"CAST({identifier(str(column))} AS DATE)"
    days = f"SELECT DISTINCT _file_no, {day} AS d FROM judged_rows WHERE {RECORDS} AND {year.fiscal.in_sql(day)}"
    parts = connection.execute(
        "SELECT _file_no, min(d), max(d), max(hole) FROM "
        "(SELECT *, d - lag(d) OVER (PARTITION BY _file_no ORDER BY d) AS hole "
        f"FROM ({days})) GROUP BY _file_no HAVING count(*) >= {SPAN_DAYS // 2} "
        f"AND max(d) - min(d) BETWEEN {SPAN_DAYS} AND 290 "
        "ORDER BY min(d), max(d)"
    ).fetchall()
    parts = [part for part in parts if files[part[0]].rows >= SPAN_ROWS]
    for (one, _, end, hole), (other, start, _, hole_after) in pairwise(parts):
        missing = (start - end).days - 1
        if missing >= max(GAP_DAYS, GAP_TIMES * max(hole, hole_after)):
            raise _gap(files[one].file, files[other].file, end, start)


def _gap(first: str, second: str, end: date, start: date) -> ExportError:
    return ExportError(
        "period_missing",
        second,
        f"从 {start} 开始，而 {first} 到 {end} 为止，中间的 {(start - end).days - 1} 天没有任何记录",
        hint=(
            "补上缺少的文件或按完整的时间范围重新导出；"
            "这段时间确实没有记录的，在这张表里写 loss: {gap: true, why: 理由}"
        ),
    )


# --- against last year ----------------------------------------------------------------------------


def refuse_last_year(year: Year, tables: Path, previous: Year | None, previous_tables: Path) -> None:
    """A table whose rows are last year's but for the year of their dates and their numbers.

    Reads the tidy tables of both years. Raises ``ExportError``.
    """
    if previous is None:
        return
    files = [path for folder in (tables, previous_tables) for path in folder.glob("*.parquet")]
    with open_engine(threads=threads_for(sum(path.stat().st_size for path in files)) or 2) as connection:
        for table, spec in year.year.tables.items():
            before = previous.year.tables.get(table)
            if before is None or (spec.loss and spec.loss.as_last_year):
                continue
            files = [folder / f"{table}.parquet" for folder in (tables, previous_tables)]
            same, rows = _same_but_for_the_year(connection, spec, before, *files)
            enough = AGAIN_ROWS if spec.year_by else REGISTER_ROWS
            if rows >= enough and same >= (AGAIN_PART * rows if spec.year_by else rows):
                raise _again(year, table, same, rows)


def _again(year: Year, table: str, same: int, rows: int) -> ExportError:
    return ExportError(
        "last_years_rows",
        "、".join(year.year.tables[table].files),
        (
            f"{year.year.tables[table].title}（{table}）的 {rows} 条记录中有 {same} 条"
            f"除年份和编号外与 {year.fiscal_year - 1} 年度的相同，像是上一年度的文件改了日期"
        ),
        hint=(
            f"换成本年度的导出文件；两年内容确实相同的，在 tables.{table} 里写 loss: {{as_last_year: true, why: 理由}}"
        ),
    )


def _same_but_for_the_year(
    connection: duckdb.DuckDBPyConnection, spec: Table, before: Table, own: Path, last: Path
) -> tuple[int, int]:
    """How many rows of the first file are in the second, and how many it has."""
    types, others = record_columns(spec), record_columns(before)
    dates = ("DATE", "TIMESTAMP")
    shared = [c for c, kind in types.items() if others.get(c) == kind and (c not in spec.tidy_key or not spec.year_by)]
    told = [f"strftime({identifier(c)}, '%m-%d %H:%M:%S')" if types[c] in dates else identifier(c) for c in shared]
    if spec.year_by and (spec.year_by not in shared or len(shared) < 2):
        return 0, 0

    def counts(path: Path) -> str:
        return f"SELECT hash({', '.join(told)}) AS h, count(*) AS n FROM read_parquet({one_file(path)}) GROUP BY 1"

    same, rows = connection.execute(
        f"SELECT coalesce(sum(least(a.n, coalesce(b.n, 0))), 0), coalesce(sum(a.n), 0) FROM ({counts(own)}) AS a "
        f"LEFT JOIN ({counts(last)}) AS b USING (h)"
    ).fetchall()[0]
    return int(same), int(rows)
