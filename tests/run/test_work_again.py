"""A change while the kernel runs: only the work is run again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from helpers.run.stages import ATTAIN, CLEAN, DEVIATE, VALIDATE, Stage
from helpers.run.workspace import StageOrderError
from tests.run.small_project import edit, run_all, run_here, shows_nothing, write_project


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shows_nothing(monkeypatch)
    write_project(tmp_path)
    return tmp_path


class Notebook:
    """A stage notebook in a kernel that stays: its cells can be run again."""

    def __init__(self, stage: Stage, root: Path) -> None:
        cells = json.loads(stage.notebook.read_text(encoding="utf-8"))["cells"]
        self.cells = {c["id"]: "".join(c["source"]) for c in cells if c["cell_type"] == "code"}
        self.names: dict[str, Any] = {}
        exec(self.cells["parameters"], self.names)
        self.names |= {"fiscal_year": 2024, "root": str(root)}
        self.run("inputs-code", "work-code", "checks-code", "outputs-code")

    def run(self, *cells: str) -> None:
        for one in cells:
            exec(compile(self.cells[one], one, "exec"), self.names)


def targets(root: Path) -> list[str]:
    found = json.loads((root / "data/processed/2024/attainment.json").read_text(encoding="utf-8"))
    return [one["target_text"] for one in found["indicators"]]


def test_a_changed_target_is_seen_by_running_the_work_again(root: Path) -> None:
    run_here(CLEAN, root)
    run_here(VALIDATE, root)
    notebook = Notebook(ATTAIN, root)
    assert targets(root) == ["不低于50件", "不低于95%"]
    edit(root / "data/raw/2024/indicators.yml", "target: 不低于50件", "target: 不低于60件")
    notebook.run("work-code", "checks-code", "outputs-code")
    assert targets(root) == ["不低于60件", "不低于95%"]
    Notebook(DEVIATE, root)  # which takes it for the present state


def test_changed_exports_are_seen_by_running_the_work_of_cleaning_again(root: Path) -> None:
    notebook = Notebook(CLEAN, root)
    tickets = root / "data/raw/2024/exports/tickets.csv"
    tickets.write_text(tickets.read_text(encoding="utf-8").replace("T000,", "T900,"), encoding="utf-8")
    notebook.run("work-code", "checks-code", "outputs-code")
    run_here(VALIDATE, root)


def test_work_on_what_an_earlier_stage_no_longer_says_is_refused(root: Path) -> None:
    run_here(CLEAN, root)
    notebook = Notebook(VALIDATE, root)
    ledger = root / "data/raw/2024/exports/ledger.csv"
    ledger.write_text(ledger.read_text(encoding="utf-8") + "V99,2024-12-20,10\n", encoding="utf-8")
    with pytest.raises(StageOrderError, match=r"\[stage_stale\]  1_clean .*ledger\.csv有改动"):
        notebook.run("work-code")
    run_here(CLEAN, root)
    with pytest.raises(StageOrderError, match=r"\[stage_changed\]  1_clean .*又运行过[\s\S]*“二、输入”起重新运行"):
        notebook.run("work-code")
    notebook.run("inputs-code", "work-code", "checks-code", "outputs-code")


def test_nothing_changed_nothing_differs(root: Path) -> None:
    run_all(root)
    before = (root / "data/processed/2024/attainment.json").read_bytes()
    notebook = Notebook(ATTAIN, root)
    notebook.run("work-code", "checks-code", "outputs-code")
    assert (root / "data/processed/2024/attainment.json").read_bytes() == before
