"""Targets, actuals and outcomes: what a form states, exactly and in base units."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from helpers.indicators.plain import plain

Kind = Literal["number", "duration", "date", "period", "band", "frequency", "choice", "compound", "unknown"]
Op = Literal["<", "<=", "=", ">=", ">"]
Direction = Literal["higher", "lower", "equal"]
DirectionSource = Literal["text", "year_file", "lexicon", "unknown"]
Status = Literal["met", "partly_met", "not_met", "unknown"]

#: A number, an ISO date, two of either (period, band), a word (choice), or nothing.
Value = Fraction | str | tuple[Fraction, Fraction] | tuple[str, str] | None


@dataclass(frozen=True, kw_only=True)
class Target:
    """A target (年度指标值) as it can be understood.

    ``text`` is kept as written; ``value`` is in base units (比例, 元, 小时; 工作日 stays). ``op`` None: not
    said. ``reason`` says why it is unknown, ``damaged`` why it cannot be as it stands, though it can
    be read (a scanned ≥ that became 2). ``scale``: what one of the written unit is worth in the base
    unit, so that an actual without unit can be read in it.
    """

    text: str
    kind: Kind = "unknown"
    op: Op | None = None
    value: Value = None
    unit: str | None = None
    direction: Direction | None = None
    direction_source: DirectionSource = "unknown"
    reason: str | None = None
    damaged: str | None = None
    scale: Fraction = Fraction(1)
    parts: tuple[Target, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def ends(self) -> tuple[Fraction, Fraction]:
        """The lower and the upper end of a band."""
        low, high = self.value if isinstance(self.value, tuple) else (None, None)
        assert isinstance(low, Fraction)
        assert isinstance(high, Fraction)
        return low, high

    def to_json(self) -> dict[str, Any]:
        """The target object of results.json."""
        return {
            "kind": self.kind,
            "op": self.op,
            "value": plain(self.value),
            "unit": self.unit,
            "direction": self.direction,
            "direction_source": self.direction_source,
            "reason": self.reason,
        }


@dataclass(frozen=True, kw_only=True)
class Actual:
    """An actual (实际完成值). ``op``: an operator copied from the target, so that the exact value is not
    shown; ``notes``: approximate · lower_bound · operator_copied."""

    text: str
    kind: Kind = "unknown"
    value: Value = None
    unit: str | None = None
    op: Op | None = None
    reason: str | None = None
    scale: Fraction = Fraction(1)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """An actual against its target. ``attainment`` is not capped; ``favourable``: on the better side;
    ``rated``: the share of the weight was given with the grade, and no formula changes it."""

    status: Status
    attainment: Fraction | None = None
    variance: Fraction | None = None
    variance_rate: Fraction | None = None
    favourable: bool | None = None
    notes: tuple[str, ...] = ()
    rated: bool = False


UNKNOWN = Outcome(status="unknown")
