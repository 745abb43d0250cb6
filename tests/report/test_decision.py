"""Page one: result, misses with causes, last year's promises, what is asked for and what is put off."""

from __future__ import annotations

from helpers.report.narrative import build_report
from tests.report import sample_results as sample


def page_one(results):
    """The blocks up to the first chapter."""
    blocks = build_report(results)
    start = next(at for at, b in enumerate(blocks) if b.type == "heading" and b.text.startswith("一、"))
    return blocks[:start]


def said(results):
    """The first table: by matter what is said of it."""
    table = next(b for b in page_one(results) if b.type == "table")
    return {row[0].text: row[1].text for row in table.rows}


def asked(results):
    tables = [b for b in page_one(results) if b.type == "table" and b.columns[0].title == "拟批准的事项"]
    return [[cell.text for cell in row] for table in tables for row in table.rows]


def put_off(results):
    """What stands below the table of what is to be approved."""
    notes = [b.note for b in page_one(results) if b.type == "table" and b.columns[0].title == "拟批准的事项"]
    return (notes[0] or "").removeprefix("暂缓：")


def test_the_result_in_three_figures():
    card = next(b for b in page_one(sample.fy2024()) if b.type == "card")
    assert [(i.label, i.value, i.status, i.note) for i in card.items] == [
        ("自评总分", "99.69分，优", None, "满分100分；按推定权重测算，非申报得分"),
        ("预算执行率", "99.4%", None, "全年预算178万元，执行177万元"),
        ("绩效指标", "8项中完成7项", "not_met", "未完成1项（“完成时效”）"),
    ]


def test_each_miss_has_its_cause_in_one_sentence_the_larger_first():
    assert said(sample.fy2024())["未完成"].split("\n") == [
        "完成时效（故障维修），目标1个工作日，实际96.2%（613件中23件未达到），主要是等待备件（18件）。",
        "完成时效（一般桌面运维），目标1小时，实际99.8%，主要是高峰排队（17件），尚无针对性措施。",
    ]


def test_replies_of_a_sample_are_counted_in_sheets():
    results = sample.fy2024()
    for deviation in results["deviations"]:
        deviation["interval"] = [0.8, 0.9]
    assert "（613份中23份未达到），主要是等待备件（18份）。" in said(results)["未完成"]


def test_of_a_number_no_single_row_is_a_miss():
    results = sample.fy2024()
    for deviation in results["deviations"]:
        deviation["unit"] = "人"
    assert "件中" not in said(results)["未完成"]
    text = "".join(block.text for block in build_report(results) if block.type == "paragraph")
    assert "没有达到要求" not in text


def test_a_miss_without_recorded_causes_takes_the_stated_one_or_says_that_there_is_none():
    data = sample.fy2024()
    data["deviations"] = [{"indicator": "timeliness", "kind": "shortfall", "gap": 0.1, "unit": "比例", "causes": []}]
    assert "原因是" in said(data)["未完成"]
    data["plan"] = []
    assert said(data)["未完成"].endswith("原因没有记录。")


def test_nothing_missed_is_said_and_what_is_unknown_is_counted():
    assert said(sample.bare())["未完成"] == "无。"
    assert said(sample.unknown())["未完成"] == "无；1项无法判定。"


def test_a_promise_not_kept_has_both_dates_and_who_answers():
    data = sample.fy2024()
    data["followup"][1].update(due="2024-06-30", status="carried", action="按型号储备备件", id="2023-2")
    data["plan"][0].update(carried_from="2023-2", due="2025-04-30", owner="信息技术岗")
    told = said(data)["上年措施"]
    assert "“按型号储备备件”原定2024年6月30日前完成，未完成，由信息技术岗于2025年4月30日前完成。" in told
    data["plan"][0]["carried_from"] = None
    for action in data["plan"]:
        action["carried_from"] = None
    assert "未完成，本年没有接续安排。" in said(data)["上年措施"]


def test_a_measure_that_did_not_work_is_named():
    data = sample.fy2024()
    data["followup"][0].update(status="done", verified=False, action="增设机动人员")
    assert "“增设机动人员”已完成但没有达到预期。" in said(data)["上年措施"]


def test_only_what_nobody_has_adopted_is_asked_for():
    data = sample.fy2024()
    proposed = [a for a in data["plan"] if a["status"] == "proposed"]
    assert len(asked(data)) == len(proposed) == 1
    for action in data["plan"]:
        action["status"] = "adopted"
    assert asked(data) == []


def test_the_stock_is_asked_for_with_size_money_and_effect():
    data = sample.fy2024()
    data["spares"] = {
        "fiscal_year": 2024, "service_level": 0.95, "measure": "repairs_kept", "measure_words": "按时率",
        "reason": None, "parts": [],
        "totals": {"repairs": 100, "demands": 9, "parts": 2, "planned": 2, "pieces": 5, "cost": 1200},
        "replay": {"demands": 9, "filled": 9, "fill_rate": 1.0,
                   "before": {"hits": 90, "n": 100, "value": 0.9}, "after": {"hits": 98, "n": 100, "value": 0.98}},
        "out_of_sample": None, "replacement": {"models": [], "plan": None, "reason": None}, "proposals": [],
    }  # fmt: skip
    assert asked(data)[0] == [
        "储备2种备件",
        "5件，1200元",
        "待定",
        "待定",
        "按时率由90%提高到98%（推演）",
    ]
    data["spares"]["replacement"]["plan"] = {"list": [{}, {}], "cost": 20000}
    assert put_off(data).startswith("更换2台老旧设备，约需2万元")


def option(id_, kind, **more):
    return {
        "id": id_, "kind": kind, "words": "某项", "basis": None, "measure": "repairs_kept", "cost": None,
        "standing": None, "saved": 0.0, "low": 0.0, "high": 0.0, "per_case": None, "per_case_low": None,
        "per_case_high": None, "before": None, "after": None, "parts": [], "machines": None, "checked": None, **more,
    }  # fmt: skip


def test_of_measures_compared_by_money_the_cheapest_stock_is_asked_for_and_machines_are_put_off():
    data = sample.fy2024()
    bought = [{"part": "P1", "stock": 4, "on_hand": 1}, {"part": "P2", "stock": 2, "on_hand": 0}]
    rows = [
        option("spares-each", "spares", cost=7938, saved=45.0, before=0.9, after=0.98, parts=bought),
        option("spares-overall", "spares", cost=5615, saved=44.0, low=38.4, high=49.6, before=0.9, after=0.97,
               parts=bought),
        option("replace-A-8", "replacement", words="更换A共3台", cost=9000, saved=1.0, machines=3),
        option("replace", "replacement", words="更换A、B共5台", cost=15000, saved=2.0, machines=5,
               standing="assumed"),
    ]  # fmt: skip
    data["spares"] = {
        "fiscal_year": 2024, "service_level": 0.95, "measure": "repairs_kept", "measure_words": "按时率",
        "reason": None, "parts": [], "totals": None, "replay": None, "out_of_sample": None,
        "replacement": {"models": [], "plan": None, "reason": None}, "proposals": [],
        "options": {"measure": "repairs_kept", "measure_words": "按时率", "rows": rows, "chosen": None, "overlaps": [],
                    "reasons": [], "assumptions": []},
    }  # fmt: skip
    assert asked(data)[0][:2] == ["购置2种备件（共需6件，1件可用库存；清单见附件3）", "5件"]  # no prices known
    rows[1]["parts"] = [{**bought[0], "on_hand": 0}, bought[1]]
    assert asked(data)[0][:2] == ["购置2种备件（清单见附件3）", "6件，5615元"]
    assert asked(data)[0][-1] == "按时率由90%提高到97%（推演），多按时完成44件（38至50件）"
    assert put_off(data) == "更换A、B共5台，约需1.5万元，只多按时完成2件，预算尚未批准（见附件3）。"
    rows[-1]["standing"] = "approved"
    assert "预算已批准，另行安排" in put_off(data)


def test_where_nothing_is_asked_for_the_adopted_measures_stand_with_size_post_and_date():
    data = sample.fy2024()
    assert "拟批准" not in said(data)
    data["plan"] = [
        {**data["plan"][0], "status": "adopted", "action": "储备供电模块", "quantity": "供电模块12块", "cost": 4800,
         "owner": "网络管理岗", "due": "2025-04-30", "replayed": None},
    ]  # fmt: skip
    assert said(data)["拟批准"].split("\n") == [
        "没有新的事项须批准。",
        "已采纳：储备供电模块（供电模块12块，4800元），由网络管理岗于2025年4月30日前完成。",
    ]
    data["plan"] = []
    assert said(data)["拟批准"] == "没有新的事项须批准。"


def test_misses_beyond_the_first_are_named():
    data = sample.fy2024()
    first = next(d for d in data["deviations"] if d["kind"] == "shortfall")
    data["deviations"] = [{**first, "indicator": e["id"], "part": None} for e in data["indicators"][:6]]
    names = [e["level3"] for e in data["indicators"][:6]]
    last = said(data)["未完成"].split("\n")[-1]
    assert last.startswith("另有2项（") and last.endswith("见附件2）。") and sum(n in last for n in names) == 2


def test_how_many_rows_were_used_is_one_line():
    assert said(sample.fy2024())["数据"] == "3张数据表共14661行，使用14530行，其余按规则不计入（见附件6）。"


def proposal(**more):
    data = sample.fy2024()
    plan = next(a for a in data["plan"] if a["status"] == "proposed")
    yardstick = {
        "measure": "repairs",
        "words": "故障维修完成率",
        "target_text": "不低于95%",
        "before": 0.962,
        "unit": "比例",
    }
    plan.update({"expected_effect": None, "yardstick": yardstick, **more})
    data["plan"] = [plan]
    return data


def test_a_proposal_says_what_the_replay_bears_out_with_its_range():
    run = {
        "options": ["a"],
        "reason": None,
        "measure": None,
        "saved": 31.0,
        "low": 18.8,
        "high": 51.7,
        "before": 0.933,
        "after": 0.971,
    }
    effect = asked(proposal(replayed=run))[0][-1]
    assert effect == "故障维修完成率不低于95%；由93.3%提高到97.1%（推演），多按时完成31件（19至52件）"


def test_a_proposal_without_a_replay_says_what_its_shortfall_would_be_without_its_leading_cause():
    data = proposal()
    short = next(d for d in data["deviations"] if d.get("part") == "故障维修")
    part = next(p for e in data["indicators"] for p in e.get("parts") or () if p["name"] == "故障维修")
    part["evidence"]["measure"] = "repairs"
    short["causes"][0]["replayed"] = {"value": 0.99, "low": 0.97, "high": 0.995, "basis": "others_rate", "wait": None}
    cause = short["causes"][0]["cause"]
    assert asked(data)[0][-1] == f"故障维修完成率不低于95%；“{cause}”即使全部消除，结果为99%（97%至99.5%，推演）"


def test_a_proposal_of_which_nothing_is_known_says_so():
    assert asked(proposal())[0][-1] == "故障维修完成率不低于95%；本年96.2%，效果没有推演"
