"""What sums and means would count wrongly: one record under two numbers, blanks, percents as they stand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from helpers.gate.plausibility.blank_figures import blank_figures
from helpers.gate.plausibility.keys_alike import keys_alike
from helpers.gate.plausibility.percent_scale import percent_scale
from helpers.gate.plausibility.sum_rows import sum_rows
from helpers.gate.result import Check
from tests.gate.plausibility.two_years import compared, ledger, tickets


def said(check: Any, folder: Path, frames: dict[str, pd.DataFrame], **changes: Any) -> list[Check]:
    with compared(folder, frames, alone=True, **changes) as subject:
        return list(check(subject))


@pytest.mark.parametrize(("own", "other"), [("T-7a", "t-7A"), ("A7", "Ａ７"), ("T07", "T7"), ("1007", "1007.0")])
def test_a_record_under_two_writings_of_its_number_stops(own: str, other: str, tmp_path: Path) -> None:
    frame = tickets(2024)
    frame.loc[7, "ticket_id"] = own
    twin = frame.loc[[7]].assign(ticket_id=other, source_row=99_999)
    assert said(keys_alike, tmp_path / "a", {"tickets": frame}) == []
    (check,) = said(keys_alike, tmp_path / "b", {"tickets": pd.concat([frame, twin])})
    assert (check.level, check.failing) == ("stop", 1)
    assert check.failing_rows[0].value == f"{other}（另一行写作 {own}）"
    later = twin.assign(opened_at=twin["opened_at"] + pd.Timedelta(minutes=1))
    assert said(keys_alike, tmp_path / "c", {"tickets": pd.concat([frame, later])}) == []


def test_a_blank_amount_in_a_sum_is_noted(tmp_path: Path) -> None:
    frame = ledger(2024)
    assert said(blank_figures, tmp_path / "a", {}) == []
    frame.loc[3, "amount"] = None
    (check,) = said(blank_figures, tmp_path / "b", {"ledger": frame})
    assert (check.level, check.failing, check.rule) == ("note", 1, "blank_figures:amount")
    assert "合计里按没有计" in check.words
    frame.loc[: len(frame) // 2, "amount"] = None
    assert said(blank_figures, tmp_path / "c", {"ledger": frame}) == []


@pytest.mark.parametrize(("factor", "level"), [(100, "stop"), (1, None)])
def test_percents_as_they_stand_are_no_ratios(factor: int, level: str | None, tmp_path: Path) -> None:
    value = f"{0.97 * factor}"
    mean = {"rate": {"table": "tickets", "agg": "mean", "value": value, "unit": "比例", "words": "满意率"}}
    checks = said(percent_scale, tmp_path, {}, measures=mean)
    assert [c.level for c in checks] == ([level] if level else [])
    assert all("“满意率”是 97，即 9700%" in c.words for c in checks)


def test_a_row_that_is_nothing_but_the_sum_of_the_others_is_a_total(tmp_path: Path) -> None:
    frame = ledger(2024).head(3).reset_index(drop=True)
    total = frame.loc[[2]].assign(voucher=None, purpose=None, source_row=99, amount=frame["amount"].sum())
    both = pd.concat([frame, total])
    (check,) = said(sum_rows, tmp_path / "a", {"ledger": both})
    assert (check.level, check.failing, check.failing_rows[0].source_row) == ("stop", 1, 99)
    assert said(sum_rows, tmp_path / "b", {"ledger": both.assign(voucher="V1")}) == []
    assert said(sum_rows, tmp_path / "c", {"ledger": pd.concat([frame, total.assign(amount=1)])}) == []
