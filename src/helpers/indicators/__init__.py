"""Targets, attainment, rule sets, scores: the core of the field, pure, without input or output."""

from helpers.indicators.actuals import parse_actual
from helpers.indicators.attainment import CompoundPart, evaluate, evaluate_choice, evaluate_compound, expressed
from helpers.indicators.model import UNKNOWN, Actual, Outcome, Target
from helpers.indicators.parse import parse_money, parse_target
from helpers.indicators.rule_sets import RuleError, RuleSet, available, load_rules
from helpers.indicators.scoring import (
    Execution,
    Total,
    edges_beside,
    execution,
    grade_of,
    interval,
    is_fragile,
    is_overshoot,
    rate_of,
    rescaled,
    rounded,
    rounded_to_full,
    score,
    total,
)

__all__ = [
    "UNKNOWN",
    "Actual",
    "CompoundPart",
    "Execution",
    "Outcome",
    "RuleError",
    "RuleSet",
    "Target",
    "Total",
    "available",
    "edges_beside",
    "evaluate",
    "evaluate_choice",
    "evaluate_compound",
    "execution",
    "expressed",
    "grade_of",
    "interval",
    "is_fragile",
    "is_overshoot",
    "load_rules",
    "parse_actual",
    "parse_money",
    "parse_target",
    "rate_of",
    "rescaled",
    "rounded",
    "rounded_to_full",
    "score",
    "total",
]
