"""Two sound years give no note, each check of this package asked."""

from __future__ import annotations

from pathlib import Path

from helpers.gate.plausibility import (
    across_tables,
    clocks_since,
    control_totals,
    registers_since,
    same_again,
    shares_since,
    since_last_year,
    stated_figures,
)
from tests.gate.plausibility.two_years import compared

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
