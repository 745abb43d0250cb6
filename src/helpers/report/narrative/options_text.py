"""Measures compared by what they cost and how many cases more they keep in time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from helpers.report import facts as f
from helpers.report import wording as w
from helpers.report.blocks import Block, Table
from helpers.report.fiscal_words import year_word
from helpers.report.narrative.asked import Difference, Line, proposed_stock, to_buy
from helpers.report.narrative.spares_text import standing_words
from helpers.report.results_plans import Action, ChosenSet, MoneyOption, Options, Overlap, Spares
from helpers.report.results_types import Results

MOST_ROWS = 14
#: Fewer cases than this are next to none.
NONE = 0.5


def options(results: Results) -> Iterable[Block]:
    """The table, what the cheaper of two does, last year's plan on this year, what overlaps, the set of a budget."""
    yield from _to_be_bought(results)
    yield from options_blocks(results.get("spares"), year_word(results))


def _to_be_bought(results: Results) -> Iterable[Block]:
    """What page one asks for, part by part: needed, brought by adopted measures, there, to be bought, at what price."""
    left, stock = to_buy(results), proposed_stock(results)
    if left is None or stock is None:
        return
    spares = results.get("spares")
    named = {part["part"]: w.clause(part.get("name")) for part in (spares["parts"] if spares else ())}
    columns = [
        ("备件", "left", 9.0),
        ("应储备（件）", "right", 4.0),
        *([("已列入改进措施（件）", "right", 5.0)] if left.adopted else []),
        *([("可用库存（件）", "right", 4.5)] if left.there else []),
        ("拟购置（件）", "right", 4.0),
        ("单价（元）", "right", 4.0),
        ("金额（元）", "right", 4.5),
    ]
    bought = sorted((line for line in left.lines if line.bought), key=lambda one: (-one.bought, one.part))
    rows = [_bought_row(line, named, left) for line in bought]
    if rest := [line for line in left.lines if not line.bought]:
        rows.append(_rest_row(rest, left))
    total = [str(left.needed)] + [str(left.adopted)] * bool(left.adopted) + [str(left.there)] * bool(left.there)
    rows.append(["合计", *total, str(left.bought), w.BLANK, _yuan(left.cost)])
    yield from f.para(_of_which(left, stock))
    yield f.table("拟购置备件清单（待批准）", columns, rows, total_row=True)


def _bought_row(line: Line, named: Mapping[str, str], left: Difference) -> list[str]:
    name = named.get(line.part)
    return [
        f"{name}（{w.clause(line.part)}）" if name else w.clause(line.part),
        str(line.needed),
        *[str(line.adopted)] * bool(left.adopted),
        *[str(line.there)] * bool(left.there),
        str(line.bought),
        _yuan(line.price),
        _yuan(line.cost),
    ]


def _rest_row(rest: Sequence[Line], left: Difference) -> list[str]:
    """The kinds of which nothing is to be bought, together."""
    return [
        f"其余{len(rest)}种，不需购置",
        str(sum(line.needed for line in rest)),
        *[str(sum(line.adopted for line in rest))] * bool(left.adopted),
        *[str(sum(line.there for line in rest))] * bool(left.there),
        "0",
        w.BLANK,
        "0",
    ]


def _yuan(amount: float | None) -> str:
    return w.BLANK if amount is None else w.number_text(amount, 2)


def _of_which(left: Difference, stock: MoneyOption) -> str:
    """The stock, what of it is adopted or there, and what is left: figures that a reader would subtract."""
    told = f"按{w.clause(stock['words'])}，共需{left.needed}件，{w.yuan_text(stock['cost'] or 0)}"
    less = []
    if left.adopted:
        more = f"（该项共{left.brought}件，其余不在此列）" if left.brought > left.adopted else ""
        less.append(f"改进措施{left.numbers}已列的{left.adopted}件{more}")
    less += [f"可用库存的{left.there}件"] * bool(left.there)
    money = f"，{w.yuan_text(left.cost)}" if left.cost is not None else ""
    if not less:
        return f"{told}，列于下表。"
    return f"{told}；扣除{'、'.join(less)}，拟购置{left.bought}件{money}，列于下表。"


def options_blocks(plan: Spares | None, year: str = "年") -> Iterable[Block]:
    """The same of one plan; ``year``: what stands behind the numbers of years."""
    found = plan.get("options") if plan else None
    shown = _shown(found) if found else []
    if not found or not shown:
        return
    by_id = {one["id"]: one for one in found["rows"]}
    told = [_cheaper(by_id), _proved(by_id, year), _machines_proved(found, year)]
    yield from f.para(*told, *(_overlap(one, by_id) for one in _largest(found["overlaps"])))
    yield _table(found, shown)
    yield from f.para(_chosen(found["chosen"]), "以上均为测算，供选择措施时参考，采纳与否以改进措施为准。")


def _shown(found: Options) -> list[MoneyOption]:
    """Single parts have their own table; what saves next to nothing is left out."""
    rows = [one for one in found["rows"] if not one["id"].startswith("spare-") and one["saved"] >= NONE]
    return sorted(rows, key=lambda one: (one["cost"] is None, one["per_case"] or 0.0, -one["saved"], one["id"]))


def _cheaper(by_id: dict[str, MoneyOption]) -> str:
    each, overall = by_id.get("spares-each"), by_id.get("spares-overall")
    if not each or not overall or each["cost"] is None or overall["cost"] is None or each["cost"] <= overall["cost"]:
        return ""
    told = (
        f"备件不必每种都达到要求的水平：按各种备件合计达到这一水平配置，需{w.yuan_text(overall['cost'])}，"
        f"可多按时完成{cases(overall['saved'])}；"
    )
    if each["saved"] == overall["saved"]:
        return f"{told}每种分别达到需{w.yuan_text(each['cost'])}，多按时完成的件数相同。"
    return f"{told}每种分别达到需{w.yuan_text(each['cost'])}，可多按时完成{cases(each['saved'])}。"


def _proved(by_id: dict[str, MoneyOption], year: str) -> str:
    overall = by_id.get("spares-overall")
    proof = overall["checked"] if overall else None
    if not proof:
        return ""
    return (
        f"用{proof['planned_on']}{year}的记录作出同样的配置（{w.yuan_text(proof['cost'] or 0)}），"
        f"放到{proof['replayed_on']}{year}的维修中推演，"
        f"可多按时完成{cases(proof['saved'])}。"
    )


def _machines_proved(found: Options, year: str) -> str:
    """Machines chosen on last year's records, at this year's rates."""
    proof = next((one["checked"] for one in found["rows"] if one["kind"] == "replacement" and one["checked"]), None)
    if not proof:
        return ""
    return (
        f"用{proof['planned_on']}{year}的记录选定更换的设备（{w.yuan_text(proof['cost'] or 0)}），"
        f"按{proof['replayed_on']}{year}的故障情况推算，可多按时完成{cases(proof['saved'])}。"
    )


def _largest(overlaps: list[Overlap]) -> list[Overlap]:
    """One for each part and model: a model may be replaced in several ages, of which the first tells enough."""
    found: dict[tuple[str | None, str | None], Overlap] = {}
    for one in overlaps:
        found.setdefault((one["part"], one["model"]), one)
    return list(found.values())


def _overlap(one: Overlap, by_id: dict[str, MoneyOption]) -> str:
    """The two options on the same repairs, and what to choose between."""
    first, second = (by_id[id_] for id_ in one["options"])
    choice = [
        f"{w.clause(option['words'])}，每多按时完成一件约需{per_case_text(option['per_case'])}"
        for option in (first, second)
        if option["per_case"] is not None
    ]
    return (
        f"{w.clause(first['words'])}与{w.clause(second['words'])}针对的有一部分是同样的维修，两项都做共多按时完成"
        f"{cases(one['saved_together'])}，比分别相加少{cases(one['shared'])}，如只做一项，可比较："
        f"{'；'.join(choice)}。"
    )


def _table(found: Options, shown: list[MoneyOption]) -> Table:
    columns = [
        ("措施", "left", 13),
        ("所需经费", "right", 5.5),
        ("多按时完成（件）", "right", 4.5),
        ("考虑起伏的范围（件）", "center", 5.5),
        ("每件约需经费", "right", 5),
        ("现占比", "right", 5),
        ("可达到", "right", 5),
    ]
    chosen = found["chosen"]
    rows = [_row(one) for one in shown[:MOST_ROWS]]
    if chosen:
        limit = f"{standing_words(chosen['standing'])}的{w.money_text(chosen['budget'] or 0)}以内件数最多的组合"
        rows.append([f"{limit}：{w.clause(chosen['words'])}", *_row(chosen)[1:]])
    more = len(shown) - MOST_ROWS
    notes = [w.clause(text) for text in found["assumptions"]] + [w.clause(text) for text in found["reasons"]]
    notes += [f"另有{more}项未列出"] * (more > 0)
    return f.table(
        "各项措施的费用和效果比较（测算，尚未采纳）", columns, rows, note="；".join(notes) + "。" if notes else None
    )


def _row(one: MoneyOption) -> list[str]:
    before, after = one["before"], one["after"]
    return [
        w.clause(one["words"]),
        w.BLANK if one["cost"] is None else w.yuan_text(one["cost"]),
        number(one["saved"]),
        # What at most can be had is a bound, not an estimate.
        w.BLANK if one["kind"] == "limit" else w.count_range(one["low"], one["high"]),
        w.BLANK if one["per_case"] is None else per_case_text(one["per_case"]),
        w.BLANK if before is None else w.ratio_text(before),
        w.BLANK if after is None else w.ratio_text(after),
    ]


def _chosen(chosen: ChosenSet | None) -> str:
    if not chosen:
        return ""
    told = (
        f"在{standing_words(chosen['standing'])}的{w.money_text(chosen['budget'] or 0)}以内，件数最多的组合是"
        f"{w.clause(chosen['words'])}，需{w.yuan_text(chosen['cost'] or 0)}，可多按时完成{cases(chosen['saved'])}"
    )
    alone = chosen["spares_alone"]
    if not alone or alone["cost"] is None:
        return f"{told}。"
    left, rest = chosen["saved"] - alone["saved"], (chosen["cost"] or 0) - alone["cost"]
    return (
        f"{told}；其中备件只需{w.yuan_text(alone['cost'])}，已多按时完成{cases(alone['saved'])}，"
        f"更换设备另需{w.yuan_text(rest)}，只再多{cases(left)}。"
    )


def replayed_words(action: Action) -> str:
    """（按本年记录推演：多按时完成31件，约需3277元，占比可到97.1%，达到目标）"""
    told = action.get("replayed")
    if not told:
        return ""
    saved, cost, after = told.get("saved"), told.get("cost"), told.get("after")
    if told["reason"] or saved is None:
        return f"（未能推演：{w.clause(told['reason'])}）" if told["reason"] else ""
    words = [f"多按时完成{cases(saved)}"] + ([f"约需{w.yuan_text(cost)}"] if cost is not None else [])
    if after is not None:
        words.append(f"占比可到{w.ratio_text(after)}")
    reaches = told.get("reaches_target")
    words += {True: ["可以达到目标"], False: ["仍达不到目标"], None: []}[reaches]
    return f"（按本年记录推演：{'，'.join(words)}）"


def per_case_text(value: float) -> str:
    """What one case costs, to three figures: the cases that it is divided by are an estimate."""
    places = 2 - math.floor(math.log10(value)) if value > 0 else 0
    return w.yuan_text(float(round(value, places)))


def number(value: float) -> str:
    """Whole cases without decimals, parts of cases with one."""
    return w.number_text(value, 0 if float(value).is_integer() else 1)


def cases(value: float) -> str:
    """45件"""
    return f"{number(value)}件"
