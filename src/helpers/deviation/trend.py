"""Whether a result moves against its target: over this year's months, or from last year to this."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from helpers.deviation.chance import chance, chance_of_counts
from helpers.deviation.decompose import Direction
from helpers.deviation.effect import Cell, change_at
from helpers.deviation.last_year import Before
from helpers.deviation.values import MonthFigure, with_figures

#: A course is raised when chance would bring it about less often than this, both directions counted;
#: only the unfavourable one is raised, so that white noise is raised in half as many series.
ALPHA = 0.05
#: A month tells nothing about the year where fewer months than this have records.
FEWEST_MONTHS = 6


@dataclass(frozen=True, kw_only=True)
class Course:
    """A course of the months beyond chance. ``slope``: change a month in the measure's unit (Theil–Sen);
    ``first`` and ``last``: the fitted figures of the first and last month; ``ahead``: next year's mean
    month if it goes on so; ``seasonal``: last year's months went the same way, so it may be the season."""

    tau: float
    p_value: float
    slope: float
    first: float
    last: float
    ahead: float
    months: int
    seasonal: bool


def months_course(
    months: Sequence[MonthFigure], agg: str | None, side: Direction, before: Sequence[MonthFigure] = ()
) -> Course | None:
    """The course of a year's months if it goes against the target beyond chance, else None.

    The rule: the Mann–Kendall test (Kendall's τ_b of value and month; Mann 1945, Kendall 1975) with
    two-sided p < ``ALPHA``, and τ in the unfavourable direction. Shares must also pass the
    Cochran–Armitage test on their counts: where early months have few rows and later ones many,
    the order of the shares alone drifts without any change behind it. At least ``FEWEST_MONTHS``
    months with records.
    """
    found = _course(months, agg, side)
    if found is None:
        return None
    filled = with_figures(months, agg)
    from scipy.stats import theilslopes

    places, values = _series(filled, _first(months))
    slope, intercept, _, _ = theilslopes(values, places)
    # The next twelve months lie, on average, 6.5 months after the last of this year.
    ahead = float(intercept + slope * (12.0 + 5.5))
    if agg == "share":
        ahead = min(max(ahead, 0.0), 1.0)
    elif min(values) >= 0:
        ahead = max(ahead, 0.0)
    tau, p_value = found
    return Course(
        tau=tau,
        p_value=p_value,
        slope=float(slope),
        first=float(intercept + slope * places[0]),
        last=float(intercept + slope * places[-1]),
        ahead=ahead,
        months=len(filled),
        seasonal=_course(before, agg, side) is not None,
    )


def _place(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:7]) - 1


def _first(months: Sequence[MonthFigure]) -> int:
    """Where the fiscal year of all its months begins: in January where they are of one calendar year."""
    start, end = _place(months[0].month), _place(months[-1].month)
    return start if start // 12 != end // 12 else start - start % 12


def _series(filled: Sequence[MonthFigure], first: int) -> tuple[np.ndarray, np.ndarray]:
    """Months from 0 for the first of the year, and values."""
    places = np.array([_place(m.month) - first for m in filled], dtype=float)
    return places, np.array([float(m.value) for m in filled if m.value is not None])


def _course(months: Sequence[MonthFigure], agg: str | None, side: Direction) -> tuple[float, float] | None:
    """τ and p of a course against the target beyond chance."""
    filled = with_figures(months, agg)
    if len(filled) < FEWEST_MONTHS or len({m.value for m in filled}) < 2:
        return None
    from scipy.stats import kendalltau

    first = _first(months)
    places, values = _series(filled, first)
    tested = kendalltau(places, values)
    tau, p_value = float(tested.statistic), float(tested.pvalue)
    if not (p_value < ALPHA and (tau < 0 if side == "higher" else tau > 0)):
        return None
    if agg == "share":
        p_value = max(p_value, _armitage(filled, first))
    return (tau, p_value) if p_value < ALPHA else None


def _armitage(filled: Sequence[MonthFigure], first: int) -> float:
    """Two-sided p of a linear trend of shares over the months."""
    from statsmodels.stats.contingency_tables import Table

    hits = np.array([m.hits for m in filled], dtype=float)
    totals = np.array([m.n for m in filled], dtype=float)
    if hits.sum() in (0, totals.sum()):
        return 1.0
    places, _ = _series(filled, first)
    table = Table(np.array([hits, totals - hits]), shift_zeros=False)
    return float(table.test_ordinal_association(row_scores=np.array([0.0, 1.0]), col_scores=places).pvalue)


def since_last_year(
    value: Fraction | None,
    n: int,
    hits: int | None,
    unit: str | None,
    months: Sequence[MonthFigure],
    agg: str | None,
    before: Before | None,
    partly: bool = False,
) -> dict[str, Any] | None:
    """Last year's value beside this year's and the p value of the change; None without last year's.

    ``p_value``: of the months of both years as clusters (see ``effect``), at least ``FEWEST_MONTHS`` of each, and
    never below that of the counts alone (see ``chance``). With fewer months counts can only say that a change is
    not beyond chance. A figure that is declared otherwise or in another unit is named and not compared, nor is one
    of which either year's records cover a part of the year (``partly``).
    """
    if before is None or before.value is None:
        return None
    same = before.same and before.unit == unit and not partly and not before.repeats_unlike
    change = value - before.value if same and value is not None else None
    p_value, clustered = _changed(n, hits, unit, months, agg, before) if change is not None else (None, False)
    beyond = None if p_value is None or (p_value < ALPHA and not clustered) else p_value < ALPHA
    return {
        "fiscal_year": before.fiscal_year,
        "value": before.value,
        "unit": before.unit,
        "change": change,
        "comparable": same,
        "p_value": p_value,
        "beyond_chance": beyond,
        **({"part_of_year": True} if partly else {}),
        **({"repeats_unlike": True} if before.repeats_unlike else {}),
    }


@dataclass(frozen=True)
class _Counts:
    """A share in counts, as ``chance`` wants it."""

    unit: str | None
    hits: int | None
    n: int
    value: Fraction | None = None


def _changed(
    n: int, hits: int | None, unit: str | None, months: Sequence[MonthFigure], agg: str | None, before: Before
) -> tuple[float | None, bool]:
    """The p value of the change, and whether it allows for months that share their fate."""
    least = 0.0
    if agg == "share" and hits is not None and before.hits is not None:
        least = chance(_Counts(unit, hits, n), _Counts(unit, before.hits, before.n)) or 0.0
    elif agg == "count" and hits is not None and before.hits is not None:
        least = chance_of_counts(before.hits, hits, *(_days(year) for year in (before.months, months)))
    first, last = with_figures(before.months, agg), with_figures(months, agg)
    if min(len(first), len(last)) < FEWEST_MONTHS:
        return (least or None), False
    cells = year_cells(first, last, agg)
    if len({cell.value for cell in cells}) == 1:
        return 1.0, True
    found = change_at(cells, least=least)
    return (None if found is None else found.p_value), True


def year_cells(first: Sequence[MonthFigure], last: Sequence[MonthFigure], agg: str | None) -> list[Cell]:
    """The months of two years as clusters; a count or sum is a rate a day."""
    both = [*first, *last]
    hits, n = sum(m.hits or 0 for m in both), sum(m.n for m in both)
    pooled = hits / n if n else 0.0
    noise = {"share": pooled * (1 - pooled), "count": hits / max(_days(both), 1)}.get(agg or "")
    return [
        Cell(
            at=int(m.month[:4]) * 12 + int(m.month[5:7]) - 0.5,
            after=after,
            n=_days([m]) if agg in ("count", "sum") else float(m.n),
            value=float(m.value) / (_days([m]) if agg in ("count", "sum") else 1),
            noise=noise,
        )
        for after, months in ((False, first), (True, last))
        for m in months
        if m.value is not None
    ]


def _days(months: Sequence[MonthFigure]) -> float:
    return float(sum(monthrange(int(m.month[:4]), int(m.month[5:7]))[1] for m in months))
