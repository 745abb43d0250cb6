"""What a stage leaves beside its output: what it was made by, all that it has read, and the hashes of its files."""

from __future__ import annotations

import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers.fonts.machine import system_fonts
from helpers.run.code_reach import MACHINERY, Sources, code_cells, reached
from helpers.run.stages import NOTEBOOKS, Stage
from helpers.year.hashes import file_sha256, input_sha256
from helpers.year.seen import Hasher, Place, Reads, digest, files_from, noted_from
from helpers.year.whole_files import read_whole, write_whole

#: The folder of records and executed notebooks among a year's processed files.
KEPT = "kept"
#: Raised when records change their shape: those of another version are not believed.
FORMAT = 2
LOCK = NOTEBOOKS.parent / "requirements.lock"


@dataclass(frozen=True)
class StageRecord:
    """``made_by``: code cells, library files, surroundings; ``files``: hashes of what the stage wrote, by their
    path among the processed files. ``year_files``: what the year files said, by year, in which all values were seen."""

    made_by: Mapping[str, Any]
    reads: Mapping[Place, str]
    files: Mapping[str, str]
    year_files: Mapping[int, str]


def surroundings() -> dict[str, Any]:
    """What else decides what a stage finds: the libraries, the interpreter, the platform, the machine's fonts."""
    return {
        "lock": lock_sha256(),
        "python": f"{sys.version_info.major}.{sys.version_info.minor}",
        "platform": f"{platform.system()}-{platform.machine()}",
        "fonts": fonts(),
    }


def lock_sha256() -> str | None:
    return file_sha256(LOCK) if LOCK.is_file() else None


def fonts() -> list[dict[str, str]]:
    """Faces of the machine that the PDF embeds; the packaged ones are part of the code."""
    return [
        {"face": font.face, "family": font.family, "sha256": file_sha256(font.path)} for font in system_fonts().values()
    ]


def made_by(stage: Stage, sources: Sources) -> dict[str, Any]:
    """Everything but its inputs that a stage is made by."""
    cells = code_cells(stage.notebook)
    return {"notebook": digest(cells), "code": reached(f"{MACHINERY}\n{cells}", sources), **surroundings()}


def record_path(processed: Path, stage: str) -> Path:
    return processed / KEPT / f"{stage}.json"


def files_of(processed: Path, stage: Stage, sha256: Hasher | None = None) -> dict[str, str]:
    """The files of a stage with their hashes: its output, and the tables of the first. ``sha256``: who knows them."""
    paths = [processed / stage.output]
    for folder in stage.folders:
        paths += sorted(p for p in (processed / folder).glob("*") if p.is_file())
    known = sha256 or (lambda path: input_sha256(path, processed))
    return {p.relative_to(processed).as_posix(): known(p) for p in paths if p.is_file()}


def write_record(processed: Path, stage: Stage, by: Mapping[str, Any], reads: Reads, files: Mapping[str, str]) -> None:
    """Write the record of a stage, whole or not at all."""
    content = {"format": FORMAT, "stage": stage.name, "made_by": by, "reads": reads.as_json(), "files": files}
    write_whole(record_path(processed, stage.name), {**content, "year_files": reads.files_as_json()})


def read_record(processed: Path, stage: Stage) -> StageRecord | None:
    """The record of a stage; None where there is none that can be believed."""
    found = read_whole(record_path(processed, stage.name))
    try:
        if found is None or (found["format"], found["stage"]) != (FORMAT, stage.name):
            return None
        files, said = dict(found["files"]), files_from(found["year_files"])
        return StageRecord(dict(found["made_by"]), noted_from(found["reads"]), files, said)
    except (KeyError, ValueError, TypeError):
        return None
