"""Year files: every fault is found, with file, line, value and likely meaning."""

from pathlib import Path

import pytest

from helpers.year.crosscheck import crosscheck
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
        ("year.yml", "    key: ticket_id", "    key: ticket_id\n    key: opened_at", "key_twice", 15),
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


COLUMNS = """opened_at: {from: 受理时间, type: datetime}
      paid: {from: 金额, type: money}
      waited: {from: 等待, type: duration, unit: 分钟}
      minutes: {from: 分钟数, type: number}
    derived:
      hours: {clock: hours, start: opened_at, end: opened_at}
      days: {clock: workdays, start: opened_at, end: opened_at}
"""


@pytest.mark.parametrize(
    ("value", "unit", "base"),
    [
        ("hours", "分钟", "小时"),
        ("waited", "分钟", "小时"),
        ("hours", "天", "小时"),
        ("paid", "万元", "元"),
        ("paid", "万元/人", "元"),
        ("minutes", "分钟", None),
        ("hours * 60", "分钟", None),
        ("days", "工作日", None),
        ("paid", "元/人", None),
    ],
)
def test_hours_and_yuan_are_not_called_otherwise(root: Path, value: str, unit: str, base: str | None) -> None:
    rewrite(root, "year.yml", "opened_at: {from: 受理时间, type: datetime}\n", COLUMNS)
    measure = f"{{agg: mean, table: tickets, value: {value}, unit: {unit}, words: 平均}}"
    rewrite(root, "indicators.yml", "measures:\n", f"measures:\n  mean: {measure}\n")
    found = [f for f in crosscheck(load_year(root, 2024)) if f.code == "measure_unit"]
    assert [f.hint.split("，")[0] for f in found if f.hint] == ([f"写 unit: {base}"] if base else [])


def test_a_word_for_yes_and_no_is_refused(root: Path) -> None:
    column = "valid: {from: 属实, type: boolean, 'true': [属实], 'false': [不属实, 属实]}"
    rewrite(root, "year.yml", "ticket_id: 编号", f"ticket_id: 编号\n      {column}")
    with pytest.raises(YearFileError, match="true 和 false 里都有：属实"):
        load_year(root, 2024)
