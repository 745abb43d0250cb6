"""What the text needs to know of the results: who did not reach the target, what it is called, sums."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, cast

from helpers.report import wording as w
from helpers.report.blocks import Cell, Paragraph, Table, TableColumn
from helpers.report.followed_numbers import number_of
from helpers.report.results_deviations import Cause, Deviation, Dimension
from helpers.report.results_indicators import Evidence, Indicator, Judged, Part, Previous
from helpers.report.results_plans import Action, ReplayedAction, Yardstick
from helpers.report.results_types import Results

MISSED = ("partly_met", "not_met")
CELL_LENGTH = 100
"""Longer texts would make a table row of more than a page; they stand below the table."""
NAME_LENGTH = 20


def self_name(results: Results) -> str:
    """What the institution calls itself: 我院, 我单位."""
    return w.clause(results.get("self_name")) or "我单位"


def with_status(results: Results, *statuses: str) -> list[Indicator]:
    """The indicators that ended in one of the states, in their order."""
    return [entry for entry in results["indicators"] if entry["status"] in statuses]


def indicator_of(results: Results, wanted: str) -> Indicator | None:
    """The indicator of an id, or None."""
    return next((entry for entry in results["indicators"] if entry["id"] == wanted), None)


def missed_of(deviation: Deviation) -> tuple[int, int] | None:
    """Of how many cases how many missed, where the figure is a share of cases: of a number, such as 11人 against 14人,
    no single row is a miss."""
    known = deviation.get("text_facts") or {}
    rows, misses = known.get("rows"), known.get("misses")
    if deviation.get("unit") != "比例" or not rows or misses is None:
        return None
    return number_of(int(rows)), number_of(int(misses))


def each_counts(deviation: Deviation) -> bool:
    """Whether the rows of a deviation are what was counted, not rows that fell short: a limit on a number of cases is
    missed by their number, no case by itself misses anything."""
    known = deviation.get("text_facts") or {}
    return deviation.get("unit") != "比例" and bool(known.get("rows")) and known.get("misses") == known.get("rows")


def missed_words(deviation: Deviation) -> str:
    """What the listed rows of a deviation are called."""
    return "计入的记录" if each_counts(deviation) else "未达到要求的记录"


def execution_rate(results: Results) -> str:
    """The execution rate as printed everywhere; "" where it is not known."""
    budget = results["budget"]
    if budget["execution_rate"] is None:
        return ""
    return w.rate_text(budget["execution_rate"], budget["weight"], budget["score"])


def replayed_of(action: Action) -> ReplayedAction:
    """What the replay gives for a measure, to be asked by ``get``: of one that carries none every key is missing."""
    return action.get("replayed") or cast(ReplayedAction, {})


def plan_of(results: Results) -> list[Action]:
    """This year's measures as they stood on the day of the report: what was finished later was adopted then."""
    posts = results.get("posts")
    day = str(posts["date"]) if posts and posts.get("date") else ""

    def then(action: Action) -> Action:
        late = action["status"] == "done" and bool(day) and str(action.get("done_on") or "") > day
        return {**action, "status": "adopted"} if late else action

    return [then(action) for action in results["plan"]]


def yardstick_of(action: Action) -> Yardstick:
    """By what a measure is judged, to be asked by ``get``."""
    return action.get("yardstick") or cast(Yardstick, {})


def decimals_of(results: Results, measure: str | None) -> int | None:
    """The decimals of the indicator that a measure answers; None where none does or it says none."""
    answered = (e for e in results["indicators"] if measure and evidence_of(e).get("measure") == measure)
    return next((entry.get("decimals") for entry in answered), None)


def deviations_of(results: Results, kind: str) -> list[Deviation]:
    """The deviations of one kind, in their order."""
    return [entry for entry in results["deviations"] if entry["kind"] == kind]


def evidence_of(entry: Judged) -> Evidence:
    """What a figure rests on, to be asked by ``get``: where nothing is known every key is missing."""
    return entry.get("evidence") or cast(Evidence, {})


def previous_of(entry: Judged) -> Previous:
    """Last year's result, to be asked by ``get``: where there is none every key is missing."""
    return entry.get("previous") or cast(Previous, {})


#: Why last year's result does not compare with this year's, in words.
UNLIKE = {
    "part_of_year": "两年的记录没有都涵盖全年",
    "repeats": "上年未计承接前一年的再次发生",
    "measured": "两年口径不同",
}


def unlike_words(entry: Judged) -> str:
    """Why last year's result does not compare with this year's; empty where it does."""
    return UNLIKE.get(previous_of(entry).get("unlike") or "", "")


def largest_first(results: Results, deviations: Iterable[Deviation]) -> list[Deviation]:
    """By the attainment that is missing of what each is about: gaps in different units cannot be ranked."""

    def missing(deviation: Deviation) -> float:
        entry = judged(results, deviation)
        attainment = entry.get("attainment") if entry else None
        return 1 - attainment if attainment is not None else 0.0

    return sorted(deviations, key=missing, reverse=True)


def stated_causes(results: Results, indicator: str) -> list[str]:
    """What the plan's authors hold to be the causes of an indicator's deviation: confirmed or open, never rejected."""
    said = [
        a.get("cause")
        for a in results["plan"]
        if a["indicator"] == indicator and a.get("confirmed") is not False and a["status"] != "proposed"
    ]
    return list(dict.fromkeys(w.clause(cause) for cause in said if cause))


def part_name(part: Part) -> str:
    """What a part of a compound target is called."""
    return w.clause(part.get("name") or part["level3"])


def judged(results: Results, deviation: Deviation) -> Judged | None:
    """The indicator, or the part of a compound one, that a deviation is about."""
    indicator = indicator_of(results, deviation["indicator"])
    if indicator is None or not deviation.get("part"):
        return indicator
    wanted = w.clause(deviation["part"])
    return next((p for p in indicator.get("parts") or () if part_name(p) == wanted), indicator)


def shortfalls_of(results: Results, measure: str | None) -> Iterator[tuple[Deviation, Judged]]:
    """The shortfalls that a measure is the figure of, each with what it is about."""
    for deviation in deviations_of(results, "shortfall"):
        entry = judged(results, deviation)
        if entry is not None and measure and evidence_of(entry).get("measure") == measure:
            yield deviation, entry


def subject(results: Results, deviation: Deviation) -> str:
    """What a deviation is about, for a heading: 完成时效（故障维修）."""
    indicator = indicator_of(results, deviation["indicator"])
    name = w.clause(indicator["level3"]) if indicator else deviation["indicator"]
    return f"{name}（{w.clause(deviation['part'])}）" if deviation.get("part") else name


def names(entries: Iterable[Judged], at_most: int = 3) -> str:
    """“甲”“乙”: names of indicators for a running sentence; where they are many, their number."""
    entries = list(entries)
    if len(entries) > at_most:
        return f"{len(entries)}项指标"
    return "".join(w.quoted(w.brief(entry["level3"])) for entry in entries)


def counted(entries: Sequence[Judged], at_most: int = 3) -> str:
    """2项（“甲”“乙”）, or only the number where they are many."""
    told = f"（{names(entries)}）" if len(entries) <= at_most else ""
    return f"{len(entries)}项{told}"


def actual_words(entry: Judged) -> str:
    """The actual as printed: as filed, else by value; parts one by one; 无法判定 when unknown."""
    parts = entry.get("parts") or ()
    if parts:
        return "；".join(f"{part_name(part)}：{actual_words(part)}" for part in parts)
    if entry.get("actual_text"):
        return w.plain(entry["actual_text"])
    goal = entry["target"].get("value")
    apart = [goal] if isinstance(goal, int | float) else []
    return w.value_text(entry.get("actual"), w.actual_unit(entry), apart, entry.get("decimals"))


def added(values: Iterable[float | None]) -> Decimal:
    """An exact sum of displayed figures; what is unknown adds nothing."""
    return sum((w.exact(value) for value in values if value is not None), Decimal(0))


def full_weight(results: Results) -> Decimal:
    """All weights, execution included."""
    return added([*(e["weight"] for e in results["indicators"]), results["budget"]["weight"]])


def is_complete(results: Results) -> bool:
    """Whether every row is scored, so that there is a total to speak of."""
    rows = [*results["indicators"], results["budget"]]
    return all(row["score"] is not None for row in rows)


def table_title(results: Results, table: str) -> str:
    """A tidy table's title, its name where it has none."""
    titles = {entry["table"]: entry.get("title") for entry in results["tables"]}
    return w.plain(titles.get(table) or table)


def unit_of_activities(results: Results) -> str:
    return results.get("activity_unit") or "次"


def activities_words(results: Results) -> str:
    """What the year's activities are called, as declared: 运维活动, 设备维修."""
    return w.clause(results.get("activity_words")) or "运维活动"


def para(*sentences: str) -> list[Paragraph]:
    """The sentences that say something as one paragraph; none, no paragraph."""
    text = "".join(filter(None, sentences))
    return [Paragraph(text=text)] if text else []


def full_texts(texts: Iterable[Any], at_most: int) -> list[Paragraph]:
    """What a table's cells could only hold in brief, in full below it."""
    long = [w.clause(text) for text in dict.fromkeys(texts) if len(w.clause(text)) > at_most]
    return [p for text in long for p in para(f"“{w.brief(text, NAME_LENGTH)}”全文：{w.sentence(text)}")]


def table(
    caption: str,
    columns: Sequence[tuple[str, str, float]],
    rows: Sequence[Sequence[str | Cell]],
    **more: Any,
) -> Table:
    """A table from (title, left | right | center, relative width) and rows of texts or cells."""
    heads = tuple(TableColumn(title=t, align=a, width=width) for t, a, width in columns)  # type: ignore[arg-type]
    cells = tuple(tuple(c if isinstance(c, Cell) else Cell(text=c) for c in row) for row in rows)
    return Table(caption=caption, columns=heads, rows=cells, **more)


def spans(keys: Sequence[Any], at_most: int | None = None) -> list[int]:
    """For each row how many rows its merged cell covers: 0 where one above covers it.

    ``at_most``: a longer run is divided, so that its name stands again on the next page.
    """
    counts = [0] * len(keys)
    start = 0
    for at, key in enumerate(keys):
        if at == 0 or key != keys[at - 1] or at - start == at_most:
            start = at
        counts[start] += 1
    return counts


def interval(bounds: Sequence[float]) -> str:
    """（估计在93.3%至99.2%之间）"""
    return f"（估计在{w.interval_text(bounds, '比例')}之间）"


# --- what causes are called -----------------------------------------------------------------------


#: The usual columns of the field; a deviation's own ``column_words`` come first.
_COLUMNS = {
    "cause": "原因",
    "device_model": "设备型号",
    "device_type": "设备类型",
    "part_no": "备件",
    "part": "备件",
    "month": "月份",
    "category": "业务类别",
    "state": "环节",
    "hour": "受理时段",
    "weekday": "星期",
    "shift": "班次",
    "age_band": "设备使用年限",
    "repeat": "首次或重复报修",
    "part_source": "备件来源",
    "since": "时间",
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


def column_words(name: str, deviation: Deviation) -> str:
    """The name of a column of the records as a reader knows it; the column's own when nobody says."""
    declared = (deviation.get("column_words") or {}).get(name)
    return w.clause(declared) or _COLUMNS.get(name, w.plain(name))


def dimension_name(cause: Cause | Dimension, deviation: Deviation) -> str:
    """The name of the dimension over which a gap is split: 原因, 设备型号, …"""
    return w.clause(cause.get("dimension_words")) or column_words(cause.get("dimension") or "cause", deviation)


def cause_name(cause: Cause, dimension: str) -> str:
    """A cause's name; rows without one are 未记录原因 (or 备件, …), never spread over the others."""
    return value_name(cause.get("dimension"), cause.get("cause")) or f"未记录{dimension}"


def value_name(dimension: str | None, value: Any) -> str:
    """One value of a dimension as a reader knows it: months as 2024年8月."""
    return w.date_text(w.plain(value)) if dimension == "month" else w.plain(value)


def told_apart(deviation: Deviation) -> dict[str, Dimension]:
    """What the records say about each dimension, under the name that ``by_dimension`` gives it."""
    return {dimension_name(one, deviation): one for one in deviation.get("dimensions") or ()}


def tells_nothing(deviation: Deviation, dimension: str) -> bool:
    """Whether the groups of a dimension, by its name, differ by no more than chance."""
    found = told_apart(deviation).get(dimension)
    return found is not None and found["tells_apart"] is False


def leading_cause(dimension: str, deviation: Deviation) -> Cause | None:
    """The cause to name for a dimension: the largest one, among those beyond chance where that was tested.

    None where nothing has a name, nothing adds to the gap, there is one group only, the groups differ by no
    more than chance, or none of them by itself does.
    """
    found = told_apart(deviation).get(dimension)
    causes = [c for c in by_dimension(deviation).get(dimension, ()) if c.get("cause") and c["contribution"] > 0]
    if found and (found["tells_apart"] is False or (found.get("groups") == 1 and not found.get("test"))):
        return None
    if found and found["tells_apart"]:
        causes = [c for c in causes if c.get("beyond_chance")] or [c for c in causes if c.get("beyond_chance") is None]
    return causes[0] if causes else None


def values_words(values: Mapping[str, str], deviation: Deviation) -> str:
    """备件为“P-0312”、设备型号为“M720”"""
    told = {name: "、".join(value_name(name, one) for one in value.split("、")) for name, value in values.items()}
    return "、".join(f"{column_words(name, deviation)}为“{w.brief(value)}”" for name, value in told.items())


def by_dimension(deviation: Deviation) -> dict[str, list[Cause]]:
    """The causes of a deviation by dimension, in the order given, the largest contribution first.

    What has no recorded cause stands last.
    """
    groups: dict[str, list[Cause]] = {}
    for cause in deviation.get("causes") or ():
        groups.setdefault(dimension_name(cause, deviation), []).append(cause)
    for causes in groups.values():
        causes.sort(key=lambda cause: (not cause.get("cause"), -cause["contribution"]))
    return groups


#: A list of causes longer than this ends in their sum.
MOST_CAUSES = 12


def with_tail(causes: Sequence[Cause]) -> list[Cause]:
    """At most ``MOST_CAUSES`` causes: the smallest ones, as far as named, together."""
    named = [cause for cause in causes if cause.get("cause")]
    if len(causes) <= MOST_CAUSES:
        return list(causes)
    kept, tail = named[: MOST_CAUSES - 2], named[MOST_CAUSES - 2 :]
    together: Cause = {
        "cause": f"其余{len(tail)}项合计",
        "contribution": sum(cause["contribution"] for cause in tail),
        "rows": _sum(cause.get("rows") for cause in tail),
        "misses": _sum(cause.get("misses") for cause in tail),
    }
    return [*kept, together, *(cause for cause in causes if not cause.get("cause"))]


def _sum(counts: Iterable[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None
