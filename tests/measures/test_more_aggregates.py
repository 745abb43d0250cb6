"""Greatest and least, different ones, first and last days, repeats; and columns that are called like anything."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest

from helpers.measures.figures import Measures
from helpers.measures.year_attained import attain_year
from helpers.year.crosscheck import crosscheck
from helpers.year.load import Year, load_year
from helpers.year.tidy import tidy_columns
from tests import small_year

YEAR = (
    small_year.head(spent="10万元")
    + """\
  tickets:
    title: 工单
    files: exports/t.csv
    columns:
      month: 月份
      n: 序
      hits: 命中
      v: 值
      m: 米
      unknown: 未知
      value: 价值
      device: 设备
      opened_at: {from: 受理, type: datetime}
      hours: {from: 用时, type: number}
      done: {from: 验收, type: date}
    year_by: opened_at
"""
)
HEAD = "{level1: 产出指标, level2: 时效指标, level3: 验收, weight: 90, "
INDICATORS = """\
measures:
  most: {agg: max, table: tickets, value: hours, unit: 小时, words: 最长}
  least: {agg: min, table: tickets, value: hours, unit: 小时, words: 最短}
  devices: {agg: distinct, table: tickets, value: device, unit: 台, words: 设备数}
  first: {agg: earliest, table: tickets, value: done, words: 最早验收}
  last: {agg: latest, table: tickets, where: "device <> 'D'", value: done, words: 最晚验收}
  nothing: {agg: max, table: tickets, where: "device = 'X'", value: hours, unit: 小时, words: 无}
  again: {agg: count, table: tickets, repeat_of: device, within_days: 30, date: opened_at, unit: 次, words: 重复报修}
  again_share:
    {agg: share, table: tickets, where: "hours > 0", repeat_of: [device], within_days: 30, date: opened_at, words: 重复}
  all: {agg: count, table: tickets, unit: 件, words: 全部}
indicators:
  - {id: done, target: 11月底前, actual: {measure: last}, REST}
""".replace("{id: done,", HEAD + "id: done,").replace(", REST}", "}")


@pytest.fixture
def year(tmp_path: Path) -> Year:
    small_year.write(tmp_path, YEAR, indicators=INDICATORS)
    moments = ["2024-01-01 08:00", "2024-01-31 08:00", "2024-03-01 08:00:01", "2024-01-10", "2024-01-20", "2024-05-01"]
    frame = pd.DataFrame(
        {
            **{name: ["1"] * 6 for name in ("month", "n", "hits", "v", "m", "unknown", "value")},
            "device": ["A", "A", "A", None, None, "D"],
            "opened_at": pd.to_datetime(moments, format="ISO8601"),
            "hours": [1.5, 0.25, None, 7.0, 2.0, -3.0],
            "done": pd.to_datetime(["2024-02-01", "2024-11-30", None, "2024-06-01", None, "2024-12-31"]),
            "source_file": "t.csv",
            "source_row": range(2, 8),
        }
    )
    table = pa.Table.from_pandas(frame, preserve_index=False)
    at = table.schema.get_field_index("done")
    pyarrow.parquet.write_table(
        table.set_column(at, "done", table["done"].cast(pa.date32())), tmp_path / "tickets.parquet"
    )
    return load_year(tmp_path, 2024)


def test_figures(year: Year, tmp_path: Path) -> None:
    with Measures(year, tmp_path) as measures:
        found = {name: measures.figure(name) for name in year.measures}
    assert {name: f.value for name, f in found.items()} == {
        "most": 7,
        "least": -3,
        "devices": 2,
        "first": None,
        "last": None,
        "nothing": None,
        "again": 1,  # 30 days to the second; a device that is not known repeats nothing
        "again_share": Fraction(1, 4),
        "all": 6,
    }
    assert (found["first"].day, found["last"].day) == ("2024-02-01", "2024-11-30")
    assert found["again"].sql.startswith("SELECT count(*) FROM (SELECT *, coalesce(CAST(")


def test_months_are_those_of_the_date_whatever_columns_are_called(year: Year, tmp_path: Path) -> None:
    with Measures(year, tmp_path) as measures:
        months = {m.month[5:]: m.n for m in measures.monthly("all") if m.n}
        again = {m.month[5:]: m.value for m in measures.monthly("again") if m.value}
        by_value = measures.monthly_counts("tickets", "v", "opened_at")
        rows = measures.rows("again_share", ["month", "n"])
    assert months == {"01": 4, "03": 1, "05": 1}
    assert again == {}  # whether January's repeat something is not known: no month of a chart
    assert by_value == {"1": (4, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0)}
    assert rows["_value"].tolist() == [False, True, False, False]


def _last_year(root: Path, **columns: object) -> Path:
    """Last year's tidy table: A failed again in December, B on the first of it."""
    folder = root / "previous"
    folder.mkdir()
    frame = pd.DataFrame(
        {
            "device": ["A", "B", "A"],
            "opened_at": pd.to_datetime(["2023-12-15", "2023-12-01", "2023-06-01"]),
            "hours": [1.0, 1.0, 1.0],
            "source_file": "old.csv",
            "source_row": range(2, 5),
            **columns,
        }
    )
    frame.to_parquet(folder / "tickets.parquet")
    return folder


def test_the_first_failure_of_a_year_may_repeat_one_of_the_year_before(year: Year, tmp_path: Path) -> None:
    with Measures(year, tmp_path, _last_year(tmp_path)) as measures:
        share, count = measures.figure("again_share"), measures.figure("again")
        months = {m.month[5:]: m.value for m in measures.monthly("again") if m.value}
        rows = measures.rows("again_share", ["device"])
        sides = [(one.after, one.hits, one.n) for one in measures.sides("again_share", date(2024, 1, 15))]
        parts = {(one.value, one.month): (one.amount, one.n) for one in measures.grouped("again_share", "device")}
        columns = list(tidy_columns(year.year.tables["tickets"]))
        each = [measures.grouped("again_share", column) for column in columns]
        measures.group_ahead("again_share", columns)
        assert [measures.grouped("again_share", column) for column in columns] == each
    assert (share.value, share.n, count.value, share.carried) == (Fraction(2, 4), 4, 2, True)
    assert months == {"01": 2}
    assert rows["_value"].tolist() == [True, True, False, False] and list(rows.columns) == ["_value", "device"]
    assert sides == [(False, 1, 2), (True, 1, 2)]
    assert parts["A", "2024-01"] == (2, 2)
    assert share.clocks == ("重复：30天内的再次发生，连同上年度末的记录一并判断",)
    assert "previous_tickets" in share.sql


def test_the_first_months_of_repeats_are_not_known_without_records_before_them(year: Year, tmp_path: Path) -> None:
    frame = pd.DataFrame({"device": "A", "opened_at": pd.date_range("2024-01-01", "2024-12-30", freq="3D")})
    frame = frame.assign(hours=1.0, source_file="t.csv", source_row=range(2, 2 + len(frame)))
    frame.to_parquet(tmp_path / "tickets.parquet")
    months = {}
    for name, folder in (("alone", None), ("carried", _last_year(tmp_path))):
        with Measures(year, tmp_path, folder) as measures:
            months[name] = {m.month[5:]: m.value for m in measures.monthly("again_share")}
    assert months["alone"]["01"] is None and months["alone"]["02"] == 1 and months["carried"]["01"] == 1
    frame[frame["opened_at"] >= "2024-04-01"].to_parquet(tmp_path / "tickets.parquet")
    with Measures(year, tmp_path, tmp_path / "previous") as measures:
        late = {m.month[5:]: m.value for m in measures.monthly("again_share")}
    assert late["04"] is None and late["05"] == 1  # nothing is known of March


@pytest.mark.parametrize("columns", [{}, {"device": [1, 2, 3]}, {"hours": ["1", "2", "3"]}])
def test_without_last_years_rows_it_is_said_that_some_repeats_are_unseen(
    year: Year, tmp_path: Path, columns: dict[str, object]
) -> None:
    folder = _last_year(tmp_path, **columns) if columns else None
    with Measures(year, tmp_path, folder) as measures:
        share = measures.figure("again_share")
    assert (share.value, share.carried) == (Fraction(1, 4), False)
    assert share.clocks == ("重复：没有上年度的记录可以对照，年初30天内的再次发生可能少计",)


def test_a_deadline_is_kept_by_the_last_day(year: Year, tmp_path: Path) -> None:
    with Measures(year, tmp_path) as measures:
        (one,) = attain_year(year, measures).indicators
    assert (one.outcome.status, one.actual.value, one.score) == ("met", "2024-11-30", 90)


@pytest.mark.parametrize(
    ("old", "new", "code", "words"),
    [
        ("value: device,", "value: devise,", "bad_expression", "没有列 devise"),
        ("value: done, words: 最早", "value: hours, words: 最早", "not_a_date", "value 要是日期"),
        ("repeat_of: [device]", "repeat_of: [devise]", "unknown_name", "device"),
        ("target: 11月底前", "target: ≥95%", "incomparable_units", "度量得出的是日期"),
        ("{measure: last}", "{measure: all}", "incomparable_units", "指标值是日期"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path: Path, old: str, new: str, code: str, words: str) -> None:
    assert old in INDICATORS
    small_year.write(tmp_path, YEAR, indicators=INDICATORS.replace(old, new))
    (tmp_path / "data/raw/2024/exports").mkdir(parents=True, exist_ok=True)
    faults = [fault for fault in crosscheck(load_year(tmp_path, 2024)) if fault.file.endswith("indicators.yml")]
    assert [f.code for f in faults] == [code]
    assert words in f"{faults[0].message}{faults[0].hint}"


def test_rows_of_large_logs_hold_no_texts_and_are_in_order(year: Year, tmp_path: Path) -> None:
    frame = pd.read_parquet(tmp_path / "tickets.parquet")
    frame["source_file"] = ["b", "a", "b", "a", "a", "a"]
    frame.iloc[[3, 0, 5, 1, 4, 2]].to_parquet(tmp_path / "tickets.parquet")
    with Measures(year, tmp_path) as measures:
        coded, plain = measures.coded_rows("again_share", ["device"]), measures.rows("again_share", ["device"])
        listed = measures.rows_at("again_share", ["device", "source_row"], [("b", 2), ("a", 3), ("a", 99)])
        none = measures.rows_at("again_share", ["device"], [])
    assert [str(kind) for kind in coded.dtypes] == ["bool", "category", "category", "int32"]
    assert list(coded["source_file"]) == ["a", "a", "a", "b"] and list(coded["source_row"]) == [3, 5, 6, 2]
    assert coded["device"].astype(object).where(coded["device"].notna(), None).tolist() == ["A", None, None, "A"]
    assert coded["_value"].tolist() == plain["_value"].tolist() and len(none) == 0
    assert listed.to_numpy().tolist() == [["A", 3], ["A", 2]]
