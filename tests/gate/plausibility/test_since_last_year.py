"""How much there is against last year: a break is said, growth that comes by and by is not."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from helpers.gate.plausibility import since_last_year as checks
from tests.gate.plausibility.two_years import compared, ledger, tickets, told


def doubled(frame: pd.DataFrame) -> pd.DataFrame:
    again = frame.assign(ticket_id=frame["ticket_id"] + "B", source_row=frame["source_row"] + len(frame))
    return pd.concat([frame, again])


def test_twice_as_many_rows_from_january_on_are_said(tmp_path: Path) -> None:
    with compared(tmp_path, {"tickets": doubled(tickets(2024))}) as subject:
        (check,) = checks.row_count_since_last_year(subject)
    assert check.table == "tickets"
    assert "2.0" in check.words


def test_half_of_the_rows_are_missed_and_a_tenth_is_not(tmp_path: Path) -> None:
    with compared(tmp_path / "a", {"tickets": tickets(2024).iloc[::2]}) as subject:
        assert told(checks.row_count_since_last_year(subject)) == [("tickets", "")]
    fewer = tickets(2024)[lambda t: t.index % 10 != 0]
    with compared(tmp_path / "b", {"tickets": fewer}) as subject:
        assert told(checks.row_count_since_last_year(subject)) == []


def test_growth_through_both_years_says_nothing(tmp_path: Path) -> None:
    now, before = tickets(2024), tickets(2023)
    # Last year doubles from July on, and this year goes on so.
    late = before[before["opened_at"] >= "2023-07-01"]
    with compared(
        tmp_path, {"tickets": doubled(now)}, {"tickets": pd.concat([before, doubled(late).iloc[len(late) :]])}
    ) as s:
        assert told(checks.row_count_since_last_year(s)) == []


def test_a_month_that_lost_its_half_is_named(tmp_path: Path) -> None:
    frame = tickets(2024)
    cut = frame[(frame["opened_at"].dt.month != 9) | (frame.index % 2 == 0)]
    with compared(tmp_path / "a", {"tickets": cut}) as subject:
        (check,) = checks.months_since_last_year(subject)
    assert "9 月" in check.words
    cut = frame[(frame["opened_at"].dt.month != 9) | (frame.index % 6 != 0)]
    with compared(tmp_path / "b", {"tickets": cut}) as subject:
        assert told(checks.months_since_last_year(subject)) == []


def test_amounts_of_another_unit_are_said_and_a_dearer_year_is_not(tmp_path: Path) -> None:
    paid = ledger(2024)
    with compared(tmp_path / "a", {"ledger": paid.assign(amount=paid["amount"] / 100)}) as subject:
        (check,) = checks.amounts_since_last_year(subject)
    assert (check.table, check.arguments["column"]) == ("ledger", "amount")
    with compared(tmp_path / "b", {"ledger": paid.assign(amount=paid["amount"] * 1.3)}) as subject:
        assert told(checks.amounts_since_last_year(subject)) == []


def test_one_amount_with_a_shifted_point_shows_in_the_total(tmp_path: Path) -> None:
    paid = ledger(2024)
    paid.loc[4, "amount"] *= 100
    with compared(tmp_path, {"ledger": paid}) as subject:
        assert told(checks.amounts_since_last_year(subject)) == [("ledger", "amount")]


def test_durations_of_a_multiple_are_said_and_slightly_slower_work_is_not(tmp_path: Path) -> None:
    frame = tickets(2024)
    with compared(tmp_path / "a", {"tickets": frame.assign(hours=frame["hours"] + 8)}) as subject:
        assert told(checks.durations_since_last_year(subject)) == [("tickets", "hours")]
    with compared(tmp_path / "b", {"tickets": frame.assign(hours=frame["hours"] * 1.5)}) as subject:
        assert told(checks.durations_since_last_year(subject)) == []


def aside(reason: str, rows: int) -> list[dict[str, object]]:
    return [{"_reason": reason, "ticket_id": f"X{n}", "source_row": n} for n in range(rows)]


def test_reopenings_and_tests_that_are_no_longer_set_aside_are_missed(tmp_path: Path) -> None:
    before = {"tickets": [*aside("重新打开", 40), *aside("测试工单", 12)]}
    with compared(tmp_path / "a", aside={"tickets": aside("重新打开", 38)}, aside_before=before) as subject:
        (check,) = checks.set_aside_since_last_year(subject)
    assert "测试工单" in check.words
    assert "重新打开" not in check.words
    same = {"tickets": [*aside("重新打开", 25), *aside("测试工单", 9)]}
    with compared(tmp_path / "b", aside=same, aside_before=before) as subject:
        assert told(checks.set_aside_since_last_year(subject)) == []


def test_ten_times_as_many_reopenings_are_said(tmp_path: Path) -> None:
    before = {"tickets": aside("重新打开", 40)}
    with compared(tmp_path, aside={"tickets": aside("重新打开", 400)}, aside_before=before) as subject:
        assert told(checks.set_aside_since_last_year(subject)) == [("tickets", "")]
