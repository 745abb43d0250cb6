"""Year files: every fault is found, with file, line, value and likely meaning."""

from pathlib import Path

import pytest

from helpers.run.check import check_year
from helpers.year.faults import YearFileError
from helpers.year.load import load_year
from tests import small_year

YEAR = (
    small_year.head()
    + """\
  tickets:
    title: 工单
    files: exports/t.csv
    columns:
      ticket_id: 编号
      opened_at: {from: 受理时间, type: datetime}
    key: ticket_id
    year_by: opened_at
"""
)
INDICATORS = """\
measures:
  tickets_all: {agg: count, table: tickets, unit: 件, words: 全部工单}
indicators:
  - {id: volume, level1: 产出指标, level2: 数量指标, level3: 工单量, target: ≥1件, weight: 90,
     actual: {measure: tickets_all}}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    small_year.write(tmp_path, YEAR, indicators=INDICATORS, files={"t.csv": "编号,受理时间\nA1,2024-01-02 10:00\n"})
    return tmp_path


def rewrite(root: Path, name: str, old: str, new: str) -> None:
    path = root / "data" / "raw" / "2024" / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def faults(root: Path) -> dict[str, object]:
    with pytest.raises(YearFileError) as caught:
        load_year(root, 2024)
    return {fault.code: fault for fault in caught.value.faults}


def test_a_sound_year_loads(root: Path) -> None:
    year = load_year(root, 2024)
    assert year.year.tables["tickets"].columns["ticket_id"].source == ("编号",)
    assert year.plan.actions == () and set(year.sha256) == {"year.yml", "indicators.yml"}


def test_unknown_key_names_file_line_and_meaning(root: Path) -> None:
    rewrite(root, "indicators.yml", "weight: 90", "wieght: 90")
    found = faults(root)
    unknown = found["unknown_key"]
    assert (unknown.file, unknown.line, unknown.value) == ("data/raw/2024/indicators.yml", 4, "90")
    assert unknown.where.endswith("wieght") and unknown.hint == "是否想写 weight?"
    assert found["missing_key"].where.endswith("weight")


def test_all_faults_of_all_files_come_at_once(root: Path) -> None:
    rewrite(root, "year.yml", "fiscal_year: 2024", "fiscal_year: 二〇二四")
    rewrite(root, "year.yml", "title: 工单", "titel: 工单")
    rewrite(root, "indicators.yml", "agg: count", "agg: counts")
    with pytest.raises(YearFileError) as caught:
        load_year(root, 2024)
    places = {(f.file.rsplit("/", 1)[1], f.line) for f in caught.value.faults}
    assert {("year.yml", 1), ("year.yml", 9), ("indicators.yml", 2)} <= places


@pytest.mark.parametrize(
    ("name", "old", "new", "code", "line"),
    [
        ("year.yml", "date: 2025-02-01", "date: 二月", "wrong_type", 4),
        ("year.yml", "type: datetime", "type: datum", "bad_value", 13),
        ("year.yml", "key: ticket_id", "key: [ticket_id", "yaml", None),
        ("year.yml", "    key: ticket_id", "    key: ticket_id\n    key: opened_at", "yaml", 15),
        ("year.yml", "overall_goal: 保障运行", "overall_goal: 待填", "blank_left", 5),
        ("year.yml", "fiscal_year: 2024", "fiscal_year: 2023", "year_differs", 1),
        ("indicators.yml", "weight: 90", "weight: -1", "bad_value", 4),
        ("indicators.yml", "weight: 90", "weight: 九十", "wrong_type", 4),
        ("indicators.yml", "actual: {measure: tickets_all}", "actual: {stated: 5件}", "bad_value", 5),
        ("indicators.yml", "table: tickets, ", "", "bad_value", 2),
    ],
)
def test_each_kind_of_fault(root: Path, name: str, old: str, new: str, code: str, line: int | None) -> None:
    rewrite(root, name, old, new)
    found = faults(root)
    assert code in found, found
    if line is not None:
        assert found[code].line == line
    assert found[code].file == f"data/raw/2024/{name}"


def test_missing_files_and_years(root: Path) -> None:
    (root / "data/raw/2024/indicators.yml").unlink()
    assert faults(root)["file_missing"].file == "data/raw/2024/indicators.yml"
    with pytest.raises(YearFileError, match="现有年度：2024"):
        load_year(root, 2031)


def test_not_utf8_is_said_with_its_line(root: Path) -> None:
    path = root / "data/raw/2024/year.yml"
    path.write_bytes(YEAR.encode("gb18030"))
    found = faults(root)["not_utf8"]
    assert found.line == 2


@pytest.mark.parametrize(
    ("unit", "base"), [("分钟", "小时"), ("天", "小时"), ("万元", "元"), ("'%'", "比例"), ("万元/人", "元/人")]
)
def test_a_measure_is_in_the_unit_of_its_column(root: Path, unit: str, base: str) -> None:
    """Hours called 分钟 made every outcome unknown, and the figure wrong."""
    measure = "{agg: mean, table: tickets, value: '90', unit: " + unit + ", words: 平均"
    rewrite(root, "indicators.yml", "measures:\n", f"measures:\n  mean: {measure}}}\n")
    faults = [f for f in check_year(root, 2024) if f.code == "measure_unit"]
    assert len(faults) == 1 and f"写 unit: {base}" in str(faults[0])


def test_counted_days_and_base_units_are_left_alone(root: Path) -> None:
    units = {
        "a": "agg: mean, value: '1', unit: 工作日",
        "b": "agg: count, unit: 天",
        "c": "agg: sum, value: '1', unit: 分",
    }
    added = "".join(f"  {n}: {{table: tickets, words: {n}, {m}}}\n" for n, m in units.items())
    rewrite(root, "indicators.yml", "measures:\n", "measures:\n" + added)
    assert [f for f in check_year(root, 2024) if f.code == "measure_unit"] == []


def test_a_word_for_yes_and_no_is_refused(root: Path) -> None:
    column = "valid: {from: 属实, type: boolean, 'true': [属实], 'false': [不属实, 属实]}"
    rewrite(root, "year.yml", "ticket_id: 编号", f"ticket_id: 编号\n      {column}")
    with pytest.raises(YearFileError, match="true 和 false 里都有：属实"):
        load_year(root, 2024)
