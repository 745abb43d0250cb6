"""Why a target was missed, what would have helped, and what became of last year's plan."""

from helpers.deviation.decompose import Aim, Decomposition, Group, decompose, drill_down, misses_of
from helpers.deviation.explain import compare_years, explain_year
from helpers.deviation.options_table import options_table, with_replays
from helpers.deviation.plan import follow_up, judge_action, plan_rows
from helpers.deviation.raised import Deviation, Observed, raise_deviations
from helpers.deviation.spares_plan import spares_plan

__all__ = [
    "Aim",
    "Decomposition",
    "Deviation",
    "Group",
    "Observed",
    "compare_years",
    "decompose",
    "drill_down",
    "explain_year",
    "follow_up",
    "judge_action",
    "misses_of",
    "options_table",
    "plan_rows",
    "raise_deviations",
    "spares_plan",
    "with_replays",
]
