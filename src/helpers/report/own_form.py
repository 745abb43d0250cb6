"""The year's own self-evaluation form, and last year's as far as it is known, as an audit reads forms."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from helpers.forms.filled_form import Form, FormRow, FundLine, points
from helpers.indicators.findings import About
from helpers.report import facts as f
from helpers.report import form_texts as texts
from helpers.report import wording as w
from helpers.report.blocks import Items, Paragraph
from helpers.report.form_texts import goal_result
from helpers.report.results_indicators import Indicator
from helpers.report.results_types import Results


def own_form(results: Results) -> Form:
    """The scored form as it will be filed, amounts in 万元, with what its authors wrote as narrative."""
    budget = results["budget"]
    rows = tuple(_row(results, entry, number) for number, entry in enumerate(results["indicators"], start=1))
    total = results["score"]["total"] if results["score"]["grade"] is not None else None
    rate = budget["execution_rate"]
    return Form(
        about=_about(results),
        kind="self_eval",
        # Without the weight of a dropped indicator the rows need not add up to 100.
        complete=None if any(not entry["rescaled"] for entry in results.get("dropped") or ()) else True,
        money_unit="万元",
        funds=FundLine(None, _wan(budget["initial"]), _wan(budget["adjusted"]), _wan(budget["spent"])),
        exec_rate_printed=None if rate is None else w.ratio_text(rate, places=2),
        exec_weight=points(budget["weight"]),
        exec_score=points(budget["score"]),
        total_printed=points(total),
        goal=results.get("overall_goal"),
        result="。".join(_written(results)),
        rows=rows,
    )


def _row(results: Results, entry: Indicator, number: int) -> FormRow:
    actual = (
        f.actual_words(entry)
        if entry.get("parts") or entry.get("actual_text") or entry.get("actual") is not None
        else None
    )
    return FormRow(
        number=number,
        level1=entry["level1"],
        level2=entry["level2"],
        level3=entry["level3"],
        target_text=entry["target_text"],
        actual_text=actual,
        weight=points(entry["weight"]),
        score=points(entry["score"]),
        deviation_text=texts.deviation_text(results, entry) or None,
    )


def _written(results: Results) -> list[str]:
    """The sentences about results that people wrote into the year's files, and the form's own on the goal."""
    notes = [f.evidence_of(entry).get("note") for entry in results["indicators"]]
    written = [
        goal_result(results, scored=True),
        results["budget"].get("unspent_reason"),
        *results.get("implementation", ()),
        *results.get("use_of_results", ()),
        *notes,
    ]
    return [text for text in written if text]


def previous_form(results: Results) -> Form | None:
    """Last year's targets and actuals of the indicators that are still there."""
    rows, year = [], None
    for number, entry in enumerate(results["indicators"], start=1):
        before = entry.get("previous")
        if before and before.get("target_text"):
            year = before["fiscal_year"]
            rows.append(
                FormRow(
                    number=number,
                    level1=entry["level1"],
                    level2=entry["level2"],
                    level3=entry["level3"],
                    target_text=before["target_text"],
                    actual_text=before.get("actual_text"),
                )
            )
    return Form(about=_about(results, year), kind="self_eval", complete=False, rows=tuple(rows)) if rows else None


def narrative_of(blocks: Iterable[object]) -> str:
    """The sentences of a report, tables and folded evidence left out, and what they quote of others."""
    told = [block.text for block in blocks if isinstance(block, Paragraph)]
    told += [item for block in blocks if isinstance(block, Items) for item in block.items]
    return "\n".join(re.sub("“[^“”]*”", "", text.replace("**", "")) for text in told)


def _about(results: Results, year: int | None = None) -> About:
    return About(results["institution"], results["project"], str(year or results["fiscal_year"]))


def _wan(yuan: float | None) -> Decimal | None:
    return None if yuan is None else Decimal(str(yuan)) / 10_000
