"""Draws and office hours of the generator."""

from datetime import date, datetime

import pytest

from tools.example_data.clock import work_later, workday_after, workdays_between, workdays_of
from tools.example_data.dice import Dice, Wheel
from tools.example_data.facts import FY2024
from tools.example_data.stock import Move, _on_hand


def test_draws_depend_on_the_seed_alone() -> None:
    assert [Dice("a", 1).between(1, 6) for _ in range(3)] == [Dice("a", 1).between(1, 6)] * 3
    assert Dice("a", 1).shuffled(range(50)) == Dice("a", 1).shuffled(range(50)) != Dice("a", 2).shuffled(range(50))


def test_draws_keep_their_bounds() -> None:
    dice = Dice("bounds")
    assert {dice.between(3, 5) for _ in range(200)} == {3, 4, 5}
    assert sorted(dice.shuffled("abcde")) == list("abcde")
    assert len(set(dice.sample(range(100), 40))) == 40 and dice.sample(range(9), 9) == list(range(9))
    assert {Wheel("abc", (1, 0, 2)).spin(dice) for _ in range(200)} == {"a", "c"}


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        (datetime(2024, 3, 5, 9, 0), 60, datetime(2024, 3, 5, 10, 0)),
        (datetime(2024, 3, 5, 11, 30), 60, datetime(2024, 3, 5, 14, 0)),  # over the noon break
        (datetime(2024, 3, 8, 17, 0), 60, datetime(2024, 3, 11, 9, 0)),  # over a weekend
        (datetime(2024, 2, 8, 17, 0), 60, datetime(2024, 2, 9, 9, 0)),  # the ninth was worked
        (datetime(2024, 2, 9, 17, 0), 60, datetime(2024, 2, 18, 9, 0)),  # the Spring Festival, then a Sunday worked
    ],
)
def test_office_time(start: datetime, minutes: int, end: datetime) -> None:
    assert work_later(start, minutes) == end


def test_working_days() -> None:
    assert workday_after(date(2024, 9, 30), 1) == date(2024, 10, 8)
    assert workdays_between(date(2024, 9, 27), date(2024, 9, 30)) == 2  # Sunday the 29th was worked
    assert len(workdays_of(2024)) == 251


def test_the_facts_are_the_published_total() -> None:
    assert sum(FY2024.counts.values()) == 14405 and len(FY2024.counts) == 20


def test_a_shelf_below_nothing_is_refused() -> None:
    out = Move(datetime(2024, 1, 2, 9), "HDD-1T", "出库", 1)
    with pytest.raises(ValueError, match="HDD-1T below nothing"):
        _on_hand([out])
