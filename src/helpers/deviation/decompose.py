"""A gap split over a recorded dimension: contributions that add up to it exactly, and what each group cost.

With N rows, target t and value v (a share or mean), a group of n rows with value v_g contributes
(n/N)·(t − v_g) to the gap t − v; over all groups that sums to the gap. A sum's gap splits in proportion
to each group's part of the sum. All figures are exact fractions in the target's unit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from helpers.deviation.adjusted import Coded
from helpers.deviation.coded import coded
from helpers.deviation.tally import Mask, summed
from helpers.measures.row_blocks import spans

Agg = Literal["share", "mean", "sum", "count"]
Direction = Literal["higher", "lower"]

#: The column that holds each row's value, as ``Measures.rows`` gives it.
VALUE = "_value"
#: Rows that missed and say nothing: shown as unexplained, never spread over the others.
NO_CAUSE = "未记录原因"
#: Rows that say nothing because there was nothing to explain.
KEPT = "达到要求的记录"
#: Integers up to this size are added as machine integers.
SAFE = 2**62


@dataclass(frozen=True)
class Aim:
    """What the rows are held against.

    ``agg`` and ``scale``: how the measure adds its rows up (values are whole multiples of 1/scale);
    ``target`` in the measure's unit; ``direction``: whether more or less is better.
    """

    agg: Agg
    target: Fraction
    direction: Direction
    scale: int = 1_000_000

    @property
    def sign(self) -> int:
        return 1 if self.direction == "higher" else -1

    def value(self, amount: int, rows: int) -> Fraction:
        """The figure of so many rows whose integer amounts (hits, or values × scale) add up to this."""
        each = rows if self.agg in ("share", "mean") else 1
        unit = self.scale if self.agg in ("mean", "sum") else 1
        return Fraction(amount, unit * each)

    def gap(self, actual: Fraction) -> Fraction:
        """Positive = shortfall."""
        return self.sign * (self.target - actual)


@dataclass(frozen=True, kw_only=True)
class Group:
    """One value of a dimension.

    ``cause``: the value, None where nothing is recorded; ``kept``: rows without a value that kept the
    limit. ``misses``: rows that fell short. ``value``: the group's own share, mean or sum.
    ``contribution``: its part of the gap, positive = shortfall. ``avoidable``: what the whole would
    have been without this group's misses (None where that has no meaning); never to be added up.
    """

    cause: str | None
    kept: bool
    rows: int
    misses: int
    value: Fraction
    contribution: Fraction
    avoidable: Fraction | None

    @property
    def words(self) -> str:
        return self.cause or (KEPT if self.kept else NO_CAUSE)


@dataclass(frozen=True, kw_only=True)
class Decomposition:
    """A gap over one dimension; the groups' contributions sum to ``gap``.

    ``unknown``: rows without a value, which a mean or sum leaves out and a share counts as not kept.
    """

    dimension: str
    actual: Fraction
    gap: Fraction
    rows: int
    misses: int
    unknown: int
    groups: tuple[Group, ...]

    @property
    def unexplained(self) -> int:
        """Misses for which nothing is recorded."""
        return sum(group.misses for group in self.groups if group.cause is None)


def decompose(rows: pd.DataFrame, dimension: str, aim: Aim) -> Decomposition | None:
    """Split the gap between target and actual over the values of a column.

    ``rows``: the measure's rows with ``_value`` (a condition for a share, a number for a mean or sum,
    anything for a count) and the dimension. Groups come by contribution, the largest first, then by
    name. None where there are no rows to split the gap over.
    """
    judged = judge(rows, aim)
    return splits({dimension: judged.of(coded(rows[dimension]))}, judged)[dimension]


def splits(named: Mapping[str, Coded], judged: Judged) -> dict[str, Decomposition | None]:
    """``decompose`` of judged rows by several dimensions, each by the numbers of its groups."""
    sums = {name: np.zeros((4, len(own.names) + 1), dtype=object) for name, own in named.items()}
    for part in spans(len(judged.missed)):
        amount, excess = judged.worth(part)
        every = np.ones(len(amount), dtype=bool), judged.missed[part], amount, excess
        for name, own in named.items():
            for row, values in enumerate(every):
                sums[name][row] += summed(own.codes[part], len(own.names), values)
    return {name: _split(name, (None, *own.names), sums[name].tolist(), judged) for name, own in named.items()}


def _split(
    dimension: str, names: Sequence[str | None], sums: Sequence[Sequence[int]], judged: Judged
) -> Decomposition | None:
    """``sums``: of each group its rows, misses, amount and excess."""
    n, aim = len(judged.missed), judged.aim
    if not n:
        return None
    parts = zip(names, *sums, strict=True)
    every = [(name, False, *part) for name, *part in parts if part[0]]
    if aim.agg == "share" and every[0][0] is None:
        # A row without a value that kept the limit is not "without cause": there was nothing to explain.
        _, _, size, misses, hits, excess = every.pop(0)
        each = 0 if aim.direction == "higher" else 1
        late = (None, False, misses, misses, each * misses, excess)
        in_time = (None, True, size - misses, 0, hits - each * misses, 0)
        every += [one for one in (late, in_time) if one[2]]
    amount = sum(hits for *_, hits, _ in every)
    actual = aim.value(amount, n)
    found = []
    for name, kept, size, misses, hits, excess in every:
        value = aim.value(hits, size)
        share = Fraction(size, n) if aim.agg in ("share", "mean") or not amount else Fraction(hits, amount)
        contribution = share * (aim.gap(value) if aim.agg in ("share", "mean") else aim.gap(actual))
        found.append(
            Group(
                cause=name,
                kept=kept,
                rows=size,
                misses=misses,
                value=value,
                contribution=contribution,
                avoidable=_avoidable(aim, actual, amount, n, excess),
            )
        )
    found.sort(key=lambda group: (-group.contribution, group.cause is None, group.words))
    return Decomposition(
        dimension=dimension,
        actual=actual,
        gap=aim.gap(actual),
        rows=n,
        misses=sum(group.misses for group in found),
        unknown=judged.unknown,
        groups=tuple(found),
    )


def _avoidable(aim: Aim, actual: Fraction, amount: int, rows: int, excess: int) -> Fraction | None:
    """The actual without a group's misses.

    Share: the misses kept after all. Mean: each miss exactly at the target. Sum or count with an
    upper bound: without these rows; with a lower bound no row can be called a miss.
    """
    if aim.agg in ("sum", "count") and aim.direction == "higher":
        return None
    if aim.agg == "mean":
        return actual + aim.sign * Fraction(excess, aim.target.denominator * aim.scale * rows)
    return aim.value(amount + aim.sign * excess, rows)


# --- rows as integers -----------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Judged:
    """The rows that count, as they are held against an aim.

    ``values``: theirs; ``counts``: which of all rows they are (None: all). ``missed``: those that fell short.
    ``unknown``: rows without a value, which a mean or sum leaves out and a share counts as not kept.
    """

    aim: Aim
    values: pd.Series
    counts: Mask | None
    missed: Mask
    unknown: int

    @property
    def index(self) -> pd.Index:
        return self.values.index

    def worth(self, part: slice) -> tuple[NDArray[Any], NDArray[Any]]:
        """Of some rows what each adds up to, and what its miss is worth in units of that (for a mean, times the
        target's denominator)."""
        missed = self.missed[part]
        if self.aim.agg in ("mean", "sum"):
            amount, over = _over(self.values.iloc[part], self.aim, len(self.values))
            return amount, np.where(missed, over, 0)
        if self.aim.agg == "count":
            return np.ones(len(missed), dtype=bool), missed
        return ~missed if self.aim.direction == "higher" else missed, missed

    def of(self, one: Coded) -> Coded:
        """A property of all rows for those that count."""
        return one if self.counts is None else Coded(one.codes[self.counts], one.names)

    def among_all(self) -> Mask:
        """Which of all rows fell short."""
        return self.spread(self.missed)

    def spread(self, chosen: Mask) -> Mask:
        """Some of the rows that count, among all rows."""
        if self.counts is None:
            return chosen
        found = np.zeros(len(self.counts), dtype=bool)
        found[self.counts] = chosen
        return found


def judge(rows: pd.DataFrame, aim: Aim) -> Judged:
    """The rows behind a measure held against an aim."""
    if not rows.index.is_unique:
        raise ValueError("rows must have a unique index")
    values, counts = rows[VALUE], None
    unknown = 0 if aim.agg == "count" else int(values.isna().sum())
    missed = np.full(len(values), aim.direction == "lower")
    if aim.agg in ("mean", "sum"):
        if unknown:
            counts = values.notna().to_numpy()
            values, missed = values[counts], missed[counts]
        for part in spans(len(values)):
            missed[part] = _over(values.iloc[part], aim, len(values))[1] > 0
    elif aim.agg == "share":
        kept = values.astype("boolean").fillna(False).to_numpy(dtype=bool)
        missed = ~kept if aim.direction == "higher" else kept
    return Judged(aim=aim, values=values, counts=counts, missed=missed, unknown=unknown)


def _over(values: pd.Series, aim: Aim, rows: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Of a mean or sum, some of so many rows: what each adds up to, and how far that is on the wrong side."""
    amount = scaled(values, aim.scale, rows).to_numpy()
    if aim.agg == "mean":
        bound = aim.target * aim.scale
        largest = int(np.abs(amount).max()) if len(amount) else 0
        wide = abs(bound.numerator) + largest * bound.denominator > SAFE // max(rows, 1)
        return amount, aim.sign * (bound.numerator - (amount.astype(object) if wide else amount) * bound.denominator)
    return amount, amount * 0 if aim.direction == "higher" else amount


def scaled(values: pd.Series, scale: int, rows: int | None = None) -> pd.Series:
    """Values as whole multiples of 1/scale, halves away from zero, as the measure's SQL rounds them; ``rows``: how many
    they are one part of, and will be added up."""
    rows = len(values) if rows is None else rows
    if values.dtype == object:
        exact = [int((Decimal(str(v)) * scale).quantize(Decimal(1), ROUND_HALF_UP)) for v in values]
        return pd.Series(exact, index=values.index, dtype=object)
    if pd.api.types.is_integer_dtype(values.dtype):
        whole = values.astype("int64")
        return whole * scale if _largest(whole) * scale < SAFE // max(rows, 1) else whole.astype(object) * scale
    large = values.to_numpy(dtype="float64") * scale
    cut = np.trunc(large)
    rounded = pd.Series(np.where(np.abs(large - cut) >= 0.5, cut + np.sign(large), cut), index=values.index)
    if _largest(rounded) >= SAFE // max(rows, 1):
        return rounded.map(int).astype(object)
    return rounded.astype("int64")


def _largest(values: pd.Series) -> int:
    return int(values.abs().max()) if len(values) else 0


# --- drill-down -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    """How many misses share these values of the dimensions (None: not recorded)."""

    values: tuple[str | None, ...]
    misses: int


def counted_together(dimensions: Sequence[Coded], missed: Mask) -> tuple[Cell, ...]:
    """The rows that missed by several dimensions at once, most frequent first; together they are all misses."""
    parts = []
    for part in spans(len(missed)) if dimensions else ():
        # Three dimensions of a hundred thousand values each are fewer than numbers of this size.
        keys = np.zeros(int(missed[part].sum()), dtype=np.int64)
        for one in dimensions:
            keys = keys * (len(one.names) + 1) + one.codes[part][missed[part]] + 1
        parts.append(np.unique(keys, return_counts=True))
    if not parts:
        return ()
    keys, own = np.unique(np.concatenate([known for known, _ in parts]), return_inverse=True)
    often = summed(own, len(keys), np.concatenate([counts for _, counts in parts]))[1:].tolist()
    values = []
    for one in reversed(dimensions):
        keys, codes = np.divmod(keys, len(one.names) + 1)
        values.append(np.array([None, *one.names], dtype=object)[codes.astype(np.int64)].tolist())
    cells = [Cell(at, number) for at, number in zip(zip(*reversed(values), strict=True), often, strict=True)]
    return tuple(sorted(cells, key=lambda cell: (-cell.misses, [(v is None, v or "") for v in cell.values])))
