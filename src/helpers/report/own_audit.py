"""Audits of the year's own form and narrative before they are published, and what its source leaves open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import cast

from helpers.forms.audit import audit_form, stale_targets
from helpers.forms.audit.narrative_checks import text_vs_figure
from helpers.forms.audit.reading import read_form
from helpers.indicators import load_rules, parse_money
from helpers.indicators.alike import Counted
from helpers.indicators.findings import About, Finding
from helpers.indicators.source_notes import (
    IndicatorFacts,
    SourceFacts,
    StatementFacts,
    notes_on_source,
)
from helpers.measures.year_attained import Attained, YearAttained
from helpers.report import results_types
from helpers.report.followed_numbers import Ledger
from helpers.report.own_form import narrative_of, own_form, previous_form
from helpers.report.own_numbers import unsourced, without_source
from helpers.report.results_types import Results
from helpers.year.declared_indicators import Measure
from helpers.year.load import Year
from helpers.year.models import MeasureRef


def audit_year(found: YearAttained) -> list[Finding]:
    """What the source of the year leaves open, by the declared facts."""
    return notes_on_source(_facts(found), found.rules)


def audit_own_form(results: Results, year: Year) -> list[results_types.Finding]:
    """The findings of ``results``, with those on the year's own form as it will be filed.

    The same checks as ``selfeval audit``, by the year's rule set; a stop blocks publication. What
    the notes on the source say of an indicator already is not said twice.
    """
    rules = load_rules(year.year.rules, year.year.rule_overrides)
    form, before = own_form(results), previous_form(results)
    found = [*audit_form(form, rules), *(stale_targets([form, before], rules) if before else ())]
    return _merged(results["audit"], found)


def audit_narrative(
    results: Results, report: Iterable[object], year: Year, ledger: Ledger
) -> list[results_types.Finding]:
    """The findings of ``results``, with sentences that contradict the form's figures or say numbers of their own.

    ``ledger``: what the report's writers were told."""
    rules = load_rules(year.year.rules, year.year.rule_overrides)
    report = list(report)
    form = replace(own_form(results), result=narrative_of(report))
    against = [replace(one, table=form.about) for one in text_vs_figure(read_form(form, rules), rules)]
    return _merged(results["audit"], [*against, *unsourced(results, report), *without_source(results, report, ledger)])


def _merged(known: Sequence[results_types.Finding], found: Iterable[Finding]) -> list[results_types.Finding]:
    said = {(one["check"], (one.get("where") or {}).get("level3"), one["level"]) for one in known}
    new = [
        cast(results_types.Finding, one.to_json())
        for one in found
        if (one.check, one.where.level3, one.level) not in said
    ]
    return sorted([*known, *new], key=lambda one: one["level"] != "stop")


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
        id=spec.id,
        level1=spec.level1,
        level3=spec.level3,
        target=one.target,
        outcome=one.outcome,
        part_targets=tuple(p.target for p in one.parts),
        stated=bool(spec.actual and spec.actual.stated is not None),
        method=spec.actual.method if spec.actual else None,
        overshoot_declared=spec.overshoot,
        interval=one.interval,
        sample=(one.figure.hits, one.figure.n) if one.figure and one.figure.hits is not None else None,
        reported_actual=reported.actual if reported else None,
        reported_sample=reported.sample_size if reported else None,
        sampled=spec.sample is not None,
        counted=tuple(dict.fromkeys(_counted(found.year.measures[f.measure], f.tables) for f in figures)),
        divides_all_spending=bool(
            measure and measure.agg == "ratio" and isinstance(spent, MeasureRef) and measure.numerator == spent.measure
        ),
    )


def _counted(measure: Measure, tables: Iterable[str]) -> Counted:
    """What a measure counts of which records, as it is declared: its words, unit and months aside."""
    scope = (measure.table, measure.where, measure.numerator, measure.denominator)
    what = (measure.agg, measure.value, measure.q, *measure.repeat_of, measure.within_days)
    plain = (tuple(" ".join(str(one or "").split()) for one in said) for said in (scope, (*scope, *what)))
    return Counted(measure.agg, frozenset(tables), *plain)
