"""Executed notebooks that are kept: whose they are, and that today's words stand in them."""

from __future__ import annotations

import copy
import shutil
from pathlib import Path

import nbformat
import pytest

from helpers.run import kept_notebooks, stages
from helpers.run.notebooks import normal_content, normalise, write_normalised
from helpers.run.stage_record import record_path, write_whole
from helpers.run.stages import VALIDATE

PARAMETERS = {"fiscal_year": 2024, "root": "."}


@pytest.fixture
def executed(tmp_path: Path) -> Path:
    """A notebook as papermill leaves it: with its cell of parameters, outputs, and where and when it ran."""
    notebook = nbformat.read(VALIDATE.notebook, as_version=4)
    number = 0
    at = next(n for n, cell in enumerate(notebook.cells) if "parameters" in cell.metadata.get("tags", []))
    given = nbformat.v4.new_code_cell("fiscal_year = 2024", metadata={"tags": ["injected-parameters"]})
    notebook.cells.insert(at + 1, given)
    for cell in notebook.cells:
        cell.metadata.setdefault("tags", [])
        if cell.cell_type == "code":
            number += 1
            cell.execution_count = number
            cell.outputs = [nbformat.v4.new_output("stream", text=f"shown {number}")]
            cell.metadata["papermill"] = {"start_time": "2024-01-01", "duration": 1}
    notebook.metadata["papermill"] = {"output_path": str(tmp_path)}
    nbformat.write(notebook, tmp_path / "executed.ipynb")
    return tmp_path / "executed.ipynb"


@pytest.fixture
def processed(tmp_path: Path, executed: Path) -> Path:
    folder = tmp_path / "processed"
    write_whole(record_path(folder, VALIDATE.name), {"any": "record"})
    keep(folder, executed)
    return folder


def keep(processed: Path, executed: Path) -> None:
    done = nbformat.read(executed, as_version=4)
    kept_notebooks.keep(processed, VALIDATE, PARAMETERS, done, executed)


def test_a_kept_notebook_is_the_normalised_one(tmp_path: Path, processed: Path, executed: Path) -> None:
    assert kept_notebooks.why_none(processed, VALIDATE, PARAMETERS) is None
    kept_notebooks.take_over(processed, VALIDATE, tmp_path / "again.ipynb")
    taken = nbformat.read(tmp_path / "again.ipynb", as_version=4)
    assert taken == normalise(nbformat.read(executed, as_version=4))
    assert normalise(taken) == taken


def test_the_words_are_todays(tmp_path: Path, processed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(stages.NOTEBOOKS, tmp_path / "notebooks")
    path = tmp_path / "notebooks" / "2_validate.ipynb"
    text = path.read_text(encoding="utf-8")
    assert "逐表看数据" in text
    path.write_text(text.replace("逐表看数据", "逐张表看数据"), encoding="utf-8")
    monkeypatch.setattr(stages, "NOTEBOOKS", tmp_path / "notebooks")
    kept_notebooks.take_over(processed, VALIDATE, tmp_path / "again.ipynb")
    again = (tmp_path / "again.ipynb").read_text(encoding="utf-8")
    assert "逐张表看数据" in again and "shown 5" in again and "injected-parameters" in again


def test_it_is_not_believed_where_it_is_of_another_run(processed: Path) -> None:
    assert kept_notebooks.why_none(processed, VALIDATE, {"fiscal_year": 2024, "root": "elsewhere"})
    notebook = processed / "kept" / "2_validate.ipynb"
    content = notebook.read_bytes()
    notebook.write_bytes(content[:-9])
    assert kept_notebooks.why_none(processed, VALIDATE, PARAMETERS) == "保存的笔记本与记录不符"
    notebook.write_bytes(content)
    write_whole(record_path(processed, VALIDATE.name), {"any": "other record"})
    assert kept_notebooks.why_none(processed, VALIDATE, PARAMETERS) == "上次是单独运行的"
    kept_notebooks.forget(processed)
    assert kept_notebooks.why_none(processed, VALIDATE, PARAMETERS) == "没有保存已执行的笔记本"


def test_what_is_kept_is_what_the_package_has(tmp_path: Path, executed: Path) -> None:
    made = write_normalised(executed, tmp_path / "straight.ipynb")
    write_whole(record_path(tmp_path / "processed", VALIDATE.name), {"any": "record"})
    keep(tmp_path / "processed", executed)
    again = write_normalised(executed, tmp_path / "from_kept.ipynb")
    assert again == made
    assert (tmp_path / "from_kept.ipynb").read_bytes() == (tmp_path / "straight.ipynb").read_bytes()
    assert b"start_time" not in (tmp_path / "straight.ipynb").read_bytes()


def test_what_somebody_changed_since_is_normalised_again(tmp_path: Path, processed: Path, executed: Path) -> None:
    text = executed.read_text(encoding="utf-8")
    executed.write_text(text.replace('"metadata": {', '"metadata": {"seen_by": "me", ', 1), encoding="utf-8")
    assert "seen_by" in executed.read_text(encoding="utf-8")
    write_normalised(executed, tmp_path / "package.ipynb")
    assert (tmp_path / "package.ipynb").read_text(encoding="utf-8") == text


def test_the_text_is_nbformats_own(executed: Path) -> None:
    """Texts in lines, in every kind of output and attachment; what was given stays as it was."""
    notebook = normalise(nbformat.read(executed, as_version=4))
    code = next(cell for cell in notebook.cells if cell.cell_type == "code")
    words = nbformat.v4.new_markdown_cell("一\n二\r\n三\u2028四", attachments={"a.png": {"text/plain": "x\ny"}})
    data = {
        "text/html": "<p>\n甲</p>",
        "image/svg+xml": "<svg>\n</svg>",
        "image/png": "aGk=\n",
        "text/plain": "",
        "application/json": {"z": ["1\n2"], "a": {}},
    }
    code.outputs = [
        nbformat.v4.new_output("display_data", data),
        nbformat.v4.new_output("execute_result", {"text/markdown": "a\nb"}, execution_count=3),
        nbformat.v4.new_output("error", ename="E", evalue="一\n二", traceback=["a\nb"]),
        nbformat.v4.new_output("stream", text="a\n\nb"),
    ]
    notebook.cells.append(words)
    before = copy.deepcopy(notebook)
    assert normal_content(notebook).decode("utf-8") == nbformat.writes(notebook) + "\n"
    assert notebook == before
