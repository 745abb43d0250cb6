"""One measured figure as a line of JSON: name, value, unit, baseline, ratio.

Ratios compare two figures of one and the same call, because absolute times do not travel.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def line(name: str, value: float, baseline: float | None, unit: str = "s") -> None:
    ratio = None if baseline is None else round(value / baseline, 3)
    print(
        json.dumps(
            {
                "name": name,
                "value": round(value, 3),
                "unit": unit,
                "baseline": None if baseline is None else round(baseline, 3),
                "ratio": ratio,
            }
        ),
        flush=True,
    )
