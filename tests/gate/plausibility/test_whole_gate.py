"""The whole gate: the example years are quiet; last year's damage is told; an override needs a known check."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest

from helpers.activity.clean import clean_year
from helpers.gate import judge_year, plausible_faults
from helpers.gate.result import GateResult
from helpers.report.blocks import Fold
from helpers.report.narrative.annexes import data_checks
from helpers.year.load import Lines, load_year
from tests.conftest import PROJECT
from tests.gate.plausibility.two_years import _write, declared, devices, ledger, tables, tickets


def judged(folder: Path, before: dict[str, Any], **changes: Any) -> GateResult:
    """2024 against 2023 with damaged tables of 2023, without what the cleaning counted."""
    year, previous = declared(2024, **changes), declared(2023)
    _write(folder / "2024", year, tables(2024), {})
    _write(folder / "2023", previous, {**tables(2023), **before}, {})
    return judge_year(year, folder / "2024", (), previous, folder / "2023")


def test_the_example_years_say_nothing_new(tmp_path: Path) -> None:
    years = {y: load_year(PROJECT, y) for y in (2023, 2024)}
    accounts = {y: clean_year(years[y], tmp_path / str(y)) for y in years}
    result = judge_year(years[2024], tmp_path / "2024", accounts[2024], years[2023], tmp_path / "2023", accounts[2023])
    assert not result.stopped
    assert [check.rule for check in result.checks if check.origin == "plausibility"] == []


def test_sound_years_pass(tmp_path: Path) -> None:
    result = judged(tmp_path, {})
    assert [c.words for c in result.checks if c.origin == "plausibility" and not c.success] == []


def test_last_years_damage_is_told_under_last_years_title(tmp_path: Path) -> None:
    result = judged(tmp_path, {"tickets": tickets(2023).drop(index=[40, 41])})
    (found,) = [c for c in result.checks if c.rule == "previous:number_holes"]
    assert found.title == "2023年度工单" and found.words.startswith("2023 年度的工单：“工单编号”的连续编号缺 2 个")
    assert not result.stopped


def test_last_years_tables_stop_where_they_would_have_stopped(tmp_path: Path) -> None:
    frame = ledger(2023)
    frame.loc[3, "paid_on"] = datetime.date(2021, 5, 5)
    result = judged(tmp_path / "a", {"ledger": frame})
    (stop,) = result.failed("stop")
    assert (stop.rule, stop.table, stop.level) == ("previous_gate", "ledger", "stop")
    assert "2023 年度的数据未通过校验" in stop.words and [r.source_row for r in stop.failing_rows] == [5]
    # Nothing of this year is compared with tables that are wrong.
    assert not [c for c in result.checks if "since" in c.rule]
    accepted = [{"check": "previous_gate", "table": "ledger", "why": "上年台账已另行核实"}]
    result = judged(tmp_path / "b", {"ledger": frame}, plausible=accepted)
    assert not result.stopped and [c.accepted for c in result.checks if c.rule == "previous_gate"] == [
        "上年台账已另行核实"
    ]


@pytest.mark.parametrize(
    ("entry", "hint"),
    [
        ({"check": "number_hole", "why": "x"}, "number_holes"),
        ({"check": "number_holes", "table": "ticket", "why": "x"}, "tickets"),
        ({"check": "number_holes", "table": "tickets", "column": "kategory", "why": "x"}, "category"),
    ],
)
def test_unknown_names_of_an_override_are_refused(entry: dict[str, str], hint: str) -> None:
    year = declared(2024, plausible=[entry])
    object.__setattr__(year, "lines", {"year.yml": Lines("year.yml", {})})
    (fault,) = plausible_faults(year)
    assert fault.code == "unknown_name" and hint in str(fault.hint)


def test_accepted_notes_go_into_the_results_and_the_annex(tmp_path: Path) -> None:
    frame = devices(2024)
    frame.loc[9, "price"] *= 10
    year = declared(
        2024,
        plausible=[{"check": "power_of_ten", "why": "高配机型，已核对合同"}],
        measures={"worth": {"table": "devices", "agg": "sum", "value": "price", "words": "原值"}},
    )
    _write(tmp_path, year, {**tables(2024), "devices": frame}, {})
    result = judge_year(year, tmp_path, ())
    told = result.for_results()
    assert told["failed_note"] == 0
    (one,) = told["accepted"]
    assert (one["table"], one["rule"], one["why"]) == ("devices", "power_of_ten:price", "高配机型，已核对合同")
    assert json.loads(json.dumps(result.to_json()))["summary"]["failed_note"] == 0
    blocks = list(data_checks({"validation": told, "tables": [], "fiscal_year": 2024}))
    (fold,) = [block for block in blocks if isinstance(block, Fold)]
    assert fold.title == "已说明理由、予以采信的情况" and "高配机型，已核对合同" in str(fold)


def test_no_name_is_used_for_two_checks() -> None:
    from helpers.gate.plausibility import check_ids

    assert len(set(check_ids())) == len(check_ids())


def test_what_is_said_of_last_year_alone_may_come_from_a_file(tmp_path: Path) -> None:
    """Whoever does the work on last year by itself is told its accounts; written and read again it says the same."""
    year, previous = declared(2024), declared(2023)
    damaged = {**tables(2023), "tickets": tickets(2023).drop(index=[40, 41])}
    _write(tmp_path / "2024", year, tables(2024), {})
    _write(tmp_path / "2023", previous, damaged, {})
    both = (year, tmp_path / "2024", (), previous, tmp_path / "2023", ())
    asked = []

    def alone(work: Any, fiscal_year: int, said: Any) -> Any:
        asked.append((work.__name__, fiscal_year, said))
        own = (previous, tmp_path / "2023") if fiscal_year == 2023 else (year, tmp_path / "2024")
        return json.loads(json.dumps(work(*own, None, own[1], said)))

    found = judge_year(*both, alone)
    assert found.to_json() == json.loads(json.dumps(judge_year(*both).to_json()))
    assert [c.rule for c in found.checks if c.rule == "previous:number_holes"]
    by_itself = judge_year(previous, tmp_path / "2023", (), alone=alone)
    assert by_itself.to_json() == json.loads(json.dumps(judge_year(previous, tmp_path / "2023", ()).to_json()))
    assert asked == [("judge_alone", 2023, []), ("judge_alone", 2023, [])]
