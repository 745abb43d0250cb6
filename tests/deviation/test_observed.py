"""Whether last year's result compares with this year's, and what results.json says where it does not."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from helpers.deviation.last_year import unlike
from helpers.measures.figures import Measures
from helpers.measures.year_attained import YearAttained, attain_year
from helpers.report.assemble import Sources, attainment_json
from helpers.year.load import load_year
from tests import small_year

YEAR = """\
  tickets:
    title: 工单
    files: exports/t.csv
    key: ticket
    year_by: opened_at
    columns:
      ticket: 编号
      kind: 类别
      opened_at: {from: 受理, type: datetime}
      hours: {from: 用时, type: number}
"""
INDICATORS = """\
measures:
  fast: {agg: share, table: tickets, where: "kind = 'A'", value: "hours <= 4", words: 四小时内完成}
  again: {agg: share, table: tickets, repeat_of: kind, within_days: 30, date: opened_at, words: 再次发生}
indicators:
  - {id: fast, level1: 产出, level2: 时效指标, level3: 及时率, target: 不低于90%, weight: 30, actual: {measure: fast}}
  - {id: again, level1: 产出, level2: 质量指标, level3: 重复率, target: 不高于9%, weight: 30, actual: {measure: again}}
  - id: both
    level1: 产出指标
    level2: 时效指标
    level3: 时效
    target: 四小时内完成
    weight: 30
    parts: [{name: 甲, target: 4小时, actual: {measure: fast}}]
"""


def attained(root: Path, year: int, indicators: str, days: int = 366, last: Path | None = None) -> YearAttained:
    small_year.write(root, small_year.head(fiscal_year=year) + YEAR, indicators=indicators, fiscal_year=year)
    folder = root / str(year)
    folder.mkdir()
    opened = pd.date_range(f"{year}-01-01 08:00", f"{year}-12-31", freq="12h")
    opened = opened[opened.day_of_year <= days]
    frame = pd.DataFrame({"ticket": [f"T{n}" for n in range(len(opened))], "opened_at": opened})
    frame = frame.assign(kind=["A", "B"] * (len(opened) // 2) + ["A"] * (len(opened) % 2), hours=1.0)
    frame.assign(source_file="t.csv", source_row=range(2, 2 + len(opened))).to_parquet(folder / "tickets.parquet")
    loaded = load_year(root, year)
    with Measures(loaded, folder, last) as measures:
        return attain_year(loaded, measures)


@pytest.mark.parametrize(
    ("old", "new", "days", "carried", "expected"),
    [
        ("", "", 366, False, {"fast": None, "again": None, "both": None}),
        ("kind = 'A'", "kind = 'B'", 366, False, {"fast": "measured", "again": None, "both": "measured"}),
        ("{name: 甲,", "{name: 乙,", 366, False, {"fast": None, "again": None, "both": "measured"}),
        ("", "", 200, False, {"fast": "part_of_year", "again": "part_of_year", "both": "part_of_year"}),
        ("", "", 366, True, {"fast": None, "again": "repeats", "both": None}),
    ],
)
def test_why_two_years_do_not_compare(
    tmp_path: Path, old: str, new: str, days: int, carried: bool, expected: dict[str, str | None]
) -> None:
    last = attained(tmp_path, 2023, INDICATORS.replace(old, new) if old else INDICATORS, days)
    now = attained(tmp_path, 2024, INDICATORS, last=tmp_path / "2023" if carried else None)
    before = {one.spec.id: one for one in last.indicators}
    assert {one.spec.id: unlike(one, before[one.spec.id], now, last) for one in now.indicators} == expected
    told = attainment_json(now, last, Sources(now.year, [], {}))
    assert {one["id"]: one["previous"].get("unlike") for one in told["indicators"]} == expected
