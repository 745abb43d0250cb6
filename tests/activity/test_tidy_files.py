"""Long tables are written by Arrow: the same values and types as the database writes, in groups that memory bears."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.activity import tidy_files
from helpers.activity.clocks import Tidy
from helpers.activity.source_order import SourceOrder
from helpers.activity.tidy_files import write, write_tidy
from helpers.year import row_groups
from helpers.year.idle_engines import beside
from helpers.year.row_groups import in_groups, write_groups

#: Each type that a tidy column may have, and values at its ends.
TYPES = {
    "VARCHAR": ["''", "'维修🖨'", "repeat('长', 700)", r"'a' || chr(0) || '\\'"],
    "BIGINT": ["-9223372036854775808", "9223372036854775807", "0"],
    "INTEGER": ["-2147483648", "2147483647", "3"],
    "DECIMAL(18,2)": ["-9999999999999999.99", "9999999999999999.99", "0.01"],
    "DOUBLE": ["-0.0", "1e308", "5e-324", "0.1"],
    "BOOLEAN": ["true", "false"],
    "DATE": ["DATE '0001-01-01'", "DATE '9999-12-31'"],
    "TIMESTAMP": ["TIMESTAMP '0001-01-01 00:00:00'", "TIMESTAMP '9999-12-31 23:59:59.999999'"],
}


def seen(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    connection.execute("CREATE TABLE records AS SELECT 0 AS _file_no")
    return connection


def told(connection: duckdb.DuckDBPyConnection) -> str:
    """What else is done with the rows."""
    assert connection.execute("SELECT count(*) FROM records").fetchall() == [(1,)]
    return "told"


def test_every_type_is_written_as_the_database_writes_it(tmp_path: Path) -> None:
    columns = ", ".join(
        f"CAST([{', '.join(values)}, NULL][(i * {n + 1}) % {len(values) + 1} + 1] AS {kind}) AS c{n}, "
        f"CAST(NULL AS {kind}) AS n{n}"
        for n, (kind, values) in enumerate(TYPES.items())
    )
    query = f"SELECT {columns}, 'a' AS source_file, i AS source_row FROM range(25_000) AS r(i)"
    mine, theirs = tmp_path / "mine.parquet", tmp_path / "theirs.parquet"
    with seen(duckdb.connect()) as connection:
        assert write_tidy(connection, Tidy(f"{query} ORDER BY i", query), mine, ["a"], told, beside) == (
            25_000,
            "told",
        )
        assert write(connection, query, theirs) == 25_000
        one, other = (f"read_parquet('{path}')" for path in (mine, theirs))
        assert connection.execute(f"DESCRIBE FROM {one}").fetchall() == (
            connection.execute(f"DESCRIBE FROM {other}").fetchall()
        )
        assert connection.execute(f"FROM {one}").fetchall() == connection.execute(f"FROM {other}").fetchall()
    assert pyarrow.parquet.read_table(mine).columns == pyarrow.parquet.read_table(theirs).columns
    assert not [*tmp_path.glob("*.partial")]


@given(st.lists(st.integers(-(2**63), 2**63 - 1) | st.none(), min_size=1, max_size=300))
def test_whole_numbers_are_told_by_what_is_between_them(
    tmp_path_factory: pytest.TempPathFactory, told: list[int | None]
) -> None:
    path = tmp_path_factory.mktemp("steps") / "t.parquet"
    table = pa.table({"n": pa.array(told, pa.int64())})
    options = {"use_dictionary": False, "column_encoding": {"n": "DELTA_BINARY_PACKED"}}
    assert write_groups([table], table.schema, path, **options) == len(told)
    with duckdb.connect() as connection:
        assert connection.execute("FROM read_parquet(?)", [str(path)]).fetchall() == [(one,) for one in told]


def test_an_error_in_a_row_is_the_databases_own(tmp_path: Path) -> None:
    query = "SELECT 'a' AS source_file, CAST(CASE WHEN i = 90_000 THEN 'x' ELSE i END AS BIGINT) AS source_row"
    with seen(duckdb.connect()) as connection:
        query += " FROM (SELECT CAST(i AS VARCHAR) AS i FROM range(100_000) AS r(i))"
        with pytest.raises(duckdb.ConversionException, match="'x'"):
            write_tidy(connection, Tidy(query, query), tmp_path / "t.parquet", ["a"], told, beside)
        assert connection.execute("SELECT 1").fetchall() == [(1,)]
    assert not (tmp_path / "t.parquet").exists()


def test_long_cells_make_a_group_of_fewer_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    batches = [pa.record_batch({"t": ["长" * 1_000] * 10}) for _ in range(7)]
    assert [len(group) for group in in_groups(batches)] == [70]
    monkeypatch.setattr(row_groups, "MOST_BYTES", 50_000)
    groups = [*in_groups(batches)]
    assert [len(group) for group in groups] == [20, 20, 20, 10]
    assert write_groups(groups, batches[0].schema, tmp_path / "t.parquet") == 70
    written = pyarrow.parquet.ParquetFile(tmp_path / "t.parquet")
    assert [written.metadata.row_group(n).num_rows for n in range(written.num_row_groups)] == [20, 20, 20, 10]


def test_what_cannot_be_written_stops_and_what_cannot_be_made_too(tmp_path: Path) -> None:
    good, bad = pa.table({"n": [1]}), pa.table({"m": ["x"]})

    def broken() -> Iterator[pa.Table]:
        yield good
        raise RuntimeError("made no more")

    with pytest.raises(ValueError, match="schema"):
        write_groups([good, bad, good], good.schema, tmp_path / "a.parquet")
    with pytest.raises(RuntimeError, match="made no more"):
        write_groups(broken(), good.schema, tmp_path / "b.parquet")


@pytest.mark.parametrize(("fits", "asked"), [(True, ["beside", "alone"]), (False, ["alone"])])
def test_what_has_no_room_beside_the_writing_is_done_behind_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fits: bool, asked: list[str]
) -> None:
    monkeypatch.setattr(tidy_files, "_fit", lambda _: fits)
    query, seen_by = "SELECT 'a' AS source_file, i AS source_row FROM range(3) AS r(i)", []

    with seen(duckdb.connect()) as main:

        def rest(connection: duckdb.DuckDBPyConnection) -> str:
            seen_by.append("alone" if connection is main else "beside")
            if connection is not main:
                raise duckdb.OutOfMemoryException("no room")
            return "told"

        assert write_tidy(main, Tidy(query, query), tmp_path / "t.parquet", ["a"], rest, beside) == (
            3,
            "told",
        )
    assert seen_by == asked


def test_rows_that_mostly_had_to_leave_memory_do_not_fit(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"SET memory_limit = '25MB'; SET temp_directory = '{tmp_path}'; SET threads = 1")
        assert tidy_files._fit(connection)
        connection.execute("CREATE TABLE t AS SELECT hash(i) AS a, hash(i + 1) AS b FROM range(4_000_000) AS r(i)")
        assert not tidy_files._fit(connection)


@pytest.mark.parametrize("at_once", [1, 2, 5])
@pytest.mark.parametrize(
    ("rows", "kept"),
    [
        ([("a", 2), ("a", 3), ("b", 2)], True),
        ([("a", 3), ("a", 2), ("b", 2)], False),
        ([("a", 2), ("a", 2), ("b", 2)], False),
        ([("b", 2), ("a", 2), ("a", 3)], False),
        ([("a", 2), ("b", 2), ("a", 3)], False),
        ([("a", 2), ("a", 3)], False),
        ([("a", 3), ("a", 2), ("a", 1), ("b", 2)], False),
    ],
)
def test_the_order_of_rows_is_looked_at_as_they_go_by(rows: list[tuple[str, int]], kept: bool, at_once: int) -> None:
    files, numbers = zip(*rows, strict=True)
    table, order = pa.table({"source_file": files, "source_row": numbers}), SourceOrder(["a", "b"])
    for first in range(0, len(rows), at_once):
        order.look(table.slice(first, at_once))
    assert order.kept() is kept


def test_rows_that_turn_out_to_lie_otherwise_are_written_again_in_order(tmp_path: Path) -> None:
    query = "SELECT 'a' AS source_file, 300_000 - i AS source_row FROM range(300_000) AS r(i)"
    with seen(duckdb.connect()) as connection:
        made = write_tidy(
            connection,
            Tidy(f"{query} ORDER BY source_row", query),
            tmp_path / "t.parquet",
            ["a"],
            told,
            beside,
        )
        assert made == (300_000, "told")
    numbers = pyarrow.parquet.read_table(tmp_path / "t.parquet").column("source_row").to_pylist()
    assert numbers == list(range(1, 300_001))
    assert not [*tmp_path.glob("*.partial")]
