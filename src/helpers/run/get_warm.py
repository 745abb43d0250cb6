"""Before a run imports anything large: the server from which kernels are forked is started where stages will run, and
imports beside the run."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from helpers.run import package_files
from helpers.run.server import start_server
from helpers.year.hashes import input_sha256
from helpers.year.root import YEAR_FILES, Root


def get_warm(root: Path, fiscal_year: int, *, force: bool = False) -> None:
    """Start the server where stages are sure to run. What is no project root, no year of it, or cannot be read, is told
    by the run."""
    at = Root(root)
    with contextlib.suppress(OSError, ValueError):
        if not at.has_year(fiscal_year):
            return
        changed = None if force else changed_inputs(at.package(fiscal_year), root, at.processed(fiscal_year))
        if changed is None or changed:
            exports = changed is None or any("/exports/" in file for file in changed)
            start_server(gate=exports, work=exports or not all(map(_only_told, changed or ())))


def changed_inputs(package: Path, root: Path, processed: Path) -> list[str] | None:
    """Which of the inputs that the package there names are no longer the same; None where it names none.

    A quick look, to get ready while everything is checked: files that were added are not seen.
    """
    try:
        manifest = json.loads(package_files.content(package, package_files.MANIFEST))
        told = {str(one["file"]): one["sha256"] for one in manifest["inputs"]}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    there = {file: root / file for file in told}
    return [f for f, path in there.items() if not path.is_file() or input_sha256(path, processed) != told[f]]


def _only_told(file: str) -> bool:
    """Whether an input is an outline of the year's own, which no figure depends on."""
    return file.endswith(".yml") and Path(file).name not in YEAR_FILES
