"""The right files: none twice under two names, none of last year, no stretch of the year left out."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from helpers.activity.clean import clean_year
from helpers.activity.errors import ExportError
from helpers.activity.handed_over import refuse_last_year
from helpers.year.load import Year, load_year
from tests.activity.activity_samples import cleaned, project

LEDGER = """\
  tickets:
    title: 台账
    files: exports/台账*
    columns:
      id: 凭证号
      paid_on: {from: 日期, type: date}
      amount: {from: 金额, type: money, unit: 元}
    year_by: paid_on
"""
KEYED = LEDGER + "    key: id\n"
HEAD = "凭证号,日期,金额\n"


def lines(first: date, days: int, mark: str = "V") -> list[str]:
    return [f"{mark}{n},{first + timedelta(n)},{100 + n}" for n in range(days)]


def text(rows: list[str]) -> str:
    return HEAD + "\n".join(rows) + "\n"


def stop(root: Path, spec: str, files: dict[str, str]) -> str:
    with pytest.raises(ExportError) as found:
        clean_year(project(root, spec, files), root / "out")
    return str(found.value)


ROWS = lines(date(2024, 3, 1), 6)


@pytest.mark.parametrize("spec", [LEDGER, KEYED])
def test_the_same_bytes_under_two_names(tmp_path: Path, spec: str) -> None:
    said = stop(tmp_path, spec, {"台账.csv": text(ROWS), "台账 - 副本.csv": text(ROWS)})
    assert "[same_file_twice]" in said
    assert "台账.csv" in said and "台账 - 副本.csv" in said and "处理：" in said


@pytest.mark.parametrize("spec", [LEDGER, KEYED])
def test_the_same_rows_in_another_form(tmp_path: Path, spec: str) -> None:
    other = [row.replace("2024-03-0", "2024/3/").replace(",10", ",¥ 10") for row in reversed(ROWS)]
    other = [row.replace("¥ ", "") for row in other]
    assert "[same_file_twice]" in stop(tmp_path, spec, {"台账1.csv": text(ROWS), "台账2.csv": text(other)})


def test_the_same_rows_as_a_workbook(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "raw" / "2024" / "exports"
    folder.mkdir(parents=True)
    frame = pd.DataFrame([row.split(",") for row in ROWS], columns=HEAD.strip().split(","))
    frame["日期"], frame["金额"] = pd.to_datetime(frame["日期"]), frame["金额"].astype(int)
    frame.to_excel(folder / "台账.xlsx", index=False)
    assert "[same_file_twice]" in stop(tmp_path, KEYED, {"台账.csv": text(ROWS)})


def test_one_within_the_other(tmp_path: Path) -> None:
    said = stop(tmp_path, KEYED, {"台账1.csv": text(ROWS), "台账2.csv": text(ROWS[:3])})
    assert "3 行都已经在" in said


def test_a_reason_lets_it_pass(tmp_path: Path) -> None:
    spec = KEYED + "    loss: {overlap: true, why: 两处登记}\n"
    _, tidy, _ = cleaned(project(tmp_path, spec, {"台账1.csv": text(ROWS), "台账2.csv": text(ROWS)}), tmp_path)
    assert len(tidy) == 6


def test_files_that_overlap_count_twice_only_where_nothing_sets_the_rows_aside(tmp_path: Path) -> None:
    files = {"台账1.csv": text(ROWS[:5]), "台账2.csv": text([*ROWS[1:5], *lines(date(2024, 5, 1), 3, "W")])}
    assert "[files_overlap]" in stop(tmp_path / "a", LEDGER, files)
    account, tidy, _ = cleaned(project(tmp_path / "b", KEYED, files), tmp_path / "b")
    assert len(tidy) == 8
    assert [(o.first, o.second, o.rows) for o in account.overlaps] == [("exports/台账1.csv", "exports/台账2.csv", 4)]


def test_a_few_rows_in_common_are_left_to_the_key(tmp_path: Path) -> None:
    first, second = lines(date(2024, 1, 1), 100), lines(date(2024, 4, 12), 100, "W")
    files = {"台账1.csv": text([*first, second[0]]), "台账2.csv": text(second)}
    account, tidy, _ = cleaned(project(tmp_path, KEYED, files), tmp_path)
    assert (len(tidy), account.overlaps) == (200, ())


def test_files_of_a_few_rows_share_none_by_chance(tmp_path: Path) -> None:
    first, second = ROWS[:3], lines(date(2024, 4, 1), 3, "W")
    said = stop(tmp_path / "a", LEDGER, {"台账1.csv": text(first), "台账2.csv": text([first[2], *second[:2]])})
    assert "[files_overlap]" in said and "有 1 行" in said
    files = {"台账1.csv": text(first), "台账2.csv": text(second)}
    assert len(cleaned(project(tmp_path / "b", LEDGER, files), tmp_path / "b")[1]) == 6


def test_a_month_between_two_files_is_missing(tmp_path: Path) -> None:
    files = {"台账1.csv": text(lines(date(2024, 1, 1), 181)), "台账2.csv": text(lines(date(2024, 8, 1), 150, "W"))}
    said = stop(tmp_path / "a", KEYED, files)
    assert "[period_missing]" in said
    assert "2024-06-29" in said and "2024-08-01" in said
    passed = KEYED + "    loss: {gap: true, why: 七月停机}\n"
    assert len(cleaned(project(tmp_path / "b", passed, files), tmp_path / "b")[1]) == 331


def test_quarterly_files_of_a_few_days_have_no_gap(tmp_path: Path) -> None:
    files = {f"台账{q}.csv": text(lines(date(2024, 3 * q, 10), 8, f"Q{q}-")) for q in range(1, 5)}
    assert len(cleaned(project(tmp_path, KEYED, files), tmp_path)[1]) == 32


# --- last year ------------------------------------------------------------------------------------


def two_years(root: Path, before: str, now: str, spec: str = KEYED) -> tuple[Year, Year]:
    """Last year's file and this year's, each in its folder."""
    year = project(root, spec, {"台账.csv": before})
    last = root / "data" / "raw" / "2023"
    shutil.copytree(year.folder, last)
    (last / "year.yml").write_text((last / "year.yml").read_text("utf-8").replace("2024", "2023", 1), "utf-8")
    return project(root, spec, {"台账.csv": now}), load_year(root, 2023)


def test_last_years_bytes(tmp_path: Path) -> None:
    year, _ = two_years(tmp_path, text(ROWS), text(ROWS))
    with pytest.raises(ExportError, match=r"last_years_file.*2023/exports/台账\.csv"):
        clean_year(year, tmp_path / "out")


def test_last_years_rows_under_this_years_dates(tmp_path: Path) -> None:
    old = [row.replace("2024", "2023") for row in ROWS]
    new = [row.replace("V", "X") for row in ROWS]
    year, before = two_years(tmp_path, text(old), text(new))
    clean_year(year, tmp_path / "now")
    clean_year(before, tmp_path / "last")
    with pytest.raises(ExportError, match="last_years_rows"):
        refuse_last_year(year, tmp_path / "now", before, tmp_path / "last")


def test_other_rows_pass(tmp_path: Path) -> None:
    old = [row.replace("2024", "2023") for row in ROWS]
    new = [f"{row}5" for row in ROWS]
    year, before = two_years(tmp_path, text(old), text(new))
    clean_year(year, tmp_path / "now")
    clean_year(before, tmp_path / "last")
    refuse_last_year(year, tmp_path / "now", before, tmp_path / "last")
    refuse_last_year(year, tmp_path / "now", None, tmp_path / "last")


def test_the_same_half_year_under_new_numbers(tmp_path: Path) -> None:
    first, again = lines(date(2024, 3, 1), 40), lines(date(2024, 3, 1), 40, "X")
    said = stop(tmp_path, KEYED, {"台账上.csv": text(first), "台账下.csv": text(again)})
    assert "[same_file_twice]" in said and "台账下.csv 的 40 行除编号外都已经在" in said


def test_rounds_that_are_alike_at_every_site_are_no_copy(tmp_path: Path) -> None:
    spec = KEYED.replace("      amount: {from: 金额, type: money, unit: 元}\n", "      amount: 金额\n")
    first, again = lines(date(2024, 3, 1), 40), lines(date(2024, 3, 1), 40, "X")
    root = project(tmp_path, spec, {"台账上.csv": text(first), "台账下.csv": text(again)})
    assert len(cleaned(root, tmp_path / "out")[1]) == 80
