"""A group against rows that agree with it in all else: by hand, by the library, and where the sign turns."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import hypergeom
from statsmodels.stats.contingency_tables import StratifiedTable

from helpers.deviation.adjusted import MOST_STRATA, Coded, _drawn, crossed, effects


def rows_of(*cells):
    """Rows from (stratum, group, rows, misses)."""
    strata = np.concatenate([np.full(n, s) for s, _, n, _ in cells])
    codes = np.concatenate([np.full(n, g) for _, g, n, _ in cells])
    misses = np.concatenate([np.arange(n) < m for _, _, n, m in cells]).astype(float)
    return misses, Coded(codes, ("甲", "乙")), strata


def test_without_strata_a_group_is_held_against_all_rows():
    misses, own, strata = rows_of((0, 0, 40, 10), (0, 1, 60, 5))
    found = effects(misses, own, strata)
    assert (list(found.rows), list(found.sums), list(found.expected)) == ([40, 60], [10, 5], [6, 9])
    assert found.tails[0] == pytest.approx(hypergeom.sf(9, 100, 15, 40))
    assert found.odds[0] == pytest.approx((10 * 55) / (30 * 5))


def test_the_sign_turns_where_the_hard_cases_lie_with_the_better_group():
    """甲 takes the hard cases (stratum 1) and is the better one at both kinds."""
    misses, own, strata = rows_of((0, 0, 20, 0), (0, 1, 180, 9), (1, 0, 180, 36), (1, 1, 20, 8))
    alone, held = effects(misses, own, strata * 0), effects(misses, own, strata)
    assert alone.odds[0] > 1 and alone.tails[0] < 0.01 and alone.sums[0] > alone.expected[0]
    assert held.odds[0] < 1 and held.tails[0] > 0.9 and held.sums[0] < held.expected[0]
    assert held.expected[0] == pytest.approx(20 * 9 / 200 + 180 * 44 / 200)


def test_the_odds_are_those_of_the_library():
    dice = np.random.default_rng(1)
    strata, codes = dice.integers(0, 5, 600), dice.integers(0, 2, 600)
    misses = (dice.random(600) < 0.1 + 0.1 * codes + 0.05 * strata).astype(float)
    found = effects(misses, Coded(codes, ("甲", "乙")), strata)
    tables = [
        [[int(((strata == s) & (codes == g) & (misses == m)).sum()) for m in (1, 0)] for g in (1, 0)] for s in range(5)
    ]
    assert found.odds[1] == pytest.approx(StratifiedTable(np.array(tables).transpose(1, 2, 0)).oddsratio_pooled)


def test_the_tail_is_exact_over_several_strata_and_normal_for_many_misses():
    misses, own, strata = rows_of((0, 0, 3, 2), (0, 1, 5, 1), (1, 0, 2, 1), (1, 1, 6, 1))
    both = np.convolve(hypergeom.pmf(range(4), 8, 3, 3), hypergeom.pmf(range(3), 8, 2, 2))
    assert effects(misses, own, strata).tails[0] == pytest.approx(both[3:].sum())
    misses, own, strata = rows_of((0, 0, 2000, 300), (0, 1, 2000, 250))
    assert effects(misses, own, strata).tails[0] == pytest.approx(hypergeom.sf(299, 4000, 550, 2000), rel=0.05)


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, min(n, 400)), st.integers(0, n))))
def test_the_chance_of_every_number_is_that_of_the_library(drawn):
    rows, bad, own = drawn
    said = hypergeom.pmf(range(min(bad, own) + 1), rows, bad, own)
    assert _drawn(rows, bad, own) == pytest.approx(said, rel=1e-12, abs=1e-290)


def test_a_group_that_is_alone_says_nothing_and_nothing_diverges():
    misses, own, strata = rows_of((0, 0, 30, 30), (1, 1, 30, 0))
    found = effects(misses, own, strata)
    assert list(found.tails) == [1, 1] and np.isnan(found.odds).all() and list(found.expected) == [30, 0]


def test_rows_without_a_value_are_compared_with_but_are_no_group():
    misses, _, strata = rows_of((0, 0, 10, 5), (0, 1, 90, 5))
    own = Coded(np.where(np.arange(100) < 10, 0, -1), ("甲",))
    assert effects(misses, own, strata).expected == pytest.approx([1.0])


def test_strata_are_crossed_as_far_as_they_stay_few():
    few, many = Coded(np.arange(400_000) % 3, ("a", "b", "c")), Coded(np.arange(400_000), ("x",) * 400_000)
    assert len(np.unique(crossed([few, many], 400_000))) == 3 < MOST_STRATA
    none = Coded(np.array([0, -1, 1, -1]), ("a", "b"))
    assert len(set(crossed([none], 4))) == 3
