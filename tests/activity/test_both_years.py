"""Two years cleaned at a time give what each gives alone, and the error that comes first."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.activity import both_years
from helpers.activity.clean import clean_year
from helpers.activity.errors import ExportError
from helpers.year.load import Year, load_year
from tests import small_year

TABLES = """\
  tickets:
    title: 工单
    files: exports/t.csv
    columns: {ticket_id: 编号, opened_at: {from: 受理时间, type: datetime}}
    key: ticket_id
"""


def made(root: Path, text: str) -> Year:
    small_year.write(root, small_year.head() + TABLES, files={"t.csv": text})
    return load_year(root, 2024)


def rows(first: int) -> str:
    return "编号,受理时间\n" + "".join(f"T{n},2024-03-{n:02} 09:00:00\n" for n in range(first, first + 9))


@pytest.mark.parametrize("small", [0, 1_000_000])
def test_years_side_by_side_are_what_each_is_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small: int) -> None:
    monkeypatch.setattr(both_years, "SMALL", small)
    years = [made(tmp_path / name, rows(first)) for name, first in (("a", 1), ("b", 5))]
    together = both_years.clean_years([(year, tmp_path / f"out{n}") for n, year in enumerate(years)])
    for n, year in enumerate(years):
        assert together[n] == clean_year(year, tmp_path / f"alone{n}")
        files = sorted(p.name for p in (tmp_path / f"alone{n}").iterdir())
        assert files == ["tickets.parquet", "tickets.set_aside.parquet"]
        for name in files:
            assert (tmp_path / f"out{n}" / name).read_bytes() == (tmp_path / f"alone{n}" / name).read_bytes()


def test_the_error_of_the_first_year_is_raised(tmp_path: Path) -> None:
    """However early the other year fails."""
    broken, worse = made(tmp_path / "a", "编号,日期\nT1,2024-03-01\n"), made(tmp_path / "b", "甲,乙\n1,2\n")
    with pytest.raises(ExportError) as alone:
        clean_year(broken, tmp_path / "alone")
    with pytest.raises(ExportError) as raised:
        both_years.clean_years([(broken, tmp_path / "out0"), (worse, tmp_path / "out1")])
    assert str(raised.value) == str(alone.value)
    assert "受理时间" in str(raised.value)
