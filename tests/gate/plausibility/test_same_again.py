"""Last year's file under this year's dates: found with numbers and weekdays moved, not where units come again."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from helpers.gate.plausibility.same_again import same_records_as_last_year
from tests.gate.plausibility.two_years import LEDGER, compared, ledger, placed, tickets, told


def redated(days: int) -> pd.DataFrame:
    frame = tickets(2023)
    moved = {c: frame[c] + pd.DateOffset(years=1) + pd.Timedelta(days=days) for c in ("opened_at", "resolved_at")}
    return frame.assign(ticket_id=[f"N{n}" for n in range(len(frame))], **moved)[
        lambda t: t["opened_at"].dt.year == 2024
    ]


@pytest.mark.parametrize("days", [0, -1, 1])
def test_last_years_file_redated_and_renumbered_is_found(days: int, tmp_path: Path) -> None:
    with compared(tmp_path, {"tickets": redated(days)}) as subject:
        (check,) = same_records_as_last_year(subject)
    assert check.table == "tickets"
    assert check.failing > 1000


def test_one_of_two_files_is_enough(tmp_path: Path) -> None:
    old, own = redated(0), tickets(2024)
    mixed = pd.concat(
        [
            own[own["opened_at"] < "2024-07-01"],
            old[old["opened_at"] >= "2024-07-01"].assign(source_file="exports/下.csv"),
        ]
    )
    with compared(tmp_path, {"tickets": mixed}) as subject:
        (check,) = same_records_as_last_year(subject)
    assert "exports/下.csv" in check.words


def test_units_that_are_looked_at_every_quarter_come_again(tmp_path: Path) -> None:
    def checks(year: int) -> pd.DataFrame:
        days = pd.to_datetime(
            [f"{year}-{month:02d}-{10 + n % 5 + year % 2}" for month in (3, 6, 9, 12) for n in range(10)]
        )
        rows = [
            {"voucher": f"{year}-{n}", "paid_on": day, "purpose": f"设施{n % 10}", "amount": 1}
            for n, day in enumerate(days)
        ]
        return placed(rows, "exports/台账.csv")

    with compared(tmp_path, {"ledger": checks(2024)}, {"ledger": checks(2023)}, tables={"ledger": LEDGER}) as subject:
        assert told(same_records_as_last_year(subject)) == []


def test_payments_on_other_days_of_the_same_amount_say_nothing(tmp_path: Path) -> None:
    paid = ledger(2024).assign(amount=ledger(2023)["amount"])
    paid["paid_on"] = [day.replace(day=20 + n % 5) for n, day in enumerate(paid["paid_on"])]
    with compared(tmp_path, {"ledger": paid}) as subject:
        assert told(same_records_as_last_year(subject)) == []
