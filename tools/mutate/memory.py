"""What need not be done again: year files, clean tables and verdicts of inputs that are as before."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

#: Results remembered at a time.
REMEMBERED = 150


class Memory(OrderedDict[Any, Any]):
    """The last results by key."""

    def get_or(self, key: Any, make: Callable[[], Any]) -> Any:
        if key not in self:
            self[key] = make()
            if len(self) > REMEMBERED:
                self.popitem(last=False)
        self.move_to_end(key)
        return self[key]


def _sha(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@contextmanager
def remembering(folder: Path) -> Iterator[None]:
    """Within this, year files, clean tables and verdicts of unchanged inputs are taken from before.

    Sound because each is a function of the bytes of its inputs, which are the key.
    """
    import helpers.activity.clean as clean
    import helpers.gate.frames as frames
    import helpers.gate.plausibility as plausibility
    import helpers.gate.run as gate
    import helpers.report.display as display
    import helpers.run.check as check
    import helpers.run.workspace as workspace

    folder.mkdir(parents=True, exist_ok=True)
    memory = Memory()
    patches = [
        patch.object(display, "show", lambda *_, **__: None),
        patch.object(workspace, "load_year", _years(workspace.load_year, memory, "load")),
        patch.object(check, "_check_one", _years(check._check_one, memory, "check")),
        patch.object(workspace, "require_sound", _sound(workspace.require_sound, memory)),
        patch.object(clean, "clean_table", _tables(clean.clean_table, folder)),
        patch.object(frames, "read_tables", _frames(frames.read_tables, memory)),
        patch.object(gate, "_checks_of", _verdicts(gate._checks_of, memory)),
        patch.object(gate, "_account_checks", _accounts(gate._account_checks, memory)),
        *_plausible(plausibility, memory),
    ]
    with ExitStack() as stack:
        for one in patches:
            stack.enter_context(one)
        yield


def _state(root: Path, fiscal_year: int) -> tuple[Any, ...]:
    """Root, texts of the year files, names of the exports."""
    folder = root / "data" / "raw" / str(fiscal_year)
    texts = tuple(_sha(p) for p in sorted(folder.glob("*.yml")))
    return str(root), fiscal_year, texts, tuple(sorted(p.name for p in folder.glob("exports/*")))


def _years(make: Callable[..., Any], memory: Memory, what: str) -> Callable[..., Any]:
    return lambda root, year: memory.get_or((what, *_state(root, year)), lambda: make(root, year))


def _sound(make: Callable[..., Any], memory: Memory) -> Callable[..., Any]:
    """Years come from memory, so that the same object is as sound as before."""

    def sound(year: Any) -> Any:
        root = year.folder.parents[2]
        return memory.get_or(("sound", id(year), *_state(root, year.fiscal_year)), lambda: make(year))

    return sound


def _tables(make: Callable[..., Any], folder: Path) -> Callable[..., Any]:
    """Clean tables and their accounts by the bytes of their exports and year files."""
    from helpers.year.tidy import matching_files

    def clean_table(year: Any, table: str, out: Path) -> Any:
        spec = year.year.tables[table]
        if any(d.hold for d in spec.derived.values()):
            return make(year, table, out)
        exports = [p for pattern in spec.files for p in matching_files(year.folder, pattern)]
        said = json.dumps([year.fiscal_year, table, sorted(year.sha256.items()), [(p.name, _sha(p)) for p in exports]])
        kept = folder / hashlib.sha256(said.encode()).hexdigest()
        names = [f"{table}.parquet", f"{table}.set_aside.parquet"]
        if (kept / "account").is_file():
            for name in names:
                (out / name).unlink(missing_ok=True)
                os.link(kept / name, out / name)
            return pickle.loads((kept / "account").read_bytes())  # noqa: S301
        account = make(year, table, out)
        if KEEPING:
            kept.mkdir(exist_ok=True)
            for name in names:
                os.link(out / name, kept / name)
            (kept / "account").write_bytes(pickle.dumps(account))
        return account

    return clean_table


#: Clean tables are kept while undamaged years are evaluated (holds one item then).
KEEPING: list[bool] = []


def _frames(make: Callable[..., Any], memory: Memory) -> Callable[..., Any]:
    def read_tables(folder: Path, names: Any) -> dict[str, Any]:
        return {
            name: memory.get_or(
                ("frame", name, _sha(folder / f"{name}.parquet")), lambda name=name: make(folder, [name])[name]
            )
            for name in names
        }

    return read_tables


def _verdicts(make: Callable[..., Any], memory: Memory) -> Callable[..., Any]:
    def checks_of(table: str, rows: Any, rules: Any, about: Any, fiscal_year: int | None) -> Any:
        key = ("verdicts", table, id(rows), hash(repr((rules, about))), fiscal_year)
        # The rows are kept with the verdict: as long as it is remembered, no other rows have their id.
        return list(memory.get_or(key, lambda: (rows, make(table, rows, rules, about, fiscal_year)))[1])

    return checks_of


def _accounts(make: Callable[..., Any], memory: Memory) -> Callable[..., Any]:
    def account_checks(table: str, account: Any, frame: Any, about: Any) -> Any:
        said = json.dumps(account, sort_keys=True, default=str)
        key = ("account", table, said, -1 if frame is None else len(frame), hash(repr(about)))
        return list(memory.get_or(key, lambda: make(table, account, frame, about)))

    return account_checks


def _plausible(plausibility: Any, memory: Memory) -> list[Any]:
    """What is implausible in last year's tables, by the bytes of the tables; this year's are always looked at."""
    make, open_ = plausibility.plausibility_checks, plausibility.open_subject
    keys: dict[int, Any] = {}

    @contextmanager
    def open_subject(year: Any, folder: Path, accounts: Any = (), *before: Any) -> Iterator[Any]:
        with open_(year, folder, accounts, *before) as subject:
            if not any(before):
                tables = tuple((p.name, _sha(p)) for p in sorted(folder.glob("*.parquet")))
                said = json.dumps(
                    [a if isinstance(a, dict) else a.to_json() for a in accounts], sort_keys=True, default=str
                )
                keys[id(subject)] = ("plausible", tuple(sorted(year.sha256.items())), tables, said)
            yield subject
            keys.pop(id(subject), None)

    def plausibility_checks(subject: Any) -> Any:
        key = keys.get(id(subject))
        return make(subject) if key is None else list(memory.get_or(key, lambda: make(subject)))

    return [
        patch.object(plausibility, "open_subject", open_subject),
        patch.object(plausibility, "plausibility_checks", plausibility_checks),
    ]
