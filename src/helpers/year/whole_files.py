"""JSON files that show whether they are whole: what a run leaves for the next one, and does not believe otherwise."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from helpers.year.seen import digest


def write_whole(path: Path, content: Mapping[str, Any]) -> None:
    """A JSON file that shows whether it is whole, put into its place at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    text = json.dumps({**content, "whole": digest(content)}, ensure_ascii=False)
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)


def read_whole(path: Path) -> dict[str, Any] | None:
    """What ``write_whole`` wrote there; None where it is missing, damaged, or was written by something else."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        whole = content.pop("whole")
        return content if digest(content) == whole else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
