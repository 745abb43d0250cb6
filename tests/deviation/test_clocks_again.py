"""Scenarios gone through together come to what each comes to by itself."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.activity.reclock import Move
from helpers.deviation import clocks_again as module
from helpers.deviation.clocks_again import ClocksAgain, clocks_again
from tests.deviation.spare_samples import DAY, HOUR, MONDAY, SPARES, at, measured, planted, repair, write_year

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
    """Clocks are prepared once for all scenarios, and not again for what is known; who is elsewhere is left out."""
    again.shown, runs = False, []
    again.known.clear()
    prepared = module.reclocked

    def counted(*given: object) -> object:
        runs.append(given)
        return prepared(*given)

    monkeypatch.setattr(module, "reclocked", counted)
    late = [moved(again, 0, 0, 8, now) for now in (0, 8, 20)]
    nowhere = ("other.csv", 1, 0, 1, 2)
    judged = again.judged([late[0], nowhere], [late[1]], [late[2]], [late[0]], [])
    assert len(runs) == 1 and again.judged([late[1]]) == [judged[1]] and len(runs) == 1
    assert judged[0] == judged[3] != judged[4] == list(again.recorded)
    assert judged[0][0] == (True, True) and judged[1] == judged[4]


def test_what_another_table_holds_up_is_held_up_again(tmp_path: Path) -> None:
    """30 hours without the part, of which another table holds 24: 6 net; of each row as often as it is asked."""
    opened = [MONDAY + 7 * n * DAY for n in range(3)]
    rows = [
        repair(n, on, part="PSU", ordered=on, arrived=on + 6 * DAY, resolved=on + 6 * DAY + 30 * HOUR)
        for n, on in enumerate(opened)
    ]
    pauses = [f"T{n},停,1,{at(on + 25 * HOUR)},{at(on + HOUR)}" for n, on in enumerate(opened)]
    root = write_year(tmp_path, rows, moves=pauses)
    declared = root / "data/raw/2024/year.yml"
    own, theirs = "{from: held_from, to: held_to}", "{table: moves, key: [part], from: ordered, to: moved}"
    declared.write_text(declared.read_text(encoding="utf-8").replace(own, theirs), encoding="utf-8")
    again = clocks_again(measured(root), "net_day", "true")
    seconds = [int((on - datetime(1970, 1, 1)).total_seconds()) for on in opened]
    waits = [
        [
            (*place, since, since + 6 * LENGTH, since + hours * 3600)
            for place, since in zip(again.places, seconds, strict=True)
        ]
        for hours in (0, 18, 19)
    ]
    late, kept = [(True, False)] * 3, [(True, True)] * 3
    assert list(again.recorded) == late
    assert again.judged(*waits, []) == [kept, kept, late, late]
