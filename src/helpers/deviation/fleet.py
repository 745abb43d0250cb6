"""The replacement plan of a year: the register and the failures read, rates by model and age, machines in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from helpers.deviation.machine_days import (
    Cell,
    Counts,
    Device,
    count,
    in_use,
    new_machines,
    read_devices,
    read_failures,
)
from helpers.deviation.new_machines import NewPrice, age_within_model, new_prices
from helpers.deviation.replacement import Choice, Rate, against_rest, avoided, choose, rate, worse_than_new
from helpers.indicators import parse_money
from helpers.indicators.plain import plain
from helpers.year.personal import MASKED

if TYPE_CHECKING:
    from helpers.measures.figures import Measures
    from helpers.year.fiscal import FiscalYear
from helpers.year.declared_spares import Fleet

#: Machines listed by number; how many there are is always exact.
LISTED = 200
SAYS = {
    "higher": "故障率明显高于其余设备",
    "lower": "故障率明显低于其余设备",
    "not_distinguishable": "与其余设备没有明显差别",
    "unknown": "缺少在用台数或故障记录，无法判断",
}
Json = dict[str, Any]


def replacement_plan(measures: Measures) -> Json:
    """``spares.replacement`` of results.json; ``reason`` says what keeps it from being made."""
    spec = measures.year.year.fleet
    if spec is None:
        return {"reason": "未声明设备台账（fleet），不知道在用台数和购置日期，算不出故障率", "models": []}
    devices, failures = read_devices(measures, spec), read_failures(measures, spec)
    counts = count(devices, failures, measures.year.fiscal, spec.age_bands)
    total = sum(days for _, days in counts.models.values())
    known = sum(k for k, _ in counts.models.values())
    base = {
        "year": measures.year.fiscal_year,
        "devices": len(devices),
        "machine_years": round(total / 365, 2),
        "failures": counts.failures,
        "without_device": counts.no_device,
        "without_model": counts.no_model,
        "without_bought": sum(device.bought is None for device in devices),
        "age_bands": list(spec.age_bands),
        "fleet": _rate_json(rate(known, total)),
        "models": _models(counts, devices),
        "cells": [],
    }
    reason = (
        "设备台账里没有本年度在用的设备"
        if not total
        else "本年度没有故障记录"
        if not counts.failures
        else "故障记录都没有可对应台账的设备编号，不知道年限"
        if counts.no_device == counts.failures
        else None
    )
    if reason:
        return {**base, "reason": reason, "plan": None}
    rates = {cell: rate(*pair) for cell, pair in counts.cells.items() if cell[2] is not None and pair[1] > 0}
    new = new_machines(counts, rates)
    masked = spec.id in measures.year.year.tables[spec.table].tidy_personal
    plan, why = _plan(spec, devices, counts, rates, new, measures.year.fiscal, masked)
    return {**base, "reason": why, "cells": _cells(rates, new), "plan": plan}


# --- results --------------------------------------------------------------------------------------


def _plan(
    spec: Fleet,
    devices: Sequence[Device],
    counts: Counts,
    rates: dict[Cell, Rate],
    new: dict[Cell, Rate],
    fiscal: FiscalYear,
    masked: bool,
) -> tuple[Json | None, str | None]:
    prices = new_prices(devices, fiscal.last)
    machines = in_use(spec, devices, counts, prices, fiscal)
    budget = None if spec.budget is None else Fraction(parse_money(spec.budget))
    worse = worse_than_new(rates, new)
    if not any(cell[2] for cell in rates):
        unknown = any(device.bought is None for device in devices)
        return None, (
            f"使用满 {spec.age_bands[0]} 年的设备都没有购置日期可查，不知道年限"
            if unknown
            else f"在用设备使用都不满 {spec.age_bands[0]} 年，没有需要更换的旧设备"
        )
    if not new:
        return None, f"没有使用不满 {spec.age_bands[0]} 年的设备，不知道新设备的故障率，算不出更换后能减少多少故障"
    if not worse:
        return None, "没有哪个型号、年限的故障率明显高于新设备，不能据此提出更换"
    if all(m.price is None for m in machines if m.cell in worse):
        return None, "没有设备价格，不能在预算内排出更换次序"
    choice = choose(machines, budget, rates, new)
    if not choice.machines:
        return None, "预算不足以更换一台应当先换的设备"
    return (
        {
            "budget": plain(budget),
            "standing": spec.budget_standing if budget is not None else None,
            "cost": plain(choice.cost),
            "machines": len(choice.machines),
            "candidates": sum(m.cell in worse and m.price is not None for m in machines),
            "without_price": sum(m.cell in worse and m.price is None for m in machines),
            "avoided": round(choice.avoided, 2),
            "low": round(choice.low, 2),
            "high": round(choice.high, 2),
            "groups": _groups(choice, rates, new, counts, prices),
            "list": [
                {
                    "id": MASKED if masked else m.id,
                    "model": m.cell[1],
                    "age": m.age,
                    "failures": m.failures,
                    "price": plain(m.price),
                }
                for m in choice.machines[:LISTED]
            ],
        },
        None,
    )


def _groups(
    choice: Choice[Cell], rates: dict[Cell, Rate], new: dict[Cell, Rate], counts: Counts, prices: dict[str, NewPrice]
) -> list[Json]:
    """The chosen machines by model and age, in the order in which they were chosen, with what their price is taken
    from, and whether age matters within their model."""
    found, cells = [], list(dict.fromkeys(m.cell for m in choice.machines))
    for cell in cells:
        members = [m for m in choice.machines if m.cell == cell]
        total, low, high = avoided([cell] * len(members), rates, new)
        kind, model, band = cell
        age, price = age_within_model(counts.cells, cell, len(cells)), prices.get(kind)
        found.append(
            {
                "kind": kind,
                "model": model,
                "age_from": band,
                "machines": len(members),
                "cost": plain(sum((m.price or Fraction(0) for m in members), Fraction(0))),
                "avoided": round(total, 2),
                "low": round(low, 2),
                "high": round(high, 2),
                "age_p_value": None if age.p_value is None else round(age.p_value, 6),
                "age_matters": age.matters,
                "price": plain(price.price if price else members[0].price),
                "price_model": price.model if price else None,
                "price_bought": price.bought.isoformat() if price else None,
            }
        )
    return found


def _models(counts: Counts, devices: Sequence[Device]) -> list[Json]:
    verdicts = against_rest(counts.models)
    kinds = {device.model: device.kind for device in devices}
    in_use = Counter(device.model for device in devices)
    return [
        {
            "model": model,
            "kind": kinds[model],
            "devices": in_use[model],
            **_rate_json(rate(*counts.models[model])),
            "p_value": None if p is None else round(p, 6),
            "verdict": verdict,
            "words": SAYS[verdict],
        }
        for model, (p, verdict) in sorted(verdicts.items(), key=lambda item: (-_value(counts.models[item[0]]), item[0]))
    ]


def _value(pair: tuple[int, int]) -> float:
    return pair[0] / pair[1] if pair[1] else -1.0


def _cells(rates: dict[Cell, Rate], new: dict[Cell, Rate]) -> list[Json]:
    worse = worse_than_new(rates, new)
    return [
        {
            "kind": cell[0],
            "model": cell[1],
            "age_from": cell[2],
            **_rate_json(one),
            "new_rate": None if cell not in new or new[cell].value is None else round(float(new[cell].value or 0), 6),
            "worse_than_new": None if cell not in new else cell in worse,
        }
        for cell, one in sorted(rates.items(), key=lambda item: (item[0][0], item[0][1], item[0][2] or 0))
    ]


def _rate_json(one: Rate) -> Json:
    def figure(value: float | None) -> float | None:
        return None if value is None else round(value, 6)

    return {
        "failures": one.failures,
        "machine_years": round(one.days / 365, 2),
        "rate": figure(one.value),
        "low": figure(one.low),
        "high": figure(one.high),
    }
