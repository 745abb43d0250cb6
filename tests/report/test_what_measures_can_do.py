"""Misses that no measure is for, measures that cannot reach their target, stock that is asked for once only."""

from __future__ import annotations

import re

from helpers.report.blocks import Table
from helpers.report.narrative import asked, main_text, no_measure
from helpers.report.narrative.options_text import options
from tests.report import sample_results as sample


def plan(**more):
    base = {
        "id": "1", "indicator": "timeliness", "cause": "某因", "action": "某措施", "owner": "某岗", "due": "2025-06-30",
        "yardstick": {"measure": "repairs", "target_text": "不低于95%", "words": "按时率"}, "status": "adopted",
    }  # fmt: skip
    return {**base, **more}


def results(*actions):
    """Two parts of one indicator are missed, each with a measure of its own as its figure."""
    data = sample.fy2024()
    entry = next(e for e in data["indicators"] if e["id"] == "timeliness")
    for part, measure in zip(entry["parts"], ("desk", "repairs"), strict=True):
        part["evidence"] = {**(part.get("evidence") or {}), "kind": "computed", "measure": measure}
    data["plan"] = list(actions)
    return data


def bare(data):
    missed = [d for d in data["deviations"] if d["kind"] == "shortfall"]
    return [d["part"] for d in missed if no_measure.without_measure(data, d)]


def test_a_part_without_a_measure_of_its_own_is_flagged():
    assert bare(results(plan())) == ["一般桌面运维"]
    assert bare(results(plan(), plan(id="2", yardstick={"measure": "desk", "target_text": "100%"}))) == []
    assert bare(results(plan(part="一般桌面运维"))) == ["故障维修"]
    assert bare(results(plan(yardstick=None, replayed={"measure": "desk", "options": []}))) == ["故障维修"]
    other = plan(yardstick={"measure": "waits", "target_text": "不超过48小时"})
    assert bare(results(plan(), other)) == [], "what is tied to no part may be for any"
    assert bare(results(plan(), {**other, "part": "故障维修"})) == ["一般桌面运维"]
    assert bare(results()) == []  # that there is none at all is said of the indicator


def test_a_measure_that_cannot_reach_its_target_is_flagged_below_the_table():
    short = {"options": [], "after": 0.9432, "reaches_target": False, "reason": None, "saved": 8.0}
    data = results(plan(replayed=short), plan(id="2", replayed={**short, "reaches_target": True}, part="一般桌面运维"))
    assert no_measure.flags(data) == [
        "第1项即使完全见效，按本年记录推演也只到94.3%，达不到“不低于95%”的目标，不能单独作为整改措施。"
    ]
    (table,) = [block for block in main_text.measures(data) if isinstance(block, Table)]
    assert table.note == no_measure.flags(data)[0]


def test_a_target_below_that_of_the_indicator_is_said_to_be_a_stage():
    aimed = {"measure": "repairs", "target": 0.95, "target_text": "不低于95%", "words": "按时率"}
    data = results(plan(yardstick=aimed), plan(id="2", yardstick={**aimed, "target": 1.0, "target_text": "100%"}))
    told = [text for text in no_measure.flags(data) if "阶段目标" in text]
    assert told == ["第1项的目标“不低于95%”低于指标本身的要求，是阶段目标，达到后该指标仍未完成。"]


def test_every_measure_has_quantity_and_money_or_says_that_they_are_to_be_decided():
    data = results(plan(quantity="细则1份", cost=0), plan(id="2", replayed={"cost": 3277}), plan(id="3"))
    (table,) = [block for block in main_text.measures(data) if isinstance(block, Table)]
    assert [row[2].text for row in table.rows] == ["细则1份，不需经费", "3277元", "待定"]


def test_a_proposals_date_is_a_suggestion():
    data = results(plan(), plan(id="2", status="proposed"))
    (table,) = [block for block in main_text.measures(data) if isinstance(block, Table)]
    assert [row[4].text for row in table.rows] == ["2025年6月30日", "2025年6月30日（建议）"]
    assert asked.asked_rows(data)[-1][3] == "2025年6月30日（建议）"


def option(id_, parts, cost, **more):
    return {
        "id": id_, "kind": "spares", "words": "某项", "basis": None, "measure": "repairs", "cost": cost,
        "standing": None, "saved": 45.0, "low": 25.0, "high": 55.0, "per_case": None, "per_case_low": None,
        "per_case_high": None, "before": 0.93, "after": 0.98, "machines": None, "checked": None,
        "parts": [{"part": p, "stock": s, "on_hand": h} for p, s, h in parts], **more,
    }  # fmt: skip


def stocked(action, *rows):
    data = results(action)
    prices = [{"part": p, "demand": 1, "stock": 1, "reason": None, "price": y} for p, y in (("A", 100), ("B", 30))]
    data["spares"] = {
        "fiscal_year": 2024, "service_level": 0.95, "measure": "repairs", "measure_words": "按时率", "reason": None,
        "parts": prices, "totals": None, "replay": None, "out_of_sample": None, "proposals": [],
        "replacement": {"models": [], "plan": None, "reason": None},
        "options": {"measure": "repairs", "measure_words": "按时率", "rows": list(rows), "chosen": None,
                    "overlaps": [], "reasons": [], "assumptions": []},
    }  # fmt: skip
    return data


def unreferred(row):
    """Without the reference to the attachment, which the outline resolves."""
    return [re.sub("\ue000.*\ue002", "", text) for text in row]


def test_what_is_to_be_bought_is_listed_part_by_part_and_adds_up():
    """4 A at 100 and 3 B at 30: 490; less 3 A that a measure of 5 brings and 2 B on the shelf: 1 A and 1 B for 130."""
    whole, part = option("spares-overall", [("A", 4, 0), ("B", 3, 2)], 490), option("spare-A", [("A", 5, 0)], 300)
    carries = {"options": ["spare-A"], "reason": None, "saved": 31.0}
    data = stocked(plan(replayed=carries), whole, {**part, "parts": [{"part": "A", "stock": 3, "on_hand": 0}]})
    (said, *_), (table, *_) = _texts_and_tables(options(data))
    assert said == ("按某项，共需7件，490元；扣除改进措施第1项已列的3件、可用库存的2件，拟购置2件，130元，列于下表。")
    rows = [[cell.text for cell in row] for row in table.rows]
    assert rows == [
        ["A", "4", "3", "0", "1", "100", "100"],
        ["B", "3", "0", "2", "1", "30", "30"],
        ["合计", "7", "3", "2", "2", "—", "130"],
    ]
    (said, *_), (table, *_) = _texts_and_tables(options(stocked(plan(replayed=carries), whole, part)))
    assert [[cell.text for cell in row] for row in table.rows] == [
        ["B", "3", "0", "2", "1", "30", "30"],
        ["其余1种，不需购置", "4", "4", "0", "0", "—", "0"],
        ["合计", "7", "4", "2", "1", "—", "30"],
    ]
    assert "改进措施第1项已列的4件（该项共5件，其余不在此列）" in said


def _texts_and_tables(blocks):
    blocks = list(blocks)
    return [b.text for b in blocks if b.type == "paragraph"], [b for b in blocks if b.type == "table"]


def test_a_measure_finished_after_the_report_was_adopted_then():
    data = results(plan(status="done", done_on="2025-03-18"), plan(id="2", status="done", done_on="2025-01-10"))
    data["posts"]["date"] = "2025-02-20"
    (table,) = [block for block in main_text.measures(data) if isinstance(block, Table)]
    assert [row[-1].text for row in table.rows] == ["已采纳", "已完成"]


def test_of_the_stock_only_what_no_adopted_measure_brings_is_asked_for():
    """Seven pieces are needed; an adopted measure buys three of A, two of B are on the shelf: 1 A and 1 B are left."""
    whole, part = option("spares-overall", [("A", 4, 0), ("B", 3, 2)], 490), option("spare-A", [("A", 3, 0)], 300)
    carries = {"options": ["spare-A"], "reason": None, "saved": 31.0, "measure": "repairs"}
    row = unreferred(asked.asked_rows(stocked(plan(replayed=carries, action="储备A"), whole, part))[0])
    assert row[:4] == [
        "购置2种备件（共需7件，3件在改进措施第1项内，2件可用库存）",
        "2件，130元", "某岗（建议）", "2025年6月30日（建议）",
    ]  # fmt: skip
    assert row[4] == ("连同已采纳的，故障维修由93%提高到98%（推演），多按时完成45件（25至55件），其中第1项31件")
    proposed = unreferred(asked.asked_rows(stocked(plan(replayed=carries, status="proposed"), whole, part))[0])
    assert proposed[:3] == ["购置2种备件（共需7件，2件可用库存）", "5件，430元", "待定"]


def test_nothing_is_asked_for_where_adopted_measures_bring_it_all():
    whole, part = option("spares-overall", [("A", 3, 0)], 300), option("spare-A", [("A", 4, 0)], 400)
    carries = {"options": ["spare-A"], "reason": None, "saved": 31.0}
    assert asked.asked_rows(stocked(plan(replayed=carries), whole, part)) == []
