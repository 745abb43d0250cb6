"""What the statistics of a deviation say in words: score, last year, chance, control chart, time, trend."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from helpers.report import facts as f
from helpers.report import wording as w
from helpers.report.blocks import Block
from helpers.report.facts import by_dimension, column_words, told_apart, value_name
from helpers.report.figures import control_figure, states_figure
from helpers.report.fiscal_words import year_word, year_words
from helpers.report.results_deviations import Cause, Composition, Control, Deviation, Signal, StateTime
from helpers.report.results_types import Results
from helpers.report.summary_phrases import hours_words, signal_words

MOST_VALUES, MOST_PROPERTIES = 2, 2
"""What was behind a signal: so many values of so many properties."""
COMMON = 0.5
"""A value, or two together, of so many of its cases are worth a word."""
BLOCKS = {"day": "少数几天", "week": "少数几周", "device": "少数几台设备"}
MOST_STATES, MOST_TURNED = 3, 3
TOLD_CHANGE = 0.001
"""Smaller changes of a share are not taken apart."""
MAIN_PART = 0.5
"""Of a change so much must come from other cases for that to be said."""
WIDE = 2
"""From so many times the sampling variation on, the months of a share are said to vary widely."""


# --- size -----------------------------------------------------------------------------------------


def points_lost(results: Results, deviation: Deviation) -> str:
    """What the deviation costs: of the weight of the whole indicator, also where it is about a part."""
    lost = deviation.get("points_lost")
    indicator = f.indicator_of(results, deviation["indicator"])
    if not lost or indicator is None:
        return ""
    size = w.number_text(lost, 2, [0])
    return f"因此少得{size}分（该指标分值{w.score_text(indicator['weight'])}）。"


def last_year(results: Results, deviation: Deviation, unit: str | None, decimals: int | None = None) -> str:
    """This year's figure against last year's, and whether the change is more than chance; ``decimals``: that the
    indicator declares."""
    since = deviation.get("since_last_year")
    if not since or since["value"] is None:
        return ""
    value = w.value_text(since["value"], since.get("unit") or unit, places=decimals)
    year = year_words(results, since["fiscal_year"])
    if since.get("part_of_year"):
        return f"{year}为{value}，两年的记录没有都涵盖全年，不作比较。"
    if since.get("repeats_unlike"):
        return f"{year}为{value}，未计承接上一年的再次发生，与本年度不能直接比较。"
    if since["change"] is None:
        return f"{year}为{value}，口径与本年度不同，不作比较。"
    if since["change"] == 0:
        return f"与{year}（{value}）相同。"
    unit = since.get("unit") or unit
    rose = since["change"] > 0
    verb = ("提高" if rose else "下降") if unit == "比例" else ("增加" if rose else "减少")
    size = w.gap_text(abs(since["change"]), unit, since["value"], decimals)
    beyond = {True: "，变化明显", False: "，属正常起伏", None: ""}[since.get("beyond_chance")]
    return f"比{year}（{value}）{verb}{size}{beyond}。{_composed(deviation, since['change'], unit)}"


def _composed(deviation: Deviation, change: float, unit: str | None) -> str:
    """How much of a change comes from other cases than before, where that is the greater part of it; of a sample
    the cases are those who answered."""
    since = deviation.get("since_last_year")
    if deviation.get("interval") or (unit == "比例" and abs(change) < TOLD_CHANGE):
        return ""
    told = _leading_mix(since.get("composition") if since else None, change)
    if told is None:
        return ""
    what = column_words(told["dimension"], deviation)
    mix, rate = (w.gap_text(abs(part), unit) for part in _adding_up(told, change, unit))
    same = "同类记录本身的变化" if told["rate"] * change >= 0 else "同类记录本身反而向相反方向变化"
    return f"按{what}看，其中{mix}来自各类记录所占比重的变化，{same}为{rate}。"


def _adding_up(told: Composition, change: float, unit: str | None) -> tuple[float, float]:
    """Both parts of a change; of points the second is what is left of the printed change beside the printed first."""
    if unit != "比例":
        return told["mix"], told["rate"]
    mix, whole = (round(part * 100, 1) for part in (told["mix"], change))
    left = round(whole - mix, 1)
    return (told["mix"], left / 100) if left else (told["mix"], told["rate"])


def _leading_mix(splits: Sequence[Composition] | None, change: float) -> Composition | None:
    """The split whose mix is the greater part of a change, in its direction."""
    leading = [s for s in splits or () if s["mix"] * change > 0 and abs(s["mix"]) >= MAIN_PART * abs(change)]
    return leading[0] if leading else None


# --- chance ---------------------------------------------------------------------------------------


def against_chance(cause: Cause, deviation: Deviation) -> str:
    """How many misses a group has, and how many it would have if it fared like rows that are alike in all else."""
    known, misses = deviation.get("text_facts") or {}, cause.get("misses")
    others = cause.get("adjusted")
    expected = others["expected"] if others else cause.get("expected")
    if not cause.get("beyond_chance") or expected is None or misses is None or not known.get("misses"):
        return ""
    share = w.ratio_text(misses / known["misses"])
    return (
        f"；这一组{cause['rows']}条记录中有{misses}条没有达到要求，占全部未达到条数的{share}，"
        f"而{compared(cause.get('dimension'), deviation)}只应有{w.number_text(expected, 1)}条"
    )


def turned(deviation: Deviation) -> str:
    """The groups that look worse than they are, or better, because of the company that they keep; largest first."""
    found = [c for c in deviation.get("causes") or () if (others := c.get("adjusted")) and others.get("turned")]
    found.sort(key=lambda c: -abs((c.get("misses") or 0) - (c.get("expected") or 0)))
    told = []
    for cause in found[:MOST_TURNED]:
        dimension, misses, others = cause.get("dimension"), cause.get("misses") or 0, cause.get("adjusted")
        by_all = cause.get("expected")
        if others is None or by_all is None:
            continue
        first, then = ("多于", "偏少") if misses > by_all else ("少于", "偏多")
        told.append(
            f"按{column_words(str(dimension), deviation)}看，“{w.brief(value_name(dimension, cause.get('cause')))}”"
            f"没有达到要求的{misses}条，单独看{first}按总体比例应有的{w.number_text(by_all, 1)}条；"
            f"{compared(dimension, deviation)}应有{w.number_text(others['expected'], 1)}条，实际反而{then}。"
        )
    return "".join(told)


def compared(dimension: str | None, deviation: Deviation) -> str:
    """What the expected misses of a dimension's groups are taken from."""
    told = next((one for one in deviation.get("dimensions") or () if one["dimension"] == dimension), None)
    names = _names(told.get("adjusted_for") or (), deviation) if told else ""
    if names:
        return f"按{names}相同的其他记录"
    if told and told.get("compared_with") == "recorded":
        return f"按填写了{column_words(str(dimension), deviation)}的记录的比例"
    return "按总体比例"


def _names(dimensions: Iterable[str], deviation: Deviation) -> str:
    return "、".join(column_words(name, deviation) for name in dimensions)


def not_told_apart(deviation: Deviation) -> str:
    """The dimensions from which no cause can be read, by name, and those that another one explains."""
    told = told_apart(deviation)
    names = [dimension for dimension in by_dimension(deviation) if f.tells_nothing(deviation, dimension)]
    even = [name for name in names if told[name].get("test") == "evenness"]
    blank = [name for name in names if _mostly_blank(name, deviation)]
    explained = [name for name in names if told[name].get("explained_by")]
    clustered = [name for name in names if told[name].get("clustered_by") and name not in explained]
    spread = [name for name in names if name not in (*even, *blank, *explained, *clustered)]
    sentences = [f"没有达到要求的记录多数没有{name}的记载，不能据此判断原因。" for name in blank]
    sentences += [f"记录的各项{name}条数相近，没有哪一项突出。" for name in even if name not in blank]
    by: dict[str, list[str]] = {}
    for name in explained:
        by.setdefault(_names(told[name].get("explained_by") or (), deviation), []).append(name)
    for others, alike in by.items():
        sentences.append(f"按{'、'.join(alike)}看的差别，在{others}相同的记录之间不再明显，不单独作为原因。")
    for name in clustered:
        blocks = BLOCKS[told[name].get("clustered_by") or "day"]
        sentences.append(f"按{name}看的差别来自集中在{blocks}的一批记录，不能据此判断原因。")
    if spread:
        sentences.append(f"按{'、'.join(spread)}看，各组之间的差别属正常起伏，不能据此判断原因。")
    return "".join(sentences)


def _mostly_blank(dimension: str, deviation: Deviation) -> bool:
    """Whether most misses have no value of a dimension that only misses have."""
    own = told_apart(deviation)[dimension]
    if own.get("compared_with"):
        return False
    causes = by_dimension(deviation)[dimension]
    blank, misses = ([c.get("misses") or 0 for c in causes if chosen(c)] for chosen in (_unnamed, bool))
    return bool(sum(misses)) and 2 * sum(blank) > sum(misses)


def _unnamed(cause: Cause) -> bool:
    return not cause.get("cause")


# --- control chart --------------------------------------------------------------------------------


def control_blocks(deviation: Deviation, unit: str | None, name: str, subject: str) -> Iterable[Block]:
    """The control chart, what it signals, and the tickets behind; one sentence where there is no chart."""
    control = deviation.get("control")
    if not control or not control.get("points"):
        return
    unit = unit or deviation.get("unit")
    if control.get("centre") is None:
        if len(control["points"]) > 1:
            yield from f.para(f"有记录的只有{len(control['points'])}个月，不足以确定各月的正常范围。")
        return
    yield from control_figure(deviation, unit, name, subject)
    signals = control["signals"]
    if signals:
        told = "；".join(_signal(signal, deviation) for signal in signals)
        yield from f.para(f"各月之中有{len(signals)}处超出正常起伏：{told}。其余各月属正常起伏。")
    else:
        yield from f.para("各月高低差别属正常起伏，结果不是个别月份造成的。")
    yield from f.para(_small(control), _missing(control), _wide(control), _two_years(control))


def _signal(signal: Signal, deviation: Deviation) -> str:
    months = signal["months"]
    when = w.date_text(months[0]) + (f"至{w.date_text(months[-1])}" if len(months) > 1 else "")
    words = f"{when}，{signal_words(signal)}"
    if signal.get("favourable"):
        return f"{words}，方向有利，可以总结做法"
    misses = signal.get("misses") or 0
    if not misses:
        return words
    these = "计入" if f.each_counts(deviation) else "没有达到要求的有"
    return f"{words}，其间{these}{misses}条{_behind(signal, deviation)}{_other_cases(signal, deviation)}"


def _behind(signal: Signal, deviation: Deviation) -> str:
    """，其中备件到货迟17条，PSU-2055、MB-4500共14条: what most cases of a signal have in common.

    Only where every case of it is known; the dimensions are those over which the gap is split.
    """
    ids, misses = {*(signal.get("tickets") or ())}, signal.get("misses") or 0
    cases = [one for one in deviation.get("tickets") or () if ids & {str(value) for value in one.values()}]
    if len(cases) != misses:
        return ""
    told: list[str] = []
    for name in [one["dimension"] for one in deviation.get("dimensions") or () if one["dimension"] != "month"]:
        counts = Counter(value for one in cases if (value := one.get(name)) is not None)
        ranked = sorted(counts.items(), key=lambda item: (-item[1], str(item[0])))
        fewest = next((at for at in range(1, MOST_VALUES + 1) if _common(ranked[:at], misses)), 0)
        if fewest:
            values = "、".join(value_name(name, value) for value, _ in ranked[:fewest])
            total = sum(count for _, count in ranked[:fewest])
            told.append(f"{column_words(name, deviation)}为{values}的{'共' if fewest > 1 else ''}{total}条")
    return f"，其中{'，'.join(told[:MOST_PROPERTIES])}" if told else ""


def _common(ranked: Sequence[tuple[object, int]], misses: int) -> bool:
    return sum(count for _, count in ranked) > COMMON * misses


def _other_cases(signal: Signal, deviation: Deviation) -> str:
    """Where the months of a signal had other cases than the rest of the year."""
    splits = signal.get("composition") or []
    change = splits[0]["mix"] + splits[0]["rate"] if splits else 0
    told = _leading_mix(splits, change)
    if told is None:
        return ""
    part = w.ratio_text(min(1.0, told["mix"] / change))
    return f"，与其余各月的差距约{part}来自{column_words(told['dimension'], deviation)}的构成不同"


def _small(control: Control) -> str:
    small = control.get("small") or []
    if not small:
        return ""
    if control["kind"] == "c":
        return "各月件数很少，只判断单月是否超出正常范围。"
    return f"有{len(small)}个月记录较少，对这些月份只判断单月是否超出正常范围。"


def _wide(control: Control) -> str:
    """Where months vary widely by nature, so do the limits."""
    times = control.get("dispersion") or 0
    if times < WIDE:
        return ""
    return "各月之间的起伏本来就大，正常范围已相应放宽。"


def _two_years(control: Control) -> str:
    months = control.get("based_on") or 0
    return f"正常范围按连同上年在内的{months}个月测算。" if months > len(control["points"]) else ""


def _missing(control: Control) -> str:
    missing = control.get("missing") or []
    return f"{w.listing(map(w.date_text, missing))}没有记录，不参加判断。" if missing else ""


# --- time in state --------------------------------------------------------------------------------


def states_blocks(deviation: Deviation, name: str, subject: str) -> Iterable[Block]:
    """Where the time went, of all cases and of those that missed."""
    states = deviation.get("states")
    if not states or not states["all"].get("seconds"):
        return
    every, missed = states["all"], states["misses"]
    span = f"从{w.clause(states.get('start_words'))}到{w.clause(states.get('end_words'))}"
    told = f"{span}，{every['rows']}条记录共用时{hours_words(every['hours'])}，{_largest(every['parts'])}。"
    more = ""
    if missed.get("seconds"):
        more = f"没有达到要求的{missed['rows']}条共用时{hours_words(missed['hours'])}，{_largest(missed['parts'])}。"
    left = f"另有{every['left_out']}条起止时间不全或先后颠倒，没有计入。" if every["left_out"] else ""
    yield from f.para(told, more, f"用时按自然时间计算，夜间和休息日包括在内；各环节相加等于总用时。{left}")
    yield from states_figure(deviation, name, subject)


def _largest(parts: Sequence[StateTime]) -> str:
    """等待备件占56.38%、维修操作占33.16%"""
    found = sorted((p for p in parts if p["seconds"]), key=lambda p: -p["seconds"])[:MOST_STATES]
    return "其中" + "、".join(f"{w.plain(p['state'])}占{w.ratio_text(p['share'] or 0)}" for p in found)


# --- trend ----------------------------------------------------------------------------------------


def course(results: Results, deviation: Deviation, unit: str | None) -> str:
    """The months' course against the target: how far, how sure, and where it would lead."""
    trend = deviation.get("trend")
    if not trend or "months" not in trend["by"]:
        return ""
    unit = unit or deviation.get("unit")
    falls = trend["slope"] < 0
    step = w.gap_text(abs(trend["slope"]), unit, trend["first"])
    of_the_year = year_word(results)
    told = (
        f"本年度有记录的{trend['months']}个月总体呈{'下降' if falls else '上升'}走势，"
        f"平均每月{'下降' if falls else '上升'}{step}，"
        f"由{of_the_year}初的{w.value_text(trend['first'], unit)}左右"
        f"到{of_the_year}末的{w.value_text(trend['last'], unit)}左右，"
        "变化明显。"
    )
    season = "上一年度各月的走势相同，不排除是季节因素。" if trend.get("seasonal") else ""
    misses = "将达不到目标" if trend["ahead_misses"] else "仍能达到目标"
    ahead = f"照此下去，下一年度约为{w.value_text(trend['ahead'], unit)}，{misses}。"
    return told + season + ahead
