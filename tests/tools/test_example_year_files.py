"""The example's year files are sound, and the program finds in the exports what a second reader finds."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest

from helpers.activity.clean import clean_year
from helpers.gate import validate_year, year_faults
from helpers.gate.frames import read_tables
from helpers.measures.figures import Measures
from helpers.year.crosscheck import crosscheck
from helpers.year.load import load_year
from tests.tools import plain_reader
from tests.tools.plain_reader import ROOT


@pytest.mark.parametrize("year", [2023, 2024])
def test_the_year_files_have_no_fault(year: int) -> None:
    loaded = load_year(ROOT, year)
    assert [str(f) for f in (*crosscheck(loaded), *year_faults(loaded))] == []


@pytest.mark.parametrize("year", [2023, 2024])
def test_both_readings_agree_and_the_gate_stays_open(year: int, tmp_path: Path) -> None:
    loaded = load_year(ROOT, year)
    accounts = clean_year(loaded, tmp_path)
    for account in accounts:
        used, aside = plain_reader.table(year, account.table)
        assert account.used == account.entities == len(used), account.table
        assert Counter({s.reason: s.rows for s in account.set_aside}) == aside, account.table
        assert account.corrected == sum(c.table == account.table for c in loaded.corrections.corrections)
        assert account.unreadable_cells == 0
    gate = validate_year(loaded, read_tables(tmp_path, loaded.year.tables), accounts)
    assert {(c.table, c.rule, c.failing) for c in gate.checks if not c.success} == NOTES[year]
    assert {c.level for c in gate.checks if not c.success} == {"note"}
    with Measures(loaded, tmp_path) as measures:
        assert {name: measures.figure(name).value for name in FIGURES[year]} == FIGURES[year]


NO_CAUSE = ("tickets", "column_values_to_not_be_null:cause")
NOTES = {2023: {(*NO_CAUSE, 10)}, 2024: {(*NO_CAUSE, 5), ("tickets", "column_values_to_not_be_null:resolved_at", 2)}}
FIGURES = {
    2023: {
        "staff": 10,
        "complaints_valid": 4,
        "suggestions": 3,
        "within_1h": Fraction(8406, 8586),
        "repairs_within_1_workday": Fraction(691, 772),
        "spent": 1632480,
        "cost_per_head": 163248,
        "facilities_used": Fraction(140, 144),
        "satisfied": Fraction(91, 103),
        "repairs_delayed_by_part": Fraction(72, 772),
        "common_parts_within_1_workday": Fraction(30, 46),
    },
    2024: {
        "staff": 11,
        "complaints_valid": 2,
        "suggestions": 0,
        "within_1h": Fraction(9014, 9182),
        "general_same_day": 1,
        "repairs_within_1_workday": Fraction(772, 827),
        "spent": 1770000,
        "cost_per_head": Fraction(1770000, 11),
        "facilities_used": 1,
        "satisfied": Fraction(103, 112),
        "repairs_delayed_by_part": Fraction(51, 827),
        "common_parts_within_1_workday": Fraction(49, 51),
    },
}


def test_the_yardsticks_of_2023_exist_in_2024_and_one_action_is_carried_on() -> None:
    before, after = load_year(ROOT, 2023), load_year(ROOT, 2024)
    assert {a.yardstick.measure for a in before.plan.actions} <= set(after.measures)
    assert {a.id: a.status for a in before.plan.actions} == {
        "2023-1": "done",
        "2023-2": "adopted",
        "2023-3": "done",
        "2023-4": "done",
        "2023-5": "done",
    }
    assert [a.carried_from for a in after.plan.actions] == [None, "2023-2", None]
    for name in {a.yardstick.measure for a in before.plan.actions}:
        assert before.measures[name] == after.measures[name], name
