"""What the source leaves open: each note fires where it should and is silent elsewhere."""

from dataclasses import replace
from decimal import Decimal as D
from fractions import Fraction as F

import pytest

from helpers.indicators import Actual, evaluate, load_rules, parse_target
from helpers.indicators.alike import Counted
from helpers.indicators.findings import About
from helpers.indicators.rule_sets import RuleSet
from helpers.indicators.source_notes import IndicatorFacts, SourceFacts, StatementFacts, notes_on_source

RULES = load_rules("caiyu-2020-10")
ABOUT = About("某院", "信息化运维", "2024")


def one(id: str, target: str, actual: F | None, level3: str = "某项", **more) -> IndicatorFacts:
    parsed = parse_target(target, name=level3)
    outcome = evaluate(parsed, Actual(text="", kind="number", value=actual, unit=parsed.unit), RULES)
    return IndicatorFacts(id=id, level1="产出指标", level3=level3, target=parsed, outcome=outcome, **more)


QUIET = SourceFacts(
    table=ABOUT, indicators=(one("a", "≥95%", F(96, 100)), one("b", "≤10件", F(2))), adjusted=D(100), spent=D(100)
)


def checks(facts: SourceFacts) -> list[str]:
    return [f.check for f in notes_on_source(facts, RULES)]


def test_a_plain_source_raises_nothing() -> None:
    assert checks(QUIET) == []


WEIGHTS = (("产出指标", D(50)), ("效益指标", None), ("满意度指标", D(40)))
PARTS = (("信息安全服务", None), ("运维服务", None))
COMPLAINTS = Counted("count", frozenset({"c"}), ("c", "kind = '投诉'"), ("c", "kind = '投诉'", "count"))
SUGGESTIONS = Counted("count", frozenset({"d"}), ("d", "kind = '建议'"), ("d", "kind = '建议'", "count"))
MISSED = one("t", "≥95%", F(90, 100), "完成时效")

CASES = {
    "group_without_weight": (
        replace(QUIET, printed_weights=WEIGHTS),
        replace(QUIET, printed_weights=(("产出指标", D(50)), ("效益指标", D(40)))),
    ),
    "weights_inferred": (replace(QUIET, weights_basis="按推定权重测算"), QUIET),
    "spent_split_unknown": (replace(QUIET, parts=PARTS), replace(QUIET, parts=(("甲", D(1)), ("乙", D(2))))),
    "unspent_reason_missing": (replace(QUIET, spent=D(99)), replace(QUIET, spent=D(99), unspent_reason="招标节约")),
    "target_in_name": (
        replace(QUIET, indicators=(one("s", "不低于90%", F(92, 100), "满意率不低于90%"),)),
        replace(QUIET, indicators=(one("s", "不低于90%", F(92, 100), "满意率"),)),
    ),
    "overshoot": (
        replace(QUIET, indicators=(one("e", "不低于5%", F(1, 10)),)),
        replace(QUIET, indicators=(one("e", "不低于5%", F(6, 100)),)),
    ),
    "stated_without_method": (
        replace(QUIET, indicators=(one("e", "不低于5%", F(6, 100), stated=True),)),
        replace(QUIET, indicators=(one("e", "不低于5%", F(6, 100), stated=True, method="抽样对比"),)),
    ),
    "no_sample_size": (
        replace(QUIET, indicators=(one("s", "≥90%", F(92, 100), sampled=True, reported_actual="92%"),)),
        replace(
            QUIET, indicators=(one("s", "≥90%", F(92, 100), sampled=True, reported_actual="92%", reported_sample=112),)
        ),
    ),
    "fragile": (
        replace(QUIET, indicators=(one("s", "≥90%", F(103, 112), interval=(0.854, 0.957), sample=(103, 112)),)),
        replace(QUIET, indicators=(one("s", "≥90%", F(103, 112), interval=(0.905, 0.957)),)),
    ),
    "other_yardstick": (
        replace(
            QUIET, indicators=(replace(MISSED, part_targets=(parse_target("1小时"),), reported_actual="当日全部完成"),)
        ),
        replace(
            QUIET,
            indicators=(replace(MISSED, part_targets=(parse_target("1小时"),), reported_actual="1小时内完成98%"),),
        ),
    ),
    "text_vs_figure": (
        replace(QUIET, indicators=(MISSED,), statements=(StatementFacts("产出指标", "met", "产出指标全部完成"),)),
        replace(QUIET, statements=(StatementFacts("产出指标", "met", "产出指标全部完成"),)),
    ),
    "overlapping_indicators": (
        replace(
            QUIET,
            indicators=(
                one("a", "≤10件", F(2), "有效投诉", counted=(COMPLAINTS,)),
                one("b", "<10", F(0), "投诉建议", counted=(COMPLAINTS,)),
            ),
        ),
        replace(
            QUIET,
            indicators=(
                one("a", "≤10件", F(2), "有效投诉", counted=(COMPLAINTS,)),
                one("b", "<10", F(0), "投诉建议", counted=(SUGGESTIONS,)),
            ),
        ),
    ),
    "mixed_denominator": (
        replace(
            QUIET,
            parts=(("甲", D(1)), ("乙", D(2))),
            indicators=(one("c", "≤17万元", F(160000), divides_all_spending=True),),
        ),
        replace(QUIET, indicators=(one("c", "≤17万元", F(160000), divides_all_spending=True),)),
    ),
    "lower_bound": (replace(QUIET, lower_bounds=("业务系统运维",)), QUIET),
    "activity_without_target": (
        replace(QUIET, activities=20),
        replace(QUIET, activities=20, activities_with_target=20),
    ),
}


@pytest.mark.parametrize("check", CASES)
def test_each_note_fires_and_is_silent(check: str) -> None:
    fires, silent = CASES[check]
    assert checks(fires).count(check) == 1 and check not in checks(silent)
    (finding,) = [f for f in notes_on_source(fires, RULES) if f.check == check]
    assert (finding.level, finding.table) == ("note", ABOUT) and finding.message and finding.remedy


def test_the_printed_weights_are_added_up() -> None:
    (finding,) = notes_on_source(CASES["group_without_weight"][0], RULES)
    assert finding.arithmetic == "产出指标 50 + 满意度指标 40 + 预算执行 10 = 100" and "效益指标" in finding.message


def test_two_sentences_that_contradict_each_other() -> None:
    said = (StatementFacts("产出指标", "met", "产出指标全部完成"), StatementFacts("a", "not_met", "配件到货不及时"))
    (finding,) = notes_on_source(replace(QUIET, statements=said), RULES)
    assert finding.check == "text_vs_figure" and "配件到货不及时" in finding.message


def test_findings_have_the_shape_of_the_contract() -> None:
    (finding,) = notes_on_source(replace(QUIET, spent=D("99.5")), RULES)
    assert set(finding.to_json()) == {"check", "level", "table", "where", "message", "arithmetic", "remedy"}
    assert finding.to_json()["table"] == {"institution": "某院", "project": "信息化运维", "year": "2024"}
    assert set(finding.to_json()["where"]) == {"row", "level3", "field"}


def test_below_the_rule_sets_rate_a_reason_is_compulsory() -> None:
    """The example's 99.4 % asks for a reason; 89 % must have one, by a value that a year can override."""
    below, at = (replace(QUIET, spent=D(spent)) for spent in (89, 90))
    stricter = load_rules("caiyu-2020-10", {"execution_reason_below": "0.95"})

    def message(facts: SourceFacts, rules: RuleSet) -> str:
        return next(f.message for f in notes_on_source(facts, rules) if f.check == "unspent_reason_missing")

    assert "执行率低于 90%，按评分规则必须说明" in message(below, RULES)
    assert "必须说明" not in message(at, RULES)
    assert "执行率低于 95%" in message(at, stricter)
