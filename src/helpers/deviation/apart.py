"""The parts of the work on deviations that stand by themselves: one indicator's, and that on all measures.

Each is given the years and their tables and opens them itself, so that what it reads is known apart from the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.deviation.explain import compare_years, explain_year
from helpers.deviation.options_table import options_table, with_replays
from helpers.deviation.plan import follow_up, plan_rows
from helpers.deviation.spares_plan import spares_plan
from helpers.measures.figures import Measures
from helpers.measures.year_attained import attain_year

if TYPE_CHECKING:
    from helpers.year.load import Year


def explain_in_parts(part: Callable[[Callable[..., Any], Any], Any], indicators: Iterable[str]) -> dict[str, Any]:
    """``deviations``, ``comparisons``, ``plan``, ``followup`` and ``spares`` of results.json, put together of the parts
    below; ``part``: who does each on the years (``ws.part``). ``indicators``: their ids."""
    explained = [part(explain_indicator, one) for one in indicators]
    found = {key: [one for indicator in explained for one in indicator[key]] for key in ("deviations", "comparisons")}
    weighed = part(weigh_measures, found["deviations"])
    return {**found, **{key: weighed[key] for key in ("plan", "followup", "spares")}}


def explain_indicator(
    year: Year, tables: Path, previous: Year | None, previous_tables: Path, indicator: str
) -> dict[str, Any]:
    """The ``deviations`` and ``comparisons`` of results.json of one indicator, by its id."""
    with _opened(year, tables, previous, previous_tables) as (measures, before):
        last = attain_year(previous, before, indicator) if previous and before else None
        attained = attain_year(year, measures, indicator)
        deviations = explain_year(attained, measures, last, before)
        comparisons = compare_years(attained, measures, last, before)
    return {"deviations": deviations, "comparisons": comparisons}


def weigh_measures(
    year: Year, tables: Path, previous: Year | None, previous_tables: Path, deviations: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """``followup``, ``plan`` and ``spares`` of results.json: what became of last year's measures, what this year's
    would cost and give. ``deviations`` are those of the year.

    Nothing else of the year's results is needed: a target that changes no deviation changes nothing here.
    """
    with _opened(year, tables, previous, previous_tables) as (measures, before):
        followup = follow_up(previous, before, measures)
        options, by_id = options_table(measures, before, deviations)
        plan = with_replays(plan_rows(year, measures, followup), year, by_id)
        spares = {**spares_plan(year, measures, before), "options": options}
    return {"followup": followup, "plan": plan, "spares": spares}


@contextmanager
def _opened(
    year: Year, tables: Path, previous: Year | None, previous_tables: Path
) -> Iterator[tuple[Measures, Measures | None]]:
    """The measures of the year, and those of the year before where there is one."""
    with ExitStack() as stack:
        before = stack.enter_context(Measures(previous, previous_tables)) if previous else None
        yield stack.enter_context(Measures(year, tables, previous_tables if previous else None)), before
