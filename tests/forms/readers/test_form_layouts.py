"""The official layouts, wherever their cells stand and however their heads are written."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from helpers.forms.filled_form import Form, FundLine
from helpers.forms.readers import read_forms
from helpers.indicators.findings import About
from tests.forms.readers import form_samples as sample

D = Decimal


def one(path: Path) -> Form:
    forms = read_forms(path)
    assert len(forms) == 1
    return forms[0]


def texts(form: Form) -> list[tuple[Any, ...]]:
    """The rows in the order of the sample's columns, points as numbers."""

    def plain(value: Decimal | None) -> float | None:
        return None if value is None else float(value)

    return [
        (r.level1, r.level2, r.level3, r.target_text, r.actual_text, plain(r.weight), plain(r.score), r.deviation_text)
        for r in form.rows
    ]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "自评 表.xlsx"


def test_the_scored_form(path: Path) -> None:
    book, (sheet,) = sample.book_of("自评表")
    sample.scored(sheet)
    form = one(sample.saved(book, path))
    assert form.about == About("某市信息中心", "机房运行维护", "2023")
    assert (form.kind, form.complete, form.money_unit, form.source) == (
        "self_eval",
        True,
        "万元",
        "自评 表.xlsx 自评表",
    )
    assert form.funds == FundLine(None, D(60), D(50), D(48))
    assert (form.exec_rate_printed, form.exec_weight, form.exec_score, form.total_printed) == (
        "96.00%",
        D(10),
        D("9.6"),
        D("98.81"),
    )
    assert form.fund_total == FundLine(None, D(60), D(50), D(48))
    assert form.fund_parts == (
        FundLine("当年财政拨款", D(50), D(40), D(38)),
        FundLine("上年结转资金", D(10), D(10), D(10)),
        FundLine("其他资金", D(0), D(0), D(0)),
    )
    assert (form.goal, form.result) == ("机房稳定运行，2021年以来的隐患清零", "运行稳定")
    assert texts(form) == list(sample.ROWS)
    assert [r.place for r in form.rows] == [f"自评表!D{n}" for n in range(13, 18)]
    assert [r.number for r in form.rows] == [1, 2, 3, 4, 5] and not any(r.unread for r in form.rows)


def test_the_transfer_form(path: Path) -> None:
    book, (sheet,) = sample.book_of("区域")
    sample.transfer(sheet)
    form = one(sample.saved(book, path))
    assert form.about == About("某县某局", "设备更新补助", "2023") and form.kind == "transfer_self_eval"
    assert form.funds == FundLine(None, None, D(80), D(60)) and form.exec_rate_printed == "75.00%"
    assert form.fund_parts == (FundLine("中央财政资金", None, D(50), D(40)), FundLine("地方资金", None, D(30), D(20)))
    assert (form.exec_weight, form.exec_score, form.total_printed) == (None, None, None)
    assert (form.goal, form.result) == ("更新老旧设备", "更新了一部分")
    assert texts(form) == [
        ("产出指标", "数量指标", "更新设备", "≥20台", "15台", None, None, "招标晚；明年三月前完成"),
        ("产出指标", "质量指标", "验收合格率", "100%", "100%", None, None, None),
        ("效益指标", "社会效益指标", "办理时长缩短", "≥10%", "12%", None, None, None),
    ]


HEADS = {
    "as printed": sample.HEADS,
    "broken and spaced": (
        "一级\n指标",
        "二级 指标",
        "三级\n指标",
        "年度\n指标值\n(A)",
        "实际完成值\n（B）",
        "分 值",
        "得分\n（100分）",
        "偏差原因分析\n及改进措施",
    ),
    "older words": (
        "一级指标",
        "二级指标",
        "指标名称",
        "年初目标值",
        "全年实际完成值",
        "权重（%）",
        "自评得分",
        "未完成原因分析",
    ),
}


@pytest.mark.parametrize("heads", HEADS.values(), ids=HEADS)
@pytest.mark.parametrize(("row", "column"), [(0, 0), (3, 2)])
@pytest.mark.parametrize("merged", [True, False])
def test_heads_in_other_words_and_other_places(
    path: Path, heads: tuple[str, ...], row: int, column: int, merged: bool
) -> None:
    book, (sheet,) = sample.book_of("表")
    sample.scored(sheet, row, column, heads=heads, merged=merged)
    form = one(sample.saved(book, path))
    assert texts(form) == list(sample.ROWS)
    assert form.exec_score == D("9.6") and form.total_printed == D("98.81") and form.about.project == "机房运行维护"


def test_columns_in_another_order(path: Path) -> None:
    order = (0, 1, 2, 6, 5, 4, 3, 7)
    book, (sheet,) = sample.book_of("表")
    rows = [[row[i] for i in order] for row in sample.ROWS]
    sample.scored(sheet, heads=[sample.HEADS[i] for i in order], rows=rows, total=False)
    assert texts(one(sample.saved(book, path))) == list(sample.ROWS)


def test_no_second_level_and_no_reasons(path: Path) -> None:
    keep = (0, 2, 3, 4, 5, 6)
    book, (sheet,) = sample.book_of("表")
    sample.scored(
        sheet,
        heads=[sample.HEADS[i] for i in keep],
        rows=[[row[i] for i in keep] for row in sample.ROWS],
        merged=False,
        total=False,
    )
    assert [(r.level1, r.level2, r.level3, r.deviation_text) for r in one(sample.saved(book, path)).rows] == [
        (r[0], None, r[2], None) for r in sample.ROWS
    ]


@pytest.mark.parametrize("two_lines", [False, True])
def test_a_target_split_over_columns(path: Path, two_lines: bool) -> None:
    """Direction, sign, value and unit in columns of their own, under 年度指标值 or by themselves."""
    book, (sheet,) = sample.book_of("表")
    pen = sample.Pen(sheet)
    pen.put(0, 0, "项目支出绩效自评表", columns=9)
    if two_lines:
        for column, (words, columns, rows) in {
            0: ("一级指标", 1, 2),
            1: ("三级指标", 1, 2),
            2: ("年度指标值", 4, 1),
            6: ("实际完成值", 1, 2),
            7: ("分值", 1, 2),
            8: ("得分", 1, 2),
        }.items():
            pen.put(1, column, words, rows=rows, columns=columns)
    for column, words in enumerate(("指标方向", "运算符号", "指标值", "度量单位"), start=2):
        pen.put(2 if two_lines else 1, column, words)
    if not two_lines:
        for column, words in {0: "一级指标", 1: "三级指标", 6: "实际完成值", 7: "分值", 8: "得分"}.items():
            pen.put(1, column, words)
    for column, value in enumerate(("产出指标", "接通率", "正向", "≥", 98, "%", 99.2, 50, 50)):
        pen.put(3, column, value)
    for column, value in enumerate(("产出指标", "巡检", "定量", "≥", "12次", "次", "13次", 40, 40)):
        pen.put(4, column, value)
    form = one(sample.saved(book, path))
    assert [(r.target_text, r.actual_text) for r in form.rows] == [("正向 ≥ 98 %", "99.2 %"), ("≥ 12次", "13次")]


def test_numbers_are_read_as_they_are_shown(path: Path) -> None:
    book, (sheet,) = sample.book_of("表")
    row = ["产出指标", "质量指标", "合格率", 0.985, 0.9944, 90, 89.5, None]
    sample.scored(sheet, rows=[row], total=False)
    for cell, shown in (("E13", "0%"), ("F13", "0.00%")):
        sheet[cell].number_format = shown
    assert [(r.target_text, r.actual_text) for r in one(sample.saved(book, path)).rows] == [("98.5%", "99.44%")]


@pytest.mark.parametrize(
    ("label", "unit"), [("项目资金\n（元）", "元"), ("项目资金(单位：万元)", "万元"), ("项目资金", "万元")]
)
def test_the_money_unit_of_the_label(path: Path, label: str, unit: str) -> None:
    book, (sheet,) = sample.book_of("表")
    sample.scored(sheet, money=label)
    assert one(sample.saved(book, path)).money_unit == unit


def test_several_forms_below_each_other_and_on_several_sheets(path: Path) -> None:
    book, (first, second, hidden, notes) = sample.book_of("一", "二", "旧表", "佐证")
    after = sample.scored(first, year=2022)
    after = sample.scored(first, row=after + 2, year=2023, project="网络租赁")
    sample.transfer(first, row=after)
    sample.scored(second, project="软件许可")
    sample.scored(hidden, project="不再使用")
    hidden.sheet_state = "hidden"
    notes.append(["材料", "日期", "保管岗位"])
    notes.append(["验收单", "2023-12-01", "办公室"])
    forms = read_forms(sample.saved(book, path))
    assert [(f.about.project, f.about.year, f.kind, len(f.rows), f.total_printed) for f in forms] == [
        ("机房运行维护", "2022", "self_eval", 5, D("98.81")),
        ("网络租赁", "2023", "self_eval", 5, D("98.81")),
        ("设备更新补助", "2023", "transfer_self_eval", 3, None),
        ("软件许可", "2023", "self_eval", 5, D("98.81")),
    ]
    assert [f.fund_total.spent if f.fund_total else None for f in forms] == [D(48), D(48), D(60), D(48)]


def test_forms_without_titles_below_each_other(path: Path) -> None:
    book, (sheet,) = sample.book_of("2021年")
    after = sample.scored(sheet, title=False)
    sample.scored(sheet, row=after, title=False, project="网络租赁")
    forms = read_forms(sample.saved(book, path))
    assert [(f.about.project, f.about.year, len(f.rows)) for f in forms] == [
        ("机房运行维护", "2021", 5),
        ("网络租赁", "2021", 5),
    ]


def test_a_form_without_a_total_ends_before_the_next_one(path: Path) -> None:
    book, (sheet,) = sample.book_of("表")
    after = sample.scored(sheet, total=False, title=False)
    sample.scored(sheet, row=after, title=False, total=False, project="网络租赁")
    assert [len(f.rows) for f in read_forms(sample.saved(book, path))] == [5, 5]


def test_points_merged_over_rows_count_once(path: Path) -> None:
    """Two targets under one weight; and a row that is two lines high is one row."""
    book, (sheet,) = sample.book_of("表")
    rows = [list(r) for r in sample.ROWS]
    sample.scored(sheet, rows=rows, merged=False)
    for column in "GH":
        sheet.merge_cells(f"{column}13:{column}14")
    for column in "DEFGHI":
        sheet.merge_cells(f"{column}16:{column}17")
    form = one(sample.saved(book, path))
    assert [(r.level3, r.weight) for r in form.rows] == [
        ("巡检次数", D(20)),
        ("培训场次", None),
        ("故障当日修复率", D(15)),
        ("系统可用率", D(30)),
    ]


def test_lines_among_the_indicators_that_are_none(path: Path) -> None:
    book, (sheet,) = sample.book_of("表")
    rows = [
        sample.ROWS[0],
        ("产出指标", None, "小计", None, None, 20, 20, None),
        ("预算执行率", None, None, "100%", "96%", 10, 9.6, None),
        sample.ROWS[3],
        ("其他", "说明类", "注册用户数", "≥100人", "120人", 5, 5, None),
    ]
    sample.scored(sheet, rows=rows, merged=False)
    for row in range(6, 7):
        sheet.cell(row, 7).value = sheet.cell(row, 9).value = None  # the funds block states no points
    form = one(sample.saved(book, path))
    assert [(r.level1, r.level3) for r in form.rows] == [
        ("产出指标", "巡检次数"),
        ("效益指标", "系统可用率"),
        ("其他", "注册用户数"),
    ]
    assert (form.exec_weight, form.exec_score) == (D(10), D("9.6"))


def test_an_execution_row_beside_a_scored_funds_block_stays(path: Path) -> None:
    """Weighed twice is for the audit to say, not for the reader to drop."""
    book, (sheet,) = sample.book_of("表")
    sample.scored(
        sheet, rows=[sample.ROWS[0], ("产出指标", "成本指标", "预算执行率", "100%", "96%", 10, 9.6, None)], merged=False
    )
    assert [r.level3 for r in one(sample.saved(book, path)).rows] == ["巡检次数", "预算执行率"]


def test_groups_named_on_a_line_of_their_own(path: Path) -> None:
    book, (sheet,) = sample.book_of("表")
    keep = (2, 3, 4, 5, 6)
    lines: list[Any] = ["产出指标（50分）", sample.ROWS[0], "效益指标（30分）", sample.ROWS[3]]
    pen = sample.Pen(sheet)
    pen.put(0, 0, "项目支出绩效自评表", columns=5)
    for column, place in enumerate(keep):
        pen.put(1, column, sample.HEADS[place])
    for at, line in enumerate(lines, start=2):
        if isinstance(line, str):
            pen.put(at, 0, line, columns=5)
        else:
            for column, place in enumerate(keep):
                pen.put(at, column, line[place])
    assert [(r.level1, r.level3, r.weight) for r in one(sample.saved(book, path)).rows] == [
        ("产出指标", "巡检次数", D(20)),
        ("效益指标", "系统可用率", D(30)),
    ]


def test_amounts_beside_their_heads(path: Path) -> None:
    book, (sheet,) = sample.book_of("表")
    pen = sample.Pen(sheet)
    lines = [
        ["项目支出绩效自评表（2023年度）"],
        ["单位名称（盖章）：某县某局    填报日期：2024年1月5日"],
        ["项目名称：网络租赁"],
        ["预算执行情况", "预算数", "12万元", "执行数", "11.5万元", "执行率", "95.83%"],
        ["一级指标", "三级指标", "指标值", "实际完成值", "分值", "得分"],
        ["产出指标", "线路条数", "3条", "3条", 100, 100],
    ]
    for at, cells in enumerate(lines):
        for column, value in enumerate(cells):
            pen.put(at, column, value)
    form = one(sample.saved(book, path))
    assert form.about == About("某县某局", "网络租赁", "2023")
    assert form.funds == FundLine(None, None, D(12), D("11.5")) and form.exec_rate_printed == "95.83%"


def test_a_form_of_targets(path: Path) -> None:
    """What was applied for, with nothing done yet: for the beginning of a year."""
    book, (sheet,) = sample.book_of("申报")
    pen = sample.Pen(sheet)
    lines = [
        ["项目支出绩效目标申报表"],
        ["（2025年度）"],
        ["项目名称", "网络租赁"],
        ["主管部门及代码", "某市某局", "实施单位", "某市信息中心"],
        ["项目资金（万元）", "年度资金总额：", 12],
        [None, "其中：财政拨款", 12],
        ["总体目标", "线路稳定"],
        ["一级指标", "二级指标", "三级指标", "指标值", "分值"],
        ["产出指标", "数量指标", "线路条数", "3条", 50],
        [None, None, "带宽", "≥200兆", 40],
    ]
    for at, cells in enumerate(lines):
        for column, value in enumerate(cells):
            pen.put(at, column, value)
    form = one(sample.saved(book, path))
    assert form.about == About("某市信息中心", "网络租赁", "2025") and form.kind == "target_only"
    assert form.funds.initial == D(12) and form.goal == "线路稳定"
    assert [(r.level1, r.level3, r.target_text, r.actual_text) for r in form.rows] == [
        ("产出指标", "线路条数", "3条", None),
        ("产出指标", "带宽", "≥200兆", None),
    ]


def test_lines_below_the_indicators_are_none_of_them(path: Path) -> None:
    """A signature line or a note has words below the heads of name and target, too."""
    for words in (
        ("填表人：", None, None, "办公室", "联系电话：", "12345"),
        ("备注", None, None, "本表一式三份", "报财政局", None),
    ):
        book, (sheet,) = sample.book_of("表")
        after = sample.scored(sheet, total=False)
        for column, value in enumerate(words, start=1):
            sheet.cell(after + 1, column, value)
        assert texts(one(sample.saved(book, path))) == list(sample.ROWS)


def test_an_indicator_may_be_called_like_a_note(path: Path) -> None:
    book, (sheet,) = sample.book_of("表")
    rows = [(*sample.ROWS[0][:2], name, *sample.ROWS[0][3:]) for name in ("注册用户数", "说明书编制", "合计办件量")]
    sample.scored(sheet, rows=rows)
    assert [r.level3 for r in one(sample.saved(book, path)).rows] == ["注册用户数", "说明书编制", "合计办件量"]


def test_the_year_of_the_form_is_not_that_of_the_project(path: Path) -> None:
    book, (sheet,) = sample.book_of("表")
    pen = sample.Pen(sheet)
    for at, cells in enumerate(
        (
            ["项目支出绩效自评表"],
            ["项目名称", "2019年建设机房的运行维护"],
            ["（2023年度）"],
            ["三级指标", "指标值", "实际完成值"],
            ["巡检", "≥4次", "4次"],
        )
    ):
        for column, value in enumerate(cells):
            pen.put(at, column, value)
    assert one(sample.saved(book, path)).about.year == "2023"


@pytest.mark.parametrize("level1", ["产出指标", "预算执行"])
def test_an_execution_row_without_a_funds_block_stays(path: Path, level1: str) -> None:
    book, (sheet,) = sample.book_of("自评表")
    lines = [
        ["项目名称", "河道养护", None, None, None, None],
        ["一级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分"],
        ["产出指标", "清淤长度", "≥12公里", "13公里", 90, 90],
        [level1, "预算执行率", "100%", "96%", 10, 9.6],
        ["总分", None, None, None, 100, 99.6],
    ]
    for line in lines:
        sheet.append(line)
    form = one(sample.saved(book, path))
    assert [(r.level3, r.target_text, r.actual_text) for r in form.rows][1] == ("预算执行率", "100%", "96%")
    assert form.exec_weight is None and form.total_printed == D("99.6")
