"""Databases are used again for the same purpose only, empty, fenced as they were, and never after an error."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet
import pytest

from helpers.year import idle_engines
from helpers.year.engine import fence, literal, open_engine
from helpers.year.idle_engines import borrowed, states


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[duckdb.DuckDBPyConnection]:
    monkeypatch.setattr(idle_engines, "_waiting", [])
    return []


def opener(opened: list[duckdb.DuckDBPyConnection]) -> Callable[[], duckdb.DuckDBPyConnection]:
    def new() -> duckdb.DuckDBPyConnection:
        opened.append(open_engine(threads=1))
        fence(opened[-1])
        return opened[-1]

    return new


def test_the_same_purpose_gets_the_same_database_without_what_was_made_in_it(
    opened: list[duckdb.DuckDBPyConnection], tmp_path: Path
) -> None:
    new = opener(opened)
    for number in range(3):
        with borrowed(("a",), new) as connection:
            connection.execute(f'CREATE TABLE "office.x" AS SELECT {number} AS n')
            connection.execute("CREATE TEMP TABLE t AS SELECT 1")
            assert connection.execute('SELECT n FROM "office.x"').fetchall() == [(number,)]
    with borrowed(("b",), new):
        pass
    assert len(opened) == 2


def test_a_database_that_is_used_again_is_still_fenced(opened: list[duckdb.DuckDBPyConnection], tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n", encoding="utf-8")
    outside = pa.table({"a": [1]})
    assert outside.num_rows == 1
    for _ in range(2):
        with borrowed(("a",), opener(opened)) as connection:
            for reach in (f"FROM read_csv({literal(str(secret))})", "FROM outside", "SET threads = 2"):
                with pytest.raises(duckdb.Error):
                    connection.execute(reach)
    assert len(opened) == 1


def test_two_at_a_time_have_two_and_an_error_ends_one(opened: list[duckdb.DuckDBPyConnection]) -> None:
    new = opener(opened)
    with borrowed(("a",), new) as one, borrowed(("a",), new) as other:
        assert one is not other
    with pytest.raises(ValueError, match="x"), borrowed(("a",), new) as broken:
        raise ValueError("x")
    with pytest.raises(duckdb.Error):
        broken.execute("SELECT 1")
    for _ in range(2):
        with borrowed(("a",), new) as left:
            assert left is not broken
    assert len(opened) == 2


def test_no_more_than_some_wait_and_the_oldest_is_closed(opened: list[duckdb.DuckDBPyConnection]) -> None:
    for number in range(idle_engines.MOST + 2):
        with borrowed((number,), opener(opened)):
            pass
    for connection in opened[:2]:
        with pytest.raises(duckdb.Error):
            connection.execute("SELECT 1")
    assert [c.execute("SELECT 1").fetchall() for c in opened[2:]] == [[(1,)]] * idle_engines.MOST


def test_a_file_that_is_written_anew_is_another_one(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    assert states([path]) == ()
    pyarrow.parquet.write_table(pa.table({"a": [1]}), path)
    first = states([path])
    pyarrow.parquet.write_table(pa.table({"a": [1, 2]}), tmp_path / "new")
    (tmp_path / "new").replace(path)
    assert states([path]) != first
