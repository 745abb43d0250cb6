"""Each group's effect with the others held alike: misses against those of rows of the same kind in all else.

Rows are compared only with rows that agree in the other dimensions (strata), after Mantel and Haenszel, so that a
group is not charged with what another one did. Nothing is modelled and nothing diverges where groups are
small or always miss: a stratum in which a group is alone says nothing about it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from helpers.deviation.tally import Codes, Mask, crossed_with, tally
from helpers.measures.row_blocks import spans

Floats = NDArray[np.float64]
#: What rows are worth: whether they missed, or numbers that are larger for worse ones.
Values = Mask | Floats

#: More strata than this are not told apart: of rows that agree in so much there are few.
MOST_STRATA = 200_000
#: So many cells of strata and groups are there at one time, for a few kinds of numbers each.
MOST_CELLS = 4_000_000
#: Up to so many misses in strata that can differ the tail is exact, above it normal.
EXACT = 400


@dataclass(frozen=True)
class Coded:
    """A dimension as numbers: ``codes`` per row (−1: nothing recorded), ``names`` of the groups."""

    codes: Codes
    names: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Effects:
    """Of each group of a dimension: ``sums`` (misses, or values), what rows of the same strata give it
    (``expected``), the chance of that much or more (``tails``), and how many times the odds of the others of
    its strata (``odds``; NaN where that is not defined)."""

    rows: Codes
    sums: Floats
    expected: Floats
    tails: Floats
    odds: Floats


@dataclass(frozen=True)
class _Strata:
    """Of each stratum its rows, the sum of their values, and how far these lie apart."""

    size: Floats
    missed: Floats
    spread: Floats


@dataclass(frozen=True)
class _Tables:
    """Rows and sums of values by stratum and group, of some groups and last of all other rows."""

    n: Floats
    total: Floats
    strata: _Strata


def crossed(dimensions: Sequence[Coded], rows: int) -> Codes:
    """One stratum for each combination of values that occurs; nothing recorded is a value like others.

    Dimensions are crossed in the order given as long as there are no more than ``MOST_STRATA``.
    """
    strata: Codes = np.zeros(rows, dtype=np.int8)
    number = 1
    for one in dimensions:
        finer = crossed_with(strata, number, one.codes, len(one.names), MOST_STRATA)
        if finer is not None:
            strata, number = finer
    return strata


def effects(values: Values, own: Coded, strata: Codes) -> Effects:
    """The groups of a dimension against all rows of the same stratum.

    ``values``: whether it is a miss, or any number (ranks of a mean). Rows of no group are compared with, too.
    """
    groups = len(own.names)
    around, binary = _strata(values, strata), _is_binary(values)
    expected, tails, odds, sums = [], [], [], []
    for first, last in _some_groups(groups, len(around.size)):
        table, own_groups = _tables(values, own.codes, strata, around, (first, last)), range(last - first)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = table.n / around.size[:, None]
            share *= around.missed[:, None]
            expected.append(share.sum(axis=0)[:-1])
        tails += [_tail(table, g, binary) for g in own_groups]
        odds.append(_odds(table, last - first) if binary else np.full(last - first, np.nan))
        sums.append(table.total.sum(axis=0)[:-1])
    return Effects(
        rows=tally(own.codes, groups)[1:],
        sums=np.concatenate([np.empty(0), *sums]),
        expected=np.concatenate([np.empty(0), *expected]),
        tails=np.array(tails),
        odds=np.concatenate([np.empty(0), *odds]),
    )


def _is_binary(values: Values) -> bool:
    return values.dtype == np.bool_ or all(np.isin(values[part], (0.0, 1.0)).all() for part in spans(len(values)))


def _some_groups(groups: int, strata: int) -> list[tuple[int, int]]:
    """The groups in turns, so that a table of them and all strata stays small; never one by itself where there are
    others, for a sum over one column adds up in another order."""
    turns = max(1, groups // max(2, MOST_CELLS // max(strata, 1)))
    bounds = [groups * turn // turns for turn in range(turns + 1)]
    return list(pairwise(bounds))


def _strata(values: Values, strata: Codes) -> _Strata:
    number = max((int(strata[part].max()) for part in spans(len(strata))), default=-1) + 1
    size, missed, square = np.zeros(number), np.zeros(number), np.zeros(number)
    for part in spans(len(strata)):
        at, own = strata[part].astype(np.int64), values[part].astype(np.float64)
        np.add.at(size, at, 1.0)
        np.add.at(missed, at, own)
        np.add.at(square, at, own**2)
    with np.errstate(divide="ignore", invalid="ignore"):
        around = square - missed**2 / size
        return _Strata(size, missed, np.where(size > 1, around / (size - 1), 0.0))


def _tables(values: Values, codes: Codes, strata: Codes, around: _Strata, groups: tuple[int, int]) -> _Tables:
    width, (first, last) = groups[1] - groups[0] + 1, groups
    n, total = np.zeros(len(around.size) * width), np.zeros(len(around.size) * width)
    for part in spans(len(strata)):
        own = codes[part].astype(np.int64)
        cell = strata[part] * np.int64(width) + np.where((own >= first) & (own < last), own - first, width - 1)
        np.add.at(n, cell, 1.0)
        np.add.at(total, cell, values[part].astype(np.float64))
    return _Tables(n.reshape(-1, width), total.reshape(-1, width), around)


def _tail(table: _Tables, group: int, binary: bool) -> float:
    """How often the rows of each stratum, dealt anew, give the group as much or more."""
    n, size, spread = table.n[:, group], table.strata.size, table.strata.spread
    told = (n > 0) & (n < size) & (spread > 1e-12)
    if not told.any():
        return 1.0
    n, size, missed = n[told], size[told], table.strata.missed[told]
    here = float(table.total[told, group].sum())
    if binary and missed.sum() <= EXACT:
        return _exact_tail(n, size, missed, here)
    from scipy.stats import norm

    variance = float((spread[told] * n * (size - n) / size).sum())
    expected = float((n * missed / size).sum())
    return float(norm.sf((here - expected - (0.5 if binary else 0.0)) / np.sqrt(variance)))


def _exact_tail(n: Floats, size: Floats, missed: Floats, here: float) -> float:
    """The sum of independent hypergeometric counts, by convolution; equal strata's counts are drawn up once."""
    kinds, times = np.unique(np.column_stack([size, missed, n]).astype(np.int64), axis=0, return_counts=True)
    whole = np.ones(1)
    for (rows, bad, own), often in zip(kinds, times, strict=True):
        one = _drawn(int(rows), int(bad), int(own))
        for _ in range(often):
            whole = np.convolve(whole, one)
    return float(min(1.0, whole[round(here) :].sum()))


@lru_cache(maxsize=1024)
def _drawn(rows: int, bad: int, own: int) -> Floats:
    """The chance of 0, 1, 2 … bad ones among ``own`` drawn of the rows; small strata are alike in most dimensions.

    From the likeliest number on, each by its ratio to the one beside it: scipy works out every number from the primes
    of all factorials, which took 0.17 s of a year's stage.
    """
    from scipy.stats import hypergeom

    counts, kept = np.arange(min(bad, own), dtype=np.float64), rows - bad
    most = (own + 1) * (bad + 1) // (rows + 2)
    with np.errstate(under="ignore", divide="ignore"):
        ratios = (bad - counts) * (own - counts) / ((counts + 1) * (kept - own + counts + 1))
        up = np.cumprod(ratios[most:])
        down = np.cumprod(1 / ratios[:most][::-1])[::-1]
    return np.asarray(hypergeom.pmf(most, rows, bad, own) * np.concatenate([down, [1.0], up]))


def _odds(table: _Tables, groups: int) -> Floats:
    """Mantel and Haenszel's common odds ratio of each group against the rest of its strata."""
    n, missed = table.n[:, :groups], table.total[:, :groups]
    size = table.strata.size[:, None]
    others_missed = table.strata.missed[:, None] - missed
    others_kept = size - n - others_missed
    above = (missed * others_kept / size).sum(axis=0)
    below = ((n - missed) * others_missed / size).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(below > 0, above / below, np.nan))
