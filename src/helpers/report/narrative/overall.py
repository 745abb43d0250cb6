"""How the overall goal came out: the indicator table, the year's activity, against last year."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from helpers.report import facts as f
from helpers.report import wording as w
from helpers.report.blocks import Block, Cell, Table
from helpers.report.figure_ids import figure_id
from helpers.report.figures import activity_months_chart, trend_chart
from helpers.report.fiscal_words import year_words
from helpers.report.narrative.chapters import BUDGET, about, reasons, whence
from helpers.report.narrative.evidence_folds import activity_anchor
from helpers.report.results_indicators import Indicator
from helpers.report.results_types import Activity, ActivitySpread, DroppedIndicator, Results
from helpers.report.summary_phrases import activity_text, more_words

NAMED = 3
#: So many shares are reconciled with the activities in a sentence, more in a table; a sum has at most as many terms.
MOST_SPREAD = 4
MOST_MERGED = 10
SMALLEST = 0.005
"""A column of shares is printed where each part is at least this much of the whole."""
MOST_NOTES = 3
"""Up to so many remarks stand below the table, more of them in a column."""


def full_table(results: Results) -> Iterable[Block]:
    """The table of all indicators with their definitions, on a page across."""
    yield indicator_table(results)


def compact_table(results: Results) -> Table:
    """The same on an upright page: what was promised, what was reached, what it scores."""
    entries = results["indicators"]
    first = f.spans([entry["level1"] for entry in entries], MOST_MERGED)
    raised = _raised(results)
    rows = [_short(_row(entry, span, 1, raised)) for entry, span in zip(entries, first, strict=True)]
    rows += [_short(_execution_row(results)), _short(_total_row(results))]
    return f.table("绩效指标完成情况", _short(_COLUMNS), rows, total_row=True, note=_table_note(results))


def _short(row: list[Any]) -> list[Any]:
    """A row without its second level and its definition; a merged first level has no cell of its own."""
    left_out = {len(row) - 9, len(row) - 7}
    return [cell for at, cell in enumerate(row) if at not in left_out]


def source_weights(results: Results) -> str:
    """The weights as published where they differ from those in use, and what they would score."""
    printed = results.get("printed_weights") or []
    used: dict[str, list[Indicator]] = {}
    for entry in results["indicators"]:
        used.setdefault(w.clause(entry["level1"]), []).append(entry)
    own = {name: float(f.added(e["weight"] for e in entries)) for name, entries in used.items()}
    given = {w.clause(group["level1"]): group["weight"] for group in printed}
    if not printed or all(given.get(name, weight) == weight for name, weight in own.items()):
        return ""
    said = "、".join(f"{name}{w.score_text(weight)}" for name, weight in given.items() if weight is not None)
    silent = "、".join(name for name, weight in given.items() if weight is None)
    lead = f"公布的自评表印出{said}" + (f"，没有印出{silent}的分值" if silent else "")
    taken = "、".join(f"{name}{w.score_text(weight)}" for name, weight in own.items())
    return f"{lead}；本报告按{taken}测算，{_printed_total(results, used, given)}。"


def _printed_total(results: Results, used: Mapping[str, Sequence[Indicator]], given: Mapping[str, Any]) -> str:
    """What the total would be by the published weights, each group at its own rate."""
    total, execution = results["score"]["total"], results["budget"]["score"]
    if not f.is_complete(results) or total is None or execution is None:
        return "按公布的分值尚不能测算"
    other = w.exact(execution)
    for name, entries in used.items():
        weight, scored = f.added(e["weight"] for e in entries), f.added(e["score"] for e in entries)
        other += scored / weight * w.exact(given.get(name) or 0) if weight else 0
    other = other.quantize(Decimal("0.01"), ROUND_HALF_UP)
    same = other == w.exact(total)
    return f"两种划分的总分都是{w.score_text(total)}" if same else f"按公布的分值为{w.score_text(float(other))}"


# --- the indicator table --------------------------------------------------------------------------

# Widths in characters of a landscape page.
_COLUMNS = [
    ("一级指标", "center", 6.5),
    ("二级指标", "center", 7.5),
    ("三级指标", "left", 10.5),
    ("填报说明", "left", 11.5),
    ("年度指标值", "left", 10.5),
    ("实际完成值", "left", 10.5),
    ("完成率", "right", 6),
    ("分值", "right", 4),
    ("得分", "right", 4.5),
    ("完成情况", "center", 5.5),
]


def indicator_table(results: Results) -> Table:
    """All indicators by level, with the execution row and the total."""
    entries = results["indicators"]
    first = f.spans([entry["level1"] for entry in entries], MOST_MERGED)
    second = f.spans([(entry["level1"], entry["level2"]) for entry in entries], MOST_MERGED)
    raised = _raised(results)
    rows = [_row(*row, raised) for row in zip(entries, first, second, strict=True)]
    rows += [_execution_row(results), _total_row(results)]
    return f.table("绩效指标完成情况表", _COLUMNS, rows, wide=True, total_row=True, note=_table_note(results))


def _table_note(results: Results) -> str | None:
    notes = [w.sentence(results["weights_basis"])] if results.get("weights_basis") else []
    notes += [_dropped_words(entry) for entry in results.get("dropped") or ()]
    if any(w.attainment_words(entry) == "优于目标" for entry in results["indicators"]):
        notes.append("目标为上限的指标，实际值低于上限的记为“优于目标”。")
    if not f.is_complete(results):
        notes.append("合计得分不含暂未评分的项目。")
    return "".join(notes) or None


def _dropped_words(entry: DroppedIndicator) -> str:
    """Why an indicator is not in the table, and what became of its weight."""
    weight = w.score_text(entry["weight"])
    spread = f"原分值{weight}分按比例计入其余指标" if entry["rescaled"] else f"原分值{weight}分不计入，其余分值不调整"
    return f"{w.quoted(entry['level3'])}本年度不适用（{w.clause(entry['why'])}），{spread}。"


def _raised(results: Results) -> set[str]:
    return {deviation["indicator"] for deviation in results["deviations"]}


def _row(entry: Indicator, first: int, second: int, raised: Collection[str]) -> list[Cell]:
    spanning = [Cell(text=w.clause(entry["level1"]), rowspan=first)] if first else []
    spanning += [Cell(text=w.clause(entry["level2"]), rowspan=second)] if second else []
    status, of = entry["status"], f"indicators.{entry['id']}"
    raised_at = reasons(entry["id"]) if entry["id"] in raised else None
    return [
        *spanning,
        Cell(text=w.clause(entry["level3"]), link=about(entry["id"])),
        Cell(text=w.clause(entry.get("definition"))),
        Cell(text=w.plain(entry.get("target_text")) or w.BLANK, anchor=f"{of}.target"),
        Cell(
            text=f.actual_words(entry), link=whence(entry["id"]), anchor=None if entry.get("parts") else f"{of}.actual"
        ),
        Cell(text=w.attainment_words(entry), bar=_bar(entry), low=status in f.MISSED),
        Cell(text=_points(entry["weight"]), anchor=f"{of}.weight"),
        Cell(text=_points(entry["score"]), anchor=f"{of}.score"),
        Cell(text=w.status_words(status), status=status, link=raised_at, anchor=f"{of}.status"),
    ]


def _bar(entry: Indicator) -> float | None:
    attainment = entry.get("attainment")
    if attainment is None:
        return None
    return min(attainment, 1.0)


def _points(value: float | None) -> str:
    return w.BLANK if value is None else w.number_text(value)


def _execution_row(results: Results) -> list[Cell]:
    budget = results["budget"]
    rate = budget["execution_rate"]
    words = f.execution_rate(results) or w.UNKNOWN
    bar = None if rate is None else max(0.0, min(rate, 1.0))
    texts = ["预算执行", w.BLANK, "预算执行率", "全年执行数与全年预算数之比", w.BLANK]
    tail = [
        Cell(text=_points(budget["weight"]), anchor="budget.weight"),
        Cell(text=_points(budget["score"]), anchor="budget.score"),
        Cell(text=w.BLANK),
    ]
    share = Cell(text=w.BLANK if rate is None else words, bar=bar)
    actual = Cell(text=words, link=whence(BUDGET))
    return [*(Cell(text=text) for text in texts), actual, share, *tail]


def _total_row(results: Results) -> list[Cell]:
    weight = w.number_text(f.full_weight(results))
    texts = ["合计", *[""] * 6, weight, _points(results["score"]["total"]), ""]
    return [Cell(text=text) for text in texts]


# --- activity -------------------------------------------------------------------------------------


def activity(results: Results) -> Iterable[Block]:
    """The year's activity as a table by kind, and by month."""
    entries, total = results["activities"], _total(results)
    if entries and total:
        # The long table last: a chart behind it would stand alone on a page.
        yield from _reconciled(results)
        yield from activity_months_chart(results)
        yield _activity_table(results, entries, total)


def activity_words(results: Results) -> list[str]:
    """The year's activity in sentences; none where none was to be counted."""
    entries = results["activities"]
    if not entries:
        return []
    total = _total(results)
    unit = f.unit_of_activities(results)
    if not total:
        return [f"列入统计的{f.activities_words(results)}共{len(entries)}类，本年度都没有记录。"]
    what = f.activities_words(results)
    return [
        f"全年开展{what}{len(entries)}类，共{total}{unit}{more_words(entries)}{_largest(entries, total, unit)}。",
        _targets(entries),
    ]


def _total(results: Results) -> int:
    given = results.get("activity_total")
    return sum(entry["count"] for entry in results["activities"]) if given is None else given


def _largest(entries: list[Activity], total: int, unit: str) -> str:
    ranked = sorted(entries, key=lambda entry: -entry["count"])[:NAMED]
    if len(entries) == 1:
        return ""
    told = [
        f"{w.quoted(entry['category'])}{activity_text(entry, unit)}，占{w.ratio_text(entry['count'] / total)}"
        for entry in ranked
        if entry["count"]
    ]
    return f"，其中{'；'.join(told)}"


def spread(results: Results) -> list[ActivitySpread]:
    """The shares whose rows lie in some of the activities, not in all alike."""
    evidence = results.get("activity_evidence")
    total = _total(results)
    return [s for s in (evidence["shares"] if evidence else []) if sum(row["rows"] for row in s["by"]) != total]


def _reconciled(results: Results) -> Iterable[Block]:
    """How the rows that the shares are taken of lie in the activities, so that both can be added up: in a sentence,
    of many shares in a table."""
    shares, unit = spread(results), f.unit_of_activities(results)
    if not shares:
        return
    added = _added(results, shares, unit)
    if len(shares) <= MOST_SPREAD:
        told = "；".join(_spread_words(share, unit) for share in shares)
        yield from f.para(f"按占比考核的记录也出自这些活动：{told}。{added}")
        return
    yield from f.para(f"按占比考核的{len(shares)}项，记录也出自这些活动，见下表。{added}")
    columns = [("指标", "left", 6), (f"记录数（{unit}）", "right", 2), ("其中", "left", 8)]
    rows: list[list[str | Cell]] = [
        [w.clause(share["name"]), str(sum(row["rows"] for row in share["by"])), _kinds(share, unit)] for share in shares
    ]
    yield f.table("按占比考核的记录与活动类别的对应", columns, rows)


def _spread_words(share: ActivitySpread, unit: str) -> str:
    rows = share["by"]
    if len(rows) == 1:
        return f"{w.quoted(share['name'])}的{rows[0]['rows']}{unit}都属于{w.quoted(rows[0]['category'])}"
    return f"{w.quoted(share['name'])}的{sum(row['rows'] for row in rows)}{unit}中有{_kinds(share, unit)}"


def _kinds(share: ActivitySpread, unit: str) -> str:
    rows = share["by"]
    named = "、".join(f"{w.quoted(row['category'])}{row['rows']}{unit}" for row in rows[:NAMED])
    rest = sum(row["rows"] for row in rows[NAMED:])
    return named + (f"、其他类别{rest}{unit}" if rest else "")


def _added(results: Results, shares: Sequence[ActivitySpread], unit: str) -> str:
    """The kinds of activity that several shares divide among them without a rest: 9 + 3 = 12."""
    counts = {w.clause(entry["category"]): entry["count"] for entry in results["activities"]}
    told = []
    for category, count in counts.items():
        sizes = [row["rows"] for share in shares for row in share["by"] if w.clause(row["category"]) == category]
        if 1 < len(sizes) <= MOST_SPREAD and sum(sizes) == count:
            told.append(f"{w.quoted(category)}的{count}{unit}即{'与'.join(str(size) for size in sizes)}之和")
    return f"{'；'.join(told)}。" if told else ""


def _targets(entries: list[Activity]) -> str:
    if any(entry.get("target") for entry in entries):
        return ""
    return "各类活动没有设定年度目标，数量仅反映工作量。" if len(entries) > 1 else "该类活动没有设定年度目标。"


def _activity_table(results: Results, entries: list[Activity], total: int) -> Table:
    unit = f.unit_of_activities(results)
    columns = [
        ("序号", "center", 0.6),
        ("活动类别", "left", 4.0),
        (f"数量（{unit}）", "right", 1.2),
    ]
    rows: list[list[str | Cell]] = [
        [
            str(at),
            w.clause(entry["category"]),
            Cell(
                text=activity_text(entry, unit).removesuffix(unit),
                link=activity_anchor(results, at),
                anchor=figure_id("activities", entry["category"]),
            ),
        ]
        for at, entry in enumerate(entries, start=1)
    ]
    whole = Cell(text=f"{total}{more_words(entries)}", link=whence("activities"), anchor="activity_total")
    rows.append(["", "合计", whole])
    # Of hundreds of cases a single one is 0.01 %: such a column says less than the counts.
    if all(not entry["count"] or entry["count"] >= SMALLEST * total for entry in entries):
        columns.append(("占比", "right", 1.0))
        shares = [w.ratio_text(entry["count"] / total, keep=True) for entry in entries]
        rows = [[*row, share] for row, share in zip(rows, [*shares, w.ratio_text(1, keep=True)], strict=True)]
    notes = {w.clause(e["category"]): w.clause(e["note"]) for e in entries if e.get("note")}
    for title, key in (("年度目标", "target"), ("说明", "note")):
        if sum(bool(entry.get(key)) for entry in entries) > (MOST_NOTES if key == "note" else 0):
            columns.append((title, "left", 2.0))
            texts = [w.clause(entry.get(key)) or w.BLANK for entry in entries]
            rows = [[*row, text] for row, text in zip(rows, [*texts, ""], strict=True)]
    told = [f"“{category}”：{note}。" for category, note in notes.items()] if len(notes) <= MOST_NOTES else []
    return f.table(f"年度{f.activities_words(results)}", columns, rows, total_row=True, note="".join(told) or None)


# --- last year ------------------------------------------------------------------------------------


def against_last_year(results: Results) -> Iterable[Block]:
    """The figures that can be held against last year's, in words and as a chart."""
    yield from change_words(results)
    yield from trend_chart(results)


def change_words(results: Results) -> Iterable[Block]:
    """Which results changed their state since last year."""
    every = [(e, status) for e in results["indicators"] if (status := f.previous_of(e).get("status"))]
    if not every:
        return
    year = year_words(results, f.previous_of(every[0][0])["fiscal_year"])
    past = [(e, status) for e, status in every if not f.unlike_words(e)]
    unlike = [e for e, _ in every if f.unlike_words(e)]
    left = f"{f.names(unlike)}两年口径或记录范围不同，不作比较" if unlike else ""
    if not past:
        yield from f.para(f"与{year}相比，{left}。")
        return
    better = [e for e, before in past if before in f.MISSED and e["status"] == "met"]
    worse = [e for e, before in past if before == "met" and e["status"] in f.MISSED]
    told = [f"{f.names(better)}由未完成转为完成"] * bool(better)
    told += [f"{f.names(worse)}由完成转为未完成"] * bool(worse)
    unclear = [e for e, before in past if "unknown" in (before, e["status"]) and before != e["status"]]
    now, then = ([e for e in unclear if e["status"] == "unknown"], [e for e in unclear if e["status"] != "unknown"])
    told += [f"{f.names(now)}上年可以判定、本年无法判定"] * bool(now)
    told += [f"{f.names(then)}上年无法判定、本年可以判定"] * bool(then)
    partly = [e for e, before in past if before != e["status"] and {before, e["status"]} == {*f.MISSED}]
    told += [f"{f.names(partly)}未完成的程度有变化"] * bool(partly)
    told = told or ["完成情况没有变化"]
    apart = f"；{left}" if left else ""
    yield from f.para(f"与{year}相比，可比的{len(past)}项指标中，{'，'.join(told)}{apart}。")
