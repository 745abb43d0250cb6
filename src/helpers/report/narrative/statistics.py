"""The exact statistics behind plain words: which test, which value, for the technical paper; what the words mean."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from helpers.report import facts as f
from helpers.report import wording as w
from helpers.report.blocks import Block, Paragraph
from helpers.report.facts import column_words
from helpers.report.fiscal_words import year_words
from helpers.report.followed_numbers import fixed, said
from helpers.report.results_deviations import Deviation
from helpers.report.results_plans import Spares
from helpers.report.results_types import Results

#: What is judged, by which method, with which figures.
Row = list[str]

_TESTS = {
    "chi_square": "皮尔逊卡方检验",
    "permutation": "置换检验（随机重排）",
    "evenness": "登记原因的均匀性检验",
    "rank": "Kruskal–Wallis秩和检验",
}
_CONTROL = {"p": "占比控制图（p图）", "c": "计数控制图（c图）", "xmr": "单值—移动极差控制图（XmR）"}
_DISTRIBUTIONS = {"poisson": "泊松分布", "negative_binomial": "负二项分布"}
LEVEL = fixed(f"{w.ratio_text(0.95)}置信区间")
SMALLEST_P = fixed("p < 0.001")


def terms(results: Results) -> Iterable[Block]:
    """What two words mean that the analysis needs: one sentence each, said once."""
    if results["deviations"]:
        yield Paragraph(
            text="用语说明：同样的工作，各年各月的数字本来就有高低，这种高低称为“正常起伏”，不大可能由它造成的差别才称为“明显”；"
            "“估计在某数至某数之间”，是指按现有记录推算，有九成五的把握真实水平在此之间。",
            style="note",
        )


def exact(results: Results) -> Iterable[Block]:
    """Each judgement that the report puts in plain words, with its test and figures."""
    rows = [row for deviation in results["deviations"] for row in _deviation(results, deviation)]
    rows += _effects(results)
    if spares := results.get("spares"):
        rows += _spares(spares)
    if rows:
        columns = [("判断的事项", "left", 10), ("方法", "left", 10), ("数值", "left", 13)]
        yield f.table("统计判断的方法和数值", columns, rows, note="p 为没有差别时出现这样大或更大差别的概率。")


def _deviation(results: Results, deviation: Deviation) -> Iterator[Row]:
    what = f.subject(results, deviation)
    since = deviation.get("since_last_year")
    if since and (p := since.get("p_value")) is not None:
        yield [f"{what}：与{year_words(results, since['fiscal_year'])}之差", "比较两年，以月为整群", _p(p)]
    for one in deviation.get("dimensions") or ():
        if one.get("p_value") is None:
            continue
        adjusted = one.get("adjusted_p_value")
        beside = "、".join(column_words(name, deviation) for name in one.get("adjusted_for") or ())
        more = (
            f"；{beside + '相同时' if beside else '与其他方面一并考虑时'}{_p(adjusted)}" if adjusted is not None else ""
        )
        name = column_words(one["dimension"], deviation)
        yield [
            f"{what}：按{name}看各组有无差别",
            _TESTS.get(one.get("test") or "", w.BLANK),
            f"{_p(one['p_value'])}{more}",
        ]
    for found in deviation.get("combinations") or ():
        values = f.values_words(found["values"], deviation)
        yield [f"{what}：集中于{values}", f"扫描{found.get('looked_at', 0)}种组合，随机重排", _p(found.get("p_value"))]
    if interval := deviation.get("interval"):
        entry = f.judged(results, deviation)
        yield [
            f"{what}：样本推断",
            f"Wilson区间，有限总体校正，{LEVEL}",
            _between(interval, w.actual_unit(entry) if entry else None),
        ]
    yield from _control(what, deviation)
    trend = deviation.get("trend")
    if trend and trend.get("p_value") is not None:
        yield [
            f"{what}：各月走势",
            "Mann–Kendall趋势检验，Theil–Sen斜率",
            said(f"τ = {trend.get('tau', 0):.3f}") + f"，{_p(trend['p_value'])}",
        ]


def _control(what: str, deviation: Deviation) -> Iterator[Row]:
    control = deviation.get("control")
    if not control or control.get("centre") is None:
        return
    unit = deviation.get("unit")
    times = control.get("dispersion")
    told = [f"中心线{w.value_text(control['centre'], unit, places=2)}"]
    told += [f"限宽为抽样波动的{w.number_text(times)}倍（Laney）"] if times else []
    told += [f"{w.date_text(signal['months'][-1])}{w.clause(signal['words'])}" for signal in control["signals"]]
    yield [
        f"{what}：各月是否超出正常起伏",
        f"{_CONTROL[control['kind']]}，{w.clause(control.get('source'))}"
        + ("，记录少的月份按二项分布精确计算" if control.get("small") else ""),
        "，".join(told),
    ]


def _effects(results: Results) -> list[Row]:
    rows = []
    for at, entry in enumerate(results.get("followup") or (), start=1):
        if effect := entry.get("effect"):
            unit = (entry.get("yardstick") or {}).get("unit")
            low, high = (_difference(bound, unit) for bound in effect["interval"])
            rows.append([
                f"上年措施第{at}项：完成前后的变化",
                f"以月为整群的前后比较，{LEVEL}",
                f"{_difference(effect['change'], unit)}（{low}至{high}），{_p(effect['p_value'])}",
            ])  # fmt: skip
    return rows


def _spares(plan: Spares) -> list[Row]:
    rows = []
    proof = plan["out_of_sample"]
    if proof and proof.get("fill_interval_months"):
        held = f"{w.ratio_text(proof['fill_rate'], places=2)}（{_between(proof['fill_interval_months'], '比例')}）"
        rows.append(["备件储备：用上年测算在本年验证", f"整月重抽，{LEVEL}", held])
    for part in plan["parts"]:
        shape = part.get("distribution")
        spread = part.get("dispersion") or {}
        if shape:
            p = spread.get("p_value")
            told = [f"到货期内平均用量{w.number_text(part.get('demand_in_lead') or 0)}件"]
            told += [f"离散检验{_p(p)}"] if p is not None else []
            rows.append([f"备件{w.clause(part['part'])}：到货期内的用量", _DISTRIBUTIONS[shape], "，".join(told)])
    for model in plan["replacement"].get("models") or ():
        if model.get("p_value") is not None:
            low, high = w.number_text(model["low"]), w.number_text(model["high"])
            size = f"{w.number_text(model['rate'])}（{low}至{high}），{_p(model['p_value'])}"
            rows.append([f"型号{w.clause(model['model'])}：每台每年故障次数", f"泊松率的精确区间，{LEVEL}", size])
    return rows


def _p(value: float | None) -> str:
    """p = 0.352, p < 0.001"""
    if value is None:
        return w.BLANK
    return SMALLEST_P if value < 0.001 else said(f"p = {value:.3f}")


def _between(bounds: Iterable[float], unit: str | None) -> str:
    return "至".join(w.value_text(bound, unit, places=2) for bound in bounds)


def _difference(size: float, unit: str | None) -> str:
    """A signed difference in the unit."""
    return f"{'−' if size < 0 else '+'}{w.gap_text(abs(size), unit, places=2)}"
