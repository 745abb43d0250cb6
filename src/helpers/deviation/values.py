"""Which way is better, and exact and tabular values as JSON has them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from helpers.indicators import Target


class MonthFigure(Protocol):
    """One month of a series: its value, over how many rows it was taken, and for a share the rows that
    kept the condition."""

    @property
    def month(self) -> str: ...
    @property
    def value(self) -> Fraction | None: ...
    @property
    def n(self) -> int: ...
    @property
    def hits(self) -> int | None: ...


def with_figures(months: Sequence[MonthFigure], agg: str | None) -> list[MonthFigure]:
    """The months that say something: of a count or sum each one, nothing being nothing; else those with rows."""
    known = [m for m in months if m.value is not None]
    return known if agg in ("count", "sum") else [m for m in known if m.n > 0]


def side(target: Target) -> Literal["higher", "lower", "equal"] | None:
    """Whether more or less is better: by the operator, else by the known direction.

    "=" beside a known direction means no exact figure but that bound, as the evaluation reads it.
    """
    if target.op == "=" or target.op is None:
        return target.direction or ("equal" if target.op == "=" else None)
    return "lower" if target.op in ("<", "<=") else "higher"
