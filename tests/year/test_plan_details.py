"""Quantity, money and part of a measure in plan.yml, and texts too long for a form, checked before a run."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from helpers.run.check import check_year, remarks

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


def test_a_text_too_long_for_a_form_is_remarked_and_stops_nothing(tmp_path: Path) -> None:
    assert faults(tmp_path, "quantity: 实施细则1份", "quantity: 实施细则1份") == []
    assert remarks(tmp_path, 2024) == []
    path = tmp_path / "data" / "raw" / "2024" / "plan.yml"
    path.write_text(path.read_text("utf-8").replace("并在工单中留痕", "并在工单中留痕" + "，" + "长" * 120), "utf-8")
    (remark,) = remarks(tmp_path, 2024)
    assert (remark.code, remark.where) == ("form_cell_length", "actions.0.action")
    assert "自评表的一格一般不超过 200 字" in str(remark) and "form_cell_limit: 400" in str(remark)
    year = path.with_name("year.yml")
    year.write_text(
        year.read_text("utf-8").replace("self_name: 我院", "self_name: 我院\nform_cell_limit: null"), "utf-8"
    )
    assert check_year(tmp_path, 2024) == [] and remarks(tmp_path, 2024) == []
