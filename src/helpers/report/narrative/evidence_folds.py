"""Where each published figure comes from, folded below the rules: its count, its query, its files with their rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from helpers.report import facts as f
from helpers.report import wording as w
from helpers.report.blocks import Block, Fold, Paragraph
from helpers.report.followed_numbers import said
from helpers.report.narrative.chapters import BUDGET, DECLARED, whence
from helpers.report.narrative.indicators import found_words
from helpers.report.results_indicators import Evidence, File, Indicator, Judged
from helpers.report.results_types import Activity, Results
from helpers.report.summary_phrases import HASH_SHOWN, activity_text, short_path

#: Up to so many kinds of activity each have a fold; of more the query of all of them tells where one comes from.
MOST_KINDS = 60
#: So many files, and reasons of rows set aside, are named.
MOST_FILES, MOST_REASONS = 8, 6


def evidence_folds(results: Results) -> Iterator[Block]:
    """A fold for each figure of the tables of indicators, funds and activities; cells link to them."""
    yield from _queries(results)
    yield from _spent(results)
    yield from _declared(results)
    yield from _activities(results)


def activity_anchor(results: Results, number: int) -> str:
    """The anchor of the evidence of a kind of activity, by its place in the table."""
    entries = results["activities"]
    own = len(entries) <= MOST_KINDS and entries[number - 1].get("evidence")
    return whence(f"activities-{number}") if own else whence("activities")


def _queries(results: Results) -> Iterator[Block]:
    """Of each figure its rows, its query and its files; cells link to the first of an indicator."""
    linked: set[str] = set()
    for indicator in results["indicators"]:
        for name, entry in named(indicator):
            evidence = f.evidence_of(entry)
            if not evidence.get("sql") and evidence.get("kind") not in ("stated", "rated"):
                continue
            anchor = None if indicator["id"] in linked else whence(indicator["id"])
            linked.add(indicator["id"])
            if not evidence.get("sql"):
                yield Fold(title=f"{name}的佐证材料", blocks=tuple(_notes(_said(results, entry))), anchor=anchor)
                continue
            rows = evidence.get("rows")
            told = f"{name}实际为{f.actual_words(entry)}" + (f"，由{rows}条记录计算。" if rows is not None else "。")
            yield Fold(title=f"{name}的查询语句", blocks=(*_notes([told]), *_query(results, evidence)), anchor=anchor)


def _said(results: Results, entry: Judged) -> list[str]:
    """Of a figure that no query gives: who says so, in which document and file, and what is noted about it."""
    evidence = f.evidence_of(entry)
    files = [
        f"《{w.clause(d['document'])}》：{short_path(d['file'], results['fiscal_year'])}"
        for d in evidence.get("documents") or ()
        if d.get("file")
    ]
    told = [f"{f.actual_words(entry)}：{found_words(evidence, f.self_name(results))}"]
    told += [w.sentence(w.tight(evidence.get("note")))] * bool(evidence.get("note"))
    told += [f"材料文件：{'；'.join(files)}。"] if files else []
    return told + _stated_in(results, evidence)


def _spent(results: Results) -> Iterator[Block]:
    """Where the year's spending comes from: its query and files, or that it is stated."""
    budget = results["budget"]
    evidence = budget.get("evidence")
    if evidence is None or budget["spent"] is None:
        return
    told = f"全年执行{w.money_text(budget['spent'])}"
    rate = f.execution_rate(results)
    rate = f"，与全年预算{w.money_text(budget['adjusted'] or 0)}之比为{rate}" if rate else ""
    if not evidence.get("sql"):
        lines = [f"{told}{rate}；执行数由{f.self_name(results)}填报，不是由记录计算得出。"]
        blocks = tuple(_notes([*lines, *_stated_in(results, evidence)]))
        yield Fold(title="全年执行数的来源", blocks=blocks, anchor=whence(BUDGET))
        return
    rows = f"，由{evidence['rows']}条记录计算" if evidence.get("rows") is not None else ""
    blocks = (*_notes([f"{told}{rate}{rows}。"]), *_query(results, evidence))
    yield Fold(title="全年执行数的查询语句", blocks=blocks, anchor=whence(BUDGET))


def _declared(results: Results) -> Iterator[Block]:
    """The amounts that the year file states: the budget, its parts, what was spent on each."""
    budget = results["budget"]
    evidence = budget.get("declared")
    if evidence is None:
        return
    told = [(words, amount) for words, amount in (("年初预算", budget["initial"]), ("全年预算", budget["adjusted"]))]
    told += [(f"其中{w.clause(part['name'])}", part["budget"]) for part in budget.get("parts") or ()]
    amounts = "，".join(f"{words}{w.money_text(amount)}" for words, amount in told if amount is not None)
    lines = [f"{amounts or '预算数'}，由{f.self_name(results)}填报，不是由记录计算得出。"]
    blocks = tuple(_notes([*lines, *_stated_in(results, evidence)]))
    yield Fold(title="预算数的来源", blocks=blocks, anchor=whence(DECLARED))


def _activities(results: Results) -> Iterator[Block]:
    """The query of all kinds together, and of each with its count."""
    whole = results.get("activity_evidence")
    if whole is None:
        return
    unit, words = f.unit_of_activities(results), f.activities_words(results)
    lines = [f"年度{words}各类数量由{f.table_title(results, whole['table'])}逐条清点。"]
    blocks = (*_notes(lines), *_query(results, whole, whole["table"]))
    yield Fold(title=f"年度{words}的查询语句", blocks=blocks, anchor=whence("activities"))
    for number, entry in enumerate(results["activities"], start=1):
        anchor = activity_anchor(results, number)
        if entry.get("evidence") and anchor != whence("activities"):
            yield _activity(results, entry, unit, anchor)


def _activity(results: Results, entry: Activity, unit: str, anchor: str) -> Fold:
    evidence = entry["evidence"]
    told = f"{w.quoted(entry['category'])}{activity_text(entry, unit)}，由{evidence.get('rows')}条记录逐条清点。"
    return Fold(
        title=f"{w.quoted(entry['category'])}数量的查询语句",
        blocks=(*_notes([told]), *_query(results, evidence)),
        anchor=anchor,
    )


def named(indicator: Indicator) -> Iterator[tuple[str, Judged]]:
    """Each figure of an indicator with its name: its parts, or itself."""
    parts = indicator.get("parts") or ()
    for part in parts:
        yield f"{w.clause(indicator['level3'])}（{f.part_name(part)}）", part
    if not parts:
        yield w.clause(indicator["level3"]), indicator


# --- what stands in a fold ------------------------------------------------------------------------


def _notes(lines: Iterable[str]) -> list[Paragraph]:
    return [Paragraph(text=line, style="note") for line in lines]


def _stated_in(results: Results, evidence: Evidence) -> list[str]:
    """The year file that states a figure, with the beginning of its hash."""
    told = [_file(results, item) for item in evidence.get("inputs") or ()]
    return [f"写在年度文件{'、'.join(told)}。"] if told else []


def _file(results: Results, item: File) -> str:
    return f"{short_path(item['file'], results['fiscal_year'])}（校验值{item['sha256'][:HASH_SHOWN]}）"


def _query(results: Results, evidence: Mapping[str, Any], *tables: str) -> Iterable[Paragraph]:
    """The query, the files with how many rows of each were read and used, how many records they became, and what was
    set aside on the way."""
    sql = str(evidence.get("sql"))
    # Only line breaks are touched: a query must stay what was run.
    yield Paragraph(text=said(" ".join(sql.split())), style="note")
    found = tables or tuple(dict.fromkeys(re.findall(r"\bFROM (\w+)", sql)))
    if told := _files(results, evidence.get("inputs") or ()):
        yield Paragraph(text=f"数据文件：{w.listing(told, MOST_FILES)}。", style="note")
    behind = [t for t in results["tables"] if t["table"] in found]
    kept = [
        f"{w.clause(t.get('title') or t['table'])}（{t['table']}）{t['entities']}条"
        for t in behind
        if t.get("entities") is not None
    ]
    if kept:
        yield Paragraph(text=f"整理后的数据表：{'、'.join(kept)}。", style="note")
    yield from _notes(_left_out(evidence))


def _files(results: Results, inputs: Sequence[File]) -> list[str]:
    accounts = [file for table in results["tables"] for file in table.get("files") or ()]
    told = []
    for path, sha256 in {short_path(i["file"], results["fiscal_year"]): i["sha256"] for i in inputs}.items():
        found = next((account for account in accounts if path.endswith(account["file"])), None)
        rows = f"读入{found['rows_in']}行，采用{found['used']}行，" if found else ""
        told.append(f"{path}（{rows}校验值{sha256[:HASH_SHOWN]}）")
    return told


def _left_out(evidence: Mapping[str, Any]) -> list[str]:
    """The rows set aside by reason, and those that were corrected."""
    aside, corrected = evidence.get("set_aside") or [], evidence.get("corrected")
    told = []
    if aside:
        reasons = [f"{w.clause(one['reason'])}{one['rows']}行" for one in aside]
        rest = sum(one["rows"] for one in aside[MOST_REASONS:])
        more = [f"其他原因{rest}行"] if rest else []
        told.append(f"没有采用的行：{'、'.join([*reasons[:MOST_REASONS], *more])}。")
    return told + ([f"按更正单改过的行：{corrected}行。"] if corrected else [])
