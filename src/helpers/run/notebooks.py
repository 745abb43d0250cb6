"""Executed notebooks as they leave the house: no machine paths, no times, the same bytes every time."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbformat import NotebookNode

#: What cells say of themselves; all else that programs note there says when and where, not what.
KEPT = ("tags",)
#: The hashes of the texts that were normalised here.
_NORMAL: set[bytes] = set()


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


def normal_text(notebook: NotebookNode) -> str:
    """The text of a normalised notebook. It may be written to where executed notebooks wait for the package: there it
    is known again, and need not be made a second time."""
    import nbformat

    text = nbformat.writes(notebook) + "\n"
    _NORMAL.add(_hash(text))
    return text


def write_normalised(executed: Path, target: Path) -> NotebookNode:
    """Read an executed notebook, write it normalised to ``target`` and return it."""
    import nbformat

    text = executed.read_text(encoding="utf-8")
    notebook = nbformat.reads(text, as_version=4)
    if _hash(text) not in _NORMAL:
        notebook = normalise(notebook)
        text = normal_text(notebook)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8", newline="\n")
    return notebook


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8")).digest()
