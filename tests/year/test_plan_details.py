"""Quantity, money and part of a measure in plan.yml, checked before a run."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from helpers.run.check import check_year

PROJECT = Path(__file__).resolve().parents[2]


def faults(root: Path, before: str, after: str) -> list[tuple[str, str, str | None]]:
    shutil.copytree(PROJECT / "data" / "raw" / "2024", root / "data" / "raw" / "2024")
    path = root / "data" / "raw" / "2024" / "plan.yml"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    return [(fault.code, fault.where, fault.hint) for fault in check_year(root, 2024)]


@pytest.mark.parametrize(
    ("after", "found"),
    [
        ("part: 故障维修", None),
        ("part: 故障维护", ("unknown_part", "actions.0.part", "是否想写 故障维修?")),
        ("cost: 大约几千", ("bad_money", "actions.0.cost", "写成 5000元；不需要经费的写 0元")),
    ],
)
def test_a_part_is_one_of_the_indicators_and_money_is_an_amount(tmp_path: Path, after: str, found: object) -> None:
    assert faults(tmp_path, "quantity: 实施细则1份\n    cost: 0元", after) == ([found] if found else [])
