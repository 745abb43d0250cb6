"""A part of a stage's work is taken over only where it would come out the same."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from helpers.deviation.apart import explain_indicator
from helpers.run import kept_parts
from helpers.run.workspace import Workspace, open_stage
from helpers.year.seen import ALONE
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


def with_two_years(root: Path) -> Path:
    """The project with last year's files as well, the tables of both years, and nothing kept yet."""
    (root / "data/raw/2023").mkdir()
    text = (root / "data/raw/2024/year.yml").read_text(encoding="utf-8").replace("2024", "2023")
    (root / "data/raw/2023/year.yml").write_text(text, encoding="utf-8")
    for name in ("indicators.yml", "brief.yml", "exports"):
        (root / "data/raw/2023" / name).symlink_to(root / "data/raw/2024" / name)
    for folder in ("2023/tables", "2024/tables", "2024/previous"):
        (root / "data/processed" / folder).mkdir(parents=True)
        (root / "data/processed" / folder / "a.parquet").write_bytes(b"x")
    CALLS.clear()
    return root


def of_last_year(root: Path, fiscal_year: int, said: Any = "x") -> Any:
    return open_stage("2_validate", fiscal_year, str(root)).alone(work, 2023, said)


def test_work_on_one_year_is_taken_over_from_the_run_of_that_year_and_of_the_next(root: Path) -> None:
    with_two_years(root)
    first = of_last_year(root, 2023)
    assert (first["target"], first["said"], first["last"]) == (["不低于95%", 1], "x", False)
    assert of_last_year(root, 2024) == first and len(CALLS) == 1
    assert of_last_year(root, 2024, "y")["said"] == "y" and len(CALLS) == 2
    assert of_last_year(root, 2023, "y")["said"] == "y" and len(CALLS) == 2


@pytest.mark.parametrize("why", ["target", "tables", "code", "damaged", "alone"])
def test_a_neighbours_work_is_not_believed_where_anything_differs(
    root: Path, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    with_two_years(root)
    first = of_last_year(root, 2023)
    if why == "target":
        small_project.edit(root / "data/raw/2024/indicators.yml", "不低于95%", "不低于96%")
    if why == "tables":
        (root / "data/processed/2024/previous/b.parquet").write_bytes(b"y")
    if why == "code":
        monkeypatch.setattr("helpers.run.workspace.made_by", lambda *_: {"code": "other"})
    if why == "damaged":
        (kept,) = (root / "data/processed/2023/kept").glob("*.part")
        kept.write_text(kept.read_text(encoding="utf-8").replace("95", "59"), encoding="utf-8")
    if why == "alone":
        monkeypatch.setenv(ALONE, "1")
    again = of_last_year(root, 2024)
    assert len(CALLS) == 2
    assert (again == first) is (why not in ("target", "tables"))
    assert again["target"] == ["不低于96%" if why == "target" else "不低于95%", 1 + (why == "tables")]
