"""What the profile of an export says of its columns: types, empties, dates, meanings, masks."""

from __future__ import annotations

import gzip
from pathlib import Path

import openpyxl
import pytest

from helpers.activity.errors import ExportError
from helpers.activity.profile import Profile, profile_file, screen
from helpers.activity.profile.column_facts import Facts
from helpers.activity.profile.meanings import meaning_of, tidy_names
from tests.activity import profile_samples as samples
from tests.activity.profile_samples import csv, looked_at


def one(tmp_path: Path, header: str, cells: list[str]) -> Facts:
    """The facts of one column beside another."""
    return looked_at(tmp_path, csv(f"{header},另一列", [[f'"{cell}"', "x"] for cell in cells])).columns[0]


def column(found: Profile, name: str) -> Facts:
    cells = {tidy: cell for cell, tidy in found.declaration.names.items()}
    return next(f for f in found.columns if f.cell == cells[name])


@pytest.mark.parametrize(
    ("header", "cells", "kind", "meaning"),
    [
        ("工单编号", ["1001", "1002"], "text", "ticket_id"),  # an id is not a number
        ("时间", ["上午", "下午"], "text", None),  # called a date, holds none
        ("受理时间", ["2024-01-02 08:30", "2024-01-03 09:00"], "datetime", "opened_at"),
        ("受理人", ["张伟", "王芳"], "text", "assignee"),  # the end of the header decides
        ("处理时间", ["12", "30"], "integer", "duration"),
        ("响应时长(分钟)", ["12", "30.5"], "duration", "duration"),
        ("用时", ["0:30", "12:05:10"], "duration", "duration"),
        ("购置日期", ["2024-01-02 00:00:00", "2023-05-06 00:00:00"], "date", "bought_on"),  # Excel's dates
        ("Closed", ["20240105", "20240206"], "date", "closed_at"),
        ("Code", ["20240105", "20240206"], "integer", None),
        ("费用(万元)", ["1.5", "(2)"], "money", "amount"),
        ("其他(万元)", ["1.5", "2"], "money", None),
        ("付了多少", ["¥12.50", "1,200元"], "money", None),
        ("location_zipcode", ["02127", "02118"], "text", "postcode"),
        ("组别码", ["03", "11"], "text", None),
        ("是否返修", ["是", "否"], "boolean", "flag"),
        ("is_active", ["0", "1"], "boolean", "flag"),
        ("rooms", ["0", "1"], "integer", None),
        ("纬度", ["42.36", "0"], "number", "latitude"),
        ("比例", ["98.5%", "100%"], "number", None),
        ("phone", ["13912345678", "13800000000"], "text", "phone"),
        ("x", ["a@b.cn", "c@d.cn"], "text", "email"),
        ("Issue key", ["A-1", "A-2"], "text", "ticket_id"),
        ("Created", ["05/Mar/24 2:33 PM", "06/Mar/24 10:01 AM"], "datetime", "created_at"),
        ("sys_created_on", ["2024-03-05 09:30:00"], "datetime", "created_at"),
        ("caller_id", ["Abel Tuter"], "text", "requester"),
        ("Down Time", ["12", "30"], "integer", "duration"),
        ("time:timestamp", ["2024-03-05T09:30:00.000+08:00"], "datetime", "at"),
    ],
)
def test_a_column_is_what_its_header_and_its_values_say(
    tmp_path: Path, header: str, cells: list[str], kind: str, meaning: str | None
) -> None:
    facts = one(tmp_path, header, cells)
    assert (facts.type, facts.meaning and facts.meaning.name) == (kind, meaning)


def test_the_column_whose_whole_header_says_it_comes_first(tmp_path: Path) -> None:
    day = "2024-01-02 0{}:00"
    found = looked_at(
        tmp_path,
        csv(
            "工单编号,报修受理时间,受理时间,系统完成时间,完成时间,挂起开始,挂起结束",
            [["A1", *(day.format(i) for i in range(6))]],
        ),
    )
    assert [found.structure.clocks[0].start.header, found.structure.clocks[0].end.header] == ["受理时间", "完成时间"]
    assert list(found.declaration.names.values()) == [
        "ticket_id",
        "report_accept_time",
        "opened_at",
        "system_done_time",
        "resolved_at",
        "hold_from",
        "hold_to",
    ]
    assert "加 hold: {from: hold_from, to: hold_to}" in found.block


def test_a_register_is_not_cut_to_one_year(tmp_path: Path) -> None:
    found = looked_at(tmp_path, csv("资产编号,购置日期,原值(元)", [["Z1", "2019-05", "100"], ["Z2", "2021-06", "200"]]))
    assert (
        found.structure.year_by is None
        and "没有写 year_by，各年的记录都算" in found.block
        and "  devices:" in found.block
    )


def test_blank_rows_and_repeated_headers_are_not_counted(tmp_path: Path) -> None:
    found = looked_at(
        tmp_path,
        csv("工单编号,受理时间", [["A1", "2024-01-02"], ["", " "], ["工单编号", "受理时间"], ["A2", "2024-01-03"]]),
    )
    assert found.rows == 2 and found.columns[1].type == "date" and found.columns[1].unfit == 0


def test_a_sign_for_nothing_beside_yes_and_no(tmp_path: Path) -> None:
    facts = one(tmp_path, "是否维修", ["是", "否", "—", "Y"])
    assert facts.type == "boolean" and [m.text for m in facts.markers] == ["—"]


@pytest.mark.parametrize(
    ("cells", "choices"),
    [
        (["3/4/2024", "5/6/2024"], {"dmy": ("%d/%m/%Y",), "mdy": ("%m/%d/%Y",)}),
        (["3/4/2024", "25/6/2024"], {"dmy": ("%d/%m/%Y",)}),
        (["3/4/2024", "5/26/2024"], {"mdy": ("%m/%d/%Y",)}),
        (["03.04.24 09:15", "25.06.24 1:05", "26.06.24"], {"dmy": ("%d.%m.%y %H:%M", "%d.%m.%y")}),
        (["24-03-05", "24-04-06", "24-05-07"], {"ymd": ("%y-%m-%d",)}),
        (["13/4/2024", "5/26/2024"], {"dmy": ("%d/%m/%Y",), "mdy": ("%m/%d/%Y",)}),  # both: neither is right for all
        (["Nov-96", "2-Mar"], {"": ("%b-%y", "%y-%b")}),
        (["Mar 5, 2024 9:30 AM", "Apr 16, 2024 10:00 PM"], {"": ("%b %d, %Y %I:%M %p",)}),
        (["2024年3月5日 9时30分", "2024年3月6日 10时05分"], {"": ("%Y年%m月%d日 %H时%M分",)}),
        (["2024-03", "2024-04"], {"": ("%Y-%m",)}),
    ],
)
def test_the_smallest_set_of_formats_that_reads_all(
    tmp_path: Path, cells: list[str], choices: dict[str, tuple[str, ...]]
) -> None:
    facts = one(tmp_path, "开始时间", cells)
    assert facts.is_date and facts.unfit == 0 and facts.formats is not None
    assert {order: set(texts) for order, texts in facts.formats.choices.items()} == {
        o: set(t) for o, t in choices.items()
    }


def test_open_days_and_months_show_their_rows(tmp_path: Path) -> None:
    facts = one(tmp_path, "时间", ["5/5/2024", "3/4/2024", "1/2/2024"])
    assert facts.formats is not None and facts.formats.open
    assert facts.formats.examples == (("3/4/2024", 3), ("1/2/2024", 4))  # 5/5 is one day by either


def test_an_open_column_follows_a_sure_one_written_the_same_way(tmp_path: Path) -> None:
    found = looked_at(tmp_path, csv("受理时间,办结时间", [["25/3/2024", "3/4/2024"], ["26/3/2024", "4/4/2024"]]))
    assert found.columns[1].formats is not None and found.columns[1].formats.choices == {"dmy": ("%d/%m/%Y",)}
    assert "照“受理时间”的写法，请核对" in found.block
    other = looked_at(tmp_path, csv("受理时间,办结时间", [["25.3.2024", "3/4/2024"], ["26.3.2024", "4/5/2024"]]))
    assert other.columns[1].formats is not None and other.columns[1].formats.open


def test_markers_of_nothing_are_counted_and_kept_apart_from_answers(tmp_path: Path) -> None:
    facts = one(tmp_path, "故障原因", ["老化", "?", "—", "", "#MULTIVALUE", "未知", "?"])
    assert [(m.text, m.count) for m in facts.markers] == [("?", 2), ("—", 1)]  # several values are no empty cell
    assert [m.text for m in facts.maybe] == ["未知"] and (facts.empty, facts.distinct, facts.filled) == (1, 3, 3)
    assert not one(tmp_path, "有无备件", ["有", "无", "无"]).markers  # an answer
    assert [m.text for m in one(tmp_path, "办结时间", ["2024-01-02 03:04", "未完成", "2024-01-03 03:04"]).markers] == [
        "未完成"
    ]
    assert [m.text for m in one(tmp_path, "latitude", ["42.3", "0", "41.2"]).markers] == ["0"]
    assert not one(tmp_path, "转派次数", ["0", "1", "2"]).markers


def test_cells_that_do_not_fit_are_shown_with_their_row(tmp_path: Path) -> None:
    facts = one(tmp_path, "受理时间", ["2024-01-02 03:04"] * 18 + ["昨天", "昨天"])
    assert (facts.type, facts.unfit, facts.unfit_values[0].text, facts.unfit_values[0].row) == (
        "datetime",
        2,
        "昨天",
        20,
    )


def test_numbers_that_are_called_dates(tmp_path: Path) -> None:
    assert "Unix" in str(one(tmp_path, "created_at", ["1704067200", "1704153600"]).note)
    assert "Excel" in str(one(tmp_path, "完成日期", ["45321.5", "45322"]).note)
    assert "只有钟点" in str(one(tmp_path, "报修时间", ["08:30", "14:05"]).note)
    comma = one(tmp_path, "Handle Time", ["3,87", "12", "1,5"])
    assert comma.type == "text" and "逗号作小数点" in str(comma.note)
    assert one(tmp_path, "费用", ["1,234", "12"]).type == "money"
    assert one(tmp_path, "closed_code", ["code 5", "code 6"]).note is None
    assert one(tmp_path, "完成日期", ["待定中", "快了"]).note == "表头像日期，内容不是"


def test_a_length_of_time_takes_its_unit_from_two_dates(tmp_path: Path) -> None:
    rows = [["2024-01-02 08:00", f"2024-01-02 {9 + i}:30", str(90 + 60 * i)] for i in range(9)]
    found = looked_at(tmp_path, csv("开始时间,结束时间,Down Time", rows))
    assert found.structure.units["c2"] == ("分钟", 1.0)
    assert (
        "down_time: {from: Down Time, type: duration, unit: 分钟}  # 时长；"
        "单位按起止时间推断：100.0% 的行与相差的分钟数一致" in found.block
    )
    assert "单位不明" in looked_at(tmp_path, csv("Down Time,x", [["3", "a"], ["5", "b"]])).block


def test_personal_values_are_not_shown(tmp_path: Path) -> None:
    text = screen(looked_at(tmp_path, samples.chinese_tickets()))
    for name in samples.NAMES:
        assert name not in text
    assert "李***" in text and "139" not in text
    hidden = screen(
        looked_at(tmp_path, csv("故障描述,x", [["请打13912345678找李四", "a"], ["写信给li@court.cn", "b"]]))
    )
    assert "请打***找李四" in hidden and "li@court.cn" not in hidden


# --- tables ---------------------------------------------------------------------------------------


def test_ids_that_repeat(tmp_path: Path) -> None:
    rows = [[f"A{i}", "2024-01-02 08:00", "网络"] for i in range(20)]
    found = looked_at(tmp_path, csv("工单编号,受理时间,类别", [*rows, rows[3], ["A4", "2024-01-02 08:00", "打印"]]))
    key = found.structure.key
    assert key is not None and (key.column.header, key.repeated, key.differing) == ("工单编号", 2, 1)
    assert "有 1 个编号各有几行不同的内容" in found.block and "其中 1 个各行内容不同" in screen(found)
    assert looked_at(tmp_path, csv("类别,x", [["a", "1"], ["b", "1"]])).structure.key is None


def test_an_event_log_becomes_a_grain(tmp_path: Path) -> None:
    found = looked_at(tmp_path, samples.events())
    made = found.structure.events
    assert made is not None and (made.case.header, made.time.header, made.what.header, made.cases) == (
        "案件编号",
        "操作时间",
        "环节",
        20,
    )
    assert {n: [v.text for v in m.values] for n, m in made.moments.items()} == {
        "resolves": ["办结"],
        "suspends": ["挂起"],
    }
    assert "resolves: \"activity = '办结'\"" in found.block and "year_by: opened_at" in found.block


def test_an_english_process_log(tmp_path: Path) -> None:
    rows = [
        [f"Case {i}", what, f"Value {i % 3}", f"2012/10/{9 + hours} 14:50:17.000"]
        for i in range(9)
        for hours, what in enumerate(("Assign seriousness", "Wait", "Resolve ticket", "Closed"))
    ]
    found = looked_at(tmp_path, csv("CaseID,Activity,Resource,Complete Timestamp", rows))
    assert "case: case_id" in found.block and "time: complete_timestamp" in found.block
    assert (
        "resolves: \"activity = 'Resolve ticket'\"" in found.block and "closes: \"activity = 'Closed'\"" in found.block
    )
    assert "suspends: \"activity = 'Wait'\"" in found.block and found.columns[2].personal


def test_states_of_a_whole_case_keep_the_last_row(tmp_path: Path) -> None:
    found = looked_at(tmp_path, samples.states())
    assert found.structure.events is None and found.structure.key is not None and found.structure.key.latest is not None
    assert "keep: {by: sys_updated_at, take: last" in found.block and 'empty: ["?"]' in found.block


def test_clocks_tell_what_runs_backwards(tmp_path: Path) -> None:
    rows = [
        ["A1", "2024-01-02 08:00", "2024-01-02 07:00"],
        ["A2", "", "2024-01-02 07:00"],
        ["A3", "2024-01-02 08:00", "2024-01-03 07:00"],
    ]
    found = looked_at(tmp_path, csv("编号,受理时间,完成时间", rows))
    (clock,) = found.structure.clocks
    assert (clock.backwards, clock.unstarted) == (1, 1)
    assert "1 行止早于起" in found.block and "止早于起 1 行，有止无起 1 行" in screen(found)


def test_a_header_below_a_title_is_found_in_a_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "明细"
    for row in (
        ["2024年工单明细"],
        [],
        ["工单编号", "受理时间", "类别"],
        ["A1", "2024-01-02 08:00", "网络"],
        ["A2", "2024-01-03 08:00", "打印"],
    ):
        book.active.append(row)
    book.save(tmp_path / "b.xlsx")
    found = profile_file(tmp_path / "b.xlsx", sheet="明细")
    assert (found.rows, found.source.header_row) == (2, 3)
    assert "header_row: 3" in found.block and "sheet: 明细" in found.block and found.columns[0].header == "工单编号"


def test_a_header_below_a_title_line_is_found_in_a_csv(tmp_path: Path) -> None:
    found = looked_at(
        tmp_path,
        "2024年工单明细\n" + csv("工单编号,受理时间", [["A1", "2024-01-02 08:00"], ["A2", "2024-01-03 08:00"]]),
    )
    assert (found.rows, found.source.header_row, found.columns[0].header) == (2, 2, "工单编号")
    with pytest.raises(ExportError, match="ragged_rows"):
        looked_at(tmp_path, csv("工单编号,受理时间", [["A1", "2024-01-02 08:00", "x"], ["A2", "2024-01-03 08:00"]]))


def test_a_compressed_file_is_looked_into(tmp_path: Path) -> None:
    text = samples.chinese_tickets().encode("gb18030")
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(text, mtime=0))
    found = profile_file(tmp_path / "t.csv.gz")
    assert (
        found.rows == 60
        and "files: exports/t.csv.gz" in found.block
        and list(tmp_path.iterdir()) == [tmp_path / "t.csv.gz"]
    )


def test_gb18030_reads_the_same(tmp_path: Path) -> None:
    text = samples.chinese_tickets()
    assert looked_at(tmp_path, text, encoding="gb18030").block == looked_at(tmp_path, text).block


def test_a_file_without_rows_still_answers(tmp_path: Path) -> None:
    found = looked_at(tmp_path, "工单编号,受理时间\n")
    assert found.rows == 0 and "ticket_id: 工单编号" in found.block


# --- names ----------------------------------------------------------------------------------------


def test_names_are_tidy_and_differ() -> None:
    headers = [
        "SR Number",
        "sr-number",
        "受理时间",
        "Change Date+Time",
        "供应商代码",
        "3rd Level",
        "order",
        "崭新",
        "IssueType",
        "source_row",
    ]
    named = tidy_names([(h, meaning_of(h, ("text", "datetime"))) for h in headers])
    assert named == [
        "sr_number",
        "sr_number_2",
        "opened_at",
        "change_date_time",
        "supplier",
        "column_3rd_level",
        "order_2",
        "column_8",
        "issue_type",
        "source_row_2",
    ]
    assert tidy_names([("opened_at", None)], ("opened_at",)) == ["opened_at_2"]
    assert tidy_names([("设备品牌", None), ("预算科目编码", None)]) == ["device_brand", "budget_account_code"]


def test_a_longer_word_and_a_fitting_type_win() -> None:
    found = {
        h: m.name
        for h in ("Assignment group", "Resolved by", "Sub Status", "SR Latest Impact", "故障原因分类", "报修部门代码")
        if (m := meaning_of(h, ("text",)))
    }
    assert found == {
        "Assignment group": "team",
        "Resolved by": "assignee",
        "Sub Status": "sub_status",
        "SR Latest Impact": "impact",
        "故障原因分类": "cause",
        "报修部门代码": "department",
    }
    assert meaning_of("备件来源", ("text",)) is None  # the head of a Chinese name stands at its end
    assert meaning_of("Opened", ("text",)) is None and meaning_of("emanager", ("text",)) is None
