"""How the money was managed: the seven lines that a transfer payment's form asks for, and how the goal came out."""

from __future__ import annotations

from collections.abc import Iterable

from helpers.report import wording as w
from helpers.report.blocks import Block
from helpers.report.narrative import facts as f
from helpers.report.narrative.facts import Results
from helpers.report.narrative.opening import outcome_words, score_words
from helpers.year.models import MANAGEMENT

_COLUMNS = [("方面", "center", 7), ("情况说明", "left", 18), ("存在问题和改进措施", "left", 14)]


def management_lines(results: Results) -> list[tuple[str, str, str]]:
    """Each of the seven lines with its statement and its problems: as declared; two of them follow from
    the results where nothing is declared; what is not known is empty."""
    declared = {entry["item"]: entry for entry in results.get("funds_management") or ()}
    known = {
        "执行准确性": (execution_text(results), unspent_text(results)),
        "预算绩效管理情况": (goal_result(results, scored=False), ""),
    }
    lines = []
    for item in MANAGEMENT:
        statement, problems = known.get(item, ("", ""))
        if item in declared:
            statement, problems = (w.sentence(declared[item].get(key)) for key in ("statement", "problems"))
        lines.append((item, statement, problems))
    return lines


def funds_management(results: Results) -> Iterable[Block]:
    """The lines as a table, and which of them nobody filled in; nothing where none was declared."""
    if not results.get("funds_management"):
        return
    lines = management_lines(results)
    long = f.CELL_LENGTH
    rows = [
        (item, *(text if len(text) <= long else w.brief(text, long) for text in (said, wrong or "—")))
        for item, said, wrong in lines
        if said
    ]
    blank = [item for item, said, _ in lines if not said]
    yield from f.para("资金管理情况逐项列于下表。", f"{'、'.join(blank)}没有提供情况说明。" if blank else "")
    yield f.table("资金管理情况", _COLUMNS, rows)
    yield from f.full_texts((text for _, *texts in lines for text in texts), long)


def goal_result(results: Results, scored: bool) -> str:
    """How the overall goal came out, with the score where the form has one."""
    total = results.get("activity_total")
    unit = f.unit_of_activities(results)
    done = f"全年开展运维活动{total}{unit}。" if total else ""
    score = f"{score_words(results)}。" if scored else ""
    return f"{outcome_words(results)}。{score}{done}"


def execution_text(results: Results) -> str:
    """Budget, spending and rate in one sentence."""
    budget = results["budget"]
    if budget["execution_rate"] is None or budget["spent"] is None:
        return ""
    spent = w.money_text(budget["spent"], apart=[budget["adjusted"]])
    rate = w.ratio_text(budget["execution_rate"])
    return f"全年预算{w.money_text(budget['adjusted'])}，执行{spent}，执行率{rate}。"


def unspent_text(results: Results) -> str:
    """What was not spent and why, where something is left."""
    budget = results["budget"]
    if budget["spent"] is None or not budget["adjusted"]:
        return ""
    rest = w.exact(budget["adjusted"]) - w.exact(budget["spent"])
    if rest <= 0:
        return ""
    reason = w.clause(budget.get("unspent_reason")) or "申报材料没有说明原因"
    return f"未执行{w.money_text(rest)}，{reason}。"
