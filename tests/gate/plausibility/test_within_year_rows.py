"""Numbers, days, twins and replies: rows lost, added or doubled are noted; sound tables and near cases are not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from helpers.gate.plausibility import CHECKS as ALL
from helpers.gate.plausibility import coverage, numbering, payment_series, twins
from helpers.gate.plausibility.subject import Subject
from helpers.gate.result import Check
from tests.gate.plausibility.two_years import TICKETS, compared, devices, ledger, placed, tickets

MINE = [check for check in ALL if not check.__module__.endswith(("since", "since_last_year", "across_tables"))]


def one(checks: Any) -> Check:
    (found,) = checks
    return found


def test_sound_tables_say_nothing(tmp_path: Path) -> None:
    with compared(tmp_path, alone=True) as subject:
        assert [said for check in MINE for said in check(subject)] == []


# --- numbers --------------------------------------------------------------------------------------


def test_missing_numbers_are_counted_and_the_widest_hole_named(tmp_path: Path) -> None:
    frame = tickets(2024).drop(index=[40, 41, 42, 43, 900])
    with compared(tmp_path, {"tickets": frame}, alone=True) as subject:
        found = one(numbering.number_holes(subject))
    assert (found.table, found.observed, found.level) == ("tickets", 5, "note")
    assert "缺 5 个，分 2 处" in found.words and "T2400039 与 T2400044" in found.words
    assert [row.value for row in found.failing_rows] == ["T2400039", "T2400044"]


def test_numbers_of_rows_set_aside_are_no_holes(tmp_path: Path) -> None:
    frame, gone = tickets(2024).drop(index=[40, 900]), ("T2400040", "T2400900")
    aside = [{"_reason": "测试工单", "ticket_id": number, "source_row": 9} for number in gone]
    with compared(tmp_path, {"tickets": frame}, aside={"tickets": aside}, alone=True) as subject:
        assert list(numbering.number_holes(subject)) == []


def test_numbers_of_a_larger_whole_have_holes_by_nature(tmp_path: Path) -> None:
    frame = tickets(2024).iloc[::3]
    with compared(tmp_path, {"tickets": frame}, alone=True) as subject:
        assert list(numbering.number_holes(subject)) == []


def test_a_counter_that_starts_again_each_month_has_no_hole(tmp_path: Path) -> None:
    frame = tickets(2024)
    place = frame.groupby(frame["opened_at"].dt.month).cumcount() + 1
    frame["ticket_id"] = "T24" + frame["opened_at"].dt.strftime("%m") + place.map("{:03d}".format)
    with compared(tmp_path, {"tickets": frame}, alone=True) as subject:
        assert list(numbering.number_holes(subject)) == []


def test_a_number_with_a_letter_more_is_odd(tmp_path: Path) -> None:
    frame = tickets(2024)
    frame.loc[[5, 6], "ticket_id"] = ["T2400005A", "T240006"]
    with compared(tmp_path, {"tickets": frame}, alone=True) as subject:
        found = one(numbering.odd_numbers(subject))
    assert found.failing == 2 and {r.value for r in found.failing_rows} == {"T2400005A", "T240006"}


@pytest.mark.parametrize(("prefix", "first"), [("", 1), ("", 9996), ("HELP-", 3), ("A", 99_995 - 1200)])
def test_a_counter_that_grows_a_digit_has_no_short_numbers(prefix: str, first: int, tmp_path: Path) -> None:
    frame = tickets(2024)
    frame["ticket_id"] = [f"{prefix}{first + n}" for n in range(len(frame))]
    with compared(tmp_path, {"tickets": frame}, alone=True) as subject:
        assert list(numbering.odd_numbers(subject)) == []


def test_a_number_cut_short_is_odd_beside_a_counter(tmp_path: Path) -> None:
    frame = tickets(2024)
    frame["ticket_id"] = [str(20_001 + n) for n in range(len(frame))]
    frame.loc[7, "ticket_id"] = "2000"
    with compared(tmp_path, {"tickets": frame}, alone=True) as subject:
        found = one(numbering.odd_numbers(subject))
    assert [r.value for r in found.failing_rows] == ["2000"]


def test_numbers_without_any_common_shape_are_not_odd(tmp_path: Path) -> None:
    frame = tickets(2024)
    frame["ticket_id"] = [f"{n * 7919 % 99991:X}-{n:X}" for n in range(len(frame))]
    with compared(tmp_path, {"tickets": frame}, alone=True) as subject:
        assert list(numbering.odd_numbers(subject)) == []


def test_rows_added_at_the_end_under_new_numbers_stand_against_time(tmp_path: Path) -> None:
    frame = tickets(2024)
    added = frame.iloc[200:220].assign(
        ticket_id=[f"T24{len(frame) + n:05d}" for n in range(20)], source_row=range(5000, 5020)
    )
    with compared(tmp_path, {"tickets": pd.concat([frame, added])}, alone=True) as subject:
        found = one(numbering.numbers_against_time(subject))
    assert found.failing == 20 and all(
        "2024-02" in str(r.value) or "2024-03" in str(r.value) for r in found.failing_rows
    )


def test_numbers_drawn_by_lot_have_no_order(tmp_path: Path) -> None:
    frame = tickets(2024)
    frame["ticket_id"] = [f"T24{n * 577 % len(frame):05d}" for n in range(len(frame))]
    with compared(tmp_path, {"tickets": frame}, alone=True) as subject:
        assert list(numbering.numbers_against_time(subject)) == []


# --- the year -------------------------------------------------------------------------------------


def cut(frame: pd.DataFrame, first: str, last: str, column: str = "opened_at") -> pd.DataFrame:
    day = pd.to_datetime(frame[column])
    return frame[(day < first) | (day >= last)]


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2024-07-01", "2024-08-01", "2024-07-01 至 2024-07-31"),
        ("2024-12-10", "2025-01-01", "2024-12-10 至 2024-12-31（在年度的开头或末尾）"),
        ("2024-05-13", "2024-05-18", "2024-05-13 至 2024-05-17"),
    ],
)
def test_days_without_a_record_are_named(first: str, last: str, said: str, tmp_path: Path) -> None:
    with compared(tmp_path, {"tickets": cut(tickets(2024), first, last)}, alone=True) as subject:
        found = one(coverage.silent_days(subject))
    assert found.table == "tickets" and said in found.words


def test_two_silent_days_of_a_thin_table_and_the_days_after_the_export_are_nothing(tmp_path: Path) -> None:
    thin = tickets(2024).iloc[::5]
    with compared(tmp_path / "a", {"tickets": cut(thin, "2024-05-13", "2024-05-15")}, alone=True) as subject:
        assert list(coverage.silent_days(subject)) == []
    early = {**TICKETS, "exported": "2024-10-09"}
    frame = cut(tickets(2024), "2024-10-09", "2025-01-01")
    with compared(tmp_path / "b", {"tickets": frame}, alone=True, tables={"tickets": early}) as subject:
        assert list(coverage.silent_days(subject)) == []


def test_a_month_with_half_of_its_rows_is_thin_and_a_slack_one_is_not(tmp_path: Path) -> None:
    frame = tickets(2024)
    july = frame["opened_at"].dt.month == 7
    for share, notes in ((2, 1), (6, 0)):
        kept = frame[~july | (frame.index % share != 0)] if share > 2 else frame[~july | (frame.index % 2 == 0)]
        with compared(tmp_path / str(share), {"tickets": kept}, alone=True) as subject:
            found = list(coverage.thin_month(subject))
        assert len(found) == notes and all("7 月" in check.words for check in found)


@pytest.mark.parametrize(("rows", "notes"), [(5000, 1), (65535, 1), (999, 1), (1500, 1), (4987, 0), (100, 0)])
def test_a_round_number_of_rows_is_where_exports_are_cut(rows: int, notes: int, tmp_path: Path) -> None:
    account = {"table": "tickets", "files": [{"file": "exports/工单.csv", "rows": rows}]}
    with compared(tmp_path, alone=True, accounts=[account]) as subject:
        found = list(coverage.round_row_count(subject))
    assert len(found) == notes and all(f"恰好 {rows} 行" in check.words for check in found)


# --- series ---------------------------------------------------------------------------------------


def test_a_month_without_its_payment_and_one_with_two(tmp_path: Path) -> None:
    missing = ledger(2024).drop(index=12)  # the service fee of July
    with compared(tmp_path / "a", {"ledger": missing}, alone=True) as subject:
        assert "服务费 缺 7 月" in one(payment_series.payment_missing(subject)).words
    frame = ledger(2024)
    twice = pd.concat([frame, frame.iloc[[12]].assign(voucher="记-900")])
    with compared(tmp_path / "b", {"ledger": twice}, alone=True) as subject:
        assert "服务费 在 7 月有两笔" in one(payment_series.payment_missing(subject)).words


def test_a_payment_that_was_settled_otherwise_is_not_missing(tmp_path: Path) -> None:
    frame = ledger(2024)
    frame.loc[12, "amount"] = 7350
    with compared(tmp_path, {"ledger": frame}, alone=True) as subject:
        assert list(payment_series.payment_missing(subject)) == []


FACILITIES = {
    "title": "设施",
    "files": "exports/设施.csv",
    "columns": {"check_id": "检查号", "checked_on": {"from": "日期", "type": "date"}, "unit": "设施编号"},
    "year_by": "checked_on",
    "key": "check_id",
}


def panel(units: int = 12) -> pd.DataFrame:
    rows = [
        {"check_id": f"J{q}{n:02d}", "checked_on": pd.Timestamp(2024, 3 * q, 8 + n % 9).date(), "unit": f"F{n:02d}"}
        for q in range(1, 5)
        for n in range(units)
    ]
    return placed(rows, "exports/设施.csv")


def facilities(tmp_path: Path, frame: pd.DataFrame) -> list[Check]:
    with compared(tmp_path, {"facilities": frame}, alone=True, tables={"facilities": FACILITIES}) as subject:
        return list(payment_series.panel_holes(subject))


def test_a_unit_missed_in_one_quarter_or_a_whole_quarter(tmp_path: Path) -> None:
    assert facilities(tmp_path / "a", panel()) == []
    assert "缺 1 次（如 F03 第 2 季度）" in one(facilities(tmp_path / "b", panel().drop(index=15))).words
    quarter = panel().query("not check_id.str.startswith('J2')")
    assert "第 2 季度一条也没有" in one(facilities(tmp_path / "c", quarter)).words


def test_a_fifth_of_a_panel_missing_is_seen_where_nothing_is_there_twice(tmp_path: Path) -> None:
    assert (
        "缺 10 次" in one(facilities(tmp_path / "a", panel().drop(index=range(2, 48, 5)).reset_index(drop=True))).words
    )
    doubled = pd.concat([panel().drop(index=range(2, 48, 5)), panel().iloc[[0]].assign(check_id="J9")])
    assert facilities(tmp_path / "b", doubled.reset_index(drop=True)) == []


def test_a_fifth_of_a_whole_panel_doubled_is_seen(tmp_path: Path) -> None:
    again = panel().iloc[::5].assign(check_id=[f"K{n}" for n in range(10)])
    doubled = placed(
        pd.concat([panel(), again]).drop(columns=["source_file", "source_row"]).to_dict("records"), "exports/设施.csv"
    )
    assert "重复 10 次" in one(facilities(tmp_path / "a", doubled)).words
    more = placed(
        pd.concat([panel(), *[again.assign(check_id=[f"{k}{n}" for n in range(10)]) for k in "KLM"]])
        .drop(columns=["source_file", "source_row"])
        .to_dict("records"),
        "exports/设施.csv",
    )
    assert facilities(tmp_path / "b", more) == []


def test_units_looked_at_now_and_then_are_no_panel(tmp_path: Path) -> None:
    assert facilities(tmp_path, panel().drop(index=range(1, 48, 3))) == []


# --- twins and replies ----------------------------------------------------------------------------


def test_rows_doubled_under_new_numbers(tmp_path: Path) -> None:
    frame = tickets(2024)
    added = frame.iloc[[10, 700]].assign(ticket_id=["X1", "X2"], source_row=[5001, 5002])
    with compared(tmp_path, {"tickets": pd.concat([frame, added])}, alone=True) as subject:
        found = one(twins.twin_rows(subject))
    assert found.failing == 2 and [r.value for r in found.failing_rows] == [
        "X1，与 T2400010 相同",
        "X2，与 T2400700 相同",
    ]


def test_rows_doubled_with_the_minutes_changed(tmp_path: Path) -> None:
    frame = tickets(2024).assign(cause=lambda f: "说明" + f.index.astype(str))
    added = frame.iloc[50:90].assign(
        ticket_id=[f"X{n}" for n in range(40)], opened_at=lambda f: f["opened_at"] + pd.Timedelta(minutes=7)
    )
    with compared(tmp_path, {"tickets": pd.concat([frame, added])}, alone=True) as subject:
        assert one(twins.twin_rows(subject)).failing == 40


def test_a_register_has_equal_things(tmp_path: Path) -> None:
    frame = devices(2024).assign(model="型1", price=4000, dept="D1", bought_on=pd.Timestamp("2020-01-05").date())
    with compared(tmp_path, {"devices": frame}, alone=True) as subject:
        assert list(twins.twin_rows(subject)) == []


SURVEY = {
    "title": "问卷",
    "files": "exports/问卷.csv",
    "columns": {
        "token": "代码",
        "sent_at": {"from": "时间", "type": "datetime"},
        "dept": "部门",
        "speed": "速度",
        "manner": "态度",
        "overall": "总体",
    },
    "year_by": "sent_at",
    "key": "token",
}
SATISFIED = {"table": "survey", "agg": "share", "value": "overall <> '不满意'", "words": "满意"}
SCALE = ("满意", "非常满意", "基本满意", "不满意")


def replies(n: int = 80) -> pd.DataFrame:
    rows = [
        {
            "token": f"K{i:03d}",
            "sent_at": pd.Timestamp("2024-12-02 09:00") + pd.Timedelta(minutes=97 * i),
            "dept": f"D{i * 7 % 11}",
            "speed": SCALE[i * 7 % 3],
            "manner": SCALE[(i * 5 + i // 3) % 4],
            "overall": SCALE[(i * 3 + i // 5) % 4],
        }
        for i in range(n)
    ]
    return placed(rows, "exports/问卷.csv")


def surveyed(tmp_path: Path, frame: pd.DataFrame, check: Any) -> list[Check]:
    indicator = {
        "id": "satisfaction",
        "level1": "满意度指标",
        "level2": "满意度指标",
        "level3": "满意率",
        "target": "不低于90%",
        "weight": 10,
        "actual": {"measure": "satisfied"},
        "sample": {"population": 300},
    }
    with compared(
        tmp_path,
        {"survey": frame},
        alone=True,
        tables={"survey": SURVEY},
        measures={"satisfied": SATISFIED},
        indicators=[indicator],
    ) as subject:
        return list(check(subject))


def test_equal_replies_in_a_row(tmp_path: Path) -> None:
    assert surveyed(tmp_path / "a", replies(), twins.reply_runs) == []
    frame = replies()
    frame.loc[30:41, ["speed", "manner", "overall"]] = "非常满意"
    found = one(surveyed(tmp_path / "b", frame, twins.reply_runs))
    assert found.failing >= 12 and "非常满意，非常满意，非常满意" in found.words
    frame = replies()
    frame.loc[30:33, ["speed", "manner", "overall"]] = "非常满意"
    assert surveyed(tmp_path / "c", frame, twins.reply_runs) == []


def test_replies_of_one_department_or_one_hour(tmp_path: Path) -> None:
    assert surveyed(tmp_path / "a", replies(), twins.replies_of_one) == []
    frame = replies()
    frame.loc[:60, "dept"] = "D5"
    found = one(surveyed(tmp_path / "b", frame, twins.replies_of_one))
    assert found.arguments["column"] == "dept" and "D5" in found.words
    frame = replies().assign(sent_at=pd.Timestamp("2024-12-05 15:20"))
    assert "2024-12-05 15 时" in one(surveyed(tmp_path / "c", frame, twins.replies_of_one)).words


# --- what is accepted -----------------------------------------------------------------------------


def holes(subject: Subject) -> Check:
    return one(numbering.number_holes(subject))


def test_what_the_year_file_accepts_is_no_failure_and_keeps_its_reason(tmp_path: Path) -> None:
    frame = tickets(2024).drop(index=[40])
    accepted = [{"check": "number_holes", "table": "tickets", "why": "该号作废"}]
    with compared(tmp_path / "a", {"tickets": frame}, alone=True, plausible=accepted) as subject:
        found = holes(subject)
    assert (found.success, found.accepted) == (True, "该号作废")
    other = [{"check": "number_holes", "table": "ledger", "why": "该号作废"}]
    with compared(tmp_path / "b", {"tickets": frame}, alone=True, plausible=other) as subject:
        found = holes(subject)
    assert (found.success, found.accepted) == (False, None)


def test_personal_columns_are_masked(tmp_path: Path) -> None:
    personal = {**TICKETS, "personal": ["ticket_id"]}
    frame = tickets(2024).drop(index=[40])
    with compared(tmp_path, {"tickets": frame}, alone=True, tables={"tickets": personal}) as subject:
        found = holes(subject)
    assert {r.value for r in found.failing_rows} == {"（个人信息）"}


# --- a part of the year ---------------------------------------------------------------------------


@pytest.mark.parametrize(("last", "found"), [(3, ["2024-01", "2024-03"]), (12, None)])
def test_a_log_that_ends_in_march_is_of_a_part_of_the_year(last: int, found: list[str] | None, tmp_path: Path) -> None:
    frame = tickets(2024)
    with compared(tmp_path, {"tickets": frame[frame["opened_at"].dt.month <= last]}, alone=True) as subject:
        said = list(coverage.part_of_year(subject))
    assert [list(check.observed.values()) for check in said] == ([found] if found else [])


@pytest.mark.parametrize(("every", "notes"), [(1, 1), (30, 0)])
def test_cases_left_open_at_the_end_were_exported_too_soon(every: int, notes: int, tmp_path: Path) -> None:
    frame = tickets(2024)
    late = frame["opened_at"] > frame["opened_at"].max() - pd.Timedelta(days=10)
    frame.loc[late & (frame.index % every == 0), "resolved_at"] = pd.NaT
    with compared(tmp_path, {"tickets": frame}, alone=True) as subject:
        found = list(coverage.closing_window(subject))
    assert len(found) == notes and all("导出时多半还没有办结" in check.words for check in found)
