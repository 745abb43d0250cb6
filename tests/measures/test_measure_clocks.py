"""What a figure's clocks count goes with the figure; a measure by group adds up to its total."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from helpers.activity.clean import clean_year
from helpers.measures.figures import Measures
from tests.activity.activity_samples import project

TABLES = """\
  tickets:
    title: 工单
    files: exports/t.csv
    columns:
      kind: 类别
      opened_at: {from: 受理时间, type: datetime}
      resolved_at: {from: 完成时间, type: datetime}
    derived:
      hours: {clock: hours, start: opened_at, end: resolved_at}
      days: {clock: workdays, start: opened_at, end: resolved_at, words: 用时}
      office: {clock: office_hours, start: opened_at, end: resolved_at, office_hours: {mon-fri: 09:00-17:00}}
      quick: {expr: "days <= 1 and kind <> '会议'"}
"""
INDICATORS = """\
measures:
  next_day: {agg: share, table: tickets, value: "days <= 1", words: 次一工作日}
  day_of_24h: {agg: share, table: tickets, value: "hours <= 24", words: 24小时}
  eight_hours: {agg: share, table: tickets, value: "office <= 8", words: 8办公小时}
  quick: {agg: share, table: tickets, value: quick, where: "office >= 0", words: 快}
  all: {agg: count, table: tickets, unit: 件, words: 全部}
  half: {agg: quantile, q: 0.5, table: tickets, value: hours, unit: 小时, words: 中位}
  rate: {agg: ratio, numerator: all, denominator: half, words: 比}
indicators: []
"""
ROWS = (
    "类别,受理时间,完成时间\n故障,2024-03-01 16:00,2024-03-04 17:00\n故障,2024-03-04 10:00,2024-03-06 09:30\n"
    "会议,2024-03-04 10:00,\n,2024-03-04 10:00,2024-03-04 11:00\n"
)


@pytest.fixture
def measures(tmp_path: Path) -> Measures:
    year = project(tmp_path, TABLES, {"t.csv": ROWS}, indicators=INDICATORS)
    clean_year(year, tmp_path / "out")
    return Measures(year, tmp_path / "out")


def test_one_working_day_means_what_the_measure_declares(measures: Measures) -> None:
    values = {name: measures.figure(name).value for name in ("next_day", "day_of_24h", "eight_hours")}
    assert values == {"next_day": Fraction(2, 4), "day_of_24h": Fraction(1, 4), "eight_hours": Fraction(1, 4)}
    said = {
        name: measures.figure(name).clocks for name in ("next_day", "day_of_24h", "eight_hours", "quick", "all", "rate")
    }
    days = (
        "用时：受理时间当日之后至完成时间所经过的工作日数（法定节假日除外，调休上班日计入；1 为不晚于下一个工作日结束）"
    )
    hours = "受理时间至完成时间的自然小时数"
    office = (
        "受理时间至完成时间之间的办公小时数（周一至周五09:00—17:00；法定节假日除外，调休上班日无单列时段的按周一计）"
    )
    assert said == {
        "next_day": (days,),
        "day_of_24h": (hours,),
        "eight_hours": (office,),
        "quick": (days, office),
        "all": (),
        "rate": (hours,),
    }
