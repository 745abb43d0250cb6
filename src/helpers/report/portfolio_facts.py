"""What a portfolio knows of one project year: figures taken from its results, and what makes two of them comparable."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass

from helpers.report import lost_words
from helpers.report import wording as w
from helpers.report.facts import is_complete
from helpers.report.fiscal_words import fiscal_of
from helpers.report.results_indicators import Judged
from helpers.report.results_plans import Action
from helpers.report.results_types import Results

#: Values of a rule set that ask for a reason or a word and change no score.
SCORELESS = ("execution_reason_below", "overshoot_from")


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Money in 元, rates as fractions; None is unknown.

    ``yardstick``: everything by which scores are given, as text; scores with different ones are not compared.
    ``complete``: every row is scored. ``missed``: names of the indicators not or partly met. ``overdue``: measures,
    this year's and last year's, due before the report's own date and not done. ``rows_lost``: rows of which the
    gate says that they were lost; ``bounded``: figures known only within bounds for that. ``starts``: the month in
    which the fiscal year begins.
    """

    unit: str
    project: str
    fiscal_year: int
    notice: str | None
    total: float
    upper: float
    grade: str | None
    basis: str | None
    rules: str | None
    full_marks: float
    yardstick: str
    complete: bool
    met: int
    partly_met: int
    not_met: int
    unknown: int
    missed: tuple[str, ...]
    budget: float | None
    spent: float | None
    execution_rate: float | None
    shortfalls: int
    overdue: int | None
    audit_stops: int
    audit_notes: int
    rows_in: int
    rows_used: int
    rows_lost: int | None
    bounded: int
    starts: int = 1

    @property
    def indicators(self) -> int:
        return self.met + self.partly_met + self.not_met + self.unknown


def facts_of(results: Results) -> Facts:
    """The figures of one finished year."""
    entries, budget, score = results["indicators"], results["budget"], results["score"]
    states = Counter(entry["status"] for entry in entries)
    levels = Counter(finding["level"] for finding in results["audit"])
    full = sum(w.exact(row["weight"]) for row in [*entries, budget] if row["weight"] is not None)
    rules = results.get("rules")
    return Facts(
        unit=results["institution"],
        project=results["project"],
        fiscal_year=results["fiscal_year"],
        notice=results.get("notice"),
        total=score["total"],
        upper=score["upper"],
        grade=score["grade"],
        basis=score.get("basis") or results.get("weights_basis"),
        rules=(rules.get("title") or rules["id"]) if rules else None,
        full_marks=float(full),
        yardstick=_yardstick(results, float(full)),
        complete=is_complete(results),
        met=states["met"],
        partly_met=states["partly_met"],
        not_met=states["not_met"],
        unknown=states["unknown"],
        missed=tuple(name for entry in entries for name in _missed(entry)),
        budget=budget["adjusted"] if budget["adjusted"] is not None else budget["initial"],
        spent=budget["spent"],
        execution_rate=budget["execution_rate"],
        shortfalls=sum(deviation["kind"] == "shortfall" for deviation in results["deviations"]),
        overdue=_overdue(results),
        audit_stops=levels["stop"],
        audit_notes=levels["note"],
        rows_in=sum(table["rows_in"] for table in results["tables"]),
        rows_used=sum(table["used"] for table in results["tables"]),
        rows_lost=_rows_lost(results),
        bounded=len(list(lost_words.touched(results))),
        starts=fiscal_of(results).start_month,
    )


def _yardstick(results: Results, full: float) -> str:
    """Rule set with every value that makes a score, basis of the weights, the marks that can be had, and the months
    that the year is made of."""
    rules = results.get("rules")
    listed = (rules.get("values") or ()) if rules else ()
    values = {value["name"]: value["value"] for value in listed if value["name"] not in SCORELESS}
    said = {
        "rules": rules["id"] if rules else None,
        "values": values,
        "basis": w.clause(results["score"].get("basis") or results.get("weights_basis")),
        "full": full,
        **({"year_start": results["year_start"]} if "year_start" in results else {}),
    }
    return json.dumps(said, ensure_ascii=False, sort_keys=True)


def _missed(entry: Judged) -> list[str]:
    """The indicator's name, and the parts that were missed where only some were."""
    if entry["status"] not in ("not_met", "partly_met"):
        return []
    parts = [w.plain(p.get("name") or p["level3"]) for p in entry.get("parts") or () if p["status"] == "not_met"]
    return [w.plain(entry["level3"]) + (f"（{'、'.join(parts)}）" if parts else "")]


def _overdue(results: Results) -> int | None:
    """By the report's own date, never today's: the same results always give the same list."""
    posts = results.get("posts")
    if not posts:
        return None
    actions: list[Action] = [*results["plan"], *results.get("followup", ())]
    return sum((action.get("due") or "9999") < posts["date"] and action["status"] != "done" for action in actions)


def _rows_lost(results: Results) -> int | None:
    validation = results.get("validation")
    if not validation:
        return None
    notes = [*(validation.get("notes") or ()), *(validation.get("accepted") or ())]
    return sum(note["failing_rows"] for note in notes if note["rule"].partition(":")[0] == "rows_lost")
