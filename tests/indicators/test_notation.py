"""Targets and actuals in the notations of real tables."""

from fractions import Fraction as F

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.indicators import parse_actual, parse_money, parse_target


@pytest.mark.parametrize(
    ("text", "kind", "op", "value", "unit"),
    [
        ("11 人", "number", None, F(11), "人"),
        ("不高于10件", "number", "<=", F(10), "件"),
        ("不高于17万元", "number", "<=", F(170000), "元"),
        ("不低于 5%", "number", ">=", F(5, 100), "比例"),
        ("少于 10", "number", "<", F(10), None),
        ("100%", "number", None, F(1), "比例"),
        ("≧95％", "number", ">=", F(95, 100), "比例"),
        ("═ 100 %", "number", "=", F(1), "比例"),
        (">=95%", "number", ">=", F(95, 100), "比例"),
        ("≥0.97比例", "number", ">=", F(97, 100), "比例"),
        ("小于0.9‰", "number", "<", F(9, 10000), "比例"),
        ("98%以上", "number", ">=", F(98, 100), "比例"),
        ("正向 大于等于 98 %", "number", ">=", F(98, 100), "比例"),
        ("38,508人", "number", None, F(38508), "人"),
        ("１６００元/亩", "number", None, F(1600), "元/亩"),
        ("≥266米", "number", ">=", F(266), "米"),
        ("控制在2小时以内", "duration", "<=", F(2), "小时"),
        ("30分钟内响应", "duration", "<=", F(1, 2), "小时"),
        ("<24小时", "duration", "<", F(24), "小时"),
        ("一个工作日", "duration", None, F(1), "工作日"),
        ("2022年12月30日前", "date", "<=", "2022-12-30", None),
        ("11月底前", "date", "<=", "--11-30", None),
        ("9月前", "date", "<=", "--08-31", None),
        ("2025年年底前", "date", "<=", "2025-12-31", None),
        ("12月底到位", "date", "<=", "--12-31", None),
        ("定性 长期", "choice", None, "长期", None),
        ("达到99.9%以上", "number", ">=", F(999, 1000), "比例"),
        ("2020年1月--2020年11月", "period", None, ("2020-01", "2020-11"), None),
        ("±10%", "band", None, (F(-1, 10), F(1, 10)), "比例"),
        ("1次/月", "frequency", None, F(1), "次/月"),
    ],
)
def test_one_limit(text: str, kind: str, op: str | None, value: object, unit: str | None) -> None:
    found = parse_target(text)
    assert (found.kind, found.op, found.value, found.unit, found.text) == (kind, op, value, unit, text)


@pytest.mark.parametrize("text", ["一般桌面运维1小时完成、故障维修一个工作日完成", "11月底完成100%"])
def test_compounds_split_into_parts(text: str) -> None:
    found = parse_target(text)
    assert found.kind == "compound" and [p.kind for p in found.parts] in (["duration", "duration"], ["date", "number"])


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "/",
        "无",
        "达到国家下达的年度目标值",
        "不高于若干件",
        "13月底前",
        "2022年2月30日",
        "工5%",
        "^80%",
        "290$",
        "二100百分比",
        "5=50%",
    ],
)
def test_what_cannot_be_known_is_unknown_with_a_reason(text: str) -> None:
    found = parse_target(text)
    assert found.kind == "unknown" and found.value is None and found.reason


def test_direction_and_who_said_so() -> None:
    assert parse_target("≥5%").direction_source == "text"
    declared = parse_target("11人", direction="higher")
    assert (declared.direction, declared.direction_source) == ("higher", "year_file")
    named = parse_target("100%", name="设施使用率")
    assert (named.direction, named.direction_source) == ("higher", "lexicon")
    open_ = parse_target("11", name="某某")
    assert (open_.direction, open_.direction_source) == (None, "unknown")
    assert "direction_conflict" in parse_target("正向小于等于98%").notes


def test_a_scanned_sign_is_reported_and_not_repaired() -> None:
    found = parse_target("290%", name="服务对象满意度")
    assert found.value == F(29, 10) and "≥" in (found.damaged or "")
    assert parse_target("290%", name="产量增长").damaged is None


def test_actuals() -> None:
    copied = parse_actual("≥95%")
    assert copied.value == F(95, 100) and "operator_copied" in copied.notes
    assert parse_actual("达成预期指标").value is None
    assert parse_actual("无投诉").value == 0 and parse_actual("无").value is None
    assert "lower_bound" in parse_actual("200余人").notes


@pytest.mark.parametrize(
    ("text", "yuan"), [("178万元", 1780000), ("1,770,000元", 1770000), ("0.5万元", 5000), ("１亿元", 10**8)]
)
def test_money(text: str, yuan: int) -> None:
    assert parse_money(text) == yuan


@pytest.mark.parametrize("text", ["178", "约178万元", "-1元", "1.234元", "", "万元"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="金额"):
        parse_money(text)


@given(st.text(max_size=40))
def test_no_text_crashes(text: str) -> None:
    assert parse_target(text).text == text
    assert parse_actual(text).text == text


@given(
    st.integers(0, 10**9),
    st.sampled_from(["人", "件", "%", "小时", "万元", "‰"]),
    st.sampled_from(["≥", "不超过", "", "<"]),
)
def test_a_number_means_the_same_in_every_width(number: int, unit: str, sign: str) -> None:
    wide = "".join(chr(0xFF10 + int(c)) for c in str(number))
    one, other = parse_target(f"{sign}{number}{unit}"), parse_target(f"{sign} {wide} {unit}")
    assert (one.kind, one.op, one.value, one.unit) == (other.kind, other.op, other.value, other.unit)
    assert isinstance(one.value, F)
