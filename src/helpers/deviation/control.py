"""Control charts by month: an XmR chart for values, a p-chart for shares, and what the run rules find.

Limits: XmR by Wheeler, Understanding Variation (2nd ed., 2000): mean ± 2.66 × mean moving range, upper
range limit 3.267 × mean moving range. p-chart by Montgomery, Introduction to Statistical Quality Control,
ch. 7: p̄ ± 3·√(p̄(1 − p̄)/n), which differs from month to month with n. Run rules: tests 1, 2, 3, 5 and 6 of
L. S. Nelson, "The Shewhart Control Chart – Tests for Special Causes", Journal of Quality Technology 16
(1984), 237–239; tests 1, 5 and 6 are also those of Western Electric (1956).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from helpers.deviation.values import MonthFigure, with_figures
from helpers.indicators.plain import plain

Kind = Literal["xmr", "p"]
Side = Literal["high", "low"]

#: 3/d2 and D4 for moving ranges of two (d2 = 1.128), and what their median is divided by for σ.
LIMIT_FACTOR, RANGE_FACTOR, D4_MEDIAN = 2.66, 3.267, 0.954
#: With fewer months than this nobody can tell a limit from a guess.
FEWEST_POINTS = 6
#: A month is small when fewer cases than this are to be expected on either side of a share; its
#: distribution is then skewed, so that only an exact tail probability can tell that it is special.
FEWEST_EXPECTED = 5
#: What lies beyond three standard deviations of a normal distribution, on one side.
TAIL = 0.00135
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


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class Chart:
    """A control chart. ``centre`` and limits are None with fewer than ``FEWEST_POINTS`` months.

    ``missing``: months without records, which break a run. ``range_limit``: of the moving ranges;
    ``wide_ranges``: the months whose range exceeds it. ``dispersion``: how many times wider the months
    of a share vary than sampling alone makes them (σ_z of D. B. Laney, "Improved Control Charts for
    Attributes", Quality Engineering 14 (2002), 531–537); where it is far above 1 with many rows a
    month, the limits of a p-chart are narrow and signals are many.
    """

    kind: Kind
    centre: float | None
    points: tuple[Point, ...]
    signals: tuple[Signal, ...] = ()
    missing: tuple[str, ...] = ()
    range_limit: float | None = None
    wide_ranges: tuple[str, ...] = ()
    dispersion: float | None = None

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


def control_chart(months: Sequence[MonthFigure], agg: str | None, *, natural_zero: bool = True) -> Chart | None:
    """The chart of a monthly series: a p-chart for a share, an XmR chart for anything else.

    ``agg``: how the measure adds its rows up. ``natural_zero``: the figure cannot be negative, so that
    a lower limit below zero is zero. None without a single month that says something.
    """
    filled = with_figures(months, agg)
    if not filled:
        return None
    missing = tuple(m.month for m in months if m not in filled)
    if agg == "share":
        return p_chart([(m.month, int(m.hits or 0), m.n) for m in filled], missing)
    return xmr_chart([(m.month, float(m.value or 0), m.n) for m in filled], missing, natural_zero)


def xmr_chart(
    series: Sequence[tuple[str, float, int]], missing: tuple[str, ...] = (), natural_zero: bool = False
) -> Chart:
    """Individual values and moving ranges: (month, value, rows) in the order of the months."""
    values = np.array([value for _, value, _ in series], dtype=float)
    ranges = np.abs(np.diff(values))
    if len(values) < FEWEST_POINTS:
        return Chart("xmr", None, tuple(Point(m, v, n, v, v) for m, v, n in series), (), missing)
    centre, mean_range = float(values.mean()), float(ranges.mean())
    low, high = centre - LIMIT_FACTOR * mean_range, centre + LIMIT_FACTOR * mean_range
    if natural_zero and values.min() >= 0:
        low = max(low, 0.0)
    points = [
        Point(m, v, n, low, high, False, None if i == 0 else float(ranges[i - 1])) for i, (m, v, n) in enumerate(series)
    ]
    sigma = LIMIT_FACTOR * mean_range / 3
    # A range is never zero but for equal values: a constant series has no signal.
    scores = _scores(values - centre, np.full(len(values), sigma), float(np.abs(values).max()))
    limit = RANGE_FACTOR * mean_range
    wide = tuple(
        p.month for p in points if p.range is not None and p.range > limit + DUST * float(np.abs(values).max())
    )
    rules = _found(points, scores, values, np.zeros(len(values), dtype=bool), scores)
    return Chart("xmr", centre, *_marked(points, rules), missing, limit, wide)


def p_chart(series: Sequence[tuple[str, int, int]], missing: tuple[str, ...] = ()) -> Chart:
    """Shares: (month, hits, rows) in the order of the months, every month with rows."""
    hits = np.array([h for _, h, _ in series], dtype=float)
    n = np.array([n for _, _, n in series], dtype=float)
    values = hits / n
    centre = float(hits.sum() / n.sum())
    small = n * min(centre, 1 - centre) < FEWEST_EXPECTED
    if len(series) < FEWEST_POINTS:
        return Chart(
            "p",
            None,
            tuple(Point(m, h / k, k, h / k, h / k, bool(s)) for (m, h, k), s in zip(series, small, strict=True)),
            (),
            missing,
        )
    sigma = np.sqrt(centre * (1 - centre) / n)
    low, high = np.clip(centre - 3 * sigma, 0, 1), np.clip(centre + 3 * sigma, 0, 1)
    points = [
        Point(m, h / k, k, float(a), float(b), bool(s))
        for (m, h, k), a, b, s in zip(series, low, high, small, strict=True)
    ]
    scores = _scores(values - centre, sigma, 1.0)
    beyond = np.where(small, _exact_scores(hits, n, centre), scores)
    # By the median of the moving ranges: one special month does not make all months wide.
    dispersion = float(np.median(np.abs(np.diff(scores))) / D4_MEDIAN)
    return Chart(
        "p", centre, *_marked(points, _found(points, scores, values, small, beyond)), missing, dispersion=dispersion
    )


def _scores(differences: np.ndarray, sigma: np.ndarray, size: float) -> np.ndarray:
    """Differences from the centre in standard deviations; 0 where there is no variation at all."""
    real = np.abs(differences) > DUST * max(size, 1e-300)
    return np.divide(differences, sigma, out=np.zeros_like(differences), where=(sigma > 0) & real)


def _exact_scores(hits: np.ndarray, n: np.ndarray, centre: float) -> np.ndarray:
    """±4 where the exact binomial tail is as rare as three standard deviations, else 0."""
    from scipy.stats import binom

    low, high = binom.cdf(hits, n, centre), binom.sf(hits - 1, n, centre)
    return np.where(high < TAIL, 4.0, np.where(low < TAIL, -4.0, 0.0))


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
    above: Callable[[float], np.ndarray] = lambda limit: scores > limit + DUST
    below: Callable[[float], np.ndarray] = lambda limit: scores < -limit - DUST
    for at in range(len(points)):
        found += [
            ("beyond_limits", side, at, at)
            for side, hit in (("high", beyond[at] > 3 + DUST), ("low", beyond[at] < -3 - DUST))
            if hit
        ]  # type: ignore[misc]
        for rule, length, needed, limit in (
            ("one_side", 9, 9, 0.0),
            ("two_of_three", 3, 2, 2.0),
            ("four_of_five", 5, 4, 1.0),
        ):
            first = at - length + 1
            if first < 0 or not all(whole[first + 1 : at + 1]) or small[first : at + 1].any():
                continue
            for side, marks in (("high", above(limit)), ("low", below(limit))):
                # The last point has to be one of those that count, or the stretch ended before it.
                if marks[at] and marks[first : at + 1].sum() >= needed:
                    found.append((rule, side, first, at))  # type: ignore[arg-type]
        first = at - 5
        if first >= 0 and all(whole[first + 1 : at + 1]) and not small[first : at + 1].any():
            steps = np.diff(values[first : at + 1])
            if (steps > 0).all() or (steps < 0).all():
                found.append(("trending", "high" if steps[0] > 0 else "low", first, at))
    return found


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
        for side in ("high", "low"):
            for _, _, first, last in sorted(f for f in found if f[:2] == (rule, side)):
                if merged and merged[-1][:2] == (rule, side) and first <= merged[-1][3]:
                    merged[-1] = (rule, side, merged[-1][2], last)  # type: ignore[assignment]
                else:
                    merged.append((rule, side, first, last))  # type: ignore[arg-type]
    dressed = tuple(
        Point(p.month, p.value, p.n, p.low, p.high, p.small, p.range, tuple(ends.get(i, ())))
        for i, p in enumerate(points)
    )
    signals = tuple(
        Signal(rule, side, tuple(p.month for p in points[first : last + 1]))
        for rule, side, first, last in sorted(merged, key=lambda m: (m[2], m[3], list(RULES).index(m[0])))
    )
    return dressed, signals
