"""What the report says of measures compared by money: every figure from the results, a budget by its standing."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from helpers.report.blocks import Paragraph, Table
from helpers.report.narrative.options_text import options_blocks, replayed_words
from helpers.report.narrative.without_words import column_note, column_values, without_words

ROW: dict[str, Any] = {
    "id": "spares-overall", "kind": "spares", "words": "各种备件合计储备", "basis": "", "measure": "m", "cost": 5615,
    "standing": None, "saved": 45.0, "low": 24.5, "high": 55.0, "per_case": 124.78, "per_case_low": 102.1,
    "per_case_high": 229.2, "before": 0.9335, "after": 0.9879, "parts": [], "machines": None,
    "checked": {"planned_on": 2023, "replayed_on": 2024, "cost": 5347, "saved": 44, "low": 24, "high": 55},
}  # fmt: skip
EACH = {**ROW, "id": "spares-each", "words": "各种备件分别储备", "cost": 7938, "per_case": 176.4, "checked": None}
PSU = {
    **ROW,
    "id": "spare-PSU",
    "words": "储备电源板4件",
    "cost": 1072,
    "per_case": 63.06,
    "saved": 17,
    "checked": None,
}
OLD = {**ROW, "id": "replace-LP-8", "kind": "replacement", "words": "更换LP共66台", "cost": 197340, "per_case": 12135.5,
       "saved": 16.26, "standing": "assumed", "machines": 66, "checked": None}  # fmt: skip
QUEUE = {
    **ROW,
    "id": "without-q",
    "kind": "process",
    "words": "消除派单排队",
    "cost": None,
    "per_case": None,
    "saved": 19,
}
CHOSEN = {**ROW, "id": "chosen", "kind": "set", "words": "购置备件11件，更换设备63台", "cost": 192695, "saved": 45.7,
          "standing": "assumed", "budget": 200000, "spares_alone": {"cost": 4325, "saved": 42.0}}  # fmt: skip
TABLE: dict[str, Any] = {
    "measure": "m",
    "measure_words": "一个工作日完成",
    "rows": [ROW, EACH, PSU, OLD, QUEUE],
    "chosen": CHOSEN,
    "overlaps": [
        {"options": ["spare-PSU", "replace-LP-8"], "part": "PSU", "model": "LP", "shared": 13.2, "saved_together": 20.1}
    ],
    "reasons": [],
    "assumptions": ["同一件只计一次"],
}


def told(**more: Any) -> tuple[str, list[Table]]:
    blocks = list(options_blocks({"options": {**deepcopy(TABLE), **more}}))  # type: ignore[typeddict-item]
    return "\n".join(b.text for b in blocks if isinstance(b, Paragraph)), [b for b in blocks if isinstance(b, Table)]


def test_the_comparison_in_figures() -> None:
    text, (table,) = told()
    for said in (
        "按各种备件合计达到这一水平配置，需5615元，可多按时完成45件；每种分别达到需7938元，多按时完成的件数相同",
        "用2023年的记录作出同样的配置（5347元），放到2024年的维修中推演，可多按时完成44件",
        "两项都做共多按时完成20.1件，比分别相加少13.2件，如只做一项，可比较：储备电源板4件，每多按时完成一件约需63",
        "；更换LP共66台，每多按时完成一件约需12,100元",
        "在假定（未经批准）的20万元以内，件数最多的组合是购置备件11件，更换设备63台，需192,695元",
        "其中备件只需4325元，已多按时完成42件，更换设备另需188,370元，只再多3.7件",
        "采纳与否以改进措施为准",
    ):
        assert said in text, said
    rows = [[cell.text for cell in row] for row in table.rows]
    assert rows[0] == ["各种备件合计储备", "5615元", "45", "25至55", "125元", "93.4%", "98.8%"]
    assert [row[0] for row in rows] == [
        "各种备件合计储备",
        "各种备件分别储备",
        "更换LP共66台",
        "消除派单排队",
        "假定（未经批准）的20万元以内件数最多的组合：购置备件11件，更换设备63台",
    ], "by money a case; single parts stand in their own table"
    limit = next(one for one in TABLE["rows"] if one["kind"] == "process")
    (_, (bound,)) = told(rows=[{**limit, "kind": "limit"}], overlaps=[])
    assert bound.rows[0][3].text == "—", "what at most can be had is no estimate with a range"
    assert rows[3][1] == rows[3][4] == "—", "a cost that nobody recorded is none"


def test_a_model_in_two_ages_is_told_once_and_machines_are_checked() -> None:
    (one,) = TABLE["overlaps"]
    text, _ = told(overlaps=[one, {**one, "options": ["spare-PSU", "replace-LP-5"], "shared": 2.3}])
    assert text.count("如只做一项，可比较") == 1
    text, _ = told(rows=[ROW, {**OLD, "checked": {**ROW["checked"], "cost": 198800, "saved": 16.28}}], overlaps=[])
    assert "用2023年的记录选定更换的设备（198,800元），按2024年的故障情况推算，可多按时完成16.3件" in text


def test_an_approved_budget_is_called_so_and_nothing_is_said_of_nothing() -> None:
    text, _ = told(chosen={**CHOSEN, "standing": "approved", "spares_alone": None})
    assert "在批准的20万元以内" in text and "假定" not in text and "只再多" not in text
    text, (table,) = told(chosen=None, overlaps=[], rows=[ROW], reasons=["没有单价"])
    assert "组合" not in text and "7,938" not in text and "没有单价。" in str(table.note)
    assert told(rows=[{**ROW, "saved": 0.2}])[1] == [] and list(options_blocks(None)) == []
    text, _ = told(rows=[ROW, {**EACH, "saved": 46}], overlaps=[])
    assert "每种分别达到需7938元，可多按时完成46件" in text


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, "（按本年记录推演：多按时完成31件，约需3277元，占比可到97.1%）"),
        ({"reaches_target": False, "cost": None}, "（按本年记录推演：多按时完成31件，占比可到97.1%，仍达不到目标）"),
        ({"reaches_target": True}, "（按本年记录推演：多按时完成31件，约需3277元，占比可到97.1%，可以达到目标）"),
        ({"reason": "没有编号为 x 的测算"}, "（未能推演：没有编号为 x 的测算）"),
    ],
)
def test_an_adopted_measure_with_its_figure(more: dict[str, Any], said: str) -> None:
    action: Any = {"replayed": {"options": ["x"], "reason": None, "saved": 31.0, "cost": 3277, "after": 0.971, **more}}
    assert replayed_words(action) == said and replayed_words({}) == ""  # type: ignore[typeddict-item]


def test_what_would_be_without_a_cause() -> None:
    """By what it was worked out, within which range; where nothing was replayed, the most there can be."""
    replayed = {
        "value": 0.9838,
        "low": 0.9827,
        "high": 0.9856,
        "basis": "recorded_waits",
        "wait": "排队等待",
        "saved": 19,
    }
    queue: Any = {"avoidable": 0.9895, "replayed": replayed}
    assert without_words(queue, "比例") == (
        "；如果没有这一情况，扣除记录的排队等待时间重新计时，实际值为98.4%（考虑年度间的正常起伏，在98.3%至98.6%之间）"
    )
    team: Any = {
        "avoidable": 0.99,
        "replayed": {**replayed, "basis": "others_rate", "wait": None, "low": 0.98, "high": 0.98},
    }
    assert without_words(team, "比例") == "；如果没有这一情况，假定与其余记录水平相同，实际值为98.4%"
    plain: Any = {"avoidable": 0.9895}
    assert without_words(plain, "比例") == "；如果没有这一情况，实际值为99%" and without_words({}, "比例") == ""  # type: ignore[typeddict-item]
    assert column_values([queue, plain]) == [0.9838, None] and column_values([plain]) == [0.9895]
    assert column_note([plain]) == "" and "重新计时得出" in column_note([queue]) and "水平相同" in column_note([team])
    assert column_note([queue, team]).startswith("；记录了相应等待时间的")
