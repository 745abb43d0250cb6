"""A figure beside another one: in which unit each is, or that it has to be asked."""

from __future__ import annotations

from fractions import Fraction as F

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.indicators import Actual, evaluate, load_rules, parse_actual, parse_target
from helpers.indicators.lexicon import direction_of

RULES = load_rules("caiyu-2020-10")


def judged(target: str, actual: str, name: str | None = None) -> tuple[str, F | None]:
    found = evaluate(parse_target(target, name), parse_actual(actual), RULES)
    return found.status, found.attainment


def asked(target: str, actual: str) -> tuple[str, ...]:
    found = evaluate(parse_target(target), parse_actual(actual), RULES)
    assert found.status == "unknown" and found.attainment is None
    return found.notes


@pytest.mark.parametrize(
    ("target", "actual", "status", "attainment"),
    [
        ("≤5", "3天", "met", F(7, 5)),
        ("≥600", "480万元", "not_met", F(4, 5)),
        ("≤4", "3.5亿元", "met", F(9, 8)),
        ("≥50000", "4万吨", "not_met", F(4, 5)),
        ("≥500", "480台", "not_met", F(24, 25)),
        ("≥20升", "9000毫升", "not_met", F(9, 20)),
        ("≥4MW", "3000千瓦", "not_met", F(3, 4)),
        ("≥1Gbps", "800Mbps", "not_met", F(4, 5)),
        ("≥10（个）", "8个", "not_met", F(4, 5)),
        ("不得突破8万元", "10万元", "not_met", F(3, 4)),
        ("须达到90%", "81%", "not_met", F(9, 10)),
    ],
)
def test_what_is_compared(target: str, actual: str, status: str, attainment: F) -> None:
    assert judged(target, actual) == (status, attainment)


@pytest.mark.parametrize(
    ("target", "actual", "note"),
    [
        ("≥500", "40万元", "sign_missing"),  # 40 of 万元, or 400,000 元
        ("≤5", "90天", "sign_missing"),
        ("≥5万吨", "40000", "sign_missing"),
        ("≤300万元", "2800000", "sign_missing"),
        ("≤2小时", "45", "sign_missing"),
        ("95", "0.97", "sign_missing"),
        ("≥0.95", "97", "sign_missing"),
        ("100", "1", "sign_missing"),
        ("≥20TB", "10240GB", "incomparable_units"),
        ("≥20升", "30个", "incomparable_units"),
        ("≥3立方米", "4平方米", "incomparable_units"),
    ],
)
def test_what_is_asked(target: str, actual: str, note: str) -> None:
    assert note in asked(target, actual)


@given(st.integers(1, 9), st.integers(1, 400))
def test_figures_of_one_scale_stay_what_they_are(target: int, percent: int) -> None:
    actual = F(target * percent, 100)
    text = f"{float(actual):g}"
    for unit in ("", "台", "万元"):
        assert judged(f"≥{target}{unit}", f"{text}{unit}")[1] == F(text) / target


def test_nearly_as_many_is_fewer_and_nothing_to_handle_is_no_zero() -> None:
    assert judged("≥100人", "近100人") == ("unknown", None)
    assert judged("≥100人", "近90人") == ("not_met", F(9, 10))
    assert judged("≥95%", "无投诉", "投诉办结率") == ("unknown", None)
    assert judged("≤3件", "无投诉", "有效投诉")[0] == "met"


@pytest.mark.parametrize("name", ["受处分人数", "被通报批评单位数", "新增债务笔数"])
def test_a_bare_target_of_nothing_is_kept_by_nothing(name: str) -> None:
    target = parse_target("0个", name)
    assert (target.direction, evaluate(target, parse_actual("1个"), RULES).status) == ("lower", "not_met")
    assert parse_target("0%", "营业收入增长率").direction == "higher"


@pytest.mark.parametrize("text", ["2OO人", "≥1OO", "l00人", "10O%", "1O场", "1,20万元", "12,3456元"])
def test_letters_and_commas_inside_of_a_figure_are_asked(text: str) -> None:
    for found in (parse_target(text), parse_actual(text)):
        assert (found.kind, found.value) == ("unknown", None)


@pytest.mark.parametrize(("text", "value"), [("1,234,567元", 1234567), ("12,345人", 12345), ("5台,3套", None)])
def test_commas_of_thousands_and_lists_stay(text: str, value: int | None) -> None:
    assert parse_target(text).value == value and parse_target(text).kind == ("number" if value else "compound")


@pytest.mark.parametrize(
    "text",
    [
        "每月5日前",
        "次月10日前",
        "当月25日前报送",
        "每季度末25日前",
        "次年3月底前",
        "翌年1月15日前",
        "上年12月",
        "第5项",
        "2023年次年",
    ],
)
def test_days_of_other_months_and_ordinals_are_no_quantity(text: str) -> None:
    found = parse_target(text)
    assert (found.kind, found.value) == ("unknown", None) and found.reason


@pytest.mark.parametrize(
    ("text", "op", "met"),
    [("95%以上（不含）", ">", "95.1%"), ("10人以上（不含10人）", ">", "11人"), ("≤5件（不含本数）", "<", "4件")],
)
def test_a_bound_that_leaves_its_figure_out(text: str, op: str, met: str) -> None:
    target = parse_target(text)
    assert target.op == op and evaluate(target, parse_actual(met), RULES).status == "met"
    assert parse_target("100万元（不含设备50万元）").kind == "unknown"


@pytest.mark.parametrize(
    ("name", "unit", "direction"),
    [
        ("路面病害率", "比例", "lower"),
        ("案件改判率", "比例", "lower"),
        ("不良资产率", "比例", "lower"),
        ("设备报废率", "比例", "lower"),
        ("挽回经济损失", "元", None),
        ("追回赃款数", "元", None),
    ],
)
def test_more_names_of_harm(name: str, unit: str, direction: str | None) -> None:
    assert direction_of(name, unit) == direction


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("1年半", F(3, 2), "年"),
        ("两个半小时", F(5, 2), "小时"),
        ("一个半月", F(3, 2), "月"),
        ("3天半", F(84), "小时"),
        ("≥60周岁", F(60), "周岁"),
        ("≤52分贝", F(52), "分贝"),
        ("6年级", F(6), "年级"),
    ],
)
def test_halves_and_words_that_begin_like_a_unit(text: str, value: F, unit: str) -> None:
    for found in (parse_target(text), parse_actual(text)):
        assert (found.value, found.unit) == (value, unit)


def test_what_is_saved_or_paid_in_a_year_is_no_amount_of_a_month() -> None:
    assert asked("≤80万元", "节约2万元") == ("change_for_amount",)
    assert judged("≥3%", "下降4%", "能耗下降率")[0] == "met"
    assert asked("500元/人·月", "6000元") == ("sign_missing",)
    assert judged("≤500元/人·月", "480元")[0] == "met"
    assert judged("3元/天/生", "3元/生·天")[0] == "met"
    assert direction_of("人均补助", "元/人") is None and direction_of("人均培训成本", "元/人") == "lower"


@pytest.mark.parametrize("text", ["第1名", "前5名", "排名全省前3位", "第2档"])
def test_a_place_in_an_order_is_no_damage(text: str) -> None:
    found = parse_target(text)
    assert found.kind == "unknown" and not found.notes and "名次" in str(found.reason)


def test_list_numbers_before_figures_are_no_damage() -> None:
    target = parse_target("(1)100%;(2)95%")
    assert [part.value for part in target.parts] == [F(1), F(95, 100)]
    assert parse_target("一、5次").value == 5 and parse_target("1)不少于5次").op == ">="
    assert parse_target("(3)10%").kind == "unknown"


def test_a_band_a_month_is_not_held_against_a_year() -> None:
    assert asked("1-2次/月", "18次") == ("sign_missing",)
    assert judged("1-2次/月", "2次")[0] == "met"
    assert direction_of("生活垃圾产生量", "吨") is None


@pytest.mark.parametrize(
    ("target", "value", "unit", "status"),
    [
        ("≤60分钟", 45, "分钟", "met"),
        ("≤60分钟", 75, "分钟", "not_met"),
        ("≤1小时", 75, "分钟", "not_met"),
        ("≥2万元", 3, "万元", "met"),
        ("≥90%", 95, "%", "met"),
    ],
)
def test_a_measured_figure_is_in_the_unit_of_its_measure(target: str, value: int, unit: str, status: str) -> None:
    actual = Actual(text="", kind="number", value=F(value), unit=unit)
    assert evaluate(parse_target(target), actual, RULES).status == status
