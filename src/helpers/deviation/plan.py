"""The improvement plan as results, and what became of last year's: yardstick before and after, kept or not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal, Protocol

from helpers.deviation.values import side
from helpers.indicators.plain import plain

if TYPE_CHECKING:
    from helpers.indicators import Target
    from helpers.measures.figures import Figure, Measures
    from helpers.year.load import Year
    from helpers.year.models import Action

State = Literal["proposed", "done", "carried"]

#: A change is called beyond chance when it would come about by chance less often than this.
ALPHA = 0.05
#: Below this expected count in any cell the exact test is taken instead of the normal approximation.
FEWEST = 5


class Counted(Protocol):
    """A figure: for a share ``hits`` of ``n``."""

    @property
    def value(self) -> Fraction | None: ...
    @property
    def hits(self) -> int | None: ...
    @property
    def n(self) -> int: ...
    @property
    def unit(self) -> str | None: ...


@dataclass(frozen=True)
class Verdict:
    """What the yardstick says of one action.

    ``kept``: the target is reached on this year's data. ``improved``: the figure moved the right way.
    ``beyond_chance``: it did so by more than chance explains (None where there are no counts, with
    ``p_value``). ``verified``: true when a finished action's target is kept and the change is not
    chance; false when it is not kept; null when that cannot be told.
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
) -> Verdict:
    """Whether last year's action helped, from its yardstick's figure last year and this year.

    ``kept``: whether ``after`` keeps the yardstick's target; ``better``: which way is better.
    """
    first, last = (f.value if f is not None else None for f in (before, after))
    improved = None
    if first is not None and last is not None and better in ("higher", "lower"):
        improved = last > first if better == "higher" else last < first
    p_value = chance(before, after)
    beyond = None if p_value is None or improved is None else improved and p_value < ALPHA
    verified = _verified(state, kept, improved, beyond)
    return Verdict(kept, improved, beyond, p_value, verified, _conclusion(state, kept, improved, beyond))


def _verified(state: State, kept: bool | None, improved: bool | None, beyond: bool | None) -> bool | None:
    if state != "done" or kept is None or improved is None:
        return None
    if not kept:
        return False
    return True if improved and beyond is not False else None


def _conclusion(state: State, kept: bool | None, improved: bool | None, beyond: bool | None) -> str:
    reached = {True: "衡量指标已达到目标值", False: "衡量指标未达到目标值", None: "衡量指标缺少可比数据"}[kept]
    if state == "proposed":
        return f"上年度仅作为建议提出，尚未采纳实施；本年度{reached}。"
    if state == "carried":
        return f"截至本年度末尚未完成，结转继续实施；本年度{reached}。"
    if kept is None or improved is None:
        lacking = "" if kept is None else "但缺少上年度的可比数据，"
        return f"措施已完成；{reached}，{lacking}成效无法核实。"
    if not improved:
        return f"措施已完成；{reached}，{'但' if kept else '且'}与上年度相比没有改善。"
    change = {
        True: "改善幅度超出偶然波动",
        False: "改善幅度在偶然波动范围以内，尚不能认定为措施成效",
        None: "较上年度有所改善，因没有逐笔计数，未作偶然性检验",
    }[beyond]
    link = "，" if kept == (beyond is not False) else "，但"
    return f"措施已完成；{reached}{link}{change}。"


def chance(before: Counted | None, after: Counted | None) -> float | None:
    """The two-sided p value of the difference of two shares; None where either has no counts.

    Pooled z test; Fisher's exact test where an expected count is below ``FEWEST``.
    """
    shares = [f for f in (before, after) if f is not None and f.unit == "比例" and f.hits is not None and f.n > 0]
    if len(shares) < 2:
        return None
    hits, totals = [f.hits for f in shares], [f.n for f in shares]
    pooled = Fraction(sum(hits), sum(totals))  # type: ignore[arg-type]
    if pooled in (0, 1):
        return 1.0
    if min(n * p for n in totals for p in (pooled, 1 - pooled)) < FEWEST:
        from scipy.stats import fisher_exact

        return float(fisher_exact([[h, n - h] for h, n in zip(hits, totals, strict=True)]).pvalue)  # type: ignore[operator]
    from statsmodels.stats.proportion import proportions_ztest

    return float(proportions_ztest(hits, totals)[1])


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
        entries.append(_entry(action, now, _figure(before, action), _figure(measures, action), measures.year))
    return entries


def carried_name(fiscal_year: int, action_id: str) -> str:
    """How a later plan names an action of an earlier one: 2023-P1."""
    return action_id if action_id.startswith(f"{fiscal_year}-") else f"{fiscal_year}-{action_id}"


def _entry(action: Action, now: Action | None, first: Figure | None, last: Figure | None, year: Year) -> dict[str, Any]:
    done = next((a for a in (now, action) if a is not None and a.status == "done"), None)
    only_proposed = action.status == "proposed" and (now is None or now.status == "proposed")
    state: State = "done" if done else "proposed" if only_proposed else "carried"
    target = _target(action)
    verdict = judge_action(state, first, last, _kept(target, last, year), side(target))
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
    }


def _figure(measures: Measures | None, action: Action) -> Figure | None:
    """The yardstick's figure; None in a year that does not declare its measure."""
    if measures is None or action.yardstick.measure not in measures.year.measures:
        return None
    return measures.figure(action.yardstick.measure)


def _target(action: Action) -> Target:
    from helpers.indicators import parse_target

    return parse_target(action.yardstick.target)


def _kept(target: Target, figure: Figure | None, year: Year) -> bool | None:
    """Whether the figure keeps the target, by the rules of the year."""
    from helpers.indicators import Actual, evaluate, load_rules

    if figure is None or figure.value is None:
        return None
    actual = Actual(text="", kind="number", value=figure.value, unit=figure.unit)
    status = evaluate(target, actual, load_rules(year.year.rules, year.year.rule_overrides)).status
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
    own = [_row(action, _figure(measures, action)) for action in year.plan.actions]
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


def _row(action: Action, figure: Figure | None) -> dict[str, Any]:
    carried = action.carried_from is not None and action.status == "adopted"
    return {
        "id": action.id,
        "indicator": action.indicator,
        "cause": action.cause,
        "confirmed": action.confirmed,
        "action": action.action,
        "owner": action.owner,
        "due": action.due.isoformat(),
        "yardstick": _yardstick(action, _target(action), figure, None),
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
