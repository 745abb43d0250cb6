"""What the statistics of a deviation say: sentences, charts with their data, and silence where there is nothing."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from copy import deepcopy

import pytest

from helpers.deviation.control import p_chart, xmr_chart
from helpers.fonts.packaged import check_glyphs
from helpers.report.blocks import Figure, Fold
from helpers.report.facts import by_dimension, leading_cause
from helpers.report.figures import control_figure, states_figure
from helpers.report.narrative import build_report, concentrated, signals
from helpers.report.results import validate_results
from helpers.report.summary_phrases import lead_words
from tests.report import sample_results as sample

MONTHS = [f"2024-{i:02d}" for i in range(1, 13)]


def control(misses_in_august=18):
    told = p_chart([(m, 70 - (misses_in_august if m == "2024-08" else 4), 70) for m in MONTHS]).to_json()
    for signal in told["signals"]:
        signal.update(favourable=False, misses=18, tickets=[f"WO-{i}" for i in range(18)])
    return told


def spent(rows, left_out, **hours):
    total = sum(hours.values())
    return {
        "rows": rows,
        "left_out": left_out,
        "seconds": total * 3600,
        "hours": total,
        "parts": [
            {"state": state, "seconds": h * 3600, "hours": h, "rows": rows, "share": h / total if total else None}
            for state, h in hours.items()
        ],
    }


STATES = {
    "start": "opened_at",
    "end": "resolved_at",
    "start_words": "受理时间",
    "end_words": "完成时间",
    "all": spent(613, 2, 等待备件=600, 排队等待=100, 维修操作=300),
    "misses": spent(23, 0, 等待备件=450, 排队等待=0, 维修操作=50),
}
TREND = {
    "by": ["months"],
    "tau": -0.9,
    "p_value": 0.001,
    "months": 12,
    "slope": -0.008,
    "first": 0.99,
    "last": 0.902,
    "ahead": 0.85,
    "ahead_misses": True,
    "seasonal": False,
}
SINCE = {
    "fiscal_year": 2023,
    "value": 0.912,
    "unit": "比例",
    "change": 0.0505,
    "comparable": True,
    "p_value": 0.001,
    "beyond_chance": True,
}


def year():
    """The sample year with everything that a deviation can carry."""
    data = sample.fy2024()
    told = data["deviations"][0]
    told.update(
        points_lost=0.23,
        since_last_year=dict(SINCE),
        control=control(),
        states=deepcopy(STATES),
        trend=dict(TREND),
        concentration={
            "values": {"part_no": "P-0312", "device_model": "M720"},
            "rows": 40,
            "misses": 16,
            "share": 16 / 23,
            "expected": 1.5,
            "p_value": 0.0,
        },
        dimensions=[
            {"dimension": "cause", "test": "evenness", "groups": 3, "p_value": 0.0, "tells_apart": True},
            {"dimension": "device_model", "test": "permutation", "groups": 3, "p_value": 0.4, "tells_apart": False},
        ],
    )
    return data


def sentences(blocks):
    return "".join(b.text for b in blocks if b.type == "paragraph")


@pytest.fixture(scope="module")
def report():
    return build_report(year())


def test_the_sample_keeps_the_schema_and_every_character_has_a_glyph(report):
    validate_results(year())
    check_glyphs(report)


@pytest.mark.parametrize(
    "sentence",
    [
        "因此少得0.23分（该指标分值12.5分）。",
        "比2023年（91.2%）提高5.1个百分点，变化明显。",
        "未达到要求的23条记录中，有16条（69.6%）同属备件为“P-0312”、设备型号为“M720”的40条记录，而按总体比例只应有1.5条。",
        "按设备型号看，各组之间的差别属正常起伏，不能据此判断原因。",
        (
            "从受理时间到完成时间，613条记录共用时1000小时，其中等待备件占60%、维修操作占30%、排队等待占10%。"
            "没有达到要求的23条共用时500小时，其中等待备件占90%、维修操作占10%。"
        ),
        "另有2条起止时间不全或先后颠倒，没有计入。",
        (
            "本年度有记录的12个月总体呈下降走势，平均每月下降0.8个百分点，由年初的99%左右到年末的90.2%左右，变化明显。"
            "照此下去，下一年度约为85%，将达不到目标。"
        ),
        "各月之中有1处超出正常起伏：2024年8月，明显偏低，其间没有达到要求的有18条。其余各月属正常起伏。",
        "用语说明：同样的工作，各年各月的数字本来就有高低，这种高低称为“正常起伏”",
    ],
)
def test_what_the_records_say_stands_in_the_text(report, sentence):
    assert sentence in sentences(report)


def test_no_cause_is_named_from_a_dimension_that_tells_nothing_apart(report):
    text = sentences(report)
    assert "按原因看，影响最大的是“等待备件”" in text and "按设备型号看，影响最大" not in text
    (fold,) = [b for b in report if isinstance(b, Fold) and "正常起伏" in b.title]
    assert [b.caption for b in fold.blocks] == [next(b.caption for b in fold.blocks if "按设备型号" in b.caption)]


def test_without_structure_nothing_is_named_anywhere():
    data = year()
    for one in data["deviations"][0]["dimensions"]:
        one["tells_apart"] = False
    data["deviations"][0].update(concentration=None)
    text = sentences(build_report(data))
    assert "影响最大的是“等待备件”" not in text
    assert "记录的各项原因条数相近，没有哪一项突出。" in text


def test_the_group_beyond_chance_is_named_before_a_larger_one():
    deviation = year()["deviations"][0]
    deviation["dimensions"][1]["tells_apart"] = True
    for cause in deviation["causes"]:
        cause["misses"] = cause["rows"]
        if cause["cause"] == "T4900":
            cause.update(beyond_chance=True, expected=1.2, rows=30)
    cause = leading_cause("设备型号", deviation)
    assert cause["cause"] == "T4900"
    assert signals.against_chance(cause, deviation) == (
        "；这一组30条记录中有6条没有达到要求，占全部未达到条数的26.1%，而按总体比例只应有1.2条"
    )


def told(dimensions, **more):
    deviation = {**year()["deviations"][0], **more}
    for one in deviation["dimensions"]:
        one.update(dimensions.get(one["dimension"], {}))
    return deviation


def test_what_is_explained_or_comes_in_blocks_is_said():
    explained = told({"device_model": {"explained_by": ["part_no"], "adjusted_for": ["part_no"]}})
    assert signals.not_told_apart(explained) == "按设备型号看的差别，在备件相同的记录之间不再明显，不单独作为原因。"
    blocks = told({"device_model": {"clustered_by": "week"}})
    assert signals.not_told_apart(blocks) == "按设备型号看的差别来自集中在少数几周的一批记录，不能据此判断原因。"


def test_what_a_group_is_held_against_is_said():
    assert signals.compared("device_model", told({})) == "按总体比例"
    assert signals.compared("device_model", told({"device_model": {"compared_with": "recorded"}})) == (
        "按填写了设备型号的记录的比例"
    )
    assert signals.compared("device_model", told({"device_model": {"adjusted_for": ["part_no", "hour"]}})) == (
        "按备件、受理时段相同的其他记录"
    )


def test_combinations_are_told_unless_their_dimension_has_named_the_group():
    def cell(misses, **values):
        return {"values": values, "rows": 50, "misses": misses, "share": misses / 23, "expected": 2.5}

    deviation = told(
        {"device_model": {"tells_apart": True}}, combinations=[cell(8, device_model="M720"), cell(7, hour="9时")]
    )
    assert concentrated.concentrated(deviation) == (
        "未达到要求的23条记录中，有7条（30.4%）属于受理时段为“9时”的50条记录，而按总体比例只应有2.5条。"
    )
    assert concentrated.concentrated({**deviation, "combinations": []}) == ""
    months = {**deviation, "combinations": [cell(7, month="2024-08、2024-09")]}
    assert "月份为“2024年8月、2024年9月”的50条记录" in concentrated.concentrated(months)


def test_the_strongest_cause_leads_the_summary():
    lead = {"kind": "combination", "values": {"hour": "9时、10时"}, "rows": 100, "misses": 20, "excess": 15}
    assert lead_words({**told({}), "lead": lead}) == "最集中的是受理时段为“9时、10时”的记录，占全部未达到条数的87%"
    other = by_dimension(told({}))["原因"][1]["cause"]
    group = {"kind": "recorded", "cause": other, "values": {}, "rows": 3, "misses": 3, "excess": 3}
    assert lead_words({**told({}), "lead": group}).startswith(f"明显高于一般水平的是“{other}”")
    assert lead_words({**told({}), "lead": None}).startswith("影响最大的是“等待备件”")


def test_where_months_vary_widely_so_do_the_limits():
    def text(told):
        return sentences(signals.control_blocks({"control": told, "unit": "比例"}, None, "c", "x"))

    caution = "各月之间的起伏本来就大，正常范围已相应放宽。"
    assert all(caution in text({**control(low), "dispersion": 3.21}) for low in (18, 4))
    assert "放宽" not in text({**control(), "dispersion": 1.2})
    assert "正常范围按连同上年在内的24个月测算。" in text({**control(), "based_on": 24})


def test_a_change_is_said_to_come_from_other_cases_where_most_of_it_does():
    def told(mix, rate, change=0.04):
        parts = [{"dimension": "part_source", "mix": mix, "rate": rate, "groups": 3, "declared": False}]
        since = {"fiscal_year": 2023, "value": 0.9, "unit": "比例", "change": change, "composition": parts}
        words = {"part_source": "备件来源"}
        return signals.last_year({}, {"since_last_year": since, "column_words": words, "unit": "比例"}, "比例")

    assert told(0.0384, 0.0016).endswith(
        "按备件来源看，其中3.8个百分点来自各类记录所占比重的变化，同类记录本身的变化为0.2个百分点。"
    )
    assert "同类记录本身反而向相反方向变化为1个百分点" in told(0.05, -0.01)
    # 3.8 points are 3.7 and 0.1 in print, whatever the second would be rounded by itself.
    assert "其中3.7个百分点来自" in told(0.0368, 0.0016, 0.0384)
    assert "同类记录本身的变化为0.1个百分点" in told(0.0368, 0.0016, 0.0384)
    assert "比重" not in told(0.019, 0.021) and "比重" not in told(-0.04, 0.08)


def test_a_special_month_is_said_to_have_had_other_cases():
    found = control()
    found["signals"][0]["composition"] = [
        {"dimension": "part_no", "mix": -0.175, "rate": -0.019, "groups": 15, "declared": True}
    ]
    text = sentences(signals.control_blocks({"control": found, "unit": "比例"}, None, "c", "x"))
    assert "18条，与其余各月的差距约90.2%来自备件的构成不同。" in text


def test_a_special_month_says_what_was_behind_it():
    """17 of 18 waited for a part, 14 of them for two kinds; only where every case is known."""
    found = control()
    signal = found["signals"][0]
    signal["misses"], signal["tickets"] = 18, [f"WO-{at}" for at in range(18)]
    parts = ["PSU"] * 9 + ["MB"] * 5 + [None] * 4
    cases = [
        {"ticket_id": f"WO-{at}", "cause": "备件到货迟" if at else "改约", "part_no": parts[at]} for at in range(18)
    ]
    dimensions = [{"dimension": name, "tells_apart": True} for name in ("cause", "part_no", "month")]
    deviation = {"control": found, "unit": "比例", "tickets": cases, "dimensions": dimensions}
    text = sentences(signals.control_blocks(deviation, None, "c", "x"))
    assert "没有达到要求的有18条，其中原因为备件到货迟的17条，备件为PSU、MB的共14条。" in text
    text = sentences(signals.control_blocks({**deviation, "tickets": cases[:9]}, None, "c", "x"))
    assert "没有达到要求的有18条。" in text


def test_two_ways_to_count_the_same_cases_are_reconciled():
    cases = [{"cause": "迟", "state": "等"}] * 5 + [{"cause": "迟", "state": "修"}, {"cause": "无", "state": "等"}]
    causes = [
        {"dimension": "cause", "cause": "迟", "contribution": 0.06, "misses": 6},
        {"dimension": "state", "cause": "等", "contribution": 0.06, "misses": 6},
    ]
    deviation = {"tickets": cases, "causes": causes, "text_facts": {"misses": 7, "rows": 100}}
    assert concentrated.same_cases(deviation) == "迟（6件）与等（6件）有5件是同一批。"
    assert concentrated.same_cases({**deviation, "text_facts": {"misses": 8}}) == ""


def test_a_combination_is_reconciled_with_the_groups_named_before_it():
    """Of 8 misses 6 are late (迟), 6 waited (等), 5 both; of the 7 bought ones 6 and 5 of them, 5 both, 1 neither."""
    both = [{"cause": "迟", "state": "等", "part_source": "采购"}] * 5
    rest = [("迟", "修", "采购"), ("无", "等", "自有"), ("无", "修", "采购")]
    cases = [*both, *({"cause": c, "state": s, "part_source": p} for c, s, p in rest)]
    causes = [
        {"dimension": "cause", "cause": "迟", "contribution": 0.06, "misses": 6, "rows": 6},
        {"dimension": "state", "cause": "等", "contribution": 0.06, "misses": 6, "rows": 9},
    ]
    bought = {"values": {"part_source": "采购"}, "rows": 84, "misses": 7, "share": 0.875, "expected": 0.6}
    deviation = {
        "tickets": cases, "causes": causes, "text_facts": {"misses": 8, "rows": 100}, "combinations": [bought],
    }  # fmt: skip
    told = concentrated.concentrated(deviation)
    assert "，这7条中迟的6条、等的5条，两者都是的5条，都不是的1条" in told
    assert 6 + 5 - 5 + 1 == 7
    unknown = concentrated.concentrated({**deviation, "tickets": cases[:7]})
    assert "这7条中" not in unknown and "有7条" in unknown


def test_a_group_that_was_named_is_not_told_again_with_a_property_that_all_of_it_has():
    causes = [{"dimension": "cause", "cause": "迟", "contribution": 0.06, "misses": 6, "rows": 9}]
    again = {"values": {"cause": "迟", "kind": "无线"}, "rows": 9, "misses": 6, "share": 0.75, "expected": 0.6}
    deviation = {"causes": causes, "text_facts": {"misses": 8, "rows": 100}, "combinations": [again]}
    assert concentrated.concentrated(deviation) == ""
    assert "无线" in concentrated.concentrated({**deviation, "combinations": [{**again, "rows": 8}]})


# --- figures --------------------------------------------------------------------------------------


def test_the_control_chart_has_its_data_and_its_words():
    (figure,) = control_figure(year()["deviations"][0], "比例", "c", "故障维修")
    assert figure.caption == "故障维修各月结果和正常范围"
    assert figure.alt.startswith("折线图，故障维修各月结果和正常范围，平均水平92.6%，1处超出正常起伏：2024年1月94.3%；")
    rows = [[cell.text for cell in row] for row in figure.data.rows]
    assert rows[7] == ["2024年8月", "74.3%", "70", "83.2%", "100%", "明显偏低"]
    assert rows[0][-1] == "—" and len(rows) == 12
    ET.fromstring(figure.svg)


def test_time_in_state_has_its_data_and_its_words():
    (figure,) = states_figure(year()["deviations"][0], "s", "故障维修")
    assert figure.alt == (
        "条形图，故障维修的时间用在哪里：等待备件占全部记录用时的60%、占未达到要求的记录用时的90%；"
        "排队等待占全部记录用时的10%、占未达到要求的记录用时的0%；维修操作占全部记录用时的30%、占未达到要求的记录用时的10%。"
    )
    assert [[c.text for c in row] for row in figure.data.rows][-1] == ["合计", "1000小时", "100%", "500小时", "100%"]
    ET.fromstring(figure.svg)


def test_the_charts_are_the_same_bytes_each_time():
    deviation = year()["deviations"][0]
    for draw in (
        lambda: control_figure(deviation, "比例", "c", "故障维修"),
        lambda: states_figure(deviation, "s", "故障维修"),
    ):
        assert draw()[0].svg == draw()[0].svg


def test_constant_figures_can_be_drawn():
    for chart in (xmr_chart([(m, 0.0, 5) for m in MONTHS]), p_chart([(m, 5, 5) for m in MONTHS])):
        (figure,) = control_figure({"control": chart.to_json(), "unit": "件"}, None, "c", "投诉")
        ET.fromstring(figure.svg)


# --- next to nothing ------------------------------------------------------------------------------


def test_too_few_months_are_one_sentence():
    few = xmr_chart([(m, 1.0, 3) for m in MONTHS[:4]]).to_json()
    blocks = list(signals.control_blocks({"control": few, "unit": "小时"}, None, "c", "用时"))
    assert [b.text for b in blocks] == ["有记录的只有4个月，不足以确定各月的正常范围。"]


@pytest.mark.parametrize(
    "deviation",
    [
        {},
        {"control": None, "states": None, "trend": None, "since_last_year": None, "concentration": None},
        {
            "control": xmr_chart([("2024-01", 1.0, 1)]).to_json(),
            "states": {"all": spent(0, 1, 等待=0), "misses": spent(0, 1, 等待=0)},
        },
    ],
)
def test_nothing_is_said_about_nothing(deviation):
    deviation = {"indicator": "x", "kind": "shortfall", **deviation}
    assert [*signals.control_blocks(deviation, None, "c", "x"), *signals.states_blocks(deviation, "s", "x")] == []
    told = signals.course({}, deviation, None) + signals.last_year({}, deviation, None)
    assert told + concentrated.concentrated(deviation) == ""
    assert signals.not_told_apart(deviation) == "" and control_figure(deviation, None, "c", "x") == ()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"change": 0}, "与2023年（91.2%）相同。"),
        ({"change": -0.01, "beyond_chance": False}, "比2023年（91.2%）下降1个百分点，属正常起伏。"),
        ({"change": -0.01, "beyond_chance": None}, "比2023年（91.2%）下降1个百分点。"),
        ({"change": None, "comparable": False}, "2023年为91.2%，口径与本年度不同，不作比较。"),
        ({"value": 3, "unit": "件", "change": 2, "beyond_chance": None}, "比2023年（3件）增加2件。"),
    ],
)
def test_last_year_in_words(change, sentence):
    assert signals.last_year({}, {"since_last_year": {**SINCE, **change}}, "比例") == sentence


def test_a_trend_has_its_own_section():
    data = sample.fy2024()
    data["deviations"] = [
        {
            "indicator": "satisfaction",
            "kind": "trend",
            "gap": -0.02,
            "unit": "比例",
            "causes": [],
            "trend": {**TREND, "ahead_misses": False, "seasonal": True},
            "since_last_year": dict(SINCE),
            "control": control(4),
        }
    ]
    blocks = build_report(data)
    text = sentences(blocks)
    assert (
        "1项走势需要关注" in text and "上一年度各月的走势相同，不排除是季节因素。" in text and "仍能达到目标。" in text
    )
    assert "各月高低差别属正常起伏，结果不是个别月份造成的。" in text
    assert any(isinstance(b, Figure) and "各月结果和正常范围" in b.caption for b in blocks)
