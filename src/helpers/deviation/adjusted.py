"""Each group's effect with the others held alike: misses against those of rows of the same kind in all else.

Rows are compared only with rows that agree in the other dimensions (strata), after Mantel and Haenszel, so that a
group is not charged with what another one did. Nothing is modelled and nothing diverges where groups are
small or always miss: a stratum in which a group is alone says nothing about it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.signedinteger[Any]]
Floats = NDArray[np.float64]

#: More strata than this are not told apart: of rows that agree in so much there are few.
MOST_STRATA = 200_000
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
class _Tables:
    """Rows and sums of values by stratum and group, without the strata that say nothing."""

    n: Floats
    total: Floats
    spread: Floats

    @property
    def size(self) -> Floats:
        return np.asarray(self.n.sum(axis=1))

    @property
    def missed(self) -> Floats:
        return np.asarray(self.total.sum(axis=1))


def crossed(dimensions: Sequence[Coded], rows: int) -> Codes:
    """One stratum for each combination of values that occurs; nothing recorded is a value like others.

    Dimensions are crossed in the order given as long as there are no more than ``MOST_STRATA``.
    """
    strata: Codes = np.zeros(rows, dtype=np.int64)
    for one in dimensions:
        known, finer = np.unique(strata * (len(one.names) + 1) + one.codes + 1, return_inverse=True)
        if len(known) <= MOST_STRATA:
            strata = finer
    return strata


def effects(values: Floats, own: Coded, strata: Codes) -> Effects:
    """The groups of a dimension against all rows of the same stratum.

    ``values``: 1 for a miss and 0 else, or any number (ranks of a mean). Rows of no group are compared with, too.
    """
    groups = len(own.names)
    table = _tables(values, own.codes, strata, groups)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = table.n / table.size[:, None]
        expected = (share * table.missed[:, None]).sum(axis=0)[:groups]
    binary = bool(np.isin(values, (0.0, 1.0)).all())
    tails = [_tail(table, g, binary) for g in range(groups)]
    return Effects(
        rows=np.bincount(own.codes[own.codes >= 0], minlength=groups),
        sums=np.asarray(table.total.sum(axis=0)[:groups]),
        expected=expected,
        tails=np.array(tails),
        odds=_odds(table, groups) if binary else np.full(groups, np.nan),
    )


def _tables(values: Floats, codes: Codes, strata: Codes, groups: int) -> _Tables:
    width = groups + 1
    cell = strata * width + np.where(codes < 0, groups, codes)
    shape = (int(strata.max(initial=-1)) + 1, width)
    n: Floats = np.bincount(cell, np.ones(len(cell)), shape[0] * width).astype(np.float64).reshape(shape)
    total: Floats = np.bincount(cell, values, shape[0] * width).astype(np.float64).reshape(shape)
    size, square = n.sum(axis=1), np.bincount(strata, values**2, shape[0])
    with np.errstate(divide="ignore", invalid="ignore"):
        around = square - total.sum(axis=1) ** 2 / size
        spread = np.where(size > 1, around / (size - 1), 0.0)
    return _Tables(n, total, spread)


def _tail(table: _Tables, group: int, binary: bool) -> float:
    """How often the rows of each stratum, dealt anew, give the group as much or more."""
    n, size = table.n[:, group], table.size
    told = (n > 0) & (n < size) & (table.spread > 1e-12)
    if not told.any():
        return 1.0
    n, size, missed = n[told], size[told], table.missed[told]
    here = float(table.total[told, group].sum())
    if binary and missed.sum() <= EXACT:
        return _exact_tail(n, size, missed, here)
    from scipy.stats import norm

    variance = float((table.spread[told] * n * (size - n) / size).sum())
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
    """The chance of 0, 1, 2 … bad ones among ``own`` drawn of the rows; small strata are alike in most dimensions."""
    from scipy.stats import hypergeom

    return np.asarray(hypergeom.pmf(np.arange(min(bad, own) + 1), rows, bad, own))


def _odds(table: _Tables, groups: int) -> Floats:
    """Mantel and Haenszel's common odds ratio of each group against the rest of its strata."""
    n, missed = table.n[:, :groups], table.total[:, :groups]
    size = table.size[:, None]
    others_missed = table.missed[:, None] - missed
    others_kept = size - n - others_missed
    above = (missed * others_kept / size).sum(axis=0)
    below = ((n - missed) * others_missed / size).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(below > 0, above / below, np.nan))
