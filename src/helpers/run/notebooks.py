"""Executed notebooks as they leave the house: no machine paths, no times, the same bytes every time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbformat import NotebookNode

#: What cells say of themselves; all else that programs note there says when and where, not what.
KEPT = ("tags",)


def normalise(notebook: NotebookNode) -> NotebookNode:
    """A copy without papermill's paths and times; the cell that papermill adds gets a fixed id."""
    import nbformat  # heavy: brings a JSON schema validator along

    clean = nbformat.from_dict(notebook)
    clean.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    for cell in clean.cells:
        cell["metadata"] = nbformat.from_dict({key: cell.metadata[key] for key in KEPT if key in cell.metadata})
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell["id"] = "injected-parameters"
    return clean


def with_prose(executed: NotebookNode, source: NotebookNode) -> NotebookNode:
    """A normalised executed notebook as it would be had the same code just run in ``source``: its words, and its cells'
    names, with the outputs of the code."""
    import nbformat

    ran = iter([cell for cell in executed.cells if cell.cell_type == "code"])
    cells = []
    for cell in source.cells:
        cell.metadata.setdefault("tags", [])  # as papermill does
        if cell.cell_type != "code":
            cells.append(cell)
            continue
        done = next(ran)
        cells.append({**cell, "outputs": done.outputs, "execution_count": done.execution_count})
        if "parameters" in cell.metadata["tags"]:
            cells.append(next(ran))
    return normalise(nbformat.from_dict({**executed, "cells": cells}))


def write_normalised(executed: Path, target: Path) -> NotebookNode:
    """Read an executed notebook, write it normalised to ``target`` and return it."""
    import nbformat

    clean = normalise(nbformat.read(executed, as_version=4))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(nbformat.writes(clean) + "\n", encoding="utf-8", newline="\n")
    return clean
