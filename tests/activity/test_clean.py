"""Cleaning: tidy tables, typed and derived columns, and a reconciliation in which no row is lost."""

import datetime
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.activity.calendar import CalendarUnknown, is_workday, workday_counts
from helpers.activity.clean import Reconciliation, clean_year
from helpers.activity.errors import ExportError
from helpers.year.load import Year, load_year
from helpers.year.models import Calendar
from tests import small_year

YEAR = (
    small_year.head()
    + """\
  tickets:
    title: 工单
    files: exports/t*.csv
    columns:
      ticket_id: 编号
      category: [类别, 类型]
      opened_at: {from: [受理时间, 报修时间], type: datetime}
      resolved_at: {from: 完成时间, type: datetime}
      cost: {from: 费用, type: money}
      verified: {from: 核实, type: boolean}
      requester: 报修人
    derived:
      hours: {clock: hours, start: opened_at, end: resolved_at}
      workdays: {clock: workdays, start: opened_at, end: resolved_at}
      dear: {expr: "cost > 100"}
    empty: ["—", "?"]
    synonyms: {category: {故障: [报修, 电脑报修]}}
    key: ticket_id
    year_by: opened_at
    keep: {by: resolved_at, why: 重新打开后的旧记录}
    personal: [requester]
    out_of_scope: [{where: "category = '测试'", why: 测试工单}]
"""
)
HEAD = "编号,类别,受理时间,完成时间,费用,核实,报修人\n"


def make(root: Path, *files: str, corrections: str = "", year: str = YEAR) -> Year:
    exports = {f"t{number}.csv": text for number, text in enumerate(files, start=1)}
    small_year.write(root, year, files=exports, corrections=corrections)
    return load_year(root, 2024)


def clean(year: Year, out: Path) -> tuple[Reconciliation, pd.DataFrame, pd.DataFrame]:
    (found,) = clean_year(year, out)
    return found, pd.read_parquet(out / "tickets.parquet"), pd.read_parquet(out / "tickets.set_aside.parquet")


def test_every_row_is_used_or_set_aside_with_one_reason(tmp_path: Path) -> None:
    first = HEAD + (
        'A1,报修,2024-02-09 10:00,2024/2/18 11:00:00,"1,234.50",是,E1\n'
        "A1,故障,2024-02-09 10:00:00,2024-02-18 11:00,1234.5,是,E1\n"  # the same, written otherwise
        "A2,测试,2024-03-01 10:00,—,5,,\n"
        ",,,,,,\n"
        "A3,故障,２０２４-03-01 10:00,2024年3月1日 10:30,¥7元,否,\n"
    )
    second = HEAD.replace("类别", "类型").replace("受理", "报修") + (
        "A3,故障,2024-03-01 10:00,2024-03-04 10:30,9,否,\n"  # reopened
        "B1,故障,2025-01-01 10:00,,8,,\n"
        "编号,类型,报修时间,完成时间,费用,核实,报修人\n"
        "B2,电脑报修,2024-01-01 10:00,2024-01-01 11:00,x,不详,\n"
        "B3,故障,三月,2024-01-01 11:00,1,,\n"
        ",故障,2024-01-01 10:00,2024-01-01 11:00,1,,\n"
    )
    found, tidy, aside = clean(make(tmp_path, first, second), tmp_path / "out")
    assert (found.rows_in, found.used, found.entities) == (11, 3, 3)
    assert {s.reason: s.rows for s in found.set_aside} == {
        "完全重复的行": 1,
        "测试工单": 1,
        "空行": 1,
        "重复的表头": 1,
        "重新打开后的旧记录": 1,
        "其他年度的记录": 1,
        "受理时间无法识别": 1,
        "编号为空": 1,
    }
    assert found.rows_in == found.used + sum(s.rows for s in found.set_aside)
    assert tidy["ticket_id"].tolist() == ["A1", "A3", "B2"]
    assert tidy["category"].tolist() == ["故障"] * 3
    assert tidy["cost"].iloc[:2].tolist() == [Decimal("1234.50"), Decimal("9.00")]
    assert tidy["hours"].tolist() == [217.0, 72.5, 1.0]
    # 9 February was a working day, the 18th the make-up Sunday after the holiday: the next one.
    assert tidy["workdays"].tolist() == [1, 1, 0]
    assert tidy["dear"].tolist()[:2] == [True, False] and pd.isna(tidy["dear"].iloc[2])
    assert list(zip(tidy["source_file"], tidy["source_row"], strict=True)) == [
        ("exports/t1.csv", 2),
        ("exports/t2.csv", 2),
        ("exports/t2.csv", 5),
    ]
    assert [(u.source_file, u.source_row, u.column, u.value) for u in found.unreadable] == [
        ("exports/t2.csv", 5, "cost", "x"),
        ("exports/t2.csv", 5, "verified", "不详"),
    ]
    assert aside.loc[aside["_reason"] == "测试工单", "source_row"].tolist() == [4]


def test_columns_may_have_any_name(tmp_path: Path) -> None:
    names = "place: 类别, reason: 类型, blank: 费用, header: 核实, unreadable: 报修人, file_no: 完成时间"
    year = YEAR[: YEAR.index("    columns:")] + f"    columns: {{ticket_id: 编号, {names}}}\n    key: ticket_id\n"
    text = HEAD.replace("受理时间", "类型") + "A1,a,b,c,d,e,f\nA1,a,b,c,d,e,f\n"
    found, tidy, _ = clean(make(tmp_path, text, year=year), tmp_path / "out")
    assert found.used == 1 and tidy["place"].tolist() == ["a"] and tidy["reason"].tolist() == ["b"]


def test_an_open_reopened_ticket_stays_open(tmp_path: Path) -> None:
    text = HEAD + "A1,故障,2024-03-01 10:00,2024-03-01 11:00,,,\nA1,故障,2024-03-01 10:00,,,,\n"
    _, tidy, _ = clean(make(tmp_path, text), tmp_path / "out")
    assert len(tidy) == 1 and pd.isna(tidy["resolved_at"].iloc[0]) and pd.isna(tidy["hours"].iloc[0])


def test_without_a_key_repeated_rows_are_kept_and_counted(tmp_path: Path) -> None:
    year = YEAR.replace("    key: ticket_id\n", "").replace(
        "    keep: {by: resolved_at, why: 重新打开后的旧记录}\n", ""
    )
    row = "A1,故障,2024-03-01 10:00,2024-03-01 11:00,5,,\n"
    found, tidy, _ = clean(make(tmp_path, HEAD + row * 3, year=year), tmp_path / "out")
    assert (found.used, found.repeated_kept, len(tidy)) == (3, 2, 3)


CORRECTION = """\
corrections:
  - {table: tickets, key: {ticket_id: A1}, expect: {category: 报修}, change: {category: 测试, cost: null},
     reason: 误登记, evidence: 值班记录, date: 2025-01-10}
"""


def test_a_correction_changes_its_row_before_anything_is_judged(tmp_path: Path) -> None:
    text = HEAD + "A1,报修,2024-03-01 10:00,,5,,\nA2,报修,2024-03-01 10:00,,5,,\n"
    found, tidy, _ = clean(make(tmp_path, text, corrections=CORRECTION), tmp_path / "out")
    assert found.corrected == 1 and tidy["ticket_id"].tolist() == ["A2"]


@pytest.mark.parametrize("row", ["A1,故障,2024-03-01 10:00,,5,,", "A9,报修,2024-03-01 10:00,,5,,"])
def test_a_correction_whose_source_has_changed_stops(tmp_path: Path, row: str) -> None:
    with pytest.raises(ExportError, match="correction_stale"):
        clean(make(tmp_path, f"{HEAD}{row}\n", corrections=CORRECTION), tmp_path / "out")


def test_a_file_cut_off_in_its_last_cell_stops(tmp_path: Path) -> None:
    rows = "".join(f"A{i},故障,2024-03-01 10:00,,5,是,运维一组\n" for i in range(9))
    with pytest.raises(ExportError, match="只剩下“（个人信息）”") as caught:
        clean(make(tmp_path, HEAD + rows + "A9,故障,2024-03-01 10:00,,5,是,运维"), tmp_path / "out")
    assert caught.value.code == "truncated" and caught.value.rows[0][0] == 11
    found, _, _ = clean(make(tmp_path, HEAD + rows.rstrip("\n")), tmp_path / "out")
    assert found.files[0].cut_off and found.used == 9  # only the line end is missing: noted


def test_a_column_found_nowhere_stops(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="没有一个文件含有列 verified"):
        clean(make(tmp_path, HEAD.replace("核实", "审核") + "A1,故障,2024-03-01 10:00,,5,是,x\n"), tmp_path / "out")


def test_the_same_exports_give_the_same_bytes(tmp_path: Path) -> None:
    text = HEAD + "".join(f"A{i},报修,2024-03-{i % 28 + 1:02d} 10:00,,{i},是,x\n" for i in range(500))
    for name in ("one", "two"):
        year = make(tmp_path / name, text)
        (tmp_path / name / "data" / ".personal.key").write_bytes(b"one key for both")
        clean(year, tmp_path / name / "out")
    one, two = ((tmp_path / n / "out" / "tickets.parquet").read_bytes() for n in ("one", "two"))
    assert one == two


cells = st.text(alphabet="A1故障2024-: 03,\"'\n测试—?是%¥.", max_size=12)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(*[cells] * 7), max_size=8))
def test_no_row_is_ever_lost(tmp_path: Path, rows: list[tuple[str, ...]]) -> None:
    quoted = "".join(",".join('"' + c.replace('"', '""') + '"' for c in row) + "\n" for row in rows)
    try:
        found, tidy, aside = clean(make(tmp_path, HEAD + quoted), tmp_path / "out")
    except ExportError as refused:  # "0." beside "0,": asked about, not guessed
        assert refused.code == "number_convention"
        return
    assert found.rows_in == len(rows) == found.used + sum(s.rows for s in found.set_aside)
    assert len(tidy) == found.used and len(aside) == len(rows) - found.used


def test_working_days_follow_the_declared_calendar() -> None:
    cn = Calendar()
    assert not is_workday(datetime.date(2024, 2, 12), cn) and is_workday(datetime.date(2024, 2, 18), cn)
    own = Calendar.model_validate({"years": {2031: {"holidays": ["2031-01-01"], "workdays": ["2031-01-04"]}}})
    days = [datetime.date(2031, 1, d) for d in (1, 2, 3, 4, 5)]
    assert [is_workday(d, own) for d in days] == [False, True, True, True, False]
    counts = workday_counts(days[0], days[-1], own)["workdays"].to_pylist()
    assert counts == [0, 1, 2, 3, 3]
    with pytest.raises(CalendarUnknown, match="2031") as caught:
        is_workday(days[0], cn)
    assert "holidays" in str(caught.value)
