"""Figures stated in the year files against those of the records: at the printed precision, no further."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from helpers.gate.plausibility import stated_figures as checks
from tests.gate.plausibility.two_years import compared, ledger, tickets, told


@pytest.mark.parametrize(
    ("text", "figure", "agrees"),
    [
        ("16.1万元", Fraction(1770000, 11), True),
        ("16.1万元", Fraction(1770000, 12), False),
        ("91.96%", Fraction(103, 112), True),
        ("91.96%", Fraction(102, 112), False),
        ("91.9%", Fraction(103, 112), True),  # cut, not rounded
        ("92%", Fraction(103, 112), True),
        ("2件", Fraction(2), True),
        ("2件", Fraction(3), False),
        ("无", Fraction(0), True),
        ("无", Fraction(1), False),
        ("885余次", Fraction(885), True),
        ("885余次", Fraction(893), True),
        ("885余次", Fraction(884), False),
        ("885余次", Fraction(1000), False),
        ("200余人", Fraction(286), True),
        ("200余人", Fraction(300), False),
        ("1,234件", Fraction(1234), True),
        ("1,234件", Fraction(1235), False),
    ],
)
def test_a_figure_agrees_as_far_as_it_is_printed(text: str, figure: Fraction, agrees: bool) -> None:
    said = checks.printed(text)
    assert said is not None
    assert said.agrees(figure) is agrees


@pytest.mark.parametrize("text", ["均于当日完成", "约300次", "12月底前", "一般1小时、维修1个工作日"])
def test_words_and_approximations_are_no_figure(text: str) -> None:
    assert checks.printed(text) is None


def indicator(reported: dict[str, Any], measure: str = "complaints") -> dict[str, Any]:
    about = {"id": "one", "level1": "产出指标", "level2": "质量指标", "level3": "有效投诉"}
    return {**about, "target": "不高于400件", "weight": 90, "actual": {"measure": measure}, "reported": reported}


def valid_of_2024() -> int:
    return int(tickets(2024)["valid"].sum())


def test_a_reported_actual_that_the_records_do_not_give_is_named_with_both_figures(tmp_path: Path) -> None:
    with compared(tmp_path, indicators=[indicator({"actual": "9件"})]) as subject:
        (check,) = checks.reported_indicators(subject)
    assert check.level == "note"
    assert check.table == "tickets"
    assert "公布 9件" in check.words
    assert f"{valid_of_2024()}件" in check.words


@pytest.mark.parametrize(
    "reported", [{"actual": f"{valid_of_2024()}件"}, {"actual": "较少"}, {"actual": "91.96%"}, {"sample_size": None}]
)
def test_the_same_figure_words_and_another_yardstick_say_nothing(reported: dict[str, Any], tmp_path: Path) -> None:
    with compared(tmp_path, indicators=[indicator(reported)]) as subject:
        assert told(checks.reported_indicators(subject)) == []


def test_a_reported_sample_size_is_compared_with_the_rows(tmp_path: Path) -> None:
    wrong = [indicator({"sample_size": 112})]
    right = [indicator({"sample_size": valid_of_2024()})]
    with compared(tmp_path / "a", indicators=wrong) as subject:
        assert told(checks.reported_indicators(subject)) == [("tickets", "")]
    with compared(tmp_path / "b", indicators=right) as subject:
        assert told(checks.reported_indicators(subject)) == []


def test_reported_activity_is_compared_category_by_category(tmp_path: Path) -> None:
    counts = tickets(2024)["category"].value_counts()
    items = [{"category": c, "reported": f"{n}次"} for c, n in counts.items()]
    sound = {"activities": {"table": "tickets", "by": "category", "items": items}}
    with compared(tmp_path / "a", **sound) as subject:
        assert told(checks.reported_activities(subject)) == []
    fewer = tickets(2024).iloc[5:]
    with compared(tmp_path / "b", {"tickets": fewer}, **sound) as subject:
        (check,) = checks.reported_activities(subject)
    assert check.level == "note"
    assert "公布" in check.words


def test_spending_is_compared_with_every_amount_that_is_stated(tmp_path: Path) -> None:
    total = int(ledger(2024)["amount"].sum())
    sound = {"reported": f"{total}元"}
    with compared(tmp_path / "a", budget=sound) as subject:
        assert told(checks.reported_spending(subject)) == []
    with compared(tmp_path / "b", {"ledger": ledger(2024).iloc[1:]}, budget=sound) as subject:
        (check,) = checks.reported_spending(subject)
    assert f"{total}元" in check.words
    with compared(tmp_path / "c", budget={"spent": "1万元"}) as subject:  # stated, though the ledger is there
        assert told(checks.reported_spending(subject)) == [("ledger", "")]
    parts = [{"name": "甲", "budget": "6万元", "spent": "5万元"}, {"name": "乙", "budget": "6万元", "spent": "5万元"}]
    with compared(tmp_path / "d", budget={"parts": parts}) as subject:
        assert told(checks.reported_spending(subject)) == [("ledger", "")]


def test_what_repairs_cost_is_no_spending_of_the_project(tmp_path: Path) -> None:
    worth = {"spent": {"table": "devices", "agg": "sum", "value": "price", "unit": "元", "words": "原值"}}
    with compared(tmp_path, measures=worth, budget={"spent": "1万元"}) as subject:
        assert told(checks.reported_spending(subject)) == []


def test_a_ledger_far_below_the_budget_asks_for_a_word(tmp_path: Path) -> None:
    cut = ledger(2024).iloc[:20]
    with compared(tmp_path / "a", {"ledger": cut}) as subject:
        assert told(checks.spending_below_budget(subject)) == [("ledger", "")]
    with compared(tmp_path / "b") as subject:  # 96 % and more
        assert told(checks.spending_below_budget(subject)) == []


def test_a_reason_settles_it_unless_last_year_spent_far_more(tmp_path: Path) -> None:
    reason = {"unspent_reason": "按实结算"}
    slightly = {**reason, "adjusted": "12.3万元"}
    with compared(tmp_path / "a", {"ledger": ledger(2024).iloc[:23]}, budget=slightly) as subject:
        assert told(checks.spending_below_budget(subject)) == []
    with compared(tmp_path / "b", {"ledger": ledger(2024).iloc[:18]}, budget=reason) as subject:
        (check,) = checks.spending_below_budget(subject)
    assert "上年" in check.words
