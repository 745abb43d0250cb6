"""Stage notebooks as they are kept in git: one shape, no outputs, no logic, nothing of a machine."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import nbformat
import pytest

from helpers.run import manifest, stages
from helpers.run.closing import START
from helpers.run.code_reach import program_sha256, prose_sha256, sources_at_start
from helpers.run.kept_notebooks import with_prose
from helpers.run.stages import NOTEBOOKS, STAGES
from tests.notebooks.lab_saves import as_lab_has_it

HEADINGS = ["一、目的与参数", "二、输入", "三、处理", "四、检查", "五、输出"]


#: It looks at packages and makes none: no stage, but of the same shape.
BESIDE = "compare_years.ipynb"


@pytest.fixture(params=[*(stage.notebook.name for stage in STAGES), START, BESIDE])
def notebook(request: pytest.FixtureRequest) -> nbformat.NotebookNode:
    return nbformat.read(NOTEBOOKS / request.param, as_version=4)


def code(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [c for c in notebook.cells if c.cell_type == "code"]


def test_the_five_sections_in_order(notebook: nbformat.NotebookNode) -> None:
    prose = "\n".join(c.source for c in notebook.cells if c.cell_type == "markdown")
    headings = re.findall(r"^## (.+)$", prose, re.MULTILINE)
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


@pytest.fixture
def saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The notebooks elsewhere, opened, run and saved in Lab, with what else lies beside them then."""
    for path in NOTEBOOKS.glob("*.ipynb"):
        notebook = nbformat.from_dict(as_lab_has_it(nbformat.read(path, as_version=4)))
        nbformat.write(notebook, tmp_path / path.name)
    (tmp_path / ".ipynb_checkpoints").mkdir()
    (tmp_path / ".ipynb_checkpoints" / "1_clean-checkpoint.ipynb").write_text("{}", encoding="utf-8")
    (tmp_path / "Untitled.ipynb").write_text("{}", encoding="utf-8")
    return tmp_path


def hashes() -> list[object]:
    return [program_sha256(sources_at_start()), prose_sha256(), manifest.making()]


def test_saving_changes_no_hash_and_a_change_of_code_does(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = hashes()
    monkeypatch.setattr(stages, "NOTEBOOKS", saved)
    assert hashes() == before
    path = saved / "3_attainment.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("found = attain_year", "found  = attain_year"), "utf-8")
    assert [one == other for one, other in zip(hashes(), before, strict=True)] == [False, True, False]


def test_what_lab_notes_in_a_notebook_does_not_get_into_the_package(saved: Path) -> None:
    name = "1_clean.ipynb"
    executed = nbformat.read(NOTEBOOKS / name, as_version=4)
    executed.cells.insert(
        3, nbformat.v4.new_code_cell("fiscal_year = 2024", metadata={"tags": ["injected-parameters"]})
    )
    stored = with_prose(executed, nbformat.read(NOTEBOOKS / name, as_version=4))
    assert with_prose(executed, nbformat.read(saved / name, as_version=4)) == stored
