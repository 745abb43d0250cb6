"""The rows of a long log some at a time, where equal ones begin, and numbers for them as narrow as they can be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

KINDS = (np.int8, np.int16, np.int32, np.int64)
#: So many rows are looked at at one time.
AT_ONCE = 200_000


def spans(rows: int, at_once: int = AT_ONCE) -> Iterator[slice]:
    """All rows, in their order."""
    for start in range(0, rows, at_once):
        yield slice(start, min(start + at_once, rows))


def begins(*ordered: NDArray[Any]) -> NDArray[np.intp]:
    """Where rows begin that lie side by side and are alike in all columns: each that is unlike the one before it."""
    unlike = [column[1:] != column[:-1] for column in ordered]
    return np.flatnonzero(np.concatenate([[len(ordered[0]) > 0], np.logical_or.reduce(unlike)]))


def narrowest(groups: int) -> np.dtype[Any]:
    """The narrowest kind of number for so many groups and −1; the same as pandas takes for so many categories."""
    return np.dtype(next(kind for kind in KINDS if groups < np.iinfo(kind).max))
