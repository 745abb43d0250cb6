"""The shape of one fiscal year's authored files; those of indicators.yml and plan.yml in ``declared_*``.

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
from helpers.year.fiscal import JANUARY, month_of_start
from helpers.year.tables import Period, Table

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
    words: Words = "运维活动"
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


class NotPersonal(Model):
    """What looks like personal data and is none, and why: a value as it stands, a pattern that all of it fits, or a
    column of a table (``tickets.serial``)."""

    value: str | None = None
    pattern: str | None = None
    column: str | None = None
    why: Words

    @model_validator(mode="after")
    def _one(self) -> NotPersonal:
        if sum(one is not None for one in (self.value, self.pattern, self.column)) != 1:
            raise ValueError("value、pattern、column 只写其中一个")
        try:
            re.compile(self.pattern or "")
        except re.error as error:
            raise ValueError(f"pattern 不是可用的正则表达式：{error}") from None
        return self


def _as_start(value: Any) -> Any:
    """A month and day as they are to be written; raises ``ValueError`` for any other."""
    if isinstance(value, date):
        raise ValueError(f"只写月和日，不写年份，如 {value:%m-%d}；年份由 fiscal_year 写明")
    month_of_start(str(value))
    return value


YearStart = Annotated[str, BeforeValidator(_as_start)]


class YearFile(Model):
    """year.yml

    ``calendars``: others than ``calendar``, by the names that tables choose one by. ``period``: from which to which
    day the project ran, where that is not the whole year; of each table with a date that has none of its own.
    ``year_start``: month and day (MM-DD) on which the fiscal year begins, in the calendar year that it is called by.
    """

    fiscal_year: int = Field(ge=2000, le=2100)
    year_start: YearStart = JANUARY
    project: Words
    institution: Words
    self_name: Words = "我单位"
    form_cell_limit: int | None = Field(default=200, ge=80)
    department: str | None = None
    central_department: str | None = None
    local_department: str | None = None
    funding: str | None = None
    notice: str | None = None
    posts: Posts
    calendar: Annotated[Calendar, BeforeValidator(_as_calendar)] = Field(default_factory=Calendar)
    calendars: dict[Identifier, Annotated[Calendar, BeforeValidator(_as_calendar)]] = Field(default_factory=dict)
    period: Period | None = None
    rules: str = "caiyu-2020-10"
    rule_overrides: dict[str, Any] = Field(default_factory=dict)
    outline: str = "default"
    attachments: Strings | None = None
    weights_basis: str | None = None
    overall_goal: Words
    scope: Strings = ()
    assessed_on: Strings = ()
    implementation: Strings = ()
    use_of_results: Strings = ()
    budget: Budget
    funds_management: tuple[ManagementLine, ...] = ()
    tables: dict[Identifier, Table]
    not_personal: tuple[NotPersonal, ...] = ()
    plausible: tuple[Plausible, ...] = ()
    activities: Activities | None = None
    spares: Spares | None = None
    fleet: Fleet | None = None
    source: Source | None = None

    @model_validator(mode="after")
    def _of_part(self) -> YearFile:
        period = self.period
        if period is not None:
            for name, table in self.tables.items():
                if table.period is None and table.year_by is not None:
                    self.tables[name] = table.model_copy(update={"period": period})
        return self

    def calendar_of(self, table: Table) -> Calendar:
        """The calendar by which a table's clocks count."""
        return self.calendars[table.calendar] if table.calendar else self.calendar


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
