"""The rows of a long log some at a time, and numbers for them as narrow as they can be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

KINDS = (np.int8, np.int16, np.int32, np.int64)
#: So many rows are looked at at one time.
AT_ONCE = 200_000


def spans(rows: int) -> Iterator[slice]:
    """All rows, in their order."""
    for start in range(0, rows, AT_ONCE):
        yield slice(start, min(start + AT_ONCE, rows))


def narrowest(groups: int) -> np.dtype[Any]:
    """The narrowest kind of number for so many groups and −1; the same as pandas takes for so many categories."""
    return np.dtype(next(kind for kind in KINDS if groups < np.iinfo(kind).max))
