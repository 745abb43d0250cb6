"""What a new machine costs, and whether age matters within a model: what a replacement may be argued with."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from helpers.deviation.replacement import ALPHA, p_value, rate

#: (kind, model, first year of the age band).
Cell = tuple[str, str, int | None]


class Bought(Protocol):
    """A machine of the register."""

    @property
    def model(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def bought(self) -> datetime.date | None: ...
    @property
    def price(self) -> Fraction | None: ...


@dataclass(frozen=True)
class NewPrice:
    """The last purchase of a kind: 元."""

    model: str
    bought: datetime.date
    price: Fraction


def new_prices(devices: Sequence[Bought], until: datetime.date) -> dict[str, NewPrice]:
    """By kind the model that was bought last, up to a day, and its price; the dearest of one day.

    Machines without a kind stand in for nobody, so no price of another one is theirs."""
    found: dict[str, NewPrice] = {}
    for one in devices:
        if not one.kind or one.bought is None or one.bought > until or not one.price:
            continue
        last = found.get(one.kind)
        if last is None or (one.bought, one.price, one.model) > (last.bought, last.price, last.model):
            found[one.kind] = NewPrice(one.model, one.bought, one.price)
    return found


@dataclass(frozen=True)
class AgeTest:
    """Whether machines of an age fail more than younger ones of their own model: exact, given both counts.

    ``matters`` None: the model has no younger machines in use, so its age and the model cannot be told apart."""

    p_value: float | None
    matters: bool | None


def age_within_model(cells: Mapping[Cell, tuple[int, int]], cell: Cell, looks: int = 1) -> AgeTest:
    """``cells``: failures and machine-days by kind, model and age; ``looks``: how many groups are asked
    (Bonferroni)."""
    kind, model, band = cell
    younger = [
        pair for (k, m, b), pair in cells.items() if (k, m) == (kind, model) and b is not None and b < (band or 0)
    ]
    failures, days = (sum(pair[i] for pair in younger) for i in (0, 1))
    if days <= 0 or cell not in cells:
        return AgeTest(None, None)
    p = p_value(rate(*cells[cell]), rate(failures, days), greater=True)
    p = None if p is None else min(1.0, p * max(looks, 1))
    return AgeTest(p, None if p is None else p < ALPHA)
