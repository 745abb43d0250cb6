"""indicators.yml: the declared measures and the indicators with their targets and actuals."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import Field, model_validator

from helpers.year.base import Identifier, Model, Strings, Words

Agg = Literal["count", "sum", "mean", "share", "quantile", "ratio", "max", "min", "distinct", "earliest", "latest"]


class Measure(Model):
    """A declared figure: one structure from which total, series, groupings, SQL and words derive.

    ``where`` and ``value`` are SQL expressions over the tidy columns. ``agg``: count rows; sum, mean, greatest
    (max), least (min) or quantile (``q``) of ``value``; how many different values there are (distinct); the
    earliest or latest day; share of rows for which ``value`` is true; ratio of two measures. ``date`` is the
    column of the monthly series (the table's ``year_by`` when not said). ``repeat_of`` in place of ``value``:
    count, or share of, the rows that follow another one with the same values of these columns within
    ``within_days`` days by ``date``. ``show``: printed and charted though no indicator may use it.
    """

    agg: Agg
    words: Words
    table: Identifier | None = None
    where: str | None = None
    value: str | None = None
    q: Decimal | None = Field(default=None, gt=0, lt=1)
    date: Identifier | None = None
    unit: str | None = None
    numerator: Identifier | None = None
    denominator: Identifier | None = None
    repeat_of: Strings = ()
    within_days: int | None = Field(default=None, ge=1, le=366)
    show: bool = False

    @model_validator(mode="after")
    def _complete(self) -> Measure:
        needed, banned = self._needed()
        missing = [name for name in needed if not getattr(self, name)]
        extra = [name for name in banned if getattr(self, name)]
        if missing or extra:
            parts = [f"要写 {'、'.join(missing)}"] if missing else []
            parts += [f"不能写 {'、'.join(extra)}"] if extra else []
            raise ValueError(f"agg 为 {self.agg}{' 并写了 repeat_of' if self.repeat_of else ''} 时" + ",".join(parts))
        return self

    def _needed(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What must and what cannot be written beside ``agg``."""
        repeats, ends = ("repeat_of", "within_days"), ("numerator", "denominator")
        if self.agg == "ratio":
            return ends, ("table", "where", "value", "q", "date", *repeats)
        if self.repeat_of or self.within_days:
            if self.agg not in ("count", "share"):
                return (), repeats
            return ("table", "date", *repeats), ("value", "q", *ends)
        needed: tuple[str, ...] = ("table",) if self.agg == "count" else ("table", "value")
        needed += ("q",) if self.agg == "quantile" else ()
        return needed, (*ends, *(("value",) if self.agg == "count" else ()))


class Evidence(Model):
    """A supporting document: what it is, when, which post keeps it, and its file where there is one."""

    document: Words
    date: date
    custodian: Words
    file: str | None = None


class Actual(Model):
    """Where the actual comes from: computed by a measure, stated with evidence, or rated.

    ``grade`` 1 reached, 2 partly reached, 3 not reached (qualitative); ``share`` the declared share
    of the weight within the grade's range.
    """

    measure: Identifier | None = None
    stated: str | None = None
    grade: Literal[1, 2, 3] | None = None
    share: Decimal | None = Field(default=None, ge=0, le=1)
    method: str | None = None
    note: str | None = None
    evidence: tuple[Evidence, ...] = ()

    @model_validator(mode="after")
    def _one_way(self) -> Actual:
        given = [n for n in ("measure", "stated", "grade") if getattr(self, n) is not None]
        if len(given) != 1:
            raise ValueError("actual 须在 measure、stated、grade 中恰好写一个")
        if given != ["measure"] and not self.evidence:
            raise ValueError(f"写了 {given[0]} 就要在 evidence 里列出佐证材料")
        if (self.share is not None) != (self.grade is not None):
            raise ValueError("grade 与 share 要同时写")
        return self


class Part(Model):
    """One part of a compound target; ``required`` the share of cases that must keep the limit."""

    name: Words
    target: Words
    actual: Actual
    required: Decimal = Field(default=Decimal(1), gt=0, le=1)
    share_of_weight: Decimal | None = Field(default=None, gt=0, le=1)
    explain: Strings = ()


class Sample(Model):
    """The measure's rows are a sample, of a population of this size where it is known."""

    population: int | None = Field(default=None, gt=0)


class Reported(Model):
    """What the source report printed for this indicator."""

    actual: str | None = None
    sample_size: int | None = None


class Indicator(Model):
    """One indicator. ``not_applicable``: why it does not apply this year; it then has neither actual nor parts.

    ``decimals``: with how many the actual is printed (one where not said), in its own unit: % of a share.
    """

    id: Identifier
    level1: Words
    level2: Words
    level3: Words
    definition: str | None = None
    target: Words
    direction: Literal["higher", "lower", "equal"] | None = None
    weight: Decimal = Field(ge=0, le=100)
    actual: Actual | None = None
    parts: tuple[Part, ...] = ()
    sample: Sample | None = None
    explain: Strings = ()
    overshoot: bool = False
    target_too_low: bool = False
    decimals: int | None = Field(default=None, ge=0, le=4)
    reported: Reported | None = None
    not_applicable: Words | None = None

    @model_validator(mode="after")
    def _actual_or_parts(self) -> Indicator:
        if self.not_applicable is not None:
            if self.actual is not None or self.parts:
                raise ValueError("写了 not_applicable 的指标不再写 actual 和 parts")
            return self
        if (self.actual is None) == (not self.parts):
            raise ValueError("指标要么写 actual，要么写 parts")
        return self


class IndicatorsFile(Model):
    """indicators.yml"""

    measures: dict[Identifier, Measure]
    indicators: tuple[Indicator, ...]
