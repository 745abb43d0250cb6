"""Each check of a form: the case in which it speaks, and the nearest one in which it must be silent."""

from __future__ import annotations

from typing import Any

import pytest

from helpers.forms.audit import CHECKS, audit_form, audit_forms, not_checkable
from helpers.forms.filled_form import Form, form, form_row
from helpers.indicators import load_rules
from helpers.indicators.findings import Finding

RULES = load_rules("caiyu-2020-10")
HEADER = {
    "institution": "某单位",
    "project": "某项目",
    "year": "2023",
    "table_kind": "self_eval",
    "complete": True,
    "money_unit": "万元",
    "budget_initial": 100,
    "budget_adjusted": 100,
    "spent": 100,
    "exec_rate_printed": "100%",
    "exec_weight": 10,
    "exec_score": 10,
}
GOOD = [
    {
        "level1": "产出指标",
        "level2": "数量指标",
        "level3": "培训人数",
        "target_text": "≥200人",
        "actual_text": "210人",
        "weight": 30,
        "score": 30,
    },
    {
        "level1": "产出指标",
        "level2": "时效指标",
        "level3": "平均响应时间",
        "target_text": "≤30分钟",
        "actual_text": "25分钟",
        "weight": 20,
        "score": 20,
    },
    {
        "level1": "效益指标",
        "level2": "社会效益指标",
        "level3": "工作改善",
        "target_text": "效果明显",
        "actual_text": "效果明显",
        "weight": 30,
        "score": 30,
    },
    {
        "level1": "满意度指标",
        "level2": "服务对象满意度指标",
        "level3": "用户满意度",
        "target_text": "≥90%",
        "actual_text": "95%",
        "weight": 10,
        "score": 10,
    },
]


def table(rows: list[dict[str, Any]] | None = None, **header: Any) -> Form:
    return form(
        {**HEADER, "total_printed": 100, **header},
        tuple(form_row(r, n) for n, r in enumerate(GOOD if rows is None else rows, 1)),
    )


def changed(row: int, **cells: Any) -> list[dict[str, Any]]:
    """The good rows with one of them changed, 1-based."""
    return [{**r, **cells} if n == row else r for n, r in enumerate(GOOD, 1)]


def one_row(**cells: Any) -> Form:
    """One row of an otherwise unknown table."""
    base = {"level1": "产出指标", "level2": "数量指标", "level3": "培训人数", "weight": 10, "score": 10}
    return form({"complete": None}, (form_row({**base, **cells}, 1),))


def found(checked: Form) -> dict[str, Finding]:
    return {one.check: one for one in audit_form(checked, RULES)}


def test_a_correct_table_is_met_with_silence() -> None:
    assert audit_form(table(), RULES) == []
    reasoned = changed(
        1, actual_text="150人", score=22.5, deviation_text="讲师临时取消两期。培训岗于2024年6月30日前补办，达到200人"
    )
    assert audit_form(table(reasoned, total_printed=92.5), RULES) == []


@pytest.mark.parametrize(
    ("checked", "check", "level"),
    [
        (
            table([{**r, "weight": r["weight"] + 2.5, "score": r["score"] + 2.5} for r in GOOD], total_printed=110),
            "weight_sum",
            "stop",
        ),
        (table(total_printed=99), "total_sum", "stop"),
        (table(exec_rate_printed="95%"), "exec_rate", "stop"),
        (table(spent=86.18, exec_rate_printed="86.19%", exec_score=8.62, total_printed=98.62), "exec_rate", "note"),
        (table(spent=80, exec_rate_printed="80%"), "exec_score", "stop"),
        (table(spent=99.4, exec_rate_printed="99.4%"), "exec_score", "note"),
        (table(spent=101, exec_rate_printed="101%"), "overspend", "stop"),
        (
            table(fund_total={"spent": 100}, fund_parts=[{"name": "甲", "spent": 60}, {"name": "乙", "spent": 50}]),
            "fund_total_vs_parts",
            "stop",
        ),
        (table(changed(1, actual_text="190人", deviation_text="x")), "full_on_shortfall", "stop"),
        (table(changed(2, actual_text="40分钟")), "reverse_breached", "stop"),
        (table(changed(1, score=31), total_printed=101), "score_above_weight", "stop"),
        (
            form(
                {},
                tuple(
                    form_row({**r, "weight": w, "score": w * w / 100}, n)
                    for n, (r, w) in enumerate(zip(GOOD, (25, 25, 30, 10), strict=True), 1)
                ),
            ),
            "double_weighting",
            "stop",
        ),
        (one_row(target_text=None, actual_text=None), "score_without_values", "stop"),
        (one_row(target_text="20万元", actual_text="20人"), "incomparable_units", "stop"),
        (one_row(target_text="正向 小于等于 98 %", actual_text="99%"), "direction_conflict", "stop"),
        (table([*GOOD, {**GOOD[0], "weight": 0, "score": 0}]), "duplicate_indicator", "stop"),
        (
            table(changed(1, actual_text="190人", score=28.5, deviation_text="已完成"), total_printed=98.5),
            "text_vs_figure",
            "stop",
        ),
        (
            table(changed(1, actual_text="150人", score=27, deviation_text="两期培训延至2024年1月"), total_printed=97),
            "score_formula",
            "note",
        ),
        (table(changed(1, score=25), total_printed=95), "deducted_though_met", "note"),
        (one_row(target_text="≥200人", actual_text="圆满"), "actual_not_numeric", "note"),
        (one_row(level3="参训率", target_text="≥95%", actual_text="0.97"), "sign_missing", "note"),
        (one_row(level3="管网15.6公里", target_text="12", actual_text="12"), "name_against_cell", "note"),
        (one_row(level3="医生签约率", target_text="≥200人", actual_text="210人"), "unit_vs_name", "note"),
        (
            one_row(level1=None, level2=None, level3="某事项", target_text="5", actual_text="7"),
            "direction_missing",
            "note",
        ),
        (
            table(
                [{**r, "weight": None, "score": None} if r["level1"] == "效益指标" else r for r in GOOD],
                total_printed=None,
            ),
            "group_without_weight",
            "note",
        ),
        (one_row(target_text="≥200人", actual_text="300人"), "overshoot", "note"),
        (table(changed(1, actual_text="150人", score=22.5), total_printed=92.5), "no_reason", "note"),
        (table(spent=89, exec_rate_printed="89%", exec_score=8.9, total_printed=98.9), "no_reason", "note"),
        (
            table(
                changed(1, actual_text="150人", score=22.5, deviation_text="由于客观原因造成，今后加强管理"),
                total_printed=92.5,
            ),
            "vague_reason",
            "note",
        ),
        (
            table(
                changed(1, actual_text="150人", score=22.5, deviation_text="讲师临时取消两期，加强与讲师的联系"),
                total_printed=92.5,
            ),
            "plan_incomplete",
            "note",
        ),
        (table(budget_initial=150), "budget_trimmed", "note"),
        (one_row(target_text="≥200人", actual_text="210人", weight=85, score=85), "single_indicator", "note"),
        (one_row(target_text="12.5", actual_text="12.5", weight=12.5, score=12.5), "placeholder_values", "note"),
        (one_row(level3="仓库(≥**平方米)", target_text="104", actual_text="104"), "placeholder_values", "note"),
        (one_row(level3="补助资金发放金额", target_text="20万元", actual_text="20万元"), "spend_as_output", "note"),
        (one_row(level3="满意率不低于90%", target_text="≥90%", actual_text="95%"), "target_in_name", "note"),
        (
            one_row(level3="建成1290.3平方米冷库", target_text="≥1290.3平方米", actual_text="1290.3平方米"),
            "target_in_name",
            "note",
        ),
        (one_row(target_text="≥200人", actual_text="≥200人"), "operator_copied", "note"),
        (one_row(level3="验收合格率", target_text="290%", actual_text="95%"), "target_damaged", "note"),
        (one_row(target_text="工5%", actual_text="5%"), "target_damaged", "note"),
        (one_row(level3="群众满意率", target_text="≥95%", actual_text="296%"), "actual_damaged", "note"),
        (table(changed(1, actual_text=None, score=0), total_printed=70), "actual_missing", "note"),
        (
            one_row(level2="时效指标", level3="完成时效", target_text="1小时完成", actual_text="当日完成"),
            "other_yardstick",
            "note",
        ),
    ],
)
def test_the_check_speaks(checked: Form, check: str, level: str) -> None:
    one = found(checked).get(check)
    assert one is not None, found(checked).keys()
    assert one.level == level and one.message.endswith("。") and one.remedy


@pytest.mark.parametrize(
    ("checked", "check"),
    [
        (table(complete=None, exec_weight=None, total_printed=None), "weight_sum"),
        (table(exec_weight=None, exec_score=None, total_printed=90), "weight_sum"),
        (table(total_printed=100.0), "total_sum"),
        (table(complete=False, total_printed=99), "total_sum"),
        (table(spent=86.46, exec_rate_printed="86.5%", exec_score=8.65, total_printed=98.65), "exec_rate"),
        (table(exec_rate_printed="1"), "exec_rate"),
        (table(exec_rate_printed=None), "exec_rate"),
        (table(spent=86.46, exec_rate_printed="86.46%", exec_score=8.6, total_printed=98.6), "exec_score"),
        (
            table(fund_total={"spent": 100}, fund_parts=[{"name": "甲", "spent": 60}], complete=None),
            "fund_total_vs_parts",
        ),
        (table(changed(1, actual_text="200余人")), "full_on_shortfall"),
        (table(changed(2, target_text="≤0.5小时")), "reverse_breached"),
        (one_row(target_text=None, actual_text=None, weight=None, score=None), "score_without_values"),
        (
            one_row(target_text="17万元", actual_text="16.1万元/人", level2="成本指标", level3="人均费用"),
            "incomparable_units",
        ),
        (one_row(target_text="反向 小于等于 1", actual_text="1"), "direction_conflict"),
        (one_row(level3="不满意率", target_text="≤5%", actual_text="3%"), "direction_conflict"),
        (table([*GOOD[:3], {**GOOD[3], "target_text": "≥92%"}]), "duplicate_indicator"),
        (table(changed(1, deviation_text="已完成")), "text_vs_figure"),
        (
            table(changed(1, actual_text="150人", score=22.5, deviation_text="两期延至2024年1月"), total_printed=92.5),
            "score_formula",
        ),
        (
            table(
                changed(
                    4, target_text="≥95%", actual_text="85%", score=8, deviation_text="热线占线，2024年6月底前增设座席"
                ),
                total_printed=98,
            ),
            "score_formula",
        ),
        (table(changed(1, score=25, deviation_text="指标值偏低，酌情扣分"), total_printed=95), "deducted_though_met"),
        (one_row(level3="完成投诉", target_text="不高于10件", actual_text="无"), "actual_not_numeric"),
        (one_row(level3="上网频率", target_text="≥5次", actual_text="6次"), "unit_vs_name"),
        (one_row(level1=None, level2=None, level3="某事项", target_text="5", actual_text="5"), "direction_missing"),
        (one_row(target_text="200人", actual_text="210人"), "direction_missing"),
        (one_row(target_text="≥200人", actual_text="300人", deviation_text="新增两个受训单位"), "overshoot"),
        (one_row(level3="有效投诉", target_text="≤10件", actual_text="2件"), "overshoot"),
        (table(changed(1, actual_text="150人", score=22.5), complete=False, total_printed=None), "no_reason"),
        (table(spent=90, exec_rate_printed="90%", exec_score=9, total_printed=99), "no_reason"),
        (
            table(
                changed(1, deviation_text="尾款待验收后支付"),
                spent=89,
                exec_rate_printed="89%",
                exec_score=8.9,
                total_printed=98.9,
            ),
            "no_reason",
        ),
        (table(spent=89, exec_rate_printed="89%", exec_score=8.9, total_printed=None, complete=None), "no_reason"),
        (table(budget_initial=100), "budget_trimmed"),
        (table(budget_initial=90), "budget_trimmed"),
        (one_row(target_text="10个", actual_text="10", weight=10, score=10), "placeholder_values"),
        (one_row(level3="会展收入", target_text="≥20万元", actual_text="21万元"), "spend_as_output"),
        (one_row(level3="0-6岁儿童健康管理数", target_text="2089人", actual_text="2089人"), "target_in_name"),
        (one_row(level3="取得2018-2022监测资料", target_text="100%", actual_text="100%"), "target_in_name"),
        (one_row(level3="产量增长", target_text="290%", actual_text="300%"), "target_damaged"),
        (one_row(target_text="≥200人", actual_text=None, weight=10, score=None), "actual_missing"),
        (one_row(level2="时效指标", level3="完成时效", target_text="≤24小时", actual_text="2天"), "other_yardstick"),
    ],
)
def test_the_check_is_silent(checked: Form, check: str) -> None:
    assert check not in found(checked)


@pytest.mark.parametrize(
    ("cells", "check"),
    [
        ({"level3": "预算执行率", "target_text": None, "actual_text": "91%", "score": 10}, "exec_score"),
        ({"level3": "资金支出率", "target_text": None, "actual_text": "91%", "score": 8}, "exec_score"),
        ({"level3": "设备完好率", "target_text": "100%", "actual_text": "98%", "score": 9}, "score_formula"),
        ({"target_text": "≥", "actual_text": "%"}, "score_without_values"),
        ({"level3": "项目完成时间", "target_text": "100%", "actual_text": "100%"}, "unit_vs_name"),
        ({"level3": "新建泵站", "target_text": "≤4座", "actual_text": "4座"}, "direction_conflict"),
        ({"level3": "验收合格率", "target_text": "≤95%", "actual_text": "96%"}, "direction_conflict"),
        ({"level3": "群众投诉数", "target_text": "≥3件", "actual_text": "1件"}, "direction_conflict"),
        ({"level3": "养护资金金额", "target_text": "43", "actual_text": "43"}, "spend_as_output"),
        ({"level3": "打井配套", "target_text": "50000元", "actual_text": "50000元"}, "spend_as_output"),
        ({"level3": "铺设管网15.6公里", "target_text": "12", "actual_text": "12"}, "name_against_cell"),
        ({"level3": "硬化道路长度15.6公里", "target_text": "≥12公里", "actual_text": "12公里"}, "name_against_cell"),
        ({"level3": "宣传场次", "target_text": "≥4次/月", "actual_text": "9次/月"}, "overshoot"),
        ({"level3": "接待人次", "target_text": "≥300人次/月", "actual_text": "500人次"}, "overshoot"),
        (
            {"target_text": "≥200人", "actual_text": "250人", "deviation_text": "超任务40%，需求增加"},
            "text_vs_figure",
        ),
        ({"level3": "制度健全性", "target_text": "健全", "actual_text": "好坏"}, "placeholder_values"),
        ({"level3": "参训率", "target_text": "≥95%", "actual_text": "0.97"}, "sign_missing"),
        ({"level3": "绿化养护", "target_text": "≤30万元", "actual_text": "29万"}, "sign_missing"),
        ({"target_text": "≥200人", "actual_text": "不涉及"}, "actual_not_numeric"),
        ({"target_text": "6月份完成选址；9月份完成施工", "actual_text": "完成"}, "actual_not_numeric"),
    ],
)
def test_kinds_of_faults_that_were_once_missed(cells: dict[str, Any], check: str) -> None:
    assert check in found(one_row(**cells))


@pytest.mark.parametrize(
    "cells",
    [
        {
            "level3": "预算执行率",
            "target_text": "100%",
            "actual_text": "91%",
            "score": 9.1,
            "deviation_text": "尾款待验收后由财务科于2024年3月支付",
        },
        {
            "level3": "预算执行率",
            "target_text": None,
            "actual_text": "91.24%",
            "score": 9.12,
            "deviation_text": "尾款待验收后由财务科于2024年3月支付",
        },
        {"level3": "安全事故", "target_text": "0起", "actual_text": "无"},
        {"level3": "按时完成率", "target_text": "100%", "actual_text": "100%"},
        {"level3": "会议次数控制", "target_text": "≤4次", "actual_text": "4次"},
        {"level3": "单位建设成本", "level2": "成本指标", "target_text": "≤4万元", "actual_text": "4万元"},
        {"level3": "事故发生率", "target_text": "≤1%", "actual_text": "0%"},
        {"level3": "人均补助标准", "target_text": "300元/人", "actual_text": "300元/人"},
        {"level3": "围墙300米", "target_text": "80元/米", "actual_text": "80元/米"},
        {"level3": "2023年培训人数", "target_text": "≥200人", "actual_text": "210人"},
        {"target_text": "≥200人", "actual_text": "250人", "deviation_text": "超额完成目标25%，因新增一期"},
        {"target_text": "(1)成立小组；(2)按季通报", "actual_text": "已成立小组并按季通报"},
    ],
)
def test_near_those_kinds_it_is_silent(cells: dict[str, Any]) -> None:
    assert found(one_row(**cells)) == {}


def test_a_cent_in_the_execution_score_is_no_finding() -> None:
    printed = table(spent=86.18, exec_rate_printed="86.18%", exec_score=8.63, total_printed=98.63)
    assert not {"exec_score"} & {one.check for one in audit_form(printed, RULES) if one.where.field == "exec_score"}


def test_in_an_excerpt_only_a_scored_miss_asks_for_its_reason() -> None:
    missed = {**GOOD[0], "actual_text": "150人", "score": 22.5}
    reasoned = {**GOOD[1], "deviation_text": "无偏差"}
    assert "no_reason" in found(table([missed, reasoned], complete=False))
    assert "no_reason" not in found(table([missed, GOOD[1]], complete=False))


def test_every_check_has_a_case() -> None:
    spoken = {case[1] for mark in test_the_check_speaks.pytestmark for case in mark.args[1]}
    assert set(CHECKS) - spoken == set()


def test_the_arithmetic_is_shown() -> None:
    one = found(table(changed(1, actual_text="190人")))["full_on_shortfall"]
    assert one.arithmetic == "190 ÷ 200 = 95%，30 × 95% = 28.5" and (one.where.row, one.where.field) == (1, "score")
    assert found(table(exec_rate_printed="95%"))["exec_rate"].arithmetic == "100 ÷ 100 = 100%"


def test_one_fault_is_one_finding() -> None:
    empty = found(table(changed(1, target_text=None, actual_text=None)))
    assert set(empty) == {"score_without_values"}
    assert set(found(table(changed(1, actual_text="190人")))) == {"full_on_shortfall"}
    zero = table(
        fund_total={"adjusted": 0, "spent": 0},
        fund_parts=[{"name": "甲", "adjusted": 100, "spent": 100}],
        exec_rate_printed="0",
        exec_score=0,
        total_printed=90,
    )
    assert set(found(zero)) == {"fund_total_vs_parts"}


def test_a_transcribers_remark_is_never_read() -> None:
    row = {**GOOD[0], "transcriber_note": "没有完成，得分有误 290%"}
    assert audit_form(table([row, *GOOD[1:]]), RULES) == []


def test_stale_targets_are_seen_between_two_years() -> None:
    before = table(
        [{**GOOD[0], "actual_text": "400人", "deviation_text": "新增单位"}],
        complete=False,
        year="2022",
        total_printed=None,
    )
    now = table([GOOD[0]], complete=False, total_printed=None)
    assert [[f.check for f in own] for own in audit_forms([before, now], RULES)] == [[], ["stale_target"]]
    raised = table([{**GOOD[0], "target_text": "≥380人", "actual_text": "385人"}], complete=False, total_printed=None)
    assert [[f.check for f in own] for own in audit_forms([before, raised], RULES)] == [[], []]


def test_an_excerpt_says_what_was_not_checked() -> None:
    silent = not_checkable(table(complete=False, spent=None))
    assert silent["weight_sum"] == "表格是节选" and "全年执行数" in silent["exec_rate"]
    assert not_checkable(table()) == {}


def test_a_rule_set_that_gives_full_marks_is_not_contradicted() -> None:
    banded = load_rules("caiyu-2021-101-banded")
    close = table(changed(4, target_text="≥95%", actual_text="93%"))
    assert "full_on_shortfall" in found(close)
    assert "full_on_shortfall" not in {one.check for one in audit_form(close, banded)}


def test_the_example_as_published() -> None:
    """The filed table of FY2024: exactly what the rules of the field name, and weight_sum is silent."""
    rows = [
        ("产出指标", "数量指标", "驻场人员", "11 人", "11 人", 50, None),
        ("产出指标", "质量指标", "有效投诉", "不高于10件", "2 件", None, None),
        (
            "产出指标",
            "时效指标",
            "完成时效",
            "一般桌面运维1小时完成、故障维修一个工作日完成",
            "一般工作均于当日完成；需换备件的维修部分未能在次一工作日完成",
            None,
            "产出指标均已完成。维修时效有待提高",
        ),
        ("产出指标", "成本指标", "年人均费用", "不高于17万元", "16.1 万元", None, None),
        ("效益指标", "经济效益指标", "提高干警办公办案效率", "不低于 5%", "10 %", None, None),
        ("效益指标", "社会效益指标", "提供诉讼服务投诉建议", "少于 10", "无", None, None),
        ("效益指标", "生态效益指标", "节能环保设施使用率", "100%", "100 %", None, None),
        ("满意度指标", "满意度指标", "满意率不低于90%", "不低于 90%", "91.96 %", 40, None),
    ]
    names = ("level1", "level2", "level3", "target_text", "actual_text", "weight", "deviation_text")
    published = form(
        {
            **HEADER,
            "budget_initial": 178,
            "budget_adjusted": 178,
            "spent": 177,
            "exec_rate_printed": "99.4%",
            "exec_score": None,
        },
        tuple(form_row(dict(zip(names, row, strict=True)), n) for n, row in enumerate(rows, 1)),
    )
    assert {one.check: one.where.level3 for one in audit_form(published, RULES)} == {
        "group_without_weight": "提高干警办公办案效率",
        "other_yardstick": "完成时效",
        "target_in_name": "满意率不低于90%",
        "overshoot": "提高干警办公办案效率",
        "text_vs_figure": "完成时效",
    }
