"""Registers against last year's: what cannot change has not, and entries do not go by the dozen."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest

from helpers.gate.plausibility import registers_since as checks
from tests.gate.plausibility.two_years import compared, devices, ledger, told

FLEET = {
    "table": "devices",
    "id": "device_id",
    "model": "model",
    "bought": "bought_on",
    "price": "price",
    "failures": {"table": "tickets", "device": "device_id", "model": "device_model", "at": "opened_at"},
}


@pytest.mark.parametrize(
    ("column", "value", "changes"),
    [
        ("bought_on", datetime.date(2019, 9, 9), {}),
        ("price", 41000, {}),
        ("price", 4001, {"fleet": FLEET}),
        ("model", "型9", {"fleet": FLEET}),
    ],
)
def test_a_fixed_property_that_changed_is_named(
    column: str, value: object, changes: dict[str, Any], tmp_path: Path
) -> None:
    register = devices(2024)
    register.loc[10, column] = value
    with compared(tmp_path, {"devices": register}, **changes) as subject:
        (check,) = checks.fixed_properties_changed(subject)
    assert (check.table, check.arguments["column"], check.failing) == ("devices", column, 1)
    assert "PC010" in str(check.failing_rows[0].value)


@pytest.mark.parametrize(
    ("column", "value"), [("dept", "D0"), ("price", 4400), ("bought_on", datetime.date(2024, 3, 1)), ("model", None)]
)
def test_what_may_change_says_nothing(column: str, value: object, tmp_path: Path) -> None:
    register = devices(2024)
    register.loc[10, column] = value
    with compared(tmp_path, {"devices": register}) as subject:
        assert told(checks.fixed_properties_changed(subject)) == []


def test_a_column_off_by_one_row_is_named(tmp_path: Path) -> None:
    register = devices(2024)
    register["dept"] = register["dept"].shift(1, fill_value="D0")
    with compared(tmp_path, {"devices": register}) as subject:
        assert ("devices", "dept") in told(checks.fixed_properties_changed(subject))


def test_vouchers_numbered_anew_every_year_are_no_register(tmp_path: Path) -> None:
    assert set(ledger(2024)["voucher"]) == set(ledger(2023)["voucher"])
    with compared(tmp_path) as subject:
        assert list(checks.registers(subject)) == ["devices"]


def test_entries_that_go_by_the_dozen_are_missed(tmp_path: Path) -> None:
    with compared(tmp_path / "a", {"devices": devices(2024).iloc[:95]}) as subject:
        (check,) = checks.register_entries_gone(subject)
    assert "25" in check.words
    with compared(tmp_path / "b", {"devices": devices(2024).iloc[:112]}) as subject:
        assert told(checks.register_entries_gone(subject)) == []
