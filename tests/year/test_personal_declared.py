"""What may be said of personal columns: hashes are counted and compared, never read; exceptions have to fit."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.year.check_personal import check_personal
from helpers.year.expressions import columns_judged, columns_shown
from helpers.year.faults import YearFileError
from helpers.year.load import load_year
from tests import small_year

TABLE = """\
  tickets:
    title: 工单
    files: exports/*.csv
    columns: {id: 编号, who: 报修人, born: {from: 出生, type: date}, at: {from: 受理, type: date}}
    derived:
      known: {expr: "starts_with(who, 'U')", type: boolean, words: 有代码}
      initial: {expr: "left(who, 1)", type: text, words: 首字}
      sort: {expr: "CASE WHEN who = 'U1' THEN '内' ELSE '外' END", type: text, words: 内外}
      age: {expr: "year(at) - year(born)", type: integer, words: 年龄}
    key: id
    personal: [who, born]
"""
MEASURES = """\
measures:
  m: {{table: tickets, {measure}, words: 数, unit: 件}}
indicators: []
"""


def faults(tmp_path: Path, table: str = "", measure: str = "agg: count", extra: str = "", file: str = "a.csv") -> list:
    year = small_year.head() + TABLE + table + extra
    small_year.write(
        tmp_path, year, indicators=MEASURES.format(measure=measure), files={file: "编号,报修人,出生,受理\n1,U1,,\n"}
    )
    return [(one.code, one.value) for one in check_personal(load_year(tmp_path, 2024))]


@pytest.mark.parametrize(
    ("measure", "read"),
    [
        ("agg: count", None),
        ("agg: distinct, value: who", None),
        ("agg: count, where: who is not null", None),
        ("agg: count, where: known", None),
        ("agg: mean, value: age", None),
        ("agg: count, where: \"sort = '内'\"", None),
        ("agg: count, where: \"who = 'U1'\"", "who"),
        ("agg: count, where: \"initial = 'U'\"", "initial"),
        ('agg: distinct, value: "left(who, 1)"', "who"),
        ("agg: earliest, value: born", "born"),
        ("agg: count, date: born", "born"),
    ],
)
def test_what_only_hashes_are_kept_of_is_counted_and_not_read(tmp_path: Path, measure: str, read: str | None) -> None:
    assert faults(tmp_path, measure=measure) == ([("personal_read", read)] if read else [])


@pytest.mark.parametrize(
    ("rule", "read"),
    [
        ("expect_column_values_to_not_be_null: {column: who}", None),
        ("expect_column_values_to_be_unique: {column: who}", None),
        ("expect_column_values_to_match_regex: {column: who, regex: '^U'}", "who"),
    ],
)
def test_rules_that_hold_of_hashes(tmp_path: Path, rule: str, read: str | None) -> None:
    gate = f"    gate: [{{{rule}, level: note, words: 规则, remedy: 改}}]\n"
    assert faults(tmp_path, gate) == ([("personal_read", read)] if read else [])


def test_derived_columns_that_would_say_them_are_personal_too(tmp_path: Path) -> None:
    faults(tmp_path)
    assert load_year(tmp_path, 2024).year.tables["tickets"].tidy_personal == {"who", "born", "initial"}
    assert columns_shown("coalesce(a, 'x') || if(b = 'y', c, d)") == {"a", "c", "d"}
    assert columns_shown("length(a) + strpos(b, c)") == frozenset()
    assert columns_judged("a is null or b = 'x'") == {"b"}
    assert columns_judged("a") == frozenset()


def test_a_file_named_after_somebody_is_not_named(tmp_path: Path) -> None:
    assert faults(tmp_path, file="工单13800138000.csv") == [("personal_file_name", None)]
    (fault,) = check_personal(load_year(tmp_path, 2024))
    assert "exports/工单（手机号码A）.csv" in fault.message and "13800138000" not in str(YearFileError([fault]))
    allowed = "not_personal: [{value: '13800138000', why: 服务热线}]\n"
    assert faults(tmp_path, file="工单13800138000.csv", extra=allowed) == []


def test_exceptions_name_columns_that_are_there(tmp_path: Path) -> None:
    assert faults(tmp_path, extra="not_personal: [{column: tickets.id, why: 编号}]\n") == []
    wrong = faults(tmp_path, extra="not_personal: [{column: ticket.id, why: 编号}]\n")
    assert wrong == [("unknown_column", "ticket.id")]


@pytest.mark.parametrize(
    "entry", ["{why: 无}", "{value: a, pattern: b, why: 两个}", "{pattern: '(', why: 坏}", "{value: a}"]
)
def test_exceptions_say_one_thing_and_why(tmp_path: Path, entry: str) -> None:
    with pytest.raises(YearFileError, match="not_personal"):
        faults(tmp_path, extra=f"not_personal: [{entry}]\n")
