"""The manifest of a package: what went in, by which code, what came out, each with its hash."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from helpers.run.code_reach import program_sha256, prose_sha256, sources_at_start
from helpers.run.inputs import InputFile
from helpers.run.stage_record import surroundings
from helpers.run.workspace import Workspace
from helpers.year.hashes import file_sha256, input_sha256

NAME = "manifest.json"


def basis(fiscal_year: int, inputs: Iterable[InputFile]) -> dict[str, Any]:
    """Everything that decides what a package says: inputs, code, lock, parameters, interpreter, fonts."""
    around = surroundings()
    return {
        "schema_version": 1,
        "parameters": {"fiscal_year": fiscal_year, "root": "."},
        "inputs": [{"file": i.file, "sha256": i.sha256, "bytes": i.bytes} for i in inputs],
        "code": {"sha256": program_sha256(sources_at_start()), "notebooks_text_sha256": prose_sha256()},
        "lock": {"sha256": around["lock"]},
        "python": around["python"],
        "platform": around["platform"],
        "fonts": around["fonts"],
    }


def write_manifest(folder: Path, described: Mapping[str, Any]) -> None:
    """Add the outputs found in ``folder`` and write ``manifest.json``."""
    outputs = [
        {"file": p.relative_to(folder).as_posix(), "sha256": file_sha256(p), "bytes": p.stat().st_size}
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.name != NAME
    ]
    text = json.dumps({**described, "outputs": outputs}, ensure_ascii=False, indent=1) + "\n"
    (folder / NAME).write_text(text, encoding="utf-8")


def is_current(folder: Path, described: Mapping[str, Any]) -> bool:
    """Whether the package there was made from exactly this, and is whole and untouched."""
    try:
        manifest = json.loads((folder / NAME).read_text(encoding="utf-8"))
        outputs = manifest.pop("outputs")
        return manifest == dict(described) and all(file_sha256(folder / o["file"]) == o["sha256"] for o in outputs)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def changed_inputs(folder: Path, root: Path, processed: Path) -> list[str] | None:
    """Which of the inputs that the package there names are no longer the same; None where it names none.

    A quick look, to get ready while everything is checked: files that were added are not seen.
    """
    try:
        manifest = json.loads((folder / NAME).read_text(encoding="utf-8"))
        told = {str(one["file"]): one["sha256"] for one in manifest["inputs"]}
    except (OSError, ValueError, KeyError, TypeError):
        return None
    there = {file: root / file for file in told}
    return [f for f, path in there.items() if not path.is_file() or input_sha256(path, processed) != told[f]]


def provenance(ws: Workspace) -> dict[str, Any]:
    """What the report says of its own making: enough for a stranger to make it again."""
    described = basis(ws.fiscal_year, ws.inputs)
    ws.reads.note(("program",), described["code"]["sha256"])
    return {
        "inputs": described["inputs"],
        "code_sha256": described["code"]["sha256"],
        "lock_sha256": described["lock"]["sha256"],
        "rules": ws.year.year.rules,
        "python": described["python"],
        "commands": [f"make report YEAR={ws.fiscal_year}"],
    }
