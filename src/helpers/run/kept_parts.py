"""A part of a stage's work taken over from the last time, though the stage itself has to run again.

A part is given views of the years of its own, so that what it reads is known apart from what the rest of the stage
reads; the tidy tables, what it is told by the stage, and the code that it is made by decide about it too.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.run.stage_record import KEPT
from helpers.year.seen import Reads, SeenYear, digest, files_from, noted_from
from helpers.year.whole_files import read_whole, write_whole

if TYPE_CHECKING:
    from helpers.run.workspace import Workspace
    from helpers.year.load import Year

#: A function of the library: (year, its tables, the year before, its tables, what the stage says) to JSON.
Work = Callable[["Year", Path, "Year | None", Path, Any], Any]


def take_over_or_work(ws: Workspace, work: Work, said: Any) -> Any:
    """What ``work`` gives; from the last time where nothing that it depends on has changed since.

    ``said``: what the stage itself hands to the work, as JSON. The outcome has been written and read again in each
    case, so that it cannot be told which of the two it was. Raises ``TypeError`` for work that could know more than
    it is given.
    """
    _refuse_foreign(work)
    path = ws.processed / KEPT / f"{ws.stage}.{work.__name__}.{digest(_name_of(said))[:12]}.part"
    folders = ws.tables, ws.previous_tables
    basis = digest([ws.by, said, ws.previous is not None, *(ws.as_it_stands().tables(one.name) for one in folders)])
    kept = _kept(path, basis, ws)
    if kept is not None:
        return kept
    reads = Reads(ws.reads)
    years = [one.apart(reads) if isinstance(one, SeenYear) else None for one in (ws.year, ws.previous)]
    assert years[0] is not None
    outcome = json.loads(json.dumps(work(years[0], folders[0], years[1], folders[1], said)))
    write_whole(
        path, {"basis": basis, "reads": reads.as_json(), "year_files": reads.files_as_json(), "outcome": outcome}
    )
    return outcome


def take_over_or_judge(ws: Workspace, work: Work, fiscal_year: int, said: Any) -> Any:
    """What ``work`` gives of one year by itself, the workspace's or the one before; from the last time, or from the run
    of a neighbouring year, where nothing that it depends on has changed since. See ``take_over_or_work``."""
    _refuse_foreign(work)
    year, tables = (ws.year, ws.tables) if fiscal_year == ws.fiscal_year else (ws.previous, ws.previous_tables)
    assert isinstance(year, SeenYear)
    name = f"{ws.stage}.{work.__name__}.{fiscal_year}.part"
    own = ws.processed / KEPT / name
    basis = digest([ws.by, said, ws.as_it_stands().tables(tables.name)])
    for path in (own, *(folder.parent / KEPT / name for folder in year.own_tables())):
        if (outcome := _kept(path, basis, ws)) is not None:
            return outcome
    reads = Reads(ws.reads)
    outcome = json.loads(json.dumps(work(year.apart(reads), tables, None, tables, said)))
    write_whole(
        own, {"basis": basis, "reads": reads.as_json(), "year_files": reads.files_as_json(), "outcome": outcome}
    )
    return outcome


def _refuse_foreign(work: Work) -> None:
    if work.__qualname__ != work.__name__ or not work.__module__.startswith("helpers."):
        raise TypeError(f"{work.__qualname__} is no function of the library")


def _name_of(said: Any) -> str:
    """Parts that are told a name are kept by it; of others only the last is."""
    return said if isinstance(said, str) else ""


def _kept(path: Path, basis: str, ws: Workspace) -> Any:
    kept = read_whole(path)
    try:
        if kept is None or kept["basis"] != basis:
            return None
        reads, year_files = noted_from(kept["reads"]), files_from(kept["year_files"])
    except (KeyError, ValueError, TypeError):
        return None
    now = ws.as_it_stands()
    if now.changed(reads, year_files):
        return None
    for place, seen in reads.items():
        ws.reads.note(place, seen)
    for fiscal_year in {int(place[1]) for place in reads if place[0] in ("value", "whole")}:
        ws.reads.note_files(fiscal_year, now.year_files(fiscal_year))
    return kept["outcome"]
