"""The head of the report: what and whose it is, the year in a few figures."""

from __future__ import annotations

from collections.abc import Iterable

from helpers.report import facts as f
from helpers.report import wording as w
from helpers.report.blocks import CardItem, Front
from helpers.report.fiscal_words import days_words, period_words
from helpers.report.results_types import Results


def front(results: Results) -> Iterable[Front]:
    """Title, institution, posts, date and the notice that stands on every page."""
    posts, outline = results.get("posts"), results.get("outline")
    project, kind = w.plain(results["project"]), outline["title"] if outline else ""
    name = project.removesuffix("项目") if kind.startswith("项目") else project
    yield Front(
        title=f"{results['fiscal_year']}年度{name}{kind}",
        institution=w.plain(results["institution"]),
        project=project,
        fiscal_year=results["fiscal_year"],
        period=period_words(results) if days_words(results) else None,
        notice=w.plain(results["notice"]) if results.get("notice") else None,
        prepared_by=w.plain(posts["prepared_by"] if posts else None) or w.BLANK,
        checked_by=w.plain(posts["checked_by"] if posts else None) or w.BLANK,
        date=w.date_text(posts["date"]) if posts else w.BLANK,
    )


# --- the result in three figures -------------------------------------------------------------------


def score_item(results: Results) -> CardItem:
    """The score and the grade, with what they rest on."""
    score = results["score"]
    basis = w.clause(score.get("basis") or results.get("weights_basis"))
    whole = f.is_complete(results)
    notes = ["" if whole else f"全部评出后最高{w.score_text(score['upper'])}"]
    notes += [f"满分{w.score_text(f.full_weight(results))}", basis]
    grade = w.plain(score.get("grade"))
    value = w.score_text(score["total"])
    return CardItem(
        label="自评总分" if whole else "已评得分",
        value=f"{value}，{grade}" if grade else value,
        note="；".join(filter(None, notes)),
        anchor="score.total",
    )


def rate_item(results: Results) -> CardItem:
    """The execution rate with the amounts."""
    budget = results["budget"]
    if budget["execution_rate"] is None or budget["adjusted"] is None or budget["spent"] is None:
        return CardItem(label="预算执行率", value="无法计算", note="预算数或执行数未提供")
    spent = w.money_text(budget["spent"], apart=[budget["adjusted"]])
    note = f"全年预算{w.money_text(budget['adjusted'])}，执行{spent}"
    return CardItem(label="预算执行率", value=f.execution_rate(results), note=note, anchor="budget.execution_rate")


def indicator_item(results: Results) -> CardItem:
    """How many indicators reached their target, and which did not."""
    total, met = len(results["indicators"]), f.with_status(results, "met")
    rest = [
        f"{w.status_words(status)}{f.counted(entries)}"
        for status in ("not_met", "partly_met", "unknown")
        if (entries := f.with_status(results, status))
    ]
    worst = next((s for s in ("not_met", "partly_met", "unknown") if f.with_status(results, s)), "met")
    note = "；".join(rest) or None if total > 1 else w.clause(results["indicators"][0]["level3"])
    value = f"{total}项中完成{len(met)}项" if total > 1 else f"{total}项，{w.status_words(worst)}"
    return CardItem(label="绩效指标", value=value, status=worst, note=note)  # type: ignore[arg-type]
