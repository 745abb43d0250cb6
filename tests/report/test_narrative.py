"""The report's text: outlines, every sentence's figures from the results, and the odd years."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from helpers.report import documents, narrative
from helpers.report import facts as f
from helpers.report.blocks import Fold, Heading, Table, from_json, to_json
from helpers.report.documents import filed
from helpers.report.facts import spans
from helpers.report.narrative import build_report, management
from helpers.report.narrative.by_outline import WRITERS, quotation
from helpers.report.narrative.chapters import Chapter, Outline, Point, Section, chinese_number, render
from helpers.report.narrative.provenance import rule_value
from helpers.year.outline_file import CONTENTS, QUOTES, read_shipped, shipped_outlines
from tests.report import sample_results as sample

MAKERS = [sample.fy2024, sample.bare, sample.unknown, sample.many]


def flat(blocks):
    """All blocks, folded ones and figures' data tables included."""
    for block in blocks:
        yield block
        if isinstance(block, Fold):
            yield from flat(block.blocks)
        if block.type == "figure":
            yield block.data


def words(blocks):
    """All text that a reader sees, in order."""
    found = []
    for block in flat(blocks):
        if block.type in ("heading", "paragraph"):
            found.append(block.text)
        elif block.type == "items":
            found += block.items
        elif block.type == "card":
            found += [part for item in block.items for part in (item.label, item.value, item.note or "")]
        elif block.type == "table":
            found += [block.caption, block.note or "", *(c.title for c in block.columns)]
            found += [cell.text for row in block.rows for cell in row]
        elif block.type == "figure":
            found += [block.caption, block.alt]
    return "\n".join(found)


def headings(blocks):
    return [f"{'  ' * (b.level - 1)}{b.text}" for b in blocks if isinstance(b, Heading)]


def table(blocks, caption):
    return next(b for b in flat(blocks) if isinstance(b, Table) and caption in b.caption)


def texts(row):
    return [cell.text for cell in row]


@pytest.fixture(scope="module")
def report():
    return build_report(sample.fy2024())


# --- outlines -------------------------------------------------------------------------------------


def test_the_default_outline(report):
    assert headings(report) == [
        "自评结论",
        "一、绩效情况分析",
        "  （一）资金情况及绩效目标分析",
        "  （二）总体目标完成情况分析",
        "  （三）绩效指标完成情况分析",
        "二、偏离绩效目标的原因和下一步改进措施",
        "三、绩效自评结果拟应用情况",
        "附件1 绩效指标完成情况明细",
        "  （一）与上年比较",
        "  （二）逐项完成情况",
        "    1.驻场人员",
        "    2.有效投诉",
        "    3.完成时效",
        "    4.年人均费用",
        "    5.提高干警办公办案效率",
        "    6.提供诉讼服务投诉建议",
        "    7.节能环保设施使用率",
        "    8.满意率不低于90%",
        "附件2 偏离绩效目标的原因分析",
        "  （一）未达到目标的指标",
        "    1.完成时效（故障维修）",
        "    2.完成时效（一般桌面运维）",
        "  （二）明显超出目标的指标",
        "    1.提高干警办公办案效率",
        "  （三）已达目标但不够稳固的指标",
        "    1.满意率不低于90%",
        "附件3 上年改进措施落实情况",
        "附件4 年度运维活动",
        "附件5 佐证材料清单",
        "附件6 数据校验和有关说明",
        "  （一）数据校验情况",
        "  （二）对照来源的说明",
        "技术说明1 计算口径与溯源",
        "  （一）采用的评分规则",
        "  （二）指标计算口径",
        "  （三）统计判断的方法和数值",
        "  （四）数据来源和复现方法",
        "数字和结论的编号",
    ]


def test_attachments_that_a_year_does_not_pick_are_kept_for_reference_and_references_follow():
    data = {**sample.fy2024(), "outline": {**read_shipped("default").model_dump(), "attachments": ["causes", "data"]}}
    blocks = build_report(data)
    first = [h for h in headings(blocks) if h[:2] in ("附件", "备查", "技术")]
    assert first == [
        "附件1 偏离绩效目标的原因分析",
        "附件2 数据校验和有关说明",
        "备查材料1 绩效指标完成情况明细",
        "备查材料2 上年改进措施落实情况",
        "备查材料3 年度运维活动",
        "备查材料4 佐证材料清单",
        "技术说明1 计算口径与溯源",
    ]
    text = words(blocks)
    assert "详细分析见附件1。" in text and "1项见效，1项未完成（见备查材料2）。" in text
    assert [b.text for b in documents.filed(blocks) if isinstance(b, Heading) and b.mark] == first[:2]
    assert [b.text for b in documents.technical(blocks) if isinstance(b, Heading) and b.level == 1] == first[-1:]
    assert documents.technical(blocks)[0].title.endswith("项目支出绩效自评报告技术说明")
    closing = next(b for b in blocks if b.type == "closing")
    assert closing.attachments == ("偏离绩效目标的原因分析", "数据校验和有关说明")


def test_a_reference_to_what_no_attachment_has_says_nothing():
    own = {"title": "简报", "contents": [{"chapter": "结论", "contents": [{"write": "activity_brief"}]}]}
    text = words(filed(build_report({**sample.fy2024(), "outline": own})))
    assert text.endswith("数量仅反映工作量。") and "\ue000" not in text


def test_the_transfer_payment_outline():
    data = {**sample.fy2024(), "outline": read_shipped("transfer_payment").model_dump()}
    blocks = build_report(data)
    assert blocks[0].title == "2024年度信息化运维服务转移支付绩效自评报告"
    first = [h for h in headings(blocks) if not h.startswith(" ")]
    assert first[1:5] == [
        "一、绩效目标分解下达情况",
        "二、绩效目标完成情况分析",
        "三、偏离绩效目标的原因和下一步改进措施",
        "四、绩效自评结果拟应用和公开情况",
    ]


def test_headings_without_text_are_left_out_and_numbers_close_up():
    def nothing(results):
        return []

    def points(results):
        yield Point("甲", (lambda r: f.para(r["project"]),))
        yield Point("空", (nothing,))
        yield Point("乙", (lambda r: f.para("二"),))

    outline = Outline("自拟", (), (
        Chapter("空的一章", (nothing,)),
        Chapter("正文", (Section("节", (points,)), Section("空节", (nothing,)))),
    ))  # fmt: skip
    blocks = render(outline, {"project": "机房运维"})
    assert headings(blocks) == ["一、正文", "  （一）节", "    1.甲", "    2.乙"]
    assert blocks[3].text == "机房运维"


def test_what_an_outline_can_name_is_what_there_are_writers_for():
    assert set(WRITERS) == set(CONTENTS)


def test_sentences_of_an_outline_quote_the_results():
    own = {
        "title": "绩效自评简报",
        "contents": [
            {
                "chapter": "结论",
                "contents": [
                    {
                        "text": "{institution}{fiscal_year}度{project}得{score}，等级为{grade}；"
                        "执行率{execution_rate}（{spent}/{adjusted}）。"
                    },
                    {
                        "text": "{indicators}指标中完成{met}、未完成{missed}；有效投诉{actual.complaints}，"
                        "目标{target.complaints}。"
                    },
                ],
            },
            {"attachment": "附表", "contents": [{"point": "佐证", "contents": [{"write": "evidence_list"}]}]},
        ],
    }
    blocks = build_report({**sample.fy2024(), "outline": own})
    assert blocks[0].title == "2024年度信息化运维服务绩效自评简报"
    assert [b.text for b in blocks[1:4]] == [
        "一、结论",
        "某人民法院2024年度信息化运维服务得99.69分，等级为优；执行率99.4%（177万元/178万元）。",
        "8项指标中完成7项、未完成1项；有效投诉2件，目标不高于10件。",
    ]
    assert headings(filed(blocks)) == ["一、结论", "附件1 附表", "    1.佐证"]


def test_what_is_not_known_is_quoted_as_unknown():
    results = sample.unknown()
    names = [name for name in QUOTES if not name.endswith(".")]
    said = {name: quotation(results, name) for name in names}
    assert said["grade"] == said["score"] == "（未知）"
    assert all(said.values())


def test_funds_management_names_the_lines_without_a_statement():
    results = {
        **sample.fy2024(),
        "funds_management": [
            {"item": "使用规范性", "statement": "专款专用", "problems": None},
            {"item": "拨付合规性", "statement": "按合同约定支付。", "problems": "尾款支付偏晚"},
        ],
    }
    lead, table = management.funds_management(results)
    assert "分配科学性、下达及时性、支出责任履行情况没有提供情况说明。" in lead.text
    assert [[c.text for c in row] for row in table.rows][:2] == [
        ["拨付合规性", "按合同约定支付。", "尾款支付偏晚。"],
        ["使用规范性", "专款专用。", "—"],
    ]
    assert not list(management.funds_management(sample.fy2024()))


def test_chinese_numbers():
    assert [chinese_number(n) for n in (1, 9, 10, 11, 20, 35)] == ["一", "九", "十", "十一", "二十", "三十五"]


# --- shapes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("outline", shipped_outlines())
def test_every_block_survives_json_and_every_row_fills_its_columns(make, outline):
    blocks = build_report({**make(), "outline": read_shipped(outline).model_dump()})
    assert from_json(to_json(blocks)) == tuple(blocks)
    for block in flat(blocks):
        if isinstance(block, Table):
            covered = [0] * len(block.columns)
            for row in block.rows:
                free = [at for at, left in enumerate(covered) if left == 0]
                assert len(row) == len(free), (block.caption, texts(row))
                covered = [max(0, left - 1) for left in covered]
                for at, cell in zip(free, row, strict=True):
                    covered[at] = cell.rowspan - 1
            assert not any(covered), block.caption


@pytest.mark.parametrize("make", MAKERS)
def test_captions_are_counted_and_nothing_reads_like_a_machine(make):
    blocks = build_report(make())
    captions = [b.caption for b in flat(blocks) if b.type == "table" and b.caption and not b.caption.endswith("的数据")]
    assert [c.split(" ")[0] for c in captions] == [f"表{n}" for n in range(1, len(captions) + 1)]
    for sign in ("None", "null", "nan", "not_met", "。。", "，。", "；。", "“”", "（）", "::", "  "):
        assert sign not in words(blocks), sign


def test_the_same_results_give_the_same_blocks():
    assert to_json(build_report(sample.fy2024())) == to_json(build_report(sample.fy2024()))


def test_no_figure_is_typed_in_a_template():
    """Chinese text in the modules carries no digit: every figure comes through the results."""
    typed = []
    for path in sorted(Path(narrative.__file__).parent.glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        docstrings = {ast.get_docstring(node, clean=False) for node in ast.walk(tree)
                      if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)}  # fmt: skip
        docstrings |= {
            n.value.value for n in ast.walk(tree) if isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value not in docstrings:
                text = node.value.replace("SHA-256", "")
                if re.search(r"[\u4e00-\u9fff]", text) and re.search(r"\d", text):
                    typed.append((path.name, node.value))
    assert typed == []


# --- the year -------------------------------------------------------------------------------------


def test_the_front(report):
    front = report[0]
    assert front.title == "2024年度信息化运维服务项目支出绩效自评报告"
    assert (front.prepared_by, front.checked_by, front.date) == ("信息技术岗", "财务岗", "2025年2月20日")
    assert front.notice.startswith("示例数据")


def test_the_indicator_table(report):
    found = table(report, "绩效指标完成情况表")
    assert found.wide and found.total_row
    first = found.rows[0]
    assert (first[0].text, first[0].rowspan) == ("产出指标", 4)
    assert texts(found.rows[1])[1:] == [
        "有效投诉",
        "指项目产出效果或工作质量（及格率）等",
        "不高于10件",
        "2件",
        "优于目标",
        "12.5",
        "12.5",
        "完成",
    ]
    assert found.rows[1][5].bar == 1.0
    assert texts(found.rows[2])[3:8] == [
        "一般桌面运维1小时完成、故障维修一个工作日完成",
        "一般桌面运维：99.8%；故障维修：96.2%",
        "98%",
        "12.5",
        "12.25",
    ]
    assert found.rows[2][-1].status == "not_met"
    assert found.rows[4][6].bar == 1.0 and not found.rows[4][6].low
    assert found.rows[2][-3 - 1].low and found.rows[2][-1].link == "d-timeliness"
    assert texts(found.rows[-2])[-3:] == ["10", "9.94", "—"]
    assert texts(found.rows[-1])[-3:] == ["100", "99.69", ""]


def test_the_main_text_has_the_same_table_on_an_upright_page(report):
    found = table(report, "绩效指标完成情况")
    assert not found.wide and [c.title for c in found.columns][:3] == ["一级指标", "三级指标", "年度指标值"]
    assert texts(found.rows[0]) == ["产出指标", "驻场人员", "11人", "11人", "100%", "12.5", "12.5", "完成"]
    assert texts(found.rows[1]) == ["有效投诉", "不高于10件", "2件", "优于目标", "12.5", "12.5", "完成"]
    assert texts(found.rows[-1]) == ["合计", "", "", "", "", "100", "99.69", ""]


def test_activities_and_their_lower_bound(report):
    text = words(report)
    assert "全年开展运维活动20类，共14405次以上，其中“个人办公设备故障”9974次，占69.2%" in text
    assert "占6.1%。各类活动没有设定年度目标，数量仅反映工作量。" in text
    counted = next(b for b in report if b.type == "table" and b.caption.endswith("年度运维活动"))
    rows = [texts(row) for row in counted.rows]
    assert rows[3] == ["4", "业务系统运维", "885余"]
    assert rows[-1] == ["", "合计", "14405以上"]


def test_indicator_by_indicator(report):
    text = words(report)
    for sentence in (
        "本指标目标为“不高于10件”，实际完成2件，优于目标（低8件），得12.5分（分值12.5分）。",
        "实际完成值按“经核实的有效投诉”的口径，依据9条记录计算。2023年实际完成4件（完成），本年减少2件。",
        "本指标目标为“一般桌面运维1小时完成、故障维修一个工作日完成”，未完成，得12.25分（分值12.5分）。",
        "故障维修：时限为1个工作日，在时限内完成的占96.2%，要求达到100%，低于目标3.8个百分点，未完成。",
        "目标没有写明须有多大比例在时限内完成，按100%计算。",
        "2023年“故障维修”实际完成91.2%（未完成），本年提高5个百分点。",
        "实际完成16.09万元/人，优于目标（低0.9万元/人）",
        "实际完成值由我单位填报，不是由记录计算得出，佐证材料为《办公办案效率自评说明》（2025年1月15日，信息技术岗保管）。未公布测算方法。",
        "指标名称中写入了目标值。",
    ):
        assert sentence in text, sentence
    assert "180%" not in text


def test_the_shortfall_is_taken_apart(report):
    text = words(report)
    assert (
        "该项要求在1个工作日内完成的占比达到100%，实际为96.2%，低于目标3.8个百分点。613条记录中，有23条没有达到要求。没有记录原因的有2条，单独列出，不分摊到其他原因。"
        in text
    )
    assert "按原因看，影响最大的是“等待备件”，为2.9个百分点，占差距的78.3%；如果没有这一情况，实际值为99.2%。" in text
    causes = table(report, "完成时效（故障维修）的差距构成（按原因）")
    assert [texts(row) for row in causes.rows] == [
        ["等待备件", "18", "2.94", "78.26%", "99.18%"],
        ["厂商返修", "3", "0.49", "13.04%", "96.74%"],
        ["未记录原因", "2", "0.33", "8.70%", "96.57%"],
        ["合计", "", "3.75", "100.00%", "—"],
    ]
    assert [column.title for column in causes.columns][2] == "对差距的影响（百分点）"


def test_negative_contributions_have_no_shares(report):
    causes = table(report, "完成时效（一般桌面运维）的差距构成")
    assert [column.title for column in causes.columns] == [
        "原因",
        "未达到条数",
        "对差距的影响（百分点）",
        "若无此项的实际值",
    ]
    assert texts(causes.rows[1])[2] == "-0.04"


def test_tickets_are_folded_and_counted(report):
    fold = next(b for b in report if isinstance(b, Fold) and "记录清单" in b.title)
    assert fold.title == "未达到要求的记录清单（23条）"
    listed = fold.blocks[0]
    assert [c.title for c in listed.columns] == ["编号", "受理时间", "完成时间", "原因", "设备型号", "备件", "工作日"]
    assert texts(listed.rows[0])[1] == "2024-01-03 09:30"
    assert listed.note == "列出前6条，共23条，全部记录可用技术说明中该指标的查询语句查出。"


def test_measures_stand_once_after_the_last_part_of_their_indicator(report):
    assert "针对“完成时效”提出改进措施3项，其中1项为建议，尚未采纳。" in words(report)
    plan = table(report, "完成时效改进措施")
    assert texts(plan.rows[1]) == [
        "2",
        "在服务范围内按设备型号提前储备备件（预期效果：按本年记录测算，可使故障维修时效达到99.18%）",
        "设备老化、备件不足（已确认）",
        "信息技术岗",
        "2025年6月30日",
        "故障维修在一个工作日内完成的占比，目标不低于98%，本年为96.2%",
        "已采纳",
    ]
    assert texts(plan.rows[2])[-1] == "建议（上年结转）"


def test_overshoot_and_fragile_are_explained(report):
    text = words(report)
    assert "该项目标为“不低于5%”，实际完成10%，完成率为200%。该实际值系填报，未公布测算方法，不能由记录核实。" in text
    assert (
        "但该结果只来自112份样本，据此推断，总体水平估计在85.4%至95.7%之间，下限低于目标，不能排除总体没有达到目标。"
        in text
    )


def test_one_bad_month_is_told():
    data = sample.fy2024()
    data["deviations"] = [
        {"indicator": "green", "kind": "fragile", "gap": 0.0, "unit": "比例", "causes": [], "interval": None,
         "text_facts": {"reason": "bad_month", "month": "2024-05", "month_value": 0.9, "with_bad_month": 0.985}}
    ]  # fmt: skip
    assert "但如果再有一个月与2024年5月（当月为90%）相当，全年结果将为98.5%，达不到目标。" in words(build_report(data))


def test_last_years_measures_with_before_and_after(report):
    text = words(report)
    assert "上年提出改进措施2项，已完成1项，经本年数据核实有效1项，1项没有完成。" in text
    rows = [texts(row) for row in table(report, "上年改进措施落实情况").rows]
    assert rows[0][2:] == [
        "信息技术岗，2024年5月20日完成",
        "故障维修在一个工作日内完成的占比，目标不低于95%",
        "91.2%",
        "96.3%",
        "核实有效：提高幅度超出偶然波动",
    ]
    assert rows[1][2] == "信息技术岗，未完成，结转本年（原定2024年6月30日）" and rows[1][-1] == "没有完成"


def test_a_measure_that_was_late_says_by_how_many_days():
    data = sample.fy2024()
    data["followup"][0].update(due="2024-05-08", done_on="2024-05-20")
    rows = [texts(row) for row in table(build_report(data), "上年改进措施落实情况").rows]
    assert rows[0][2] == "信息技术岗，2024年5月20日完成（原定2024年5月8日，逾期12天）"


def test_activities_are_called_as_declared():
    data = sample.fy2024()
    data["activity_words"] = "医疗设备维修"
    told = words(build_report(data))
    assert "全年开展医疗设备维修" in told and "年度医疗设备维修" in told and "年度运维活动（按月）" not in told


def test_the_annexes(report):
    text = words(report)
    assert "对3张数据表、14661行记录进行了42项校验，没有发现须更正后才能使用的问题，1项需要说明。" in text
    assert "共读入14661行，采用14530行，剔除131行，剔除原因列于下表；按更正说明修改2行。" in text
    assert [texts(r) for r in table(report, "数据表核对情况").rows][:2] == [
        ["运维工单", "14530", "14405", "14405", "80", "重复行"],
        ["30", "测试工单"],
    ]
    assert texts(table(report, "自查和核对").rows[0]) == [
        "1",
        "全表",
        "公布的表格对产出指标印50分、满意度指标印40分，效益指标没有分值（50 + 40 + 10 = 100）",
        "向填报单位核实各组分值",
    ]
    evidence = table(report, "佐证材料")
    # Each material once: two files of one export are two copies; files and hashes are in the technical paper.
    assert texts(evidence.rows[2])[1:] == ["运维工单", "2025年1月8日", "信息技术岗", "电子文件2份", "9974", "完成时效"]
    assert texts(evidence.rows[3])[-3:] == ["纸质或另存", "—", "提高干警办公办案效率"]
    sql = next(b for b in report if isinstance(b, Fold) and b.title == "完成时效（故障维修）的查询语句")
    assert sql.blocks[0].text == "完成时效（故障维修）实际为96.2%，由613条记录计算。"
    assert sql.blocks[1].text.startswith("SELECT count(*) FILTER (WHERE workdays <= 1)")


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("execution_weight", 10, "10"),
        ("group_weights", {"产出指标": 50, "效益指标": 30}, "产出指标50分，效益指标30分"),
        ("group_weights", {}, "由单位自定"),
        ("lower_formula", "ratio", "按目标值与实际值之比"),
        ("pass_mark", None, "不设"),
        ("choice_shares", [[0.8, 1], [0, 0.8]], "100%至80%，80%至0%"),
        ("grades", [{"at_least": 90, "gives": "优"}, {"at_least": 0, "gives": "差"}], "90分及以上为优，其余为差"),
        ("execution_bands", [{"at_least": 0.9, "gives": 1}, {"at_least": 0, "gives": 0}], "90%及以上得100%，其余得0%"),
        ("overshoot_from", 1.3, "完成率达到130%"),
        ("strict_hit_scores", False, "不得分"),
        ("something_new", [1, "x"], '[1, "x"]'),
    ],
)
def test_rule_values_in_words(name, value, text):
    assert rule_value(name, value) == text


# --- odd years ------------------------------------------------------------------------------------


def test_nothing_deviates():
    text = words(build_report(sample.bare()))
    assert "本年度绩效指标均达到目标，没有需要说明的偏离。" in text
    assert "设定绩效指标1项（“系统可用率”），已完成。自评总分100分，等级为优。" in text
    assert "自评结果的应用安排尚未填写。" in text
    assert "未达到目标的指标" not in text and "年度运维活动" not in text and "与上年比较" not in text


def test_nothing_is_known():
    blocks = build_report(sample.unknown())
    text = words(blocks)
    assert "设定绩效指标1项（“系统可用率”），完成情况无法判定。各项均未评分，等级暂不评定。" in text
    assert (
        "本指标目标为“不低于99%”，实际填报为“达成预期指标”，不能与目标比较，完成情况无法判定，暂不评分（分值90分）。"
        in text
    )
    assert "列入统计的运维活动共1类，本年度都没有记录。" in text
    assert "本年度绩效指标的完成情况都无法判定，暂不能分析偏离原因。" in text
    assert not [b for b in blocks if b.type == "figure"]


def test_one_unknown_among_others_leaves_the_grade_open():
    data = sample.fy2024()
    data["indicators"][-1].update(
        actual=None, actual_text=None, attainment=None, variance=None, status="unknown", score=None
    )
    data["score"] = {"total": 89.69, "upper": 99.69, "grade": None, "basis": None}
    data["weights_basis"] = None
    data["deviations"] = [d for d in data["deviations"] if d["indicator"] != "satisfaction"]
    blocks = build_report(data)
    text = words(blocks)
    assert (
        "完成6项，未完成1项（“完成时效”），无法判定1项（“满意率不低于90%”）。已评部分得89.69分，全部评出后最高99.69分，等级暂不评定。"
        in text
    )
    assert "另有1项指标无法判定，不作偏离分析。" in text
    assert "合计得分不含暂未评分的项目。" in text
    assert "实际完成值没有取得，完成情况无法判定" in text


def test_a_shortfall_without_causes_or_measures_says_so():
    data = sample.fy2024()
    data["deviations"] = [{"indicator": "green", "kind": "shortfall", "gap": 0.1, "unit": "比例", "causes": []}]
    data["indicators"][6].update(
        actual=0.9, actual_text="90%", attainment=0.9, variance=-0.1, favourable=False, status="not_met", score=9.0
    )
    data["plan"], data["followup"] = [], []
    text = words(build_report(data))
    assert "现有记录没有可供分析的原因。" in text
    assert text.count("针对“节能环保设施使用率”的改进措施尚未提出。") == 2


@pytest.mark.parametrize(
    ("budget", "sentence"),
    [
        (
            {"spent": None, "execution_rate": None, "score": None},
            "全年执行数未提供，预算执行率无法计算。预算执行分值10分，暂不评分。",
        ),
        ({"initial": 2000000}, "项目全年预算178万元，其中年初预算200万元，年内调减22万元。"),
        ({"spent": 1800000, "execution_rate": 180 / 178}, "执行数超出全年预算2万元，未单独说明原因。"),
        ({"unspent_reason": "合同尾款次年支付。"}, "未执行1万元，原因是合同尾款次年支付。"),
        ({"spent": 1780000, "execution_rate": 1.0}, "预算资金已全部执行。"),
    ],
)
def test_funds_in_words(budget, sentence):
    data = sample.fy2024()
    data["budget"].update(budget)
    assert sentence in words(build_report(data))


def test_sixty_indicators_with_long_names_and_a_cause_of_two_thousand_characters():
    blocks = build_report(sample.many())
    found = table(blocks, "绩效指标完成情况")
    assert len(found.rows) == 62
    assert "完成10项，未完成50项。" in words(blocks)
    assert max(len(item.note or "") for item in blocks[2].items) < 60
    assert sum(b.type == "paragraph" and b.text.startswith("**") for b in blocks) == 15 + 10
    long = table(blocks, "第1项的差距构成")
    assert len(long.rows[0][0].text) < 110 and long.rows[0][0].text.endswith("……")
    in_full = [b.text for b in blocks if b.type == "paragraph" and len(b.text) > 400]
    assert len(in_full) == 1 and in_full[0].count("设备老化导致备件供应不及时") >= 154
    assert max(cell.rowspan for row in found.rows for cell in row) == 10


def test_marks_on_a_result_are_put_into_words():
    data = sample.fy2024()
    data["indicators"][5].update(notes=["strict_bound_hit"], actual=10, actual_text="10", attainment=1.0, variance=0,
                                 favourable=None, status="not_met", score=10.0)  # fmt: skip
    text = words(build_report(data))
    assert "本指标目标为“少于10”，实际完成10，恰好等于目标值，未完成，得10分（分值10分）。" in text
    assert "目标不含界限值本身，实际值恰好等于界限值，按未完成计，得分按公式计算。" in text


def test_a_figure_changed_in_the_results_changes_in_the_text():
    data = sample.fy2024()
    data["budget"].update(spent=1765432, execution_rate=1765432 / 1780000, score=9.92)
    text = words(build_report(data))
    assert "177万元" not in text and "176.54万元" in text and "99.2%" in text and "9.92分" in text


def test_markup_in_authored_text_stays_text():
    data = sample.fy2024()
    data["overall_goal"] = "提高**效率**\n<script>alert(1)</script>"
    assert "年度总体目标：提高＊＊效率＊＊ <script>alert(1)</script>。" in words(build_report(data))


def test_equal_neighbours_are_counted():
    assert spans(["a", "a", "b", "a"]) == [2, 0, 1, 1]
    assert spans([]) == []
    assert spans(["a"] * 5, at_most=2) == [2, 0, 2, 0, 1]


def test_long_plan_texts_stand_below_their_table():
    data = sample.fy2024()
    data["plan"][0]["cause"] = "设备老化" * 500
    blocks = build_report(data)
    assert len(texts(table(blocks, "完成时效改进措施").rows[0])[2]) < 115
    assert "“设备老化设备老化设备老化设备老化设备老……”全文：" + "设备老化" * 500 + "。" in words(blocks)


def test_columns_are_called_as_the_year_file_calls_them():
    data = sample.fy2024()
    deviation = data["deviations"][0]
    deviation["column_words"] = {"cause": "超时原因", "device_model": "机型"}
    text = words(build_report(data))
    assert "按超时原因看，影响最大的是“等待备件”" in text
    assert "未记录超时原因" in text and "的差距构成（按机型）" in text
    assert "未达到要求的记录（按超时原因和机型）" in text


def test_a_year_without_checks_does_not_claim_that_all_passed():
    results = {
        **sample.fy2024(),
        "tables": [],
        "validation": {"checks": 0, "failed_stop": 0, "failed_note": 0, "notes": []},
    }
    text = words(build_report(results))
    assert "本年度没有可供校验的数据表，实际完成值均系填报。" in text
    assert "0项" not in text and "全部通过" not in text
    assert "未作校验" in text


@pytest.mark.parametrize(
    ("item", "sentence"),
    [
        ("用于改进管理", "本次绩效自评结果拟用于改进管理。"),
        ("改进管理", "本次绩效自评结果拟应用于以下方面：改进管理。"),
    ],
)
def test_one_use_of_the_result_reads_as_a_sentence(item, sentence):
    assert sentence in words(build_report({**sample.fy2024(), "use_of_results": [item]}))


def test_the_plans_cause_is_quoted_where_there_are_no_records():
    results = sample.fy2024()
    for deviation in results["deviations"]:
        deviation["causes"] = []
    text = words(build_report(results))
    stated = f.stated_causes(results, results["deviations"][0]["indicator"])
    assert stated and f"没有逐条记录可供分析，原因由我单位判定：{stated[0]}" in text
    for action in results["plan"]:
        action["confirmed"] = False
    assert "现有记录没有可供分析的原因。" in words(build_report(results))
