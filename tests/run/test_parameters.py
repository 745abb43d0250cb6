"""Parameters are typed and checked before any kernel starts."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from helpers.run.parameters import ParameterError, check_parameters, declared_parameters
from helpers.run.stages import STAGES

CELL = 'fiscal_year: int = 2024\nroot: str = "a = b # c"\nlimit: float | None = None\n'


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    return written(tmp_path, CELL)


def written(folder: Path, source: str, tags: tuple[str, ...] = ("parameters",)) -> Path:
    path = folder / "stage.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell(source, metadata={"tags": list(tags)})]), path)
    return path


def test_types_and_defaults_are_read_without_running(notebook: Path) -> None:
    found = declared_parameters(notebook)
    assert [(p.name, p.type, p.optional, p.default) for p in found.values()] == [
        ("fiscal_year", "int", False, 2024),
        ("root", "str", False, "a = b # c"),
        ("limit", "float", True, None),
    ]


def test_right_parameters_pass(notebook: Path) -> None:
    given = {"fiscal_year": 2023, "root": ".", "limit": 1}
    assert check_parameters(notebook, given) == given
    assert check_parameters(notebook, {**given, "limit": None})["limit"] is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"fiscal_yaer": 2023}, "没有参数 fiscal_yaer。是否想写 fiscal_year"),
        ({"root": ...}, "缺少参数 root"),
        ({"fiscal_year": "2024"}, "参数 fiscal_year 应为 int，收到 '2024'"),
        ({"fiscal_year": True}, "应为 int，收到 True"),
        ({"fiscal_year": None}, "应为 int，收到 None"),
        ({"limit": "much"}, "应为 float"),
    ],
)
def test_unknown_missing_or_ill_typed_is_refused(notebook: Path, change: dict, message: str) -> None:
    given = {"fiscal_year": 2024, "root": ".", "limit": None, **change}
    given = {name: value for name, value in given.items() if value is not ...}
    with pytest.raises(ParameterError, match=message):
        check_parameters(notebook, given)


@pytest.mark.parametrize("source", ["fiscal_year = 2024", "fiscal_year: int", "fiscal_year: list = []", "import os"])
def test_a_cell_written_otherwise_is_refused(tmp_path: Path, source: str) -> None:
    with pytest.raises(ParameterError, match="bad_parameters"):
        declared_parameters(written(tmp_path, source))


def test_a_notebook_without_the_cell_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="no_parameters"):
        declared_parameters(written(tmp_path, CELL, tags=()))


@pytest.mark.parametrize("stage", STAGES, ids=lambda s: s.name)
def test_every_stage_declares_the_same_two(stage) -> None:
    found = declared_parameters(stage.notebook)
    assert {name: p.type for name, p in found.items()} == {"fiscal_year": "int", "root": "str"}
