"""Stretches of a register against the records that name it, answers against answers, texts against codes."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from helpers.gate.plausibility import answers_apart, one_value, stints, texts_against_codes
from helpers.gate.result import Check
from tests.gate.plausibility.two_years import MEASURES, TICKETS, compared, placed, roster, tickets


def found(check: Any, folder: Path, frames: Mapping[str, pd.DataFrame] | None = None, **changes: Any) -> list[Check]:
    with compared(folder, frames, alone=True, **changes) as subject:
        return list(check(subject))


def test_the_sound_roster_is_quiet(tmp_path: Path) -> None:
    with compared(tmp_path, alone=True) as subject:
        assert [c.words for check in stints.CHECKS for c in check(subject)] == []


def test_tickets_of_somebody_who_had_left(tmp_path: Path) -> None:
    frame = roster(2024)
    frame.loc[4, "ended"] = datetime.date(2024, 10, 31)
    (check,) = found(stints.named_outside_stint, tmp_path, {"roster": frame})
    assert check.table == "roster" and check.failing > 20 and "不在花名册的“入场”和“离场”之间" in check.words
    assert check.failing_rows[0].source_file == "exports/工单.csv"


def test_somebody_who_is_still_there_without_a_ticket(tmp_path: Path) -> None:
    frame = tickets(2024)
    gone = (frame["engineer"] == "E05") & (frame["opened_at"] > "2024-07-01")
    (check,) = found(stints.silent_stints, tmp_path / "a", {"tickets": frame[~gone]})
    assert check.failing == 1 and "E05：最后一条记录在 2024-0" in str(check.failing_rows[0].value)
    staff = roster(2024)
    staff.loc[4, "ended"] = datetime.date(2024, 7, 1)
    assert found(stints.silent_stints, tmp_path / "b", {"tickets": frame[~gone], "roster": staff}) == []


def test_one_post_counted_in_two_stretches(tmp_path: Path) -> None:
    there = "begun <= year_end and coalesce(ended, year_end) >= year_end"
    measures = {"staff": {"table": "roster", "agg": "count", "where": there, "unit": "人", "words": "年末在岗"}}
    assert found(stints.counted_twice, tmp_path / "a", measures=measures) == []
    frame = roster(2024).assign(ended=None)
    (check,) = found(stints.counted_twice, tmp_path / "b", {"roster": frame}, measures=measures)
    assert "“年末在岗”把 1 个“岗位”各计了不止一次（共 2 行）" in check.words
    # Two rows of which one counts are no matter.
    early = {**measures, "staff": {**measures["staff"], "where": "begun < date '2024-01-01' and ended is null"}}
    assert found(stints.counted_twice, tmp_path / "c", {"roster": frame}, measures=early) == []


# --- answers --------------------------------------------------------------------------------------

SURVEY: dict[str, Any] = {
    "title": "问卷",
    "files": "exports/问卷.csv",
    "columns": {
        "token": "代码",
        "sent_at": {"from": "时间", "type": "datetime"},
        "speed": "速度",
        "manner": "态度",
        "quality": "质量",
        "overall": "总评",
    },
    "year_by": "sent_at",
    "key": "token",
}
ASKED: dict[str, Any] = {
    "tables": {"survey": SURVEY},
    "measures": {
        "good": {"table": "survey", "agg": "share", "value": "overall in ('很好', '好')", "words": "满意"},
        **MEASURES,
    },
    "indicators": [
        {
            "id": "good",
            "level1": "满意度指标",
            "level2": "满意度指标",
            "level3": "满意率",
            "target": "不低于90%",
            "weight": 10,
            "actual": {"measure": "good"},
            "sample": {"population": 500},
        }
    ],
}


def survey(**overall: str) -> pd.DataFrame:
    """Sixty replies whose answers go together, the counting one now and then a step off; some values replaced."""
    rows = []
    for n in range(60):
        base = ("很好", "很好", "很好", "好", "差")[n % 5]
        counted = "好" if base == "很好" and n % 4 == 0 else base
        rows.append(
            {
                "token": f"Q{n:03d}",
                "sent_at": datetime.datetime(2024, 12, 2 + n % 20, 9, n),
                "speed": base,
                "manner": base if n % 7 else "好",
                "quality": base,
                "overall": overall.get(counted, counted),
            }
        )
    return placed(rows, "exports/问卷.csv")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, None),
        ({"差": "好"}, "多数答“差”，而“总评”没有一份这样回答"),
        ({"很好": "差", "差": "很好"}, "疑似评价等级对调"),
    ],
)
def test_the_counting_answer_against_the_others(changed: dict[str, str], said: str | None, tmp_path: Path) -> None:
    checks = found(answers_apart.answers_apart, tmp_path, {"survey": survey(**changed)}, **ASKED)
    assert len(checks) == (said is not None) and all(str(said) in c.words for c in checks)


# --- texts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (["建议增设窗口", "建议延长时间", "建议更新网站"], 3),
        (["建议增设窗口", "建议延长时间", "等候太久"], 0),
        (["建议和投诉都有", "投诉处理慢，建议改进", "建议增设窗口"], 0),
        (["建议", "建议", "建议"], 0),
    ],
)
def test_a_text_that_names_another_value(texts: list[str], said: int, tmp_path: Path) -> None:
    frame = tickets(2024).head(60).assign(cause="等候太久")
    frame["category"] = ["投诉" if n % 2 else "建议" for n in range(60)]
    frame.loc[[1, 3, 5], "cause"] = texts
    columns = {**TICKETS["columns"]}
    measures = {
        "bad": {"table": "tickets", "agg": "count", "where": "category = '投诉'", "unit": "件", "words": "投诉"}
    }
    declared = {"tables": {"tickets": {**TICKETS, "columns": columns}}, "measures": measures}
    checks = found(texts_against_codes.texts_against_codes, tmp_path, {"tickets": frame}, **declared)
    assert [c.failing for c in checks] == ([said] if said else [])


def test_a_flag_against_the_remark(tmp_path: Path) -> None:
    columns = {**TICKETS["columns"], "valid": {"from": "状况", "type": "boolean", "true": "在用", "false": "停用"}}
    declared = {"tickets": {**TICKETS, "columns": columns}}
    frame = tickets(2024).head(60).assign(cause=None, valid=True)
    frame.loc[:3, "cause"] = "停用待修"
    (check,) = found(texts_against_codes.texts_against_codes, tmp_path / "a", {"tickets": frame}, tables=declared)
    assert check.failing == 4 and "写着“停用”，而“状况”填的是别的值" in check.words
    frame.loc[:3, "valid"] = False
    assert found(texts_against_codes.texts_against_codes, tmp_path / "b", {"tickets": frame}, tables=declared) == []


@pytest.mark.parametrize(("values", "said"), [("投诉", 1), ("投诉 表扬", 0)])
def test_a_column_with_one_value_of_several_that_are_told_apart(values: str, said: int, tmp_path: Path) -> None:
    where = {"a": "category = '投诉'", "b": "category in ('建议', '表扬', '投诉')"}
    measures = {
        name: {"table": "tickets", "agg": "count", "where": text, "unit": "件", "words": name}
        for name, text in where.items()
    }
    frame = tickets(2024).head(40)
    frame["category"] = [values.split()[n % len(values.split())] for n in range(40)]
    checks = found(one_value.one_value, tmp_path / "a", {"tickets": frame}, measures=measures)
    assert len(checks) == said and all("各行都是“投诉”" in c.words for c in checks)
    # What was set aside is there.
    aside = [{"_reason": "外单位", "category": word} for word in ("建议", "表扬", "桌面")]
    assert (
        found(one_value.one_value, tmp_path / "b", {"tickets": frame}, aside={"tickets": aside}, measures=measures)
        == []
    )


@pytest.mark.parametrize(("word", "said"), [("咨询", 1), ("投诉", 0)])
def test_a_count_of_what_no_row_is_called(word: str, said: int, tmp_path: Path) -> None:
    frame = tickets(2024).head(40)
    frame["category"] = [word if n % 2 else "表扬" for n in range(40)]
    asked = {
        **ASKED["indicators"][0],
        "target": "不高于10件",
        "actual": {"measure": "bad"},
        "sample": None,
    }
    measures = {
        "bad": {"table": "tickets", "agg": "count", "where": "category = '投诉'", "unit": "件", "words": "投诉"}
    }
    checks = found(one_value.counted_value_absent, tmp_path, {"tickets": frame}, measures=measures, indicators=[asked])
    assert len(checks) == said and all("“投诉”为 0：“类别”没有一行是“投诉”" in c.words for c in checks)
    assert all("有的是“咨询”（20 行）、“表扬”（20 行）" in c.words for c in checks)
    others = {"bad": {**measures["bad"], "where": "category <> '建议'"}}
    assert found(one_value.counted_value_absent, tmp_path, measures=others, indicators=[asked]) == []


@pytest.mark.parametrize(("word", "said"), [("服务投诉", 1), ("咨询建议", 0)])
def test_a_slip_in_a_condition_tells_in_a_few_rows_of_one_value(word: str, said: int, tmp_path: Path) -> None:
    frame = tickets(2024).head(6)
    frame["category"] = word
    asked = {**ASKED["indicators"][0], "target": "不高于10件", "actual": {"measure": "bad"}, "sample": None}
    bad = {"table": "tickets", "agg": "count", "where": "category = '服务投拆'", "unit": "件", "words": "投诉"}
    checks = found(
        one_value.counted_value_absent, tmp_path, {"tickets": frame}, measures={"bad": bad}, indicators=[asked]
    )
    assert len(checks) == said and all("“服务投诉”（6 行）" in c.words for c in checks)
