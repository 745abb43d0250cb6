"""What papermill gets of a stage's notebook: all but its outputs where it went well, else everything."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest
from papermill.engines import NBClientEngine

from helpers.run.outputs_aside import NAME


def executed(folder: Path, monkeypatch: pytest.MonkeyPatch, *outputs: Any, exception: bool = False) -> Any:
    """A notebook of one cell as it comes back from papermill, and to its caller; its kernel says what is given here."""

    def execute(nb_man: Any, *_: Any, **__: Any) -> None:
        cell = nb_man.nb.cells[-1]
        cell.outputs, cell.execution_count = list(outputs), 1
        if exception:
            nb_man.cell_exception(cell)

    monkeypatch.setattr(NBClientEngine, "execute_managed_notebook", execute)
    words, cell = nbformat.v4.new_markdown_cell("甲"), nbformat.v4.new_code_cell("1 + 1")
    spec = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}
    nbformat.write(nbformat.v4.new_notebook(cells=[words, cell], metadata=spec), folder / "in.ipynb")
    aside: list[Any] = []
    options: dict[str, Any] = {"engine_name": NAME, "executed": aside, "progress_bar": False}
    try:
        papermill.execute_notebook(str(folder / "in.ipynb"), str(folder / "out.ipynb"), **options)
    finally:
        assert aside[0].cells[-1].outputs == list(outputs)
    return json.loads((folder / "out.ipynb").read_text(encoding="utf-8"))


def test_of_one_that_went_well_papermill_writes_no_outputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = nbformat.v4.new_output("stream", text="2")
    written = executed(tmp_path, monkeypatch, said)
    assert [cell["source"] for cell in written["cells"]] == [["甲"], ["1 + 1"]]
    assert written["cells"][1]["outputs"] == [] and written["cells"][1]["execution_count"] == 1


def test_one_that_failed_is_saved_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = nbformat.v4.new_output("stream", text="2")
    error = nbformat.v4.new_output("error", ename="ValueError", evalue="乙", traceback=["丙"])
    with pytest.raises(papermill.PapermillExecutionError, match="丙"):
        executed(tmp_path, monkeypatch, said, error)
    saved = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    assert [one.output_type for one in saved.cells[-1].outputs] == ["stream", "error"]
    with pytest.raises(papermill.PapermillExecutionError):
        executed(tmp_path, monkeypatch, said, exception=True)
    assert nbformat.read(tmp_path / "out.ipynb", as_version=4).cells[-1].outputs == [said]
