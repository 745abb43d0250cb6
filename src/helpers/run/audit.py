"""The year's own audit: what the source leaves open and what a reviewer would find in the form."""

from __future__ import annotations

from helpers.indicators import parse_money
from helpers.indicators.findings import About, Finding
from helpers.indicators.source_notes import (
    IndicatorFacts,
    SourceFacts,
    StatementFacts,
    notes_on_source,
)
from helpers.measures.attainment import Attained, YearAttained
from helpers.year.models import MeasureRef


def audit_year(found: YearAttained) -> list[Finding]:
    """All findings on the year as evaluated; those of level stop block publication."""
    return notes_on_source(_facts(found), found.rules)


def _facts(found: YearAttained) -> SourceFacts:
    declared = found.year.year
    source, budget = declared.source, declared.budget
    items = declared.activities.items if declared.activities else ()
    return SourceFacts(
        table=About(declared.institution, declared.project, str(declared.fiscal_year)),
        indicators=tuple(_indicator(one, found) for one in found.indicators),
        adjusted=found.funds.adjusted,
        spent=found.funds.spent,
        unspent_reason=budget.unspent_reason,
        parts=tuple((p.name, parse_money(p.spent) if p.spent else None) for p in budget.parts),
        printed_weights=tuple((w.level1, w.weight) for w in source.weights) if source else (),
        statements=tuple(StatementFacts(s.about, s.says, s.text) for s in source.statements) if source else (),
        activities=len(items),
        activities_with_target=sum(1 for item in items if item.target),
        lower_bounds=tuple(item.category for item in items if item.lower_bound),
        weights_basis=declared.weights_basis,
    )


def _indicator(one: Attained, found: YearAttained) -> IndicatorFacts:
    spec, reported = one.spec, one.spec.reported
    figures = [f for f in (one.figure, *(p.figure for p in one.parts)) if f]
    spent = found.year.year.budget.spent
    measure = found.year.measures[one.figure.measure] if one.figure else None
    return IndicatorFacts(
        id=spec.id, level1=spec.level1, level3=spec.level3, target=one.target, outcome=one.outcome,
        part_targets=tuple(p.target for p in one.parts),
        stated=bool(spec.actual and spec.actual.stated is not None),
        method=spec.actual.method if spec.actual else None,
        overshoot_declared=spec.overshoot, interval=one.interval,
        sample=(one.figure.hits, one.figure.n) if one.figure and one.figure.hits is not None else None,
        reported_actual=reported.actual if reported else None,
        reported_sample=reported.sample_size if reported else None,
        sampled=spec.sample is not None,
        tables=tuple(dict.fromkeys(t for f in figures for t in f.tables)),
        divides_all_spending=bool(
            measure and measure.agg == "ratio" and isinstance(spent, MeasureRef) and measure.numerator == spent.measure),
    )
