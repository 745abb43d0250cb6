"""The replay against a simulation that goes from event to event."""

from __future__ import annotations

import heapq
from collections import deque

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.deviation.replay import replay

demands = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 25)), max_size=14)


def simulated(times: list[int], leads: list[int], stock: int) -> list[int]:
    """Every event in its turn: what arrives goes to who has waited longest, else onto the shelf."""
    events: list[tuple[int, int, int, int]] = []  # time, arrivals before demands, order of demands, which
    for number, time in enumerate(times):
        heapq.heappush(events, (time, 1, number, number))
    on_hand, waiting, waits = stock, deque[tuple[int, int]](), [0] * len(times)
    while events:
        now, kind, _, number = heapq.heappop(events)
        if kind == 1:
            heapq.heappush(events, (now + leads[number], 0, -1, number))
            # Its own reorder may be there in the same second: that is an arrival of now, met in its turn.
            if on_hand:
                on_hand -= 1
            else:
                waiting.append((number, now))
        elif waiting:
            first, since = waiting.popleft()
            waits[first] = now - since
        else:
            on_hand += 1
    return waits


@settings(max_examples=400)
@given(demands, st.integers(0, 6))
def test_waits_equal_the_event_simulation(log: list[tuple[int, int]], stock: int) -> None:
    times, leads = [t for t, _ in log], [lead for _, lead in log]
    assert replay(times, leads, stock) == simulated(times, leads, stock)


@settings(max_examples=100)
@given(demands, st.integers(0, 5))
def test_more_stock_never_waits_longer(log: list[tuple[int, int]], stock: int) -> None:
    times, leads = [t for t, _ in log], [lead for _, lead in log]
    fewer, more = replay(times, leads, stock), replay(times, leads, stock + 1)
    assert all(a >= b for a, b in zip(fewer, more, strict=True))


@given(demands)
def test_the_ends(log: list[tuple[int, int]]) -> None:
    """With as many pieces as demands nobody waits; with none the waits add up to the lead times."""
    times, leads = [t for t, _ in log], [lead for _, lead in log]
    assert replay(times, leads, len(log)) == [0] * len(log)
    assert sum(replay(times, leads, 0)) == sum(leads)


def test_what_is_known_by_hand() -> None:
    # One piece: taken at 0, back at 10; the demand at 4 waits 6, that at 5 gets the piece ordered at 4 at 12.
    assert replay([0, 4, 5], [10, 8, 1], 1) == [0, 2, 5]
    assert replay([4, 0, 5], [8, 10, 20], 1) == [6, 0, 7]
    assert replay([0, 10], [10, 3], 1) == [0, 0], "a piece of the same second serves"


@pytest.mark.parametrize(("times", "leads", "stock"), [([0], [], 1), ([0], [1], -1), ([0], [-1], 1)])
def test_what_makes_no_sense_is_refused(times: list[int], leads: list[int], stock: int) -> None:
    with pytest.raises(ValueError, match="one lead time"):
        replay(times, leads, stock)
