"""Sources of funds and funds management in year.yml: what is refused, and what arrives in the results and the form."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from helpers.year.crosscheck import crosscheck
from helpers.year.faults import YearFileError
from helpers.year.load import load_year
from helpers.year.models import MANAGEMENT

PROJECT = Path(__file__).resolve().parents[2]
OWN = "    - {name: 中央财政资金, initial: 178万元, adjusted: 178万元, spent: {measure: spent}}\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(PROJECT / "data" / "raw" / "2024", tmp_path / "data" / "raw" / "2024")
    return tmp_path


def faults(root: Path, before: str, after: str) -> list[tuple[str, str]]:
    path = root / "data" / "raw" / "2024" / "year.yml"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    try:
        return [(fault.code, fault.where) for fault in crosscheck(load_year(root, 2024))]
    except YearFileError as error:
        return [(fault.code, fault.where) for fault in error.faults]


LOCAL = "    - {name: 地方资金, initial: 8万元, adjusted: 8万元, spent: 7万元}\n"
OTHER = "    - {name: 其他资金, initial: 0万元, adjusted: 0万元, spent: 0万元}\n"
CENTRAL = "    - {name: 中央财政资金, initial: 170万元, adjusted: 170万元, spent: 170万元}\n"


@pytest.mark.parametrize(
    ("after", "found"),
    [
        (OWN, []),
        (CENTRAL + LOCAL + OTHER, []),
        (CENTRAL, []),
        (OWN + LOCAL, ["fund_sources", "fund_sources"]),
        (CENTRAL + LOCAL.replace("initial: 8", "initial: 7") + OTHER, ["fund_sources"]),
        (OWN + OWN, ["listed_twice", "fund_sources", "fund_sources"]),
        (OWN.replace("measure: spent", "measure: spend"), ["unknown_name"]),
        (OWN.replace("measure: spent", "measure: staff"), ["other_measure"]),
        (OWN.replace("initial: 178万元", "initial: 很多"), ["bad_money"]),
        (OWN.replace("中央财政资金", "中央资金"), ["bad_value"]),
    ],
)
def test_sources_add_up_and_stand_once(root: Path, after: str, found: list[str]) -> None:
    assert [code for code, _ in faults(root, OWN, after)] == found


def test_funds_management_stands_once_and_only_under_its_names(root: Path) -> None:
    block = "funds_management:\n" + "".join(f"  - {{item: {item}, statement: 按规定执行}}\n" for item in MANAGEMENT)
    assert faults(root, "budget:\n", block + "\nbudget:\n") == []
    assert load_year(root, 2024).year.funds_management[0].item == "分配科学性"
    assert faults(root, "item: 下达及时性", "item: 分配科学性") == [("listed_twice", "funds_management.1.item")]
    assert faults(root, "item: 拨付合规性", "item: 拨付合规") == [("bad_value", "funds_management.2.item")]


def test_every_key_and_name_is_documented() -> None:
    text = (PROJECT / "docs" / "forms.md").read_text(encoding="utf-8")
    for name in (*MANAGEMENT, "当年财政拨款", "上年结转资金", "中央财政资金", "地方资金", "其他资金"):
        assert f"`{name}`" in text, name
    for key in (
        "department",
        "central_department",
        "local_department",
        "sources",
        "funds_management",
        "unspent_reason",
    ):
        assert f"{key}:" in text, key
