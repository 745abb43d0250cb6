"""Great Expectations over the tidy tables, behind one adapter; two levels, stop and note.

Importing this package is cheap; Great Expectations is imported when a table is judged.
"""

from helpers.gate.builtin_rules import About, Rule, about_table, builtin_rules, declared_rules, rules_of
from helpers.gate.expectation_types import check_rule, year_faults
from helpers.gate.result import Check, FailingRow, GateResult, GateStopped
from helpers.gate.run import run_gate, validate_year
from helpers.gate.whole import judge_year, plausible_faults

__all__ = [
    "About",
    "Check",
    "FailingRow",
    "GateResult",
    "GateStopped",
    "Rule",
    "about_table",
    "builtin_rules",
    "check_rule",
    "declared_rules",
    "judge_year",
    "plausible_faults",
    "rules_of",
    "run_gate",
    "validate_year",
    "year_faults",
]
