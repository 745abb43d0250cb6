"""Executed notebooks as they leave the house: no machine paths, no times, the same bytes every time."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.files.json_text import indented
from helpers.run.stages import STAGES

if TYPE_CHECKING:
    from nbformat import NotebookNode

#: What cells say of themselves; all else that programs note there says when and where, not what.
KEPT = ("tags",)
#: The notebooks that were normalised here, by the hashes of their texts: those of one run.
_NORMAL: dict[str, NotebookNode] = {}


def normalise(notebook: NotebookNode) -> NotebookNode:
    """The notebook without papermill's paths and times; the cell that papermill adds gets a fixed id. The outputs are
    shared with the one given."""
    from nbformat import NotebookNode, from_dict  # heavy: brings a JSON schema validator along

    clean = NotebookNode(notebook)
    clean.metadata = from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    clean.cells = [NotebookNode(cell) for cell in notebook.cells]
    for cell in clean.cells:
        cell["metadata"] = from_dict({key: cell.metadata[key] for key in KEPT if key in cell.metadata})
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


def normal_content(notebook: NotebookNode) -> bytes:
    """The file of a normalised notebook, as nbformat writes it. It may be written to where executed notebooks wait for
    the package: there it is known again, and need not be read or made a second time."""
    content = (indented(_in_lines(notebook), sort_keys=True) + "\n").encode("utf-8")
    _NORMAL[sha256_of(content)] = notebook
    while len(_NORMAL) > len(STAGES):
        del _NORMAL[next(iter(_NORMAL))]
    return content


def _in_lines(notebook: NotebookNode) -> NotebookNode:
    """The notebook as it lies in a file, texts in lines. Only what is changed for that is copied: not what lies in the
    data of outputs, which is nearly all of a notebook."""
    from nbformat import NotebookNode
    from nbformat.v4.rwbase import split_lines

    filed = NotebookNode(notebook)
    filed.cells = [NotebookNode(cell) for cell in notebook.cells]
    for cell in filed.cells:
        if "attachments" in cell:
            cell["attachments"] = NotebookNode({name: dict(one) for name, one in cell.attachments.items()})
        if "outputs" in cell:
            cell["outputs"] = [NotebookNode(output) for output in cell.outputs]
            for output in cell.outputs:
                if "data" in output:
                    output["data"] = NotebookNode(output.data)
    return split_lines(filed)


def write_normalised(executed: Path, target: Path) -> NotebookNode:
    """Read an executed notebook, write it normalised to ``target`` and return it."""
    import nbformat

    content = executed.read_bytes()
    notebook = _NORMAL.get(sha256_of(content))
    if notebook is None:
        notebook = normalise(nbformat.reads(content.decode("utf-8"), as_version=4))
        content = normal_content(notebook)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    return notebook


def sha256_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
