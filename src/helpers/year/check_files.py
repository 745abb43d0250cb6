"""Declared files that cannot be read at all, as far as that shows without reading them through."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from helpers.files.file_kinds import refuse_unreadable
from helpers.files.names import is_outside, matching_files
from helpers.year.faults import Fault
from helpers.year.load import Year


def check_files(year: Year) -> Iterator[Fault]:
    """Empty, encrypted or damaged files, and those of a kind that holds no table."""
    lines = year.lines["year.yml"]
    for name, table in year.year.tables.items():
        for index, pattern in enumerate(table.files):
            place = ("tables", name, "files", *(() if len(table.files) == 1 else (index,)))
            if pattern.startswith("/") or ".." in Path(pattern).parts:
                continue
            for path in matching_files(year.folder, pattern):
                if is_outside(path, year.root):
                    continue
                shown = path.relative_to(year.folder).as_posix()
                error = refuse_unreadable(path, shown)
                if error is not None:
                    yield lines.fault(error.code, place, f"{shown}：{error.message}", hint=error.hint)
