"""Derived columns that lengthen one another's texts without end are refused with the column and the row."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.activity.clean import clean_year
from helpers.activity.errors import ExportError
from helpers.year.expressions import ExpressionError, check_expression
from helpers.year.load import load_year
from helpers.year.text_growth import guarded, refused
from tests import small_year

TABLE = """\
  tickets:
    title: 工单
    files: exports/t.csv
    columns: {ticket_id: 编号, category: 类别}
    key: ticket_id
    derived:
"""
ROWS = "编号,类别\n1,a\n2,aaaaaaaaaa\n"


def tidy(root: Path, rows: str, *derived: str, kind: str = "text") -> pd.DataFrame:
    lines = [f'      c{n}: {{expr: "{one}", type: {kind}}}\n' for n, one in enumerate(derived, start=1)]
    small_year.write(root, small_year.head() + TABLE + "".join(lines), files={"t.csv": rows})
    clean_year(load_year(root, 2024), root / "out")
    return pd.read_parquet(root / "out" / "tickets.parquet")


def doubled(join: str, times: int) -> list[str]:
    return [join.replace("x", "category"), *(join.replace("x", f"c{n}") for n in range(1, times))]


@pytest.mark.parametrize(
    ("derived", "column", "row"),
    [
        (doubled("x || x", 60), "c15", 3),  # 10 × 2^15
        (doubled("concat(x, '-', x)", 60), "c15", 3),
        (doubled("replace(x, 'a', 'aa')", 60), "c15", 3),
        (doubled("replace(x, 'a', x)", 60), "c3", 3),
        (doubled("case when ticket_id = '1' then x || x || x else x end", 60), "c12", 2),
        (doubled("coalesce(upper(x) || ltrim(x), '')", 60), "c15", 3),
        (["lpad(category, 1000, 'a')", "replace(c1, 'a', c1)"], "c2", 2),
        (["lpad(category, 900, 'a')", "length(replace(c1, 'a', c1)) > 1"], "c2", 2),
    ],
)
def test_texts_without_end_are_refused_with_the_column_and_the_row(
    tmp_path: Path, derived: list[str], column: str, row: int
) -> None:
    with pytest.raises(ExportError) as stopped:
        tidy(tmp_path, ROWS, *derived)
    said = str(stopped.value)
    assert said.startswith("exports/t.csv  [text_too_long]  ")
    assert "tables.tickets.derived 的列 " in said and "处理：" in said and len(said) < 400
    assert f"列 {column} " in said and f"第 {row} 行" in said


def test_texts_that_stay_texts_are_made(tmp_path: Path) -> None:
    long = "故" * 40_000
    rows = f"编号,类别\n1,{long}\n2,a-b\n3,\n"
    derived = ["ticket_id || ':' || category", "replace(c1, '故', '故障')", "concat(c1, c2)", "c3 || '。'"]
    made = tidy(tmp_path, rows, *derived)
    assert [len(one) for one in made["c4"].dropna()] == [40_002 + 80_002 + 1, 5 + 5 + 1, 1]
    assert made["c2"][0] == "1:" + "故障" * 40_000 and made["c3"][2] == ""


def test_what_lengthens_nothing_has_no_guard() -> None:
    for text in ("left(category, 3)", "replace(category, '(', '（')", "category = 'a'", "lpad(category, 8, '0')"):
        assert guarded("c", text) == f"({text}\n)"


TEXTS = st.text(alphabet="ab", max_size=5)
EXPRESSIONS = st.recursive(
    st.one_of(st.just("a"), st.just("b"), TEXTS.map(lambda text: f"'{text}'")),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda two: f"({two[0]} || {two[1]})"),
        st.tuples(inner, inner, inner).map(lambda three: "replace({}, {}, {})".format(*three)),
        st.tuples(inner, inner).map(lambda two: f"case when {two[0]} = 'a' then {two[1]} else concat(a, b) end"),
        inner.map(lambda one: f"lpad({one}, 7, 'x')"),
    ),
    max_leaves=8,
)


@given(EXPRESSIONS, TEXTS, TEXTS)
def test_no_text_is_longer_than_its_bound(expression: str, a: str, b: str) -> None:
    written = guarded("c", expression)
    if written.startswith("(CASE"):
        bound = written.removeprefix("(CASE WHEN ").partition(" > 200000 THEN")[0]
        row = f"(SELECT '{a}' AS a, '{b}' AS b)"
        assert duckdb.execute(f"SELECT coalesce(length({expression}), 0) <= {bound} FROM {row}").fetchall() == [(True,)]


def test_other_messages_of_a_database_are_no_refusal() -> None:
    assert refused("Invalid Input Error: [text_too_long]\tc1\t3\texports/t.csv\n\nmore") == ("c1", "3", "exports/t.csv")
    assert refused("Invalid Input Error: [text_too_long] of another kind") is None


def test_an_expression_of_many_parts_is_refused_in_words() -> None:
    with pytest.raises(ExpressionError, match=r"套得太深|expression depth"):
        check_expression(" || ".join(["category"] * 900), {"category": "VARCHAR"})
