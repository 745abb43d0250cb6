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
from helpers.year.idle_engines import beside, borrowed, emptied, states


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


def test_an_emptied_database_has_nothing_of_the_last_time(
    opened: list[duckdb.DuckDBPyConnection], tmp_path: Path
) -> None:
    def new() -> duckdb.DuckDBPyConnection:
        opened.append(open_engine(threads=1))
        return opened[-1]

    for number in range(3):
        with emptied(("a",), new, tmp_path / str(number), again=True) as connection:
            assert connection.execute("SELECT getvariable('key'), current_setting('TimeZone')").fetchall() == [
                (None, "UTC")
            ]
            connection.execute(f"SET VARIABLE key = 'k{number}'")
            connection.execute("CREATE MACRO file_name(n) AS n + 1")
            connection.execute(f"CREATE TABLE source AS SELECT {number} AS n")
            connection.execute("CREATE VIEW texts AS SELECT file_name(n) AS n FROM source")
            connection.execute("CREATE TEMP TABLE looked_at AS FROM texts")
            with beside(connection) as other:
                assert other.execute("FROM texts").fetchall() == [(number + 1,)]
            assert connection.execute("SELECT current_setting('temp_directory')").fetchall() == [
                (str(tmp_path / str(number)),)
            ]
    assert len(opened) == 1


def test_an_emptied_database_is_closed_after_an_error_where_it_spilled_and_where_it_held_much(
    opened: list[duckdb.DuckDBPyConnection], tmp_path: Path
) -> None:
    def new() -> duckdb.DuckDBPyConnection:
        opened.append(open_engine("60MB", threads=1))
        return opened[-1]

    with pytest.raises(ValueError, match="x"), emptied(("a",), new, tmp_path / "0", again=True):
        raise ValueError("x")
    with emptied(("a",), new, tmp_path / "1", again=True) as connection:
        connection.execute("CREATE TABLE t AS SELECT hash(i) || repeat('x', 50) AS s FROM range(2000000) AS r(i)")
        assert connection.execute("SELECT count(*) > 0 FROM duckdb_temporary_files()").fetchall() == [(True,)]
    with emptied(("a",), new, tmp_path / "2", again=False):
        pass
    with emptied(("a",), new, tmp_path / "3", again=True):
        pass
    assert len(opened) == 4
    for connection in opened[:3]:
        with pytest.raises(duckdb.Error):
            connection.execute("SELECT 1")
