"""JSON files that show whether they are whole: what a run leaves for the next one, and does not believe otherwise."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from helpers.year.seen import DIGITS, digest_of

#: Behind the content of such a file: the digest of its text.
_END = b', "whole": "%s"}'


def write_whole(path: Path, content: Mapping[str, Any]) -> None:
    """A JSON file that shows whether it is whole, put into its place at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    text = json.dumps(content, ensure_ascii=False).encode()
    partial.write_bytes(text[:-1] + _END % digest_of(text).encode())
    partial.replace(path)


def read_whole(path: Path) -> dict[str, Any] | None:
    """What ``write_whole`` wrote there; None where it is missing, damaged, or was written by something else."""
    try:
        found = path.read_bytes()
        text = found[: -len(_END % bytes(DIGITS))] + b"}"
        if not found.endswith(_END % digest_of(text).encode()):
            return None
        content = json.loads(text)
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None
