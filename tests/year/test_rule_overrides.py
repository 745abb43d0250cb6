"""Single rule values of a year: a value that cannot be scored by is named where it stands, and the others are used."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.year.crosscheck import crosscheck
from helpers.year.faults import Fault
from helpers.year.load import load_year
from tests import small_year

INDICATORS = """\
measures: {}
indicators:
  - {id: plan, level1: 产出指标, level2: 质量指标, level3: 制度建设, target: 效果明显, weight: 90,
     actual: {grade: 2, share: 0.85, evidence: [{document: 说明, date: 2024-12-31, custodian: 信息岗}]}}
"""


def faults(root: Path, overrides: str) -> list[Fault]:
    year = small_year.head().replace("tables:\n", "tables: {}\n") + f"rule_overrides:\n  {overrides}\n"
    small_year.write(root, year, indicators=INDICATORS)
    return list(crosscheck(load_year(root, 2024)))


@pytest.mark.parametrize(
    ("override", "value", "words"),
    [
        ("pass_mark: 1", "1", "要在 0 至 1 之间（不含 1）"),
        ("pass_mark: 1.2", "1.2", "要在 0 至 1 之间（不含 1）"),
        ("satisfaction_bands: [{at_least: 0.9, gives: 1.5}]", "gives", "在 0 至 1 之间"),
        ("passmark: 0.6", "0.6", "规则集里没有 passmark"),
    ],
)
def test_a_value_that_cannot_be_is_named_at_its_line(tmp_path: Path, override: str, value: str, words: str) -> None:
    (fault, *_) = faults(tmp_path, override)
    assert (fault.code, fault.where) == ("bad_rules", f"rule_overrides.{override.partition(':')[0]}")
    assert words in fault.message and value in str(fault.value) and fault.line == 9


def test_grades_are_checked_by_the_years_own_shares(tmp_path: Path) -> None:
    assert faults(tmp_path, "choice_shares: [[0.9, 1], [0.6, 0.9], [0, 0.6]]") == []
    assert [one.code for one in faults(tmp_path, "strict_hit_scores: true")] != []
