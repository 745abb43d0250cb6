"""Where misses lie together, and how far the groups that are named are the same cases."""

from __future__ import annotations

from dataclasses import dataclass

from helpers.report import facts as f
from helpers.report import wording as w
from helpers.report.facts import by_dimension, cause_name, leading_cause
from helpers.report.followed_numbers import number_of
from helpers.report.narrative.without_words import replayed_words
from helpers.report.results_deviations import Combination, Deviation
from helpers.report.summary_phrases import unknown_words

MOST_COMBINATIONS = 3


def concentrated(deviation: Deviation) -> str:
    """The combinations of properties in which the misses lie; not a group that its dimension's sentence names."""
    known = deviation.get("text_facts") or {}
    found = deviation.get("combinations")
    if found is None:
        found = [one] if (one := deviation.get("concentration")) else []
    own = {one["dimension"] for one in deviation.get("dimensions") or () if one["tells_apart"]}
    told = [one for one in found if len(one["values"]) > 1 or not own.issuperset(one["values"])]
    told = [one for one in told if not _told_already(one, deviation)][:MOST_COMBINATIONS]
    if not told or not known.get("misses"):
        return ""
    listed = "；".join(
        f"有{one['misses']}条（{w.ratio_text(one['share'])}）{'同属' if len(one['values']) > 1 else '属于'}"
        f"{f.values_words(one['values'], deviation)}的{one['rows']}条记录，"
        f"而按总体比例只应有{w.number_text(one.get('expected') or 0, 1)}条"
        f"{unknown_words(one)}{_of_these(one, deviation)}"
        f"{replayed_words(one['replayed'], deviation.get('unit')) if 'replayed' in one else ''}"
        for one in told
    )
    these = "计入" if f.each_counts(deviation) else "未达到要求"
    return f"{these}的{known['misses']}条记录中，{listed}。"


def _told_already(one: Combination, deviation: Deviation) -> bool:
    """Whether a combination is the leading group of a dimension with a property that all its rows have."""
    leads = [cause for dimension in by_dimension(deviation) if (cause := leading_cause(dimension, deviation))]
    return any(
        one["values"].get(str(cause.get("dimension"))) == cause.get("cause")
        and (one["rows"], one["misses"]) == (cause.get("rows"), cause.get("misses"))
        for cause in leads
    )


def same_cases(deviation: Deviation) -> str:
    """How far the leading groups of two dimensions are the same misses, where every miss is known."""
    groups = _leading_groups(deviation)
    if len(groups) < 2:
        return ""
    first, *others = groups
    told = [
        f"{first.words}（{number_of(len(first.cases))}件）与{one.words}（{number_of(len(one.cases))}件）"
        f"有{number_of(len(first.cases & one.cases))}件是同一批"
        for one in others
    ]
    return f"{'，'.join(told)}。"


@dataclass(frozen=True)
class _Group:
    """A group of misses that has most of them: its dimension, its name, and which misses it has."""

    dimension: str
    words: str
    cases: frozenset[int]


def _leading_groups(deviation: Deviation) -> list[_Group]:
    """The leading group of each dimension that has more than half of the misses; none unless every miss is known."""
    known, cases = deviation.get("text_facts") or {}, deviation.get("tickets") or []
    if not cases or known.get("misses") != len(cases):
        return []
    found = []
    for dimension in by_dimension(deviation):
        cause = leading_cause(dimension, deviation)
        name = cause.get("dimension") if cause else None
        if cause is None or name is None or 2 * (cause.get("misses") or 0) <= len(cases):
            continue
        group = frozenset(at for at, one in enumerate(cases) if one.get(name) == cause.get("cause"))
        if len(group) == cause.get("misses"):
            found.append(_Group(name, w.brief(cause_name(cause, dimension)), group))
    return found


def _of_these(one: Combination, deviation: Deviation) -> str:
    """，这51条中备件到货迟的47条、等待备件的49条，两者都是的46条，都不是的1条: how a combination lies to the groups
    that are named before it, so that their figures can be added up."""
    groups = [group for group in _leading_groups(deviation) if group.dimension not in one["values"]][:2]
    cases = enumerate(deviation.get("tickets") or [])
    wanted = {name: set(value.split("、")) | {value} for name, value in one["values"].items()}
    own = {at for at, case in cases if all(str(case.get(name)) in values for name, values in wanted.items())}
    if not groups or len(own) != one["misses"]:
        return ""
    told = "、".join(f"{group.words}的{len(group.cases & own)}条" for group in groups)
    both = own.intersection(*(group.cases for group in groups))
    neither = own.difference(*(group.cases for group in groups))
    more = f"，两者都是的{len(both)}条" if len(groups) > 1 else ""
    return f"，这{len(own)}条中{told}{more}，{'都不是' if len(groups) > 1 else '不是'}的{len(neither)}条"
