"""Audit a filled-in self-evaluation form: every check of a reviewer, quiet where nothing is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from helpers.forms.audit import arithmetic, naming, reasons
from helpers.forms.audit import direction_checks as bounds
from helpers.forms.audit import fund_checks as funds
from helpers.forms.audit import narrative_checks as texts
from helpers.forms.audit import result_checks as results
from helpers.forms.audit.reading import FormReading, finding, read_form
from helpers.forms.filled_form import Form
from helpers.indicators.findings import Finding
from helpers.indicators.normal_text import normal
from helpers.indicators.rule_sets import RuleSet
from helpers.indicators.scoring import is_overshoot

Check = Callable[[FormReading, RuleSet], Iterator[Finding]]

#: All checks of one table, by the name that its findings carry.
CHECKS: dict[str, Check] = {
    check.__name__: check
    for check in (
        arithmetic.weight_sum,
        arithmetic.total_sum,
        funds.exec_rate,
        funds.exec_score,
        funds.overspend,
        funds.fund_total_vs_parts,
        funds.budget_trimmed,
        arithmetic.group_without_weight,
        arithmetic.single_indicator,
        arithmetic.double_weighting,
        arithmetic.duplicate_indicator,
        arithmetic.score_above_weight,
        results.score_without_values,
        results.incomparable_units,
        bounds.direction_conflict,
        results.full_on_shortfall,
        results.reverse_breached,
        results.score_formula,
        results.deducted_though_met,
        results.overshoot,
        results.target_damaged,
        results.actual_damaged,
        results.other_yardstick,
        results.actual_not_numeric,
        bounds.sign_missing,
        results.actual_missing,
        results.operator_copied,
        bounds.direction_missing,
        naming.placeholder_values,
        naming.unit_vs_name,
        naming.target_in_name,
        naming.name_against_cell,
        naming.spend_as_output,
        reasons.no_reason,
        reasons.vague_reason,
        reasons.plan_incomplete,
        texts.text_vs_figure,
    )
}

_MISS = {"no_reason", "vague_reason", "plan_incomplete", "score_formula", "overshoot", "deducted_though_met"}
#: One fault is one finding: what the first explains is not said again for the same row.
EXPLAINS: dict[str, set[str]] = {
    "score_without_values": _MISS | {"actual_missing", "placeholder_values", "direction_missing"},
    "full_on_shortfall": _MISS,
    "reverse_breached": _MISS,
    "incomparable_units": _MISS | {"actual_not_numeric", "other_yardstick", "direction_missing", "unit_vs_name"},
    "exec_score": _MISS | {"full_on_shortfall"},
    "direction_conflict": _MISS | {"full_on_shortfall", "reverse_breached"} | {"direction_missing"},
    "target_damaged": _MISS | {"actual_not_numeric", "direction_missing", "operator_copied", "other_yardstick"},
    "sign_missing": {"actual_not_numeric"},
    "actual_damaged": _MISS | {"operator_copied", "actual_not_numeric"},
    "other_yardstick": {"actual_not_numeric", "direction_missing"},
    "score_above_weight": {"score_formula", "deducted_though_met"},
    "actual_missing": {"no_reason", "deducted_though_met"},
    "placeholder_values": {"actual_missing", "direction_missing"},
    "text_vs_figure": {"vague_reason", "plan_incomplete"},
}
#: The same for the whole table.
EXPLAINS_ALL: dict[str, set[str]] = {"double_weighting": {"score_formula", "deducted_though_met", "no_reason"}}


def audit_form(form: Form, rules: RuleSet) -> list[Finding]:
    """All findings on one table: stops first, then in the order of its rows."""
    read = read_form(form, rules)
    found = [one for check in CHECKS.values() for one in check(read, rules)]
    return [replace(one, table=form.about) for one in _ordered(_once(found))]


def audit_forms(forms: Sequence[Form], rules: RuleSet) -> list[list[Finding]]:
    """The findings of each of several tables, those between two years of one project included.

    What two layouts of one form have in common is said once.
    """
    found = [audit_form(form, rules) for form in forms]
    stale = list(stale_targets(forms, rules))
    said: set[tuple[object, ...]] = set()
    for form, own in zip(forms, found, strict=True):
        own += [one for one in stale if one.table == form.about]
        own[:] = [
            one
            for one in own
            if (one.check, one.table, one.where, one.message) not in said or one.table.project is None
        ]
        said |= {(one.check, one.table, one.where, one.message) for one in own}
    return found


def _once(found: list[Finding]) -> list[Finding]:
    checks = {one.check for one in found}
    silent_everywhere = set().union(*(EXPLAINS_ALL.get(check, set()) for check in checks))
    at_row: dict[int | None, set[str]] = {}
    for one in found:
        if one.where.row is not None:
            at_row.setdefault(one.where.row, set()).update(EXPLAINS.get(one.check, ()))
    return [
        one
        for one in found
        if one.check not in silent_everywhere
        and not (one.where.row is not None and one.check in at_row.get(one.where.row, ()))
    ]


def _ordered(found: Iterable[Finding]) -> list[Finding]:
    return sorted(found, key=lambda one: (one.level != "stop", one.where.row or 0))


def not_checkable(form: Form) -> dict[str, str]:
    """The checks that this table cannot be put to, and why; their silence says nothing."""
    silent: dict[str, str] = {}
    if form.complete is not True:
        why = "表格是节选" if form.complete is False else "不知道表格是否完整"
        silent |= {"weight_sum": why, "total_sum": why}
        if form.complete is False:
            silent |= {"group_without_weight": why, "no_reason": why}
    if form.total_printed is None:
        silent["total_sum"] = "没有印总分"
    if form.funds.adjusted is None or form.funds.spent is None:
        silent |= dict.fromkeys(("exec_rate", "exec_score", "overspend"), "没有全年预算数或全年执行数")
    elif form.exec_score is None or form.exec_weight is None:
        silent["exec_score"] = "没有预算执行的分值或得分"
    if not any(row.weight is not None for row in form.rows):
        silent |= dict.fromkeys(("weight_sum", "full_on_shortfall", "score_formula"), "没有分值")
    return silent


def stale_targets(forms: Sequence[Form], rules: RuleSet) -> Iterator[Finding]:
    """Targets left as they were though they had been clearly exceeded the year before."""
    by_project: dict[tuple[str, str], dict[int, Form]] = {}
    for form in forms:
        about = form.about
        if about.institution and about.project and (about.year or "").strip()[:4].isdigit():
            key = (normal(about.institution), normal(about.project))
            by_project.setdefault(key, {})[int((about.year or "").strip()[:4])] = form
    for years in by_project.values():
        for year, form in sorted(years.items()):
            if year - 1 in years:
                yield from _stale(read_form(form, rules), read_form(years[year - 1], rules), rules)


def _stale(read: FormReading, before: FormReading, rules: RuleSet) -> Iterator[Finding]:
    last = {normal(r.row.level3 or ""): r for r in before.rows if r.row.level3}
    for r in read.rows:
        old = last.get(normal(r.row.level3 or ""))
        if (
            old is None
            or not isinstance(r.target.value, Fraction)
            or (old.target.value, old.target.unit, old.target.op) != (r.target.value, r.target.unit, r.target.op)
        ):
            continue
        if is_overshoot(old.target, old.outcome, rules):
            one = finding(
                "stale_target",
                "note",
                f"“{r.name}”的指标值仍是 {r.row.target_text}，上年度已完成 {old.row.actual_text}。",
                "按上年度的实际水平重新确定指标值。",
                where=r.place("target_text"),
            )
            yield replace(one, table=read.form.about)


__all__ = ["CHECKS", "audit_form", "audit_forms", "not_checkable", "stale_targets"]
