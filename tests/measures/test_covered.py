"""A log that begins or ends inside the year: it says so, its missing months are no zeros, its counts are open."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.deviation.explain import explain_year
from helpers.measures.covered import Covered, covered, of_a_part
from helpers.measures.figures import Measures
from helpers.measures.year_attained import attain_year
from helpers.year.crosscheck import crosscheck
from helpers.year.declared_clocks import Derived
from helpers.year.faults import YearFileError
from helpers.year.fiscal import FiscalYear
from helpers.year.load import load_year
from helpers.year.tables import Table
from tests import small_year

SPEC = Table.model_validate({"title": "工单", "files": "t.csv", "columns": {"a": "甲"}, "year_by": "a"})


def daily(first: str, last: str, step: int = 1, each: int = 3, skip: tuple[int, ...] = ()) -> dict[date, int]:
    day, end, found = date.fromisoformat(first), date.fromisoformat(last), {}
    while day <= end:
        if day.month not in skip:
            found[day] = each
        day += timedelta(days=step)
    return found


@pytest.mark.parametrize(
    ("days", "found"),
    [
        (daily("2024-01-02", "2024-12-30"), None),
        (daily("2024-01-02", "2024-03-31"), Covered("2024-01", "2024-03")),
        (daily("2024-03-04", "2024-12-30"), Covered("2024-03", "2024-12")),
        (daily("2024-02-20", "2024-09-30"), Covered("2024-02", "2024-09")),
        (daily("2024-01-02", "2024-11-30"), Covered("2024-01", "2024-11")),
        # A survey, a quarterly check, a register kept now and then: not logs.
        (daily("2024-12-02", "2024-12-20", each=9), None),
        (daily("2024-03-20", "2024-12-20", step=90, each=36), None),
        (daily("2024-02-01", "2024-11-01", step=30, each=1), None),
        # One that is silent for long in between as well.
        (daily("2024-01-02", "2024-10-30", skip=(5, 6, 7)), None),
        ({}, None),
    ],
)
def test_which_months_are_covered(days, found) -> None:
    assert covered(SPEC, FiscalYear(2024), days) == found


def test_a_month_of_many_timed_cases_is_a_log_cut_off() -> None:
    timed = SPEC.model_copy(update={"derived": {"hours": Derived(clock="hours", start="a", end="b")}})
    one_month = daily("2024-01-02", "2024-01-31", each=20)
    assert covered(timed, FiscalYear(2024), one_month) == Covered("2024-01", "2024-01")
    assert covered(SPEC, FiscalYear(2024), one_month) is None
    assert covered(timed, FiscalYear(2024), daily("2024-01-02", "2024-01-31", each=4)) is not None
    # Some dozens of cases in a month may be all that there were.
    assert covered(timed, FiscalYear(2024), daily("2024-01-02", "2024-01-31", each=3)) is None


def test_an_export_of_last_autumn_and_a_declared_period_decide() -> None:
    few = daily("2024-01-10", "2024-08-10", step=30, each=1)
    assert covered(SPEC.model_copy(update={"exported": date(2024, 9, 1)}), FiscalYear(2024), few) == Covered(
        "2024-01", "2024-08"
    )
    assert covered(SPEC.model_copy(update={"exported": date(2025, 1, 9)}), FiscalYear(2024), few) is None
    declared = Table.model_validate(
        {
            "title": "工单",
            "files": "t.csv",
            "columns": {"a": "甲"},
            "year_by": "a",
            "period": {"from": "2024-03-01", "to": "2024-12-31", "why": "系统3月上线"},
        }
    )
    assert covered(declared, FiscalYear(2024), daily("2024-03-04", "2024-12-30")) is None


def test_what_is_counted_can_only_grow() -> None:
    long, short = Covered("2024-01", "2024-09"), Covered("2024-01", "2024-03")
    assert (of_a_part("count", Fraction(7), long).low, of_a_part("count", Fraction(7), long).high) == (7, None)
    assert of_a_part("sum", Fraction(7), long, negative=True).low is None
    assert of_a_part("share", Fraction(1), long) is None
    assert (of_a_part("share", Fraction(1), short).low, of_a_part("share", Fraction(1), short).high) == (0, 1)
    assert of_a_part("mean", Fraction(1), short).low is None


YEAR = (
    small_year.head(spent="10万元")
    + """\
  tickets:
    title: 工单
    files: exports/t.csv
    columns: {opened_at: {from: 受理, type: datetime}, hours: {from: 用时, type: number}}
    year_by: opened_at
"""
)
ONE = "level1: 产出指标, level2: 质量指标, level3: 甲, weight: 22.5"
INDICATORS = f"""\
measures:
  all: {{agg: count, table: tickets, unit: 件, words: 全部}}
  quick: {{agg: share, table: tickets, value: hours <= 1, words: 快}}
indicators:
  - {{id: most, {ONE}, target: 不高于1000件, actual: {{measure: all}}}}
  - {{id: exceeded, {ONE}, target: 不高于100件, actual: {{measure: all}}}}
  - {{id: reached, {ONE}, target: 不低于100件, actual: {{measure: all}}}}
  - {{id: quick, {ONE}, target: 不低于50%, actual: {{measure: quick}}}}
"""


def judged(root: Path, days: int, period: str = "") -> tuple[dict, dict, list]:
    small_year.write(root, YEAR + period, indicators=INDICATORS)
    opened = pd.date_range("2024-01-01 08:00", periods=days * 3, freq="8h")
    hours = np.linspace(0.5, 1.2, days * 3)  # getting slower all the time
    frame = pd.DataFrame({"opened_at": opened, "hours": hours, "source_file": "t.csv", "source_row": range(days * 3)})
    frame.to_parquet(root / "tickets.parquet")
    year = load_year(root, 2024)
    with Measures(year, root) as measures:
        found = attain_year(year, measures)
        raised = explain_year(found, measures)
        months = {m.month: m.value for m in measures.monthly("all")}
    return {one.spec.id: one for one in found.indicators}, months, raised


def test_three_months_are_not_the_year(tmp_path: Path) -> None:
    found, months, raised = judged(tmp_path, 90)
    assert {name: one.outcome.status for name, one in found.items()} == {
        "most": "unknown",
        "exceeded": "not_met",
        "reached": "met",
        "quick": "unknown",
    }
    assert found["most"].value == 270 and found["most"].score is None
    assert found["most"].outcome.notes == ("part_of_year_open",)
    assert found["exceeded"].outcome.notes == found["reached"].outcome.notes == ("part_of_year",)
    assert months["2024-03"] == 91 and months["2024-04"] is None and months["2024-12"] is None
    assert {d["trend"] for d in raised} == {None}  # getting slower, of a part of the year


def test_a_declared_period_is_all_there_is(tmp_path: Path) -> None:
    declared = "    period: {from: 2024-01-01, to: 2024-03-31, why: 4月起改用新系统}\n"
    found, months, _ = judged(tmp_path, 90, declared)
    assert (found["most"].outcome.status, found["most"].outcome.notes) == ("met", ())
    assert months["2024-04"] is None


@pytest.mark.parametrize(
    ("period", "code"),
    [
        ("{from: 2022-01-01, to: 2022-12-31, why: 误}", "period_elsewhere"),
        ("{from: 2024-05-01, to: 2024-03-31, why: 误}", "bad_value"),
    ],
)
def test_a_period_lies_in_the_year(tmp_path: Path, period: str, code: str) -> None:
    small_year.write(tmp_path, YEAR + f"    period: {period}\n", indicators=INDICATORS)
    try:
        codes = [fault.code for fault in crosscheck(load_year(tmp_path, 2024))]
    except YearFileError as error:
        codes = [fault.code for fault in error.faults]
    assert code in codes
