"""Counts over the rows of a long log, some rows at a time: what is counted is never there a second time in full."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from helpers.measures.row_blocks import narrowest, spans

Codes = NDArray[np.signedinteger[Any]]
Mask = NDArray[np.bool_]

#: Up to so many possible keys each has a place of its own in a list; of more, those that occur are sorted.
MOST_PLACES = 8_000_000


def tally(codes: Codes, groups: int, chosen: Mask | None = None) -> NDArray[np.int64]:
    """The rows of each group, or of those that are chosen: first the rows of none (−1), then group after group."""
    counts = np.zeros(groups + 1, dtype=np.int64)
    for part in spans(len(codes)):
        own = codes[part] if chosen is None else codes[part][chosen[part]]
        counts += np.bincount(own.astype(np.int64) + 1, minlength=groups + 1)
    return counts


def summed(codes: Codes, groups: int, values: NDArray[Any]) -> NDArray[Any]:
    """The sum of the values of each group, of whole numbers of any size exactly; rows of none (−1) first."""
    if values.dtype == np.bool_:
        return tally(codes, groups, values)
    sums: NDArray[Any] = np.zeros(groups + 1, dtype=values.dtype)
    for part in spans(len(codes)):
        np.add.at(sums, codes[part].astype(np.int64) + 1, values[part])
    return sums


def looked_up(codes: Codes, names: NDArray[Any]) -> NDArray[Any]:
    """What stands at each code; the last of ``names`` is for −1."""
    found = np.empty(len(codes), dtype=names.dtype)
    for part in spans(len(codes)):
        found[part] = names[codes[part]]
    return found


def nth(mask: Mask, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where the true ones with these numbers (from 0) stand, as ``np.flatnonzero(mask)[numbers]``."""
    found, order, seen, done = np.empty(len(numbers), dtype=np.int64), np.argsort(numbers, kind="stable"), 0, 0
    for part in spans(len(mask)):
        here = np.flatnonzero(mask[part])
        last = done + int(np.searchsorted(numbers[order[done:]], seen + len(here)))
        found[order[done:last]] = part.start + here[numbers[order[done:last]] - seen]
        seen, done = seen + len(here), last
    return found


def first(mask: Mask, number: int) -> NDArray[np.int64]:
    """Where the first true ones stand, so many at most."""
    found, left = [], number
    for part in spans(len(mask)):
        found.append(part.start + np.flatnonzero(mask[part])[:left])
        left -= len(found[-1])
        if not left:
            break
    return np.concatenate([np.empty(0, dtype=np.int64), *found])


def crossed_with(strata: Codes, number: int, codes: Codes, groups: int, most: int | None) -> tuple[Codes, int] | None:
    """Rows by stratum (below ``number``) and group, −1 being one: numbered in their order, those that occur, and how
    many they are. None where there are more than ``most``."""
    width = groups + 1
    known = _occurring(strata, number * width, codes, width, most)
    if known is None or (most is not None and len(known) > most):
        return None
    finer = np.empty(len(strata), dtype=narrowest(len(known)))
    listed = number * width <= MOST_PLACES
    place = np.empty(number * width if listed else 0, dtype=np.int32)
    if listed:
        place[known] = np.arange(len(known), dtype=np.int32)
    for part in spans(len(strata)):
        keys = _keys(strata, codes, width, part)
        finer[part] = place[keys] if listed else np.searchsorted(known, keys)
    return finer, len(known)


def _keys(strata: Codes, codes: Codes, width: int, part: slice) -> NDArray[np.int64]:
    keys: NDArray[np.int64] = strata[part].astype(np.int64) * width + codes[part] + 1
    return keys


def _occurring(strata: Codes, keys: int, codes: Codes, width: int, most: int | None) -> NDArray[np.int64] | None:
    """The keys that occur, sorted; None as soon as they are too many."""
    if keys <= MOST_PLACES:
        there = np.zeros(keys, dtype=bool)
        for part in spans(len(strata)):
            there[_keys(strata, codes, width, part)] = True
        return np.flatnonzero(there)
    known = np.empty(0, dtype=np.int64)
    for part in spans(len(strata)):
        known = np.union1d(known, _keys(strata, codes, width, part))
        if most is not None and len(known) > most:
            return None
    return known
