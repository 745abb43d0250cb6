"""Control totals and published figures in the year files: what cannot be compared is refused where it stands."""

from __future__ import annotations

from decimal import Decimal

import pytest
from pydantic import ValidationError

from helpers.year.check_tables import _expect
from helpers.year.expect import Expect
from helpers.year.load import Lines
from helpers.year.tables import Table


def table(**changes: object) -> Table:
    columns = {
        "voucher": "凭证号",
        "paid_on": {"from": "日期", "type": "date"},
        "amount": {"from": "金额", "type": "money"},
    }
    return Table.model_validate(
        {"title": "台账", "files": "a.csv", "columns": columns, "year_by": "paid_on", **changes}
    )


def faults(declared: Table) -> list[tuple[str, str | None]]:
    assert declared.expect is not None
    found = _expect(Lines("year.yml", {}), ("tables", "ledger", "expect"), declared, declared.expect)
    return [(fault.code, fault.hint) for fault in found]


def test_amounts_are_read_with_their_unit_and_months_mean_rows() -> None:
    expect = Expect.model_validate({"sum": {"amount": "177万元"}, "by_month": {1: 3}})
    assert expect.sum == {"amount": Decimal(1770000)}
    assert expect.by_month == {"rows": {1: Decimal(3)}}


def test_sums_of_numbers_by_a_date_are_sound() -> None:
    assert faults(table(expect={"rows": 3, "sum": {"amount": 1}, "by_month": {"amount": {1: 2}}})) == []


def test_a_column_that_is_no_number_is_refused_with_what_is_meant() -> None:
    (fault,) = faults(table(expect={"sum": {"amonut": 1}}))
    assert "amount" in str(fault[1])
    assert len(faults(table(expect={"sum": {"voucher": 1}}))) == 1


def test_months_without_a_date_are_refused() -> None:
    assert [code for code, _ in faults(table(expect={"by_month": {1: 3}}, year_by=None))] == ["no_date"]


@pytest.mark.parametrize("expect", [{}, {"by_month": {13: 1}}, {"rows": -1}, {"sums": {"amount": 1}}])
def test_what_says_nothing_or_nonsense_is_refused(expect: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Expect.model_validate(expect)
