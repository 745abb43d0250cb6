"""Notebooks as they are kept in git: what Lab writes, without outputs and without anything of a machine.

As a filter (no arguments) it reads one notebook and writes it; what it does not understand goes through as it is. With
files or folders it cleans the notebooks there in place. Only Python's own library is used: git calls this often, and
also where the environment is missing. It cleans by Lab's own format, so that a cleaned notebook is what Lab would save.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

#: The one kernel of the project, by whatever name this machine knows it.
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
#: What a notebook says of itself besides kernel and language.
KEPT_OF_NOTEBOOK = ("title", "authors", "jupytext")
#: What a cell says of itself; how far it is scrolled or folded, and when it ran, is not among it.
KEPT_OF_CELL = ("tags", "format", "raw_mimetype", "slideshow", "editable", "deletable")
#: Values that mean the same as saying nothing.
NOTHING = ([], {}, True, None, {"slide_type": ""})
CHECKPOINTS = ".ipynb_checkpoints"


class NoNotebook(ValueError):
    """The text is no notebook of the format that Lab writes."""


def cleaned(content: bytes) -> bytes:
    """The notebook without outputs, as Lab would save it. Raises ``NoNotebook``."""
    try:
        notebook = json.loads(content.decode("utf-8-sig"))
        if notebook["nbformat"] != 4:
            raise NoNotebook(f"nbformat {notebook['nbformat']}")
        kept = {**notebook, "cells": [_cell(one) for one in notebook["cells"]], "metadata": _metadata(notebook)}
        text = json.dumps(kept, ensure_ascii=False, indent=1, sort_keys=True, separators=(",", ": "))
        return f"{text}\n".encode()
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise NoNotebook(str(error)) from None


def _metadata(notebook: dict[str, Any]) -> dict[str, Any]:
    told = notebook.get("metadata", {})
    kernel = told.get("kernelspec", KERNEL)
    language = kernel.get("language") or told.get("language_info", {}).get("name") or "python"
    if language == "python":
        kernel = KERNEL
    kept = {key: told[key] for key in KEPT_OF_NOTEBOOK if key in told}
    return {**kept, "kernelspec": kernel, "language_info": {"name": language}}


def _cell(cell: dict[str, Any]) -> dict[str, Any]:
    told = cell["metadata"]
    kept = {key: told[key] for key in KEPT_OF_CELL if key in told and told[key] not in NOTHING}
    clean = {**cell, "metadata": kept, "source": _lines(cell["source"])}
    if cell["cell_type"] == "code":
        clean |= {"outputs": [], "execution_count": None}
    if not clean.get("attachments", True):
        del clean["attachments"]
    return clean


def _lines(source: str | list[str]) -> list[str]:
    """A source as the list of its lines, cut where Lab cuts it."""
    text = source if isinstance(source, str) else "".join(source)
    return text.splitlines(keepends=True)


def notebooks(paths: Iterable[Path]) -> Iterator[Path]:
    """The notebooks that are named, or lie in the folders that are."""
    for path in paths:
        for found in sorted(path.rglob("*.ipynb")) if path.is_dir() else [path]:
            if CHECKPOINTS not in found.parts:
                yield found


def clean_file(path: Path) -> bool:
    """Clean a notebook in place, whole or not at all; whether anything was to be cleaned. Raises ``NoNotebook``."""
    before = path.read_bytes()
    after = cleaned(before)
    if after == before:
        return False
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(after)
    partial.replace(path)
    return True


def _filter() -> int:
    content = sys.stdin.buffer.read()
    try:
        content = cleaned(content)
    except NoNotebook as error:
        if content:  # an empty file is the beginning of one
            print(f"notebook kept as it is: {error}", file=sys.stderr)
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()
    return 0


def main(arguments: list[str]) -> int:
    """The exit status: 1 where something named is no notebook."""
    if not arguments:
        return _filter()
    status = 0
    for path in notebooks(map(Path, arguments)):
        try:
            if clean_file(path):
                print(f"cleaned {os.fspath(path)}")
        except (NoNotebook, OSError) as error:
            print(f"left as it is: {os.fspath(path)}: {error}", file=sys.stderr)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
