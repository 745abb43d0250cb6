"""The main text: one compact paragraph an indicator and a shortfall; what is many is counted."""

from __future__ import annotations

from helpers.report.narrative import build_report
from tests.report import sample_results as sample


def paragraphs(results):
    """The run-in paragraphs of the main text by their first words."""
    found = {}
    for block in build_report(results):
        if block.type == "heading" and block.part != "main":
            break
        if block.type == "paragraph" and block.text.startswith("**"):
            name, said = block.text[2:].split("。**", 1)
            found[name] = said
    return found


def test_an_indicator_is_one_paragraph():
    said = paragraphs(sample.fy2024())
    assert said["2.有效投诉"] == "目标不高于10件，实际2件，完成，得满分12.5分。上年为4件。"
    assert said["3.完成时效"].endswith("未完成，得12.25分（分值12.5分）。原因和措施见下文和附件2。")
    assert (
        "实际值依据《办公办案效率自评说明》填报。明显超出目标，下一年度重新核定目标值。"
        in said["5.提高干警办公办案效率"]
    )


def test_a_shortfall_names_its_causes_with_their_cases_and_none_without():
    data = sample.fy2024()
    said = paragraphs(data)["完成时效（故障维修）"]
    assert "613件中23件没有达到要求。按原因分，有等待备件（18件）、厂商返修（3件）" in said
    for cause in data["deviations"][0]["causes"]:
        if cause["cause"] == "厂商返修":
            cause["misses"] = 0
    assert "厂商返修" not in paragraphs(data)["完成时效（故障维修）"]


def test_of_a_property_only_the_groups_beyond_chance_are_named():
    data = sample.fy2024()
    deviation = next(d for d in data["deviations"] if d["kind"] == "shortfall")
    deviation["causes"] = [
        {"dimension": "team", "cause": cause, "contribution": size, "avoidable": None, "rows": 90, "misses": misses,
         "expected": 9.0, "beyond_chance": beyond}
        for cause, size, misses, beyond in (("甲", 0.04, 12, False), ("乙", 0.02, 10, True), ("丙", 0.01, 9, False))
    ]  # fmt: skip
    deviation["dimensions"] = [{"dimension": "team", "test": "chi_square", "tells_apart": True, "groups": 3}]
    said = paragraphs(data)["完成时效（故障维修）"]
    assert "分，主要是乙（10件）" in said and "甲（" not in said and "丙（" not in said


def test_open_cases_are_named_as_what_they_are_not_as_a_cause():
    data = sample.fy2024()
    deviation = next(d for d in data["deviations"] if d["kind"] == "shortfall")
    cell = {
        "values": {"since": "2024年12月起"},
        "rows": 138,
        "misses": 20,
        "share": 0.8,
        "expected": 4.0,
        "excess": 16.0,
    }
    deviation["lead"] = {"kind": "combination", **cell, "unknown": 17}
    deviation["combinations"] = [{**cell, "unknown": 17}]
    words = "（其中17件缺少计算所需的数据，按没有达到要求计，不能据此判断原因）"
    assert f"之中{words}。" in paragraphs(data)["完成时效（故障维修）"]
    blocks = " ".join(str(block) for block in build_report(data))
    assert f"的记录（20件）{words}" in blocks and f"只应有4条{words}" in blocks
    del deviation["lead"]["unknown"], deviation["combinations"][0]["unknown"]
    assert words not in " ".join(str(block) for block in build_report(data))


def test_where_they_are_many_only_the_costliest_misses_have_a_paragraph():
    data = sample.many()
    said = [name for name in paragraphs(data) if name[0].isdigit()]
    assert len(said) == 15
    told = "\n".join(b.text for b in build_report(data) if b.type == "paragraph")
    assert "项未完成（见附件1）。" in told
    assert "其余10项均已完成（见附件1）。" in told


def test_weights_as_published_stand_where_the_score_stands():
    data = sample.fy2024()
    data["printed_weights"] = [
        {"level1": "产出指标", "weight": 50},
        {"level1": "效益指标", "weight": None},
        {"level1": "满意度指标", "weight": 40},
    ]
    told = "\n".join(b.text for b in build_report(data) if b.type == "paragraph")
    assert (
        "公布的自评表印出产出指标50分、满意度指标40分，没有印出效益指标的分值；本报告按产出指标50分、效益指标30分、"
        in told
    )
    assert "两种划分的总分都是99.69分" in told
    data["printed_weights"][0]["weight"] = 30
    data["printed_weights"][1]["weight"] = 20
    told = "\n".join(b.text for b in build_report(data) if b.type == "paragraph")
    assert "按公布的分值为" in told
    data["printed_weights"] = [{"level1": "产出指标", "weight": 50}]
    assert "公布的自评表" not in "\n".join(b.text for b in build_report(data) if b.type == "paragraph")


def lead(results, kinds):
    """The sentence that opens the chapter on deviations, where only these kinds of them are left."""
    results["deviations"] = [d for d in results["deviations"] if d["kind"] in kinds]
    blocks = build_report(results)
    return next(b.text for b in blocks if b.type == "paragraph" and b.text.startswith("本年度绩效指标"))


def test_the_lead_of_the_deviations_says_what_follows():
    said = lead(sample.fy2024(), ("shortfall", "overshoot", "fragile"))
    head, missed = said.split("；")
    assert head == "本年度绩效指标中，1项明显超出目标，1项已达目标但不够稳固（见附件2）"
    assert missed == "1项未达到目标，分项的差距和原因如下。"
    one = sample.fy2024()
    two = sample.fy2024()
    two["deviations"].append({**two["deviations"][0], "indicator": "complaints", "part": None})
    assert lead(two, ("shortfall",)) == "本年度绩效指标中，2项未达到目标，逐项的差距和原因如下。"
    first = next(d for d in one["deviations"] if d["kind"] == "shortfall")
    one["deviations"] = [first]
    assert lead(one, ("shortfall",)) == "本年度绩效指标中，1项未达到目标，差距和原因如下。"
    # nothing of these is written about below
    assert lead(sample.fy2024(), ("fragile",)) == "本年度绩效指标中，1项已达目标但不够稳固（见附件2）。"
    assert lead(sample.fy2024(), ()) == "本年度绩效指标均达到目标，没有需要说明的偏离。"
