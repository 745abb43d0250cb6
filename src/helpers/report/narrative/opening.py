"""The head of the report: what and whose it is, the summary card, the year in a few sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from helpers.report import facts as f
from helpers.report import lost_words
from helpers.report import wording as w
from helpers.report.blocks import Card, CardItem, Front, Paragraph
from helpers.report.results_deviations import Deviation
from helpers.report.results_indicators import Indicator
from helpers.report.results_plans import Action
from helpers.report.results_types import Results
from helpers.report.summary_phrases import lead_words, outcome_words, score_words


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
        notice=w.plain(results["notice"]) if results.get("notice") else None,
        prepared_by=w.plain(posts["prepared_by"] if posts else None) or w.BLANK,
        checked_by=w.plain(posts["checked_by"] if posts else None) or w.BLANK,
        date=w.date_text(posts["date"]) if posts else w.BLANK,
    )


# --- card -----------------------------------------------------------------------------------------


def card(results: Results) -> Iterable[Card]:
    """Score, grade, execution rate, indicators met and missed, checks, findings, plan."""
    outcome = (*_score_items(results), _rate_item(results), _indicator_item(results))
    yield Card(items=(*outcome, *_check_items(results), *_plan_items(results)))


def _score_items(results: Results) -> list[CardItem]:
    score = results["score"]
    basis = w.clause(score.get("basis") or results.get("weights_basis")) or None
    full = f"满分{w.score_text(f.full_weight(results))}"
    if f.is_complete(results):
        notes = "；".join(filter(None, [full, basis]))
        items = [CardItem(label="自评总分", value=w.score_text(score["total"]), note=notes)]
    else:
        upper = f"全部评出后最高{w.score_text(score['upper'])}"
        notes = "；".join(filter(None, [upper, full, basis]))
        items = [CardItem(label="已评得分", value=w.score_text(score["total"]), note=notes)]
    grade = score.get("grade")
    unknown = None if grade else "有未评分的项目"
    return [*items, CardItem(label="评价等级", value=w.plain(grade) or "暂不评定", note=unknown)]


def _rate_item(results: Results) -> CardItem:
    budget = results["budget"]
    if budget["execution_rate"] is None or budget["adjusted"] is None or budget["spent"] is None:
        return CardItem(label="预算执行率", value="无法计算", note="预算数或执行数未提供")
    spent = w.money_text(budget["spent"], apart=[budget["adjusted"]])
    note = f"全年预算{w.money_text(budget['adjusted'])}，执行{spent}"
    return CardItem(label="预算执行率", value=w.ratio_text(budget["execution_rate"]), note=note)


def _indicator_item(results: Results) -> CardItem:
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


def _check_items(results: Results) -> list[CardItem]:
    items = []
    validation = results.get("validation")
    if validation and not validation["checks"]:
        items.append(CardItem(label="数据校验", value="未作校验"))
    elif validation:
        failed = validation["failed_note"] + validation["failed_stop"]
        value = f"{validation['checks']}项检查"
        note = f"{failed}项须说明" if failed else "全部通过"
        items.append(CardItem(label="数据校验", value=value, note=note))
    stops = sum(finding["level"] == "stop" for finding in results["audit"])
    notes = len(results["audit"]) - stops
    value = "无" if not results["audit"] else f"{len(results['audit'])}项"
    told = [f"须更正{stops}项"] * bool(stops) + [f"须说明{notes}项"] * bool(notes)
    items.append(CardItem(label="自查发现", value=value, note="，".join(told) or None))
    return items


def _plan_items(results: Results) -> list[CardItem]:
    plan = results["plan"]
    return [CardItem(label="改进措施", value=f"{len(plan)}项", note=plan_states(plan))] if plan else []


def plan_states(plan: Sequence[Action]) -> str | None:
    """已采纳2项，建议1项"""
    counts = {
        words: sum(action["status"] == status for action in plan) for status, words in w.PLAN_STATUS_WORDS.items()
    }
    return "，".join(f"{words}{count}项" for words, count in counts.items() if count) or None


# --- summary --------------------------------------------------------------------------------------


def summary(results: Results) -> Iterable[Paragraph]:
    """The year in three to five sentences: funds, results, the reason of a miss, notes, plan."""
    yield from f.para(
        _funds(results),
        _outcome(results),
        lost_words.summary(results),
        _reason(results),
        _remarks(results),
        _plan(results),
    )


def _funds(results: Results) -> str:
    budget = results["budget"]
    project = w.plain(results["project"]).removesuffix("项目")
    lead = f"{results['fiscal_year']}年度，{w.plain(results['institution'])}{project}项目"
    if not budget["adjusted"]:
        return (
            lead + ("未提供全年预算数" if budget["adjusted"] is None else "全年没有安排预算") + "，预算执行率无法计算。"
        )
    adjusted = w.money_text(budget["adjusted"])
    if budget["spent"] is None:
        return lead + f"全年预算{adjusted}，执行数未提供，预算执行率无法计算。"
    spent = w.money_text(budget["spent"], apart=[budget["adjusted"]])
    rate = budget["execution_rate"]
    told = f"，执行率{w.ratio_text(rate)}" if rate is not None else ""
    return lead + f"全年预算{adjusted}，执行{spent}{told}。"


def _outcome(results: Results) -> str:
    return f"{outcome_words(results)}；{score_words(results)}。"


def _reason(results: Results) -> str:
    """The largest cause of the largest miss; without recorded causes, that there are none."""
    missed = f.deviations_of(results, "shortfall")
    if not missed:
        return ""
    found = max(missed, key=lambda deviation: _lost(results, deviation))
    what = f"“{f.subject(results, found)}”"
    lead = f"未达目标的主要是{what}" if len(missed) > 1 else f"{what}未达目标"
    gap = found.get("gap")
    size = f"，差距为{w.gap_text(abs(gap), found.get('unit'))}" if gap else ""
    cause = lead_words(found)
    return f"{lead}{size}，{cause}。" if cause else f"{lead}{size}。"


def _lost(results: Results, deviation: Deviation) -> float:
    """Attainment missing of what the deviation is about, to rank misses in different units."""
    entry = f.judged(results, deviation)
    attainment = entry.get("attainment") if entry else None
    return 1 - attainment if attainment is not None else 0.0


def _remarks(results: Results) -> str:
    told = [
        f"{f.names(found)}{words}"
        for kind, words in (
            ("overshoot", "明显超出目标"),
            ("fragile", "已达目标但不够稳固"),
            ("trend", "走势需要关注"),
        )
        if (found := _about(results, kind))
    ]
    return f"{'，'.join(told)}，报告中已作说明。" if told else ""


def _about(results: Results, kind: str) -> list[Indicator]:
    ids = dict.fromkeys(deviation["indicator"] for deviation in f.deviations_of(results, kind))
    return [entry for one in ids if (entry := f.indicator_of(results, one))]


def _plan(results: Results) -> str:
    plan, followed = results["plan"], results.get("followup") or []
    told = []
    if plan:
        due = max((due for a in plan if (due := a.get("due"))), default=None)
        until = f"，最迟于{w.date_text(due)}完成" if due else ""
        told.append(f"提出改进措施{len(plan)}项（{plan_states(plan)}）{until}")
    elif f.deviations_of(results, "shortfall"):
        told.append("改进措施尚未提出")
    if followed:
        good = sum(entry.get("verified") is True for entry in followed)
        state = f"{good}项经本年数据核实有效" if good else "尚无经本年数据核实有效的"
        told.append(f"上年提出的{len(followed)}项改进措施中，{state}")
    return "；".join(told) + "。" if told else ""
