"""The main text: each indicator, each shortfall, the year's activity in one compact paragraph; the rest is attached."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from helpers.report import facts as f
from helpers.report import wording as w
from helpers.report.blocks import Block, Cell, Closing, Paragraph, Table
from helpers.report.facts import by_dimension, cause_name, leading_cause, values_words
from helpers.report.figure_ids import figure_id
from helpers.report.figures import monthly_chart
from helpers.report.fiscal_words import days_words
from helpers.report.followed_numbers import said
from helpers.report.narrative import overall
from helpers.report.narrative.asked import ACTION_LENGTH
from helpers.report.narrative.asked import size_words as measure_size
from helpers.report.narrative.chapters import see
from helpers.report.narrative.concentrated import same_cases
from helpers.report.narrative.deviations import size_words
from helpers.report.narrative.no_measure import flags
from helpers.report.narrative.plans import state_words, yardstick_words
from helpers.report.results_deviations import Deviation
from helpers.report.results_indicators import Indicator
from helpers.report.results_plans import Action
from helpers.report.results_types import Results
from helpers.report.summary_phrases import cases_of, cases_words, counter, outcome_words, score_words, unknown_words

#: So many indicators have a paragraph each; of more only those that were missed, the others are told by number.
MOST_SPOKEN_OF = 15
#: So many shortfalls have a paragraph each; of more the largest.
MOST_SHORTFALLS = 10
#: So many causes of a shortfall are named, of so many dimensions.
MOST_CAUSES, MOST_DIMENSIONS = 3, 3
#: What is said of an indicator with a deviation of a kind.
REMARKS = (
    ("shortfall", f"原因和措施见下文{see('shortfalls', '和{}')}"),
    ("overshoot", "明显超出目标，下一年度重新核定目标值"),
    ("fragile", f"已达目标但不够稳固{see('fragile')}"),
    ("trend", f"走势不利于达到目标{see('trends')}"),
)


def outcome(results: Results) -> Iterable[Block]:
    """How many targets were reached and the score, with the table of indicators on an upright page."""
    days = days_words(results)
    lead = f"本年度{f'（{days}）' if days else ''}{outcome_words(results)}。"
    yield from f.para(lead, f"{score_words(results)}。", overall.source_weights(results))
    yield overall.compact_table(results)


def activity_brief(results: Results) -> Iterable[Block]:
    """The year's activity in a sentence or two."""
    told = overall.activity_words(results)
    if told:
        what = "分类数量和与指标的对应" if overall.spread(results) else "分类数量"
        yield from f.para(*told, see("activity", f"{what}见{{}}。") if len(results["activities"]) > 1 else "")


def since_last_year(results: Results) -> Iterable[Block]:
    """Which results changed their state since last year."""
    yield from overall.change_words(results)


# --- indicators -----------------------------------------------------------------------------------


def indicator_notes(results: Results) -> Iterable[Block]:
    """One compact paragraph for each indicator; where they are many, for those that were missed and cost most."""
    entries = results["indicators"]
    unmet = [entry for entry in entries if entry["status"] != "met"]
    own = {entry["id"] for entry in sorted(unmet, key=_lost, reverse=True)[:MOST_SPOKEN_OF]}
    if len(entries) <= MOST_SPOKEN_OF:
        own = {entry["id"] for entry in entries}
    for number, entry in enumerate(entries, start=1):
        if entry["id"] in own:
            name = said(f"**{number}.{w.clause(entry['level3'])}。**")
            yield Paragraph(text=name + _note(results, entry))
    yield from f.para(*_by_number(results, own))


def _lost(entry: Indicator) -> float:
    """The points that an indicator costs; one that cannot be judged comes first."""
    if entry["score"] is None or entry["weight"] is None:
        return float("inf")
    return entry["weight"] - entry["score"]


def _by_number(results: Results, own: Collection[str]) -> Iterable[str]:
    """The indicators without a paragraph of their own: by number those of which something is to be said."""
    rest = {at: e for at, e in enumerate(results["indicators"], start=1) if e["id"] not in own}
    told: set[int] = set()
    kinds = {kind: {d["indicator"] for d in results["deviations"] if d["kind"] == kind} for kind, _ in REMARKS}
    groups = [
        ([at for at, e in rest.items() if e["status"] == status], f"{w.status_words(status)}{see('each_indicator')}")
        for status in dict.fromkeys(e["status"] for e in rest.values() if e["status"] != "met")
    ]
    groups += [
        ([at for at, e in rest.items() if e["status"] == "met" and e["id"] in kinds[kind]], words)
        for kind, words in REMARKS
        if kind != "shortfall"
    ]
    for numbers, words in groups:
        if numbers:
            told |= {*numbers}
            yield f"第{w.runs_text(numbers)}项{words}。"
    if len(told) < len(rest):
        yield f"其余{len(rest) - len(told)}项均已完成{see('each_indicator')}。"


def _note(results: Results, entry: Indicator) -> str:
    target = w.clause(entry.get("target_text")) or "未写明"
    said = [f"目标{target}", f"实际{f.actual_words(entry)}", w.status_words(entry["status"])]
    score = "暂不评分" if entry["score"] is None else f"得{w.score_text(entry['score'])}"
    full = f"（分值{w.score_text(entry['weight'])}）" if entry["weight"] is not None else ""
    if entry["score"] is not None and entry["score"] == entry["weight"]:
        score, full = f"得满分{w.score_text(entry['score'])}", ""
    past = f.previous_of(entry)
    before = w.clause(past.get("actual_text")) if not entry.get("parts") else ""
    why = f.unlike_words(entry)
    since = f"上年为{before}{f'（{why}，不作比较）' if why else ''}。" if before else ""
    return f"{'，'.join(said)}，{score}{full}。{since}{_basis(entry)}{_remarks(results, entry)}"


def _basis(entry: Indicator) -> str:
    """What the actual rests on, where it is not computed from records."""
    evidence = f.evidence_of(entry)
    if evidence.get("kind") == "stated":
        documents = "、".join(f"《{w.clause(d['document'])}》" for d in evidence.get("documents") or ())
        return f"实际值依据{documents}填报。" if documents else "实际值系填报，没有列出佐证材料。"
    return "完成等次由评定得出。" if evidence.get("kind") == "rated" else ""


def _remarks(results: Results, entry: Indicator) -> str:
    kinds = {d["kind"] for d in results["deviations"] if d["indicator"] == entry["id"]}
    told = [words for kind, words in REMARKS if kind in kinds]
    return f"{'；'.join(told)}。" if told else ""


# --- deviations and measures ----------------------------------------------------------------------


def deviations_brief(results: Results) -> Iterable[Block]:
    """Each shortfall in one paragraph with its causes; the chart of the largest by month."""
    found = list(f.deviations_of(results, "shortfall"))
    told = f.largest_first(results, found)[:MOST_SHORTFALLS]
    spoken = [deviation for deviation in found if deviation in told]
    rest = f"其余{len(found) - len(spoken)}项的" if len(spoken) < len(found) else "详细"
    for deviation in spoken:
        more = see("shortfalls", f"{rest}分析见{{}}。") if deviation is spoken[-1] else ""
        yield Paragraph(text=f"**{f.subject(results, deviation)}。**{_shortfall(results, deviation)}{more}")
    for largest in f.largest_first(results, found)[:1]:
        if entry := f.judged(results, largest):
            yield from monthly_chart(entry, "main-months", f.subject(results, largest))


def _shortfall(results: Results, deviation: Deviation) -> str:
    causes = _causes(deviation)
    stated = "" if causes else "；".join(w.brief(c) for c in f.stated_causes(results, deviation["indicator"]))
    size = size_words(f.judged(results, deviation), deviation)
    return f"{size}{_counted(deviation)}{causes}{_led(deviation)}" + (f"原因是{stated}。" if stated else "")


def _led(deviation: Deviation) -> str:
    """The combination of properties in which the misses come together, where that is the strongest cause."""
    lead = deviation.get("lead")
    if not lead or lead["kind"] != "combination":
        return ""
    one = counter(deviation)
    where = f"{values_words(lead['values'], deviation)}的{lead['rows']}{one}之中"
    return f"其中{lead['misses']}{one}集中在{where}{unknown_words(lead)}。"


def _counted(deviation: Deviation) -> str:
    missed = f.missed_of(deviation)
    one = counter(deviation)
    return f"{missed[0]}{one}中{missed[1]}{one}没有达到要求。" if missed else ""


def _causes(deviation: Deviation) -> str:
    """The causes of the first dimension that tells something, the leading group of each further one."""
    told: list[str] = []
    for dimension, causes in by_dimension(deviation).items():
        top = leading_cause(dimension, deviation)
        if top is None or (top is not causes[0] and not top.get("beyond_chance")):
            continue
        named = [top]
        if not told:
            # Of properties only the groups beyond chance are named; of recorded causes each is one.
            own = f.told_apart(deviation).get(dimension)
            tested = own is not None and own.get("test") not in (None, "evenness")
            chosen = [c for c in causes if c.get("beyond_chance")] if tested else causes
            named = [c for c in chosen if c.get("cause") is not None and cases_of(c) != 0][:MOST_CAUSES] or [top]
        said = "、".join(f"{w.brief(cause_name(c, dimension))}{cases_words(c, deviation)}" for c in named)
        told.append(f"按{dimension}分，{'有' if len(named) > 1 else '主要是'}{said}")
        if len(told) == MOST_DIMENSIONS:
            break
    return f"{'；'.join(told)}。{same_cases(deviation)}" if told else ""


def measures(results: Results) -> Iterable[Block]:
    """This year's measures in one table; that a shortfall has none."""
    actions = f.plan_of(results)
    planned = {action["indicator"] for action in actions}
    missed = dict.fromkeys(d["indicator"] for d in f.deviations_of(results, "shortfall"))
    bare = [e for one in missed if one not in planned and (e := f.indicator_of(results, one))]
    yield from f.para(f"针对{f.names(bare)}的改进措施尚未提出。" if bare else "")
    if actions:
        yield _measures_table(results, "".join(flags(results)))


def _measures_table(results: Results, note: str) -> Table:
    columns = [
        ("序号", "center", 2.5),
        ("改进措施", "left", 12),
        ("数量、金额", "center", 4.5),
        ("责任岗位", "center", 4),
        ("期限", "center", 4.5),
        ("衡量指标", "left", 9),
        ("状态", "center", 4),
    ]
    rows: list[list[str | Cell]] = [
        [
            str(at),
            Cell(text=w.brief(action["action"], ACTION_LENGTH), anchor=figure_id("plan", action["id"])),
            measure_size(action),
            w.clause(action.get("owner")) or w.TO_FILL,
            _due(action),
            yardstick_words(action, f.decimals_of(results, f.yardstick_of(action).get("measure"))),
            state_words(action),
        ]
        for at, action in enumerate(f.plan_of(results), start=1)
    ]
    return f.table("下一步改进措施", columns, rows, note=note or None)


def _due(action: Action) -> str:
    """A date that nobody adopted is a suggestion."""
    due = action.get("due")
    return (w.date_text(due) + ("（建议）" if action["status"] == "proposed" else "")) if due else w.TO_FILL


def closing(results: Results) -> Iterable[Block]:
    """The list of attachments, the unit and the date."""
    posts = results.get("posts")
    yield Closing(institution=w.plain(results["institution"]), date=w.date_text(posts["date"]) if posts else w.TO_FILL)
