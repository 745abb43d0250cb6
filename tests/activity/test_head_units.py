"""A unit that a head names, against the declared one: 金额（万元） read as 元 would be off by ten thousand."""

from __future__ import annotations

from pathlib import Path

import pytest
from activity_samples import cleaned, project

from helpers.activity.errors import ExportError
from helpers.activity.readers.units_said import unit_in

LEDGER = """\
  tickets:
    title: 台账
    files: exports/*.csv
    columns:
      id: 凭证
      paid: {{from: [{heads}], type: money{unit}}}
    key: id
    {more}
"""


def read(tmp_path: Path, files: dict[str, str], heads: str, unit: str = "", more: str = "") -> float:
    year = project(tmp_path, LEDGER.format(heads=heads, unit=unit and f", unit: {unit}", more=more), files)
    _, tidy, _ = cleaned(year, tmp_path / "out")
    return float(tidy["paid"].sum())


def refused(tmp_path: Path, files: dict[str, str], heads: str, unit: str = "", more: str = "") -> str:
    with pytest.raises(ExportError) as caught:
        read(tmp_path, files, heads, unit, more)
    assert "[other_unit]" in str(caught.value)
    return str(caught.value)


WAN = "凭证,实付（万元）\nV1,1.5\nV2,20\n"


def test_a_head_in_another_unit_stops_with_the_line_to_write(tmp_path: Path) -> None:
    said = refused(tmp_path, {"a.csv": WAN}, "实付（万元）")
    assert "a.csv" in said and "unit: 万元" in said and "按元计" in said
    assert "声明的单位是千元" in refused(tmp_path, {"a.csv": WAN}, "实付（万元）", "千元")


def test_the_declared_unit_and_figures_with_their_own_stand(tmp_path: Path) -> None:
    assert read(tmp_path, {"a.csv": WAN}, "实付（万元）", "万元") == 215_000
    own = "凭证,实付（万元）\nV1,15000元\nV2,20万元\nV3,0\n"
    assert read(tmp_path, {"a.csv": own}, "实付（万元）") == 215_000
    assert read(tmp_path, {"a.csv": WAN}, "实付（万元）", more="checks: {head_unit: keep}") == 21.5


def test_files_whose_heads_differ_are_two_tables(tmp_path: Path) -> None:
    files = {"a.csv": "凭证,实付\nV1,100\n", "b.csv": WAN.replace("V", "W")}
    said = refused(tmp_path, files, "实付, 实付（万元）")
    assert "b.csv" in said and "分成两张表" in said


def test_a_unit_above_the_table_counts_for_amounts(tmp_path: Path) -> None:
    above = "某单位台账,\n(金额单位：万元),\n凭证,实付\nV1,1.5\n"
    said = refused(tmp_path, {"a.csv": above}, "实付", more="header_row: 3")
    assert "单位：万元" in said and "第 3 行" in said
    assert read(tmp_path, {"a.csv": above.replace("万元", "元")}, "实付", more="header_row: 3") == 1.5


@pytest.mark.parametrize(
    ("header", "kind", "unit"),
    [
        ("费用(元)", "money", "元"),
        ("合同额万元", "money", "万元"),
        ("单价（元/台）", "money", None),
        ("Amount", "money", None),
        ("处理时长（单位：秒）", "duration", "秒"),
        ("time_worked_minutes", "duration", "分钟"),
        ("Duration (h)", "duration", "小时"),
        ("Response time [ms]", "duration", "毫秒"),
        ("用时(hh:mm)", "duration", None),
        ("受理小时", "duration", None),
        ("Days", "duration", None),
    ],
)
def test_units_are_known_by_how_heads_write_them(header: str, kind: str, unit: str | None) -> None:
    assert unit_in(header, kind) == unit


RATES = """\
  tickets:
    title: 满意率
    files: exports/a.csv
    columns: {{id: 编号, rate: {{from: 满意率（%）, type: number{bare}}}}}
    key: id
"""


@pytest.mark.parametrize(("bare", "rate"), [(", bare: percent", 0.95), (", bare: number", 95.0)])
def test_percents_in_a_head_ask_what_the_figures_are(bare: str, rate: float, tmp_path: Path) -> None:
    whole = {"a.csv": "编号,满意率（%）\nA,95\nB,95\n"}
    with pytest.raises(ExportError) as caught:
        cleaned(project(tmp_path, RATES.format(bare=""), whole), tmp_path / "out")
    assert "[mixed_percent]" in str(caught.value) and "bare: percent" in str(caught.value)
    _, tidy, _ = cleaned(project(tmp_path, RATES.format(bare=bare), whole), tmp_path / "out")
    assert list(tidy["rate"]) == [rate, rate]


def test_fractions_below_such_a_head_are_what_a_workbook_keeps(tmp_path: Path) -> None:
    parts = {"a.csv": "编号,满意率（%）\nA,0.95\nB,1\n"}
    _, tidy, _ = cleaned(project(tmp_path, RATES.format(bare=""), parts), tmp_path / "out")
    assert list(tidy["rate"]) == [0.95, 1.0]
