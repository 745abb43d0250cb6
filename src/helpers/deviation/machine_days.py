"""Machines in use and their failures, read from the register and the log: counts and machine-days by model and age."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from helpers.deviation.new_machines import NewPrice
from helpers.deviation.replacement import Machine, Rate, rate

if TYPE_CHECKING:
    from helpers.measures.figures import Measures
    from helpers.year.declared_spares import Fleet
    from helpers.year.fiscal import FiscalYear

#: (kind, model, first year of the age band); the band is None where the age is not known.
Cell = tuple[str, str, int | None]


@dataclass(frozen=True, kw_only=True)
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


@dataclass(frozen=True, kw_only=True)
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


# --- reading --------------------------------------------------------------------------------------


def read_devices(measures: Measures, spec: Fleet) -> list[Device]:
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
            id=r["id"],
            model=r["model"],
            kind=r["kind"],
            bought=r["bought"],
            retired=r["retired"],
            price=None if r["price"] is None or r["price"] < 0 else Fraction(r["price"]),
        )
        for r in rows
    ]


def read_failures(measures: Measures, spec: Fleet, where: str | None = None) -> Iterator[Failure]:
    """One after another: of a large log there are too many to hold as objects. ``where``: which of them, else all."""
    f = spec.failures
    columns = {
        "device": f'CAST("{f.device}" AS VARCHAR)',
        "at": f'CAST("{f.at}" AS DATE)',
        "model": f'CAST("{f.model}" AS VARCHAR)' if f.model else "CAST(NULL AS VARCHAR)",
    }
    for batch in measures.select(f.table, columns, where or f.where).to_batches(max_chunksize=50_000):
        yield from (Failure(r["device"], r["model"], r["at"]) for r in batch.to_pylist())


# --- counting -------------------------------------------------------------------------------------


def count(devices: Sequence[Device], failures: Iterable[Failure], fiscal: FiscalYear, bands: Sequence[int]) -> Counts:
    """Failures and machine-days of the year. A failure belongs to its machine's model and its age that day;
    without a machine in the register to the model it names, at no age."""
    register = {device.id: device for device in devices if device.id is not None}
    kinds = {device.model: device.kind for device in devices}
    models: dict[str, list[int]] = {device.model: [0, 0] for device in devices}
    cells: dict[Cell, list[int]] = {}
    in_use: dict[Any, dict[int | None, int]] = {}  # many machines are bought, and retired, on the same days
    for device in devices:
        between = device.bought, device.retired
        if between not in in_use:
            in_use[between] = exposure(device, fiscal, bands)
        for band, days in in_use[between].items():
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
        cells.setdefault((kinds[found.model], found.model, band_of(age, bands)), [0, 0])[0] += 1
    return Counts(
        models={m: (k, d) for m, (k, d) in models.items()},
        cells={c: (k, d) for c, (k, d) in cells.items()},
        own=own,
        failures=total,
        no_device=no_device,
        no_model=no_model,
    )


def exposure(device: Device, fiscal: FiscalYear, bands: Sequence[int]) -> dict[int | None, int]:
    """The days of the year on which a machine was in use, by age band: from the day it was bought to the day
    before it was retired. Without a day of purchase it counts as in use all year, at no known age."""
    first, end = fiscal.first, fiscal.end
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


def band_of(age: int | None, bands: Sequence[int]) -> int | None:
    return None if age is None else max(start for start in (0, *bands) if start <= age)


def new_machines(counts: Counts, rates: dict[Cell, Rate]) -> dict[Cell, Rate]:
    """For each cell beyond the first band the rate of machines in the first one: of its kind, else of the fleet."""

    def young(kind: str | None) -> Rate:
        pairs = [pair for cell, pair in counts.cells.items() if cell[2] == 0 and kind in (None, cell[0])]
        return rate(sum(k for k, _ in pairs), sum(d for _, d in pairs), kind or "")

    own = {kind: young(kind) for kind in {cell[0] for cell in rates}}
    fleet = young(None)
    found = {cell: own[cell[0]] if own[cell[0]].days else fleet for cell in rates if cell[2] != 0}
    return {cell: one for cell, one in found.items() if one.days}


def in_use(
    spec: Fleet, devices: Sequence[Device], counts: Counts, prices: Mapping[str, NewPrice], fiscal: FiscalYear
) -> list[Machine[Cell]]:
    """The machines of known age in use at the end of the year, each with what a new one of its kind costs.

    What is bought is a new model of the kind, not another one of the old; of a kind whose last purchase is not known
    the price in the register stands for it."""
    end, machines = fiscal.last, []
    for device in devices:
        age = age_on(device.bought, end)
        if age is not None and not (device.retired and device.retired <= end):
            cell: Cell = (device.kind, device.model, band_of(age, spec.age_bands))
            price = prices[device.kind].price if device.kind in prices else device.price
            machines.append(Machine(device.id or "", cell, price, age, counts.own[device.id or ""]))
    return machines
