"""Page one: what was promised and reached, what was not and why, what is to be approved now, what is put off."""

from __future__ import annotations

from collections.abc import Iterable

from helpers.report import facts as f
from helpers.report import lost_words
from helpers.report import wording as w
from helpers.report.blocks import Block, Card
from helpers.report.facts import by_dimension, cause_name, leading_cause, values_words
from helpers.report.narrative.asked import ACTION_LENGTH, asked_rows, money_options, size_words
from helpers.report.narrative.chapters import see
from helpers.report.narrative.no_measure import without_measure
from helpers.report.narrative.opening import indicator_item, rate_item, score_item
from helpers.report.results_deviations import Deviation
from helpers.report.results_plans import Action
from helpers.report.results_types import Results
from helpers.report.summary_phrases import cases_words, counter, unknown_words

#: So many missed results are named one by one; the attachments have all of them.
MOST_MISSED = 4
#: And so many measures of last year that were not kept.
MOST_BROKEN = 3
#: And so many adopted measures where nothing is to be approved.
MOST_ADOPTED = 3
#: Characters of one of last year's measures.
PROMISE_LENGTH = 24


def decision(results: Results) -> Iterable[Block]:
    """The result, the misses with their causes, last year's promises, and what is asked for."""
    yield Card(items=(score_item(results), rate_item(results), indicator_item(results)))
    asked, put_off = asked_rows(results), _put_off(results)
    rows = [
        ("未完成", _missed(results)),
        ("上年措施", _broken(results)),
        *([] if asked else [("拟批准", _nothing_asked(results)), ("暂缓事项", put_off)]),
        ("数据", "\n".join(told for told in (_set_aside(results), lost_words.summary(results)) if told)),
    ]
    yield f.table("", [("事项", "center", 2.2), ("情况", "left", 12.0)], [(name, said) for name, said in rows if said])
    yield from _asked(asked, put_off)


# --- what was not reached -------------------------------------------------------------------------


def _missed(results: Results) -> str:
    """Each missed result with its cause, in one sentence each."""
    found = f.largest_first(results, f.deviations_of(results, "shortfall"))
    if not found:
        unknown = len(f.with_status(results, "unknown"))
        return f"无；{unknown}项无法判定。" if unknown else "无。"
    told = [_missed_words(results, deviation) for deviation in found[:MOST_MISSED]]
    if rest := found[MOST_MISSED:]:
        named = "、".join(f.subject(results, one) for one in rest) if len(rest) <= MOST_MISSED else ""
        told.append(f"另有{len(rest)}项{f'（{named}）' if named else ''}{see('shortfalls')}。")
    return "\n".join(told)


def _missed_words(results: Results, deviation: Deviation) -> str:
    """应全部在1个工作日内完成，实际93.35%（827件中55件超时），主要原因是备件到货迟（47件）。"""
    entry = f.judged(results, deviation)
    what = f.subject(results, deviation)
    if entry is None:
        return f"{what}未达目标。"
    actual = f"目标{w.clause(entry.get('target_text'))}，实际{f.actual_words(entry)}"
    if missed := f.missed_of(deviation):
        one = counter(deviation)
        actual += f"（{missed[0]}{one}中{missed[1]}{one}未达到）"
    bare = "，尚无针对性措施" if without_measure(results, deviation) else ""
    return f"{what}，{actual}，{_cause_words(results, deviation)}{bare}。"


def _cause_words(results: Results, deviation: Deviation) -> str:
    lead = deviation.get("lead")
    if lead and lead["kind"] == "combination":
        counted = f"{lead['misses']}{counter(deviation)}"
        return f"集中在{values_words(lead['values'], deviation)}的记录（{counted}）{unknown_words(lead)}"
    for dimension in by_dimension(deviation):
        cause = leading_cause(dimension, deviation)
        if cause is not None and cause.get("cause") is not None:
            return f"主要是{w.brief(cause_name(cause, dimension))}{cases_words(cause, deviation)}"
    stated = f.stated_causes(results, deviation["indicator"])
    return f"原因是{w.brief(stated[0])}" if stated else "原因没有记录"


# --- last year's promises -------------------------------------------------------------------------


def _broken(results: Results) -> str:
    """What last year's plan promised and did not keep, with the old and the new date and who answers."""
    followed = results.get("followup") or []
    if not followed:
        return ""
    open_ones = [entry for entry in followed if entry["status"] != "done"]
    vain = [entry for entry in followed if entry["status"] == "done" and entry.get("verified") is False]
    told = [_open_words(results, entry) for entry in open_ones[:MOST_BROKEN]]
    told += [f"“{w.brief(e['action'], PROMISE_LENGTH)}”已完成但没有达到预期。" for e in vain[:MOST_BROKEN]]
    good = sum(entry.get("verified") is True for entry in followed)
    unclear = len(followed) - len(open_ones) - len(vain) - good
    counted = [f"{good}项见效"] * bool(good) + [f"{len(open_ones)}项未完成"] * bool(open_ones)
    counted += [f"{len(vain)}项未见效"] * bool(vain) + [f"{unclear}项尚不能判断"] * bool(unclear)
    return "\n".join([f"上年提出{len(followed)}项，{'，'.join(counted)}{see('followup')}。", *told])


def _open_words(results: Results, entry: Action) -> str:
    """“…”原定2024年6月30日前完成，未完成，改由信息技术岗于2025年4月30日前完成。"""
    old = f"原定{w.date_text(due)}前完成，" if (due := entry.get("due")) else ""
    said = f"“{w.brief(entry['action'], PROMISE_LENGTH)}”{old}未完成"
    carried = next((a for a in results["plan"] if a.get("carried_from") == entry["id"]), None)
    if carried is None:
        return f"{said}，本年没有接续安排。"
    new = f"于{w.date_text(due)}前完成" if (due := carried.get("due")) else "接续办理，期限未定"
    return f"{said}，由{w.clause(carried.get('owner')) or '（责任岗位未定）'}{new}。"


# --- what is asked for ----------------------------------------------------------------------------


def _nothing_asked(results: Results) -> str:
    """That nothing is to be approved, and the measures that are adopted already, with size, post and date."""
    adopted = [a for a in f.plan_of(results) if a["status"] in ("adopted", "carried")]
    told = [_adopted_words(action) for action in adopted[:MOST_ADOPTED]]
    told += [f"另有{len(adopted) - MOST_ADOPTED}项已采纳的措施。"] * (len(adopted) > MOST_ADOPTED)
    return "\n".join(["没有新的事项须批准。", *told])


def _adopted_words(action: Action) -> str:
    """已采纳：储备供电模块（12块，4800元），由网络管理岗于2025年4月30日前完成。"""
    due = action.get("due")
    when = f"于{w.date_text(due)}前完成" if due else "办理，期限未定"
    who = w.clause(action.get("owner")) or "（责任岗位未定）"
    size = size_words(action)
    told = f"（{size}）" if size != w.TO_FILL else ""
    return f"已采纳：{w.brief(action['action'], ACTION_LENGTH)}{told}，由{who}{when}。"


def _asked(rows: list[list[str]], put_off: str) -> Iterable[Block]:
    """The table of what is to be approved (action, quantity, money, owner, date, effect), below it what is put off."""
    columns = [
        ("拟批准的事项", "left", 10),
        ("数量、金额", "center", 4.5),
        ("责任岗位", "center", 4.5),
        ("期限", "center", 5),
        ("预计效果", "left", 9),
    ]
    if rows:
        yield f.table("", columns, rows, note=f"暂缓：{put_off}" if put_off else None)


def _put_off(results: Results) -> str:
    """What was worked out and is not asked for now, and why."""
    spares = results.get("spares")
    machines = [one for one in money_options(results) if one["kind"] == "replacement"]
    option = max(machines, key=lambda one: one["machines"] or 0, default=None)
    if option and option["cost"] is not None:
        what = f"{w.clause(option['words'])}，约需{w.money_text(option['cost'])}，"
        what += f"只多按时完成{w.number_text(option['saved'], 0)}件，"
        standing = "预算已批准，另行安排" if option["standing"] == "approved" else "预算尚未批准"
        return f"{what}{standing}{see('options')}。"
    plan = spares["replacement"].get("plan") if spares else None
    if not plan or not plan.get("list"):
        return ""
    cost = f"，约需{w.money_text(plan['cost'])}" if plan.get("cost") else ""
    return f"更换{len(plan['list'])}台老旧设备{cost}，预算尚未批准{see('replacement')}。"


def _set_aside(results: Results) -> str:
    """How many rows of the records were used, in one line."""
    tables = results["tables"]
    if not tables:
        return "实际完成值均系填报，没有数据表，数据未作校验。"
    given, used = sum(t["rows_in"] for t in tables), sum(t["used"] for t in tables)
    rest = "其余按规则不计入" if used < given else "没有剔除"
    return f"{len(tables)}张数据表共{given}行，使用{used}行，{rest}{see('data_checks')}。"
