"""Executed notebooks kept beside the outputs of their stages: a stage that is not run again still shows its work."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.run.notebooks import normal_content, normalise, sha256_of, with_prose
from helpers.run.stage_record import KEPT, record_path
from helpers.run.stages import Stage
from helpers.year.hashes import file_sha256
from helpers.year.whole_files import read_whole, write_whole

if TYPE_CHECKING:
    from nbformat import NotebookNode


def keep(processed: Path, stage: Stage, parameters: Mapping[str, Any], done: NotebookNode, executed: Path) -> None:
    """Keep a notebook that is ``done`` with the record of the run that it shows; where it was ``executed`` to, it is
    normalised from then on."""
    content = normal_content(normalise(done))
    executed.write_bytes(content)
    notebook, note = _paths(processed, stage)
    note.unlink(missing_ok=True)
    notebook.parent.mkdir(parents=True, exist_ok=True)
    notebook.unlink(missing_ok=True)  # the file may be shared with the folder that the run began with
    notebook.write_bytes(content)
    record = file_sha256(record_path(processed, stage.name))
    write_whole(note, {"record": record, "notebook": sha256_of(content), "parameters": dict(parameters)})


def forget(processed: Path) -> None:
    """Nothing is kept any longer: every stage and every table is made again."""
    for path in (*(processed / KEPT).glob("*"), *processed.glob("*/.kept/*")):
        path.unlink(missing_ok=True)


def why_none(processed: Path, stage: Stage, parameters: Mapping[str, Any]) -> str | None:
    """Why there is no executed notebook that belongs to the stage's record; None where there is one."""
    notebook, note = _paths(processed, stage)
    told = read_whole(note)
    if told is None or not notebook.is_file() or told.get("parameters") != dict(parameters):
        return "没有保存已执行的笔记本"
    if told.get("record") != file_sha256(record_path(processed, stage.name)):
        return "上次是单独运行的"
    return None if told.get("notebook") == file_sha256(notebook) else "保存的笔记本与记录不符"


def take_over(processed: Path, stage: Stage, target: Path) -> None:
    """Write the kept notebook to ``target``, with the words that its source has today."""
    import nbformat

    kept = nbformat.read(_paths(processed, stage)[0], as_version=4)
    source = nbformat.read(stage.notebook, as_version=4)
    target.write_bytes(normal_content(with_prose(kept, source)))


def _paths(processed: Path, stage: Stage) -> tuple[Path, Path]:
    folder = processed / KEPT
    return folder / f"{stage.name}.ipynb", folder / f"{stage.name}.notebook.json"
