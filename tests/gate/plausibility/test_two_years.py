"""Two sound years give no note, each check of this package asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.gate.plausibility import (
    across_tables,
    clocks_since,
    control_totals,
    plausibility_checks,
    registers_since,
    same_again,
    shares_since,
    since_last_year,
    stated_figures,
)
from helpers.gate.plausibility.subject import Subject
from helpers.gate.result import Check
from tests.gate.plausibility.two_years import compared, tables, tickets

MODULES = (
    stated_figures,
    control_totals,
    across_tables,
    registers_since,
    since_last_year,
    shares_since,
    same_again,
    clocks_since,
)


def test_two_sound_years_say_nothing(tmp_path: Path) -> None:
    with compared(tmp_path) as subject:
        assert [c.words for module in MODULES for check in module.CHECKS for c in check(subject)] == []


def test_a_sound_year_alone_says_nothing(tmp_path: Path) -> None:
    with compared(tmp_path, alone=True) as subject:
        assert [c.words for module in MODULES for check in module.CHECKS for c in check(subject)] == []


def test_asked_by_several_at_a_time_the_same_is_said_in_the_same_order(tmp_path: Path) -> None:
    paid = tables(2024)["ledger"]
    wrong = {"tickets": tickets(2024).iloc[::2], "ledger": paid.assign(amount=paid["amount"] / 100)}
    with compared(tmp_path, wrong) as subject:
        one_by_one = plausibility_checks(subject)
        assert len({note.rule for note in one_by_one}) >= 2
        assert [note.to_json() for note in plausibility_checks(subject, at_once=3)] == [n.to_json() for n in one_by_one]


def test_a_check_that_fails_in_another_thread_is_named_in_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(subject: Subject) -> Iterator[Check]:
        subject.query("SELECT CAST('x' AS INTEGER)")
        yield from ()

    monkeypatch.setattr(stated_figures, "CHECKS", (broken,))
    with compared(tmp_path) as subject:
        alone, beside = (plausibility_checks(subject, at_once=n) for n in (1, 2))
    assert [note.words for note in alone] == [note.words for note in beside]
    assert "broken 未能完成" in alone[0].words
