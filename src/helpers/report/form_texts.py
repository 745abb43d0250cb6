"""What the forms say in words: why an indicator deviates and what will be done, goals and results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from helpers.report import facts as f
from helpers.report import wording as w
from helpers.report.facts import by_dimension, cause_name
from helpers.report.results_deviations import Deviation
from helpers.report.results_indicators import Indicator
from helpers.report.results_plans import Action
from helpers.report.results_types import Results
from helpers.report.summary_phrases import (
    lead_words,
    more_words,
    outcome_words,
    score_words,
    share_words,
    target_words,
)
from helpers.year.models import MANAGEMENT

#: What the forms say of a line about which nothing was declared.
UNSAID = "未单独说明。"
CAUSES_NAMED = 3
ACTIONS_NAMED = 4
#: Characters that a narrative cell of a bureau's form takes, where the year does not say.
LIMIT = 200
# A row can be 409 points high: without a limit a form's cell holds some 400 characters, the report holds all.
CAUSE_LENGTH, ACTION_LENGTH = 60, 100


@dataclass(frozen=True)
class Brevity:
    """How short a cell has to be: so many causes, so many characters of a measure (0: measures are only counted),
    whether posts and dates and yardsticks are named."""

    causes: int = CAUSES_NAMED
    action: int = ACTION_LENGTH
    posts: bool = True
    yardsticks: bool = True


#: From the whole to the least that still says cause and measure.
BREVITIES = (
    Brevity(),
    Brevity(yardsticks=False),
    Brevity(causes=1, yardsticks=False),
    Brevity(causes=1, action=30, yardsticks=False),
    Brevity(causes=1, action=18, yardsticks=False),
    Brevity(causes=1, action=18, posts=False, yardsticks=False),
    Brevity(causes=1, action=0, posts=False, yardsticks=False),
)
SHORTENED = "（详见自评报告）"
ELSEWHERE = "原因分析和改进措施较长，见自评报告。"


def deviation_text(results: Results, indicator: Indicator) -> str:
    """The last column of the forms: cause and measure of a miss, a word on other deviations.

    Empty where there is nothing to explain. Told as briefly as the form's limit takes, which it then says; never cut.
    """
    limit = results.get("form_cell_limit", LIMIT)
    whole = _told(results, indicator, BREVITIES[0])
    if limit is None or len(whole) <= limit:
        return whole
    shorter = (_told(results, indicator, brevity) + SHORTENED for brevity in BREVITIES[1:])
    return next((text for text in shorter if len(text) <= limit), ELSEWHERE)


def _told(results: Results, indicator: Indicator, brevity: Brevity) -> str:
    found = [d for d in results["deviations"] if d["indicator"] == indicator["id"]]
    told = [_one(results, deviation, brevity) for deviation in found]
    if indicator["status"] == "unknown":
        told.append("实际完成值不能与目标比较，暂不评分。")
    actions = [action for action in f.plan_of(results) if action["indicator"] == indicator["id"]]
    if actions:
        told.append(_actions(actions, brevity))
    return "\n".join(filter(None, told))


def _one(results: Results, deviation: Deviation, brevity: Brevity) -> str:
    entry = f.judged(results, deviation)
    variance = w.variance_words(entry) if entry else ""
    name = f"{w.clause(deviation['part'])}：" if deviation.get("part") else ""
    if deviation["kind"] == "shortfall":
        return f"{name}{variance or '没有达到目标'}。原因：{_causes(results, deviation, brevity)}。"
    if deviation["kind"] == "overshoot":
        note = w.clause(f.evidence_of(entry).get("note")) if entry else ""
        more = f"（{note}）" if note else ""
        return f"{name}{variance or '超出目标'}，明显超出目标{more}，下一年度重新核定目标值。"
    if deviation["kind"] == "fragile":
        interval = deviation.get("interval")
        unit = w.actual_unit(entry) if entry else None
        more = f"（抽样推断总体在{w.interval_text(interval, unit)}之间）" if interval else ""
        return f"{name}已达到目标，但余量小、不够稳固{more}。"
    return f"{name}走势需要关注。"


def _causes(results: Results, deviation: Deviation, brevity: Brevity) -> str:
    dimension, causes = next(iter(by_dimension(deviation).items()), ("", []))
    lead = deviation.get("lead")
    concentrated = lead_words(deviation) if lead and lead["kind"] == "combination" else ""
    if concentrated and (not causes or f.tells_nothing(deviation, dimension)):
        return concentrated
    causes = [cause for cause in causes if cause["contribution"] > 0][: brevity.causes]
    told = [f"{w.brief(cause_name(cause, dimension), CAUSE_LENGTH)}{share_words(cause, deviation)}" for cause in causes]
    if told and f.tells_nothing(deviation, dimension):
        told.append(f"各项{dimension}的差别属正常起伏")
    if concentrated and brevity.causes > 1:
        told.append(concentrated)
    told = (
        told
        or [w.brief(cause, CAUSE_LENGTH) for cause in f.stated_causes(results, deviation["indicator"])][
            : brevity.causes
        ]
    )
    return "；".join(told) or "现有记录没有可供分析的原因"


def _actions(actions: Sequence[Action], brevity: Brevity) -> str:
    """The measures one after another; a yardstick that they share is named once."""
    if not brevity.action:
        return f"改进措施{len(actions)}项。"
    yardsticks = [_yardstick(action) for action in actions]
    shared = len(actions) > 1 and len(set(yardsticks)) == 1
    listed = [_action(action, not shared, brevity) for action in actions[:ACTIONS_NAMED]]
    if len(actions) > 1:
        listed = [f"{at}.{text}" for at, text in enumerate(listed, start=1)]
    rest = f"；其余{len(actions) - ACTIONS_NAMED}项见报告" if len(actions) > ACTIONS_NAMED else ""
    common = f"衡量指标：{yardsticks[0]}。" if shared and yardsticks[0] and brevity.yardsticks else ""
    return f"改进措施：{'；'.join(listed)}{rest}。{common}"


def _yardstick(action: Action) -> str:
    yardstick = action.get("yardstick") or {}
    target = target_words(yardstick)
    return f"{w.clause(yardstick.get('words'))}{target}" if target else ""


def _action(action: Action, with_yardstick: bool, brevity: Brevity) -> str:
    """Measure, post, date and yardstick, as far as they are declared."""
    with_yardstick = with_yardstick and brevity.yardsticks
    more = [w.clause(action.get("owner"))] if action.get("owner") and brevity.posts else []
    more += [f"{w.date_text(due)}前完成"] if (due := action.get("due")) and brevity.posts else []
    more += [yardstick] if with_yardstick and (yardstick := _yardstick(action)) else []
    more += ["建议，尚未采纳"] if action["status"] == "proposed" else []
    return w.brief(action["action"], brevity.action) + (f"（{'，'.join(more)}）" if more else "")


def goal_text(results: Results) -> str:
    """The overall goal as set."""
    return w.sentence(results.get("overall_goal"))


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


def goal_result(results: Results, scored: bool) -> str:
    """How the overall goal came out, with the score where the form has one."""
    total = results.get("activity_total")
    unit = f.unit_of_activities(results)
    more = more_words(results["activities"])
    done = f"全年开展{f.activities_words(results)}{total}{unit}{more}。" if total else ""
    score = f"{score_words(results)}。" if scored else ""
    return f"{outcome_words(results)}。{score}{done}"


def execution_text(results: Results) -> str:
    """Budget, spending and rate in one sentence."""
    budget = results["budget"]
    if budget["execution_rate"] is None or budget["spent"] is None or budget["adjusted"] is None:
        return ""
    spent = w.money_text(budget["spent"], apart=[budget["adjusted"]])
    rate = f.execution_rate(results)
    return f"全年预算{w.money_text(budget['adjusted'])}，执行{spent}，执行率{rate}。"


def unspent_text(results: Results) -> str:
    """What was not spent and why, where something is left."""
    budget = results["budget"]
    if budget["spent"] is None or not budget["adjusted"]:
        return ""
    rest = w.exact(budget["adjusted"]) - w.exact(budget["spent"])
    if rest <= 0:
        return ""
    reason = w.clause(budget.get("unspent_reason")) or "未单独说明原因"
    return f"未执行{w.money_text(rest)}，{reason}。"
