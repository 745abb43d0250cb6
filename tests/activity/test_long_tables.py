"""Long tables are looked at by their different values: what is found and written is the same as cell by cell."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.activity import clocks, looked_through, shared_hashes, sources, sql, written_down
from helpers.activity.clean import clean_year
from helpers.activity.errors import ExportError
from helpers.activity.readers import quick
from helpers.year.engine import MOST_THREADS, open_engine
from helpers.year.load import load_year
from tests import small_year
from tests.conftest import copy_data

YEAR = """\
  tickets:
    title: 工单
    files: exports/a.csv
    columns: {id: 编号, who: 报修人代码, kind: 类别, note: 说明, at: {from: 受理, type: datetime},
      done: {from: 完成, type: datetime, empty: ["-"]}}
    key: id
    empty: ["—", 无]
    personal: [who]
    derived:
      office: {clock: office_hours, start: at, end: done, words: 办公小时, office_hours: {mon-fri: ["09:00-17:00"]}}
"""
USUAL = "1,U{n},维修,换了硬盘,2024-01-02 09:00:00,2024-01-03 10:00:00"


#: Whether columns are known by their few values, or by their plain cells alone.
KNOWN_BY = pytest.mark.parametrize("few", [looked_through.FEW, 0], ids=["few", "plain"])


def make_long(monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    """Any table is a long one."""
    monkeypatch.setattr(looked_through, "MANY", 1)
    monkeypatch.setattr(looked_through, "FEW", few)
    monkeypatch.setattr(written_down, "MANY", 1)
    monkeypatch.setattr(quick, "SMALL", 0)
    monkeypatch.setattr(sources, "FEW_ROWS", 0)
    monkeypatch.setattr(shared_hashes, "AT_ONCE", 25)


def tables(out: Path) -> dict[str, list[Any]]:
    with duckdb.connect() as connection:
        return {
            path.name: connection.execute("SELECT * FROM read_parquet(?)", [str(path)]).fetchall()
            for path in sorted(out.glob("*.parquet"))
        }


def cleaned(root: Path, out: str, rows: list[str]) -> tuple[Any, Any]:
    """The accounts and tables, or the error and its rows."""
    if not (root / "data").exists():
        export = "\n".join(["编号,报修人代码,类别,说明,受理,完成", *rows]) + "\n"
        small_year.write(root, small_year.head() + YEAR, files={"a.csv": export})
    try:
        accounts = clean_year(load_year(root, 2024), root / out)
    except ExportError as error:
        return error.code, error.rows
    return [account.to_json() for account in accounts], tables(root / out)


@KNOWN_BY
@pytest.mark.parametrize("fiscal_year", [2023, 2024])
def test_the_example_is_cleaned_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few: int, fiscal_year: int
) -> None:
    copy_data(tmp_path)
    year = load_year(tmp_path, fiscal_year)
    usual = [account.to_json() for account in clean_year(year, tmp_path / "usual")]
    make_long(monkeypatch, few)
    assert [account.to_json() for account in clean_year(year, tmp_path / "long")] == usual
    assert tables(tmp_path / "long") == tables(tmp_path / "usual")


@KNOWN_BY
@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("kind", "\u00a0维修\u200b"),
        ("kind", "  维修"),
        ("kind", "打13912345678"),
        ("kind", "打139\u200b12345678"),
        ("note", "合\u200b计"),
        ("note", "联系人张三丰"),
        ("note", "，" * 200 + "\u200b"),
        ("who", "张三"),
        ("who", ""),
        ("at", "\u30002024-01-02 09:00:00"),
        ("done", "2024-01-03 10:00:00 "),
        ("id", "'00123"),
        ("id", "13912345678"),
        ("id", "合计"),
        ("note", "="),
        ("note", "#N/A"),
        ("kind", "无"),
        ("kind", "-"),
        ("kind", '""'),
        ("note", " — "),
        ("note", '""'),
        ("id", "—"),
        ("id", '""'),
        ("who", " 无"),
        ("done", "-"),
        ("done", '""'),
        ("at", '" "'),
        ("kind", "E"),
        ("kind", "e\u0301"),
    ],
)
def test_one_cell_among_many_equal_ones_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few: int, column: str, cell: str
) -> None:
    names = ["id", "who", "kind", "note", "at", "done"]
    rows = [USUAL.format(n=n % 3).split(",") for n in range(60)]
    for number, row in enumerate(rows):
        row[0] = f"T{number:03}"
    rows[31][names.index(column)] = cell
    lines = [",".join(row) for row in rows]
    usual = cleaned(tmp_path, "usual", lines)
    make_long(monkeypatch, few)
    assert cleaned(tmp_path, "long", lines) == usual


@KNOWN_BY
@pytest.mark.parametrize("made", ["打13912345678", "合计"])
def test_what_corrections_and_synonyms_say_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few: int, made: str
) -> None:
    """Cells that no export has."""
    words = YEAR.replace("    key: id", f"    synonyms: {{note: {{{made}: [换了内存]}}}}\n    key: id")
    rows = [f"T{n:03}" + USUAL.format(n=n % 3)[1:] for n in range(60)]
    rows[7], rows[9] = rows[7].replace("换了硬盘", "换了内存"), rows[9].replace("维修", "\u00a0维 修")
    export = "\n".join(["编号,报修人代码,类别,说明,受理,完成", *rows]) + "\n"
    small_year.write(tmp_path, small_year.head() + words, files={"a.csv": export})
    (tmp_path / "data" / "raw" / "2024" / "corrections.yml").write_text(
        "corrections:\n  - {table: tickets, key: {id: T009}, expect: {kind: 维 修}, "
        "change: {kind: 打13912345679}, reason: 误登记, evidence: 值班记录, date: 2024-02-01}\n",
        encoding="utf-8",
    )
    usual = cleaned(tmp_path, "usual", [])
    make_long(monkeypatch, few)
    assert cleaned(tmp_path, "long", []) == usual
    assert "139123456" not in str(usual)


@KNOWN_BY
def test_a_total_and_a_footer_below_many_equal_rows_are_no_records(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    make_long(monkeypatch, few)
    lines = [f"T{n:03}" + USUAL.format(n=n % 3)[1:] for n in range(60)]
    (account,), found = cleaned(tmp_path, "out", [*lines, ",,合计,60,,", ",,制表人：某某,,,"])
    assert {one["reason"]: one["rows"] for one in account["set_aside"]} == {"合计行": 1, "页脚、签字或表下附注": 1}
    assert len(found["tickets.parquet"]) == 60


@KNOWN_BY
@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("维修", "#REF!"), "formula_error"),
        (("T040", "1.23457E+11"), "digits_lost"),
        (("T040", "1e+11"), "digits_lost"),
    ],
)
def test_a_formula_error_among_many_equal_cells_stops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few: int, change: tuple[str, str], code: str
) -> None:
    make_long(monkeypatch, few)
    lines = [f"T{n:03}" + USUAL.format(n=n % 3)[1:] for n in range(60)]
    lines[40] = lines[40].replace(*change)
    assert cleaned(tmp_path, "out", lines)[0] == code


def test_only_columns_of_few_values_in_long_relations_are_told() -> None:
    rows = looked_through.MANY
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE t AS SELECT i::VARCHAR AS id, (i % 5)::VARCHAR AS few, NULL::VARCHAR AS empty, "
            f"CASE WHEN i < {2 * looked_through.SAMPLED} THEN 'a' ELSE i::VARCHAR END AS later "
            f"FROM range({rows}) AS r(i)"
        )
        columns = ["id", "few", "empty", "later"]
        assert looked_through.few_valued(connection, "t", columns, rows) == {"few", "empty"}
        assert looked_through.few_valued(connection, "t", columns, rows - 1) == frozenset()


def test_columns_without_a_find_need_no_look() -> None:
    with duckdb.connect() as connection:
        looked_through.list_cells(connection, {"a": ["a"], "b": ["b"], "c": ["x"], "d": []})
        test = "cell = 'b' OR (special AND cell = 'x')"
        assert looked_through.worth_a_look(connection, ["a", "b", "c", "d"], {"a", "b", "c", "d"}, test) == ["b"]
        assert looked_through.worth_a_look(connection, ["a", "b", "c"], {"a", "c"}, test, ["c"]) == ["b", "c"]
        assert looked_through.worth_a_look(connection, ["a", "b"], set(), test) == ["a", "b"]


@given(
    rows=st.lists(st.tuples(st.integers(0, 9), st.sampled_from(["a", "b", None]), st.booleans())),
    at_once=st.integers(1, 40),
)
def test_hashes_that_are_sorted_are_those_that_are_grouped(
    rows: list[tuple[int, str | None, bool]], at_once: int
) -> None:
    hashed = "CAST(hash(n, t) >> 32 AS UINTEGER)"
    with duckdb.connect() as connection, pytest.MonkeyPatch.context() as patch:
        patch.setattr(shared_hashes, "AT_ONCE", at_once)
        connection.execute("CREATE TABLE judged_rows (n INTEGER, t VARCHAR, used BOOLEAN)")
        if rows:
            connection.executemany("INSERT INTO judged_rows VALUES (?, ?, ?)", rows)
        queries = [shared_hashes.shared_hashes(connection, small=small)(hashed, "used") for small in (True, False)]
        grouped, found = (sorted(h for (h,) in connection.execute(query).fetchall()) for query in queries)
        values = Counter((n, t) for n, t, used in rows if used)
        assert grouped == found and len(found) == sum(times > 1 for times in values.values())


CLOCKED = """\
  tickets:
    title: 工单
    files: exports/a.csv
    columns: {id: 编号, who: 报修人代码, note: 说明, at: {from: 受理, type: datetime},
      done: {from: 完成, type: datetime},
      since: {from: 停, type: datetime}, until: {from: 复, type: datetime}}
    key: id
    personal: [who]
    out_of_scope: [{where: "note = '测试'", why: 测试工单}]
    derived:
      office: {clock: office_hours, start: at, end: done, office_hours: {mon-fri: ["09:00-17:00"]},
        hold: [{from: since, to: until}, {table: pauses, key: ticket, from: since, to: until}]}
  pauses:
    title: 暂停
    files: exports/p.csv
    columns: {ticket: 编号, since: {from: 起, type: datetime}, until: {from: 止, type: datetime}}
"""


def long_log(root: Path, rows: int) -> None:
    """Rows of which some are there twice and thousands in the middle are set aside, some on hold here or there."""
    lines, pauses = ["编号,报修人代码,说明,受理,完成,停,复"], ["编号,起,止"]
    for n in (n - (n % 4000 == 1) for n in range(rows)):
        note = "测试" if 50_000 <= n < 59_000 or n % 97 == 5 else "换了硬盘" * 4
        day = f"2024-0{n * 9 // rows + 1}-{n % 28 + 1:02}"
        hold = f"{day} 10:00:00,{day} 10:30:00" if n % 8 == 0 else ","
        lines.append(f"{n},U{n % 500},{note},{day} 09:30:00,{day} 12:00:00,{hold}")
        if n % 10 == 0:
            pauses.append(f"{n},{day} 10:15:00,{day} 11:00:00")
    files = {"a.csv": "\n".join(lines) + "\n", "p.csv": "\n".join(pauses) + "\n"}
    small_year.write(root, small_year.head() + CLOCKED, files=files)


def test_a_long_table_has_the_same_bytes_with_any_number_of_threads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What DuckDB reads together depends on its threads and on the rows set aside; what it writes must not."""
    long_log(tmp_path, 280_000)
    year, made = load_year(tmp_path, 2024), []
    for threads in ("1", "2", "4"):
        monkeypatch.setenv(MOST_THREADS, threads)
        clean_year(year, tmp_path / threads)
        made.append((tmp_path / threads / "tickets.parquet").read_bytes())
    assert made[0] == made[1] == made[2]
    path = str(tmp_path / "1" / "tickets.parquet")
    with duckdb.connect() as connection:
        query = "SELECT DISTINCT row_group_num_rows FROM parquet_metadata(?) ORDER BY 1"
        groups = connection.execute(query, [path]).fetchall()
        hours = connection.execute("SELECT DISTINCT office FROM read_parquet(?) ORDER BY 1", [path]).fetchall()
    assert [one for (one,) in hours] == [0, 1.5, 1.75, 2, 2.5]
    assert groups == [(22_379,), (122_880,)]


def test_rows_as_they_lie_are_neither_held_nor_joined_out_of_order(tmp_path: Path) -> None:
    """That DuckDB closes rows up as it reads them, and that a subquery keeps them as they come, is its own doing."""
    long_log(tmp_path, 10)
    spec = load_year(tmp_path, 2024).year.tables["tickets"]
    with duckdb.connect() as connection:
        connection.execute("CREATE MACRO file_name(number) AS 'a'")
        columns = ", ".join(f"i AS {c}" for c in (*spec.columns, "source_row", "_file_no"))
        reasons = ", ".join(f"CASE WHEN i % {n} = 0 THEN 'x' END AS {c}" for n, c in ((3, "_first"), (5, "_again")))
        connection.execute(
            f"CREATE TABLE judged_rows AS SELECT {columns}, {reasons}, NULL AS _scope FROM range(9) r(i)"
        )
        connection.execute('CREATE TABLE "c.found" AS SELECT i AS _id, i AS spent FROM range(3) r(i)')
        query = clocks._looked_up(f"(SELECT *, source_row AS _id FROM ({sql.as_they_lie(spec, 5)}))", ["c"], ())
        plan = connection.execute(f"EXPLAIN {query}").fetchall()[0][1]
        assert "Positional Scan" in plan and "Positional Join" not in plan and "Join Type: SINGLE" in plan
        rows = connection.execute(f'SELECT source_row, "c.found" FROM ({query})').fetchall()
    assert rows == [(1, 1), (2, 2), (4, None), (7, None), (8, None)]


def test_rows_that_turn_out_to_lie_in_another_order_are_sorted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clocks, "ROW_GROUP", 100)
    long_log(tmp_path, 3_000)
    year = load_year(tmp_path, 2024)
    usual = [account.to_json() for account in clean_year(year, tmp_path / "usual")]
    real = sql.as_they_lie
    monkeypatch.setattr(sql, "as_they_lie", lambda *given: f"SELECT * FROM ({real(*given)}) ORDER BY source_row % 7")
    assert [account.to_json() for account in clean_year(year, tmp_path / "sorted")] == usual
    assert tables(tmp_path / "sorted") == tables(tmp_path / "usual")


def test_what_is_done_beside_the_writing_is_the_same_as_behind_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows set aside, hashed and masked, are another connection's work: it needs the key and the marks."""
    rows = [USUAL.format(n=n % 40).replace("1,", f"{n},", 1) for n in range(500)]
    rows[77] = rows[77].replace("换了硬盘", "请致电 13800000007")
    rows += [rows[77], rows[12], rows[13].replace("2024-01-02", "2023-01-02")]
    rows[300] = rows[300].replace("2024-01-02 09:00:00", "昨天")
    usual = cleaned(tmp_path, "usual", rows)
    monkeypatch.setattr(clocks, "ROW_GROUP", 100)
    assert cleaned(tmp_path, "long", rows) == usual
    account, written = usual
    assert account[0]["losses"] and account[0]["masked"]
    aside = written["tickets.set_aside.parquet"]
    assert len(aside) >= 2 and not any("U37" in str(row) or "13800000007" in str(row) for row in aside)


def test_rows_that_are_held_up_are_hashed_rather_than_the_log_in_which_they_are_looked_for() -> None:
    """A hundred million rows do not fit into memory as a hash table."""
    with open_engine() as connection:
        connection.execute("SET disabled_optimizers = 'in_clause'")
        empty = ", ".join(f"CAST(NULL AS VARCHAR) AS {c}" for c in "abc")
        connection.execute(f"CREATE TABLE log AS SELECT range AS _id, {empty} FROM range(1000000)")
        connection.execute("CREATE TABLE held AS SELECT range AS _id FROM range(900000)")
        used = "(SELECT *, _id * 2 AS s FROM log WHERE a IS NULL AND b IS NULL AND c IS NULL)"
        found = f"SELECT * FROM (SELECT * FROM {used} SEMI JOIN held USING (_id)) WHERE _id > 3"

        def plan() -> str:
            ((_, told),) = connection.execute(f"EXPLAIN {found}").fetchall()
            return str(told)

        assert "RIGHT_SEMI" in plan(), "left alone, the log is hashed"
        with clocks._as_written(connection):
            assert "SEMI" in plan() and "RIGHT_SEMI" not in plan()
        assert connection.execute("SELECT current_setting('disabled_optimizers')").fetchall() == [("in_clause",)]
