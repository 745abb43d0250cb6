"""Which late repairs replacing machines avoids: those of their model, as often as new machines have fewer of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from helpers.deviation.clocks_again import Place
from helpers.deviation.machine_days import Cell, Counts, count, in_use, new_machines, read_devices, read_failures
from helpers.deviation.new_machines import age_within_model, new_prices
from helpers.deviation.replacement import Choice, Machine, Rate, avoided, choose, rate
from helpers.deviation.saved_cases import Saved, late_condition
from helpers.deviation.yearly_count import Estimate
from helpers.indicators import parse_money
from helpers.year.engine import identifier

if TYPE_CHECKING:
    from helpers.measures.figures import Measures
    from helpers.year.declared_spares import Fleet


@dataclass(frozen=True, kw_only=True)
class Replaceable:
    """The machines worth replacing, all of them in order, those that the budget reaches (``within``), and how often
    each group and new machines fail and are late.

    A group is a model; where age matters within it, a model and age. ``places``: the late repairs by model, of
    machines in the register."""

    spec: Fleet
    choice: Choice[Cell]
    within: Choice[Cell]
    budget: Fraction | None
    groups: Mapping[Cell, Cell]
    fails: Mapping[Cell, Rate]
    new_fails: Mapping[Cell, Rate]
    late: Mapping[Cell, Rate]
    new_late: Mapping[Cell, Rate]
    places: Mapping[str, tuple[Place, ...]]
    late_counts: Counts

    def first(self, machines: int) -> list[Cell]:
        """The groups of the first so many machines."""
        return self.of(self.choice.machines[:machines])

    def of(self, machines: Sequence[Machine[Cell]]) -> list[Cell]:
        """The group of each machine."""
        return [self.groups[machine.cell] for machine in machines]

    def cost(self, machines: int) -> Fraction:
        """元 for the first so many, at the price of a new machine."""
        return sum((m.price or Fraction(0) for m in self.choice.machines[:machines]), Fraction(0))

    def estimate(self, cells: Sequence[Cell]) -> Estimate:
        """Late repairs a year avoided; none are where new machines are as often late."""
        return Estimate(*avoided(cells, self.late, self.new_late)) if cells else Estimate(0.0, 0.0, 0.0)

    def fewer(self, cells: Sequence[Cell]) -> float:
        """Repairs a year avoided, late or not."""
        return avoided(cells, self.fails, self.new_fails)[0] if cells else 0.0

    def at_these_rates(self, machines: Sequence[Machine[Cell]]) -> Estimate:
        """Late repairs that replacing machines chosen otherwise, say on last year's records, would have avoided at
        this year's rates of their models; those of a model that is no longer in use avoid none."""
        groups = {m.cell: (m.cell[0], m.cell[1], None) for m in machines}
        rates, new = _pooled(self.late_counts, groups), _new(self.late_counts, groups)
        cells = [groups[m.cell] for m in machines]
        cells = [cell for cell in cells if cell in new and rates[cell].value is not None]
        return Estimate(*avoided(cells, rates, new)) if cells else Estimate(0.0, 0.0, 0.0)

    def saved(self, cells: Sequence[Cell]) -> Saved:
        """Each late repair of the models with the chance that it would not have come about."""
        found: dict[Place, float] = {}
        gains: dict[str, float] = {}
        for cell, machines in Counter(cells).items():
            gain = (self.late[cell].value or 0.0) - (self.new_late[cell].value or 0.0)
            gains[cell[1]] = gains.get(cell[1], 0.0) + machines * gain
        for model, gain in gains.items():
            mine = self.places.get(model, ())
            for place in mine:
                found[place] = min(1.0, max(0.0, gain / len(mine)))
        return Saved(found)


def replaceable(measures: Measures, measure: str) -> Replaceable | None:
    """None where no machines are worth replacing, or the failures are no rows of the share."""
    spec, year = measures.year.year.fleet, measures.year.fiscal
    if spec is None or spec.failures.table != measures.year.measures[measure].table:
        return None
    devices = read_devices(measures, spec)
    failed = f"({spec.failures.where}\n)" if spec.failures.where else "true"
    counted = measures.year.measures[measure].where
    inside = f"{failed} AND ({counted}\n)" if counted else failed
    late = f"{failed} AND {late_condition(measures, measure)}"
    counts = count(devices, read_failures(measures, spec), year, spec.age_bands)
    fails = _rates(counts)
    prices = new_prices(devices, year.last)
    machines = in_use(spec, devices, counts, prices, year)
    new = new_machines(counts, fails)
    choice = choose(machines, None, fails, new)
    if not choice.machines:
        return None
    budget = None if spec.budget is None else Fraction(parse_money(spec.budget))
    groups = _groups(counts, [m.cell for m in choice.machines])
    inside_counts = count(devices, read_failures(measures, spec, inside), year, spec.age_bands)
    late_counts = count(devices, read_failures(measures, spec, late), year, spec.age_bands)
    models = {device.id: device.model for device in devices if device.id is not None}
    return Replaceable(
        spec=spec,
        choice=choice,
        within=choose(machines, budget, fails, new),
        budget=budget,
        groups=groups,
        fails=_pooled(inside_counts, groups),
        new_fails=_new(inside_counts, groups),
        late=_pooled(late_counts, groups),
        new_late=_new(late_counts, groups),
        places=_places(measures, spec, late, models),
        late_counts=late_counts,
    )


def _rates(counts: Counts) -> dict[Cell, Rate]:
    return {cell: rate(*pair) for cell, pair in counts.cells.items() if cell[2] is not None and pair[1] > 0}


def _groups(counts: Counts, cells: Sequence[Cell]) -> dict[Cell, Cell]:
    """The group of each cell: the whole model where age does not matter within it."""
    asked = list(dict.fromkeys(cells))
    return {
        cell: cell if age_within_model(counts.cells, cell, len(asked)).matters else (cell[0], cell[1], None)
        for cell in asked
    }


def _pooled(counts: Counts, groups: Mapping[Cell, Cell]) -> dict[Cell, Rate]:
    """The rate of each group over all its machines of known age."""
    found = {}
    for group in dict.fromkeys(groups.values()):
        pairs = [
            pair
            for cell, pair in counts.cells.items()
            if cell[2] is not None and (cell == group or (group[2] is None and cell[:2] == group[:2]))
        ]
        found[group] = rate(sum(k for k, _ in pairs), sum(d for _, d in pairs))
    return found


def _new(counts: Counts, groups: Mapping[Cell, Cell]) -> dict[Cell, Rate]:
    """The rate of the new machines that would stand in for each group's."""
    new = new_machines(counts, _rates(counts))
    return {group: new[cell] for cell, group in groups.items() if cell in new}


def _places(measures: Measures, spec: Fleet, late: str, models: Mapping[str, str]) -> dict[str, tuple[Place, ...]]:
    columns = {
        "file": "source_file",
        "row": "source_row",
        "device": f"CAST({identifier(spec.failures.device)} AS VARCHAR)",
    }
    found: dict[str, list[Place]] = {}
    for row in measures.select(spec.failures.table, columns, late).to_pylist():
        if row["device"] in models:
            found.setdefault(models[row["device"]], []).append((row["file"], row["row"]))
    return {model: tuple(places) for model, places in sorted(found.items())}
