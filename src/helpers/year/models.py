"""The shape of one fiscal year's authored files: year.yml, indicators.yml, plan.yml, corrections.yml.

Only shapes and single-value rules stand here; what spans several entries or files is checked in
``helpers.year.crosscheck``. Unknown keys are refused everywhere.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, model_validator

from helpers.year.base import Identifier, Model, Strings, Words
from helpers.year.declared_spares import Fleet, Spares
from helpers.year.tables import Table

# --- year.yml -------------------------------------------------------------------------------------


class Posts(Model):
    """Who answers for the report: posts, never names of people."""

    prepared_by: Words
    checked_by: Words
    date: date


class CalendarYear(Model):
    """A year that the base calendar does not know: its days off and its make-up working days."""

    holidays: tuple[date, ...]
    workdays: tuple[date, ...] = ()


class Calendar(Model):
    """Working days: those of the base calendar, single years replaced or added by ``years``.

    ``base``: ``cn``, the Chinese calendar with its make-up working days, from a kept library;
    ``weekdays``, Monday to Friday without any holiday; ``custom``, Monday to Friday less ``holidays``
    plus ``workdays``; or the two-letter code of another country (``DE``), of which ``subdivision``
    names a part (``BY``).
    """

    base: str = "cn"
    subdivision: str | None = None
    holidays: tuple[date, ...] = ()
    workdays: tuple[date, ...] = ()
    years: dict[int, CalendarYear] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _fits(self) -> Calendar:
        if not re.fullmatch(r"cn|weekdays|custom|[A-Z]{2}", self.base):
            raise ValueError("base 写 cn、weekdays、custom，或国家的两位大写代码，如 DE")
        if (self.holidays or self.workdays) and self.base != "custom":
            raise ValueError("holidays、workdays 只和 base: custom 同用；增补某一年写在 years 里")
        if self.subdivision and not self.base.isupper():
            raise ValueError("subdivision 只和国家代码同用")
        return self


def _as_calendar(value: Any) -> Any:
    """``calendar: cn`` is short for ``calendar: {base: cn}``."""
    return {"base": value} if isinstance(value, str) else value


class BudgetPart(Model):
    name: Words
    budget: Words
    spent: str | None = None


class MeasureRef(Model):
    measure: Identifier


SourceName = Literal["当年财政拨款", "上年结转资金", "中央财政资金", "地方资金", "其他资金"]
#: Where the money comes from, as the lines of the scored form and of the one for transfer payments ask.
OWN_FUNDS, TRANSFER_FUNDS = ("当年财政拨款", "上年结转资金", "其他资金"), ("中央财政资金", "地方资金", "其他资金")


class FundSource(Model):
    """One line of the funds block, as far as it is known; ``spent`` may be the measure of ``budget.spent``."""

    name: SourceName
    initial: str | None = None
    adjusted: str | None = None
    spent: str | MeasureRef | None = None


class Budget(Model):
    """Amounts as written ("120万元") or, for what was spent, a declared measure; ``reported``: what was
    spent by the report that was filed before, to be compared with it."""

    initial: Words
    adjusted: Words
    spent: Words | MeasureRef
    parts: tuple[BudgetPart, ...] = ()
    sources: tuple[FundSource, ...] = ()
    unspent_reason: str | None = None
    reported: str | None = None


class Activity(Model):
    """One line of the activity table; ``lower_bound`` prints "300余次"; ``reported``: the count of the
    report that was filed before, to be compared with the records."""

    category: Words
    lower_bound: bool = False
    target: str | None = None
    reported: str | None = None
    note: str | None = None


class Activities(Model):
    """Which table and column the year's activity is counted from, and its lines in order."""

    table: Identifier
    by: Identifier
    unit: Words = "次"
    items: tuple[Activity, ...]


class Statement(Model):
    """A sentence of the source report about a group or an indicator, for checking it against figures."""

    about: Words
    says: Literal["met", "not_met"]
    text: Words


class PrintedWeight(Model):
    level1: Words
    weight: Decimal | None = None


class Source(Model):
    """What the filed or published report printed, kept to be compared with what the records say."""

    document: Words
    weights: tuple[PrintedWeight, ...] = ()
    statements: tuple[Statement, ...] = ()


ManagementItem = Literal[
    "分配科学性", "下达及时性", "拨付合规性", "使用规范性", "执行准确性", "预算绩效管理情况", "支出责任履行情况"
]
#: The lines of a transfer payment's funds-management block, in the order of the form.
MANAGEMENT: tuple[str, ...] = get_args(ManagementItem)


class ManagementLine(Model):
    """One line of the funds-management block: how it was done, what was wrong and is done about it."""

    item: ManagementItem
    statement: Words
    problems: str | None = None


class Plausible(Model):
    """A note on the plausibility of the data that is accepted, and why; without ``table`` or ``column``
    for every one of them."""

    check: Identifier
    table: Identifier | None = None
    column: Identifier | None = None
    why: Words


class YearFile(Model):
    """year.yml"""

    fiscal_year: int = Field(ge=2000, le=2100)
    project: Words
    institution: Words
    department: str | None = None
    central_department: str | None = None
    local_department: str | None = None
    funding: str | None = None
    notice: str | None = None
    posts: Posts
    calendar: Annotated[Calendar, BeforeValidator(_as_calendar)] = Field(default_factory=Calendar)
    rules: str = "caiyu-2020-10"
    rule_overrides: dict[str, Any] = Field(default_factory=dict)
    outline: str = "default"
    weights_basis: str | None = None
    overall_goal: Words
    scope: Strings = ()
    assessed_on: Strings = ()
    implementation: Strings = ()
    use_of_results: Strings = ()
    budget: Budget
    funds_management: tuple[ManagementLine, ...] = ()
    tables: dict[Identifier, Table]
    plausible: tuple[Plausible, ...] = ()
    activities: Activities | None = None
    spares: Spares | None = None
    fleet: Fleet | None = None
    source: Source | None = None


# --- indicators.yml -------------------------------------------------------------------------------


Agg = Literal["count", "sum", "mean", "share", "quantile", "ratio", "max", "min", "distinct", "earliest", "latest"]


class Measure(Model):
    """A declared figure: one structure from which total, series, groupings, SQL and words derive.

    ``where`` and ``value`` are SQL expressions over the tidy columns. ``agg``: count rows; sum, mean, greatest
    (max), least (min) or quantile (``q``) of ``value``; how many different values there are (distinct); the
    earliest or latest day; share of rows for which ``value`` is true; ratio of two measures. ``date`` is the
    column of the monthly series (the table's ``year_by`` when not said). ``repeat_of`` in place of ``value``:
    count, or share of, the rows that follow another one with the same values of these columns within
    ``within_days`` days by ``date``.
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
    """One indicator. ``not_applicable``: why it does not apply this year; it then has neither actual nor parts."""

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


# --- corrections.yml ------------------------------------------------------------------------------


class Correction(Model):
    """A repair of the records: which rows (by key), what changes, and what must stand there now."""

    table: Identifier
    key: dict[Identifier, str] = Field(min_length=1)
    expect: dict[Identifier, str | None] = Field(min_length=1)
    change: dict[Identifier, str | None] = Field(min_length=1)
    reason: Words
    evidence: Words
    date: date


class CorrectionsFile(Model):
    """corrections.yml"""

    corrections: tuple[Correction, ...] = ()
