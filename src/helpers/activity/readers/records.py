"""Parquet and JSON files: records whose fields are the columns, every value as text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from helpers.activity.readers import wrapped
from helpers.activity.readers.repeated_keys import refuse_repeated
from helpers.activity.readers.sheet import Sheet, columns
from helpers.files.encodings import utf8_file
from helpers.files.personal_data import shape
from helpers.files.refusal import FileError
from helpers.year.engine import identifier, literal, one_file, open_engine
from helpers.year.tables import Table

#: Nested fields are named by their path: fields.created.
JOINED_BY = "."


def read_parquet(path: Path, shown: str, staged: Path) -> Sheet:
    """Read a Parquet file; its first record is row 1. Raises ``FileError``."""
    try:
        with open_engine("1GB") as connection:
            source = f"read_parquet({one_file(path)})"
            described = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
            headers = [row[0] for row in described]
            picked = ", ".join(
                f"{_text(name, str(kind))} AS {alias}"
                for (name, kind, *_), alias in zip(described, columns(headers), strict=True)
            )
            rows = connection.execute(
                f"COPY (SELECT {picked} FROM {source}) TO {literal(str(staged))} (FORMAT parquet)"
            ).fetchall()
    except duckdb.Error as error:
        raise FileError(
            "unreadable",
            shown,
            f"Parquet 文件读不通，可能不完整：{_first_line(error)}",
            hint="重新导出或重新传送整个文件",
        ) from error
    return Sheet(file=shown, headers=tuple(headers), staged=staged, rows=int(rows[0][0]), first=1)


def _text(name: str, kind: str) -> str:
    """A typed value as it would be written in an export: whole floats without ".0"."""
    column = identifier(name)
    if kind in ("DOUBLE", "FLOAT"):
        # NaN and inf are kept as what they say: cells that are no numbers are judged with their column and row.
        whole = f"isfinite({column}) AND {column} = trunc({column}) AND abs({column}) < 1e15"
        return (
            f"CASE WHEN {whole} THEN CAST(try_cast({column} AS BIGINT) AS VARCHAR) ELSE CAST({column} AS VARCHAR) END"
        )
    return f"CAST({column} AS VARCHAR)"


def read_json(path: Path, shown: str, spec: Table, staged: Path) -> Sheet:
    """Read JSON Lines, one JSON array of records, or the one list of records inside a JSON object; the first record
    is row 1. Raises ``FileError``."""
    copy = staged.with_suffix(".txt")
    path, _ = utf8_file(path, shown, spec.encoding, copy)
    page = wrapped.Page()
    with _refusing_depth(shown), open_engine("1GB") as connection:
        if wrapped.is_array(path):
            _array(connection, path, shown)
        elif (found := wrapped.records_of(path, shown, spec)) is not None:
            page = found
            listed = [json.dumps(record, ensure_ascii=False) for record in found.records]
            connection.register("given", pa.table({"r": pa.array(listed, pa.string())}))
            connection.execute("CREATE TABLE listed AS SELECT CAST(r AS JSON) AS r FROM given")
            connection.execute("CREATE VIEW records AS SELECT rowid AS n, r FROM listed")
        else:
            _lines(connection, path, shown)
        refuse_repeated(connection, shown)
        structure = connection.execute("SELECT json_group_structure(r) FROM records").fetchall()[0][0]
        paths = list(_leaves(json.loads(structure))) if structure else []
        if not paths:
            raise FileError("no_header", shown, "没有一条带字段的记录", hint="核对导出的内容")
        picked = ", ".join(
            f"r ->> {literal(_pointer(path_))} AS {alias}" for path_, alias in zip(paths, columns(paths), strict=True)
        )
        rows = connection.execute(
            f"COPY (SELECT {picked} FROM records ORDER BY n) TO {literal(str(staged))} (FORMAT parquet)"
        ).fetchall()
    copy.unlink(missing_ok=True)
    headers = tuple(JOINED_BY.join(p) for p in paths)
    return Sheet(
        file=shown, headers=headers, staged=staged, rows=int(rows[0][0]), first=1, more=page.more, total=page.total
    )


@contextmanager
def _refusing_depth(shown: str) -> Iterator[None]:
    """Neither parser goes down without end."""
    try:
        yield
    except (RecursionError, duckdb.InternalException):
        hint = "核对文件，重新导出一层或几层的记录"
        raise FileError("too_deep", shown, "JSON 里的列表或对象套得太深，不是导出的记录", hint=hint) from None


def _lines(connection: duckdb.DuckDBPyConnection, path: Path, shown: str) -> None:
    """``records`` (``n``, ``r``): one JSON object a line; blank lines are left empty and set aside later."""
    options = (
        "header = false, auto_detect = false, delim = '\x01', quote = '', escape = '', columns = {line: 'VARCHAR'}, "
        "max_line_size = 67108864, strict_mode = false"
    )
    try:
        connection.execute(f"CREATE TABLE lines AS SELECT line FROM read_csv({one_file(path)}, {options})")
        bad = connection.execute(
            "SELECT rowid + 1, line FROM lines WHERE line IS NOT NULL AND trim(line) <> '' AND "
            "NOT (json_valid(line) AND json_type(CASE WHEN json_valid(line) THEN line END) = 'OBJECT') "
            "ORDER BY rowid LIMIT 6"
        ).fetchall()
    except duckdb.Error as error:
        raise FileError(
            "unreadable", shown, f"JSON Lines 读不通：{_first_line(error)}", hint="文件须是 UTF-8 编码，每行一条记录"
        ) from error
    if bad:
        raise FileError(
            "bad_json",
            shown,
            "有的行不是一条完整的 JSON 记录，文件可能被截断",
            rows=[(row, f"写法是 {shape(str(line))[:60]}") for row, line in bad],
            hint="重新导出完整的文件",
        )
    connection.execute("CREATE VIEW records AS SELECT rowid AS n, CAST(nullif(trim(line), '') AS JSON) AS r FROM lines")


def _array(connection: duckdb.DuckDBPyConnection, path: Path, shown: str) -> None:
    source = f"read_json_objects({one_file(path)}, format = 'array', maximum_object_size = 67108864)"
    try:
        connection.execute(f"CREATE TABLE listed AS SELECT json AS r FROM {source}")
    except duckdb.Error as error:
        raise FileError(
            "bad_json", shown, f"JSON 读不通，文件可能被截断：{_first_line(error)}", hint="重新导出完整的文件"
        ) from error
    connection.execute("CREATE VIEW records AS SELECT rowid AS n, r FROM listed")


def _leaves(structure: Any, above: tuple[str, ...] = ()) -> Any:
    """The paths of a structure's fields that are no objects themselves."""
    for name, inner in structure.items() if isinstance(structure, dict) else ():
        if isinstance(inner, dict) and inner:
            yield from _leaves(inner, (*above, name))
        else:
            yield (*above, name)


def _pointer(path: tuple[str, ...]) -> str:
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in path)


def _first_line(error: Exception) -> str:
    """What the database says of a file, without the path that it has on this machine."""
    said = str(error).splitlines()[0].replace("Invalid Input Error: ", "")
    return re.sub(r' in file "[^"]*"', "", said)[:120]
