"""Total lines below a table and declared control totals: each that does not add up is said, none that does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from helpers.gate.plausibility import control_totals as checks
from tests.gate.plausibility.two_years import LEDGER, compared, ledger, told

TOTAL = int(ledger(2024)["amount"].sum())


def total(amount: object, row: int = 26, label: str = "合计") -> dict[str, Any]:
    where = {"source_file": "exports/台账.csv", "source_row": row}
    return {"_reason": "支付日期为空", "voucher": label, "amount": str(amount), **where}


def void(amount: object, row: int = 25) -> dict[str, Any]:
    return {**total(amount, row, "记-099"), "_reason": "作废凭证", "paid_on": "2024-03-01", "purpose": "服务费"}


@pytest.mark.parametrize("amount", [TOTAL, f"{TOTAL:,}.00", f"￥{TOTAL:,}", f"{TOTAL}元"])
def test_a_total_of_the_rows_used_says_nothing(amount: object, tmp_path: Path) -> None:
    with compared(tmp_path, aside={"ledger": [total(amount)]}) as subject:
        assert len(checks.total_lines(subject, "ledger", ["amount"])) == 1
        assert told(checks.printed_totals(subject)) == []


def test_a_total_that_counts_the_rows_set_aside_says_nothing(tmp_path: Path) -> None:
    with compared(tmp_path, aside={"ledger": [void("5,000"), total(TOTAL + 5000)]}) as subject:
        assert told(checks.printed_totals(subject)) == []


def test_a_total_that_no_rows_add_up_to_is_named_with_its_place(tmp_path: Path) -> None:
    with compared(tmp_path, {"ledger": ledger(2024).iloc[:-1]}, aside={"ledger": [total(TOTAL)]}) as subject:
        (check,) = checks.printed_totals(subject)
    assert check.level == "note"
    assert f"{TOTAL:,}" in check.words
    assert (check.failing_rows[0].source_file, check.failing_rows[0].source_row) == ("exports/台账.csv", 26)


def test_the_balance_beside_a_total_is_no_sum(tmp_path: Path) -> None:
    paid = ledger(2024)
    paid["balance"] = paid["amount"].cumsum().astype(float)
    columns = {**LEDGER["columns"], "balance": {"from": "期末余额", "type": "money", "unit": "元"}}
    tables, aside = {"ledger": {**LEDGER, "columns": columns}}, [{**total(TOTAL), "balance": "0.00"}]
    with compared(tmp_path, {"ledger": paid}, aside={"ledger": aside}, tables=tables) as subject:
        assert told(checks.printed_totals(subject)) == []


def test_totals_of_pages_and_months_are_those_of_their_rows(tmp_path: Path) -> None:
    paid = ledger(2024)
    half = paid.assign(source_row=[n + 2 if n < 12 else n + 3 for n in range(24)])
    first, second = int(half["amount"][:12].sum()), int(half["amount"][12:].sum())
    june = int(paid["amount"][10:12].sum())
    pages = [total(first, 14, "本页小计"), total(second, 27, "本页小计"), total(june, 28, "6月合计"), total(TOTAL, 29)]
    with compared(tmp_path / "a", {"ledger": half}, aside={"ledger": pages}) as subject:
        assert told(checks.printed_totals(subject)) == []
    with compared(tmp_path / "b", {"ledger": half.drop(index=3)}, aside={"ledger": pages}) as subject:
        (check,) = checks.printed_totals(subject)
    assert check.failing == 2  # the page and the whole; June is untouched


def test_words_that_look_like_a_total_are_none(tmp_path: Path) -> None:
    rows = [total(1, 26, "小计算机维修"), total(2, 27, "统计报表印制")]
    with compared(tmp_path, aside={"ledger": rows}) as subject:
        assert checks.total_lines(subject, "ledger", ["amount"]) == []


def test_a_total_that_last_years_layout_had_is_missed(tmp_path: Path) -> None:
    before = {"ledger": [total(int(ledger(2023)["amount"].sum()))]}
    with compared(tmp_path / "a", aside_before=before) as subject:
        assert told(checks.totals_missing(subject)) == [("ledger", "")]
    with compared(tmp_path / "b", aside={"ledger": [total(TOTAL)]}, aside_before=before) as subject:
        assert told(checks.totals_missing(subject)) == []


def expecting(**expect: Any) -> dict[str, Any]:
    return {"tables": {"ledger": {**LEDGER, "expect": expect}}}


SOUND: list[dict[str, Any]] = [
    {"rows": 24},
    {"rows_in": 27},
    {"sum": {"amount": TOTAL}},
    {"sum": {"amount": f"{TOTAL / 10000:.4f}万元"}},
    {"by_month": {1: 2, 12: 2}},
    {"by_month": {"amount": {1: int(ledger(2024)["amount"][:2].sum())}}},
]


@pytest.mark.parametrize("expect", SOUND)
def test_declared_totals_that_hold_say_nothing(expect: dict[str, Any], tmp_path: Path) -> None:
    accounts = [{"table": "ledger", "rows_in": 27}]
    with compared(tmp_path, accounts=accounts, **expecting(**expect)) as subject:
        assert told(checks.expected_totals(subject)) == []


@pytest.mark.parametrize("expect", SOUND)
def test_declared_totals_that_do_not_hold_stop(expect: dict[str, Any], tmp_path: Path) -> None:
    accounts = [{"table": "ledger", "rows_in": 26}]
    rows: pd.DataFrame = ledger(2024).iloc[1:]
    with compared(tmp_path, {"ledger": rows}, accounts=accounts, **expecting(**expect)) as subject:
        (check,) = checks.expected_totals(subject)
    assert check.level == "stop"
    assert check.stops
    assert "应为" in check.words
    assert "实为" in check.words
