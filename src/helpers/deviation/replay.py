"""A year's demands replayed with a base stock: who would have waited, and for how long.

Event-exact: pieces are handed out in the order of demand, each as soon as one is there; every piece taken
is reordered at the demand, and arrives after that demand's own lead time.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def replay(times: Sequence[int], leads: Sequence[int], stock: int) -> list[int]:
    """How long each demand waits, in seconds, in the order given.

    ``times``: when each demand arises (seconds); ``leads``: what its reorder takes; ``stock``: pieces on
    the shelf at the beginning, also the base stock. First come, first served: the k-th demand gets the
    k-th piece to be there, of those on the shelf and all that arrive. A piece that arrives in the same
    second serves at once.
    """
    if len(times) != len(leads) or stock < 0 or any(lead < 0 for lead in leads):
        raise ValueError("one lead time of at least 0 for each demand, and a stock of at least 0")
    at, lead = np.asarray(times, dtype=np.int64), np.asarray(leads, dtype=np.int64)
    order = np.argsort(at, kind="stable")
    arrivals = np.sort(at + lead)[: max(len(at) - stock, 0)]
    served = at[order].copy()
    served[stock:] = np.maximum(served[stock:], arrivals)
    waits = np.empty(len(at), dtype=np.int64)
    waits[order] = served - at[order]
    return [int(wait) for wait in waits]
