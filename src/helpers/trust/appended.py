"""Entries added to an authored YAML file by a command: what stands in it stays as it is written."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML


def append_entries(path: Path, key: str, entries: Iterable[Mapping[str, Any]], head: str) -> None:
    """The file with these entries more in its list ``key``, put into its place at once; ``head``: the comment that
    a new one begins with."""
    yaml = YAML(typ="rt")
    yaml.width, yaml.allow_unicode = 4096, True
    there = yaml.load(path.read_text(encoding="utf-8")) if path.is_file() else None
    content: Any = there or {key: []}
    if content.get(key) is None:
        content[key] = []
    content[key].extend(dict(entry) for entry in entries)
    out = io.StringIO()
    yaml.dump(content, out)
    partial = path.with_name(f".{path.name}.partial")
    partial.write_text(("" if there else head) + out.getvalue(), encoding="utf-8")
    partial.replace(path)
