"""One export as CSV, and the moments of a working year from which rows are made."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from chinese_calendar import is_workday

from tools.example_data.dice import Dice

Row = Sequence[str]
Export = tuple[Row, list[Row]]

#: Minutes of a day between which work is registered.
OPEN, CLOSED = 8 * 60, 18 * 60


def write(path: Path, head: Row, rows: Sequence[Row]) -> Path:
    """UTF-8 with a byte-order mark, as spreadsheet programs save it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows(rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.getvalue().encode("utf-8-sig"))
    return path


def workdays(year: int) -> list[date]:
    days = (date(year, 1, 1) + timedelta(days=n) for n in range(366))
    return [day for day in days if day.year == year and is_workday(day)]


def moments(dice: Dice, days: Sequence[date], count: int) -> list[datetime]:
    """``count`` moments in the opening hours of the days, in order, no two alike."""
    found: set[datetime] = set()
    while len(found) < count:
        day = dice.pick(days)
        found.add(datetime(day.year, day.month, day.day) + timedelta(minutes=dice.between(OPEN, CLOSED - 1)))
    return sorted(found)


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M")


def pick(dice: Dice, weighed: Sequence[tuple[str, int]]) -> str:
    """One of the words, each as often as its weight says."""
    at = dice.between(0, sum(weight for _, weight in weighed) - 1)
    for word, weight in weighed:
        if at < weight:
            return word
        at -= weight
    raise AssertionError("weights are whole and positive")
