"""What a gap is made of: contributions of the causes, the largest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from helpers.report import wording as w
from helpers.report.blocks import Figure
from helpers.report.figures.common import bar_figures
from helpers.report.style import Bar

MOST_BARS = 12
_COLUMNS = {
    "cause": "原因",
    "device_model": "设备型号",
    "device_type": "设备类型",
    "part_no": "备件",
    "part": "备件",
    "month": "月份",
    "category": "业务类别",
    "state": "环节",
    "priority": "优先级",
    "team": "班组",
    "contractor": "服务商",
    "ticket_id": "编号",
    "opened_at": "受理时间",
    "resolved_at": "完成时间",
    "closed_at": "办结时间",
    "workdays": "工作日",
    "hours": "小时",
    "facility": "设施",
    "location": "地点",
    "dept": "部门",
}
"""The usual columns of the field; a deviation's own ``column_words`` come first."""


def column_words(name: str, deviation: Mapping[str, Any]) -> str:
    """The name of a column of the records as a reader knows it; the column's own when nobody says."""
    declared = (deviation.get("column_words") or {}).get(name)
    return w.clause(declared) or _COLUMNS.get(name, w.plain(name))


def _dimension(cause: Mapping[str, Any], deviation: Mapping[str, Any]) -> str:
    """The name of the dimension over which a gap is split: 原因, 设备型号, …"""
    return w.clause(cause.get("dimension_words")) or column_words(cause.get("dimension") or "cause", deviation)


def cause_name(cause: Mapping[str, Any], dimension: str) -> str:
    """A cause's name; rows without one are 未记录原因 (or 备件, …), never spread over the others."""
    return value_name(cause.get("dimension"), cause.get("cause")) or f"未记录{dimension}"


def value_name(dimension: str | None, value: Any) -> str:
    """One value of a dimension as a reader knows it: months as 2024年8月."""
    return w.date_text(w.plain(value)) if dimension == "month" else w.plain(value)


def told_apart(deviation: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """What the records say about each dimension, under the name that ``by_dimension`` gives it."""
    return {_dimension(one, deviation): one for one in deviation.get("dimensions") or ()}


def leading_cause(dimension: str, deviation: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The cause to name for a dimension: the largest one, among those beyond chance where that was tested.

    None where nothing has a name, nothing adds to the gap, there is one group only, or the groups
    differ by no more than chance.
    """
    found = told_apart(deviation).get(dimension) or {}
    causes = [c for c in by_dimension(deviation).get(dimension, ()) if c.get("cause") and c["contribution"] > 0]
    if found.get("tells_apart") is False or (found.get("groups") == 1 and not found.get("test")):
        return None
    if found.get("tells_apart"):
        causes = [c for c in causes if c.get("beyond_chance")] or causes
    return causes[0] if causes else None


def by_dimension(deviation: Mapping[str, Any]) -> dict[str, list[Mapping[str, Any]]]:
    """The causes of a deviation by dimension, in the order given, the largest contribution first.

    What has no recorded cause stands last.
    """
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for cause in deviation.get("causes") or ():
        groups.setdefault(_dimension(cause, deviation), []).append(cause)
    for causes in groups.values():
        causes.sort(key=lambda cause: (not cause.get("cause"), -cause["contribution"]))
    return groups


def cause_pareto_chart(deviation: Mapping[str, Any], name: str, subject: str) -> tuple[Figure, ...]:
    """Bars of the contributions to the gap over the first dimension, with the share added up.

    ``name``: ASCII, unique in the report; ``subject``: what was missed, for the caption. Where a
    contribution is negative nothing is added up. One cause alone needs no chart.
    """
    groups = by_dimension(deviation)
    if not groups or not deviation.get("gap"):
        return ()
    dimension, causes = next(iter(groups.items()))
    if len(causes) < 2:
        return ()
    causes = with_tail(causes)
    labels = _labels(causes, deviation["gap"], deviation.get("unit"))
    sizes = [float(cause["contribution"]) for cause in causes]
    bars = [
        Bar(w.brief(cause_name(cause, dimension)), size, label, "met" if cause.get("cause") else "rest")
        for cause, size, label in zip(causes, sizes, labels, strict=True)
    ]

    def finish(axes):
        axes.xaxis.set_visible(False)

    return bar_figures(
        name,
        f"{subject}的差距构成（按{dimension}）",
        f"条形图，{subject}的差距构成，按{dimension}从大到小",
        bars,
        (min(0.0, *sizes), max(0.0, *sizes)),
        (dimension, "对差距的影响"),
        [(cause_name(cause, dimension), label) for cause, label in zip(causes, labels, strict=True)],
        finish,
        extra=0.15,
    )


def with_tail(causes: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """At most ``MOST_BARS`` causes: the smallest ones, as far as named, together."""
    named = [cause for cause in causes if cause.get("cause")]
    if len(causes) <= MOST_BARS:
        return list(causes)
    kept, tail = named[: MOST_BARS - 2], named[MOST_BARS - 2 :]
    together = {
        "cause": f"其余{len(tail)}项合计",
        "contribution": sum(cause["contribution"] for cause in tail),
        **{key: _sum(tail, key) for key in ("rows", "misses")},
    }
    return [*kept, together, *(cause for cause in causes if not cause.get("cause"))]


def _sum(causes: Sequence[Mapping[str, Any]], key: str) -> int | None:
    counts = [cause[key] for cause in causes if cause.get(key) is not None]
    return sum(counts) if counts else None


def _labels(causes: Sequence[Mapping[str, Any]], gap: float, unit: str | None) -> list[str]:
    amounts = [w.gap_text(cause["contribution"], unit) for cause in causes]
    if any(cause["contribution"] < 0 for cause in causes):
        return amounts
    labels, so_far = [], 0.0
    for at, (cause, amount) in enumerate(zip(causes, amounts, strict=True)):
        so_far += cause["contribution"]
        share = "100%" if at == len(causes) - 1 else w.number_text(so_far / gap * 100, 1) + "%"
        labels.append(f"{amount}，累计{share}")
    return labels
