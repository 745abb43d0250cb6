"""Tidy tables taken over from the last time, one by one, where nothing that they were made from has changed; or from
the run of a neighbouring year, which has the same tables as its own or as those of the year before.

Beside its tables a year's folder keeps, for each of them, what its cleaning has read (see ``helpers.year.seen``),
the hashes of the files that it wrote, and its account. All of it is checked before it is believed.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from helpers.activity.clean import Reconciliation, clean_table, in_order
from helpers.year.hashes import file_sha256
from helpers.year.seen import SeenYear, noted_from
from helpers.year.whole_files import read_whole, write_whole

#: The folder, inside that of the tables, with one file for each of them.
KEPT = ".kept"
#: Raised when these files change their shape.
FORMAT = 2

_ACCOUNT = TypeAdapter(Reconciliation)


def clean_or_take_over(year: SeenYear, out: Path, basis: str) -> list[Reconciliation]:
    """``clean_year``, but tables whose inputs are as they were are left as they are.

    ``basis`` stands for all else that decides what a table becomes: the code that cleans it, and its surroundings.
    """
    out.mkdir(parents=True, exist_ok=True)
    done: dict[str, Reconciliation] = {}
    for table in in_order(year.year.tables):
        done[table] = (
            _taken_over(year, table, out, basis)
            or _brought_over(year, table, out, basis)
            or _cleaned(year, table, out, basis)
        )
    _remove_others(out, done)
    return [done[table] for table in year.year.tables]


def _cleaned(year: SeenYear, table: str, out: Path, basis: str) -> Reconciliation:
    record = out / KEPT / f"{table}.json"
    record.unlink(missing_ok=True)
    view, reads = year.for_table(table)
    account = clean_table(view, table, out)
    kept = {
        "format": FORMAT,
        "basis": basis,
        "key": year.key_seen(),
        "reads": reads.as_json(),
        "held": _held(year, table, out),
        "files": _files(out, table),
        "account": account.to_json(),
    }
    write_whole(record, kept)
    return account


def _taken_over(year: SeenYear, table: str, out: Path, basis: str) -> Reconciliation | None:
    """The account of a table that need not be cleaned again; None where anything speaks against it."""
    kept = read_whole(out / KEPT / f"{table}.json")
    try:
        if kept is None or (kept["format"], kept["basis"], kept["key"]) != (FORMAT, basis, year.key_seen()):
            return None
        reads = noted_from(kept["reads"])
        account = _ACCOUNT.validate_json(json.dumps(kept["account"]))
    except (ValueError, KeyError, TypeError):  # a pydantic error is a ValueError
        return None
    if any(year.now(place) != seen for place, seen in reads.items()) or kept["files"] != _files(out, table):
        return None
    if kept["held"] != _held(year, table, out) or json.dumps(account.to_json()) != json.dumps(kept["account"]):
        return None
    year.note_all(reads)
    return account


def _brought_over(year: SeenYear, table: str, out: Path, basis: str) -> Reconciliation | None:
    """The account of a table that another run of this project has cleaned already, and its files copied; None where
    there is none. The copies are looked at again: that run may be at work."""
    for other in year.own_tables():
        if other.absolute() != out.absolute() and _taken_over(year, table, other, basis):
            try:
                _copy(table, other, out)
            except OSError:
                continue
            return _taken_over(year, table, out, basis)
    return None


def _copy(table: str, source: Path, target: Path) -> None:
    """The files of a table and its record, put into the place of what stood there, which may be linked elsewhere."""
    (target / KEPT).mkdir(exist_ok=True)
    for path in _present(target, table):
        path.unlink()
    for path in (*_present(source, table), source / KEPT / f"{table}.json"):
        partial = target / path.relative_to(source).with_suffix(".partial")
        shutil.copyfile(path, partial)
        partial.replace(target / path.relative_to(source))


def _present(out: Path, table: str) -> list[Path]:
    return [path for path in sorted(out.glob(f"{table}.*")) if path.is_file()]


def _files(out: Path, table: str) -> dict[str, str]:
    """The files of a table with their hashes."""
    return {path.name: file_sha256(path) for path in _present(out, table)}


def _held(year: SeenYear, table: str, out: Path) -> dict[str, Mapping[str, str]]:
    """The tables whose rows interrupt the clocks of this one."""
    derived = year.year.tables[table].derived.values()
    return {hold.table: _files(out, hold.table) for one in derived for hold in one.hold if hold.table}


def _remove_others(out: Path, tables: Mapping[str, Any]) -> None:
    """Tables that are no longer declared, and whatever an interruption left."""
    for path in (*out.glob("*"), *(out / KEPT).glob("*")):
        if path.is_file() and (path.name.partition(".")[0] not in tables or path.suffix == ".partial"):
            path.unlink()
