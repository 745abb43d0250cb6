"""results.json from what the stages found: exact figures become plain numbers, once, here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict, cast

from helpers.deviation.last_year import Unlike, unlike
from helpers.indicators import Outcome, Target
from helpers.indicators.plain import is_number, plain
from helpers.measures.year_attained import Attained, Funds, Part, YearAttained
from helpers.report import results_indicators
from helpers.report.assemble_activities import activities, activity_evidence
from helpers.report.assemble_evidence import (
    Sources,
    evidence,
    evidence_list,
    monthly_json,
    parts_evidence,
    shown_json,
    spent_evidence,
)
from helpers.report.assemble_stated import stated_in_year_files, table_evidence
from helpers.report.lost_words import bounds_json, loss_allowed
from helpers.report.results_basics import Status, Value
from helpers.report.results_indicators import Indicator, Previous
from helpers.report.results_types import (
    Budget,
    BudgetPart,
    DroppedIndicator,
    FundSource,
    ManagementLine,
    Outline,
    Provenance,
    Results,
    TableAccount,
    Validation,
)
from helpers.report.wording import value_text
from helpers.year import declared_indicators, models
from helpers.year.load import Year

Json = dict[str, Any]


class Reached(TypedDict):
    """What an indicator and a part of one came to."""

    actual: Value
    attainment: float | None
    variance: NotRequired[float | None]
    variance_rate: NotRequired[float | None]
    favourable: NotRequired[bool | None]
    status: Status
    notes: NotRequired[list[str]]


# --- stage 3 --------------------------------------------------------------------------------------


def attainment_json(found: YearAttained, previous: YearAttained | None, sources: Sources) -> Json:
    """What stage 3 leaves: budget, activities, indicators, score, rules, list of evidence."""
    before = {one.spec.id: one for one in previous.indicators} if previous else {}
    return {
        "budget": _budget(found.year, found.funds, sources),
        "activities": activities(found, sources),
        "activity_total": sum(a.count for a in found.activities),
        "activity_unit": found.year.year.activities.unit if found.year.year.activities else None,
        "activity_words": found.year.year.activities.words if found.year.year.activities else None,
        "indicators": [
            _with_previous(_indicator(one, sources), one, before.get(one.spec.id), found, previous)
            for one in found.indicators
        ],
        **({"dropped": [_dropped(spec, found) for spec in found.dropped]} if found.dropped else {}),
        "score": {
            "total": plain(found.total.total),
            "upper": plain(found.total.upper),
            "grade": found.total.grade,
            "basis": found.year.year.weights_basis,
        },
        "rules": found.rules.to_json(),
        **shown_json(found, sources),
        **({"activity_evidence": told} if (told := activity_evidence(found, sources)) else {}),
        "evidence_list": evidence_list(found, sources),
    }


def _dropped(spec: declared_indicators.Indicator, found: YearAttained) -> DroppedIndicator:
    """An indicator that did not apply: its weight as declared, and whether the others carry it."""
    return {
        "id": spec.id,
        "level3": spec.level3,
        "target_text": spec.target,
        "weight": plain(spec.weight),
        "why": str(spec.not_applicable),
        "rescaled": found.rules.rescale_dropped,
    }


def _budget(year: Year, funds: Funds, files: Sources) -> Budget:
    from helpers.indicators import parse_money

    parts: list[BudgetPart] = [
        {
            "name": p.name,
            "budget": plain(parse_money(p.budget)),
            "spent": plain(parse_money(p.spent)) if p.spent else None,
        }
        for p in year.year.budget.parts
    ]
    sources: list[FundSource] = [
        {
            "name": s.name,
            "initial": _amount(s.initial, funds),
            "adjusted": _amount(s.adjusted, funds),
            "spent": _amount(s.spent, funds),
        }
        for s in year.year.budget.sources
    ]
    budget: Budget = {
        "initial": plain(funds.initial),
        "adjusted": plain(funds.adjusted),
        "spent": plain(funds.spent),
        "parts": parts,
        "sources": sources,
        "execution_rate": plain(funds.rate),
        "weight": plain(funds.weight),
        "score": plain(funds.score),
        "unspent_reason": year.year.budget.unspent_reason,
        "evidence": spent_evidence(funds.figure, files),
    }
    if funds.figure is not None and (found := bounds_json(funds.figure)):
        budget["bounds"] = found
    return budget


def _amount(said: str | models.MeasureRef | None, funds: Funds) -> float | int | None:
    """A source's amount; a measure can only be that of all that was spent."""
    from helpers.indicators import parse_money

    if said is None:
        return None
    return plain(funds.spent if isinstance(said, models.MeasureRef) else parse_money(said))


def _indicator(one: Attained, sources: Sources) -> Indicator:
    spec = one.spec
    return {
        "id": spec.id,
        "level1": spec.level1,
        "level2": spec.level2,
        "level3": spec.level3,
        "definition": spec.definition,
        "target_text": spec.target,
        "target": _target(one.target),
        **_result(one.actual.value, one.outcome),
        "actual_text": _parts_text(one) if one.parts else _actual_text(one),
        "decimals": spec.decimals,
        "weight": plain(spec.weight),
        "score": plain(one.score),
        "actual_unit": one.actual.unit if one.figure else None,
        "interval": plain(one.interval),
        "monthly": monthly_json(one.months),
        "evidence": evidence(spec.actual, one.figure, sources) if spec.actual else parts_evidence(one, sources),
        "parts": [_part(part, one, sources) for part in one.parts],
    }


def _part(part: Part, whole: Attained, sources: Sources) -> results_indicators.Part:
    spec = part.spec
    share = part.target.kind == "duration" and part.figure is not None and part.figure.unit == "比例"
    return {
        "id": f"{whole.spec.id}.{spec.name}",
        "name": spec.name,
        "level1": whole.spec.level1,
        "level2": whole.spec.level2,
        "level3": spec.name,
        "definition": None,
        "target_text": spec.target,
        "target": _target(part.target),
        **_result(part.actual.value, part.outcome),
        "actual_text": _part_text(part, whole.spec.decimals) if share else _actual_text(part, whole.spec.decimals),
        "actual_unit": "比例" if share else part.actual.unit,
        "decimals": whole.spec.decimals,
        "required": plain(spec.required) if share else None,
        "share_of_weight": plain(spec.share_of_weight),
        "weight": None,
        "score": None,
        "interval": None,
        "monthly": monthly_json(part.months),
        "previous": None,
        "evidence": evidence(spec.actual, part.figure, sources),
        "parts": [],
    }


def _target(target: Target) -> results_indicators.Target:
    return cast(results_indicators.Target, target.to_json())


def _result(value: Any, outcome: Outcome) -> Reached:
    return {
        "actual": plain(value),
        "attainment": plain(outcome.attainment),
        "variance": plain(outcome.variance),
        "variance_rate": plain(outcome.variance_rate),
        "favourable": outcome.favourable,
        "status": outcome.status,
        "notes": list(outcome.notes),
    }


def _actual_text(one: Attained | Part, decimals: int | None = None) -> str | None:
    """What is printed as actual: as stated, as rated, or the computed figure in its unit."""
    declared, decimals = one.spec.actual, one.spec.decimals if isinstance(one, Attained) else decimals
    if declared is not None and declared.stated is not None:
        return declared.stated
    if declared is not None and declared.grade is not None:
        return {1: "达成预期指标", 2: "部分达成预期指标并具有一定效果", 3: "未达成预期指标且效果较差"}[declared.grade]
    if one.actual.value is None:
        return None
    goal = plain(one.target.value)
    apart = [goal] if is_number(goal) else []
    edges = [float(edge) for edge in one.edges] if isinstance(one, Attained) else []
    return value_text(plain(one.actual.value), one.actual.unit or one.target.unit, [*apart, *edges], decimals)


def _parts_text(one: Attained) -> str:
    texts = [f"{p.spec.name}：{_part_text(p, one.spec.decimals)}" for p in one.parts]
    return "；".join(texts)


def _part_text(part: Part, decimals: int | None = None) -> str:
    return value_text(
        plain(part.actual.value), part.actual.unit or part.target.unit, [plain(part.spec.required)], decimals
    )


def _with_previous(
    indicator: Indicator, now: Attained, before: Attained | None, found: YearAttained, last: YearAttained | None
) -> Indicator:
    """The indicator with last year's result beside its own, part by part where the parts have the same names."""
    if before is None or last is None:
        return {**indicator, "previous": None}
    text = _parts_text(before) if before.parts else _actual_text(before)
    decimals = before.spec.decimals
    mine, parts = ({part.spec.name: part for part in one.parts} for one in (now, before))
    return {
        **indicator,
        "previous": _previous(before, text, last, unlike(now, before, found, last)),
        "parts": [
            {
                **part,
                "previous": _previous(then, _part_text(then, decimals), last, unlike(mine[name], then, found, last)),
            }
            if (then := parts.get(name := part.get("name") or ""))
            else part
            for part in indicator.get("parts") or ()
        ],
    }


def _previous(before: Attained | Part, text: str | None, last: YearAttained, why: Unlike | None) -> Previous:
    told: Previous = {
        "fiscal_year": last.year.fiscal_year,
        "actual": plain(before.actual.value),
        "actual_text": text,
        "status": before.outcome.status,
        "target_text": before.spec.target,
    }
    return {**told, "unlike": why} if why else told


# --- stage 5 --------------------------------------------------------------------------------------


def results_json(
    year: Year,
    *,
    attainment: Mapping[str, Any],
    deviation: Mapping[str, Any],
    tables: Sequence[Mapping[str, Any]],
    validation: Validation,
    provenance: Provenance,
) -> Results:
    """The whole of results.json from the stages' outputs and the year file."""
    declared = year.year
    posts = declared.posts
    results: Results = {
        "schema_version": 1,
        "fiscal_year": year.fiscal_year,
        **({"year_start": declared.year_start} if year.fiscal.crosses else {}),  # type: ignore[typeddict-item]
        "project": declared.project,
        "institution": declared.institution,
        "self_name": declared.self_name,
        "form_cell_limit": declared.form_cell_limit,
        "department": declared.department,
        "central_department": declared.central_department,
        "local_department": declared.local_department,
        "funding": declared.funding,
        "notice": declared.notice,
        "outline": _outline(year),
        "weights_basis": declared.weights_basis,
        "posts": {"prepared_by": posts.prepared_by, "checked_by": posts.checked_by, "date": posts.date.isoformat()},
        "overall_goal": declared.overall_goal,
        "scope": list(declared.scope),
        "assessed_on": list(declared.assessed_on),
        "implementation": list(declared.implementation),
        "use_of_results": list(declared.use_of_results),
        "funds_management": [cast(ManagementLine, line.model_dump()) for line in declared.funds_management],
        "budget": attainment["budget"],
        "activities": attainment["activities"],
        "activity_total": attainment["activity_total"],
        "activity_unit": attainment["activity_unit"],
        "activity_words": attainment["activity_words"],
        "indicators": attainment["indicators"],
        "score": attainment["score"],
        "rules": attainment["rules"],
        "evidence_list": attainment["evidence_list"],
        "tables": [_account(year, table) for table in tables],
        "deviations": deviation["deviations"],
        "plan": deviation["plan"],
        "followup": deviation["followup"],
        "spares": deviation.get("spares"),
        "audit": attainment["audit"],
        "validation": validation,
        "provenance": provenance,
    }
    if declared.source and declared.source.weights:
        results["printed_weights"] = [
            {"level1": group.level1, "weight": None if group.weight is None else float(group.weight)}
            for group in declared.source.weights
        ]
    if deviation.get("comparisons"):
        results["comparisons"] = deviation["comparisons"]
    kept = ("activity_evidence", "dropped", "shown_measures")
    whole = cast(Results, {**results, **{key: attainment[key] for key in kept if attainment.get(key)}})
    return stated_in_year_files(whole)


def _outline(year: Year) -> Outline:
    """The outline with its name and what the year picks of its attachments."""
    outline = cast(Outline, {"name": year.year.outline, **year.outline.model_dump(mode="json", exclude_defaults=True)})
    if year.year.attachments is not None:
        outline["attachments"] = list(year.year.attachments)
    return outline


def _account(year: Year, table: Mapping[str, Any]) -> TableAccount:
    account: TableAccount = {
        "table": table["table"],
        "title": table["title"],
        "rows_in": table["rows_in"],
        "used": table["used"],
        "entities": table["entities"],
        "set_aside": table["set_aside"],
        "corrected": table["corrected"],
        "files": [
            {"file": file["file"], "rows_in": file["rows"], "used": file["used"], "set_aside": file["set_aside"]}
            for file in table["files"]
        ],
        "evidence": table_evidence(table, year.fiscal_year),
    }
    if allowed := loss_allowed(year, table["table"]):
        account["loss"] = allowed
    return account
