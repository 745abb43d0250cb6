"""Phrases that summary, chapters and forms share: how many were reached, what was lost, a share, a signal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from helpers.report import wording as w
from helpers.report.facts import (
    by_dimension,
    cause_name,
    counted,
    is_complete,
    leading_cause,
    values_words,
    with_status,
)
from helpers.report.results_deviations import Cause, Combination, Deviation, Lead, Signal
from helpers.report.results_plans import Yardstick
from helpers.report.results_types import Activity, Results

SIDES = {"high": "偏高", "low": "偏低"}


#: The rules of control charts as a reader knows them; their exact terms stand in the technical paper.
_SIGNALS = {
    "beyond_limits": "明显{side}",
    "one_side": "连续9个月都{side}",
    "two_of_three": "3个月中有2个月明显{side}",
    "four_of_five": "5个月中有4个月{side}",
}


def signal_words(signal: Signal) -> str:
    """连续9个月都偏低; a run of rising or falling months says which."""
    side = signal.get("side")
    if signal["rule"] == "trending":
        return f"连续6个月{'上升' if side == 'high' else '下降'}"
    if signal["rule"] in _SIGNALS and side in SIDES:
        return _SIGNALS[signal["rule"]].format(side=SIDES[side])
    return w.clause(signal["words"])


def hours_words(hours: float) -> str:
    """Hours to one decimal: enough where they are thousands."""
    return w.number_text(hours, 1) + "小时"


def more_words(entries: Sequence[Activity]) -> str:
    """A total of which a part is a lower bound is one as well: 300次以上."""
    return "以上" if any(entry.get("lower_bound") for entry in entries) else ""


def activity_text(activity: Activity, unit: str) -> str:
    """An activity's count as it is to be printed: 300余次 for a lower bound."""
    if activity.get("count_text"):
        return w.plain(activity["count_text"])
    return f"{activity['count']}{'余' if activity.get('lower_bound') else ''}{unit}"


def outcome_words(results: Results) -> str:
    """How many indicators reached their target, and which did not."""
    entries = results["indicators"]
    if len(entries) == 1:
        state = {"met": "已完成", "unknown": "完成情况无法判定"}.get(entries[0]["status"])
        state = state or w.status_words(entries[0]["status"])
        return f"设定绩效指标{len(entries)}项（{w.quoted(entries[0]['level3'])}），{state}"
    met = with_status(results, "met")
    if len(met) == len(entries):
        return f"设定的{len(entries)}项绩效指标全部完成"
    told = [f"完成{len(met)}项"] if met else []
    told += [
        f"{w.status_words(status)}{counted(found)}"
        for status in ("partly_met", "not_met", "unknown")
        if (found := with_status(results, status))
    ]
    return f"设定绩效指标{len(entries)}项，" + "，".join(told)


def score_words(results: Results) -> str:
    """The total and grade, or how far scoring got."""
    score = results["score"]
    basis = w.clause(score.get("basis") or results.get("weights_basis"))
    basis = f"（{basis}）" if basis else ""
    if is_complete(results):
        grade = f"，等级为{w.plain(score['grade'])}" if score.get("grade") else ""
        return f"自评总分{w.score_text(score['total'])}{grade}{basis}"
    total, upper = w.score_text(score["total"]), w.score_text(score["upper"])
    if all(row["score"] is None for row in [*results["indicators"], results["budget"]]):
        return f"各项均未评分，等级暂不评定{basis}"
    return f"已评部分得{total}，全部评出后最高{upper}，等级暂不评定{basis}"


def share_words(cause: Cause, deviation: Deviation) -> str:
    """，占差距的78.3%, where the contributions are all of one sign and a share means something."""
    causes = by_dimension(deviation)
    peers = next((group for group in causes.values() if cause in group), [])
    gap = deviation.get("gap")
    if not gap or any(peer["contribution"] < 0 for peer in peers):
        return ""
    return f"，占差距的{w.ratio_text(cause['contribution'] / gap)}"


def unknown_words(one: Combination | Lead) -> str:
    """That most of the misses of a combination have no value, as cases that are still open have none: no cause."""
    unknown = one.get("unknown")
    return f"（其中{unknown}件缺少计算所需的数据，按没有达到要求计，不能据此判断原因）" if unknown else ""


def lead_words(deviation: Deviation) -> str:
    """The strongest cause over all dimensions: 影响最大的是“备件到货迟”，占差距的85.45%; "" where there is none."""
    lead = deviation.get("lead")
    if lead and lead["kind"] == "combination":
        known = deviation.get("text_facts") or {}
        share = f"，占全部未达到条数的{w.ratio_text(lead['misses'] / known['misses'])}" if known.get("misses") else ""
        return f"最集中的是{values_words(lead['values'], deviation)}的记录{share}{unknown_words(lead)}"
    dimension, causes = next(iter(by_dimension(deviation).items()), ("", []))
    cause = next((c for c in causes if lead and c.get("cause") == lead.get("cause")), None)
    cause = cause or leading_cause(dimension, deviation)
    if cause is None:
        return ""
    largest = all(c["contribution"] <= cause["contribution"] for c in causes)
    which = "影响最大的是" if largest else "明显高于一般水平的是"
    return f"{which}“{w.brief(cause_name(cause, dimension))}”{share_words(cause, deviation)}"


def cases_words(cause: Cause, deviation: Deviation) -> str:
    """（47件）: how many cases missed for a cause, else how many it has."""
    count = cases_of(cause)
    return f"（{count}{counter(deviation)}）" if count is not None else ""


def counter(deviation: Deviation) -> str:
    """What cases are counted in: replies of a sample in 份, all else in 件."""
    return "份" if deviation.get("interval") else "件"


def cases_of(cause: Cause) -> int | None:
    """How many cases missed for a cause, else how many it has."""
    return cause.get("misses", cause.get("rows"))


def target_words(yardstick: Yardstick) -> str:
    """A yardstick's target as written, else as a figure."""
    if yardstick.get("target_text"):
        return w.clause(yardstick["target_text"])
    target = yardstick.get("target")
    return w.value_text(target, yardstick.get("unit"), places=w.AS_SAID) if target is not None else ""


def short_path(path: str | None, fiscal_year: int) -> str:
    """A file by its path below the year's folder: data/raw/2024/exports/a.csv → exports/a.csv.

    Another year's file keeps its year in front.
    """
    parts = PurePosixPath(w.plain(path)).parts
    if parts[:2] == ("data", "raw"):
        parts = parts[3:] if parts[2:3] == (str(fiscal_year),) else parts[2:]
    return "/".join(parts)


HASH_SHOWN = 12
