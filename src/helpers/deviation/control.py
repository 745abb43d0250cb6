"""Control charts by month: XmR for values, p′ for shares, exact limits for rare counts, and what the run rules find.

Limits: XmR by Wheeler, Understanding Variation (2nd ed., 2000): mean ± 2.66 × mean moving range, upper
range limit 3.267 × mean moving range. p-chart by Montgomery, Introduction to Statistical Quality Control,
ch. 7: p̄ ± 3·√(p̄(1 − p̄)/n), which differs from month to month with n; wider by σ_z where months vary by more
than sampling (D. B. Laney, "Improved Control Charts for Attributes", Quality Engineering 14 (2002), 531–537). Rare
counts: the tails of the Poisson distribution, of the negative binomial where months vary more. Run rules: tests
1, 2, 3, 5 and 6 of L. S. Nelson, "The Shewhart Control Chart – Tests for Special Causes", Journal of Quality
Technology 16 (1984), 237–239; tests 1, 5 and 6 are also those of Western Electric (1956).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from helpers.deviation.values import MonthFigure, with_figures
from helpers.indicators.plain import plain

Kind = Literal["xmr", "p", "c"]
Side = Literal["high", "low"]
SIDES: tuple[Side, Side] = ("high", "low")

#: 3/d2 and D4 for moving ranges of two (d2 = 1.128), and what their median is divided by for σ.
LIMIT_FACTOR, RANGE_FACTOR, D4_MEDIAN = 2.66, 3.267, 0.954
#: With fewer months than this nobody can tell a limit from a guess.
FEWEST_POINTS = 6
#: A month is small when fewer cases than this are to be expected on either side of a share; its
#: distribution is then skewed, so that only an exact tail probability can tell that it is special.
FEWEST_EXPECTED = 5
#: What lies beyond three standard deviations of a normal distribution, on one side.
TAIL = 0.00135
#: Below so many a month the normal limits of a count make no sense: three standard deviations reach below nothing.
RARE = 9
#: Differences of this relative size are floating-point dust.
DUST = 1e-9

SOURCE = "Nelson（1984）判异准则第1、2、3、5、6条"
RULES = {
    "beyond_limits": "1个点超出三倍标准差的控制限",
    "one_side": "连续9个点在中心线同一侧",
    "trending": "连续6个点递增或递减",
    "two_of_three": "连续3个点中有2个在同侧两倍标准差以外",
    "four_of_five": "连续5个点中有4个在同侧一倍标准差以外",
}


@dataclass(frozen=True, kw_only=True)
class Point:
    """One month with records: its value and limits in the measure's unit.

    ``n``: rows; ``small``: too few of them for the usual limits to mean much; ``range``: the difference
    from the point before (XmR only); ``rules``: the run rules that end here.
    """

    month: str
    value: float
    n: int
    low: float
    high: float
    small: bool = False
    range: float | None = None
    rules: tuple[str, ...] = ()


@dataclass(frozen=True)
class Signal:
    """A stretch of months that chance does not explain. ``side``: above or below the centre, or for a
    run of rising or falling points the way it goes."""

    rule: str
    side: Side
    months: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A control chart. ``centre`` and limits are None with fewer than ``FEWEST_POINTS`` months.

    ``missing``: months without records, which break a run. ``range_limit``: of the moving ranges;
    ``wide_ranges``: the months whose range exceeds it. ``dispersion``: how many times wider the months
    of a share vary than sampling alone makes them (σ_z); limits are so many times wider where it is above 1.
    ``based_on``: the number of months that centre and limits rest on.
    """

    kind: Kind
    centre: float | None
    points: tuple[Point, ...]
    signals: tuple[Signal, ...] = ()
    missing: tuple[str, ...] = ()
    range_limit: float | None = None
    wide_ranges: tuple[str, ...] = ()
    dispersion: float | None = None
    based_on: int = 0

    def to_json(self) -> dict[str, Any]:
        """The object under ``control`` in results.json, without the tickets of the signals."""
        judged = self.centre is not None
        return {
            "kind": self.kind,
            "centre": plain(self.centre),
            "source": SOURCE,
            "rules": list(RULES.values()),
            "range_limit": plain(self.range_limit),
            "dispersion": plain(self.dispersion),
            "based_on": self.based_on,
            "missing": list(self.missing),
            "small": [p.month for p in self.points if p.small],
            "wide_ranges": list(self.wide_ranges),
            "points": [
                {
                    "month": p.month,
                    "value": plain(p.value),
                    "n": p.n,
                    "low": plain(p.low) if judged else None,
                    "high": plain(p.high) if judged else None,
                    "small": p.small,
                    "rules": list(p.rules),
                }
                for p in self.points
            ],
            "signals": [
                {"rule": s.rule, "words": RULES[s.rule], "side": s.side, "months": list(s.months)} for s in self.signals
            ],
        }


def control_chart(
    months: Sequence[MonthFigure],
    agg: str | None,
    *,
    natural_zero: bool = True,
    earlier: Sequence[MonthFigure] = (),
) -> Chart | None:
    """The chart of a monthly series: a p′ chart for a share, exact limits for a rare count, XmR for anything else.

    ``agg``: how the measure adds its rows up. ``natural_zero``: the figure cannot be negative, so that
    a lower limit below zero is zero. ``earlier``: months before these that vary about the same centre; the limits
    rest on them too, signals are looked for in ``months`` alone. None without a single month that says something,
    and where the figure is by its definition about one calendar month.
    """
    filled, before = with_figures(months, agg), with_figures(earlier, agg)
    if not filled or _of_one_month(filled, before):
        return None
    missing = tuple(m.month for m in months if m not in filled)
    if agg == "share":
        shares, past_shares = ([(m.month, int(m.hits or 0), m.n) for m in part] for part in (filled, before))
        return p_chart(shares, missing, past_shares)
    values, past = ([(m.month, float(m.value or 0), m.n) for m in part] for part in (filled, before))
    every = [value for _, value, _ in [*past, *values]]
    if agg == "count" and len(every) >= FEWEST_POINTS and sum(every) < RARE * len(every):
        return c_chart(values, missing, past)
    return xmr_chart(values, missing, natural_zero, past)


def _of_one_month(months: Sequence[MonthFigure], earlier: Sequence[MonthFigure]) -> bool:
    """Whether all that counts lies in the same calendar month of both years: not the months are low, but the figure
    asks for this one only. Of one year alone that cannot be told."""
    lone = [{m.month[-2:] for m in part if m.value} for part in (months, earlier)]
    return len(lone[0]) == 1 and lone[0] == lone[1] and len(months) > 1


def xmr_chart(
    series: Sequence[tuple[str, float, int]],
    missing: tuple[str, ...] = (),
    natural_zero: bool = False,
    earlier: Sequence[tuple[str, float, int]] = (),
) -> Chart:
    """Individual values and moving ranges: (month, value, rows) in the order of the months."""
    every = np.array([value for _, value, _ in [*earlier, *series]], dtype=float)
    ranges = np.abs(np.diff(every))
    if len(every) < FEWEST_POINTS:
        return Chart(
            kind="xmr",
            centre=None,
            points=tuple(Point(month=m, value=v, n=n, low=v, high=v) for m, v, n in series),
            signals=(),
            missing=missing,
        )
    centre, mean_range = float(every.mean()), float(ranges.mean())
    low, high = centre - LIMIT_FACTOR * mean_range, centre + LIMIT_FACTOR * mean_range
    if natural_zero and every.min() >= 0:
        low = max(low, 0.0)
    past = len(earlier)
    values = every[past:]
    points = [
        Point(
            month=m,
            value=v,
            n=n,
            low=low,
            high=high,
            small=False,
            range=None if past + i == 0 else float(ranges[past + i - 1]),
        )
        for i, (m, v, n) in enumerate(series)
    ]
    sigma = LIMIT_FACTOR * mean_range / 3
    # A range is never zero but for equal values: a constant series has no signal.
    size = float(np.abs(every).max())
    scores = _scores(values - centre, np.full(len(values), sigma), size)
    limit = RANGE_FACTOR * mean_range
    wide = tuple(p.month for p in points if p.range is not None and p.range > limit + DUST * size)
    dressed, signals = _marked(points, _found(points, scores, values, np.zeros(len(values), dtype=bool), scores))
    return Chart(
        kind="xmr",
        centre=centre,
        points=dressed,
        signals=signals,
        missing=missing,
        range_limit=limit,
        wide_ranges=wide,
        based_on=len(every),
    )


def p_chart(
    series: Sequence[tuple[str, int, int]],
    missing: tuple[str, ...] = (),
    earlier: Sequence[tuple[str, int, int]] = (),
) -> Chart:
    """Shares: (month, hits, rows) in the order of the months, every month with rows."""
    every, past = [*earlier, *series], len(earlier)
    hits = np.array([h for _, h, _ in every], dtype=float)
    n = np.array([n for _, _, n in every], dtype=float)
    values = hits / n
    centre = float(hits.sum() / n.sum())
    small = n * min(centre, 1 - centre) < FEWEST_EXPECTED
    if len(every) < FEWEST_POINTS:
        return Chart(
            kind="p",
            centre=None,
            points=tuple(
                Point(month=m, value=h / k, n=k, low=h / k, high=h / k, small=bool(s))
                for (m, h, k), s in zip(series, small[past:], strict=True)
            ),
            signals=(),
            missing=missing,
        )
    sampling = np.sqrt(centre * (1 - centre) / n)
    plain_scores = _scores(values - centre, sampling, 1.0)
    # By the median of the moving ranges: one special month does not make all months wide.
    dispersion = float(np.median(np.abs(np.diff(plain_scores))) / D4_MEDIAN)
    wider = max(1.0, dispersion)
    low, high = np.clip(centre - 3 * wider * sampling, 0, 1), np.clip(centre + 3 * wider * sampling, 0, 1)
    points = [
        Point(month=m, value=h / k, n=k, low=float(a), high=float(b), small=bool(s))
        for (m, h, k), a, b, s in zip(series, low[past:], high[past:], small[past:], strict=True)
    ]
    scores = plain_scores / wider
    beyond = np.where(small, _exact_scores(hits, n, centre, wider), scores)
    found = _found(points, scores[past:], values[past:], small[past:], beyond[past:])
    dressed, signals = _marked(points, found)
    return Chart(
        kind="p",
        centre=centre,
        points=dressed,
        signals=signals,
        missing=missing,
        dispersion=dispersion,
        based_on=len(every),
    )


def c_chart(
    series: Sequence[tuple[str, float, int]],
    missing: tuple[str, ...] = (),
    earlier: Sequence[tuple[str, float, int]] = (),
) -> Chart:
    """Rare counts: (month, count, rows). Only a single month can be special; runs of rare counts say nothing."""
    from scipy.stats import nbinom, poisson

    every = np.array([value for _, value, _ in [*earlier, *series]], dtype=float)
    centre = float(every.mean())
    # One special month must not make all months wide, so the largest is left out.
    usual = np.sort(every)[:-1]
    excess = float(usual.var(ddof=1) / usual.mean()) if usual.mean() > 0 else 1.0
    law = nbinom(centre / (excess - 1), 1 / excess) if excess > 1 and centre > 0 else poisson(centre)
    low, high = float(law.ppf(TAIL)), float(law.ppf(1 - TAIL))
    values = every[len(earlier) :]
    beyond = np.where(values > high, 4.0, np.where(values < low, -4.0, 0.0))
    points = [Point(month=m, value=v, n=n, low=low, high=high, small=True) for m, v, n in series]
    dressed, signals = _marked(
        points, _found(points, np.zeros(len(values)), values, np.ones(len(values), dtype=bool), beyond)
    )
    return Chart(kind="c", centre=centre, points=dressed, signals=signals, missing=missing, based_on=len(every))


def _scores(differences: np.ndarray, sigma: np.ndarray, size: float) -> np.ndarray:
    """Differences from the centre in standard deviations; 0 where there is no variation at all."""
    real = np.abs(differences) > DUST * max(size, 1e-300)
    scores: np.ndarray = np.divide(differences, sigma, out=np.zeros_like(differences), where=(sigma > 0) & real)
    return scores


def _exact_scores(hits: np.ndarray, n: np.ndarray, centre: float, wider: float) -> np.ndarray:
    """±4 where the exact binomial tail, as a normal score and by so many times wider months, is beyond three
    standard deviations, else 0."""
    from scipy.stats import binom, norm

    low, high = binom.cdf(hits, n, centre), binom.sf(hits - 1, n, centre)
    limit = norm.sf(3 * wider) if wider > 1 else TAIL
    scores: np.ndarray = np.where(high < limit, 4.0, np.where(low < limit, -4.0, 0.0))
    return scores


# --- run rules ------------------------------------------------------------------------------------


def _found(
    points: Sequence[Point], scores: np.ndarray, values: np.ndarray, small: np.ndarray, beyond: np.ndarray
) -> list[tuple[str, Side, int, int]]:
    """Rule, side, first and last place of each stretch that a rule ends at.

    ``small`` months tell nothing by their side of the centre and break every run; ``beyond``: the
    scores for rule 1. Months that do not follow each other break a run as well.
    """
    places = [int(p.month[:4]) * 12 + int(p.month[5:7]) for p in points]
    whole = [a == 0 or places[a] == places[a - 1] + 1 for a in range(len(points))]
    found: list[tuple[str, Side, int, int]] = []
    for at in range(len(points)):
        found += [("beyond_limits", side, at, at) for side, marks in _sides(beyond, 3.0) if marks[at]]
        for rule, length, needed, limit in (
            ("one_side", 9, 9, 0.0),
            ("two_of_three", 3, 2, 2.0),
            ("four_of_five", 5, 4, 1.0),
        ):
            first = at - length + 1
            if first < 0 or not all(whole[first + 1 : at + 1]) or small[first : at + 1].any():
                continue
            for side, marks in _sides(scores, limit):
                # The last point has to be one of those that count, or the stretch ended before it.
                if marks[at] and marks[first : at + 1].sum() >= needed:
                    found.append((rule, side, first, at))
        first = at - 5
        if first >= 0 and all(whole[first + 1 : at + 1]) and not small[first : at + 1].any():
            steps = np.diff(values[first : at + 1])
            if (steps > 0).all() or (steps < 0).all():
                found.append(("trending", "high" if steps[0] > 0 else "low", first, at))
    return found


def _sides(scores: np.ndarray, limit: float) -> tuple[tuple[Side, np.ndarray], tuple[Side, np.ndarray]]:
    """Which points lie more than so many standard deviations above the centre, and which below."""
    return ("high", scores > limit + DUST), ("low", scores < -limit - DUST)


def _marked(
    points: Sequence[Point], found: Iterable[tuple[str, Side, int, int]]
) -> tuple[tuple[Point, ...], tuple[Signal, ...]]:
    """The points with the rules that end at them; stretches of one rule that overlap become one signal."""
    found = list(found)
    ends: dict[int, list[str]] = {}
    for rule, _, _, last in found:
        ends.setdefault(last, []).append(rule)
    merged: list[tuple[str, Side, int, int]] = []
    for rule in RULES:
        for side in SIDES:
            for _, _, first, last in sorted(f for f in found if f[:2] == (rule, side)):
                if merged and merged[-1][:2] == (rule, side) and first <= merged[-1][3]:
                    merged[-1] = (rule, side, merged[-1][2], last)
                else:
                    merged.append((rule, side, first, last))
    dressed = tuple(replace(p, rules=tuple(ends.get(i, ()))) for i, p in enumerate(points))
    signals = tuple(
        Signal(rule, side, tuple(p.month for p in points[first : last + 1]))
        for rule, side, first, last in sorted(merged, key=lambda m: (m[2], m[3], list(RULES).index(m[0])))
    )
    return dressed, signals
