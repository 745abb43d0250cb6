"""The improvement plan as results, and what became of last year's: yardstick before and after, kept or not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from helpers.deviation.chance import Counted, chance
from helpers.deviation.values import side
from helpers.deviation.verify import Proof, Reason, prove
from helpers.indicators.plain import plain

if TYPE_CHECKING:
    from helpers.indicators import Target
    from helpers.measures.figures import Figure, Measures
    from helpers.year.declared_plan import Action
    from helpers.year.load import Year

State = Literal["proposed", "done", "carried"]

#: A finished measure's change is called beyond chance when it would come about by chance less often than this:
#: stricter than for years, since carry-over that two years of months cannot show makes p values too small.
ALPHA = 0.02


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the yardstick says of one action.

    ``kept``: the target is reached on this year's data. ``improved``: the figure moved the right way.
    ``beyond_chance``: it did so by more than chance explains (None where that cannot be told), with
    ``p_value``. ``verified``: true when a finished action's target is kept and the change is beyond chance;
    false when it is not kept; null when that cannot be told.
    """

    kept: bool | None
    improved: bool | None
    beyond_chance: bool | None
    p_value: float | None
    verified: bool | None
    conclusion: str


def judge_action(
    state: State,
    before: Counted | None,
    after: Counted | None,
    kept: bool | None,
    better: Literal["higher", "lower", "equal"] | None,
    proof: Proof | None = None,
) -> Verdict:
    """Whether last year's action helped: its yardstick last year and this year, and the change at the day on
    which it was finished (``proof``; only the two years' counts without it).

    ``kept``: whether ``after`` keeps the yardstick's target; ``better``: which way is better.
    """
    found = proof.effect if proof else None
    improved = _improved(before, after, better, proof)
    # Counts of whole years take every case for a chance of its own: they can rule an effect out, not prove it.
    plain_chance = chance(before, after) if found is None else None
    p_value = found.p_value if found is not None else plain_chance
    beyond: bool | None
    if improved is None or p_value is None:
        beyond = None
    elif found is None:
        beyond = None if improved and p_value < ALPHA else False
    else:
        beyond = improved and p_value < ALPHA and not (proof and proof.already)
    return Verdict(
        kept=kept,
        improved=improved,
        beyond_chance=beyond,
        p_value=p_value,
        verified=_verified(state, kept, improved, beyond),
        conclusion=_conclusion(state, kept, improved, beyond, _why(better, before, proof)),
    )


def _improved(before: Counted | None, after: Counted | None, better: str | None, proof: Proof | None) -> bool | None:
    """Whether the figure moved the right way, at the day where the records show it, and against the others too."""
    if better not in ("higher", "lower"):
        return None
    sign = 1 if better == "higher" else -1
    if proof is not None and proof.effect is not None and proof.own is not None:
        return proof.effect.change * sign > 0 and proof.own.change * sign > 0
    first, last = (f.value if f is not None else None for f in (before, after))
    return None if first is None or last is None else (last - first) * sign > 0


def _verified(state: State, kept: bool | None, improved: bool | None, beyond: bool | None) -> bool | None:
    if state != "done" or kept is None or improved is None:
        return None
    if not kept:
        return False
    return True if improved and beyond else None


def _why(better: str | None, before: Counted | None, proof: Proof | None) -> str:
    """Why nothing can be said of the change, or what speaks against it."""
    if better not in ("higher", "lower"):
        return "目标值没有写明以高为好还是以低为好"
    if proof is not None and proof.already:
        return "完成以前各月已在好转"
    reason = proof.reason if proof is not None else None
    if reason in ("few_before", "few_after") and proof is not None:
        when = "以前" if reason == "few_before" else "以后"
        return f"完成{when}有记录的只有{proof.months}个月" if proof.months else f"完成{when}没有记录"
    if reason is not None:
        return _REASONS[reason]
    return "上年度没有同口径的数" if before is None or before.value is None else ""


_REASONS: dict[Reason, str] = {
    "no_measure": "没有声明可以计算的衡量指标",
    "whole_figure": "这个数由全部记录一并算出，没有逐月可比的数",
    "no_date": "记录没有日期，不能按完成日期划分前后",
    "not_yet": "完成日期在本年度以后",
}


def _conclusion(state: State, kept: bool | None, improved: bool | None, beyond: bool | None, why: str) -> str:
    reached = "衡量指标" + {True: "已达到目标值", False: "未达到目标值", None: "能否达到目标值无法判定"}[kept]
    if state == "proposed":
        return f"上年度仅作为建议提出，尚未采纳实施；本年度{reached}。"
    if state == "carried":
        return f"截至本年度末尚未完成，结转继续实施；本年度{reached}。"
    because = f"{why}，" if why else ""
    if kept is None or improved is None:
        return f"措施已完成；{reached}，{'但' if kept else ''}{because}成效无法核实。"
    if improved and beyond is None:
        turn = "较上年度有所改善，但" if kept else "虽较上年度有所改善，但"
        return f"措施已完成；{reached}，{turn}{because}不能确认与措施有关。"
    if not improved:
        return f"措施已完成；{reached}，{'但' if kept else '且'}与完成以前相比没有改善。"
    if beyond:
        return f"措施已完成；{reached}{'，' if kept else '，但'}改善明显。"
    doubt = f"{why}，" if why == "完成以前各月已在好转" else "改善幅度属正常起伏，"
    return f"措施已完成；{reached}，{'但' if kept else ''}{doubt}尚不能认定为措施成效。"


# --- last year's plan -----------------------------------------------------------------------------


def follow_up(previous: Year | None, before: Measures | None, measures: Measures) -> list[dict[str, Any]]:
    """Each action of last year's plan on this year's data; empty without a plan of last year.

    ``before`` and ``measures``: last year's and this year's measures. An action is done when last
    year's file says so, or this year's plan takes it up (``carried_from``) as done.
    """
    if previous is None:
        return []
    taken_up = {action.carried_from: action for action in measures.year.plan.actions if action.carried_from}
    entries = []
    for action in previous.plan.actions:
        names = (action.id, carried_name(previous.fiscal_year, action.id))
        now = next((taken_up[name] for name in names if name in taken_up), None)
        entries.append(_entry(action, now, before, measures))
    return entries


def carried_name(fiscal_year: int, action_id: str) -> str:
    """How a later plan names an action of an earlier one: 2023-P1."""
    return action_id if action_id.startswith(f"{fiscal_year}-") else f"{fiscal_year}-{action_id}"


def _entry(action: Action, now: Action | None, before: Measures | None, measures: Measures) -> dict[str, Any]:
    done = next((a for a in (now, action) if a is not None and a.status == "done"), None)
    only_proposed = action.status == "proposed" and (now is None or now.status == "proposed")
    state: State = "done" if done else "proposed" if only_proposed else "carried"
    first, last, year = _figure(before, action), _figure(measures, action), measures.year
    target = target_of(action, last or first, year)
    better = side(target)
    proof = prove(action, done.done_on, target, better, before, measures) if done and done.done_on else None
    verdict = judge_action(state, first, last, _kept(target, last, year), better, proof)
    return {
        "id": action.id,
        "indicator": action.indicator,
        "cause": action.cause,
        "action": action.action,
        "owner": action.owner,
        "due": action.due.isoformat(),
        "status": state,
        "done_on": done.done_on.isoformat() if done and done.done_on else None,
        "yardstick": _yardstick(action, target, first, last),
        "kept": verdict.kept,
        "beyond_chance": verdict.beyond_chance,
        "p_value": None if verdict.p_value is None else round(verdict.p_value, 6),
        "verified": verdict.verified,
        "conclusion": verdict.conclusion,
        "effect": proof.to_json() if proof else None,
    }


def _figure(measures: Measures | None, action: Action) -> Figure | None:
    """The yardstick's figure; None in a year that does not declare its measure."""
    if measures is None or action.yardstick.measure not in measures.year.measures:
        return None
    return measures.figure(action.yardstick.measure)


def target_of(action: Action, figure: Figure | None, year: Year) -> Target:
    """The yardstick's target; which way is better also from its words, from the indicator that the same measure
    answers, and from the end of the scale that a share cannot pass (100 %, 0 %)."""
    from helpers.indicators import parse_target

    yardstick = action.yardstick
    own = [i for i in year.indicators.indicators if i.actual and i.actual.measure == yardstick.measure]
    direction = next((i.direction for i in own if i.direction), None)
    words = yardstick.words or (figure.words if figure else None)
    target = parse_target(yardstick.target, name=words, direction=direction)
    if target.direction is None and target.op in (None, "=") and figure is not None and figure.unit == "比例":
        end: dict[Any, Literal["higher", "lower"]] = {1: "higher", 0: "lower"}
        target = replace(target, direction=end.get(target.value))
    return target


def _kept(target: Target, figure: Figure | None, year: Year) -> bool | None:
    """Whether the figure keeps the target, by the rules of the year; None where lost rows could change that."""
    from helpers.indicators import Actual, evaluate, load_rules
    from helpers.measures.bounds import judged

    if figure is None or figure.value is None:
        return None
    actual = Actual(text="", kind="number", value=figure.value, unit=figure.unit)
    rules = load_rules(year.year.rules, year.year.rule_overrides)
    status = judged(evaluate(target, actual, rules), target, actual, figure.bounds, rules).status
    return {"met": True, "partly_met": False, "not_met": False}.get(status)


def _yardstick(action: Action, target: Target, first: Figure | None, last: Figure | None) -> dict[str, Any]:
    figure = last or first
    words = action.yardstick.words or (figure.words if figure else None)
    return {
        "measure": action.yardstick.measure,
        "words": words,
        "target": plain(target.value),
        "target_text": action.yardstick.target,
        "before": plain(first.value) if first else None,
        "after": plain(last.value) if last else None,
        "unit": (figure.unit if figure else None) or target.unit,
    }


# --- this year's plan -----------------------------------------------------------------------------


def plan_rows(year: Year, measures: Measures, followup: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The ``plan`` of results.json: the year's own actions, then last year's unfinished ones.

    The yardstick's ``before`` is this year's figure, ``after`` is for next year to fill. An action
    carried over says so (``carried``) unless it is finished; a proposal stays a proposal. What an
    indicator that is no longer there has left unfinished stays with the follow-up.
    """
    own = [_row(action, _figure(measures, action), year) for action in year.plan.actions]
    taken_up = {action.carried_from for action in year.plan.actions}
    last = year.fiscal_year - 1
    used = {action.id for action in year.plan.actions}
    known = {indicator.id for indicator in year.indicators.indicators}
    left = [
        _carried(entry, last, used)
        for entry in followup
        if entry["status"] != "done"
        and entry["indicator"] in known
        and not taken_up & {entry["id"], carried_name(last, entry["id"])}
    ]
    return own + left


def _row(action: Action, figure: Figure | None, year: Year) -> dict[str, Any]:
    from helpers.indicators import parse_money

    carried = action.carried_from is not None and action.status == "adopted"
    return {
        "id": action.id,
        "indicator": action.indicator,
        "cause": action.cause,
        "confirmed": action.confirmed,
        "action": action.action,
        "part": action.part,
        "quantity": action.quantity,
        "cost": plain(parse_money(action.cost)) if action.cost is not None else None,
        "owner": action.owner,
        "due": action.due.isoformat(),
        "yardstick": _yardstick(action, target_of(action, figure, year), figure, None),
        "status": "carried" if carried else action.status,
        "expected_effect": action.expected_effect,
        "carried_from": action.carried_from,
        "done_on": action.done_on.isoformat() if action.done_on else None,
        "verified": None,
    }


def _carried(entry: Mapping[str, Any], last: int, used: Iterable[str]) -> dict[str, Any]:
    """Last year's entry as a row of this year's plan; its ``after`` becomes the new ``before``."""
    name = carried_name(last, entry["id"])
    return {
        "id": name if entry["id"] in used else entry["id"],
        "indicator": entry["indicator"],
        "cause": entry["cause"],
        "confirmed": None,
        "action": entry["action"],
        "owner": entry["owner"],
        "due": entry["due"],
        "yardstick": {**entry["yardstick"], "before": entry["yardstick"]["after"], "after": None},
        "status": entry["status"],
        "expected_effect": None,
        "carried_from": name,
        "done_on": None,
        "verified": None,
    }
