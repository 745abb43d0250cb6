"""Whether the measures can do what they are for: misses that none is for, measures that cannot reach their target."""

from __future__ import annotations

from helpers.report import facts as f
from helpers.report import wording as w
from helpers.report.results_deviations import Deviation
from helpers.report.results_plans import Action
from helpers.report.results_types import Results


def without_measure(results: Results, deviation: Deviation) -> bool:
    """Whether a part of a compound indicator is missed and none of the indicator's measures is for it.

    A measure is for the part that it names, whose figure is its yardstick, or on whose cases it was replayed. Of an
    indicator without parts, or without any measure, ``measures`` says so itself.
    """
    actions = [action for action in results["plan"] if action["indicator"] == deviation["indicator"]]
    entry = f.judged(results, deviation)
    if not deviation.get("part") or not actions or entry is None:
        return False
    name, measure = w.clause(deviation["part"]), f.evidence_of(entry).get("measure")
    return not any(_is_for(action, name, measure) for action in actions)


def _is_for(action: Action, name: str, measure: str | None) -> bool:
    if action.get("part"):
        return w.clause(action["part"]) == name
    told = (f.yardstick_of(action).get("measure"), f.replayed_of(action).get("measure"))
    return measure is not None and measure in told


def flags(results: Results) -> list[str]:
    """What a reader of the table of measures has to know: which cannot reach their target, which misses have none."""
    told = []
    for at, action in enumerate(results["plan"], start=1):
        replayed = f.replayed_of(action)
        after, goal = replayed.get("after"), w.clause(f.yardstick_of(action).get("target_text"))
        if replayed.get("reaches_target") is False and after is not None:
            reach = w.ratio_text(after, [w.exact(1)])
            told.append(
                f"第{at}项即使完全见效，按本年记录推演也只到{reach}，达不到“{goal}”的目标，不能单独作为整改措施。"
            )
    for deviation in f.deviations_of(results, "shortfall"):
        if without_measure(results, deviation):
            misses = (deviation.get("text_facts") or {}).get("misses")
            size = f"（{misses}件未达到）" if misses else ""
            told.append(f"{f.subject(results, deviation)}{size}尚无针对性的改进措施，有待补充。")
    return told
