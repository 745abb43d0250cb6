"""Measures compared by money: what each costs, how many cases more it keeps in time, and what that makes a case.

Every figure is of the year's own records: spare parts replayed, machines at the rate of new ones, waits cut out. No
case counts twice, neither within an option nor where two are taken together. What was planned on last year's records
is gone through again on this year's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from helpers.activity.calendar import CalendarUnknown
from helpers.activity.reclock import CannotReclock
from helpers.deviation.demands import Log, read_log
from helpers.deviation.machine_days import Cell
from helpers.deviation.replaced_cases import Replaceable, replaceable
from helpers.deviation.replacement import Machine
from helpers.deviation.saved_cases import LateCases, Saved, late_cases, shared, together
from helpers.deviation.spare_levels import SpareLevels, spare_levels
from helpers.deviation.spares_plan import plan_parts
from helpers.deviation.spares_proposals import label
from helpers.deviation.stock_book import Shelf, read_shelf
from helpers.deviation.yearly_count import Estimate, total
from helpers.indicators.plain import plain
from helpers.measures.database import QueryStopped

if TYPE_CHECKING:
    from helpers.measures.figures import Measures

Json = dict[str, Any]

#: Two options overlap where together they save so many cases fewer than each by itself.
OVERLAP = 0.5
#: So many models are named of those that are replaced together.
NAMED = 3


@dataclass(frozen=True, kw_only=True)
class Option:
    """One measure. ``cost`` in 元, None where nobody has recorded it; ``fewer``: cases a year that then do not come
    about at all; ``told``: the cases more in time with their interval; ``parts``, ``machines``: what is bought."""

    id: str
    kind: str
    words: str
    basis: str
    cost: Fraction | None
    saved: Saved
    told: Estimate
    late: LateCases
    fewer: float = 0.0
    standing: str | None = None
    model: str | None = None
    part: str | None = None
    parts: tuple[tuple[str, int, int], ...] = ()
    machines: int | None = None
    checked: Json | None = None

    def to_json(self) -> Json:
        """The row of results.json. No more cases can be kept in time than were late."""
        late = self.late
        told = capped(self.told, late)
        return {
            "id": self.id,
            "kind": self.kind,
            "words": self.words,
            "basis": self.basis,
            "measure": late.measure,
            "cost": plain(self.cost),
            "standing": self.standing,
            "saved": round(told.value, 2),
            "low": round(told.low, 2),
            "high": round(told.high, 2),
            "per_case": self._per(told.value),
            "per_case_low": self._per(told.high),
            "per_case_high": self._per(told.low),
            "before": late.hits / late.n if late.n else None,
            "after": self._after(),
            "parts": [{"part": part, "stock": stock, "on_hand": there} for part, stock, there in self.parts],
            "machines": self.machines,
            "checked": self.checked,
        }

    def _per(self, cases: float) -> float | None:
        return None if self.cost is None or cases <= 0 else round(float(self.cost) / cases, 2)

    def _after(self) -> float | None:
        """The share then: of the cases that do not come about the late ones are among the saved, the others leave
        the ones in time."""
        n = self.late.n - self.fewer
        kept = self.late.hits + self.told.value - self.fewer
        return round(min(1.0, max(0.0, kept / n)), 9) if n > 0 else None


def capped(told: Estimate, late: LateCases) -> Estimate:
    """At most the year's late cases."""
    most = float(len(late.opened))
    return Estimate(min(told.value, most), min(told.low, most), min(told.high, most))


@dataclass(frozen=True, kw_only=True)
class Found:
    """What the year's records give for the comparison; None with the ``reasons`` why not."""

    late: LateCases
    spares: SpareLevels | None
    machines: Replaceable | None
    reasons: tuple[str, ...] = ()
    log: Log | None = None
    shelf: Shelf = field(default_factory=Shelf)


def find(measures: Measures) -> Found | None:
    """Spare parts and machines of the year under the share of ``spares``; None where none is declared."""
    spec = measures.year.year.spares
    if spec is None:
        return None
    late, reasons, levels = late_cases(measures, spec.measure), [], None
    log = read_log(measures, spec)
    shelf = read_shelf(measures, log)
    plans = [plan for plan in plan_parts(log) if plan.stock and plan.part in log.prices]
    if spec.ordered is None:
        reasons.append("没有备件订购和到货时间的记录，算不出储备备件能多按时完成多少")
    elif not plans:
        reasons.append("没有一种备件既能测算储备量又有单价，备件不能按金额比较")
    else:
        try:
            levels = spare_levels(measures, log, plans, shelf)
        except (CannotReclock, QueryStopped) as error:
            reasons.append(str(error))
        except CalendarUnknown as error:
            reasons.append(error.what)
    machines = replaceable(measures, spec.measure)
    return Found(late=late, spares=levels, machines=machines, reasons=tuple(reasons), log=log, shelf=shelf)


# --- the options ------------------------------------------------------------------------------------


def spare_options(found: Found) -> list[Option]:
    """Each part by itself, all of them each at its level, and together at the overall level, from nothing and beyond
    what is on the shelf."""
    levels, late = found.spares, found.late
    if levels is None:
        return []
    basis = "按备件逐笔推演维修记录"
    options = [
        stock_option(f"spare-{part}", f"储备{label(part, levels.log)}{n}件", basis, {part: n}, levels, late, part=part)
        for part, n in levels.each.items()
        if levels.of({part: n}).cases > 0
    ]
    share = f"{float(levels.log.spec.service_level):.0%}"
    sets = [
        ("spares-each", f"各种备件分别按{share}的领用无需等待储备", levels.each, False),
        ("spares-overall", f"各种备件合计按{share}的领用无需等待储备", levels.overall, False),
    ]
    if levels.known:
        sets.append(
            ("spares-shelf", f"扣除现有库存，各种备件合计按{share}的领用无需等待补足", levels.beyond_shelf, True)
        )
    return options + [stock_option(id_, w, basis, stock, levels, late, beyond=beyond) for id_, w, stock, beyond in sets]


def stock_option(
    id_: str,
    words: str,
    basis: str,
    stock: Mapping[str, int],
    levels: SpareLevels,
    late: LateCases,
    *,
    beyond: bool = False,
    part: str | None = None,
) -> Option:
    there = levels.shelf if beyond else {}
    saved = levels.more(stock) if beyond else levels.of(stock)
    return Option(
        id=id_,
        kind="spares",
        words=words,
        basis=basis,
        cost=levels.cost(stock, there),
        saved=saved,
        told=_sure(saved, late),
        late=late,
        part=part,
        parts=tuple((p, n, levels.shelf.get(p, 0)) for p, n in sorted(stock.items()) if n > there.get(p, 0)),
    )


def _sure(saved: Saved, late: LateCases) -> Estimate:
    """Whole cases with their interval, less those that a stock makes late."""
    told = late.sure(saved.late)
    return Estimate(told.value - len(saved.lost), told.low - len(saved.lost), told.high - len(saved.lost))


def machine_options(found: Found) -> list[Option]:
    """Each model to be replaced within the budget, and all of them."""
    machines = found.machines
    if machines is None or not machines.within.machines:
        return []
    chosen: dict[tuple[str, int | None], list[Machine[Cell]]] = {}
    for machine in machines.within.machines:
        chosen.setdefault((machine.cell[1], machine.cell[2]), []).append(machine)
    options = [
        machine_option(f"replace-{model}-{band}", f"更换{model}共{len(members)}台", members, found, model)
        for (model, band), members in chosen.items()
    ]
    if len(options) > 1:
        every = list(machines.within.machines)
        models = list(dict.fromkeys(model for model, _ in chosen))
        named = "、".join(models[:NAMED]) + (f"等{len(models)}种型号" if len(models) > NAMED else "")
        options.append(machine_option("replace", f"更换{named}共{len(every)}台", every, found, None))
    return options


def machine_option(id_: str, words: str, members: Sequence[Machine[Cell]], found: Found, model: str | None) -> Option:
    """So many machines replaced by new ones of their kind."""
    machines = found.machines
    assert machines is not None
    cells = machines.of(members)
    saved, told = machines.saved(cells), machines.estimate(cells)
    return Option(
        id=id_,
        kind="replacement",
        words=words,
        basis="按新设备的故障率推算",
        cost=sum((m.price or Fraction(0) for m in members), Fraction(0)),
        saved=saved,
        told=Estimate(saved.cases, min(told.low, saved.cases), max(told.high, saved.cases)),
        fewer=machines.fewer(cells),
        late=found.late,
        standing=standing_of(found),
        model=model,
        machines=len(members),
    )


def standing_of(found: Found) -> str | None:
    """Whether somebody approved the budget within which machines are chosen; None without one."""
    machines = found.machines
    return None if machines is None or machines.budget is None else machines.spec.budget_standing


def combined(id_: str, kind: str, words: str, options: Sequence[Option]) -> Option:
    """Several options taken together, each late case once; intervals are carried over in the proportion in which an
    option adds to those before it."""
    parts, so_far = [], Saved()
    for one in options:
        more = together([so_far, one.saved])
        adds = more.cases - so_far.cases
        factor = adds / one.told.value if one.told.value > 0 else 0.0
        parts.append(one.told.scaled(max(factor, 0.0)))
        so_far = more
    told = total(parts)
    costs = [one.cost for one in options]
    return Option(
        id=id_,
        kind=kind,
        words=words,
        basis="同一件维修只计一次",
        cost=None if any(cost is None for cost in costs) else sum((c for c in costs if c is not None), Fraction(0)),
        saved=so_far,
        told=Estimate(so_far.cases, min(told.low, so_far.cases), max(told.high, so_far.cases)),
        fewer=sum(one.fewer for one in options),
        late=options[0].late,
        standing=next((one.standing for one in options if one.standing), None),
        parts=tuple(part for one in options for part in one.parts),
        machines=sum(one.machines or 0 for one in options) or None,
    )


# --- what overlaps ------------------------------------------------------------------------------------


def overlaps(options: Sequence[Option]) -> list[Json]:
    """Pairs of a part and a model that would save the same cases: doing both saves fewer than the two added up."""
    spares = [one for one in options if one.part is not None]
    found = []
    for machine in (one for one in options if one.model is not None):
        for part in spares:
            both = shared(part.saved, machine.saved)
            if both >= OVERLAP:
                found.append(
                    {
                        "options": [part.id, machine.id],
                        "part": part.part,
                        "model": machine.model,
                        "shared": round(both, 2),
                        "saved_together": round(together([part.saved, machine.saved]).cases, 2),
                    }
                )
    return sorted(found, key=lambda one: (-one["shared"], one["options"]))
