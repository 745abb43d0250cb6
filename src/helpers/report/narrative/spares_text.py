"""Spare parts and replacements: what a stock would have saved, whether last year's plan held, which machines fail more.

Everything here is computed and adopted by nobody: it is printed as a proposal.
"""

from __future__ import annotations

from collections.abc import Iterable

from helpers.report import facts as f
from helpers.report import wording as w
from helpers.report.blocks import Block, Table
from helpers.report.fiscal_words import year_word
from helpers.report.followed_numbers import number_of
from helpers.report.results_basics import Open
from helpers.report.results_plans import Replacement, SparePart, Spares
from helpers.report.results_types import Results

MOST_PARTS = 20
MOST_MODELS = 10
DAY = 86400


def stock(results: Results) -> Iterable[Block]:
    """The stock by part, its replay on this year and of last year's plan, and what is taken for granted."""
    yield from stock_blocks(results.get("spares"), year_word(results))


def stock_blocks(plan: Spares | None, year: str = "年") -> Iterable[Block]:
    """The same of one plan; ``year``: what stands behind the numbers of years."""
    if not plan or plan.get("service_level") is None:
        return
    if plan["reason"] or not plan.get("totals"):
        yield from f.para(f"未能测算备件储备：{w.clause(plan['reason'])}。" if plan["reason"] else "")
        return
    yield from f.para(_size(plan, year), _replayed(plan))
    yield from f.para(_held(plan, year))
    if plan["parts"]:
        yield _parts_table(plan)
    yield from f.para(
        "测算的前提：" + "；".join(w.clause(text) for text in assumed) + "。"
        if (assumed := plan.get("assumptions"))
        else ""
    )


def _size(plan: Spares, year: str) -> str:
    totals: Open = plan.get("totals") or {}
    told = (
        f"{plan['fiscal_year']}{year}{totals['repairs']}件维修中，"
        f"领用备件{totals['demands']}次，涉及{totals['parts']}种备件。"
    )
    if not totals["planned"]:
        return told + "各种备件都缺少测算储备量所需的记录。"
    cost = f"，约需{w.money_text(totals['cost'])}" if totals.get("cost") else ""
    priceless = f"（{totals['without_price']}种没有单价，未计入）" if totals.get("without_price") and cost else ""
    return (
        f"{told}按{w.ratio_text(plan.get('service_level') or 0)}的领用无需等待测算，其中{totals['planned']}种应储备"
        f"{totals['pieces']}件{cost}{priceless}。"
    )


def _replayed(plan: Spares) -> str:
    """The year gone through again with the stock."""
    run = plan["replay"]
    if not run or not run["demands"]:
        return ""
    told = (
        f"以此储备量逐笔推演本年的维修记录，{run['demands']}次领用中{run['filled']}次无需等待，占"
        f"{w.ratio_text(run['fill_rate'] or 0)}"
    )
    if avoided := run.get("wait_avoided_hours"):
        told += f"，共少等待{w.duration_text(avoided)}"
    before, after = run.get("before"), run.get("after")
    if before and after and before["value"] is not None and after["value"] is not None:
        told += (
            f"；{w.clause(plan.get('measure_words'))}由{w.ratio_text(before['value'], [after['value']])}"
            f"变为{w.ratio_text(after['value'], [before['value']])}"
        )
    elif run.get("reason"):
        told += f"；{w.clause(run['reason'])}"
    return told + "。"


def _held(plan: Spares, year: str) -> str:
    """Last year's plan on this year: the proof that does not use what the plan was made from."""
    proof = plan["out_of_sample"]
    if not proof:
        return "没有上年的维修记录，不能用上年的测算在本年加以验证。"
    if not proof.get("demands"):
        return f"未能用上年的测算在本年加以验证：{w.clause(proof['reason'])}。" if proof.get("reason") else ""
    interval = f.interval(proof["fill_interval_months"]) if proof.get("fill_interval_months") else ""
    held = (
        "达到要求的水平"
        if proof["fill_rate"] >= proof["service_level"]
        else {
            True: "与要求的水平的差距属正常起伏",
            False: "低于要求的水平",
            None: "能否达到要求尚不能判定",
        }[proof.get("holds")]
    )
    told = (
        f"用{proof['plan_from']}{year}的记录测算、在{proof['replay_on']}{year}的记录上验证，{proof['demands']}次领用中{proof['filled']}次无需等待，占"
        f"{w.ratio_text(proof['fill_rate'])}{interval}，{held}（{w.ratio_text(proof['service_level'])}）"
    )
    if proof.get("holds") and proof.get("holds_if_independent") is False:
        told += "；若把各次领用看作互不相关，则低于要求"
    grown = [w.clause(one["part"] if isinstance(one, dict) else one) for one in proof.get("grown") or ()]
    return f"{told}。" + (f"{w.listing(grown)}的用量比上年明显增加。" if grown else "")


def _parts_table(plan: Spares) -> Table:
    columns = [
        ("备件", "left", 9),
        ("领用次数", "right", 4),
        ("主要机型", "left", 7),
        ("到货天数中位数", "right", 4.5),
        ("应储备（件）", "right", 4),
        ("无需等待的概率", "right", 5),
        ("所需金额", "right", 5),
        ("可多按时完成（件）", "right", 5),
    ]
    listed = sorted(plan["parts"], key=lambda part: (part["stock"] is None, -_saved(part)))
    rows = [_part(part) for part in listed[:MOST_PARTS]]
    more = len(plan["parts"]) - len(rows)
    note = "可多按时完成的件数是只储备这一种备件时的推演结果，" + (
        "各种备件合计与一并储备的结果一致。" if _adds_up(plan) else "与一并储备的结果不同，不能相加。"
    )
    return f.table(
        "备件储备测算（建议，尚未采纳）", columns, rows, note=note + (f"另有{more}种备件未列出。" if more else "")
    )


def _adds_up(plan: Spares) -> bool:
    """Whether the parts' cases, each replayed alone, add up to those of all parts together."""
    replay = plan["replay"]
    together = replay.get("tickets_saved") if replay else None
    return together == sum(_saved(part) for part in plan["parts"])


def _part(part: SparePart) -> list[str]:
    name = f"{w.clause(part['name'])}（{w.clause(part['part'])}）" if part.get("name") else w.clause(part["part"])
    models = w.listing([w.clause(one["model"]) for one in part.get("models") or () if one.get("model")], 2) or w.BLANK
    lead = part.get("lead") or {}
    days = w.number_text(lead["median_seconds"] / DAY, 1) if lead.get("median_seconds") is not None else w.BLANK
    if part["stock"] is None:
        return [name, str(part["demand"]), models, days, w.BLANK, w.BLANK, w.BLANK, w.BLANK]
    cost = w.money_text(price) if (price := part.get("cost")) is not None else w.BLANK
    saved = str(_saved(part)) if part.get("effect") else w.BLANK
    return [
        name,
        str(part["demand"]),
        models,
        days,
        str(part["stock"]),
        w.ratio_text(part.get("service") or 0),
        cost,
        saved,
    ]


def _saved(part: SparePart) -> int:
    effect = part.get("effect")
    if not effect:
        return 0
    return number_of(int((effect.get("tickets_saved") or 0) - (effect.get("tickets_lost") or 0)))


# --- replacements ---------------------------------------------------------------------------------


def replacement(results: Results) -> Iterable[Block]:
    """Failure rates by model against the rest, and which machines to replace first within the budget."""
    yield from replacement_blocks(results.get("spares"))


def replacement_blocks(plan: Spares | None) -> Iterable[Block]:
    """The same of one plan."""
    found = plan["replacement"] if plan else None
    if not found or not found.get("devices"):
        return
    yield from f.para(_fleet(found), _higher(found))
    if found.get("models"):
        yield _models_table(found)
    yield from f.para(_first(found.get("plan")))


def _fleet(found: Replacement) -> str:
    years = found.get("machine_years")
    span = f"，按实际在用的时间折合{w.number_text(years, 1)}台年" if years is not None else ""
    told = f"在用设备{found['devices']}台{span}，本年故障{found['failures']}次"
    fleet = found.get("fleet") or {}
    if fleet.get("rate") is not None:
        told += (
            f"，平均每台每年{w.number_text(fleet['rate'])}次"
            f"（估计在{w.number_text(fleet['low'])}至{w.number_text(fleet['high'])}次之间）"
        )
    unknown = found.get("without_device") or 0
    return f"{told}；另有{unknown}次故障没有记录设备，未计入。" if unknown else f"{told}。"


def _higher(found: Replacement) -> str:
    higher = [w.clause(one["model"]) for one in found.get("models") or () if one.get("verdict") == "higher"]
    if not higher:
        return "各型号的故障率与其余设备相比，没有明显差别。"
    return f"{w.listing(higher)}的故障率明显高于其余设备。"


def _models_table(found: Replacement) -> Table:
    columns = [
        ("型号", "left", 7),
        ("类别", "left", 6),
        ("台数", "right", 4),
        ("折合台年", "right", 4.5),
        ("故障次数", "right", 4.5),
        ("每台每年故障", "right", 5),
        ("估计范围", "center", 7),
        ("与其余设备相比", "left", 10),
    ]
    models = sorted(found["models"], key=lambda one: -(one.get("rate") or 0))
    rows = [
        [
            w.clause(one["model"]) or w.BLANK,
            w.clause(one.get("kind")) or w.BLANK,
            str(one["devices"]),
            w.number_text(one["machine_years"], 1, keep=True) if one.get("machine_years") is not None else w.BLANK,
            str(one["failures"]),
            w.number_text(one["rate"], keep=True) if one.get("rate") is not None else w.BLANK,
            f"{w.number_text(one['low'], keep=True)}至{w.number_text(one['high'], keep=True)}"
            if one.get("low") is not None
            else w.BLANK,
            w.clause(one.get("words")) or w.BLANK,
        ]
        for one in models[:MOST_MODELS]
    ]
    more = len(models) - len(rows)
    return f.table(
        "各型号设备的故障率", columns, rows, note=f"按故障率从高到低列出，另有{more}个型号未列出。" if more else None
    )


def _first(plan: Open | None) -> str:
    """Which machines come first within the budget, at the price of new ones, and whether their age says anything."""
    if not plan or not plan.get("machines"):
        return ""
    groups = w.listing([_group(one) for one in plan["groups"]], 3)
    within = (
        f"按{standing_words(plan.get('standing'))}的{w.money_text(plan['budget'])}测算，" if plan.get("budget") else ""
    )
    ageless = list(dict.fromkeys(w.clause(one["model"]) for one in plan["groups"] if one.get("age_matters") is False))
    age = (
        f"{w.listing(ageless, 3)}同型号内，使用年限长的与短的故障率没有明显差别，不能归因于使用年限。"
        if ageless
        else ""
    )
    return (
        f"{within}可更换故障率高的{groups}，{_prices(plan)}约需{w.money_text(plan['cost'])}，每年约可减少故障"
        f"{w.number_text(plan['avoided'], 1)}次"
        f"（估计在{w.number_text(plan['low'], 1)}至{w.number_text(plan['high'], 1)}次之间）。{age}"
        "这一测算供制定更换安排时参考，尚未采纳。"
    )


def standing_words(standing: str | None) -> str:
    """Whether a budget was approved."""
    return "批准" if standing == "approved" else "假定（未经批准）"


def _group(one: Open) -> str:
    which = f"使用满{one['age_from']}年的" if one.get("age_matters") else ""
    return f"{which}{w.clause(one['model'])}共{one['machines']}台"


def _prices(plan: Open) -> str:
    """At what price: that of the last purchase of the kind."""
    told = {(one["price_model"], one["price"]) for one in plan["groups"] if one.get("price_model")}
    each = [f"{w.clause(model)}单价{w.money_text(price)}" for model, price in sorted(told)]
    return f"按同类最近购置的{w.listing(each, 3)}计，" if each else ""
