"""Which way is better, and exact and tabular values as JSON has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from helpers.indicators import Target
    from helpers.year.declared_indicators import Measure


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


def declared_alike(one: Mapping[str, Measure], other: Mapping[str, Measure], name: str) -> bool:
    """Whether two years' files measure the same under a name, whatever they call it."""

    def declared(measures: Mapping[str, Measure]) -> list[object]:
        parts = [measures[name], *(measures[n] for n in (measures[name].numerator, measures[name].denominator) if n)]
        return [part.model_dump(exclude={"words", "numerator", "denominator"}) for part in parts]

    return declared(one) == declared(other)
