"""How sure it is what a mean would be had a group of rows fared as all others: counted once for hundreds of groups."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from helpers.deviation.tally import Codes
from helpers.measures.row_blocks import spans

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class GroupSums:
    """By group, those of none last, and week: how many values there are, and their sums, each less the mean of all.
    Where no weeks are known there is one for all rows, and ``within``: the squares of each group's deviations from its
    own mean, summed."""

    counts: Floats
    sums: Floats
    within: Floats | None

    def spread(self, at: int) -> float | None:
        """The root of the summed squares of what each cluster of rows adds to the difference between the means of a
        group and of all others, times the group's rows: weeks are clusters, or each row is one. None where either has
        no values."""
        n, s = self.counts[at], self.sums[at]
        others_n, others_s = (every - own for every, own in zip(self._all, (n, s), strict=True))
        if not n.any() or not others_n.any():
            return None
        factor, others_mean = n.sum() / others_n.sum(), others_s.sum() / others_n.sum()
        if self.within is None:
            added = s - s.sum() / n.sum() * n - factor * (others_s - others_mean * others_n)
            return float(np.sqrt((added**2).sum()))
        others = self.within + self.counts[:, 0] * (self._means - others_mean) ** 2
        others[at] = 0.0  # to take it off the sum would leave nothing certain where it is by far the largest
        return float(np.sqrt(self.within[at] + factor**2 * others.sum()))

    @cached_property
    def _all(self) -> tuple[Floats, Floats]:
        return self.counts.sum(axis=0), self.sums.sum(axis=0)

    @cached_property
    def _means(self) -> Floats:
        return _divided(self.sums[:, 0], self.counts[:, 0])


def _divided(sums: Floats, counts: Floats) -> Floats:
    """Means; 0 of none."""
    return np.divide(sums, counts, out=np.zeros(len(sums)), where=counts > 0)


def group_sums(values: Floats, codes: Codes, groups: int, weeks: NDArray[np.intp] | None) -> GroupSums:
    """Of values (NaN: unknown) whose rows are in groups by number, −1 for none, and in weeks by number, if known."""
    number = int(weeks.max(initial=0)) + 1 if weeks is not None else 1
    counts, sums, within = (np.zeros((groups + 1) * number) for _ in range(3))
    mean = float(np.nanmean(values)) if not np.isnan(values).all() else 0.0
    for part in spans(len(values)):
        known, own = _known(values[part], codes[part], groups)
        at = own if weeks is None else own * number + weeks[part][known]
        np.add.at(counts, at, 1.0)
        np.add.at(sums, at, values[part][known] - mean)
    if weeks is None:
        centres = mean + _divided(sums, counts)
        for part in spans(len(values)):
            known, own = _known(values[part], codes[part], groups)
            np.add.at(within, own, (values[part][known] - centres[own]) ** 2)
    shape = (groups + 1, number)
    return GroupSums(counts.reshape(shape), sums.reshape(shape), within if weeks is None else None)


def _known(values: Floats, codes: Codes, groups: int) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
    """Which rows have a value, and the groups of these."""
    known = ~np.isnan(values)
    own = codes[known].astype(np.intp)
    return known, np.where(own < 0, groups, own)
