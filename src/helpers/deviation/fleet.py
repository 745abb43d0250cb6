"""The replacement plan of a year: the register and the failures read, rates by model and age, machines in order."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from helpers.deviation.replacement import Choice, Machine, Rate, against_rest, avoided, choose, rate, worse_than_new
from helpers.indicators import parse_money
from helpers.indicators.plain import plain
from helpers.year.personal import MASKED

if TYPE_CHECKING:
    from helpers.measures.figures import Measures
from helpers.year.declared_spares import Fleet

#: Machines listed by number; how many there are is always exact.
LISTED = 200
SAYS = {
    "higher": "故障率高于其余设备，超出偶然波动",
    "lower": "故障率低于其余设备，超出偶然波动",
    "not_distinguishable": "与其余设备的差别在偶然波动范围以内",
    "unknown": "缺少在用台数或故障记录，无法判断",
}
Json = dict[str, Any]
#: (kind, model, first year of the age band); the band is None where the age is not known.
Cell = tuple[str, str, int | None]


@dataclass(frozen=True)
class Device:
    """One machine of the register. ``bought``, ``retired`` None: not recorded."""

    id: str | None
    model: str
    kind: str
    bought: datetime.date | None
    retired: datetime.date | None
    price: Fraction | None


@dataclass(frozen=True)
class Failure:
    device: str | None
    model: str | None
    at: datetime.date | None


@dataclass(frozen=True)
class Counts:
    """Failures and machine-days by model and by cell.

    ``no_device``: failures whose machine is not named or not in the register; ``no_model`` those of them
    for which not even the model is known. They count nowhere by age.
    """

    models: dict[str, tuple[int, int]]
    cells: dict[Cell, tuple[int, int]]
    own: Counter[str]
    failures: int
    no_device: int
    no_model: int


def replacement_plan(measures: Measures) -> Json:
    """``spares.replacement`` of results.json; ``reason`` says what keeps it from being made."""
    spec = measures.year.year.fleet
    if spec is None:
        return {"reason": "未声明设备台账（fleet），不知道在用台数和购置日期，算不出故障率", "models": []}
    devices, failures = _devices(measures, spec), _failures(measures, spec)
    counts = count(devices, failures, measures.year.fiscal_year, spec.age_bands)
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
    new = _new(counts, rates)
    masked = spec.id in measures.year.year.tables[spec.table].tidy_personal
    plan, why = _plan(spec, devices, counts, rates, new, measures.year.fiscal_year, masked)
    return {**base, "reason": why, "cells": _cells(rates, new), "plan": plan}


# --- reading --------------------------------------------------------------------------------------


def _devices(measures: Measures, spec: Fleet) -> list[Device]:
    """The register's machines; a machine without a model is of the model ""."""
    columns = {
        "id": f'CAST("{spec.id}" AS VARCHAR)',
        "model": f"coalesce(CAST(\"{spec.model}\" AS VARCHAR), '')",
        "kind": f"coalesce(CAST(\"{spec.kind}\" AS VARCHAR), '')" if spec.kind else "''",
        "bought": f'CAST("{spec.bought}" AS DATE)',
        "retired": f'CAST("{spec.retired}" AS DATE)' if spec.retired else "CAST(NULL AS DATE)",
        "price": f'CAST("{spec.price}" AS DECIMAL(18, 2))' if spec.price else "CAST(NULL AS DECIMAL(18, 2))",
    }
    rows = measures.select(spec.table, columns, spec.where).to_pylist()
    return [
        Device(
            r["id"],
            r["model"],
            r["kind"],
            r["bought"],
            r["retired"],
            None if r["price"] is None or r["price"] < 0 else Fraction(r["price"]),
        )
        for r in rows
    ]


def _failures(measures: Measures, spec: Fleet) -> Iterator[Failure]:
    """One after another: of a large log there are too many to hold as objects."""
    f = spec.failures
    columns = {
        "device": f'CAST("{f.device}" AS VARCHAR)',
        "at": f'CAST("{f.at}" AS DATE)',
        "model": f'CAST("{f.model}" AS VARCHAR)' if f.model else "CAST(NULL AS VARCHAR)",
    }
    for batch in measures.select(f.table, columns, f.where).to_batches(max_chunksize=50_000):
        yield from (Failure(r["device"], r["model"], r["at"]) for r in batch.to_pylist())


# --- counting -------------------------------------------------------------------------------------


def count(devices: Sequence[Device], failures: Iterable[Failure], fiscal_year: int, bands: Sequence[int]) -> Counts:
    """Failures and machine-days of the year. A failure belongs to its machine's model and its age that day;
    without a machine in the register to the model it names, at no age."""
    register = {device.id: device for device in devices if device.id is not None}
    kinds = {device.model: device.kind for device in devices}
    models: dict[str, list[int]] = {device.model: [0, 0] for device in devices}
    cells: dict[Cell, list[int]] = {}
    for device in devices:
        for band, days in exposure(device, fiscal_year, bands).items():
            models[device.model][1] += days
            cells.setdefault((device.kind, device.model, band), [0, 0])[1] += days
    own: Counter[str] = Counter()
    no_device = no_model = total = 0
    for failure in failures:
        total += 1
        found = register.get(failure.device) if failure.device is not None else None
        if found is None:
            no_device += 1
            if failure.model in models:
                models[failure.model][0] += 1
            else:
                no_model += 1
            continue
        own[str(found.id)] += 1
        models[found.model][0] += 1
        age = age_on(found.bought, failure.at)
        cells.setdefault((kinds[found.model], found.model, _band(age, bands)), [0, 0])[0] += 1
    return Counts(
        {m: (k, d) for m, (k, d) in models.items()},
        {c: (k, d) for c, (k, d) in cells.items()},
        own,
        total,
        no_device,
        no_model,
    )


def exposure(device: Device, fiscal_year: int, bands: Sequence[int]) -> dict[int | None, int]:
    """The days of the year on which a machine was in use, by age band: from the day it was bought to the day
    before it was retired. Without a day of purchase it counts as in use all year, at no known age."""
    first, end = datetime.date(fiscal_year, 1, 1), datetime.date(fiscal_year + 1, 1, 1)
    end = min(end, device.retired) if device.retired else end
    if device.bought is None:
        return {None: (end - first).days} if end > first else {}
    first = max(first, device.bought)
    starts = [0, *bands]
    found: dict[int | None, int] = {}
    for number, start in enumerate(starts):
        since = max(first, birthday(device.bought, start))
        until = min(end, birthday(device.bought, starts[number + 1])) if number + 1 < len(starts) else end
        if until > since:
            found[start] = (until - since).days
    return found


def birthday(bought: datetime.date, years: int) -> datetime.date:
    """The day on which a machine is so many years old; of 29 February, 1 March."""
    try:
        return bought.replace(year=bought.year + years)
    except ValueError:
        return datetime.date(bought.year + years, 3, 1)


def age_on(bought: datetime.date | None, day: datetime.date | None) -> int | None:
    """Completed years; None where a day is missing or the machine was bought later."""
    if bought is None or day is None or day < bought:
        return None
    years = day.year - bought.year
    return years if birthday(bought, years) <= day else years - 1


def _band(age: int | None, bands: Sequence[int]) -> int | None:
    return None if age is None else max(start for start in (0, *bands) if start <= age)


# --- results --------------------------------------------------------------------------------------


def _new(counts: Counts, rates: dict[Cell, Rate]) -> dict[Cell, Rate]:
    """For each cell beyond the first band the rate of machines in the first one: of its kind, else of the fleet."""

    def young(kind: str | None) -> Rate:
        pairs = [pair for cell, pair in counts.cells.items() if cell[2] == 0 and kind in (None, cell[0])]
        return rate(sum(k for k, _ in pairs), sum(d for _, d in pairs), kind or "")

    own = {kind: young(kind) for kind in {cell[0] for cell in rates}}
    fleet = young(None)
    found = {cell: own[cell[0]] if own[cell[0]].days else fleet for cell in rates if cell[2] != 0}
    return {cell: one for cell, one in found.items() if one.days}


def _plan(
    spec: Fleet,
    devices: Sequence[Device],
    counts: Counts,
    rates: dict[Cell, Rate],
    new: dict[Cell, Rate],
    fiscal_year: int,
    masked: bool,
) -> tuple[Json | None, str | None]:
    end = datetime.date(fiscal_year, 12, 31)
    machines = []
    for device in devices:
        age = age_on(device.bought, end)
        if age is not None and not (device.retired and device.retired <= end):
            cell: Cell = (device.kind, device.model, _band(age, spec.age_bands))
            machines.append(Machine(device.id or "", cell, device.price, age, counts.own[device.id or ""]))
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
        return None, "没有哪个型号、年限的故障率高于新设备且超出偶然波动，不能据此提出更换"
    if all(m.price is None for m in machines if m.cell in worse):
        return None, "没有设备价格，不能在预算内排出更换次序"
    choice = choose(machines, budget, rates, new)
    if not choice.machines:
        return None, "预算不足以更换一台应当先换的设备"
    return (
        {
            "budget": plain(budget),
            "cost": plain(choice.cost),
            "machines": len(choice.machines),
            "candidates": sum(m.cell in worse and m.price is not None for m in machines),
            "without_price": sum(m.cell in worse and m.price is None for m in machines),
            "avoided": round(choice.avoided, 2),
            "low": round(choice.low, 2),
            "high": round(choice.high, 2),
            "groups": _groups(choice, rates, new),
            "list": [
                {
                    "id": MASKED if masked else m.id,
                    "model": m.cell[1],
                    "age": m.age,
                    "failures": m.failures,  # type: ignore[index]
                    "price": plain(m.price),
                }
                for m in choice.machines[:LISTED]
            ],
        },
        None,
    )


def _groups(choice: Choice, rates: dict[Cell, Rate], new: dict[Cell, Rate]) -> list[Json]:
    """The chosen machines by model and age, in the order in which they were chosen."""
    found = []
    for cell in dict.fromkeys(m.cell for m in choice.machines):
        members = [m for m in choice.machines if m.cell == cell]
        total, low, high = avoided([cell] * len(members), rates, new)
        kind, model, band = cell  # type: ignore[misc]
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
