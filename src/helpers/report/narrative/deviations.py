"""Why targets were missed: the gap, what it is made of, when and where, and what will be done."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from helpers.indicators.plain import is_number
from helpers.report import facts as f
from helpers.report import wording as w
from helpers.report.blocks import Block, Fold, Table
from helpers.report.facts import (
    by_dimension,
    cause_name,
    column_words,
    leading_cause,
    told_apart,
    value_name,
    with_tail,
)
from helpers.report.figures import cause_pareto_chart, monthly_chart
from helpers.report.narrative import signals
from helpers.report.narrative.chapters import Point, reasons, see
from helpers.report.narrative.concentrated import concentrated, same_cases
from helpers.report.narrative.plans import plan_blocks
from helpers.report.narrative.row_places import HEAD, row_places
from helpers.report.narrative.without_words import column_note, column_values, without_words
from helpers.report.results_deviations import Cause, Deviation, Ticket
from helpers.report.results_indicators import Judged
from helpers.report.results_types import Results
from helpers.report.summary_phrases import share_words

MOST_CELLS, MOST_TICKETS, MOST_COLUMNS = 10, 20, 7
#: What is said of results that were reached and need a word all the same, and what writes about them.
_OTHERS = {
    "overshoot": ("明显超出目标", "overshoots"),
    "fragile": ("已达目标但不够稳固", "fragile"),
    "trend": ("走势需要关注", "trends"),
}


def lead(results: Results) -> Iterable[Block]:
    """How many results need explaining, and where that is done, or that none does."""
    missed = f.deviations_of(results, "shortfall")
    counted = []
    for kind, (words, _) in _OTHERS.items():
        if about := {deviation["indicator"] for deviation in f.deviations_of(results, kind)}:
            counted.append((kind, f"{len(about)}项{words}"))
    others = "，".join(words for _, words in counted) + (see(_OTHERS[counted[0][0]][1]) if counted else "")
    items = len({deviation["indicator"] for deviation in missed})
    each = "逐项的" if items > 1 else "分项的" if len(missed) > 1 else ""
    short = f"{items}项未达到目标，{each}差距和原因如下"
    unknown = len(f.with_status(results, "unknown"))
    if missed or counted:
        told = f"本年度绩效指标中，{'；'.join(filter(None, [others, short if missed else '']))}。"
    elif unknown == len(results["indicators"]):
        told = "本年度绩效指标的完成情况都无法判定，暂不能分析偏离原因。"
        unknown = 0
    elif unknown:
        told = "能够判定的绩效指标均达到目标，没有需要说明的偏离。"
    else:
        told = "本年度绩效指标均达到目标，没有需要说明的偏离。"
    more = f"另有{unknown}项指标无法判定，不作偏离分析。" if unknown else ""
    yield from f.para(told, more)


# --- shortfalls -----------------------------------------------------------------------------------


def shortfalls(results: Results) -> Iterable[Point]:
    """One point for every missed result; the measures follow the last one of an indicator."""
    found = f.deviations_of(results, "shortfall")
    for at, deviation in enumerate(found):
        is_last = all(other["indicator"] != deviation["indicator"] for other in found[at + 1 :])
        blocks = list(_shortfall(results, deviation, f"cause-{at + 1}"))
        blocks += measures_of(results, deviation["indicator"]) if is_last else []
        yield Point(f.subject(results, deviation), tuple(blocks), reasons(deviation["indicator"]))


def _shortfall(results: Results, deviation: Deviation, name: str) -> Iterable[Block]:
    entry = f.judged(results, deviation)
    what, unit = f.subject(results, deviation), w.actual_unit(entry) if entry else None
    yield from f.para(
        size_words(entry, deviation),
        signals.points_lost(results, deviation),
        signals.last_year(results, deviation, unit, entry.get("decimals") if entry else None),
        _rows(deviation),
        _unexplained(results, deviation),
    )
    yield from f.para(
        main_cause(entry, deviation),
        signals.turned(deviation),
        concentrated(deviation),
        same_cases(deviation),
        signals.not_told_apart(deviation),
    )
    yield from _cause_tables(what, deviation)
    yield from cause_pareto_chart(deviation, name, what)
    yield from signals.states_blocks(deviation, f"{name}-states", what)
    yield from f.para(signals.course(results, deviation, unit))
    yield from months_blocks(entry, deviation, name, what)
    yield from _drilldown(what, deviation)
    yield from _tickets(entry, what, deviation)


def _cause_tables(what: str, deviation: Deviation) -> Iterable[Block]:
    """A table for each dimension; those that tell nothing apart are folded."""
    told = told_apart(deviation)
    folded: list[Any] = []
    for dimension, causes in by_dimension(deviation).items():
        blocks = [
            _cause_table(what, dimension, causes, deviation),
            *f.full_texts((cause.get("cause") for cause in causes), f.CELL_LENGTH),
        ]
        if f.tells_nothing(deviation, dimension):
            folded += blocks
        elif len(causes) > 1 or dimension not in told:
            yield from blocks
    if folded:
        explained = any(one.get("explained_by") for one in told.values())
        more = "、或者能由其他方面解释的" if explained else "的"
        yield Fold(title=f"各组差别属正常起伏{more}差距构成", blocks=tuple(folded))


def months_blocks(entry: Judged | None, deviation: Deviation, name: str, what: str) -> Iterable[Block]:
    """The figure by month: within its normal range where there is one, else against its target."""
    control = deviation.get("control")
    if entry and (control is None or control.get("centre") is None):
        yield from monthly_chart(entry, f"{name}-months", what)
    yield from signals.control_blocks(deviation, w.actual_unit(entry) if entry else None, f"{name}-control", what)


def size_words(entry: Judged | None, deviation: Deviation) -> str:
    """What was asked, what was reached, and the gap."""
    gap, unit = deviation.get("gap"), deviation.get("unit")
    if entry is None or (gap is None and entry.get("variance") is None):
        return "该项结果没有达到目标，差距无法用数字表示。"
    target = w.quoted(entry.get("target_text"))
    actual = f.actual_words(entry)
    if w.is_timed_share(entry):
        rule = w.ratio_text(entry.get("required") or 1)
        lead = f"该项要求在{w.clause(entry.get('target_text'))}内完成的占比达到{rule}，实际为{actual}"
    else:
        lead = f"该项目标为{target}，实际完成{actual}"
    words = w.variance_words(entry) or (f"差距为{w.gap_text(abs(gap), unit)}" if gap else "")
    return f"{lead}，{words}。" if words else f"{lead}。"


def _rows(deviation: Deviation) -> str:
    missed = f.missed_of(deviation)
    if missed is None:
        return ""
    told = f"{missed[0]}条记录中，有{missed[1]}条没有达到要求"
    unknown = (deviation.get("text_facts") or {}).get("unknown")
    return f"{told}；其中{unknown}条缺少计算所需的数据，按没有达到要求计。" if unknown else f"{told}。"


def _unexplained(results: Results, deviation: Deviation) -> str:
    rows = deviation.get("unexplained_rows")
    if not deviation.get("causes"):
        stated = f.stated_causes(results, deviation["indicator"])
        if not stated and deviation.get("lead"):
            return ""
        if not stated:
            return "现有记录没有可供分析的原因。"
        causes = "；".join(w.brief(cause, f.CELL_LENGTH) for cause in stated)
        return f"没有逐条记录可供分析，原因由{f.self_name(results)}判定：{causes}。"
    if not rows:
        return ""
    return f"没有记录原因的有{rows}条，单独列出，不分摊到其他原因。"


def main_cause(entry: Judged | None, deviation: Deviation) -> str:
    """The largest cause of each dimension, and what would have come out without the first one.

    Of a dimension that does not tell its groups apart no cause is named.
    """
    told: list[str] = []
    for dimension, causes in by_dimension(deviation).items():
        top = leading_cause(dimension, deviation)
        # Where nothing was tested, only the largest group may be named, and it has to have a name.
        if top is None or (top is not causes[0] and not top.get("beyond_chance")):
            continue
        size = w.gap_text(top["contribution"], deviation.get("unit"))
        name = f"“{w.brief(cause_name(top, dimension))}”"
        largest = all(c["contribution"] <= top["contribution"] for c in causes)
        lead = f"影响最大的是{name}，为" if largest else f"明显偏多的主要是{name}，影响为"
        sentence = f"按{dimension}看，{lead}{size}{share_words(top, deviation)}"
        if not told:
            sentence += without_words(top, (w.actual_unit(entry) if entry else None) or deviation.get("unit"))
        told.append(f"{sentence}{signals.against_chance(top, deviation)}。")
    return "".join(told)


def _cause_table(what: str, dimension: str, causes: Sequence[Cause], deviation: Deviation) -> Table:
    unit, gap = deviation.get("unit"), deviation.get("gap")
    shares = bool(gap) and all(cause["contribution"] >= 0 for cause in causes)
    missed = any(cause.get("misses") is not None for cause in causes)
    beside = any(cause.get("adjusted") for cause in causes)
    rows, listed = [], with_tail(causes)
    sizes, lack = _influences(listed, unit, gap)
    for cause, avoidable, size in zip(listed, column_values(listed), sizes, strict=True):
        count = cause.get("misses", cause.get("rows")) if missed else cause.get("rows")
        others = cause.get("adjusted")
        rows.append([
            w.brief(cause_name(cause, dimension), f.CELL_LENGTH),
            w.BLANK if count is None else str(count),
            *([w.number_text(others["expected"], 1, keep=True) if others else w.BLANK] if beside else []),
            size,
            *([w.ratio_text(cause["contribution"] / gap, keep=True)] if gap and shares else []),
            w.BLANK if avoidable is None else _column_value(avoidable, unit),
        ])  # fmt: skip
    if gap is not None:
        share = [w.ratio_text(1, keep=True)] if shares else []
        rows.append(["合计", "", *([""] if beside else []), _influence(gap, unit), *share, w.BLANK])
    columns = [
        (dimension, "left", 2.2),
        ("未达到条数" if missed else "记录数", "right", 1.3),
        *([("应有条数", "right", 1.1)] if beside else []),
        ("对差距的影响" + ("（百分点）" if unit == "比例" else ""), "right", 1.5),
        *([("占差距", "right", 1.0)] if shares else []),
        ("若无此项的实际值", "right", 1.6),
    ]
    rounding = f"（四舍五入后相差{lack}）" if lack else ""
    note = f"各项影响相加等于差距{rounding}；“若无此项的实际值”逐项单独测算，不能相加{column_note(listed)}。"
    if beside:
        note += f"“应有条数”{signals.compared(causes[0].get('dimension'), deviation)}计算。"
    return f.table(f"{what}的差距构成（按{dimension}）", columns, rows, total_row=gap is not None, note=note)


def _column_value(value: float, unit: str | None) -> str:
    return w.ratio_text(value, keep=True) if unit == "比例" else w.value_text(value, unit)


def _influences(causes: Sequence[Cause], unit: str | None, gap: float | None) -> tuple[list[str], str]:
    """The parts of the gap for a column, and what rounding takes from their sum."""
    sizes = [cause["contribution"] for cause in causes]
    if unit != "比例" or gap is None:
        return [_influence(size, unit) for size in sizes], ""
    return w.column_of([w.exact(size) * 100 for size in sizes], w.exact(gap) * 100)


def _influence(size: float, unit: str | None) -> str:
    """A part of the gap for a column: percentage points stand in the column's head."""
    if unit == "比例":
        return w.number_text(w.exact(size) * 100, 2, [0], keep=True)
    return w.gap_text(size, unit)


# --- where and which ------------------------------------------------------------------------------


def _drilldown(what: str, deviation: Deviation) -> Iterable[Block]:
    """The misses by several dimensions at once."""
    cells = deviation.get("drilldown") or []
    keys = _drilled(deviation)
    if len(cells) < 2 or len(keys) < 2:
        return
    columns = [(column_words(key, deviation), "left", 2.0) for key in keys] + [("记录数", "right", 1.0)]
    rows = [[*(value_name(key, c.get(key)) or "未记录" for key in keys), str(c["rows"])] for c in cells]
    note = None
    if len(rows) > MOST_CELLS:
        note = f"列出记录数最多的{MOST_CELLS}种组合，另有{len(rows) - MOST_CELLS}种。"
    *first, last = (title for title, _, _ in columns[:-1])
    subject = "和".join(["、".join(first), last] if first else [last])
    yield f.table(f"{what}{f.missed_words(deviation)}（按{subject}）", columns, rows[:MOST_CELLS], note=note)


def _drilled(deviation: Deviation) -> list[str]:
    """The dimensions of the drill-down, in the order in which they are shown."""
    cells = deviation.get("drilldown") or []
    return deviation.get("drill_columns") or [key for key in (cells[0] if cells else ()) if key != "rows"]


def _tickets(entry: Judged | None, what: str, deviation: Deviation) -> Iterable[Block]:
    """The rows that missed, folded; personal fields never come this far."""
    tickets = (deviation.get("tickets") or [])[:MOST_TICKETS]
    if not tickets:
        return
    known = deviation.get("text_facts") or {}
    total = max(known.get("misses") or 0, len(deviation["tickets"]))
    dimensions = _drilled(deviation)
    deciding = re.findall(r"[A-Za-z_]\w*", str(f.evidence_of(entry).get("sql"))) if entry else []
    keys = _ticket_columns(tickets, dimensions, deviation, deciding)
    columns = [_ticket_head(key, tickets, deviation) for key in keys]
    cells = [_column(key, tickets) for key in keys]
    title = f"{f.missed_words(deviation)}清单（{total}条）"
    note = None
    places = row_places([ticket["ticket_id"] for ticket in tickets]) if "ticket_id" in keys else None
    if places:
        at = keys.index("ticket_id")
        columns[at], cells[at], note = (HEAD, "left", 6.5), places[0], f"{places[1]}。"
    if total > len(tickets):
        kept = len(deviation["tickets"])
        rest = "，其余" if kept >= total else f"，前{kept}条" if kept > len(tickets) else ""
        there = f"{rest}见随附的数据文件 results.json" if rest else ""
        more = "，全部记录可用技术说明中该指标的查询语句查出" if kept < total else ""
        note = f"{note or ''}列出前{len(tickets)}条，共{total}条{there}{more}。"
    rows = list(zip(*cells, strict=True))
    yield Fold(title=title, blocks=(f.table(f"{what}{title}", columns, rows, note=note),))


def _ticket_columns(
    tickets: Sequence[Ticket], dimensions: Sequence[str], deviation: Deviation, deciding: Collection[str]
) -> list[str]:
    """The columns worth a reader's eye: the id, when, what decides, what was split over; others as there is room.

    Further clocks and moments are left out beside a clock that decides; so is an id that names nobody.
    """
    there = dict.fromkeys(key for ticket in tickets for key in ticket)
    present = [key for key in dict.fromkeys([*(deviation.get("ticket_columns") or ()), *there]) if key in there]
    kept = [key for key in present if column_words(key, deviation) != key or key in dimensions]
    filled = [key for key in kept if any(ticket.get(key) is not None for ticket in tickets)]
    if len(tickets) > 1 and len({ticket.get("ticket_id") for ticket in tickets}) == 1:
        filled.remove("ticket_id")
    apart = [key for key in filled if key in dimensions]
    decides = [key for key in filled if key in deciding and key not in dimensions]
    clocks = [key for key in decides if _is_count(key, tickets)]
    if clocks:
        # A clock stands behind the moment at which it ends, unless that was another clock's end before.
        moments = [key for key in filled if _is_moment(key, tickets)]
        ends = [key for key in (present[present.index(clock) - 1] for clock in clocks) if key in moments[1:]]
        seen = {*moments[:1], *(ends or moments[1:2])}
        filled = [
            key
            for key in filled
            if key in apart or key in decides or key in seen or not (key in moments or _is_count(key, tickets))
        ]
    first = [*decides, *(key for key in filled if key not in apart and key not in decides)]
    others = first[: max(MOST_COLUMNS - len(apart), len(decides))]
    return [key for key in filled if key in others or key in apart]


def _ticket_head(key: str, tickets: Sequence[Ticket], deviation: Deviation) -> tuple[str, str, float]:
    """Title, side and width of a column of the list, in characters."""
    if _is_count(key, tickets):
        return column_words(key, deviation), "right", 3.5
    return column_words(key, deviation), "left", 8.5 if _is_moment(key, tickets) else 6.5


def _is_count(key: str, tickets: Sequence[Ticket]) -> bool:
    values = [value for ticket in tickets if (value := ticket.get(key)) is not None]
    return bool(values) and all(is_number(v) for v in values)


_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")


def _is_moment(key: str, tickets: Sequence[Ticket]) -> bool:
    values = [value for ticket in tickets if (value := ticket.get(key)) is not None]
    return bool(values) and all(_MOMENT.match(str(value)) for value in values)


def _column(key: str, tickets: Sequence[Ticket]) -> list[str]:
    """The cells of a column: moments of one width without seconds (2024-01-03 09:04), of days without a time."""
    values = [ticket.get(key) for ticket in tickets]
    if not _is_moment(key, tickets):
        return [_cell(value) for value in values]
    days = all(str(value)[10:16] == "T00:00" for value in values if value is not None)
    return [w.BLANK if v is None else w.plain(v).replace("T", " ")[: 10 if days else 16] for v in values]


def _cell(value: object) -> str:
    if value is None:
        return w.BLANK
    return w.value_text(value, None) if isinstance(value, bool | int | float) else w.plain(value)


def measures_of(results: Results, indicator: str) -> list[Block]:
    """The improvement measures for one indicator, or that there are none yet."""
    entry = f.indicator_of(results, indicator)
    name = w.clause(entry["level3"]) if entry else indicator
    actions = [action for action in f.plan_of(results) if action["indicator"] == indicator]
    if not actions:
        return [*f.para(f"针对“{name}”的改进措施尚未提出。")]
    proposed = sum(action["status"] == "proposed" for action in actions)
    told = f"针对“{name}”提出改进措施{len(actions)}项"
    if proposed:
        which = f"其中{proposed}项" if proposed < len(actions) else "均" if proposed > 1 else ""
        told += f"，{which}为建议，尚未采纳"
    return [*f.para(f"{told}。"), *plan_blocks(actions, f"{name}改进措施")]
