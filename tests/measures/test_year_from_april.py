"""A year that begins on 1 April or 1 July, with figures by hand; and that nothing in a figure depends on January."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.activity.clean import Reconciliation, clean_year
from helpers.gate import builtin_rules
from helpers.gate.plausibility import coverage
from helpers.gate.plausibility.subject import open_subject
from helpers.measures.covered import Covered
from helpers.measures.figures import Measures
from helpers.measures.year_attained import attain_year
from helpers.year.fiscal import FiscalYear
from helpers.year.load import Year, load_year
from tests import small_year

TABLES = """\
  tickets:
    title: 工单
    files: exports/t.csv
    columns:
      ticket_id: 编号
      category: 类别
      device: 设备
      opened_at: {from: 受理, type: datetime}
      resolved_at: {from: 完成, type: datetime}
    derived:
      hours: {clock: hours, start: opened_at, end: resolved_at}
      days: {clock: workdays, start: opened_at, end: resolved_at}
      early: {expr: "opened_at < year_start + INTERVAL 1 MONTH", type: boolean}
      rest: {expr: "date_diff('day', CAST(opened_at AS DATE), year_end)", type: integer}
    year_by: opened_at
    key: ticket_id
  ledger:
    title: 台账
    files: exports/l.csv
    columns: {voucher: 凭证, paid_on: {from: 日期, type: date}, amount: {from: 金额, type: money, unit: 元}}
    year_by: paid_on
    key: voucher
"""
MEASURES = """\
measures:
  all: {table: tickets, agg: count, unit: 件, words: 工单}
  in_4h: {table: tickets, agg: share, value: hours <= 4, words: 四小时内}
  mean: {table: tickets, agg: mean, value: hours, unit: 小时, words: 平均用时}
  early: {table: tickets, agg: count, where: early, unit: 件, words: 首月工单}
  last_day: {table: tickets, agg: count, where: rest = 0, unit: 件, words: 末日工单}
  again: {table: tickets, agg: count, repeat_of: device, within_days: 10, date: opened_at, unit: 次, words: 再次报修}
  done: {table: tickets, agg: latest, where: "category = '网络'", value: resolved_at, words: 最后完成}
  spent: {table: ledger, agg: sum, value: amount, unit: 元, words: 支出}
indicators:
  - {id: done, level1: 产出指标, level2: 时效指标, level3: 网络工单办结, weight: 90, target: 11月底前,
     actual: {measure: done}}
"""
HEAD = "编号,类别,设备,受理,完成\n"
LEDGER = "凭证,日期,金额\nV1,2024-03-31,100\nV2,2024-04-01,200\nV3,2025-03-31,300\nV4,2025-04-01,400\n"
#: Both bounds of a year from April, New Year, and a repeat over last year's end.
APRIL = (
    HEAD
    + """\
A1,桌面,D1,2024-03-31 23:59:59,2024-04-01 02:00:00
A2,桌面,D1,2024-04-01 00:00:00,2024-04-01 03:00:00
A3,网络,D2,2024-05-10 09:00:00,2024-05-10 15:00:00
A4,网络,D2,2024-11-29 09:00:00,2024-11-30 08:00:00
A5,桌面,D3,2024-12-31 16:00:00,2025-01-02 10:00:00
A6,桌面,D3,2025-01-03 09:00:00,2025-01-03 10:00:00
A7,桌面,D4,2025-03-31 23:59:59,2025-04-01 01:59:59
A8,桌面,D4,2025-04-01 00:00:00,2025-04-01 01:00:00
"""
)
BEFORE = (
    HEAD
    + """\
B1,桌面,D9,2023-03-31 23:59:59,2023-04-01 02:00:00
B2,桌面,D8,2023-04-01 00:00:00,2023-04-01 03:00:00
B3,桌面,D1,2024-03-28 09:00:00,2024-03-28 10:00:00
"""
)


def made(root: Path, log: str, start: str | None, fiscal_year: int = 2024) -> tuple[Year, dict[str, Reconciliation]]:
    """A cleaned year of the log, its tables under ``out/<year>``."""
    head = small_year.head(fiscal_year=fiscal_year, spent="{measure: spent}", year_start=start)
    files = {"t.csv": log, "l.csv": LEDGER}
    small_year.write(root, head + TABLES, indicators=MEASURES, files=files, fiscal_year=fiscal_year)
    year = load_year(root, fiscal_year)
    out = root / "out" / str(fiscal_year)
    return year, {one.table: one for one in clean_year(year, out)}


@pytest.fixture
def april(tmp_path: Path) -> tuple[Year, Measures, dict[str, Reconciliation]]:
    made(tmp_path, BEFORE, "04-01", 2023)
    year, accounts = made(tmp_path, APRIL, "04-01")
    return year, Measures(year, tmp_path / "out" / "2024", tmp_path / "out" / "2023"), accounts


def test_rows_on_both_sides_of_both_bounds(april) -> None:
    year, measures, accounts = april
    with measures:
        ids = measures.select("tickets", {"id": "ticket_id"}).column("id").to_pylist()
        assert ids == ["A2", "A3", "A4", "A5", "A6", "A7"]
        assert {e.reason: e.rows for e in accounts["tickets"].set_aside} == {"其他年度的记录": 2}
        assert measures.figure("spent").value == 500
        assert (measures.figure("early").value, measures.figure("last_day").value) == (1, 1)
    rule = next(
        r for r in builtin_rules("tickets", year.year.tables["tickets"], year.fiscal) if r.id == "in_fiscal_year"
    )
    assert "2024 年度以内（2024年4月1日至2025年3月31日）" in rule.words
    assert (rule.arguments["min_value"], rule.arguments["max_value"]) == (dt.date(2024, 4, 1), dt.date(2025, 4, 1))


def test_months_stand_in_the_order_of_the_fiscal_year(april) -> None:
    _, measures, _ = april
    with measures:
        months = {one.month: one.n for one in measures.monthly("all")}
        assert list(months) == list(FiscalYear(2024, 4).months)
        assert {month: n for month, n in months.items() if n} == {
            "2024-04": 1, "2024-05": 1, "2024-11": 1, "2024-12": 1, "2025-01": 1, "2025-03": 1,
        }  # fmt: skip
        counts = measures.monthly_counts("tickets", "category", "opened_at")
        assert counts == {"桌面": (1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 1), "网络": (0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0)}


def test_a_clock_over_new_year_knows_the_holiday(april) -> None:
    """31 December 2024 was a Tuesday, 1 January a holiday: one working day later is the second."""
    _, measures, _ = april
    with measures:
        row = measures.select("tickets", {"days": "days", "hours": "hours"}, "ticket_id = 'A5'").to_pylist()[0]
    assert row == {"days": 1, "hours": 42.0}


def test_repeats_follow_last_years_last_days(april) -> None:
    """D1 was reported on 28 March, the last days of the year before, and on 1 April; D3 within three days."""
    _, measures, _ = april
    with measures:
        found = measures.figure("again")
        assert (found.value, found.carried) == (2, True)
        assert [one.month for one in measures.monthly("again") if one.value] == ["2024-04", "2025-01"]


def test_a_deadline_without_year_is_of_the_fiscal_year(april) -> None:
    year, measures, _ = april
    with measures:
        (done,) = attain_year(year, measures).indicators
    assert (done.target.value, done.figure.day, done.outcome.status) == ("2024-11-30", "2024-11-30", "met")


def test_without_a_year_before_the_first_month_of_repeats_says_nothing(tmp_path: Path) -> None:
    year, _ = made(tmp_path, APRIL, "04-01")
    with Measures(year, tmp_path / "out" / "2024") as measures:
        found = measures.figure("again")
        assert (found.value, found.carried) == (1, False)
        assert "年度初10天内" in found.clocks[-1]
        assert measures.monthly("again")[0].value is None and measures.monthly("again")[1].value == 0


def test_a_log_that_ends_in_december_covers_nine_months_of_a_year_from_april(tmp_path: Path) -> None:
    days = pd.date_range("2024-04-01", "2024-12-31", freq="D")
    log = HEAD + "".join(
        f"T{at:03},桌面,D{at},{day:%Y-%m-%d} 09:00:00,{day:%Y-%m-%d} 10:00:00\n" for at, day in enumerate(days)
    )
    year, accounts = made(tmp_path, log, "04-01")
    with Measures(year, tmp_path / "out" / "2024") as measures:
        part = measures.part_of("tickets")
        assert part == Covered("2024-04", "2024-12") and part.months == 9
        assert [one.value for one in measures.monthly("all")][9:] == [None, None, None]
    with open_subject(year, tmp_path / "out" / "2024", accounts.values()) as subject:
        (note,) = coverage.part_of_year(subject)
    assert "2024-04 至 2024-12" in note.words


def test_a_year_from_july(tmp_path: Path) -> None:
    log = HEAD + (
        "J1,桌面,D1,2024-06-30 23:59:59,2024-07-01 01:00:00\nJ2,桌面,D1,2024-07-01 00:00:00,2024-07-01 01:00:00\n"
        "J3,桌面,D2,2025-02-28 09:00:00,2025-03-01 09:00:00\nJ4,桌面,D3,2025-06-30 23:59:59,2025-07-01 00:59:59\n"
        "J5,桌面,D3,2025-07-01 00:00:00,2025-07-01 01:00:00\n"
    )
    year, _ = made(tmp_path, log, "07-01")
    with Measures(year, tmp_path / "out" / "2024") as measures:
        assert measures.figure("all").value == 3
        assert measures.figure("in_4h").value == Fraction(2, 3)
        assert [(m.month, m.value) for m in measures.monthly("all") if m.value] == [
            ("2024-07", 1), ("2025-02", 1), ("2025-06", 1),
        ]  # fmt: skip
        assert measures.figure("spent").value == 700


# --- nothing depends on January -------------------------------------------------------------------

ROW = st.tuples(
    st.integers(0, 11), st.integers(1, 28), st.integers(0, 23), st.sampled_from((1, 3, 5, 30)), st.sampled_from("ABC")
)


def log_of(rows: Sequence[tuple[int, int, int, int, str]], fiscal: FiscalYear) -> str:
    """Tickets by the place of their month in the year; none of them near the end of a month."""
    lines = [HEAD]
    for at, (place, day, hour, hours, device) in enumerate(rows):
        month = fiscal.months[place]
        opened = dt.datetime.fromisoformat(f"{month}-{day:02} {hour:02}:00:00")
        lines.append(f"T{at:02},桌面,{device},{opened},{opened + dt.timedelta(hours=hours)}\n")
    return "".join(lines)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROW, min_size=1, max_size=12), month=st.integers(2, 12))
def test_figures_are_the_same_whenever_the_year_begins(
    rows: list[tuple[int, int, int, int, str]], month: int, tmp_path: Path
) -> None:
    found = []
    for start, fiscal in ((None, FiscalYear(2024)), (f"{month:02}-01", FiscalYear(2024, month))):
        root = tmp_path / f"{month}-{len(list(tmp_path.iterdir()))}"
        year, _ = made(root, log_of(rows, fiscal), start)
        with Measures(year, root / "out" / "2024") as measures:
            figures = [measures.figure(name).value for name in ("all", "in_4h", "mean", "early")]
            series = [[one.value for one in measures.monthly(name)] for name in ("all", "in_4h", "mean")]
            counts = measures.monthly_counts("tickets", "device", "opened_at")
            found.append((figures, series, counts))
    assert found[0] == found[1]
