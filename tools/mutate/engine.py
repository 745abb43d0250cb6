"""One year evaluated as the stage notebooks do it, in this process: what stops, what is noted, which figures."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
#: Keys of a stage's output that hold no figure: where things stand, words, hashes.
NO_FIGURES = {"evidence", "evidence_list", "rules", "target", "audit", "sql", "definition", "words"}
NO_FIGURES |= {
    "bytes",
    "source_file",
    "source_row",
    "file",
    "rows",
    "row",
    "column_words",
    "sha256",
    "records",
    "listed",
}


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
    from helpers.report.own_audit import audit_own_form

    nothing: dict[str, Any] = {"deviations": [], "plan": [], "followup": [], "spares": None}
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
