"""The year's indicators, funds and activity: each declared actual put against its target, exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from helpers.indicators import (
    Actual,
    CompoundPart,
    Outcome,
    RuleSet,
    Target,
    Total,
    edges_beside,
    evaluate,
    evaluate_choice,
    evaluate_compound,
    execution,
    expressed,
    interval,
    load_rules,
    parse_actual,
    parse_money,
    parse_target,
    rate_of,
    rescaled,
    rounded_to_full,
    score,
    total,
)
from helpers.measures.bounds import judged
from helpers.measures.figures import Figure, Measures, Month
from helpers.year import declared_indicators, models
from helpers.year.dates_in_year import in_year
from helpers.year.load import Year


@dataclass(frozen=True, kw_only=True)
class Part:
    """One part of a compound indicator; a duration limit is answered by the share that keeps it."""

    spec: declared_indicators.Part
    target: Target
    actual: Actual
    outcome: Outcome
    figure: Figure | None
    months: tuple[Month, ...]

    @property
    def value(self) -> Fraction | None:
        return _number(self.actual)


@dataclass(frozen=True, kw_only=True)
class Attained:
    """One indicator of the year. ``actual`` is what was computed, stated or rated; ``interval`` the
    95 % interval of a declared sample; ``edges``: of the bands by which it scored, those that the actual is not to be
    printed like."""

    spec: declared_indicators.Indicator
    target: Target
    actual: Actual
    outcome: Outcome
    score: Decimal | None
    figure: Figure | None = None
    months: tuple[Month, ...] = ()
    interval: tuple[float, float] | None = None
    parts: tuple[Part, ...] = ()
    edges: tuple[Fraction, ...] = ()

    @property
    def value(self) -> Fraction | None:
        return _number(self.actual)


@dataclass(frozen=True, kw_only=True)
class Funds:
    """Amounts in 元; ``rate`` is spent ÷ adjusted, None where nothing was budgeted."""

    initial: Decimal
    adjusted: Decimal
    spent: Decimal
    rate: Fraction | None
    weight: Decimal
    score: Decimal | None
    figure: Figure | None


@dataclass(frozen=True)
class ActivityCount:
    """One kind of activity; ``registered``: whether the records name it, or it is of those that name none."""

    category: str
    count: int
    months: tuple[int, ...] | None
    spec: models.Activity | None
    registered: bool = True


@dataclass(frozen=True)
class Spread:
    """How the rows of a share over the table of activities lie in its categories, most first."""

    name: str
    measure: str
    rows: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Shown:
    """A measure that is declared to be printed, whether or not an indicator uses it."""

    figure: Figure
    months: tuple[Month, ...]


@dataclass(frozen=True, kw_only=True)
class YearAttained:
    """Everything that stage 3 finds out about one year. ``dropped``: indicators that did not apply, as declared.

    ``spreads``: of the shares that are taken of the same records as the activities are counted from. ``shown``: the
    measures that are declared to be printed.
    """

    year: Year
    rules: RuleSet
    funds: Funds
    activities: tuple[ActivityCount, ...]
    indicators: tuple[Attained, ...]
    total: Total
    dropped: tuple[declared_indicators.Indicator, ...] = ()
    spreads: tuple[Spread, ...] = ()
    shown: tuple[Shown, ...] = ()


def attain_year(year: Year, measures: Measures, only: str | None = None) -> YearAttained:
    """Evaluate a year over its tidy tables; the year files must be sound. ``only``: a single indicator by its id, as
    it comes out among all the others; activities are not counted then."""
    rules = load_rules(year.year.rules, year.year.rule_overrides)
    funds = _funds(year, measures, rules)
    applying, dropped = _applying(year.indicators.indicators, rules)
    indicators = tuple(_indicator(spec, measures, rules) for spec in applying if only in (None, spec.id))
    rows = [(one.score, one.spec.weight) for one in indicators]
    return YearAttained(
        year=year,
        rules=rules,
        funds=funds,
        activities=_activities(year, measures) if only is None else (),
        indicators=indicators,
        total=total([*rows, (funds.score, funds.weight)], rules),
        dropped=dropped,
        spreads=_spreads(year, measures, indicators) if only is None else (),
        shown=_shown(year, measures) if only is None else (),
    )


def _shown(year: Year, measures: Measures) -> tuple[Shown, ...]:
    return tuple(
        Shown(measures.figure(name), () if one.agg == "ratio" else measures.monthly(name))
        for name, one in year.measures.items()
        if one.show
    )


def _spreads(year: Year, measures: Measures, indicators: Sequence[Attained]) -> tuple[Spread, ...]:
    """So that a reader can add up the rows of shares and the counts of activities."""
    spec = year.year.activities
    named = [(f"{one.spec.level3}（{part.spec.name}）", part.figure) for one in indicators for part in one.parts]
    named += [(one.spec.level3, one.figure) for one in indicators if not one.parts]
    found = []
    for name, figure in named:
        if spec is None or figure is None or figure.unit != "比例" or figure.tables != (spec.table,) or not figure.n:
            continue
        if year.measures[figure.measure].agg != "share":
            continue
        counts: dict[str, int] = {}
        for part in measures.grouped(figure.measure, spec.by):
            counts[part.value or "(未登记类别)"] = counts.get(part.value or "(未登记类别)", 0) + part.n
        rows = tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
        found.append(Spread(name, figure.measure, rows))
    return tuple(found)


def _applying(
    declared: Sequence[declared_indicators.Indicator], rules: RuleSet
) -> tuple[list[declared_indicators.Indicator], tuple[declared_indicators.Indicator, ...]]:
    """The indicators that apply, with the weights of the others spread over them where the rules say so."""
    applying = [spec for spec in declared if spec.not_applicable is None]
    dropped = tuple(spec for spec in declared if spec.not_applicable is not None)
    if dropped and rules.rescale_dropped:
        weights = rescaled([spec.weight for spec in applying], Decimal(100) - rules.execution_weight)
        applying = [spec.model_copy(update={"weight": w}) for spec, w in zip(applying, weights, strict=True)]
    return applying, dropped


def _funds(year: Year, measures: Measures, rules: RuleSet) -> Funds:
    budget = year.year.budget
    initial, adjusted = parse_money(budget.initial), parse_money(budget.adjusted)
    figure = None if isinstance(budget.spent, str) else measures.figure(budget.spent.measure)
    if figure is None:
        spent = parse_money(str(budget.spent))
    else:
        exact = figure.value or Fraction(0)
        spent = Decimal(exact.numerator) / Decimal(exact.denominator)
    done = execution(spent, adjusted, rules)
    points = done.score if figure is None or _settled(figure, adjusted, rules) else None
    return Funds(
        initial=initial,
        adjusted=adjusted,
        spent=spent,
        rate=done.rate,
        weight=rules.execution_weight,
        score=points,
        figure=figure,
    )


def _settled(figure: Figure, adjusted: Decimal, rules: RuleSet) -> bool:
    """Whether the execution score is the same wherever the spending lies between its bounds."""
    if figure.part is not None:
        return False
    if figure.bounds is None:
        return True
    ends = (figure.bounds.low or Fraction(0), adjusted if figure.bounds.high is None else figure.bounds.high)
    amounts = [Decimal(Fraction(end).numerator) / Decimal(Fraction(end).denominator) for end in ends]
    return len({execution(amount, adjusted, rules).score for amount in amounts}) == 1


def _activities(year: Year, measures: Measures) -> tuple[ActivityCount, ...]:
    """The declared lines in their order, then categories that the records have and the file does not."""
    spec = year.year.activities
    if spec is None:
        return ()
    counts = dict(measures.counts(spec.table, spec.by))
    date = year.year.tables[spec.table].year_by
    months = measures.monthly_counts(spec.table, spec.by, date) if date else {}
    declared = [(item.category, item) for item in spec.items]
    known = {category for category, _ in declared}
    others = [(category, None) for category in sorted(counts) if category not in known]
    return tuple(
        ActivityCount(
            category or "(未登记类别)",
            counts.get(category, 0),
            months.get(category, (0,) * 12) if date else None,
            item,
            registered=bool(category),
        )
        for category, item in [*declared, *others]
    )


def _indicator(spec: declared_indicators.Indicator, measures: Measures, rules: RuleSet) -> Attained:
    target = parse_target(spec.target, name=spec.level3, direction=spec.direction)
    if spec.parts:
        return _compound(spec, target, measures, rules)
    assert spec.actual is not None
    actual, figure = _actual(spec.actual, spec.target, measures)
    target = _of_the_year(target, figure, measures.year)
    if spec.actual.grade is not None:
        outcome = evaluate_choice(spec.actual.grade, spec.actual.share, rules)
    else:
        outcome = _judged(target, actual, figure, rules)
        actual = expressed(target, actual)
    bounds = None
    if spec.sample is not None and figure is not None and figure.hits is not None and figure.n:
        bounds = interval(figure.hits, figure.n, spec.sample.population)
    satisfaction, rate = "满意" in spec.level1 + spec.level2, rate_of(actual)
    points = score(spec.weight, outcome, rules, satisfaction=satisfaction, rate=rate)
    return Attained(
        spec=spec,
        target=target,
        actual=actual,
        outcome=_told(spec, outcome, points),
        score=points,
        figure=figure,
        months=measures.monthly(figure.measure) if figure else (),
        interval=bounds,
        edges=edges_beside(rate, rules) if satisfaction else (),
    )


def _compound(spec: declared_indicators.Indicator, target: Target, measures: Measures, rules: RuleSet) -> Attained:
    parts = tuple(_part(part, measures, rules) for part in spec.parts)
    outcome = evaluate_compound([CompoundPart(part.outcome, part.spec.share_of_weight) for part in parts])
    whole = replace(target, kind="compound", reason=None, parts=tuple(p.target for p in parts))
    points = score(spec.weight, outcome, rules)
    return Attained(
        spec=spec,
        target=whole,
        actual=parse_actual(""),
        outcome=_told(spec, outcome, points),
        score=points,
        parts=parts,
    )


def _told(spec: declared_indicators.Indicator, outcome: Outcome, points: Decimal | None) -> Outcome:
    """The outcome, which says so where a miss scores the whole weight by rounding alone."""
    if not rounded_to_full(spec.weight, outcome, points):
        return outcome
    return replace(outcome, notes=(*outcome.notes, "rounded_to_full"))


def _part(spec: declared_indicators.Part, measures: Measures, rules: RuleSet) -> Part:
    target = parse_target(spec.target, name=spec.name)
    actual, figure = _actual(spec.actual, spec.target, measures)
    target = _of_the_year(target, figure, measures.year)
    if target.kind == "duration" and figure is not None and figure.unit == "比例":
        # The share of cases within the limit is measured against the share that is required.
        required = replace(
            target, kind="number", op=">=", value=Fraction(spec.required), unit="比例", direction="higher"
        )
        outcome = _judged(required, actual, figure, rules)
    else:
        outcome = _judged(target, actual, figure, rules)
        actual = expressed(target, actual)
    return Part(
        spec=spec,
        target=target,
        actual=actual,
        outcome=outcome,
        figure=figure,
        months=measures.monthly(figure.measure) if figure else (),
    )


def _of_the_year(target: Target, figure: Figure | None, year: Year) -> Target:
    """A deadline without a year (11月底前) is one of the fiscal year where the day comes from its records; one beside
    a day that was stated, only where the order of months and days is not that of the year."""
    return target if figure is None and not year.fiscal.crosses else in_year(target, year.fiscal)


def _judged(target: Target, actual: Actual, figure: Figure | None, rules: RuleSet) -> Outcome:
    """The outcome, where the bounds of the figure leave one; the actual is in the figure's own unit."""
    outcome = judged(
        evaluate(target, expressed(target, actual), rules), target, actual, figure.bounds if figure else None, rules
    )
    if figure is None or figure.part is None:
        return outcome
    of_the_year = judged(outcome, target, actual, figure.part_bounds, rules)
    if of_the_year.status == outcome.status:
        return replace(outcome, notes=(*outcome.notes, "part_of_year"))
    return replace(of_the_year, notes=(*outcome.notes, "part_of_year_open"))


def _actual(spec: declared_indicators.Actual, target_text: str, measures: Measures) -> tuple[Actual, Figure | None]:
    if spec.measure is not None:
        figure = measures.figure(spec.measure)
        if figure.day is not None:
            return Actual(text="", kind="date", value=figure.day, unit=None), figure
        reason = None if figure.value is not None else "没有可供计算的记录"
        return Actual(
            text="",
            kind="number" if figure.value is not None else "unknown",
            value=figure.value,
            unit=figure.unit,
            reason=reason,
        ), figure
    if spec.stated is not None:
        stated, fiscal = parse_actual(spec.stated), measures.year.fiscal
        return (in_year(stated, fiscal) if fiscal.crosses else stated), None
    return Actual(text=target_text, kind="choice", value=None, unit=None), None


def _number(actual: Actual) -> Fraction | None:
    if isinstance(actual.value, int | Decimal | Fraction):
        return Fraction(actual.value)
    return None
