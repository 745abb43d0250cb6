"""Several years told: the blocks of ``selfeval compare`` and of its notebook, charts with their tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from helpers.report import wording as w
from helpers.report.blocks import Cell, Heading, Items, Paragraph
from helpers.report.facts import para, table
from helpers.report.figures.many_years_charts import (
    MARK,
    activity_chart,
    course_chart,
    money_chart,
    score_chart,
    value_words,
)
from helpers.report.fiscal_words import fiscal_of
from helpers.report.many_years import (
    Line,
    ManyYears,
    Revised,
    changed_rules,
    changed_weights,
    revised_targets,
)
from helpers.report.many_years_causes import causes_table
from helpers.report.many_years_measures import measures_blocks

#: An indicator that a year does not have.
ABSENT = "未设"


def title_of(many: ManyYears) -> str:
    return f"{many.years[0]}至{many.years[-1]}年度绩效自评对照"


def notice_of(many: ManyYears) -> str | None:
    """The years' notices (示例数据 …), each once."""
    said: dict[str, list[int]] = {}
    for year, facts in many.facts.items():
        if facts.notice:
            said.setdefault(w.plain(facts.notice), []).append(year)
    if not said:
        return None
    if len(said) == 1 and len(next(iter(said.values()))) == len(many.years):
        return next(iter(said))
    return "；".join(f"{w.runs_text(years)}年度：{w.clause(text)}" for text, years in said.items()) + "。"


def told(many: ManyYears, unsound: tuple[str, ...] = ()) -> list[Any]:
    """Everything, beginning with what is not sound about a package."""
    return [
        *[Paragraph(text=w.sentence(words), style="notice") for words in unsound],
        *_overall(many),
        *_indicators(many),
        *_targets(many),
        *_definitions(many),
        *_activities(many),
        *_funds(many),
        Heading(level=1, text="七、偏差原因"),
        *causes_table(many),
        Heading(level=1, text="八、改进措施及成效"),
        *measures_blocks(many),
    ]


# --- all in all -----------------------------------------------------------------------------------


def _overall(many: ManyYears) -> Iterator[Any]:
    yield Heading(level=1, text="一、总体情况")
    yield from para(*map(w.sentence, [*_scope(many), *_changes_of_score(many)]))
    columns = [("年度", "left", 1.0), ("得分", "right", 1.0), ("等级", "center", 1.0), ("口径", "left", 1.0)]
    columns += [(name, "right", 1.0) for name in ("执行率", "完成", "部分完成", "未完成", "无法判定")]
    rows = []
    for year, f in many.facts.items():
        score = w.number_text(f.total, keep=True) if f.complete else f"未评全，已评{w.number_text(f.total)}"
        rate = w.UNKNOWN if f.execution_rate is None else w.ratio_text(f.execution_rate, keep=True)
        counts = [str(count) for count in (f.met, f.partly_met, f.not_met, f.unknown)]
        rows.append([f"{year}年", score, f.grade or "暂不评定", many.yardsticks[year], rate, *counts])
    yield table("各年度得分、等级和指标完成情况（项）", columns, rows, note=_sticks(many))
    yield from score_chart(many)


def _scope(many: ManyYears) -> Iterator[str]:
    yield f"本表对照{w.runs_text(many.years)}年度共{len(many.years)}份成套材料，数字均取自各年度的results.json"
    for start in dict.fromkeys(fiscal_of(results).start_month for results in many.results.values()):
        years = [year for year, results in many.results.items() if fiscal_of(results).start_month == start]
        if start > 1:
            named = w.runs_text(years)
            yield f"{named}年度从当年{start}月1日起，至次年{start - 1}月底止，表中的“年”指这样的年度"
    if many.gaps:
        yield f"{w.runs_text(many.gaps)}年度不在对照范围内，前后年度不连成一线"
    for what, names in (
        ("单位", [f.unit for f in many.facts.values()]),
        ("项目", [f.project for f in many.facts.values()]),
    ):
        if len(set(names)) > 1:
            said = "、".join(w.quoted(name) for name in dict.fromkeys(names))
            yield f"各年度的{what}名称不同：{said}，请确认是同一{what}"


def _changes_of_score(many: ManyYears) -> Iterator[str]:
    for one, other in many.pairs:
        if not many.comparable(one, other):
            whole = all(many.facts[year].complete for year in (one, other))
            yield f"{other}年度与{one}年度的得分不作比较：{'两个年度评分口径不同' if whole else '有年度未评全'}"
            continue
        change = w.exact(many.facts[other].total) - w.exact(many.facts[one].total)
        way = (
            "与上一对照年度相同"
            if not change
            else f"比{one}年度{'高' if change > 0 else '低'}{w.number_text(abs(change))}分"
        )
        yield f"{other}年度得分{w.number_text(many.facts[other].total)}分，{way}"


def _sticks(many: ManyYears) -> str:
    said = []
    for name, years in groupby(sorted(many.years, key=lambda y: many.yardsticks[y]), key=lambda y: many.yardsticks[y]):
        facts = many.facts[next(iter(years))]
        rules = w.clause(facts.rules) or "评分规则未载明"
        basis = f"，{w.clause(facts.basis)}" if facts.basis else ""
        said.append(f"{name}：{rules}，满分{w.number_text(facts.full_marks)}分{basis}")
    return "；".join(said) + "。口径不同的得分不相加减。"


# --- indicators -----------------------------------------------------------------------------------


def _indicators(many: ManyYears) -> Iterator[Any]:
    yield Heading(level=1, text="二、指标完成情况")
    rows: list[list[str | Cell]] = [[line.name, *[_cell(line, year) for year in many.years]] for line in many.lines]
    columns = [("指标", "left", 2.0), *[(f"{year}年", "left", 1.4) for year in many.years]]
    note = f"“{ABSENT}”指当年没有这项指标。"
    if any(point.broken for line in many.lines for point in line.points):
        note = f"{MARK}表示自该年度起口径有变化，与以前年度不可直接比较，变化见第四部分。" + note
    yield table("各年度完成值和完成情况", columns, rows, note=note)
    said = [
        f"{line.name}（{point.year}年度）：{text}"
        for line in many.lines
        for point in line.points
        for text in point.said
    ]
    if said:
        yield from para("下列指标各年度编号不同，按名称对应，请核对：")
        yield Items(items=tuple(w.sentence(text) for text in said))
    for number, line in enumerate(many.lines, start=1):
        yield from course_chart(line, number)


def _cell(line: Line, year: int) -> Cell:
    point = line.at(year)
    if point is None:
        return Cell(text=ABSENT)
    entry = point.entry
    own = "见各分项" if entry.get("parts") else value_words(point)
    return Cell(text=f"{own}，{w.status_words(entry['status'])}{MARK if point.broken else ''}")


def _targets(many: ManyYears) -> Iterator[Any]:
    yield Heading(level=1, text="三、目标值的调整")
    revised = revised_targets(many)
    if not revised:
        yield from para("各年度目标值没有调整。")
        return
    ways = Counter(one.way for one in revised)
    yield from para(
        f"目标值调整{len(revised)}处，其中" + "、".join(f"{way}{count}处" for way, count in ways.items()) + "。"
    )
    columns = [("指标", "left", 2.0), ("年度", "left", 0.8), ("原目标", "left", 1.4), ("新目标", "left", 1.4)]
    columns += [("松紧", "left", 1.0), ("调整前完成值", "left", 1.2)]
    yield table("目标值调整", columns, [_revised(one) for one in revised])


def _revised(one: Revised) -> list[str]:
    texts = [w.plain(point.entry["target_text"]) or w.BLANK for point in (one.before, one.after)]
    return [one.line.name, f"{one.after.year}年", *texts, one.way, value_words(one.before)]


def _definitions(many: ManyYears) -> Iterator[Any]:
    yield Heading(level=1, text="四、口径、分值和评分规则的变化")
    rows = [[f"{year}年", "评分规则", text] for year, text in changed_rules(many)]
    rows += [[f"{p.year}年", line.name, text] for line in many.lines for p in line.points for text in p.broken]
    rows += [[f"{year}年", line.name, text] for line, year, text in changed_weights(many)]
    first, last = many.years[0], many.years[-1]
    rows += [[f"{line.points[0].year}年", line.name, "新设"] for line in many.lines if line.points[0].year != first]
    rows += [
        [f"{line.points[-1].year + 1}年", line.name, "不再设置"] for line in many.lines if line.points[-1].year != last
    ]
    if not rows:
        yield from para("各年度指标定义、度量口径、分值和评分规则没有变化。")
        return
    sorted_rows = sorted(rows, key=lambda row: row[0])
    columns = [("自年度", "left", 0.8), ("指标", "left", 1.6), ("变化", "left", 4.0)]
    yield table("口径、分值和评分规则的变化", columns, sorted_rows)


# --- activities, money ----------------------------------------------------------------------------


def _activities(many: ManyYears) -> Iterator[Any]:
    yield Heading(level=1, text="五、年度活动")
    names = dict.fromkeys(one["category"] for r in many.results.values() for one in r["activities"])
    if not names:
        yield from para("各年度没有列出活动。")
        return
    rows = [[w.plain(name), *[_count(many, name, year) for year in many.years]] for name in names]
    totals = [many.results[year].get("activity_total") for year in many.years]
    if any(total is not None for total in totals):
        rows.append(["合计", *[w.BLANK if total is None else w.number_text(total) for total in totals]])
    columns = [("类别", "left", 2.0), *[(f"{year}年", "right", 1.0) for year in many.years]]
    yield table("各年度活动次数", columns, rows, note="“—”指当年没有列出这一类别，不等于没有发生。类别按名称对应。")
    yield from activity_chart(many)


def _count(many: ManyYears, name: str, year: int) -> str:
    found = [one for one in many.results[year]["activities"] if one["category"] == name]
    return "、".join(one.get("count_text") or w.number_text(one["count"]) for one in found) or w.BLANK


def _funds(many: ManyYears) -> Iterator[Any]:
    yield Heading(level=1, text="六、资金")
    rows = []
    for year, results in many.results.items():
        budget = results["budget"]
        amounts = [budget["initial"], budget["adjusted"], budget["spent"]]
        rate, score = budget["execution_rate"], budget["score"]
        rows.append(
            [
                f"{year}年",
                *[w.UNKNOWN if amount is None else w.wan_text(amount) for amount in amounts],
                w.UNKNOWN if rate is None else w.ratio_text(rate, keep=True),
                w.score_text(score),
            ]
        )
    heads = ("年初预算（万元）", "全年预算（万元）", "全年执行（万元）", "执行率", "执行得分")
    columns = [("年度", "left", 0.8), *[(head, "right", 1.2) for head in heads]]
    yield table("各年度预算执行", columns, rows)
    yield from money_chart(many)
