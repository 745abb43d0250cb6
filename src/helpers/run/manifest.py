"""The manifest of a package: what went in, by which code, what came out, each with its hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from helpers.files.json_text import indented
from helpers.run import package_files
from helpers.run.code_reach import MACHINERY, code_cells, program_sha256, prose_sha256, reached, sources_at_start
from helpers.run.inputs import InputFile
from helpers.run.package_files import left_by_programs
from helpers.run.stage_record import surroundings
from helpers.run.stages import STAGES
from helpers.run.workspace import Workspace

NAME = package_files.MANIFEST
#: What makes the package of what the stages have found; see ``code_reach``.
MAKING = "import helpers.formats.papers, helpers.formats.xlsx, helpers.run.run_year"
#: By the beginning of a file's name for whom it is: ``filed`` is handed in and may be published after the usual
#: review; ``review`` lists single records and is for those who check; ``internal`` shows what exports hold.
SENSITIVITY = (("results.json", "review"), ("report.html", "review"), ("technical.pdf", "review"), ("report.", "filed"),
               ("self_evaluation.xlsx", "filed"))  # fmt: skip


def basis(fiscal_year: int, inputs: Iterable[InputFile]) -> dict[str, Any]:
    """Everything that decides what a package says: inputs, code, lock, parameters, interpreter, fonts."""
    around = surroundings()
    return {
        "schema_version": 1,
        "parameters": {"fiscal_year": fiscal_year, "root": "."},
        "inputs": [{"file": i.file, "sha256": i.sha256, "bytes": i.bytes} for i in inputs],
        "code": {"sha256": program_sha256(sources_at_start()), **making()},
        "lock": {"sha256": around["lock"]},
        "python": around["python"],
        "platform": around["platform"],
        "fonts": around["fonts"],
    }


def making() -> dict[str, Any]:
    """The part of the program by which a package is made: notebooks, and the files of the library that they and the
    making of the package reach, with the beginnings of their hashes. All else may differ."""
    cells = "\n".join([MACHINERY, MAKING, *(code_cells(stage.notebook) for stage in STAGES)])
    return {
        "notebooks_code_sha256": hashlib.sha256(cells.encode()).hexdigest(),
        "notebooks_text_sha256": prose_sha256(),
        "reached": _reached_by(cells),
    }


@cache
def _reached_by(cells: str) -> dict[str, str]:
    return reached(cells, sources_at_start())


def write_manifest(folder: Path, described: Mapping[str, Any], rules: Mapping[str, Any] | None) -> None:
    """Add the rule set and the outputs found in ``folder`` and write ``manifest.json``."""
    outputs = [
        {
            "file": name,
            "sha256": package_files.sha256(folder, name),
            "bytes": entry.bytes,
            "sensitivity": next((told for start, told in SENSITIVITY if name.startswith(start)), "internal"),
        }
        for name, entry in package_files.entries(folder).items()
        if entry.kind == "file" and name != NAME
    ]
    content = {**described, "rules": {"id": (rules or {}).get("id"), "sha256": _sha256_of(rules)}, "outputs": outputs}
    text = indented({**content, "self_sha256": seal(content)}) + "\n"
    (folder / NAME).write_text(text, encoding="utf-8", newline="\n")


def seal(manifest: Mapping[str, Any]) -> str:
    """One hash over all else that a manifest says: what was changed by hand in it does not agree with it."""
    return _sha256_of({key: value for key, value in manifest.items() if key != "self_sha256"})


def _sha256_of(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def is_current(folder: Path, described: Mapping[str, Any]) -> bool:
    """Whether the package there was made from exactly this, and is whole and untouched: every file is listed and as
    it is listed, and nothing else is there."""
    try:
        manifest = json.loads(package_files.content(folder, NAME))
        listed = {one["file"]: one["sha256"] for one in manifest["outputs"]}
        there = {name for name, one in package_files.entries(folder).items() if not left_by_programs(one)}
        return (
            {key: manifest.get(key) for key in described} == dict(described)
            and manifest["self_sha256"] == seal(manifest)
            and there == {*listed, NAME}
            and len(listed) > 0
            and all(package_files.sha256(folder, name) == told for name, told in listed.items())
        )
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return False


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
        # In whatever folder the year lies: a root is this machine's, and would make other bytes.
        "commands": [f"selfeval run --year {ws.fiscal_year}"],
    }
