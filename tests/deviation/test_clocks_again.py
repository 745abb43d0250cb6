"""Scenarios gone through together come to what each comes to by itself."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.deviation import clocks_again as module
from helpers.deviation.clocks_again import ClocksAgain, Move, clocks_again
from tests.deviation.spare_samples import DAY, MONDAY, SPARES, measured, planted, write_year

START = int(MONDAY.timestamp())
LENGTH = int(DAY.total_seconds())


@pytest.fixture(scope="module")
def again() -> ClocksAgain:
    with tempfile.TemporaryDirectory() as folder:
        measures = measured(write_year(Path(folder), planted(), declared=SPARES))
        yield clocks_again(measures, "in_time", "true")


def moved(again: ClocksAgain, row: int, day: int, waited: int, now: int) -> Move:
    """The row at a place, which waited from a day of the year on for ``waited`` days and would for ``now``."""
    since = START + 24 * day * LENGTH
    return (*again.places[row % len(again.places)], since, since + waited * LENGTH, since + now * LENGTH)


moves = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 14), st.integers(1, 9), st.integers(0, 12)),
    max_size=6,
    unique_by=lambda one: one[0],
)


@settings(max_examples=10, deadline=None)
@given(st.lists(moves, max_size=4))
def test_scenarios_together_are_judged_as_each_by_itself(again: ClocksAgain, drawn: list) -> None:
    scenarios = [[moved(again, *one) for one in scenario] for scenario in drawn]
    scenarios = [list({move[:2]: move for move in scenario}.values()) for scenario in scenarios]
    assert again.judged(*scenarios) == [again.judged(scenario)[0] for scenario in scenarios]


def test_a_row_that_waits_for_another_time_in_each_scenario(
    again: ClocksAgain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Clocks are prepared as often as one row has other times, not once a scenario; who is elsewhere is left out."""
    runs = []
    prepared = module.reclocked

    def counted(*given: object) -> object:
        runs.append(given)
        return prepared(*given)

    monkeypatch.setattr(module, "reclocked", counted)
    late = [moved(again, 0, 0, 8, now) for now in (0, 8, 20)]
    nowhere = ("other.csv", 1, 0, 1, 2)
    judged = again.judged([late[0], nowhere], [late[1]], [late[2]], [late[0]], [])
    assert len(runs) == 3
    assert judged[0] == judged[3] != judged[4] == list(again.recorded)
    assert judged[0][0] == (True, True) and judged[1] == judged[4]
