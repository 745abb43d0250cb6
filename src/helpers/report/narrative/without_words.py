"""What would have come out without a cause, in words: by the recorded waits, or at the others' rate."""

from __future__ import annotations

from collections.abc import Sequence

from helpers.report import wording as w
from helpers.report.results_deviations import Cause, Replayed


def without_words(cause: Cause, unit: str | None) -> str:
    """；如果没有这一情况，扣除记录的排队等待时间重新计时，实际值为98.38%（…）"""
    replayed, most = cause.get("replayed"), cause.get("avoidable")
    if not replayed:
        return "" if most is None else f"；如果没有这一情况，实际值为{w.value_text(most, unit)}"
    return replayed_words(replayed, unit)


def replayed_words(replayed: Replayed, unit: str | None) -> str:
    """；如果没有这一情况，假定与其余记录水平相同，实际值为98.38%（…）"""
    wait = replayed["wait"]
    how = f"扣除记录的{w.clause(wait)}时间重新计时" if wait else "假定与其余记录水平相同"
    around = [w.value_text(replayed["low"], unit), w.value_text(replayed["high"], unit)]
    told = f"；如果没有这一情况，{how}，实际值为{w.value_text(replayed['value'], unit)}"
    return told + ("" if around[0] == around[1] else f"（考虑年度间的正常起伏，在{around[0]}至{around[1]}之间）")


def column_values(causes: Sequence[Cause]) -> list[float | None]:
    """The actual without each cause: replayed, and where no cause could be, the most that there can be."""
    if any(cause.get("replayed") for cause in causes):
        return [replayed["value"] if (replayed := cause.get("replayed")) else None for cause in causes]
    return [cause.get("avoidable") for cause in causes]


def column_note(causes: Sequence[Cause]) -> str:
    """By what that column was worked out; nothing where nothing was replayed."""
    by = {replayed["basis"] for cause in causes if (replayed := cause.get("replayed"))}
    if not by:
        return ""
    if by == {"recorded_waits"}:
        return "，由记录扣除相应的等待时间重新计时得出"
    if by == {"others_rate"}:
        return "，按与其余记录水平相同测算"
    return "；记录了相应等待时间的，扣除后重新计时，没有记录的，按与其余记录水平相同测算"
