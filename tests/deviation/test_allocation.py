"""Which pieces to buy: against enumeration on small sets; more money never saves fewer."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from helpers.deviation.allocation import Levels, Stocked, frontier, overall, to_level
from helpers.deviation.saved_cases import Saved, shared, together

prices = st.integers(1, 40).map(Fraction)
levels = st.lists(
    st.builds(
        lambda price, gains, free: (price, tuple(sum(gains[:n]) for n in range(len(gains) + 1)), free),
        prices,
        st.lists(st.integers(0, 6), min_size=1, max_size=3),
        st.integers(0, 2),
    ),
    min_size=1,
    max_size=4,
).map(
    lambda drawn: [
        Levels(f"P{n}", price, tuple(map(float, saved)), free) for n, (price, saved, free) in enumerate(drawn)
    ]
)


def enumerated(parts: list[Levels], budget: Fraction) -> float:
    """The most that any stock within the budget saves."""
    best = 0.0
    for stock in product(*(range(len(one.saved)) for one in parts)):
        cost = sum(one.price * max(n - one.free, 0) for one, n in zip(parts, stock, strict=True))
        if cost <= budget:
            best = max(best, sum(one.saved[n] for one, n in zip(parts, stock, strict=True)))
    return best


@given(levels, st.integers(0, 200))
def test_the_frontier_is_what_enumeration_finds(parts: list[Levels], money: int) -> None:
    points = frontier(parts)
    assert max(p.saved for p in points if p.cost <= money) == enumerated(parts, Fraction(money))
    costs, saved = [p.cost for p in points], [p.saved for p in points]
    assert costs == sorted(set(costs)) and saved == sorted(set(saved)), "more money always saves more"
    for point in points:
        stock = dict(point.stock)
        assert point.cost == sum(one.price * max(stock[one.part] - one.free, 0) for one in parts)
        assert point.saved == sum(one.saved[stock[one.part]] for one in parts)


stocked = st.lists(
    st.tuples(
        st.integers(1, 30),
        st.integers(1, 900).map(Fraction),
        st.lists(st.floats(0.01, 1), min_size=1, max_size=4),
    ),
    min_size=1,
    max_size=4,
).map(
    lambda drawn: [
        Stocked(f"P{n}", demand, price, (0.0, *sorted(service)[:-1], 1.0))
        for n, (demand, price, service) in enumerate(drawn)
    ]
)


@given(stocked, st.floats(0.05, 0.999))
def test_the_overall_level_is_reached_and_nothing_too_much(parts: list[Stocked], level: float) -> None:
    stock = to_level(parts, level)
    assert overall(parts, stock) >= level
    for one in parts:
        if stock[one.part]:
            assert overall(parts, {**stock, one.part: stock[one.part] - 1}) < level, "no piece can be left out"
    cost = sum(one.price * stock[one.part] for one in parts)
    every = product(*(range(len(one.service)) for one in parts))
    cheapest = min(
        sum(one.price * n for one, n in zip(parts, tried, strict=True))
        for tried in every
        if overall(parts, dict(zip((one.part for one in parts), tried, strict=True))) >= level
    )
    dearest = max(one.price * (len(one.service) - 1) for one in parts)
    assert cheapest <= cost <= cheapest + dearest, "marginal allocation misses the optimum by less than one part"


def test_each_part_by_itself_buys_too_much() -> None:
    """A cheap part with nearly all demand lets the dear one wait: 95 % of all demands, not of each."""
    cheap = Stocked("cheap", 95, Fraction(10), (0.0, 0.9, 0.99, 0.999))
    dear = Stocked("dear", 5, Fraction(1000), (0.0, 0.9, 0.97))
    assert to_level([cheap, dear], 0.93) == {"cheap": 2, "dear": 0}
    assert to_level([cheap, dear], 0.96) == {"cheap": 2, "dear": 1}
    assert to_level([cheap, dear], 0.96, {"dear": 2}) == {"cheap": 2, "dear": 2}, "what is there stays"
    assert to_level([cheap, dear], 1.0) == {"cheap": 3, "dear": 2}, "all there is where it is never reached"
    assert to_level([], 0.95) == {}


def test_several_pieces_at_once_where_the_first_serves_next_to_nobody() -> None:
    slow = Stocked("slow", 50, Fraction(10), (0.0, 0.02, 0.98))
    quick = Stocked("quick", 50, Fraction(10), (0.0, 0.3, 0.5))
    assert to_level([slow, quick], 0.49) == {"slow": 2, "quick": 0}


# --- cases once -----------------------------------------------------------------------------------

chances = st.dictionaries(st.tuples(st.just("t"), st.integers(0, 12)), st.floats(0, 1), max_size=10)


@given(st.lists(chances, max_size=4))
def test_no_case_counts_twice(drawn: list[dict[tuple[str, int], float]]) -> None:
    options = [Saved(one) for one in drawn]
    every = together(options)
    assert all(0 <= chance <= 1 for chance in every.late.values())
    assert max([one.cases for one in options], default=0) <= every.cases + 1e-9
    assert every.cases <= sum(one.cases for one in options) + 1e-9
    assert every.cases <= len({place for one in drawn for place in one})
    for one in options:
        assert shared(one, one) <= one.cases + 1e-9


def test_lost_cases_are_taken_off() -> None:
    one = Saved({("t", 1): 1.0, ("t", 2): 1.0}, frozenset({("t", 9)}))
    assert one.cases == 1 and together([one, one]).cases == 1 and shared(one, one) == 1
    assert together([one, Saved({("t", 2): 0.5, ("t", 3): 0.5})]).cases == 1.5
