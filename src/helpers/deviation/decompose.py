"""A gap split over a recorded dimension: contributions that add up to it exactly, and what each group cost.

With N rows, target t and value v (a share or mean), a group of n rows with value v_g contributes
(n/N)·(t − v_g) to the gap t − v; over all groups that sums to the gap. A sum's gap splits in proportion
to each group's part of the sum. All figures are exact fractions in the target's unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any, Literal, cast

import numpy as np
import pandas as pd

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
    judged = _judged(rows, aim)
    if judged.empty:
        return None
    names = texts(rows.loc[judged.index, dimension])
    # A row without a value that kept the limit is not "without cause": there was nothing to explain.
    kept = names.isna() & (judged["miss"] == 0) if aim.agg == "share" else names.isna() & False
    summed = judged.assign(name=names.fillna(""), kept=kept, row=1).groupby(["name", "kept"], sort=True).sum()
    n, amount = len(judged), int(judged["amount"].sum())
    actual = aim.value(amount, n)
    groups = []
    for key, part in summed.iterrows():
        name, is_kept = cast(tuple[str, bool], key)
        size, hits, excess = int(part["row"]), int(part["amount"]), int(part["excess"])
        value = aim.value(hits, size)
        share = Fraction(size, n) if aim.agg in ("share", "mean") or not amount else Fraction(hits, amount)
        contribution = share * (aim.gap(value) if aim.agg in ("share", "mean") else aim.gap(actual))
        groups.append(
            Group(
                cause=name or None,
                kept=bool(is_kept),
                rows=size,
                misses=int(part["miss"]),
                value=value,
                contribution=contribution,
                avoidable=_avoidable(aim, actual, amount, n, excess),
            )
        )
    groups.sort(key=lambda group: (-group.contribution, group.cause is None, group.words))
    unknown = 0 if aim.agg == "count" else int(rows[VALUE].isna().sum())
    return Decomposition(
        dimension=dimension,
        actual=actual,
        gap=aim.gap(actual),
        rows=n,
        misses=int(judged["miss"].sum()),
        unknown=unknown,
        groups=tuple(groups),
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


def misses_of(rows: pd.DataFrame, aim: Aim) -> pd.DataFrame:
    """The rows that fell short, in source order."""
    judged = _judged(rows, aim)
    missed: pd.DataFrame = rows.loc[judged.index[judged["miss"].to_numpy() == 1]]
    return missed


def missed_rows(rows: pd.DataFrame, aim: Aim) -> pd.Series:
    """For each row that counts whether it fell short, in source order."""
    return _judged(rows, aim)["miss"] == 1


# --- rows as integers -----------------------------------------------------------------------------


def _judged(rows: pd.DataFrame, aim: Aim) -> pd.DataFrame:
    """Per row that counts: ``amount``, ``miss`` (0 or 1), and ``excess``, what the miss is worth in units
    of the amount (for a mean, times the target's denominator)."""
    if not rows.index.is_unique:
        raise ValueError("rows must have a unique index")
    values = rows[VALUE]
    if aim.agg in ("mean", "sum"):
        values = values[values.notna()]
        amount = scaled(values, aim.scale)
    elif aim.agg == "share":
        amount = values.astype("boolean").fillna(False).astype("int64")
    else:
        amount = pd.Series(1, index=values.index, dtype="int64")
    miss, excess = _misses(amount, aim)
    return pd.DataFrame({"amount": amount, "miss": miss, "excess": excess})


def _misses(amount: pd.Series, aim: Aim) -> tuple[pd.Series, pd.Series]:
    if aim.agg == "share":
        miss = (amount == (0 if aim.direction == "higher" else 1)).astype("int64")
        return miss, miss
    if aim.agg == "mean":
        bound = aim.target * aim.scale
        wide = abs(bound.numerator) + _largest(amount) * bound.denominator > SAFE // max(len(amount), 1)
        over = aim.sign * (bound.numerator - (amount.astype(object) if wide else amount) * bound.denominator)
        return (over > 0).astype("int64"), over.where(over > 0, 0)
    if aim.direction == "higher":
        nothing = amount.astype("int64") * 0 if amount.dtype != object else amount * 0
        return nothing.astype("int64"), nothing
    return (amount > 0).astype("int64"), amount.where(amount > 0, 0)


def scaled(values: pd.Series, scale: int) -> pd.Series:
    """Values as whole multiples of 1/scale, halves away from zero, as the measure's SQL rounds them."""
    if values.dtype == object:
        exact = [int((Decimal(str(v)) * scale).quantize(Decimal(1), ROUND_HALF_UP)) for v in values]
        return pd.Series(exact, index=values.index, dtype=object)
    if pd.api.types.is_integer_dtype(values.dtype):
        whole = values.astype("int64")
        return whole * scale if _largest(whole) * scale < SAFE // max(len(whole), 1) else whole.astype(object) * scale
    large = values.to_numpy(dtype="float64") * scale
    cut = np.trunc(large)
    rounded = pd.Series(np.where(np.abs(large - cut) >= 0.5, cut + np.sign(large), cut), index=values.index)
    if _largest(rounded) >= SAFE // max(len(rounded), 1):
        return rounded.map(int).astype(object)
    return rounded.astype("int64")


def _largest(values: pd.Series) -> int:
    return int(values.abs().max()) if len(values) else 0


def texts(values: pd.Series) -> pd.Series:
    """A dimension's values as texts; None where nothing is recorded."""
    codes, known = pd.factorize(values)
    named = np.array([*(_text(value) for value in known), None], dtype=object)
    return pd.Series(named[codes], index=values.index, dtype=object)


def _text(value: Any) -> str | None:
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    if isinstance(value, pd.Timestamp):
        return str(value.date()) if value == value.normalize() else value.isoformat(sep=" ")
    return str(value).strip() or None


# --- drill-down -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    """How many misses share these values of the dimensions (None: not recorded)."""

    values: tuple[str | None, ...]
    misses: int


def drill_down(missed: pd.DataFrame, dimensions: Sequence[str]) -> tuple[Cell, ...]:
    """The misses by several dimensions at once, most frequent first; together they are all misses."""
    counts: dict[tuple[str | None, ...], int] = {}
    for values in zip(*(texts(missed[column]) for column in dimensions), strict=True):
        counts[values] = counts.get(values, 0) + 1
    order = sorted(counts.items(), key=lambda item: (-item[1], [(v is None, v or "") for v in item[0]]))
    return tuple(Cell(values, number) for values, number in order)
