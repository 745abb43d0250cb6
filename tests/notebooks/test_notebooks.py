"""Stage notebooks as they are kept in git: one shape, no outputs, no logic, nothing of a machine."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import nbformat
import pytest

from helpers.run.stages import NOTEBOOKS, STAGES

HEADINGS = ["一、目的与参数", "二、输入", "三、处理", "四、检查", "五、输出"]


#: It looks at packages and makes none: no stage, but of the same shape.
BESIDE = ("compare_years",)


@pytest.fixture(params=[*(stage.name for stage in STAGES), *BESIDE])
def notebook(request: pytest.FixtureRequest) -> nbformat.NotebookNode:
    return nbformat.read(NOTEBOOKS / f"{request.param}.ipynb", as_version=4)


def code(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [c for c in notebook.cells if c.cell_type == "code"]


def test_the_five_sections_in_order(notebook: nbformat.NotebookNode) -> None:
    headings = re.findall(r"^## (.+)$", "\n".join(c.source for c in notebook.cells if c.cell_type == "markdown"), re.M)
    assert headings == HEADINGS


def test_no_outputs_counts_or_machine_details(notebook: nbformat.NotebookNode) -> None:
    assert all(not c.outputs and c.execution_count is None for c in code(notebook))
    assert set(notebook.metadata) <= {"kernelspec", "language_info"}
    assert set(notebook.metadata.language_info) == {"name"}
    assert all(set(c.metadata) <= {"tags"} for c in notebook.cells)
    assert not re.search(r"/(home|tmp|Users|root)/", json.dumps(notebook))


def test_cell_ids_are_fixed_names(notebook: nbformat.NotebookNode) -> None:
    ids = [c.id for c in notebook.cells]
    assert len(set(ids)) == len(ids) and all(re.fullmatch(r"[a-z]+(-code(-\d)?)?", i) for i in ids)


def test_no_logic_stays_in_a_cell(notebook: nbformat.NotebookNode) -> None:
    banned = (ast.FunctionDef, ast.ClassDef, ast.Try, ast.While, ast.Lambda)
    for cell in code(notebook):
        assert not [n for n in ast.walk(ast.parse(cell.source)) if isinstance(n, banned)], cell.id


def test_the_next_stage_is_all_that_follows() -> None:
    assert [s.notebook.name for s in STAGES] == sorted(p.name for p in Path(NOTEBOOKS).glob("[0-9]_*.ipynb"))
