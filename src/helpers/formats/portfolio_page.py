"""The portfolio as one web page: no script, nothing from outside; sorted in several ways, of which one is shown.

Each way of sorting is a table of its own, and radio buttons before them say which is seen and printed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from html import escape
from importlib import resources
from itertools import groupby
from urllib.parse import quote

from helpers.formats.plain_pages import POLICY
from helpers.report import wording as w
from helpers.report.portfolio import FAR, FEWEST, FIGURES, Portfolio, Row
from helpers.report.portfolio_facts import Facts

TITLE = "项目支出绩效自评汇总"
HEADS = (
    "名次",
    "单位、项目",
    "年度",
    "得分",
    "等级",
    "较上年",
    "完成／部分／未完成／无法判定",
    "执行率",
    "全年预算（万元）",
    "未达目标",
    "措施逾期",
    "自查须说明",
    "记录丢失",
    "说明",
)
UNSHOWN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
Group = tuple[str, Sequence[Row]]


def portfolio_page(portfolio: Portfolio) -> str:
    """The page; the same portfolio gives the same text."""
    style = resources.files("helpers.formats").joinpath("templates/portfolio.css").read_text(encoding="utf-8")
    notes = {id(row): f"n{at}" for at, row in enumerate(portfolio.rows, start=1) if _remarks(row)}
    parts = [
        f"<h1>{TITLE}</h1>",
        *[f'<p class="notice">{_text(text)}（{count}项）</p>' for text, count in portfolio.notices],
        _overview(portfolio),
        _standing_out(portfolio),
        _failed(portfolio),
        "<h2>各项目</h2>",
        *_radios(),
        *[_view(name, way(portfolio), notes, len(portfolio.yardsticks) > 1) for name, _, way in WAYS],
        _told(portfolio, notes),
        _explained(portfolio),
    ]
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f"<title>{TITLE}</title>\n<style>\n{style}{_shown()}</style></head><body><main>\n"
        + "\n".join(part for part in parts if part)
        + "\n</main></body></html>\n"
    )


# --- the ways of sorting --------------------------------------------------------------------------


def _by_score(portfolio: Portfolio) -> Iterator[Group]:
    """Year by year, and in each what can be compared together."""

    def kind(row: Row) -> tuple[int, str]:
        year, facts = row.entry.fiscal_year, row.entry.facts
        if facts is None:
            return year, "未能完成自评"
        return year, f"{row.yardstick}" if facts.complete else "得分未评全，不参加排名"

    for (year, words), rows in groupby(portfolio.rows, key=kind):
        yield f"{year}年度　{words}", list(rows)


def _each_year(key: Callable[[Row], Decimal | None], down: bool) -> Callable[[Portfolio], Iterator[Group]]:
    """Year by year by a figure, the unknown at the end."""

    def at(row: Row) -> tuple[bool, Decimal]:
        value = key(row)
        return value is None, Decimal(0) if value is None else -value if down else value

    def groups(portfolio: Portfolio) -> Iterator[Group]:
        for year, rows in groupby(portfolio.rows, key=lambda row: row.entry.fiscal_year):
            yield f"{year}年度", sorted(rows, key=at)

    return groups


def _by_unit(portfolio: Portfolio) -> Iterator[Group]:
    def key(row: Row) -> tuple[str, str, str, int]:
        entry = row.entry
        return entry.unit_shown, entry.project_shown, entry.place, -entry.fiscal_year

    yield "全部年度", sorted(portfolio.rows, key=key)


def _figure(of: Callable[[Facts], float | None]) -> Callable[[Row], Decimal | None]:
    def value(row: Row) -> Decimal | None:
        found = of(row.entry.facts) if row.entry.facts else None
        return None if found is None else w.exact(found)

    return value


WAYS: tuple[tuple[str, str, Callable[[Portfolio], Iterator[Group]]], ...] = (
    ("score", "按得分", _by_score),
    ("unit", "按单位", _by_unit),
    ("missed", "按未完成指标数，多的在前", _each_year(_figure(lambda f: f.not_met + f.partly_met), down=True)),
    ("rate", "按预算执行率，低的在前", _each_year(_figure(lambda f: f.execution_rate), down=False)),
    ("change", "按较上年变化，下降多的在前", _each_year(lambda row: row.change, down=False)),
    ("budget", "按全年预算，大的在前", _each_year(_figure(lambda f: f.budget), down=True)),
)


def _radios() -> Iterator[str]:
    """They stand beside the tables: CSS shows what comes after the one that is chosen."""
    for at, (name, words, _) in enumerate(WAYS):
        yield (
            f'<input type="radio" name="way" id="by-{name}"{" checked" if not at else ""}>'
            f'<label for="by-{name}">{words}</label>'
        )


def _shown() -> str:
    return "".join(f"#by-{name}:checked ~ #view-{name} {{ display: block; }}\n" for name, _, _ in WAYS)


# --- tables ---------------------------------------------------------------------------------------


def _view(name: str, groups: Iterable[Group], notes: dict[int, str], several: bool) -> str:
    tables = "\n".join(
        _table(caption, HEADS, [_cells(row, notes, several) for row in rows]) for caption, rows in groups
    )
    return f'<section class="view" id="view-{name}">\n{tables}\n</section>'


def _table(caption: str, heads: Sequence[str], rows: Iterable[str]) -> str:
    head = "".join(f'<th scope="col">{_text(text)}</th>' for text in heads)
    return (
        f"<table><caption>{_text(caption)}</caption><thead><tr>{head}</tr></thead>\n<tbody>"
        + "\n".join(rows)
        + "</tbody></table>"
    )


def _cells(row: Row, notes: dict[int, str], several: bool) -> str:
    """``several``: scores of more than one yardstick stand in the page, so that a rank says which is its."""
    entry, facts = row.entry, row.entry.facts
    name = _text(entry.unit_shown) + (f"<br>{_text(entry.project_shown)}" if entry.project_shown else "")
    if entry.report:
        name = f'<a href="{_link(entry.report)}">{name}</a>'
    note = f'<a href="#{notes[id(row)]}">说明</a>' if id(row) in notes else ""
    if facts is None:
        blanks = f'<td colspan="{len(HEADS) - 4}" class="failed">未能完成自评，没有得分</td>'
        return f"<tr><td>{w.BLANK}</td><td>{name}</td><td>{entry.fiscal_year}</td>{blanks}<td>{note}</td></tr>"
    rate = w.UNKNOWN if facts.execution_rate is None else w.ratio_text(facts.execution_rate, keep=True)
    cells = [
        f"{row.rank}／{row.ranked}{f'（{row.yardstick}）' if several else ''}" if row.rank else w.BLANK,
        None,
        str(entry.fiscal_year),
        _score(facts),
        facts.grade or "暂不评定",
        w.BLANK if row.change is None else _signed(row.change),
        f"{facts.met}／{facts.partly_met}／{facts.not_met}／{facts.unknown}",
        rate,
        w.UNKNOWN if facts.budget is None else w.wan_text(facts.budget),
        str(facts.shortfalls),
        *[w.UNKNOWN if count is None else str(count) for count in (facts.overdue, facts.audit_notes, facts.rows_lost)],
    ]
    inner = "".join(f"<td>{name if cell is None else _text(cell)}</td>" for cell in cells)
    return f"<tr>{inner}<td>{note}</td></tr>"


def _score(facts: Facts) -> str:
    if facts.complete:
        return w.number_text(facts.total, keep=True)
    return f"已评{w.number_text(facts.total)}，最高{w.number_text(facts.upper)}"


def _signed(change: Decimal) -> str:
    return f"{'+' if change > 0 else ''}{w.number_text(change, keep=True)}"


# --- what stands before and after them ------------------------------------------------------------


def _overview(portfolio: Portfolio) -> str:
    rows = []
    for year, found in groupby(portfolio.rows, key=lambda row: row.entry.fiscal_year):
        own = list(found)
        facts = [row.entry.facts for row in own if row.entry.facts]
        grades = Counter(f.grade or "暂不评定" for f in facts)
        told = "，".join(f"{grade}{count}项" for grade, count in sorted(grades.items(), key=lambda g: (-g[1], g[0])))
        full = sum(f.complete for f in facts)
        cells = [year, len(own), len(facts), len(own) - len(facts), full, told or w.BLANK]
        cells += [sum(not f.missed and not f.unknown for f in facts), sum(bool(f.missed) for f in facts)]
        rows.append("<tr>" + "".join(f"<td>{_text(str(cell))}</td>" for cell in cells) + "</tr>")
    heads = ("年度", "项目", "已完成自评", "未能完成", "得分评全", "等级", "指标全部完成的项目", "有指标未完成的项目")
    return _table("总体情况", heads, rows)


def _standing_out(portfolio: Portfolio) -> str:
    items = [f"<li>{_text(_name(row))}：{_text(sentence)}</li>" for row in portfolio.rows for sentence in row.outliers]
    few = ""
    if portfolio.few:
        few = f"<p>{_text('、'.join(portfolio.few))}，不足{FEWEST}个，不作比较。</p>"
    told = f"<ul>{''.join(items)}</ul>" if items else "" if few else "<p>没有与多数项目相差明显的数值。</p>"
    return f"<h2>与多数项目相差明显的数值</h2>{told}{few}"


def _failed(portfolio: Portfolio) -> str:
    items = [
        f"<li>{_text(_name(row))}（{_text(row.entry.place)}）：{_text(row.entry.failure or '')}</li>"
        for row in portfolio.rows
        if row.entry.facts is None
    ]
    absent = [f"<li>{_text(place)}：没有{year}年度的年度文件</li>" for place, year in portfolio.absent]
    told = f"<h2>未能完成自评的项目</h2><ul>{''.join(items)}</ul>" if items else ""
    return told + (f"<h2>缺少所列年度的项目</h2><ul>{''.join(absent)}</ul>" if absent else "")


def _told(portfolio: Portfolio, notes: dict[int, str]) -> str:
    """What a row has no room for, once for all ways of sorting."""
    items = [
        f'<dt id="{notes[id(row)]}">{_text(_name(row))}（{_text(row.entry.place)}）</dt>'
        + "".join(f"<dd>{_text(w.sentence(text))}</dd>" for text in _remarks(row))
        for row in portfolio.rows
        if id(row) in notes
    ]
    return f"<h2>各项目说明</h2><dl>{''.join(items)}</dl>" if items else ""


def _remarks(row: Row) -> list[str]:
    facts = row.entry.facts
    if facts is None:
        return [f"未能完成自评：{row.entry.failure}"]
    told = [f"未完成或部分完成的指标：{w.listing(facts.missed, 12)}"] if facts.missed else []
    told += list(row.outliers)
    told += [row.unranked] if row.unranked else []
    if facts.unknown:
        told.append(f"{facts.unknown}项指标完成情况无法判定")
    if facts.bounded:
        told.append(f"因部分记录无法识别，{facts.bounded}项数值只能确定在一定范围以内")
    if row.unchanged == "两个年度评分口径不同":
        told.append("本年度与上年度评分口径不同，得分不作比较")
    if facts.notice:
        told.append(facts.notice)
    return told


def _explained(portfolio: Portfolio) -> str:
    sticks = [
        f"<li>{_text(stick.name)}（{stick.count}项）：{_text(stick.words)}</li>" for stick in portfolio.yardsticks
    ]
    score, rate, share = (figure.least for figure in FIGURES)
    points, rate_points, share_points = map(w.number_text, (score, 100 * rate, 100 * share))
    least = f"得分相差{points}分、执行率相差{rate_points}个百分点、完成比例相差{share_points}个百分点"
    apart = "评分口径不同的得分不可比，不放在一起排名。" if len(portfolio.yardsticks) > 1 else ""
    return (
        f"<h2>口径和编制说明</h2><ul>{''.join(sticks)}</ul>"
        f"<p>{apart}名次只在同一年度、同一口径、得分评全的项目之间排列，得分相同的名次相同。"
        "“较上年”是本年度得分减上年度得分，两个年度口径相同且都已评全的才列出。"
        "“措施逾期”是截至自评日期已过完成时限而未完成的改进措施，含上年度提出的；"
        "“记录丢失”是校验时提示的无法识别的记录数。</p>"
        f"<p>“相差明显”的判定：与中位数之差超过绝对离差中位数的一定倍数（修正的标准分大于{FAR}），"
        f"且{least}以上；可比项目不足{FEWEST}个的不判定。</p>"
    )


def _name(row: Row) -> str:
    entry = row.entry
    project = f"“{entry.project_shown}”" if entry.project_shown else ""
    return f"{entry.unit_shown}{project}{entry.fiscal_year}年度"


def _text(text: str) -> str:
    return escape(UNSHOWN.sub("", text))


def _link(path: str) -> str:
    return escape(quote(path, safe="/"), quote=True)
