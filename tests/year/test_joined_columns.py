"""Numbers by which rows of two tables find one another are hashed in both or in none, and never marks."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.activity.both_years import clean_years
from helpers.activity.errors import ExportError
from helpers.year.crosscheck import crosscheck
from helpers.year.joined_columns import joined_columns
from helpers.year.load import load_year
from tests.deviation.spare_samples import write_year

MACHINES = [f"13800138{n:03},M1,打印机,2019-01-01,,3000" for n in (0, 11, 22)]


def test_what_is_joined_is_known(tmp_path: Path) -> None:
    year = load_year(write_year(tmp_path), 2024)
    found = {(one.table, one.column, one.other, one.other_column) for one in joined_columns(year.year)}
    assert found == {
        ("tickets", "part", "parts", "part"),
        ("devices", "device", "tickets", "device"),
        ("devices", "model", "tickets", "model"),
    }


def test_a_number_that_is_personal_in_one_table_only_is_refused(tmp_path: Path) -> None:
    root = write_year(tmp_path)
    file = root / "data/raw/2024/year.yml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("    key: device\n    personal: [device]\n", "    key: device\n"), encoding="utf-8")
    faults = [fault for fault in crosscheck(load_year(root, 2024)) if fault.code == "personal_key"]
    assert [fault.where for fault in faults] == ["fleet.failures.device"]
    assert "tickets.device 是个人信息列" in faults[0].message and "personal: [device]" in str(faults[0].hint)


def test_numbers_of_which_only_marks_are_kept_are_refused(tmp_path: Path) -> None:
    root = write_year(tmp_path, devices=MACHINES)
    file = root / "data/raw/2024/year.yml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("    personal: [device]\n", ""), encoding="utf-8")
    year = load_year(root, 2024)
    assert not [fault for fault in crosscheck(year) if fault.code == "personal_key"]
    with pytest.raises(ExportError, match=r"personal_key.*表 devices 据以关联的列 device"):
        clean_years([(year, tmp_path / "out")])
