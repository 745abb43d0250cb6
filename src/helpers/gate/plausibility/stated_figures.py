"""Figures that the year files state against those that the records give, at the precision they were printed with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from helpers.indicators import parse_actual, parse_money
from helpers.indicators.normal_text import normal
from helpers.measures import compile as compiled
from helpers.measures.repeats import with_last_year
from helpers.measures.valued import unit_of, value_of
from helpers.year.declared_indicators import Measure
from helpers.year.engine import identifier
from helpers.year.models import MeasureRef

if TYPE_CHECKING:
    from collections.abc import Iterable

    from helpers.gate.plausibility.subject import Subject
    from helpers.gate.result import Check

#: By what a table, or a header of it, says that it holds what was spent.
LEDGER = re.compile(r"支出|凭证|支付|付款|报销|记账|总账|明细账|ledger|voucher|payment|paid|expen", re.IGNORECASE)
#: Spending below this share of the year's budget asks for a word, and a fall of the rate by more than this.
LEAST_SPENT, FALL = Fraction(95, 100), Fraction(5, 100)
#: "885余次" is kept by any count from 885 to this much above it, at least.
ABOVE_BOUND = Fraction(1, 100)
REMEDY = (
    "先核对导出文件有没有缺行、重行、错列或改动；记录无误、原先公布的数字有误的，改正 {place} 里的 reported 并留下依据"
)


@dataclass(frozen=True)
class Printed:
    """A figure as printed: its value in base units, the worth of one step of its last digit, and whether
    it is only a lower bound or an approximation."""

    value: Fraction
    step: Fraction
    unit: str | None
    bound: bool

    def agrees(self, figure: Fraction) -> bool:
        """Whether a figure can have been printed so: rounded either way, cut, or above a lower bound."""
        off = figure - self.value
        if self.bound:
            return 0 <= off < max(self.step, self.value * ABOVE_BOUND)
        return -self.step / 2 <= off < self.step


def printed(text: str) -> Printed | None:
    """What a text prints as one figure; None for words, several figures, dates and approximations."""
    # beside a figure that was computed, 无 says that there was none; by itself it is no figure
    found = parse_actual("0" if normal(text) in ("无", "没有") else text)
    if found.kind not in ("number", "duration") or found.op or "approximate" in found.notes:
        return None
    if not isinstance(found.value, int | Decimal | Fraction):
        return None
    digits = re.findall(r"\d[\d,]*(?:\.\d+)?", normal(text))
    decimals = len(digits[0].partition(".")[2]) if len(digits) == 1 else 0
    bound = "lower_bound" in found.notes
    step = Fraction(found.scale) / 10**decimals
    if bound and len(digits) == 1:
        step *= 10 ** (len(digits[0]) - len(digits[0].rstrip("0")))
    return Printed(Fraction(found.value), step, found.unit, bound)


# --- checks ---------------------------------------------------------------------------------------


def reported_indicators(subject: Subject) -> Iterator[Check]:
    """Actual values as reported before against the measures that compute them."""
    by_table: dict[str, list[str]] = {}
    for spec in subject.year.indicators.indicators:
        name = spec.actual.measure if spec.actual else None
        if spec.reported is None or name is None or (table := table_of(subject, name)) is None:
            continue
        figure, n = figure_of(subject, name), rows_of(subject, name)
        unit = unit_of(subject.year.measures[name])
        said = printed(spec.reported.actual) if spec.reported.actual else None
        if said and figure is not None and _kind(said.unit) in (None, _kind(unit)) and not said.agrees(figure):
            by_table.setdefault(table, []).append(
                f"“{spec.level3}”公布 {spec.reported.actual}，按记录为 {_shown(figure, unit, said)}"
            )
        if spec.reported.sample_size not in (None, n):
            by_table.setdefault(table, []).append(
                f"“{spec.level3}”公布样本 {spec.reported.sample_size} 份，记录中为 {n} 份"
            )
    for table, differing in by_table.items():
        yield subject.note(
            table,
            "reported_indicators",
            f"按记录重新计算的实际完成值与已公布的不同：{'；'.join(differing)}",
            REMEDY.format(place="indicators.yml"),
            observed=f"{len(differing)} 项不同",
            failing=0,
        )


def reported_activities(subject: Subject) -> Iterator[Check]:
    """The year's activity as reported before against the counts of the records."""
    spec = subject.year.year.activities
    if spec is None or spec.table not in subject.tables:
        return
    counts = dict(
        subject.query(
            f"SELECT CAST({identifier(spec.by)} AS VARCHAR), count(*) FROM {identifier(spec.table)} GROUP BY 1"
        )
    )
    differing = []
    for item in spec.items:
        said = printed(item.reported) if item.reported else None
        count = counts.get(item.category, 0)
        if said and not said.agrees(Fraction(count)):
            differing.append(f"{item.category}公布 {item.reported}，记录中为 {count} {spec.unit}")
    if differing:
        more = f"等 {len(differing)} 类" if len(differing) > 4 else ""
        yield subject.note(
            spec.table,
            "reported_activities",
            f"年度工作量与已公布的不同：{'；'.join(differing[:4])}{more}",
            REMEDY.format(place="year.yml 的 activities"),
            observed=f"{len(differing)} 类不同",
            failing=0,
        )


def reported_spending(subject: Subject) -> Iterator[Check]:
    """What was spent by the ledger against every amount that the year file states for it."""
    budget = subject.year.year.budget
    name = budget.spent.measure if isinstance(budget.spent, MeasureRef) else _ledger_measure(subject)
    table = table_of(subject, name) if name else None
    spent = figure_of(subject, name) if name and table else None
    if table is None or spent is None:
        return
    stated = [("已公布的支出", budget.reported)] if budget.reported else []
    stated += [("填报的支出", budget.spent)] if isinstance(budget.spent, str) else []
    stated += list(_sum_of("各部分支出之和", (p.spent for p in budget.parts)))
    stated += list(_sum_of("各来源支出之和", (s.spent for s in budget.sources)))
    differing = []
    for what, text in stated:
        said = printed(text)
        if said and not said.agrees(spent):
            differing.append(f"{what}为 {text}")
    if differing:
        yield subject.note(
            table,
            "reported_spending",
            f"台账合计 {_money(spent)}，而{'，'.join(differing)}",
            "核对台账有没有缺页、漏行、重复入账或金额单位有误；台账无误的，改正 year.yml 中 budget 里填写的金额",
            observed=_money(spent),
            failing=0,
        )


def spending_below_budget(subject: Subject) -> Iterator[Check]:
    """A ledger that falls well short of the budget without a word, or further short than last year."""
    budget = subject.year.year.budget
    if not isinstance(budget.spent, MeasureRef) or (table := table_of(subject, budget.spent.measure)) is None:
        return
    rate = _rate(subject, "")
    if rate is None or rate >= LEAST_SPENT:
        return
    before = _rate(subject, "previous_")
    fell = before is not None and before - rate > FALL
    if budget.unspent_reason and not fell:
        return
    compared = f"，上年为 {_percent(before)}" if before is not None else ""
    yield subject.note(
        table,
        "spending_below_budget",
        f"台账合计只占全年预算 {budget.adjusted} 的 {_percent(rate)}{compared}",
        "核对台账是否少导出了月份、页或某类凭证，金额单位是否为元；确实结余的，在 budget.unspent_reason 写明原因"
        + ("，并在 plausible 里说明执行率为什么比上年低" if fell else ""),
        observed=_percent(rate),
        failing=0,
    )


CHECKS = (reported_indicators, reported_activities, reported_spending, spending_below_budget)


# --- the figures of the records -------------------------------------------------------------------


def table_of(subject: Subject, name: str) -> str | None:
    """The table that a measure (the numerator of a ratio) reads, where its tidy rows are there."""
    measure = subject.year.measures.get(name)
    while measure is not None and measure.agg == "ratio":
        measure = subject.year.measures.get(str(measure.numerator))
    return measure.table if measure is not None and measure.table in subject.tables else None


def figure_of(subject: Subject, name: str, prefix: str = "") -> Fraction | None:
    """A declared measure over this year's tables, or (``prefix``) over last year's by last year's declaration."""
    year = subject.previous if prefix else subject.year
    measure = year.measures.get(name) if year else None
    if measure is None:
        return None
    if measure.agg == "ratio":
        top, bottom = (figure_of(subject, str(part), prefix) for part in (measure.numerator, measure.denominator))
        return top / bottom if top is not None and bottom else None
    if f"{prefix}{measure.table}" not in subject.views:
        return None
    asked = _of(measure, prefix) if prefix else with_last_year(measure, lambda view: _kinds_of(subject, view))
    hits, n, _ = subject.query(compiled.total(asked))[0]
    return value_of(measure, hits, n)


def _kinds_of(subject: Subject, view: str) -> dict[str, str]:
    """The types of a view's columns; none where there is no such view."""
    if view not in subject.views:
        return {}
    asked = f"SELECT column_name, column_type FROM (DESCRIBE {identifier(view)})"
    return dict(subject.query(asked))


def rows_of(subject: Subject, name: str) -> int | None:
    """How many rows count for a measure; None for a ratio."""
    measure = subject.year.measures[name]
    if measure.agg == "ratio" or measure.table not in subject.views:
        return None
    return int(subject.query(compiled.total(measure))[0][1])


def _of(measure: Measure, prefix: str) -> Measure:
    return measure.model_copy(update={"table": f"{prefix}{measure.table}"})


def _ledger_measure(subject: Subject) -> str | None:
    """The one measure that can be the spending: the sum of a money column over a whole table."""
    found = [
        name
        for name, m in subject.year.measures.items()
        if m.agg == "sum"
        and not m.where
        and m.table is not None
        and m.table in subject.tables
        and m.value in subject.roles[m.table].money
        and _is_ledger(subject, m.table)
    ]
    return found[0] if len(found) == 1 else None


def _is_ledger(subject: Subject, table: str) -> bool:
    """Whether a table says that it holds what was spent; what repairs cost is no spending of the project."""
    spec = subject.tables[table]
    said = (table, spec.title, spec.document, *(h for column in spec.columns.values() for h in column.source))
    return any(LEDGER.search(text) for text in said if text)


def _rate(subject: Subject, prefix: str) -> Fraction | None:
    year = subject.previous if prefix else subject.year
    budget = year.year.budget if year else None
    if budget is None or not isinstance(budget.spent, MeasureRef):
        return None
    spent, adjusted = figure_of(subject, budget.spent.measure, prefix), Fraction(parse_money(budget.adjusted))
    return spent / adjusted if spent is not None and adjusted else None


def _sum_of(what: str, said: Iterable[str | MeasureRef | None]) -> Iterator[tuple[str, str]]:
    """The sum of amounts that are all written out."""
    texts = [text if isinstance(text, str) else None for text in said]
    if texts and None not in texts:
        yield what, f"{sum(parse_money(str(text)) for text in texts):f}元"


# --- how they are written -------------------------------------------------------------------------


def _kind(unit: str | None) -> str | None:
    """What can be compared: shares, money, times and counts are different things."""
    if unit is None:
        return None
    if unit.startswith("元"):
        return "money"
    return unit if unit in ("比例", "小时", "工作日") else "count"


def _shown(value: Fraction, unit: str | None, said: Printed) -> str:
    if unit == "比例":
        return _percent(value)
    if unit and unit.startswith("元"):
        return _money(value)
    number = f"{value.numerator}" if value.denominator == 1 else f"{float(value):.2f}"
    return f"{number}{unit or said.unit or ''}"


def _percent(value: Fraction) -> str:
    return f"{float(value) * 100:.2f}%"


def _money(value: Fraction) -> str:
    return f"{float(value):,.2f} 元"
