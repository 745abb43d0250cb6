"""``check`` finds the faults of all year files in one pass, and nothing that only follows from one of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.run.check import check_year
from helpers.year.faults import YearFileError
from helpers.year.load import load_year
from tests.run import small_project
from tests.run.small_project import edit


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return small_project.write_project(tmp_path)


def found(folder: Path) -> list[tuple[str, str, int | None]]:
    faults = check_year(folder.parents[2], 2024)
    return [(fault.code, fault.where, fault.line) for fault in faults]


def line_of(file: Path, text: str) -> int:
    return next(n for n, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1) if text in line)


def test_a_sound_year_has_no_faults(folder: Path) -> None:
    assert found(folder) == []


def test_faults_of_every_kind_and_file_come_together(folder: Path) -> None:
    year, indicators, plan = (folder / f"{name}.yml" for name in ("year", "indicators", "plan"))
    edit(year, "institution: 某单位", "instituton: 某单位\ninstitution: 某单位")  # an unknown key
    edit(year, "exports/ledger.csv", "exports/leger.csv")  # a file that is not there
    edit(indicators, "weight: 45", "weight: 四十五")  # no number: the indicator is left out
    edit(indicators, "value: hours <= 24", "value: hour <= 24")  # no such column
    edit(plan, "due: 2025-06-30", "due: 年中")  # no date
    assert found(folder) == [
        ("unknown_key", "instituton", line_of(year, "instituton")),
        ("wrong_type", "indicators.0.weight", line_of(indicators, "四十五")),
        ("wrong_type", "actions.0.due", line_of(plan, "年中")),
        ("file_missing", "tables.ledger.files", line_of(year, "leger")),
        ("bad_expression", "measures.in_a_day.value", line_of(indicators, "hour <= 24")),
    ]


def test_entries_behind_one_that_is_left_out_keep_their_lines(folder: Path) -> None:
    indicators = folder / "indicators.yml"
    edit(indicators, "weight: 45", "weight: 四十五")
    edit(indicators, "explain: [cause, category]", "explain: [cause, categry]")
    assert {where: line for _, where, line in found(folder)} == {
        "indicators.0.weight": line_of(indicators, "四十五"),
        "indicators.1.explain": line_of(indicators, "categry"),
    }


def test_what_only_follows_is_not_said(folder: Path) -> None:
    """The column is left out, with it the table's expressions, the measure over it, and the causes by it."""
    edit(folder / "year.yml", "category: 类别", "category: {from: 类别, type: texte}")
    assert [where for _, where, _ in found(folder)] == ["tables.tickets.columns.category.type"]
    edit(folder / "indicators.yml", "in_a_day: {table: tickets, agg: share,", "in_a_day: {table: tickets, agg: shares,")
    assert [where for _, where, _ in found(folder)] == [
        "tables.tickets.columns.category.type",
        "measures.in_a_day.agg",
    ]


def test_two_blocks_of_one_name_are_told_with_both_lines(folder: Path) -> None:
    year = folder / "year.yml"
    text = year.read_text(encoding="utf-8")
    block = text[text.index("  tickets:") : text.index("  ledger:")]
    year.write_text(text + block.replace("key: ticket_id", "key: ticket_ids"), encoding="utf-8")
    lines = [n for n, line in enumerate(year.read_text(encoding="utf-8").splitlines(), 1) if line == "  tickets:"]
    edit(folder / "indicators.yml", "value: hours <= 24", "value: hour <= 24")
    faults = check_year(folder.parents[2], 2024)
    assert (faults[0].code, faults[0].line) == ("key_twice", lines[1])
    assert f"tables.tickets 写了两次：第 {lines[0]} 行和第 {lines[1]} 行" in faults[0].message
    assert "合成一块" in str(faults[0].hint)
    assert [fault.code for fault in faults] == ["key_twice", "bad_expression"]
    with pytest.raises(YearFileError, match="key_twice"):
        load_year(folder.parents[2], 2024)


def test_nothing_is_run_on_what_is_left(folder: Path) -> None:
    """The rest of a file is looked at for faults, never measured."""
    edit(folder / "plan.yml", "due: 2025-06-30", "due: 年中")
    with pytest.raises(YearFileError, match="年中"):
        load_year(folder.parents[2], 2024)
