"""What was lost below the limits is said beside the figure, in the summary and on the terminal."""

from __future__ import annotations

from typing import Any

import pytest

from helpers.report.lost_words import bounds_words, lines, summary


def results(*indicators: dict[str, Any], notes: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return {"budget": {}, "indicators": list(indicators), "validation": {"notes": notes or []}}


def indicator(straddles: bool) -> dict[str, Any]:
    bounds = {"lost_rows": 2, "low": 1, "high": 3, "unit": "件"}
    return {"level3": "有效投诉", "notes": ["bounds_straddle"] * straddles, "evidence": {"bounds": bounds}, "parts": []}


@pytest.mark.parametrize(
    ("low", "high", "unit", "words"),
    [
        (1, 3, "件", "数值在1件至3件之间"),
        (0.9, 0.95, "比例", "数值在90%至95%之间"),
        (5, None, "元", "上限无从得知"),
        (None, 5, "元", "下限无从得知"),
        (None, None, "元", "数值的范围无从得知"),
        (0.99991, 0.99992, "比例", "按所列精度数值仍为"),
    ],
)
def test_between_which_values(low: float | None, high: float | None, unit: str, words: str) -> None:
    said = bounds_words({"lost_rows": 2, "low": low, "high": high}, unit)
    assert said.startswith("有2条记录因内容无法识别")
    assert words in said


def test_nothing_lost_nothing_said() -> None:
    sound = {"level3": "甲", "notes": [], "evidence": {}, "parts": []}
    assert (lines(results(sound)), summary(results(sound))) == ([], "")


def test_what_cannot_be_judged_is_said_as_such() -> None:
    assert lines(results(indicator(True)))[0].endswith("无法判定是否完成")
    assert "其中1项因此无法判定是否完成" in summary(results(indicator(True)))
    assert "不改变是否完成的判定" in summary(results(indicator(False)))


def test_the_notes_of_the_gate_about_losses_are_on_the_terminal() -> None:
    notes = [{"rule": "rows_lost", "words": "600 行中有 2 行因无法识别而不能采用"}, {"rule": "other", "words": "别的"}]
    assert lines(results(notes=notes)) == ["注意：600 行中有 2 行因无法识别而不能采用"]


def test_of_many_figures_a_few_are_named_and_all_are_counted() -> None:
    many = [{**indicator(straddles=at == 7), "level3": f"指标{at}"} for at in range(1, 9)]
    said = summary(results(*many))
    assert "“指标1”、“指标2”、“指标3”等8项的数值只能确定在一定范围以内，其中1项因此无法判定是否完成" in said
    assert "指标4" not in said
    told = lines(results(*many))
    assert len(told) == 6 and told[0].startswith("注意：“指标7”"), "what cannot be judged comes first"
    assert told[-1] == "注意：另有3项数值也因部分记录无法识别只能确定在一定范围以内，见报告"
