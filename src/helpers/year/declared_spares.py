"""How spare parts and the fleet are declared: which columns tell demand, lead time, price, age and failure."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from helpers.year.base import Identifier, Model, Strings, Words


class Catalogue(Model):
    """The list of parts: ``part`` is the column of the same numbers as in the repair log; ``price`` in 元."""

    table: Identifier
    part: Identifier
    price: Identifier | None = None
    name: Identifier | None = None


class StockMoves(Model):
    """The book of the shelf: ``kind`` says what a line is; ``received`` and ``issued`` are its values for what came
    in (an opening stock too) and what went out. ``ordered``: when what came in had been ordered."""

    table: Identifier
    part: Identifier
    kind: Identifier
    quantity: Identifier
    moved: Identifier
    ordered: Identifier | None = None
    received: Annotated[Strings, Field(min_length=1)]
    issued: Annotated[Strings, Field(min_length=1)]


class Spares(Model):
    """The repair log as demand for spare parts.

    One row of ``table`` for which ``where`` holds and which names a ``part`` is a demand of one piece.
    ``ordered`` and ``arrived``: when the part was ordered for this repair and when it came; a demand
    without them was served from the shelf. ``needed``: from when a part served from the shelf was needed
    (``opened`` when not said). ``measure``: the share over ``table`` that the replay computes again.
    ``lead_time``: calendar days, for parts without a recorded lead time. ``min_demand``: parts used less
    often in the year are not planned.
    """

    table: Identifier
    where: Words | None = None
    part: Identifier
    model: Identifier | None = None
    opened: Identifier
    resolved: Identifier
    needed: Identifier | None = None
    ordered: Identifier | None = None
    arrived: Identifier | None = None
    lead_time: Decimal | None = Field(default=None, gt=0, le=1000)
    measure: Identifier
    catalogue: Catalogue | None = None
    moves: StockMoves | None = None
    service_level: Decimal = Field(default=Decimal("0.95"), gt=0, lt=1)
    min_demand: int = Field(default=2, ge=1)

    @model_validator(mode="after")
    def _leads(self) -> Spares:
        if (self.ordered is None) != (self.arrived is None):
            raise ValueError("ordered 与 arrived 要同时写")
        if self.ordered is None and self.lead_time is None:
            raise ValueError("没有 ordered、arrived 两列时，写 lead_time（到货天数）")
        return self


class Failures(Model):
    """Which rows of a table are failures: each of a ``device`` of the register, or at least of a ``model``."""

    table: Identifier
    where: Words | None = None
    device: Identifier
    model: Identifier | None = None
    at: Identifier


class Fleet(Model):
    """The device register: when each machine was bought and retired, and its price.

    ``where``: which machines count; ``kind``: machines that stand in for each other, so that a new one costs what
    the last one bought of the kind did; ``age_bands``: where a new band of completed years begins, the first band
    being "new"; ``budget``: an amount such as 20万元; ``budget_standing``: whether somebody approved it.
    """

    table: Identifier
    where: Words | None = None
    id: Identifier
    model: Identifier
    kind: Identifier | None = None
    bought: Identifier
    retired: Identifier | None = None
    price: Identifier | None = None
    failures: Failures
    budget: Words | None = None
    budget_standing: Literal["assumed", "approved"] = "assumed"
    age_bands: Annotated[tuple[int, ...], Field(min_length=1)] = (3, 5, 8)

    @model_validator(mode="after")
    def _bands(self) -> Fleet:
        if list(self.age_bands) != sorted({band for band in self.age_bands if band > 0}):
            raise ValueError("age_bands 要从小到大，每个都大于零，如 [3, 5, 8]")
        return self
