"""All that is said of measures, this year's and last year's: what became of them, what they would cost and give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.deviation.options_table import options_table, with_replays
from helpers.deviation.plan import follow_up, plan_rows
from helpers.deviation.spares_plan import spares_plan
from helpers.measures.figures import Measures

if TYPE_CHECKING:
    from helpers.year.load import Year


def weigh_measures(
    year: Year, tables: Path, previous: Year | None, previous_tables: Path, deviations: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """``followup``, ``plan`` and ``spares`` of results.json; ``deviations`` are those of the year.

    Nothing else of the year's results is needed: a target that changes no deviation changes nothing here.
    """
    before = Measures(previous, previous_tables) if previous else None
    with Measures(year, tables, previous_tables if previous else None) as measures:
        followup = follow_up(previous, before, measures)
        options, by_id = options_table(measures, before, deviations)
        plan = with_replays(plan_rows(year, measures, followup), year, by_id)
        spares = {**spares_plan(year, measures, before), "options": options}
    return {"followup": followup, "plan": plan, "spares": spares}
