"""The shape of plan.yml: improvement measures, and by what each is judged next year."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from helpers.year.base import Identifier, Model, Strings, Words


class Yardstick(Model):
    """By what an action is judged next year; without a measure there is nothing to verify it by but words.

    ``comparison``: which rows of the measure's table the action does not touch, as a condition like ``where``;
    the measure over them shows what would have happened anyway.
    """

    measure: Identifier | None = None
    target: Words
    words: str | None = None
    comparison: str | None = None

    @model_validator(mode="after")
    def _of_a_measure(self) -> Yardstick:
        if self.comparison is not None and self.measure is None:
            raise ValueError("写了 comparison 就要写 measure")
        return self


class Action(Model):
    """One improvement measure; ``confirmed`` says whether the cause was confirmed (null: open); ``options``: ids of
    ``spares.options`` in results.json whose replayed figure the measure carries. ``part``: the part of a compound
    indicator that the measure is for; ``quantity`` and ``cost``: how much of what, and for how much money."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")]
    indicator: Identifier
    cause: Words
    confirmed: bool | None = None
    action: Words
    part: Words | None = None
    quantity: Words | None = None
    cost: Words | None = None
    owner: Words
    due: date
    yardstick: Yardstick
    expected_effect: str | None = None
    status: Literal["proposed", "adopted", "done"] = "adopted"
    done_on: date | None = None
    carried_from: str | None = None
    options: Strings = ()


class PlanFile(Model):
    """plan.yml"""

    actions: tuple[Action, ...] = ()
