"""What need not be done again: year files, clean tables and verdicts of inputs that are as before."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import re
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

#: Clean tables, verdicts and answers are kept while undamaged years are evaluated (holds one item then).
KEEPING: list[bool] = []
#: Year files are few but large: so many are kept of damaged ones too.
YEARS = 40


class Memory(OrderedDict[Any, Any]):
    """Results by key: those of undamaged years, and the last of the year files."""

    def get_or(self, key: Any, make: Callable[[], Any]) -> Any:
        if key in self:
            return self[key]
        made = make()
        if KEEPING:
            self[key] = made
        return made

    def recent(self, key: Any, make: Callable[[], Any]) -> Any:
        """Kept whenever it was made, the oldest forgotten."""
        if key not in self:
            self[key] = make()
            if len(self) > YEARS:
                self.popitem(last=False)
        return self[key]


def _sha(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@contextmanager
def remembering(folder: Path) -> Iterator[None]:
    """Within this, year files, clean tables and verdicts of unchanged inputs are taken from before.

    Sound because each is a function of the bytes of its inputs, which are the key.
    """
    import helpers.activity.clean as clean
    import helpers.formats.display as display
    import helpers.gate.frames as frames
    import helpers.gate.plausibility as plausibility
    import helpers.gate.run as gate
    import helpers.run.check as check
    import helpers.run.workspace as workspace

    folder.mkdir(parents=True, exist_ok=True)
    memory, years = Memory(), Memory()
    patches = [
        patch.object(display, "show", lambda *_, **__: None),
        patch.object(display, "show_words", lambda *_, **__: None),
        patch.object(workspace, "load_year", _years(workspace.load_year, years, "load")),
        patch.object(check, "_check_one", _years(check._check_one, years, "check")),
        patch.object(workspace, "require_sound", _sound(workspace.require_sound, years)),
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
    return lambda root, year, *more: memory.recent((what, *more, *_state(root, year)), lambda: make(root, year, *more))


def _sound(make: Callable[..., Any], memory: Memory) -> Callable[..., Any]:
    """Years come from memory, so that the same object is as sound as before."""

    def sound(year: Any) -> Any:
        root = year.folder.parents[2]
        return memory.recent(("sound", id(year), *_state(root, year.fiscal_year)), lambda: make(year))

    return sound


def _tables(make: Callable[..., Any], folder: Path) -> Callable[..., Any]:
    """Clean tables and their accounts by the bytes of their exports and year files."""
    from helpers.files.names import matching_files

    def clean_table(year: Any, table: str, out: Path) -> Any:
        spec = year.year.tables[table]
        if any(d.hold for d in spec.derived.values()):
            return make(year, table, out)
        exports = [p for pattern in spec.files for p in matching_files(year.folder, pattern)]
        said = json.dumps([year.fiscal_year, table, sorted(year.sha256.items()), [(p.name, _sha(p)) for p in exports]])
        kept = folder / hashlib.sha256(said.encode()).hexdigest()
        names = [f"{table}.parquet", f"{table}.set_aside.parquet"]
        if (kept / "account").is_file():
            # Rows in doubt that damage before has left; what is undamaged has none.
            (out / f"{table}.uncertain.parquet").unlink(missing_ok=True)
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


def _frames(make: Callable[..., Any], memory: Memory) -> Callable[..., Any]:
    def read_one(folder: Path, name: str) -> Any:
        key = ("frame", name, _sha(folder / f"{name}.parquet"))
        return memory.get_or(key, lambda: make(folder, [name])[name])

    def read_tables(folder: Path, names: Any) -> dict[str, Any]:
        return {name: read_one(folder, name) for name in names}

    return read_tables


def _verdicts(make: Callable[..., Any], memory: Memory) -> Callable[..., Any]:
    def checks_of(tables: Any, rules: Any, about: Any, fiscal_year: int | None) -> Any:
        keys = {
            t: ("verdicts", t, id(rows), hash(repr((rules.get(t), about.get(t)))), fiscal_year)
            for t, rows in tables.items()
        }
        made = make({t: rows for t, rows in tables.items() if keys[t] not in memory}, rules, about, fiscal_year)
        # The rows are kept with the verdict: as long as it is remembered, no other rows have their id.
        return {t: list(memory.get_or(key, lambda t=t: (tables[t], made[t]))[1]) for t, key in keys.items()}

    return checks_of


def _accounts(make: Callable[..., Any], memory: Memory) -> Callable[..., Any]:
    def account_checks(accounts: Any, arrived: Any, about: Any) -> Any:
        said = json.dumps(accounts, sort_keys=True, default=str)
        key = ("accounts", said, json.dumps(arrived), hash(repr(about)))
        return {t: list(checks) for t, checks in memory.get_or(key, lambda: make(accounts, arrived, about)).items()}

    return account_checks


class Answers:
    """Answers to the queries of plausibility checks, by their text and the bytes of every table named in it."""

    def __init__(self, ask: Callable[[Any, str], Any], memory: Memory) -> None:
        self.ask, self.memory = ask, memory
        self.tables: dict[int, dict[str, str]] = {}
        self.made: dict[int, dict[str, str]] = {}

    def opened(self, subject: Any, folder: Path, before: Path | None) -> None:
        """Note what the tables of a subject hold."""
        named = {p.name.removesuffix(".parquet").replace(".", "_"): p for p in folder.glob("*.parquet")}
        old = {
            f"previous_{p.name.removesuffix('.parquet').replace('.', '_')}": p
            for p in (before or folder).glob("*.parquet")
        }
        self.tables[id(subject)] = {n: _sha(p) for n, p in (named | (old if before else {})).items()}
        self.made[id(subject)] = {}

    def closed(self, subject: Any) -> None:
        del self.tables[id(subject)], self.made[id(subject)]

    def query(self, subject: Any, sql: str) -> Any:
        """The answer; tables that a check makes are made only for a query that has not been answered before."""
        made = self.made.get(id(subject), {})
        creates = re.match(r"CREATE OR REPLACE TEMP TABLE (\w+) AS", sql)
        if creates:
            made[creates[1]] = sql
            return []
        needed: list[str] = []
        for name, text in reversed(made.items()):
            if any(name in asked for asked in (*needed, sql)):
                needed.insert(0, text)
        whole = "\n".join([*needed, sql])
        named = tuple((n, sha) for n, sha in self.tables.get(id(subject), {}).items() if n in whole)
        key = ("answer", whole, named, subject.year.fiscal_year)

        def answer() -> Any:
            for text in needed:
                self.ask(subject, text)
            return self.ask(subject, sql)

        return list(self.memory.get_or(key, answer))


def _plausible(plausibility: Any, memory: Memory) -> list[Any]:
    """Plausibility checks ask again only where a table that they ask about has changed."""
    open_ = plausibility.open_subject
    answers = Answers(plausibility.Subject.query, memory)

    @contextmanager
    def open_subject(year: Any, folder: Path, accounts: Any = (), *before: Any) -> Iterator[Any]:
        with open_(year, folder, accounts, *before) as subject:
            answers.opened(subject, folder, before[1] if len(before) > 1 and before[0] is not None else None)
            yield subject
            answers.closed(subject)

    return [
        patch.object(plausibility, "open_subject", open_subject),
        patch.object(plausibility.Subject, "query", _method(answers)),
    ]


def _method(answers: Answers) -> Callable[[Any, str], Any]:
    """``Answers.query`` as a method of the subject."""

    def query(subject: Any, sql: str) -> Any:
        return answers.query(subject, sql)

    return query
