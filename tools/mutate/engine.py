"""One year evaluated as the stage notebooks do it, in this process: what stops, what is noted, which figures."""

from __future__ import annotations

import hashlib
import json
import os
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

PROJECT = Path(__file__).resolve().parents[2]
#: Keys of a stage's output that hold no figure: where things stand, words, hashes.
NO_FIGURES = {"evidence", "evidence_list", "rules", "target", "audit", "inputs_sha256", "sql", "definition", "words"}
NO_FIGURES |= {"source_file", "source_row", "file", "rows", "row", "column_words", "sha256", "records", "listed"}
#: Tables, frames and checks remembered at a time.
REMEMBERED = 150


@dataclass(frozen=True)
class Said:
    """One note: by whom, about which table, its whole text, how many rows fail and which it names."""

    by: str
    table: str
    text: str
    failing: int
    rows: frozenset[tuple[str, int]] = frozenset()


@dataclass(frozen=True)
class Outcome:
    """``stop``: the message of what stopped the run; ``crash``: it is no message for people."""

    stop: str | None = None
    crash: bool = False
    stopped_by: str = ""
    notes: Mapping[str, Said] = field(default_factory=dict)
    figures: Mapping[str, Any] = field(default_factory=dict)


@cache
def stage_code(stage: str) -> str:
    """The code of a stage notebook, without the cell of parameters."""
    notebook = json.loads((PROJECT / "notebooks" / f"{stage}.ipynb").read_text(encoding="utf-8"))
    cells = ["".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "code"]
    return "\n".join(cells[1:])


def run_stage(stage: str, root: Path, fiscal_year: int) -> dict[str, Any]:
    """Execute a stage's cells here; the names that they leave."""
    names: dict[str, Any] = {"fiscal_year": fiscal_year, "root": str(root)}
    exec(compile(stage_code(stage), f"{stage}.ipynb", "exec"), names)  # noqa: S102
    return names


def evaluate(root: Path, fiscal_year: int) -> Outcome:
    """Check, clean, validate, attain and audit a year; never raises for what the data say."""
    from helpers.run.check import check_year
    from helpers.year.faults import YearFileError

    notes: dict[str, Said] = {}
    try:
        faults = check_year(root, fiscal_year)
        if faults:
            raise YearFileError(faults)
        run_stage("1_clean", root, fiscal_year)
        validated = run_stage("2_validate", root, fiscal_year)
        notes |= _checks_said(validated["validation"])
        attained = run_stage("3_attainment", root, fiscal_year)["attainment"]
        notes |= _audit_said(attained["audit"])
        _own_form(validated, attained)
    except Exception as error:  # noqa: BLE001
        ours = type(error).__module__.startswith("helpers.")
        return Outcome(str(error), not ours, type(error).__name__ + _code(str(error)), notes)
    return Outcome(notes=notes, figures=dict(flat(attained)))


def explained(root: Path, fiscal_year: int) -> Mapping[str, Any]:
    """The figures of stage 4, after ``evaluate``: causes, plan, spares."""
    try:
        names = run_stage("4_deviation", root, fiscal_year)
    except Exception as error:  # noqa: BLE001
        return {"crash": f"{type(error).__name__}: {error}"}
    return dict(flat({k: names[k] for k in ("deviations", "plan", "followup", "spares")}))


def _code(text: str) -> str:
    import re

    found = re.search(r"\[([a-z_]+)\]", text)
    return f" [{found[1]}]" if found else ""


def _checks_said(validation: Mapping[str, Any]) -> dict[str, Said]:
    """The failed notes of the gate."""
    failed = [c for c in validation["checks"] if c["success"] is not True and not c.get("accepted")]
    return {f"{c['table']}/{c['rule']}": _check_said(c) for c in failed}


def _check_said(check: Mapping[str, Any]) -> Said:
    rows = [r for r in check["failing_rows"] if r["source_file"]]
    texts = [check["title"], check["words"], str(check["observed"] or ""), check["remedy"]]
    texts += [f"{r['source_file']} {r['column']} {r['value']}" for r in rows]
    listed = frozenset((r["source_file"], r["source_row"]) for r in rows)
    return Said(str(check["rule"]), check["table"], "\n".join(texts), check["failing"], listed)


def _audit_said(audit: list[dict[str, Any]]) -> dict[str, Said]:
    """What the audit of the source says; it speaks of indicators."""
    texts = {f"audit/{a['check']}/{a['where']['level3']}": a for a in audit}
    return {
        key: Said(
            f"audit:{a['check']}",
            "",
            "\n".join(str(a[k]) for k in ("message", "arithmetic", "remedy")) + str(a["where"]),
            0,
        )
        for key, a in texts.items()
    }


def _own_form(validated: Mapping[str, Any], attained: Mapping[str, Any]) -> None:
    """Stop where the audit of the year's own form would; what it says of causes needs stage 4 and is left out."""
    from helpers.report.assemble import results_json
    from helpers.run.audit import audit_own_form

    nothing = {"deviations": [], "plan": [], "followup": [], "spares": None}
    results = results_json(
        validated["ws"].year,
        attainment=attained,
        deviation=nothing,
        tables=validated["cleaned"]["tables"],
        validation=validated["validation"]["for_results"],
        provenance={},
    )
    stops = [f for f in audit_own_form(results, validated["ws"].year) if f["level"] == "stop"]
    if stops:
        raise FormStopped(
            "\n".join(f"[{f['check']}] {f['message']} {f['arithmetic'] or ''} {f['where']}" for f in stops)
        )


class FormStopped(Exception):
    """The audit of the year's own form has a finding at stop level."""


FormStopped.__module__ = "helpers.run.audit"


def flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every figure of a stage's output by its path."""
    if isinstance(value, Mapping):
        name = value.get("id") or value.get("category") or value.get("name")
        for key, one in value.items():
            if key not in NO_FIGURES:
                yield from flat(one, f"{path}[{name}].{key}" if name and path.endswith("*") else f"{path}.{key}")
    elif isinstance(value, list | tuple):
        for number, one in enumerate(value):
            named = isinstance(one, Mapping) and (one.get("id") or one.get("category") or one.get("name"))
            yield from flat(one, f"{path}*" if named else f"{path}.{number}")
    else:
        yield path.replace("*", ""), value


# --- what need not be done again ------------------------------------------------------------------


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
    import pickle

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
