"""Between which values a figure lies when rows were lost or cells could not be read: all good, or all bad."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from helpers.indicators import Actual, Outcome, RuleSet, Target, evaluate, expressed
from helpers.indicators.model import Status
from helpers.measures import compile as compiled
from helpers.year.declared_indicators import Measure
from helpers.year.engine import identifier, literals
from helpers.year.reads import columns_read
from helpers.year.tables import Table

#: Words by which an expression says something definite of a value that is not there.
_OF_NOTHING = ("null", "coalesce", "if", "case", "least", "greatest", "concat")


#: So many times a figure or its target is beyond both, whatever their units.
FAR = 10**12


@dataclass(frozen=True)
class Bounds:
    """``rows``: how many uncertain rows may change the figure; None: nothing limits it on that side."""

    rows: int
    low: Fraction | None
    high: Fraction | None


#: The columns of ``groups_query``, in order.
GROUP = ("counted", "value", "rows", "now", "hits", "least", "most")


@dataclass(frozen=True, kw_only=True)
class Group:
    """Uncertain rows that are alike. ``counted``: yes · maybe; ``value``: hit · miss · known · maybe.

    ``now``: how many of them the figure counts today, ``hits`` their share of its numerator;
    ``least`` and ``most``: the sums of their negative and positive known values.
    """

    counted: str
    value: str
    rows: int
    now: int
    hits: int
    least: int
    most: int


def groups_query(measure: Measure, spec: Table, table: str) -> str:
    """The uncertain rows of a measure's table that may change it, counted in groups."""
    sums = measure.agg in ("sum", "mean", "quantile", "max", "min")
    where = f"coalesce(({measure.where}\n), false)" if measure.where else "true"
    value = f"({measure.value}\n)" if measure.value and (sums or measure.agg == "share") else "true"
    maybe_where = _unknown(columns_read(measure.where, spec))
    maybe_value = _unknown(columns_read(measure.value, spec) | {*measure.repeat_of})
    definite = f"({measure.where}\n) IS FALSE" if measure.where and _definite(measure.where) else "false"
    in_doubt = f"CASE WHEN {definite} THEN 'no' ELSE 'maybe' END"
    counted = (
        f"CASE WHEN {maybe_where} THEN {in_doubt} WHEN NOT {where} THEN 'no' WHEN _used THEN 'yes' ELSE 'maybe' END"
    )
    scaled = f"coalesce(CAST(round({value} * {compiled.scale_of(measure)}) AS HUGEINT), 0)" if sums else "0"
    known = "'known'" if sums else f"CASE WHEN coalesce({value}, false) THEN 'hit' ELSE 'miss' END"
    kept = f"{value} IS NOT NULL" if sums else "true"
    hit = scaled if sums else f"CAST(coalesce({value}, false) AS INTEGER)"
    # A row whose required value is simply not given is declared to be no record, except of a sum of it.
    about = "true" if measure.agg == "sum" else "_kind <> 'blank'"
    return (
        "SELECT counted, value, count(*), count(*) FILTER (WHERE now), coalesce(sum(hit) FILTER (WHERE now), 0), "
        "coalesce(sum(scaled) FILTER (WHERE scaled < 0), 0), coalesce(sum(scaled) FILTER (WHERE scaled > 0), 0) FROM ("
        f"SELECT {counted} AS counted, CASE WHEN {maybe_value} THEN 'maybe' ELSE {known} END AS value, "
        f"_used AND {where} AND {kept} AS now, {hit} AS hit, {scaled} AS scaled "
        f"FROM {identifier(table + '.uncertain')} WHERE {about}) "
        "WHERE counted <> 'no' AND NOT (counted = 'yes' AND value <> 'maybe') GROUP BY ALL ORDER BY ALL"
    )


def _unknown(columns: frozenset[str]) -> str:
    return f"list_has_any(_unknown, CAST([{literals(['*', *sorted(columns)])}] AS VARCHAR[]))"


def _definite(text: str) -> bool:
    """Whether an expression that is false with a value missing is false whatever the value."""
    return not any(word in text.lower() for word in _OF_NOTHING)


# --- figures --------------------------------------------------------------------------------------


def counted(groups: Sequence[Group], hits: int) -> Bounds:
    certain = hits - sum(g.now for g in groups)
    must = sum(g.rows for g in groups if g.counted == "yes")
    rows = sum(g.rows for g in groups)
    return Bounds(rows, Fraction(certain + must), Fraction(certain + rows))


def share(groups: Sequence[Group], hits: int, n: int) -> Bounds:
    """Rows in doubt are hits among the counted, or misses among them, or not counted."""
    base, all_rows = hits - sum(g.hits for g in groups), n - sum(g.now for g in groups)
    good, bad = [0, 0], [0, 0]
    for g in groups:
        may_hit, may_miss, must = g.value != "miss", g.value != "hit", g.counted == "yes"
        good[0] += g.rows * may_hit
        good[1] += g.rows * (must or may_hit)
        bad[0] += g.rows * (must and not may_miss)
        bad[1] += g.rows * (must or may_miss)
    low, high = ((base + a, all_rows + b) for a, b in (bad, good))
    return Bounds(
        sum(g.rows for g in groups),
        Fraction(*low) if low[1] else Fraction(0),
        Fraction(*high) if high[1] else Fraction(1),
    )


def summed(groups: Sequence[Group], hits: int, scale: int, negative: bool) -> Bounds:
    """An amount that cannot be read may be any; it is below zero only where others are."""
    base = hits - sum(g.hits for g in groups)
    least = sum(g.least if g.counted == "maybe" else g.least + g.most for g in groups if g.value == "known")
    most = sum(g.most if g.counted == "maybe" else g.least + g.most for g in groups if g.value == "known")
    open_ended = any(g.value == "maybe" for g in groups)
    return Bounds(
        sum(g.rows for g in groups),
        None if open_ended and negative else Fraction(base + least, scale),
        None if open_ended else Fraction(base + most, scale),
    )


def averaged(groups: Sequence[Group], hits: int, n: int, extremes: tuple[int, int] | None, scale: int) -> Bounds:
    """Every row in doubt at the least or the greatest value that was read elsewhere."""
    rows = sum(g.rows for g in groups)
    if extremes is None:
        return Bounds(rows, None, None)
    base, certain = hits - sum(g.hits for g in groups), n - sum(g.now for g in groups)
    low, high = (Fraction(base + rows * end, scale * (certain + rows)) for end in extremes)
    return Bounds(rows, low, high)


def open_ended(agg: str, groups: Sequence[Group], value: Fraction | None) -> Bounds:
    """Of a greatest or least value, of different ones, of repeats and of days: what rows in doubt can add to.

    They only widen what was read; a lost row may be a repeat and have one.
    """
    rows = sum(g.rows for g in groups)
    if agg == "share":
        return Bounds(rows, Fraction(0), Fraction(1))
    if agg in ("earliest", "latest") or value is None:
        return Bounds(rows, None, None)
    more = {"distinct": rows, "count": 2 * rows}.get(agg)
    low = None if agg == "min" else Fraction(0) if agg == "count" else value
    return Bounds(rows, low, value if agg == "min" else None if more is None else value + more)


def divided(top: Fraction | None, bottom: Fraction | None, over: Bounds | None, under: Bounds | None) -> Bounds | None:
    """A ratio between its extremes; of what may be negative or nothing, nothing is known."""
    if over is None and under is None:
        return None
    above = over or Bounds(0, top, top)
    below = under or Bounds(0, bottom, bottom)
    rows = above.rows + below.rows
    if above.low is None or above.low < 0 or below.low is None or below.low <= 0:
        return Bounds(rows, None, None)
    low = above.low / below.high if below.high else Fraction(0)
    return Bounds(rows, low, None if above.high is None else above.high / below.low)


# --- against a target -----------------------------------------------------------------------------


def judged(outcome: Outcome, target: Target, actual: Actual, bounds: Bounds | None, rules: RuleSet) -> Outcome:
    """The outcome, or unknown where the target lies between the bounds: the actual stays, nothing is scored."""
    if bounds is None or outcome.status == "unknown":
        return outcome
    if actual.kind == "date":  # a lost record may be of any day
        return Outcome(status="unknown", notes=(*outcome.notes, "bounds_straddle"))
    if not isinstance(actual.value, Fraction):
        return outcome
    statuses = {outcome.status, *(_status(target, _at(actual, end), rules) for end in _ends(target, actual, bounds))}
    if len(statuses) == 1:
        return outcome
    return Outcome(status="unknown", notes=(*outcome.notes, "bounds_straddle"))


def _ends(target: Target, actual: Actual, bounds: Bounds) -> tuple[Fraction, Fraction]:
    """The bounds as values; an open side lies beyond anything that a target can ask."""
    values = target.value if isinstance(target.value, tuple) else (target.value,)
    far = FAR * (1 + max(abs(v) for v in (*values, actual.value) if isinstance(v, Fraction)))
    low = -far if bounds.low is None else bounds.low
    return low, far if bounds.high is None else bounds.high


def _at(actual: Actual, value: Fraction) -> Actual:
    return replace(actual, value=value)


def _status(target: Target, actual: Actual, rules: RuleSet) -> Status:
    return evaluate(target, expressed(target, actual), rules).status
