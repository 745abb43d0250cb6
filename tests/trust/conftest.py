"""One small year that has been run, for all tests of the room."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from helpers.report.blocks import to_json
from helpers.trust import remade
from tests.conftest import selfeval
from tests.run.small_project import write_project


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The root of a small year with its package."""
    root = tmp_path_factory.mktemp("trust") / "核验"
    write_project(root)
    done = selfeval("run", "--year", "2024", "--root", str(root))
    assert done.returncode == 0, done.stderr
    return root


_MADE: dict[str, bytes] = {}


@pytest.fixture(autouse=True)
def rendered_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same words are set once for all tests: what is tried is the comparison."""
    plainly = remade._rendered

    def rendered(report: Sequence[Any], results: Any) -> dict[str, Callable[[], bytes]]:
        told = json.dumps([to_json(list(report)), results["indicators"], results["score"]], sort_keys=True)

        def kept(name: str, make: Callable[[], bytes]) -> bytes:
            if (key := f"{name} {told}") not in _MADE:
                _MADE[key] = make()
            return _MADE[key]

        return {name: lambda name=name, make=make: kept(name, make) for name, make in plainly(report, results).items()}

    monkeypatch.setattr(remade, "_rendered", rendered)
