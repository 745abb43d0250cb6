"""The whole example moved by three months, its years beginning in April: nothing that cleaning counts may change."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd

from helpers.activity.clean import clean_year
from helpers.run.check import check_year
from helpers.year.load import load_year
from tests.conftest import PROJECT
from tests.shifted_example import shifted_root


def counted(root: Path, out: Path) -> dict[str, Any]:
    """What becomes of every table of 2024, and the tickets of each month of the fiscal year with their hours."""
    year = load_year(root, 2024)
    found: dict[str, Any] = {
        one.table: (one.rows_in, one.used, one.corrected, {e.reason: e.rows for e in one.set_aside})
        for one in clean_year(year, out)
    }
    tickets = pd.read_parquet(out / "tickets.parquet", columns=["opened_at", "category", "hours", "repair"])
    place = tickets["opened_at"].dt.month.map(year.fiscal.place)
    found["months"] = Counter(zip(place, tickets["category"], strict=True))
    found["in time"] = Counter(place[(tickets["hours"] <= 1) & ~tickets["repair"].fillna(value=False)])
    return found


def test_the_example_from_april_counts_what_it_counts_from_january(tmp_path: Path) -> None:
    shifted = shifted_root(tmp_path / "april", 3)
    assert load_year(shifted, 2024).fiscal.from_to == "2024年4月1日至2025年3月31日"
    assert check_year(shifted, 2024) == []
    mine, theirs = counted(PROJECT, tmp_path / "mine"), counted(shifted, tmp_path / "theirs")
    assert theirs == mine
    assert sum(theirs["months"].values()) == 14405
