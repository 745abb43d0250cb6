"""No name in a year file leads out of the year's folder, not by a link either; no name is too odd to be answered."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.files.on_screen import on_screen
from helpers.year.crosscheck import crosscheck
from helpers.year.faults import Fault
from helpers.year.load import load_year
from tests import small_year

TABLE = """\
  tickets:
    title: 工单
    files: {files}
    columns: {{ticket_id: 编号}}
"""
STATED = """\
measures: {{}}
indicators:
  - {{id: a, level1: 产出指标, level2: 数量指标, level3: 甲, definition: 乙, target: 不低于5件, weight: 90,
     actual: {{stated: 6件, evidence: [{{document: 记录, date: 2024-12-31, custodian: 信息岗, file: {file}}}]}}}}
"""


def faults(tmp_path: Path, *, files: str = "exports/a.csv", evidence: str = "exports/a.csv") -> list[Fault]:
    tmp_path.mkdir(exist_ok=True)
    secret = tmp_path / "secret.csv"
    secret.write_text("编号,密码\nA1,hunter2\n", encoding="utf-8")
    root = tmp_path / "root"
    declared = small_year.head() + TABLE.format(files=repr(files))
    folder = small_year.write(
        root, declared, indicators=STATED.format(file=repr(evidence)), files={"a.csv": "编号\nA1\n"}
    )
    (folder / "exports" / "linked.csv").symlink_to(secret)
    (folder / "exports" / "folder").symlink_to(tmp_path)
    (folder / "exports" / "inside.csv").symlink_to(folder / "exports" / "a.csv")
    return [f for f in crosscheck(load_year(root, 2024)) if f.code.startswith("file_")]


@pytest.mark.parametrize(
    "name", ["exports/linked.csv", "exports/l*.csv", "exports/folder/secret.csv", "exports/folder/*.csv"]
)
def test_a_link_to_the_outside_is_no_export_and_no_evidence(tmp_path: Path, name: str) -> None:
    found = faults(tmp_path / "e", files=name)
    assert [(f.code, f.value) for f in found] == [("file_outside", name)] and "链接" in found[0].message
    if "*" not in name:
        assert [f.code for f in faults(tmp_path / "f", evidence=name)] == ["file_outside"]


@pytest.mark.parametrize("name", ["../../../../secret.csv", "/etc/passwd", "exports/../../../../../secret.csv"])
def test_no_path_leads_outside(tmp_path: Path, name: str) -> None:
    assert [f.code for f in faults(tmp_path / "e", files=name)] == ["file_outside"]
    assert [f.code for f in faults(tmp_path / "f", evidence=name)] == ["file_outside"]


def test_a_link_within_the_folder_is_a_name_like_any_other(tmp_path: Path) -> None:
    assert faults(tmp_path, files="exports/inside.csv", evidence="exports/inside.csv") == []


@pytest.mark.parametrize("name", ["x" * 5_000, "x*" * 2_000, "exports/" + "名" * 200 + ".csv", "**", "[", "a/b" * 900])
def test_a_name_that_no_file_can_have_is_a_file_that_is_missing(tmp_path: Path, name: str) -> None:
    assert [f.code for f in faults(tmp_path / "e", files=name)] == ["file_missing"]
    assert [f.code for f in faults(tmp_path / "f", evidence=name)] == ["file_missing"]


def test_what_a_terminal_would_obey_is_written_out() -> None:
    shown = on_screen("a\x1b]0;title\x07b\x9b2Jc\u202ed\re\u2028f\tg\nh工单")
    assert shown == "a\\u001b]0;title\\u0007b\\u009b2Jc\\u202ed\\u000de\\u2028f\tg\nh工单"
