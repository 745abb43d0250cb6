"""Bounds in rare words, remarks in brackets, periods without a year: read right, or not read at all."""

from __future__ import annotations

from fractions import Fraction as F
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.indicators import parse_actual, parse_target
from helpers.indicators.lexicon import direction_of


@pytest.mark.parametrize(
    ("before", "op"),
    [
        ("不逾", "<="),
        ("封顶", "<="),
        ("上限为", "<="),
        ("不准超过", "<="),
        ("全年严禁超过", "<="),
        ("切勿多于", "<="),
        ("保底", ">="),
        ("不亚于", ">="),
        ("起码", ">="),
        ("逾", ">"),
        ("突破", ">"),
        ("未达", "<"),
    ],
)
def test_rare_words_bound_the_figure(before: str, op: str) -> None:
    found = parse_target(f"{before}30件")
    assert (found.kind, found.op, found.value, found.unit) == ("number", op, 30, "件")


@given(
    st.sampled_from(["不打算超过", "车辆不过", "尽量别破", "以下限", "勿越", "未必高于", "原定不下", "托底"]),
    st.integers(2, 999),
)
def test_a_figure_behind_an_unknown_bound_is_not_read(before: str, figure: int) -> None:
    assert parse_target(f"{before}{figure}辆").kind == "unknown"


@pytest.mark.parametrize(
    "text", ["不良率不超过5%", "未结案件不超过5件", "年限不少于5年", "通过5项", "无障碍设施不少于5处"]
)
def test_such_words_within_a_name_bound_nothing(text: str) -> None:
    assert parse_target(text).kind in ("number", "duration")


@pytest.mark.parametrize(
    ("text", "kind", "value", "unit"),
    [
        ("12个以上（含12个）", "number", F(12), "个"),
        ("24台（含数据库服务器4台）", "number", F(24), "台"),
        ("3期（每期50人）", "number", F(3), "期"),
        ("96.3%（发放问卷300份）", "number", F(963, 1000), "比例"),
        ("12分钟30秒", "duration", F(5, 24), "小时"),
        ("不超过1小时30分", "duration", F(3, 2), "小时"),
        ("八百二十盏", "number", F(820), "盏"),
        ("45.8KM", "number", F(458, 10), "公里"),
        ("200件（次）", "number", F(200), "件次"),
        ("35μg/m³", "number", F(35), "微克/立方米"),
        ("3月15日至5月20日", "period", ("--03-15", "--05-20"), None),
        ("3月1日-15日", "period", ("--03-01", "--03-15"), None),
    ],
)
def test_what_is_read(text: str, kind: str, value: Any, unit: str | None) -> None:
    found = parse_target(text)
    assert (found.kind, found.value, found.unit) == (kind, value, unit)


@pytest.mark.parametrize(
    "text", ["5场（或不少于300人次）", "10（万元）", "100万元（不含设备50万元）", "2月30日至3月5日", "6月1日至3月5日"]
)
def test_what_is_asked(text: str) -> None:
    assert parse_target(text).kind == "unknown"


def test_an_actual_with_a_remark_is_its_figure() -> None:
    found = parse_actual("已完成98%（其中优秀30%）")
    assert (found.kind, found.value, found.unit) == ("number", F(98, 100), "比例")


@pytest.mark.parametrize(
    ("name", "direction"),
    [("森林覆盖率提高", "higher"), ("化学需氧量减排", "higher"), ("医疗费用增长", None), ("事故起数增长", None)],
)
def test_a_rise_at_the_end_of_a_name(name: str, direction: str | None) -> None:
    assert direction_of(name, "百分点") == direction
