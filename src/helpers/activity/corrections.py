"""Corrections of single records: each has to find its rows as expected, and no cell is corrected twice."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import duckdb

from helpers.activity import sql
from helpers.activity.errors import ExportError
from helpers.activity.invisible import plain
from helpers.year.engine import identifier, literal
from helpers.year.models import Correction
from helpers.year.tables import Table

FILE = "corrections.yml"


def check(
    connection: duckdb.DuckDBPyConnection, spec: Table, corrections: Sequence[Correction], stained: Collection[str]
) -> int:
    """How many rows the corrections change; reads ``source``.

    Raises ``ExportError`` where a correction finds no row, where the source no longer says what is
    expected, or where two corrections change one cell.
    """
    if not corrections:
        return 0
    bare = spec.model_copy(update={"synonyms": {}})
    connection.execute(
        f"CREATE VIEW texts_plain AS SELECT *, file_name(_file_no) AS source_file FROM ({sql.texts(bare, (), stained)})"
    )
    for correction in corrections:
        _check_one(connection, spec, correction)
    _refuse_overlaps(connection, corrections)
    touched = " UNION ".join(
        f"SELECT _file_no, source_row FROM texts_plain WHERE {sql.matches(c)}" for c in corrections
    )
    total = int(connection.execute(f"SELECT count(*) FROM ({touched})").fetchall()[0][0])
    connection.execute("DROP VIEW texts_plain")
    return total


def _check_one(connection: duckdb.DuckDBPyConnection, spec: Table, correction: Correction) -> None:
    key = _key(spec, correction)
    columns = ", ".join(identifier(c) for c in correction.expect)
    rows = connection.execute(
        f"SELECT source_file, source_row, {columns} FROM texts_plain WHERE {sql.matches(correction)} "
        "ORDER BY _file_no, source_row"
    ).fetchall()
    if not rows:
        raise ExportError(
            "correction_stale",
            FILE,
            f"{correction.table} 里没有 {key} 这一行",
            hint="来源可能已经改正或重新编号，核对后删去或改写这条更正；"
            f"也可能是导出文件不全、交错了文件或编号被截短：{'、'.join(spec.files)}",
        )
    for file, row, *values in rows:
        expected = (text if text is None else plain(text) for text in correction.expect.values())
        if tuple(values) != tuple(expected):
            said = "、".join(f"{c}={spec.shown(c, v)}" for c, v in zip(correction.expect, values, strict=True))
            raise ExportError(
                "correction_stale",
                file,
                f"{key} 的现值与 corrections.yml 的 expect 不同",
                rows=[(row, said)],
                hint="来源可能已经改正；核对后删去或改写这条更正",
            )


def _refuse_overlaps(connection: duckdb.DuckDBPyConnection, corrections: Sequence[Correction]) -> None:
    cells = " UNION ALL ".join(
        f"SELECT _file_no, source_file, source_row, {literal(column)} AS col, {number} AS number FROM texts_plain "
        f"WHERE {sql.matches(correction)}"
        for number, correction in enumerate(corrections)
        for column in correction.change
    )
    found = connection.execute(
        f"SELECT source_file, source_row, col, list(number ORDER BY number) FROM ({cells}) "
        "GROUP BY _file_no, source_file, source_row, col HAVING count(*) > 1 ORDER BY _file_no, source_row, col LIMIT 5"
    ).fetchall()
    if found:
        rows = [
            (row, f"{column}：" + "；".join(f"第 {n + 1} 条改为 {corrections[n].change[column]}" for n in numbers))
            for _, row, column, numbers in found
        ]
        raise ExportError(
            "correction_twice",
            found[0][0],
            f"有 {len(found)} 个单元格被两条更正改动（条数按 {corrections[0].table} 表内计）",
            rows=rows,
            hint="合并成一条，只留最后确认的值",
        )


def refuse_unreadable(connection: duckdb.DuckDBPyConnection, spec: Table, corrections: Sequence[Correction]) -> None:
    """A corrected value has to fit its column's type; reads ``judged_rows`` and ``texts``."""
    for correction in corrections:
        for column, new in correction.change.items():
            if new is None:
                continue
            found = connection.execute(
                "SELECT file_name(_file_no), source_row FROM judged_rows "
                f"SEMI JOIN (SELECT _file_no, source_row FROM texts WHERE {identifier(column)} = ?) "
                f"USING (_file_no, source_row) WHERE list_contains(_unreadable, ?) LIMIT 1",
                [new, column],
            ).fetchall()
            if found:
                raise ExportError(
                    "correction_unreadable",
                    FILE,
                    f"{_key(spec, correction)} 的 {column} 改成的值无法识别：{new}",
                    rows=[(found[0][1], found[0][0])],
                    hint="按这一列声明的写法填写，例如 2024-09-13 15:21:28",
                )


def _key(spec: Table, correction: Correction) -> str:
    return "、".join(f"{c}={spec.shown(c, v)}" for c, v in correction.key.items())
