"""Several calendars in one root, projects of a part of the year, exports of several years, different values counted."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest

from helpers.activity.clean import clean_year
from helpers.measures.figures import Measures
from helpers.run.check import check_year
from helpers.year.load import load_year
from tests import small_year

TABLE = """\
  {name}:
    title: 工单
    files: exports/{file}.csv
    columns:
      ticket_id: 编号
      device: 设备
      opened_at: {{from: 受理, type: datetime}}
      resolved_at: {{from: 完成, type: datetime}}
    derived: {{days: {{clock: workdays, start: opened_at, end: resolved_at}}}}
    year_by: opened_at
    key: ticket_id
"""
LOG = """\
编号,设备,受理,完成
A1,D1,2024-05-08 09:00,2024-05-10 10:00
A2,D1,2024-06-03 09:00,2024-06-03 10:00
A3,D2,2023-12-31 09:00,2024-01-02 10:00
A4,D3,2025-01-01 09:00,2025-01-02 10:00
A5,,2024-07-01 09:00,2024-07-01 10:00
"""
MEASURES = """\
measures:
  all: {agg: count, table: home, unit: 件, words: 工单数}
  devices: {agg: distinct, table: home, value: device, unit: 台, words: 报修过的设备}
indicators: []
"""


def written(root: Path, *, top: str = "", abroad: str = "") -> Path:
    """Two tables over the same rows, the second with lines of its own."""
    tables = TABLE.format(name="home", file="t") + TABLE.format(name="abroad", file="t") + abroad
    return small_year.write(root, top + small_year.head() + tables, indicators=MEASURES, files={"t.csv": LOG})


def test_each_table_counts_by_its_own_calendar(tmp_path: Path) -> None:
    """9 May 2024 is a public holiday in Germany, a working day in China."""
    written(tmp_path, top="calendars: {far: DE}\n", abroad="    calendar: far\n")
    clean_year(load_year(tmp_path, 2024), tmp_path / "out")
    days = {name: pd.read_parquet(tmp_path / "out" / f"{name}.parquet")["days"][0] for name in ("home", "abroad")}
    assert days == {"home": 2, "abroad": 1}
    with Measures(load_year(tmp_path, 2024), tmp_path / "out") as measures:
        assert measures.figure("all").clocks == ()


@pytest.mark.parametrize(
    ("top", "abroad", "code", "where"),
    [
        ("calendars: {far: DE}\n", "    calendar: fahr\n", "unknown_name", "tables.abroad.calendar"),
        ("calendars: {far: ZZ}\n", "    calendar: far\n", "calendar_country", "calendars.far"),
        ("calendars: {far: deutsch}\n", "", "bad_value", "calendars.far"),
        ("period: {from: 2022-01-01, to: 2022-12-31, why: 往年}\n", "", "period_elsewhere", "period"),
    ],
)
def test_what_does_not_fit_is_said_once(tmp_path: Path, top: str, abroad: str, code: str, where: str) -> None:
    written(tmp_path, top=top, abroad=abroad)
    found = [(fault.code, fault.where) for fault in check_year(tmp_path, 2024) if fault.code != "weight_sum"]
    assert [place for _, place in found] == [where]
    assert code in ("unknown_name", found[0][0])


def test_a_project_of_a_part_of_the_year_says_it_once(tmp_path: Path) -> None:
    written(
        tmp_path,
        top="period: {from: 2024-05-01, to: 2024-12-31, why: 项目5月启动}\n",
        abroad="    period: {from: 2024-06-01, to: 2024-12-31, why: 6月接入}\n",
    )
    year = load_year(tmp_path, 2024)
    clean_year(year, tmp_path / "out")
    with Measures(year, tmp_path / "out") as measures:
        assert min(measures.months_of("home")) == "2024-05"
        assert min(measures.months_of("abroad")) == "2024-06"
        assert [month.value for month in measures.monthly("all")][:7] == [None] * 4 + [1, 1, 1]


def test_rows_of_other_years_are_set_aside_and_different_values_counted(tmp_path: Path) -> None:
    written(tmp_path)
    year = load_year(tmp_path, 2024)
    home, _ = clean_year(year, tmp_path / "out")
    assert {reason.reason: reason.rows for reason in home.set_aside} == {"其他年度的记录": 2}
    with Measures(year, tmp_path / "out") as measures:
        assert measures.figure("all").value == 3
        assert measures.figure("devices").value == Fraction(1)
        assert measures.figure("devices").unknown == 1  # A5 names none
