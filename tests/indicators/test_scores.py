"""Attainment, scores and grades by the field's rules."""

from decimal import Decimal as D
from fractions import Fraction as F

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.indicators import (
    Actual,
    CompoundPart,
    Outcome,
    RuleError,
    edges_beside,
    evaluate,
    evaluate_choice,
    evaluate_compound,
    execution,
    expressed,
    interval,
    is_fragile,
    is_overshoot,
    load_rules,
    parse_actual,
    parse_target,
    rounded_to_full,
    score,
    total,
)

RULES = load_rules("caiyu-2020-10")


def outcome(target: str, actual: str, rules=RULES, **more: str) -> Outcome:
    return evaluate(parse_target(target, **more), parse_actual(actual), rules)


@pytest.mark.parametrize(
    ("target", "actual", "attainment", "variance", "status"),
    [
        ("≥95%", "96%", F(96, 95), F(1, 100), "met"),
        ("≥95%", "90%", F(90, 95), F(-5, 100), "not_met"),
        ("不高于10件", "2件", F(18, 10), F(-8), "met"),
        ("≤10件", "15件", F(1, 2), F(5), "not_met"),
        ("≤10件", "25件", F(0), F(15), "not_met"),
        ("少于10", "无投诉", F(2), F(-10), "met"),
        ("≤0起", "0起", F(1), F(0), "met"),
        ("≤0起", "1起", F(0), F(1), "not_met"),
        ("=11人", "11人", F(1), F(0), "met"),
        ("=11人", "12人", F(12, 11), F(1), "not_met"),
        ("不高于17万元", "16万元", 2 - F(16, 17), F(-10000), "met"),
    ],
)
def test_attainment(target: str, actual: str, attainment: F, variance: F, status: str) -> None:
    found = outcome(target, actual)
    assert (found.attainment, found.variance, found.status) == (attainment, variance, status)


@pytest.mark.parametrize(
    ("name", "target", "actual", "status", "attainment"),
    [
        ("办件量增长率", "≥-5%", "下降6%", "not_met", F(4, 5)),
        ("办件量增长率", "≥-5%", "下降4%", "met", F(6, 5)),
        ("收入增长率", "≥0%", "下降3%", "not_met", F(0)),
        ("收入增长率", "≥0%", "增长3%", "met", F(1)),
        ("能耗增长率", "≤-5%", "下降6%", "met", F(6, 5)),
        ("能耗增长率", "≤-5%", "减少4%", "not_met", F(4, 5)),
        ("能耗增长率", "≤-5%", "增长6%", "not_met", F(0)),
        ("满意度提升", "≥1个百分点", "下降2个百分点", "unknown", None),
        ("收入增长率", "≥5%", "下降3%", "unknown", None),
        ("能耗下降率", "≥5%", "下降6%", "met", F(6, 5)),
        ("能耗", "下降≥5%", "下降6%", "met", F(6, 5)),
    ],
)
def test_a_fall_in_words_is_below_zero(name: str, target: str, actual: str, status: str, attainment: F | None) -> None:
    found = outcome(target, actual, name=name)
    assert (found.status, found.attainment) == (status, attainment)


def test_a_fall_in_words_is_printed_as_a_figure_below_zero() -> None:
    assert expressed(parse_target("≥-5%", name="办件量增长率"), parse_actual("下降6%")).value == F(-6, 100)


def test_a_rate_is_not_printed_like_the_edge_of_a_band_that_it_misses() -> None:
    banded = load_rules("caiyu-2021-101-banded")
    assert F(8, 10) in edges_beside(F(2398, 2998), banded)  # 79.99 %
    assert F(8, 10) not in edges_beside(F(79996, 100000), banded)  # it scores as 80.00 %
    assert edges_beside(F(1, 2), RULES) == () == edges_beside(None, banded)


def test_a_strict_bound_hit_exactly_is_not_met_and_said() -> None:
    found = outcome("<10件", "10件")
    assert (found.status, found.notes, score(D(10), found, RULES)) == ("not_met", ("strict_bound_hit",), D("10.00"))


def test_unknown_stays_unknown() -> None:
    for found in (outcome("≥95%", "达成预期指标"), outcome("达到国家下达的年度目标值", "95%"), outcome("≥95%", "95元")):
        assert (found.attainment, found.status, score(D(10), found, RULES)) == (None, "unknown", None)
    bare = outcome("11台", "12台")
    assert bare.status == "unknown" and "direction_missing" in bare.notes
    assert outcome("11台", "11台").status == "met"


def test_negative_actuals_count_as_zero_and_are_flagged() -> None:
    found = outcome("≥95%", "-3%")
    assert found.attainment == 0 and "negative_actual" in found.notes


def test_zero_targets_have_no_variance_rate() -> None:
    assert outcome("≤0起", "2起").variance_rate is None
    assert outcome("≤4起", "5起").variance_rate == F(1, 4)


def test_deadlines_and_bands() -> None:
    assert outcome("2022年12月30日前", "2022年12月31日").status == "not_met"
    assert outcome("2022年12月30日前", "2022年12月30日").attainment == 1
    assert outcome("11月底前", "2022年11月3日").status == "unknown"
    assert (outcome("±10%", "-5%").status, outcome("±10%", "11%").attainment) == ("met", 0)


def test_score_is_rounded_half_up_once() -> None:
    assert score(D("12.5"), Outcome(attainment=F(1601, 2000), status="not_met"), RULES) == D("10.01")  # 10.00625
    assert score(D(1), Outcome(attainment=F(1, 200), status="not_met"), RULES) == D("0.01")
    assert execution(D(1770000), D(1780000), RULES).score == D("9.94")
    assert execution(D(5), D(4), RULES).score == D("10.00") and execution(D(5), D(0), RULES).rate is None


def test_compounds() -> None:
    met, missed = Outcome(attainment=F(3, 2), status="met"), Outcome(attainment=F(1, 2), status="not_met")
    both = evaluate_compound([CompoundPart(met), CompoundPart(missed)])
    assert (both.attainment, both.status) == (F(3, 4), "partly_met")
    declared = evaluate_compound([CompoundPart(met, D("0.8")), CompoundPart(missed, D("0.2"))])
    assert declared.attainment == F(9, 10)
    unknown = Outcome(status="unknown")
    assert evaluate_compound([CompoundPart(met), CompoundPart(unknown)]).attainment is None


def test_grades_of_quality_have_ranges() -> None:
    assert evaluate_choice(2, D("0.6"), RULES).status == "partly_met"
    assert evaluate_choice(1, D("0.8"), RULES).attainment == F(4, 5)
    with pytest.raises(ValueError, match="第 2 档"):
        evaluate_choice(2, D("0.8"), RULES)


def test_totals_and_grades() -> None:
    rows = [(D("89.99"), D(90)), (D("0.01"), D(10))]
    assert total(rows, RULES).grade == "优"
    assert total([(D("79.99"), D(90)), (None, D(10))], RULES) == type(total(rows, RULES))(D("79.99"), D("89.99"), None)


def test_overshoot_asks_only_where_more_is_better() -> None:
    def raised(target: str, actual: str, **more) -> bool:
        parsed = parse_target(target, **{k: v for k, v in more.items() if k != "declared"})
        return is_overshoot(
            parsed, evaluate(parsed, parse_actual(actual), RULES), RULES, declared=more.get("declared", False)
        )

    assert raised("不低于5%", "10%") and not raised("不低于5%", "6%")
    assert not raised("不高于10件", "2件") and raised("不高于10件", "2件", declared=True)
    assert raised("6次", "150次", name="培训次数") and not raised("6次", "150次", name="某某")


def test_intervals_match_the_reference_and_narrow_with_the_population() -> None:
    low, high = interval(103, 112)
    assert (round(low, 4), round(high, 4)) == (0.8543, 0.9571)
    assert interval(103, 112, 112) == (103 / 112, 103 / 112)
    closer = interval(103, 112, 200)
    assert low < closer[0] < 103 / 112 < closer[1] < high
    target = parse_target("不低于90%")
    met = evaluate(target, Actual(text="", kind="number", value=F(103, 112), unit="比例"), RULES)
    assert is_fragile(target, met, (low, high)) and not is_fragile(target, met, (0.905, 0.95))


def test_variants_are_rule_sets() -> None:
    ratio = load_rules("older-ratio")
    assert outcome("≤10件", "15件", ratio).attainment == F(2, 3)
    banded = load_rules("caiyu-2021-101-banded")
    half = Outcome(attainment=F(1, 2), status="not_met")
    assert score(D(10), half, banded) == 0
    assert score(D(10), Outcome(attainment=F(8, 10), status="not_met"), banded) == D("5.00")
    assert score(D(10), Outcome(attainment=F(85, 100), status="met"), banded, satisfaction=True) == D("8.00")
    assert load_rules("caiyu-2020-10", {"overshoot_from": "1.5"}).overshoot_from == D("1.5")
    with pytest.raises(RuleError, match="没有规则集"):
        load_rules("caiyu")
    with pytest.raises(RuleError, match="没有 overshot"):
        load_rules("caiyu-2020-10", {"overshot": 1})
    with pytest.raises(RuleError, match="pass_mark"):
        load_rules("caiyu-2020-10", {"pass_mark": "six"})


shares = st.fractions(min_value=0, max_value=5)


@given(shares, shares, st.sampled_from(["≥95%", "≤3", "<10件", "=1"]), st.decimals(0, 100, places=1))
def test_scores_are_monotone_and_bounded(one: F, other: F, target: str, weight: D) -> None:
    parsed = parse_target(target)
    low, high = sorted((one, other))
    found = [
        score(weight, evaluate(parsed, Actual(text="", kind="number", value=a, unit=parsed.unit), RULES), RULES)
        for a in (low, high)
    ]
    assert all(0 <= s <= weight for s in found)
    assert found == sorted(found, reverse=parsed.direction == "lower")


# --- edges ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "actual", "attainment", "status"),
    [
        ("≤-5%", "-6%", F(6, 5), "met"),
        ("≤-5%", "-4%", F(4, 5), "not_met"),
        ("≤-5%", "2%", F(0), "not_met"),
        ("≥-3%", "-2%", F(4, 3), "met"),
        ("≥-3%", "-4%", F(2, 3), "not_met"),
        (">0", "0", F(0), "not_met"),
        (">0", "0.1", F(1), "met"),
        ("<0", "0", F(0), "not_met"),
        ("<0", "-1%", F(1), "met"),
        ("≥0%", "-3%", F(0), "not_met"),
        ("≥0%", "0%", F(1), "met"),
        ("≤0%", "-3%", F(1), "met"),
    ],
)
def test_targets_of_zero_and_below(target: str, actual: str, attainment: F, status: str) -> None:
    found = outcome(target, actual)
    assert (found.attainment, found.status) == (attainment, status)
    assert "negative_actual" not in found.notes
    assert outcome(target, actual, load_rules("older-ratio")).attainment == attainment


@pytest.mark.parametrize("mark", ["1", "1.2", "-0.1"])
def test_a_pass_mark_leaves_something_to_score_by(mark: str) -> None:
    with pytest.raises(RuleError, match=r"pass_mark.*0 至 1 之间"):
        load_rules("caiyu-2020-10", {"pass_mark": mark})


@pytest.mark.parametrize(
    "bands",
    [
        [{"at_least": 0.9, "gives": 1.2}],
        [{"at_least": 0.9, "gives": "优"}],
        [{"at_least": 0.9, "gives": 0.5}, {"at_least": 0.6, "gives": 0.8}],
    ],
)
def test_bands_give_shares_of_the_weight_that_do_not_fall(bands: list) -> None:
    with pytest.raises(RuleError, match="satisfaction_bands"):
        load_rules("caiyu-2020-10", {"satisfaction_bands": bands})


def test_a_pass_mark_leaves_rated_shares_alone() -> None:
    marked = load_rules("caiyu-2020-10", {"pass_mark": "0.6"})
    assert score(D(10), evaluate_choice(2, D("0.7"), marked), marked) == D("7.00")
    assert score(D(10), outcome("≥100%", "70%"), marked) == D("2.50")


def test_satisfaction_bands_act_on_the_rate_as_printed() -> None:
    banded = load_rules("caiyu-2021-101-banded")

    def points(rate: F) -> D | None:
        found = outcome("≥95%", "80%")
        return score(D(10), found, banded, satisfaction=True, rate=rate)

    assert points(F(89996, 100000)) == D("10.00")  # printed 90.00 %
    assert points(F(89994, 100000)) == D("8.00")  # printed 89.99 %
    assert points(F(90, 100)) == D("10.00")  # by the rate, not by 90/95


def test_a_miss_that_rounds_to_the_whole_weight_is_said() -> None:
    near = evaluate(parse_target("≥92%"), parse_actual("91.96%"), RULES)
    assert (near.status, score(D(10), near, RULES)) == ("not_met", D("10.00"))
    assert rounded_to_full(D(10), near, D("10.00"))
    met = evaluate(parse_target("≥92%"), parse_actual("92%"), RULES)
    assert not rounded_to_full(D(10), met, D("10.00"))
    assert not rounded_to_full(D(10), evaluate(parse_target("<92%"), parse_actual("92%"), RULES), D("10.00"))
