"""Whether the measures can do what they are for: misses that none is for, measures that cannot reach their target."""

from __future__ import annotations

from helpers.report import facts as f
from helpers.report import wording as w
from helpers.report.results_deviations import Deviation
from helpers.report.results_indicators import Indicator
from helpers.report.results_plans import Action
from helpers.report.results_types import Results
from helpers.report.summary_phrases import counter


def without_measure(results: Results, deviation: Deviation) -> bool:
    """Whether a part of a compound indicator is missed and none of the indicator's measures is for it.

    A measure is for the part that it names, whose figure is its yardstick, or on whose cases it was replayed; one
    that is tied to no part may be for any, so that nothing is said. Of an indicator without parts, or without any
    measure, ``measures`` says so itself.
    """
    actions = [action for action in results["plan"] if action["indicator"] == deviation["indicator"]]
    indicator = f.indicator_of(results, deviation["indicator"])
    if not deviation.get("part") or not actions or indicator is None:
        return False
    tied = [_part_of(action, indicator) for action in actions]
    return None not in tied and w.clause(deviation["part"]) not in tied


def _part_of(action: Action, indicator: Indicator) -> str | None:
    """The part that a measure is for, by its name; None where nothing ties it to one."""
    if action.get("part"):
        return w.clause(action["part"])
    own = {f.evidence_of(part).get("measure"): f.part_name(part) for part in indicator.get("parts") or ()}
    for measure in (f.yardstick_of(action).get("measure"), f.replayed_of(action).get("measure")):
        if measure is not None and measure in own:
            return own[measure]
    return None


def _most(deviation: Deviation) -> str:
    """（其中派单排队72件）: the largest recorded cause of misses that no measure is for."""
    for dimension in f.by_dimension(deviation):
        cause = f.leading_cause(dimension, deviation)
        if cause is not None and cause.get("misses"):
            return f"（其中{w.brief(f.cause_name(cause, dimension))}{cause['misses']}{counter(deviation)}）"
    return ""


def _easier(results: Results, action: Action) -> bool:
    """Whether a measure aims at less than the indicator asks of the same share."""
    yardstick = f.yardstick_of(action)
    goal = yardstick.get("target")
    for _, entry in f.shortfalls_of(results, yardstick.get("measure")):
        asked = (entry.get("required") or 1.0) if w.is_timed_share(entry) else entry["target"].get("value")
        if isinstance(goal, int | float) and isinstance(asked, int | float) and w.actual_unit(entry) == "比例":
            return goal > asked if w.lower_is_better(entry) else goal < asked
    return False


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
        elif goal and _easier(results, action):
            told.append(f"第{at}项的目标“{goal}”低于指标本身的要求，是阶段目标，达到后该指标仍未完成。")
    for deviation in f.deviations_of(results, "shortfall"):
        if without_measure(results, deviation):
            missed = f.missed_of(deviation)
            size = f"{missed[1]}{counter(deviation)}未达到{_most(deviation)}，" if missed and missed[1] else ""
            told.append(f"{f.subject(results, deviation)}{size}尚无针对性的改进措施，有待补充。")
    return told
