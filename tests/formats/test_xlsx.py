"""self_evaluation.xlsx: official layout, true cached values, no formula from any text, the same bytes."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest

from helpers.fonts.packaged import MissingGlyph
from helpers.formats.xlsx import write_forms
from helpers.formats.xlsx.form_sheet import LONGEST, wan
from helpers.formats.xlsx.split_form import split_target
from helpers.forms.readers import forms_of
from helpers.report.form_texts import deviation_text, goal_result
from tests.report import sample_results as sample

SCORED, TRANSFER, SPLIT = "绩效自评表", "转移支付区域绩效目标自评表", "绩效自评表（指标分栏）"


def books(data):
    """The workbook with its formulas, and with their cached values."""
    content = write_forms(data)
    return (openpyxl.load_workbook(io.BytesIO(content), data_only=cached) for cached in (False, True))


@pytest.fixture(scope="module")
def book():
    return list(books(sample.fy2024()))


def at(sheet, text):
    """The first cell with a text."""
    return next(cell for row in sheet.iter_rows() for cell in row if cell.value == text)


def table(sheet, first_head):
    """Rows below a head as dicts by head."""
    head = at(sheet, first_head)
    titles = {cell.column: cell.value for cell in sheet[head.row] if cell.value}
    return [
        {titles[c.column]: c.value for c in row if c.column in titles} for row in sheet.iter_rows(min_row=head.row + 1)
    ]


def test_the_sheets(book):
    assert book[0].sheetnames == [SCORED, TRANSFER, SPLIT, "佐证材料", "年度活动", "计算口径", "审核意见", "审核说明"]


def test_the_same_results_give_the_same_bytes():
    assert write_forms(sample.fy2024()) == write_forms(sample.fy2024())


def test_no_clock_in_the_file():
    with zipfile.ZipFile(io.BytesIO(write_forms(sample.fy2024()))) as package:
        assert {info.date_time[:3] for info in package.infolist()} == {(1980, 1, 1)}
        core = package.read("docProps/core.xml").decode("utf-8")
    assert "2025-02-20T00:00:00Z" in core


@pytest.mark.parametrize(("name", "last"), [(SCORED, "I"), (TRANSFER, "G")])
def test_printed_on_a4_one_page_wide(book, name, last):
    sheet = book[0][name]
    assert sheet.page_setup.paperSize == 9
    assert sheet.page_setup.orientation == "portrait"
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    # One page wide is the default and not written; as many pages high as it takes.
    assert sheet.page_setup.fitToWidth in (None, 1) and int(sheet.page_setup.fitToHeight) == 0
    assert sheet.print_area == f"'{name}'!$A$1:${last}${sheet.max_row}"


def test_the_funds_block_holds_numbers(book):
    formulas, values = (b[SCORED] for b in book)
    head = at(values, "年初预算数").row
    assert [c.value for c in values[head] if c.value] == [
        "项目资金（万元）",
        "年初预算数",
        "全年预算数",
        "全年执行数",
        "分值",
        "执行率",
        "得分",
    ]
    row = at(values, "年度资金总额").row
    assert [values.cell(row, c).value for c in (4, 5, 6, 7, 9)] == [178, 178, 177, 10, 9.94]
    assert formulas.cell(row, 8).value == f"=F{row}/E{row}"
    assert values.cell(row, 8).value == 1770000 / 1780000
    below = [[values.cell(r, c).value for c in (3, 4, 7, 8, 9)] for r in range(row + 1, row + 4)]
    assert below == [
        ["其中：当年财政拨款", None, "—", "—", "—"],
        ["上年结转资金", None, "—", "—", "—"],
        ["其他资金", None, "—", "—", "—"],
    ]


def test_declared_sources_of_funds_stand_in_their_rows():
    data = sample.fy2024()
    data["budget"]["sources"] = [{"name": "中央财政资金", "initial": 1780000, "adjusted": 1780000, "spent": 1770000}]
    formulas, values = books(data)
    row = at(values[TRANSFER], "其中：中央财政资金").row
    assert [values[TRANSFER].cell(row, c).value for c in (5, 6)] == [178, 177]
    assert formulas[TRANSFER].cell(row, 7).value == f"=F{row}/E{row}"


def test_indicator_rows_of_the_scored_form(book):
    values = book[1][SCORED]
    rows = table(values, "年度指标值")
    assert len(rows) == 10  # and the line of signatures
    rows = rows[:9]
    assert rows[1]["年度指标值"] == "不高于10件" and rows[1]["实际完成值"] == "2件"
    assert [row["得分"] for row in rows] == [12.5, 12.5, 12.25, 12.5, 10, 10, 10, 10, 99.69]
    assert [row["分值"] for row in rows] == [12.5, 12.5, 12.5, 12.5, 10, 10, 10, 10, 100]
    assert rows[3]["偏差原因分析及改进措施"] is None
    told = rows[2]["偏差原因分析及改进措施"]
    assert "故障维修：低于目标3.8个百分点。原因：等待备件，占差距的78.3%" in told
    assert len(told) <= 200 and told.endswith("（详见自评报告）")


def test_without_a_limit_the_cell_holds_measures_with_posts_dates_and_yardstick():
    data = {**sample.fy2024(), "form_cell_limit": None}
    told = deviation_text(data, next(e for e in data["indicators"] if e["id"] == "timeliness"))
    assert "2.在服务范围内按设备型号提前储备备件（信息技术岗，2025年6月30日前完成）" in told
    assert told.endswith("衡量指标：故障维修在一个工作日内完成的占比不低于98%。")


def test_totals_are_formulas_with_their_true_values(book):
    formulas, values = (b[SCORED] for b in book)
    total, first = at(values, "总分").row, at(values, "一级指标").row + 1
    execution = at(values, "年度资金总额").row
    assert formulas.cell(total, 8).value == f"=ROUND(SUM(H{first}:H{total - 1})+I{execution},2)"
    scores = [values.cell(r, 8).value for r in range(first, total)]
    assert round(sum(scores) + values.cell(execution, 9).value, 2) == values.cell(total, 8).value == 99.69
    weights = [values.cell(r, 7).value for r in range(first, total)]
    assert sum(weights) + values.cell(execution, 7).value == values.cell(total, 7).value == 100


def test_heads_are_merged_by_level(book):
    merged = {str(area) for area in book[0][SCORED].merged_cells.ranges}
    row = at(book[1][SCORED], "一级指标").row
    assert f"B{row + 1}:B{row + 4}" in merged and f"B{row + 5}:B{row + 7}" in merged
    assert f"A{row}:A{row + 8}" in merged
    assert "A1:I1" in merged


def test_the_transfer_form_has_seven_lines_and_no_scores(book):
    values = book[1][TRANSFER]
    heads = {cell.value for row in values.iter_rows() for cell in row}
    assert not heads & {"分值", "得分", "总分"}
    first = at(values, "分配科学性").row
    lines = [values.cell(r, 4).value for r in range(first, first + 7)]
    assert lines == [
        "分配科学性",
        "下达及时性",
        "拨付合规性",
        "使用规范性",
        "执行准确性",
        "预算绩效管理情况",
        "支出责任履行情况",
    ]
    assert values.cell(first, 5).value == "未单独说明。"
    assert values.cell(first + 4, 5).value == "全年预算178万元，执行177万元，执行率99.4%。"
    assert values.cell(first + 4, 7).value == "未执行1万元，未单独说明原因。"
    assert at(values, "预算执行率（B/A×100%）")


def test_declared_management_lines_are_taken_over():
    data = sample.fy2024()
    data["funds_management"] = [{"item": "使用规范性", "statement": "专款专用", "problems": None}]
    _, values = books(data)
    row = at(values[TRANSFER], "使用规范性").row
    assert values[TRANSFER].cell(row, 5).value == "专款专用。"


def test_activity_sums(book):
    formulas, values = (b["年度活动"] for b in book)
    total = at(values, "合计").row
    assert formulas.cell(total, 3).value == f"=SUM(C3:C{total - 1})"
    assert values.cell(total, 3).value == 14405
    assert sum(values.cell(total, c).value for c in range(5, 17)) == 14405
    assert values.cell(6, 4).value == "885余次"


def test_figures_behind_the_forms_have_six_decimals(book):
    rows = {row["指标"]: row for row in table(book[1]["计算口径"], "指标")}
    assert rows["满意率不低于90%"]["实际数值"] == round(103 / 112, 6)
    assert rows["年人均费用"]["实际数值"] == round(1770000 / 11, 6)
    assert rows["有效投诉"]["完成率"] == "优于目标"
    part = rows["完成时效（故障维修）"]
    assert (part["目标数值"], part["实际数值"], part["单位"]) == (1, round(590 / 613, 6), "比例")
    assert part["查询语句"].startswith("SELECT count(*) FILTER")


def test_a_total_with_a_lower_bound_is_one_in_the_forms_too():
    results = sample.fy2024()
    assert any(entry.get("lower_bound") for entry in results["activities"])
    assert goal_result(results, scored=False).endswith("次以上。")
    for entry in results["activities"]:
        entry["lower_bound"] = False
    assert "以上" not in goal_result(results, scored=False)


def test_evidence_has_dates_and_full_hashes(book):
    rows = table(book[1]["佐证材料"], "序号")
    assert rows[0]["日期"].date().isoformat() == "2025-01-06"
    assert rows[0]["SHA-256"] == sample.sha("data/raw/2024/exports/驻场人员名册.xlsx")
    assert rows[4]["文件"] is None


FORMULAS = [
    '=HYPERLINK("http://x")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "{=1}",
    "\t=1",
    "http://example.org",
    "=cmd|' /C calc'!A0",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_becomes_a_formula_or_a_link(text):
    data = sample.fy2024()
    for key in ("project", "institution", "overall_goal", "notice", "weights_basis"):
        data[key] = text
    data["score"]["basis"] = text
    for entry in data["indicators"]:
        entry.update(level2=text, level3=text, definition=text, target_text=text)
        entry["actual_text"] = None if entry["parts"] else text
    data["activities"][0].update(category=text, note=text, count_text=text)
    data["plan"][0].update(action=text, owner=text)
    data["evidence_list"][0].update(document=text, custodian=text)
    formulas, _ = books(data)
    own = {cell.value for sheet in formulas for row in sheet.iter_rows() for cell in row if cell.data_type == "f"}
    assert all(
        f.startswith(("=ROUND(SUM(", "=SUM(")) or f in ("=F7/E7", "=F8/E8", "=F9/E9", "=F10/E10") for f in own
    ), own
    assert not [cell for sheet in formulas for row in sheet.iter_rows() for cell in row if cell.hyperlink]
    assert at(formulas[SCORED], "三级指标").offset(row=1).value in (text, text.strip(), text.rstrip(":."))


def test_unknown_is_blank_not_zero():
    _formulas, values = books(sample.unknown())
    sheet = values[SCORED]
    row = at(sheet, "系统可用率").row
    assert sheet.cell(row, 6).value == "达成预期指标"
    assert sheet.cell(row, 8).value is None
    funds = at(sheet, "年度资金总额").row
    assert [sheet.cell(funds, c).value for c in (4, 5, 6, 8, 9)] == [None, 0, None, None, None]
    assert at(sheet, "总分（不含暂未评分的项目）")
    assert "实际完成值不能与目标比较" in sheet.cell(row, 9).value


def test_long_texts_fit_a_cell_and_a_page():
    data = sample.many()
    data["overall_goal"] = "长" * 40_000
    _, values = books(data)
    sheet = values[SCORED]
    longest = max(len(c.value) for row in sheet.iter_rows() for c in row if isinstance(c.value, str))
    assert longest <= LONGEST + 20
    assert all(d.height <= 400 for d in sheet.row_dimensions.values() if d.height)
    told = [row["偏差原因分析及改进措施"] for row in table(sheet, "年度指标值")]
    assert all(len(text or "") <= 200 for text in told) and told[0].endswith("（详见自评报告）")


@pytest.mark.parametrize("make", [sample.bare, sample.unknown, sample.many])
def test_odd_years_are_written(make):
    formulas, _ = books(make())
    assert formulas.sheetnames[0] == SCORED


def test_amounts_in_wan():
    assert wan(1780000) == 178 and isinstance(wan(1780000), int)
    assert wan(1234567.89) == 123.456789
    assert wan(None) is None


def test_each_printed_page_has_the_notice_and_the_heads_of_its_rows(book):
    notice = sample.fy2024()["notice"]
    for name in book[0].sheetnames:
        assert book[0][name].oddHeader.center.text == notice
    head = at(book[0][SCORED], "三级指标").row
    assert book[0][SCORED].print_title_rows == f"${head}:${head}"
    data = {**sample.fy2024(), "notice": "甲&乙" + "长" * 300}
    sheet = next(books(data))[SCORED]
    assert sheet.oddHeader.center.text.startswith("甲&&乙长") and len(sheet.oddHeader.center.text) < 200


def test_a_glyph_that_no_font_has_is_named_with_its_cell():
    with pytest.raises(MissingGlyph, match=r"绩效自评表 C5"):
        write_forms({**sample.fy2024(), "department": "某\U0002a6d5局"})


def test_departments_stand_where_the_forms_ask_and_are_blank_otherwise(book):
    data = {**sample.fy2024(), "department": "某高院", "central_department": "最高法", "local_department": "某财政厅"}
    filled = next(books(data))
    assert at(filled[SCORED], "某高院").row == at(filled[SCORED], "主管部门").row
    assert [at(filled[TRANSFER], t).row for t in ("最高法", "某财政厅")] == [
        at(filled[TRANSFER], t).row for t in ("中央主管部门", "地方主管部门")
    ]
    row = at(book[0][SCORED], "主管部门").row
    assert book[0][SCORED].cell(row, 3).value is None


def test_the_plans_cause_stands_in_the_form_where_there_are_no_records():
    data = sample.fy2024()
    for deviation in data["deviations"]:
        deviation["causes"] = []
    cause = next(
        a["cause"]
        for a in data["plan"]
        if a["indicator"] == data["deviations"][0]["indicator"] and a["confirmed"] is not False
    )
    told = [row["偏差原因分析及改进措施"] or "" for row in table(list(books(data))[1][SCORED], "年度指标值")]
    assert any(f"原因：{cause}" in text for text in told)
    for action in data["plan"]:
        action["confirmed"] = False
    told = [row["偏差原因分析及改进措施"] or "" for row in table(list(books(data))[1][SCORED], "年度指标值")]
    assert any("原因：现有记录没有可供分析的原因" in text for text in told)


@pytest.mark.parametrize(
    ("op", "direction", "text", "split"),
    [
        ("<=", "lower", "不高于17万元", ("≤", "17", "万元")),
        (">=", "higher", "98%以上", ("≥", "98", "%")),
        (None, "higher", "11人", ("≥", "11", "人")),
        (None, None, "11人", ("", "11", "人")),
        ("<", "lower", "少于10", ("＜", "10", "件")),
        ("<=", "lower", "控制在2小时以内", ("≤", "2", "小时")),
        (">=", "higher", "≥1,600元/亩", ("≥", "1,600", "元/亩")),
        (None, None, "11月底完成100%", ("定性", "11月底完成100%", "")),
    ],
)
def test_a_target_is_split_into_sign_figure_and_unit(op, direction, text, split):
    entry = {"target": {"kind": "number", "op": op, "direction": direction}, "target_text": text, "actual_unit": "件"}
    assert split_target(entry) == split
    if text == "少于10":
        assert split_target({**entry, "actual_unit": "比例"})[2] == "", "a share is no unit of a bare number"


def test_what_is_no_number_stays_a_text():
    assert split_target({"target": {"kind": "choice"}, "target_text": "效果明显"}) == ("定性", "效果明显", "")
    compound = {"target": {"kind": "number", "op": "<="}, "target_text": "1小时", "parts": [{}]}
    assert split_target(compound)[0] == "定性"


def test_the_split_sheet_is_no_further_form_for_the_audit():
    forms = forms_of(write_forms(sample.fy2024()), "自评.xlsx")
    assert len(forms) == 2 and [len(form.rows) for form in forms] == [8, 8]


def test_the_split_sheet_has_a_row_an_indicator(book):
    rows = table(book[1][SPLIT], "序号")
    assert [row["指标性质"] for row in rows][:4] == ["≥", "≤", "定性", "≤"]
    assert (rows[3]["指标值"], rows[3]["度量单位"], rows[3]["实际完成数值"]) == ("17", "万元", "16.09")
    assert (rows[-1]["三级指标"], rows[-1]["实际完成值"], rows[-1]["得分"]) == ("预算执行率", "99.4%", 9.94)


def test_a_cell_is_told_more_briefly_and_says_so_but_is_never_cut():
    data = sample.fy2024()
    entry = next(e for e in data["indicators"] if e["id"] == "timeliness")
    data["form_cell_limit"] = None
    whole = deviation_text(data, entry)
    assert len(whole) > 200 and "详见" not in whole
    sizes = []
    for limit in (200, 150, 120, 20):
        data["form_cell_limit"] = limit
        told = deviation_text(data, entry)
        sizes.append(len(told))
        assert len(told) <= limit and told.endswith(("（详见自评报告）", "见自评报告。"))
    assert sizes == sorted(sizes, reverse=True)
    data["form_cell_limit"] = len(whole)
    assert deviation_text(data, entry) == whole


def test_forms_end_in_a_line_for_signatures(book):
    for name in (SCORED, TRANSFER):
        sheet = book[1][name]
        told = [cell.value for cell in sheet[sheet.max_row] if cell.value]
        assert told[0].startswith("填报：信息技术岗    复核：财务岗    单位负责人（签字）：")
        assert "单位（盖章）" in told[1] and "填报日期：2025年2月20日" in told[1]


def test_funds_that_follow_from_what_is_declared_are_filled():
    data = sample.fy2024()
    data["budget"]["sources"] = [{"name": "中央财政资金", "initial": 1780000, "adjusted": 1780000, "spent": 1770000}]
    _, values = books(data)
    row = at(values[SCORED], "其中：当年财政拨款").row
    lines = [[values[SCORED].cell(r, c).value for c in (4, 5, 6)] for r in range(row, row + 3)]
    assert lines == [[178, 178, 177], [0, 0, 0], [0, 0, 0]]
    data["budget"]["sources"][0]["spent"] = 1000000
    _, values = books(data)
    assert [values[SCORED].cell(row + 1, c).value for c in (4, 5, 6)] == [0, 0, None]


def test_figures_show_four_decimals_and_keep_all(book):
    head = at(book[0]["计算口径"], "实际数值")
    cells = [
        cell
        for (cell,) in book[0]["计算口径"].iter_rows(min_row=head.row + 1, min_col=head.column, max_col=head.column)
    ]
    assert {cell.number_format for cell in cells if isinstance(cell.value, float)} == {"0.0000"}
