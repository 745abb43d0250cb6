"""The steps of a deviation on a frame with ``_value`` and the dimensions, as samples are written by hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from helpers.deviation.coded import coded
from helpers.deviation.decompose import Aim, Cell, counted_together, judge
from helpers.deviation.told_apart import Beside, Structure, structures_of


def missed_rows(rows: pd.DataFrame, aim: Aim) -> pd.Series:
    """For each row that counts whether it fell short."""
    judged = judge(rows, aim)
    return pd.Series(judged.missed, index=judged.index)


def misses_of(rows: pd.DataFrame, aim: Aim) -> pd.DataFrame:
    """The rows that fell short."""
    return rows[judge(rows, aim).among_all()]


def drill_down(missed: pd.DataFrame, dimensions: Sequence[str]) -> tuple[Cell, ...]:
    return counted_together([coded(missed[column]) for column in dimensions], np.ones(len(missed), dtype=bool))


def structures(
    rows: pd.DataFrame, dimensions: Sequence[str], aim: Aim, beside: Beside | None = None
) -> list[Structure]:
    judged = judge(rows, aim)
    counted = rows if judged.counts is None else rows[judged.counts]
    return structures_of({name: coded(counted[name]) for name in dimensions}, judged, beside)
