"""The manifest of a package: what went in, by which code, what came out, each with its hash."""

from __future__ import annotations

import hashlib
import json
import platform
import sys
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from helpers.fonts.machine import system_fonts
from helpers.run.stages import NOTEBOOKS
from helpers.run.workspace import InputFile, Workspace
from helpers.year.hashes import file_sha256

NAME = "manifest.json"
CODE = Path(__file__).resolve().parents[1]
LOCK = NOTEBOOKS.parent / "requirements.lock"


@lru_cache(maxsize=1)
def code_sha256() -> str:
    """One hash over the library (its packaged data included) and the notebooks."""
    files = [p for p in CODE.rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    files += NOTEBOOKS.glob("*.ipynb")
    total = hashlib.sha256()
    for path in sorted(files, key=lambda p: p.relative_to(NOTEBOOKS.parent).as_posix()):
        total.update(f"{path.relative_to(NOTEBOOKS.parent).as_posix()}\0{file_sha256(path)}\n".encode())
    return total.hexdigest()


def lock_sha256() -> str | None:
    return file_sha256(LOCK) if LOCK.is_file() else None


def basis(fiscal_year: int, inputs: Iterable[InputFile]) -> dict[str, Any]:
    """Everything that decides what a package says: inputs, code, lock, parameters, interpreter, fonts."""
    return {
        "schema_version": 1,
        "parameters": {"fiscal_year": fiscal_year, "root": "."},
        "inputs": [{"file": i.file, "sha256": i.sha256, "bytes": i.bytes} for i in inputs],
        "code": {"sha256": code_sha256()},
        "lock": {"sha256": lock_sha256()},
        "python": f"{sys.version_info.major}.{sys.version_info.minor}",
        "platform": f"{platform.system()}-{platform.machine()}",
        # Faces of the machine that the PDF embeds; the packaged ones are part of the code.
        "fonts": [
            {"face": font.face, "family": font.family, "sha256": file_sha256(font.path)}
            for font in system_fonts().values()
        ],
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


def provenance(ws: Workspace) -> dict[str, Any]:
    """What the report says of its own making: enough for a stranger to make it again."""
    described = basis(ws.fiscal_year, ws.inputs)
    return {
        "inputs": described["inputs"],
        "code_sha256": described["code"]["sha256"],
        "lock_sha256": described["lock"]["sha256"],
        "rules": ws.year.year.rules,
        "python": described["python"],
        "commands": [f"make report YEAR={ws.fiscal_year}"],
    }
