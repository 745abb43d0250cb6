"""JSON records in which one field stands twice with different values: which of them is meant nobody can say."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import duckdb

from helpers.files.personal_data import shape
from helpers.files.refusal import FileError

#: So many records are named.
NAMED = 6


def unique_fields(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON (as ``object_pairs_hook``); raises ``RepeatedField`` where a field has two values."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found and found[name] != value:
            raise RepeatedField(name, found[name], value)
        found[name] = value
    return found


class RepeatedField(Exception):
    """One field with two values."""

    def __init__(self, name: str, first: Any, second: Any) -> None:
        super().__init__(f"{name}：{shape(_short(first))}、{shape(_short(second))}（写法）")


def refuse_repeated(connection: duckdb.DuckDBPyConnection, shown: str) -> None:
    """Raise ``FileError`` where records (``n``, ``r``) have a field twice with different values."""
    doubtful = connection.execute(
        "SELECT n, CAST(r AS VARCHAR) FROM records "
        "WHERE len(json_keys(r)) > len(list_distinct(json_keys(r))) ORDER BY n"
    )
    named: list[tuple[int, str]] = []
    for number, text in iter(doubtful.fetchone, None):
        named += _repeated(int(number) + 1, str(text))
        if len(named) >= NAMED:
            break
    if named:
        raise repeated_error(shown, named)


def repeated_error(shown: str, rows: Sequence[tuple[int, str]] = (), said: str = "") -> FileError:
    """The refusal, naming the records and the field."""
    return FileError(
        "repeated_field",
        shown,
        "有的记录里同一个字段出现两次而值不同，不能判断取哪一个" + (f"（{said}）" if said else ""),
        rows=list(rows),
        hint="在来源系统改正字段名后重新导出",
    )


def _repeated(row: int, text: str) -> Iterator[tuple[int, str]]:
    try:
        json.loads(text, object_pairs_hook=unique_fields)
    except RepeatedField as found:
        yield row, str(found)
    except ValueError:  # judged by the reader of lines
        return


def _short(value: Any) -> str:
    return str(value)[:30]
