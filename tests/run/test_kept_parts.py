"""A part of a stage's work is taken over only where it would come out the same."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from helpers.deviation.apart import explain_indicator
from helpers.run import kept_parts
from helpers.run.workspace import Workspace, open_stage
from tests.run import small_project

if TYPE_CHECKING:
    from helpers.year.load import Year


@pytest.fixture
def root(tmp_path: Path) -> Path:
    small_project.write_project(tmp_path)
    return tmp_path


def stage(root: Path) -> Workspace:
    return open_stage("4_deviation", 2024, str(root))


CALLS: list[str] = []


def work(year: Year, tables: Path, previous: Year | None, previous_tables: Path, said: Any) -> dict[str, Any]:
    CALLS.append("")
    found = year.indicators.indicators[1].target
    return {"target": (found, len(list(tables.glob("*.parquet")))), "said": said, "last": previous is not None}


work.__module__ = "helpers.tried"


@pytest.mark.parametrize(
    ("old", "new", "again"),
    [
        ("不低于95%", "不低于96%", True),
        ("不低于50件", "不低于60件", False),
        ("definition: 按时", "definition: 如期", False),
    ],
)
def test_what_the_part_reads_decides(root: Path, old: str, new: str, again: bool) -> None:
    CALLS.clear()
    first = stage(root).part(work, "x")
    assert first["target"] == ["不低于95%", 0] and stage(root).part(work, "x") == first and len(CALLS) == 1
    small_project.edit(root / "data/raw/2024/indicators.yml", old, new)
    ws = stage(root)
    assert ws.part(work, "x")["target"][0] == ("不低于96%" if again else "不低于95%")
    assert len(CALLS) == 1 + again
    assert any(place[-1] == "target" for place in ws.reads.noted)  # whether or not it was done again


def test_what_the_stage_says_the_tables_and_the_year_before_decide(root: Path) -> None:
    CALLS.clear()
    assert [stage(root).part(work, said)["said"] for said in ("x", "y", "x", "y")] == ["x", "y", "x", "y"]
    assert len(CALLS) == 2
    assert [stage(root).part(work, said)["said"] for said in ([1], [2], [2])] == [[1], [2], [2]]
    assert len(CALLS) == 4
    (root / "data/processed/2024/tables").mkdir()
    (root / "data/processed/2024/tables/a.parquet").write_bytes(b"x")
    assert stage(root).part(work, "x")["target"][1] == 1
    (root / "data/raw/2023").mkdir()
    text = (root / "data/raw/2024/year.yml").read_text(encoding="utf-8").replace("2024", "2023")
    (root / "data/raw/2023/year.yml").write_text(text, encoding="utf-8")
    for name in ("indicators.yml", "brief.yml", "exports"):
        (root / "data/raw/2023" / name).symlink_to(root / "data/raw/2024" / name)
    assert stage(root).part(work, "x")["last"] is True


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"basis": 1, "whole": "x"}'])
def test_a_damaged_part_is_worked_out_again(root: Path, content: str) -> None:
    CALLS.clear()
    first = stage(root).part(work, "x")
    (kept,) = (root / "data/processed/2024/kept").glob("*.part")
    kept.write_text(content, encoding="utf-8")
    assert stage(root).part(work, "x") == first and len(CALLS) == 2


def test_work_that_could_know_more_than_it_is_given_is_refused(root: Path) -> None:
    ws = stage(root)
    with pytest.raises(TypeError, match="no function of the library"):
        ws.part(lambda *_: ws.year.year.project, "x")
    assert kept_parts.take_over_or_work is not None and explain_indicator.__module__.startswith("helpers.")
