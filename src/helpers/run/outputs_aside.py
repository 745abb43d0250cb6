"""papermill's engine for stages: who runs a stage gets the executed notebook from it, not from a file.

papermill writes whatever an engine gives back, by an encoder that takes longer for the outputs of five stages than
papermill for all else. A notebook that went well is written by the run, normalised (see ``kept_notebooks``): papermill
gets it without outputs. One that failed it gets as it is, finds the error in it, marks the cell and saves it.
"""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from papermill.engines import NBClientEngine, papermill_engines

NAME = "selfeval"


class OutputsAside(NBClientEngine):
    """nbclient's engine, which hands over to ``executed`` what it has executed."""

    @classmethod
    def execute_notebook(cls, nb: NotebookNode, kernel_name: str, *, executed: list[Any], **named: Any) -> NotebookNode:
        done = super().execute_notebook(nb, kernel_name, **named)
        executed.append(done)
        return done if any(map(_failed, done.cells)) else _without_outputs(done)


def _failed(cell: NotebookNode) -> bool:
    """As papermill tells it, or more often."""
    said = cell.metadata.get("papermill", {}).get("exception")
    return bool(said) or any(output.output_type == "error" for output in cell.get("outputs", ()))


def _without_outputs(notebook: NotebookNode) -> NotebookNode:
    cells = [NotebookNode(cell, outputs=[]) if "outputs" in cell else cell for cell in notebook.cells]
    return NotebookNode(notebook, cells=cells)


papermill_engines.register(NAME, OutputsAside)
