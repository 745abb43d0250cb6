"""The command that makes the report again is right wherever the project lies, and names no folder of this machine."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from helpers.report.narrative.provenance import sources
from helpers.run.manifest import provenance
from tests.report import sample_results as sample


@pytest.mark.parametrize("root", [Path(), Path("别处/项目 甲"), Path("elsewhere")])
def test_the_command_is_the_same_for_every_root(root: Path) -> None:
    reads = SimpleNamespace(note=lambda *_: None)
    ws: Any = SimpleNamespace(
        fiscal_year=2024, root=root, inputs=[], reads=reads, year=SimpleNamespace(year=SimpleNamespace(rules="x"))
    )
    assert provenance(ws)["commands"] == ["selfeval run --year 2024"]


def test_it_says_in_which_folder_it_is_to_be_run() -> None:
    *_, where, commands = sources(sample.fy2024())
    assert "在含有 data/raw/2024/ 的项目文件夹里运行" in where.text  # type: ignore[union-attr]
    assert commands.items == ("selfeval run --year 2024",)  # type: ignore[union-attr]
