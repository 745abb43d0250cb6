"""Figures that were approved and are others now: each needs a reason, which the report prints."""

from __future__ import annotations

import math
from typing import cast

from helpers.indicators.findings import About, Finding, Place
from helpers.report import results_types
from helpers.report import wording as w
from helpers.report.figure_ids import fitting
from helpers.report.published_figures import PublishedFigure, published_figures
from helpers.report.results_types import Results
from helpers.year.approvals import NAME, Approval, ApprovalsFile, Approved
from helpers.year.root import shown_raw

CHECK = "approved_figure"
#: What of the published figures is approved: what a package states, not what explains it.
RANKS = frozenset({"score", "status", "points", "actual", "funds", "activities", "target", "weight"})


def approvable(results: Results) -> dict[str, Approved]:
    """The figures that an approval of these results covers, by name."""
    return {one.id: one.value for one in published_figures(results).values() if one.rank in RANKS}


def with_approved_changes(results: Results, approvals: ApprovalsFile) -> list[results_types.Finding]:
    """The findings of the results, with every approved figure that is another one now: a stop without a reason."""
    return [*results["audit"], *approved_changes(results, approvals)]


def approved_changes(results: Results, approvals: ApprovalsFile) -> list[results_types.Finding]:
    """A figure is compared with the latest approval that has another value, so that approving what has been given a
    reason changes nothing in what is printed."""
    figures, found = published_figures(results), []
    approvals = _by_fitting_ids(approvals)
    names = dict.fromkeys(name for one in approvals.approvals for name in one.figures)
    for name in names:
        figure = figures.get(name)
        now = figure.value if figure else None
        before = next((a for a in reversed(approvals.approvals) if _differs(a, name, now)), None)
        if before is not None:
            reason = next((r.reason for r in approvals.reasons if r.figure == name and same(r.now, now)), None)
            found.append(_finding(results, name, figure, before, reason))
    return [cast(results_types.Finding, one.to_json()) for one in found]


def _by_fitting_ids(approvals: ApprovalsFile) -> ApprovalsFile:
    """Approvals of before, when an id was the name as it stands, blanks and signs included."""
    given = tuple(
        one.model_copy(update={"figures": {fitting(name): value for name, value in one.figures.items()}})
        for one in approvals.approvals
    )
    reasons = tuple(one.model_copy(update={"figure": fitting(one.figure)}) for one in approvals.reasons)
    return ApprovalsFile.model_construct(approvals=given, reasons=reasons)


def same(one: Approved, other: Approved) -> bool:
    """Whether two values are the same figure."""
    if isinstance(one, int | float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=1e-12, abs_tol=1e-12)
    return one == other


def _differs(approval: Approval, name: str, now: Approved) -> bool:
    return name in approval.figures and not same(approval.figures[name], now)


def _finding(
    results: Results, name: str, figure: PublishedFigure | None, approval: Approval, reason: str | None
) -> Finding:
    then = approval.figures[name]
    now = figure.value if figure else None
    words = figure.words if figure else name
    before, after = _shown(then, now, figure), _shown(now, then, figure)
    by = f"{w.date_text(approval.date)}由{approval.reviewer}核准的"
    names = {entry["id"]: entry["level3"] for entry in results["indicators"]}
    row = f"- {{figure: {name}, now: {_yaml(now)}, reason: 待填}}"
    return Finding(
        check=CHECK,
        level="note" if reason else "stop",
        message=f"{by}{words}是{before}，现为{after}" + (f"，理由：{reason}" if reason else "，没有写明理由"),
        remedy=None if reason else f"在 {shown_raw(results['fiscal_year'])}/{NAME} 的 reasons 下写明理由：{row}",
        where=Place(level3=names.get(figure.indicator) if figure and figure.indicator else None),
        table=About(results["institution"], results["project"], str(results["fiscal_year"])),
    )


def _shown(value: Approved, beside: Approved, figure: PublishedFigure | None) -> str:
    if value is None:
        return "没有"
    numbers = [beside] if isinstance(beside, int | float) else []
    return figure.text(value, numbers) if figure else w.value_text(value, None, numbers)


def _yaml(value: Approved) -> str:
    return "null" if value is None else str(value) if isinstance(value, int | float) else f'"{value}"'
