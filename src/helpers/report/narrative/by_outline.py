"""The report by the outline that its results carry: who writes what an outline names.

Outlines are files (``helpers.year.outline_file``); to add something that they can name, write a function
that takes the results and returns blocks, and enter it in ``WRITERS`` and in ``CONTENTS`` there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from helpers.report import facts as f
from helpers.report import wording as w
from helpers.report.blocks import Block, Paragraph
from helpers.report.fiscal_words import fiscal_of
from helpers.report.followed_numbers import Ledger, followed, following, said
from helpers.report.narrative import (
    annexes,
    decision,
    deviations,
    evidence_text,
    figure_index,
    indicators,
    main_text,
    management,
    opening,
    options_text,
    other_deviations,
    overall,
    plans,
    provenance,
    review_text,
    shown_measures,
    statistics,
)
from helpers.report.narrative import funds_text as funds
from helpers.report.narrative import spares_text as spares
from helpers.report.narrative.chapters import (
    Attachment,
    Chapter,
    Index,
    Node,
    Opening,
    Outline,
    Part,
    Point,
    Section,
    Technical,
    Writer,
    render,
)
from helpers.report.results_types import Outline as Outlined
from helpers.report.results_types import Results
from helpers.year.outline_file import QUOTE, read_shipped

WRITERS: Mapping[str, Writer] = {
    "decision": decision.decision,
    "overview": funds.overview,
    "funds": funds.funds,
    "funds_management": management.funds_management,
    "goals": funds.goals,
    "outcome": main_text.outcome,
    "indicator_table": overall.full_table,
    "activity_brief": main_text.activity_brief,
    "activity": overall.activity,
    "shown_measures": shown_measures.shown_measures,
    "since_last_year": main_text.since_last_year,
    "against_last_year": overall.against_last_year,
    "indicator_notes": main_text.indicator_notes,
    "each_indicator": indicators.each_indicator,
    "deviation_lead": deviations.lead,
    "deviations_brief": main_text.deviations_brief,
    "measures": main_text.measures,
    "terms": statistics.terms,
    "shortfalls": deviations.shortfalls,
    "overshoots": other_deviations.overshoots,
    "fragile": other_deviations.fragile,
    "trends": other_deviations.trends,
    "spare_stock": spares.stock,
    "replacement": spares.replacement,
    "options": options_text.options,
    "other_plans": plans.other_plans,
    "followup": plans.followup,
    "use_of_results": annexes.use_of_results,
    "closing": main_text.closing,
    "data_checks": annexes.data_checks,
    "source_notes": annexes.source_notes,
    "evidence_list": evidence_text.evidence_list,
    "basis": provenance.basis,
}
PARTS: Mapping[str, type[Part]] = {
    "opening": Opening,
    "chapter": Chapter,
    "technical": Technical,
    "section": Section,
    "point": Point,
}
UNKNOWN = "（未知）"


def build_report(results: Results) -> list[Block]:
    """The report of validated results as blocks, by the outline that they carry, else the default one."""
    return followed_report(results)[0]


def followed_report(results: Results) -> tuple[list[Block], Ledger]:
    """The same, and which of its numbers come from the results."""
    with following(results) as ledger:
        return _report(followed(results)), ledger


def _report(results: Results) -> list[Block]:
    declared = results.get("outline") or cast(Outlined, read_shipped("default").model_dump())
    picked = declared.get("attachments")
    parts = [_node(node, picked) for node in declared["contents"]]
    if results.get("shown_measures") and not _writes(declared["contents"], "shown_measures"):
        last = next((at for at, part in enumerate(parts) if isinstance(part, Technical)), len(parts))
        parts.insert(last, Attachment(shown_measures.TITLE, [shown_measures.shown_measures]))
    # Answers are printed whatever the outline: no heading of nothing where nobody has remarked.
    parts.append(Attachment(review_text.TITLE, [review_text.review_remarks]))
    parts.append(Index(figure_index.TITLE, [figure_index.figure_index]))
    return render(Outline(declared["title"], (opening.front,), parts), {**results, "outline": declared}, WRITERS)


def _node(declared: Mapping[str, Any], picked: Sequence[str] | None = None) -> Node:
    """A heading with what stands under it, a writer, or one that puts a sentence's quotations in."""
    if declared.get("attachment") is not None:
        filed = picked is None or declared.get("id") is None or declared["id"] in picked
        return Attachment(declared["attachment"], [_node(node) for node in declared["contents"]], filed=filed)
    for kind, part in PARTS.items():
        if declared.get(kind) is not None:
            return part(declared[kind], [_node(node) for node in declared["contents"]])
    if declared.get("text") is not None:
        return _sentence(declared["text"])
    return WRITERS[declared["write"]]


def _writes(contents: Sequence[Mapping[str, Any]], name: str) -> bool:
    """Whether an outline names a piece of writing anywhere."""
    return any(one.get("write") == name or _writes(one.get("contents") or (), name) for one in contents)


def _sentence(text: str) -> Callable[[Results], Sequence[Block]]:
    """What an outline writes by hand; its own numbers are judged by ``own_numbers``."""

    def write(results: Results) -> Sequence[Block]:
        return [Paragraph(text=said(QUOTE.sub(lambda quoted: quotation(results, quoted[1]), text)))]

    return write


def quotation(results: Results, name: str) -> str:
    """What ``{name}`` in an outline's sentence stands for, in words; what is not known says so."""
    head, _, of = name.partition(".")
    if of:
        entry = f.indicator_of(results, of)
        if entry is None:
            return UNKNOWN
        return (f.actual_words(entry) if head == "actual" else w.clause(entry["target_text"])) or UNKNOWN
    budget, entries, score = results["budget"], results["indicators"], results["score"]
    words = {
        "project": w.clause(results["project"]), "institution": w.clause(results["institution"]),
        "fiscal_year": fiscal_of(results).year_words,
        "score": w.score_text(score["total"]) if f.is_complete(results) and score["total"] is not None else "",
        "grade": score["grade"] or "",
        "adjusted": w.money_text(budget["adjusted"]) if budget["adjusted"] is not None else "",
        "spent": w.money_text(budget["spent"]) if budget["spent"] is not None else "",
        "execution_rate": f.execution_rate(results),
        "indicators": f"{len(entries)}项", "met": f"{len(f.with_status(results, 'met'))}项",
        "missed": f"{len(f.with_status(results, *f.MISSED))}项",
    }  # fmt: skip
    return words[name] or UNKNOWN
