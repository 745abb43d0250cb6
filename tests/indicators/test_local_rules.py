"""Rule sets of provinces and cities: what their published forms say differs, the rest is the ministry's."""

from decimal import Decimal as D
from fractions import Fraction as F

import pytest

from helpers.indicators import evaluate, evaluate_choice, execution, load_rules, parse_actual, parse_target, score
from helpers.indicators.rule_sets import available

BASE = load_rules("caiyu-2020-10")


@pytest.mark.parametrize("name", available())
def test_weights_of_the_groups_and_the_execution_total_100_and_every_value_has_a_source(name: str) -> None:
    rules = load_rules(name)
    if rules.group_weights:
        assert sum(rules.group_weights.values()) + rules.execution_weight == 100
    assert set(rules.origins) == set(BASE.origins)
    assert all(origin.source.strip() for origin in rules.origins.values())


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("hubei-2020", {"execution_weight", "group_weights", "lower_formula", "choice_shares"}),
        ("beijing-2016", {"lower_formula"}),
        ("jiangxi-2017", {"lower_formula", "choice_shares"}),
    ],
)
def test_a_local_set_differs_from_the_base_in_what_its_form_says_and_in_nothing_else(name: str, own: set[str]) -> None:
    rules = load_rules(name)
    assert {key for key in BASE.origins if getattr(rules, key) != getattr(BASE, key)} == own
    told = {key for key in BASE.origins if rules.origins[key] != BASE.origins[key]}
    assert own <= told
    assert all(rules.origins[key].source.startswith(rules.title[:3]) for key in told)


def test_scores_by_the_form_of_hubei() -> None:
    rules = load_rules("hubei-2020")
    assert execution(D(85), D(100), rules).score == D("17.00")
    missed = evaluate(parse_target("≤10件"), parse_actual("16件"), rules)
    assert (missed.attainment, score(D(8), missed, rules)) == (F(10, 16), D("5.00"))
    assert score(D(8), evaluate(parse_target("≥10件"), parse_actual("16件"), rules), rules) == D("8.00")
    assert score(D(10), evaluate_choice(2, D("0.5"), rules), rules) == D("5.00")
    with pytest.raises(ValueError, match="第 2 档"):
        evaluate_choice(2, D("0.5"), BASE)
    with pytest.raises(ValueError, match="第 2 档"):
        evaluate_choice(2, D("0.8"), rules)


def test_forms_of_beijing_score_a_missed_limit_by_its_ratio_and_leave_grades_to_the_ministry() -> None:
    rules = load_rules("beijing-2016")
    missed = evaluate(parse_target("≤30分钟"), parse_actual("40分钟"), rules)
    assert score(D("12.5"), missed, rules) == D("9.38")
    assert rules.choice_shares == BASE.choice_shares and rules.grades == BASE.grades
