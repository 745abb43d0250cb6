"""Target and actual beside each other: units of the name, counts beside a frequency, damaged actuals, changes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.forms.audit import audit_form
from helpers.forms.audit.reading import Reading, read_form
from helpers.forms.filled_form import Form, form, form_row
from helpers.indicators import load_rules

RULES = load_rules("caiyu-2020-10")


def one(name: str, target: str, actual: str, level2: str = "数量指标", score: float = 10) -> Form:
    cells: dict[str, Any] = {"level1": "产出指标", "level2": level2, "level3": name, "weight": 10, "score": score}
    row = form_row({**cells, "target_text": target, "actual_text": actual}, 1)
    return form({"institution": "甲", "project": "乙", "year": "2023"}, (row,))


def reading(printed: Form) -> Reading:
    return read_form(printed, RULES).rows[0]


def checks(printed: Form) -> set[str]:
    return {found.check for found in audit_form(printed, RULES)}


@pytest.mark.parametrize(
    ("target", "actual", "status", "found"),
    [
        ("1次/月", "全年12次", "met", set()),
        ("1次/月", "1次", "met", set()),
        ("1次/月", "每月1次", "met", set()),
        ("每周1次", "52次", "met", set()),
        ("1次/季度", "7次", "met", {"overshoot"}),
        ("1次/月", "每月3次", "met", {"overshoot"}),
        ("1次/月", "11次", "unknown", {"sign_missing"}),
        ("2次/季度", "5次", "unknown", {"sign_missing"}),
        ("2次/年", "3次", "met", {"overshoot"}),
        ("2次/年", "1次", "not_met", {"full_on_shortfall"}),
    ],
)
def test_a_count_beside_a_frequency(target: str, actual: str, status: str, found: set[str]) -> None:
    printed = one("开展安全巡查", target, actual)
    assert (reading(printed).outcome.status, checks(printed)) == (status, found)


@pytest.mark.parametrize(
    ("name", "target", "actual", "status", "found"),
    [
        ("养护里程（公里）", "≥120.6", "120600米", "met", set()),
        ("养护里程（公里）", "≥120.6", "119公里", "not_met", {"full_on_shortfall"}),
        ("系统可用率（%）", "≥99", "99.9%", "met", set()),
        ("系统可用率（%）", "≥99", "0.999", "unknown", {"sign_missing"}),
        ("设备采购成本（万元）", "≤120", "1185000元", "met", set()),
        ("设备采购成本（万元）", "≤120", "121", "not_met", {"reverse_breached"}),
    ],
)
def test_a_bare_figure_has_the_unit_of_its_name(
    name: str, target: str, actual: str, status: str, found: set[str]
) -> None:
    printed = one(name, target, actual, "质量指标" if "率" in name else "成本指标" if "成本" in name else "数量指标")
    assert (reading(printed).outcome.status, checks(printed)) == (status, found)


@given(st.integers(101, 999), st.sampled_from(["群众满意度", "验收合格率", "数据准确率"]))
def test_more_than_all_is_asked(percent: int, name: str) -> None:
    printed = one(name, "≥90%", f"{percent}%", "质量指标")
    assert reading(printed).outcome.status == "unknown" and checks(printed) == {"actual_damaged"}


@pytest.mark.parametrize("actual", ["9", ">=9", "≥8"])
def test_a_single_digit_for_a_rate_is_asked(actual: str) -> None:
    assert checks(one("群众满意度", "≥90%", actual, "质量指标")) == {"actual_damaged"}


@pytest.mark.parametrize(("name", "actual"), [("任务完成率", "130%"), ("预算执行进度", "104%")])
def test_more_than_was_planned_is_no_damage(name: str, actual: str) -> None:
    assert "actual_damaged" not in checks(one(name, "≥100%", actual))


def test_a_fall_of_harm_with_a_bound_is_no_conflict() -> None:
    assert checks(one("交通事故起数", "较上年下降5%以上", "下降6%")) == set()
    assert checks(one("交通事故起数", "较上年下降5%以上", "下降3%")) == {"full_on_shortfall"}


def test_months_beside_days_are_not_judged() -> None:
    printed = one("工程工期", "≤180天", "6个月", "时效指标")
    assert reading(printed).outcome.status == "unknown" and checks(printed) == set()
