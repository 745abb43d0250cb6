"""Check the declared inputs of a year before anything runs."""

from __future__ import annotations

from pathlib import Path

from helpers.gate import check_rule
from helpers.year.crosscheck import crosscheck, tidy_columns
from helpers.year.faults import Fault, YearFileError
from helpers.year.load import Year, load_year


def check_year(root: Path, fiscal_year: int) -> list[Fault]:
    """Every fault in the year's files, and in those of the year before where they are there."""
    faults = _check_one(root, fiscal_year)
    before = root / "data" / "raw" / str(fiscal_year - 1) / "year.yml"
    return faults + (_check_one(root, fiscal_year - 1) if before.is_file() else [])


def _check_one(root: Path, fiscal_year: int) -> list[Fault]:
    try:
        year = load_year(root, fiscal_year)
    except YearFileError as error:
        return list(error.faults)
    return [*crosscheck(year), *_gate_rules(year)]


def _gate_rules(year: Year) -> list[Fault]:
    """Rules that Great Expectations does not know, or whose arguments do not fit."""
    faults = []
    for name, table in year.year.tables.items():
        for index, rule in enumerate(table.gate):
            for problem in check_rule(rule, list(tidy_columns(table))):
                faults.append(year.lines["year.yml"].fault(
                    "bad_rule", ("tables", name, "gate", index), problem, value=rule.expectation))
    return faults
