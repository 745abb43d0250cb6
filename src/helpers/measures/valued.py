"""What the exact parts of a measure come to: for the year, a month, or the rows with one value of a column."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from helpers.measures import compile as compiled
from helpers.year.declared_indicators import Measure


@dataclass(frozen=True, kw_only=True)
class Valued:
    """A measure over the rows with one value of a column; ``figure`` is None where it cannot be known, or a ``day``."""

    value: str | None
    figure: Fraction | None
    day: str | None
    n: int
    hits: int | None
    unknown: int


def value_of(measure: Measure, hits: Any, n: int) -> Fraction | None:
    """The figure from its exact parts; None where there is nothing to take a share or mean of."""
    match measure.agg:
        case "count" | "distinct":
            return Fraction(hits)
        case "max" | "min":
            return None if hits is None else Fraction(hits, compiled.scale_of(measure))
        case "earliest" | "latest":
            return None
        case "sum":
            return Fraction(hits, compiled.scale_of(measure))
        case "share":
            return Fraction(hits, n) if n else None
        case "mean":
            return Fraction(hits, compiled.scale_of(measure) * n) if n else None
        case "quantile":
            return None if hits is None else Fraction(repr(hits))
    raise ValueError(measure.agg)


def unit_of(measure: Measure) -> str | None:
    return "比例" if measure.agg == "share" else measure.unit
