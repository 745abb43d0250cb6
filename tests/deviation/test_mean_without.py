"""What is counted once for all groups of a mean is what each group by itself comes to, row by row."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.deviation.mean_without import group_sums

VALUE = st.one_of(st.just(float("nan")), st.floats(-1e6, 1e6), st.sampled_from([0.0, 8.0, 1e6 + 1]))
ROW = st.tuples(VALUE, st.integers(-1, 3), st.integers(0, 4))


def row_by_row(values: Any, mine: Any, weeks: Any) -> float | None:
    """The deviations of all rows from the mean of their own, those of others as many times as a group makes of them."""
    known = ~np.isnan(values)
    mine, rest = mine & known, ~mine & known
    if not mine.any() or not rest.any():
        return None
    factor = mine.sum() / rest.sum()
    apart = np.where(mine, values - values[mine].mean(), -factor * (values - values[rest].mean()))
    clusters = (
        [apart[known & (weeks == week)].sum() for week in np.unique(weeks)] if weeks is not None else apart[known]
    )
    return float(np.sqrt((np.array(clusters) ** 2).sum()))


@given(rows=st.lists(ROW, min_size=1, max_size=60), weekly=st.booleans())
def test_groups_counted_together_are_as_sure_as_each_by_itself(
    rows: list[tuple[float, int, int]], weekly: bool
) -> None:
    values, codes, weeks = (np.array(column) for column in zip(*rows, strict=True))
    found = group_sums(values, codes.astype(np.int8), 4, weeks if weekly else None)
    known = values[~np.isnan(values)]
    exact = 1e-9 * (1 + np.abs(known).max()) * len(rows) if len(known) else 0
    for group in range(4):
        wanted = row_by_row(values, codes == group, weeks if weekly else None)
        got = found.spread(group)
        assert got is None if wanted is None else got == pytest.approx(wanted, rel=1e-9, abs=exact)


def test_a_group_and_the_others_by_hand() -> None:
    values, codes, weeks = np.array([1.0, 3.0, 10.0, 14.0]), np.array([0, 0, 1, -1]), np.array([0, 1, 0, 1])
    # −1 + 2 in the first week, 1 − 2 in the second; the others are two as well.
    assert group_sums(values, codes, 2, weeks).spread(0) == pytest.approx(2**0.5)
    assert group_sums(values, codes, 2, None).spread(0) == pytest.approx((1 + 1 + 4 + 4) ** 0.5)
    assert group_sums(np.array([1.0, 2.0]), np.array([0, 0]), 1, None).spread(0) is None
    assert group_sums(np.array([np.nan, 2.0]), np.array([0, -1]), 1, None).spread(0) is None


@pytest.mark.parametrize("weeks", [None, np.zeros(5_050, dtype=np.intp)])
@pytest.mark.parametrize("own", [720.0, 1e5, 1e7])
def test_a_group_far_from_all_others_leaves_their_spread(own: float, weeks: Any) -> None:
    """The others are 50 times as many to the group, and of them all of what it adds is uncertain."""
    values = np.array([own] * 5_000 + [n / 490 for n in range(50)])
    codes = np.array([0] * 5_000 + [1] * 50)
    wanted = row_by_row(values, codes == 0, weeks)
    assert wanted is not None and (wanted > 20) is (weeks is None)
    assert group_sums(values, codes, 2, weeks).spread(0) == pytest.approx(wanted, rel=1e-12, abs=1e-4)
