"""A change is split into other cases and the same cases faring otherwise, exactly."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from helpers.deviation.mix import _of_misses_alone, split_change

counts = st.integers(1, 50).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n)))
groups = st.dictionaries(st.sampled_from(["A", "B", "C", None]), counts, min_size=1)


def rate(side):
    return Fraction(sum(hits for _, hits in side.values()), sum(n for n, _ in side.values()))


@given(groups, groups)
def test_the_two_parts_add_up_to_the_change(before, after):
    mix, same = split_change(before, after, 1)
    assert mix + same == rate(after) - rate(before)


def test_by_hand():
    before, after = {"库存": (20, 20), "采购": (80, 40)}, {"库存": (60, 60), "采购": (40, 20)}
    assert split_change(before, after, 1) == (Fraction(1, 5), 0)  # 40 points more of what is always kept
    better = {"库存": (20, 20), "采购": (80, 60)}
    assert split_change(before, better, 1) == (0, Fraction(1, 5))
    # A group of one year alone is a matter of which cases there were.
    assert split_change({"A": (10, 5)}, {"A": (10, 5), "B": (10, 10)}, 1) == (Fraction(1, 4), 0)


def test_causes_that_only_misses_carry_are_no_cases():
    codes = {None: (90, 90), "备件": (6, 0), "排队": (4, 0)}
    assert _of_misses_alone(codes, codes)
    assert not _of_misses_alone({None: (50, 45), "M1": (50, 40)}, {None: (50, 45), "M1": (50, 40)})
