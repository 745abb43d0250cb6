"""results.json from what the stages found: exact figures become plain numbers, once, here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from helpers.activity.clean import Reconciliation
from helpers.indicators import Outcome, Target
from helpers.measures.attainment import Attained, Funds, Part, YearAttained
from helpers.measures.figures import Figure, Month
from helpers.report.lost import bounds_json, bounds_words, loss_allowed
from helpers.report.wording import value_text
from helpers.year import models
from helpers.year.load import Year

Json = dict[str, Any]


def plain(value: Any) -> Any:
    """An exact number as JSON carries it: whole numbers as int, others as the nearest float."""
    if value is None or isinstance(value, bool | str | int):
        return value
    if isinstance(value, Decimal | Fraction):
        exact = Fraction(value)
        return exact.numerator if exact.denominator == 1 else exact.numerator / exact.denominator
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return float(value)


# --- stage 3 --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sources:
    """The files behind the figures: ``tables`` are the reconciliations of stage 1, ``hashes`` gives the
    sha256 of each input by its path inside the root."""

    year: Year
    tables: Sequence[Mapping[str, Any]]
    hashes: Mapping[str, str]

    def path(self, file: str) -> str:
        return f"data/raw/{self.year.fiscal_year}/{file}"

    def exports(self, table: str) -> list[Mapping[str, Any]]:
        """The exports that a tidy table was read from."""
        return [f for t in self.tables if t["table"] == table for f in t["files"]]

    def inputs(self, tables: Iterable[str]) -> list[Json]:
        return [
            {"file": self.path(f["file"]), "sha256": f["sha256"], "bytes": f["bytes"]}
            for table in dict.fromkeys(tables)
            for f in self.exports(table)
        ]

    def document(self, evidence: models.Evidence) -> Json:
        path = self.path(evidence.file) if evidence.file else None
        return {
            "document": evidence.document,
            "date": evidence.date.isoformat(),
            "custodian": evidence.custodian,
            "file": path,
            "sha256": self.hashes.get(path) if path else None,
        }


def attainment_json(found: YearAttained, previous: YearAttained | None, sources: Sources) -> Json:
    """What stage 3 leaves: budget, activities, indicators, score, rules, list of evidence."""
    before = {one.spec.id: one for one in previous.indicators} if previous else {}
    last = previous.year.fiscal_year if previous else None
    return {
        "budget": _budget(found.year, found.funds),
        "activities": _activities(found),
        "activity_total": sum(a.count for a in found.activities),
        "activity_unit": found.year.year.activities.unit if found.year.year.activities else None,
        "indicators": [
            _with_previous(_indicator(one, sources), before.get(one.spec.id), last) for one in found.indicators
        ],
        "score": {
            "total": plain(found.total.total),
            "upper": plain(found.total.upper),
            "grade": found.total.grade,
            "basis": found.year.year.weights_basis,
        },
        "rules": found.rules.to_json(),
        "evidence_list": _evidence_list(found, sources),
    }


def _budget(year: Year, funds: Funds) -> Json:
    from helpers.indicators import parse_money

    parts = [
        {
            "name": p.name,
            "budget": plain(parse_money(p.budget)),
            "spent": plain(parse_money(p.spent)) if p.spent else None,
        }
        for p in year.year.budget.parts
    ]
    sources = [
        {
            "name": s.name,
            "initial": _amount(s.initial, funds),
            "adjusted": _amount(s.adjusted, funds),
            "spent": _amount(s.spent, funds),
        }
        for s in year.year.budget.sources
    ]
    return {
        "initial": plain(funds.initial),
        "adjusted": plain(funds.adjusted),
        "spent": plain(funds.spent),
        "parts": parts,
        "sources": sources,
        "execution_rate": plain(funds.rate),
        "weight": plain(funds.weight),
        "score": plain(funds.score),
        "unspent_reason": year.year.budget.unspent_reason,
        **bounds_json(funds.figure),
    }


def _amount(said: str | models.MeasureRef | None, funds: Funds) -> float | int | None:
    """A source's amount; a measure can only be that of all that was spent."""
    from helpers.indicators import parse_money

    if said is None:
        return None
    return plain(funds.spent if isinstance(said, models.MeasureRef) else parse_money(said))


def _activities(found: YearAttained) -> list[Json]:
    spec = found.year.year.activities
    unit = spec.unit if spec else "次"
    return [
        {
            "category": a.category,
            "count": a.count,
            "count_text": f"{a.count}{'余' if a.spec and a.spec.lower_bound else ''}{unit}",
            "lower_bound": bool(a.spec and a.spec.lower_bound),
            "target": a.spec.target if a.spec else None,
            "note": a.spec.note if a.spec else "年度文件未列出这一类别",
            "monthly": list(a.months) if a.months else None,
        }
        for a in found.activities
    ]


def _indicator(one: Attained, sources: Sources) -> Json:
    spec = one.spec
    return {
        "id": spec.id,
        "level1": spec.level1,
        "level2": spec.level2,
        "level3": spec.level3,
        "definition": spec.definition,
        "target_text": spec.target,
        "target": _target(one.target),
        **_result(one.target, one.actual.value, one.outcome),
        "actual_text": _parts_text(one) if one.parts else _actual_text(one.actual, one.target, spec.actual),
        "weight": plain(spec.weight),
        "score": plain(one.score),
        "actual_unit": one.actual.unit if one.figure else None,
        "interval": plain(one.interval),
        "monthly": _monthly(one.months),
        "evidence": _evidence(spec.actual, one.figure, sources) if spec.actual else _parts_evidence(one, sources),
        "parts": [_part(part, one, sources) for part in one.parts],
    }


def _part(part: Part, whole: Attained, sources: Sources) -> Json:
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
        **_result(part.target, part.actual.value, part.outcome),
        "actual_text": _part_text(part) if share else _actual_text(part.actual, part.target, spec.actual),
        "actual_unit": "比例" if share else part.actual.unit,
        "required": plain(spec.required) if share else None,
        "share_of_weight": plain(spec.share_of_weight),
        "weight": None,
        "score": None,
        "interval": None,
        "monthly": _monthly(part.months),
        "previous": None,
        "evidence": _evidence(spec.actual, part.figure, sources),
        "parts": [],
    }


def _target(target: Target) -> Json:
    return target.to_json()


def _result(target: Target, value: Any, outcome: Outcome) -> Json:
    return {
        "actual": plain(value),
        "attainment": plain(outcome.attainment),
        "variance": plain(outcome.variance),
        "variance_rate": plain(outcome.variance_rate),
        "favourable": outcome.favourable,
        "status": outcome.status,
        "notes": list(outcome.notes),
    }


def _actual_text(actual: Any, target: Target, declared: models.Actual | None) -> str | None:
    """What is printed as actual: as stated, as rated, or the computed figure in its unit."""
    if declared is not None and declared.stated is not None:
        return declared.stated
    if declared is not None and declared.grade is not None:
        return {1: "达成预期指标", 2: "部分达成预期指标并具有一定效果", 3: "未达成预期指标且效果较差"}[declared.grade]
    if actual.value is None:
        return None
    return value_text(plain(actual.value), actual.unit or target.unit)


def _parts_text(one: Attained) -> str:
    texts = [f"{p.spec.name}：{_part_text(p)}" for p in one.parts]
    return "；".join(texts)


def _part_text(part: Part) -> str:
    return value_text(plain(part.actual.value), part.actual.unit or part.target.unit)


def _monthly(months: Iterable[Month]) -> list[Json]:
    return [{"month": m.month, "value": plain(m.value), "n": m.n} for m in months]


def _with_previous(indicator: Json, before: Attained | None, year: int | None) -> Json:
    """The indicator with last year's result beside its own, part by part where the parts have the same names."""
    if before is None:
        return {**indicator, "previous": None}
    text = _parts_text(before) if before.parts else _actual_text(before.actual, before.target, before.spec.actual)
    parts = {p.spec.name: p for p in before.parts}
    return {
        **indicator,
        "previous": _previous(before, text, year),
        "parts": [
            {**part, "previous": _previous(parts[part["name"]], _part_text(parts[part["name"]]), year)}
            if part["name"] in parts
            else part
            for part in indicator["parts"]
        ],
    }


def _previous(before: Attained | Part, text: str | None, year: int | None) -> Json:
    return {
        "fiscal_year": year,
        "actual": plain(before.actual.value),
        "actual_text": text,
        "status": before.outcome.status,
        "target_text": before.spec.target,
    }


# --- evidence -------------------------------------------------------------------------------------


def _evidence(declared: models.Actual, figure: Figure | None, sources: Sources) -> Json:
    documents = [sources.document(e) for e in declared.evidence]
    if figure is None:
        kind = "stated" if declared.stated is not None else "rated"
        return {
            "kind": kind,
            "measure": None,
            "words": None,
            "sql": None,
            "inputs": [],
            "rows": None,
            "note": declared.note,
            "method": declared.method,
            "documents": documents,
        }
    note = declared.note
    if figure.unknown:
        unknown = f"有 {figure.unknown} 条记录缺少计算所需的数据"
        unknown += "，按未达到计" if figure.unit == "比例" else "，未计入"
        note = f"{note}；{unknown}" if note else unknown
    bounds = bounds_json(figure)
    if bounds:
        told = bounds_words(bounds["bounds"], bounds["bounds"]["unit"])
        note = f"{note}；{told}" if note else told
    return {
        "kind": "computed",
        "measure": figure.measure,
        "words": figure.words,
        "sql": figure.sql,
        "clocks": list(figure.clocks),
        "inputs": sources.inputs(figure.tables),
        "rows": figure.n,
        "note": note,
        "method": declared.method,
        "documents": documents,
        **bounds,
    }


def _parts_evidence(one: Attained, sources: Sources) -> Json:
    figures = [p.figure for p in one.parts if p.figure]
    return {
        "kind": "computed",
        "measure": None,
        "words": "；".join(f.words for f in figures),
        "sql": None,
        "inputs": sources.inputs(t for f in figures for t in f.tables),
        "rows": sum(f.n for f in figures),
        "note": None,
        "method": None,
        "documents": [],
    }


def _evidence_list(found: YearAttained, sources: Sources) -> list[Json]:
    """佐证材料清单: by indicator the exports behind its figure and the documents declared for it."""
    listed = []
    for one in found.indicators:
        about = {"indicator": one.spec.id, "level3": one.spec.level3}
        figures = [one.figure, *(p.figure for p in one.parts)]
        for table in dict.fromkeys(t for f in figures if f for t in f.tables):
            spec = found.year.year.tables[table]
            exported = spec.exported.isoformat() if spec.exported else None
            listed += [
                {
                    **about,
                    "document": spec.document or spec.title,
                    "date": exported,
                    "custodian": spec.custodian,
                    "file": sources.path(f["file"]),
                    "sha256": f["sha256"],
                    "rows": f["rows"],
                }
                for f in sources.exports(table)
            ]
        for actual in [one.spec.actual, *(p.spec.actual for p in one.parts)]:
            listed += [{**about, **sources.document(e), "rows": None} for e in (actual.evidence if actual else ())]
    return listed


# --- stage 5 --------------------------------------------------------------------------------------


def results_json(
    year: Year,
    *,
    attainment: Mapping[str, Any],
    deviation: Mapping[str, Any],
    tables: Sequence[Mapping[str, Any]],
    validation: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> Json:
    """The whole of results.json from the stages' outputs and the year file."""
    declared = year.year
    posts = declared.posts
    return {
        "schema_version": 1,
        "fiscal_year": year.fiscal_year,
        "project": declared.project,
        "institution": declared.institution,
        "department": declared.department,
        "central_department": declared.central_department,
        "local_department": declared.local_department,
        "funding": declared.funding,
        "notice": declared.notice,
        "outline": {"name": declared.outline, **year.outline.model_dump(mode="json", exclude_defaults=True)},
        "weights_basis": declared.weights_basis,
        "posts": {"prepared_by": posts.prepared_by, "checked_by": posts.checked_by, "date": posts.date.isoformat()},
        "overall_goal": declared.overall_goal,
        "scope": list(declared.scope),
        "assessed_on": list(declared.assessed_on),
        "implementation": list(declared.implementation),
        "use_of_results": list(declared.use_of_results),
        "funds_management": [line.model_dump() for line in declared.funds_management],
        **{
            k: attainment[k]
            for k in (
                "budget",
                "activities",
                "activity_total",
                "activity_unit",
                "indicators",
                "score",
                "rules",
                "evidence_list",
            )
        },
        "tables": [
            {
                **{k: t[k] for k in ("table", "title", "rows_in", "used", "entities", "set_aside", "corrected")},
                "files": [
                    {"file": f["file"], "rows_in": f["rows"], "used": f["used"], "set_aside": f["set_aside"]}
                    for f in t["files"]
                ],
                **loss_allowed(year, t["table"]),
            }
            for t in tables
        ],
        "deviations": deviation["deviations"],
        "plan": deviation["plan"],
        "followup": deviation["followup"],
        "spares": deviation.get("spares"),
        "audit": attainment["audit"],
        "validation": validation,
        "provenance": dict(provenance),
    }


def reconciliations_json(tables: Iterable[Reconciliation]) -> list[Json]:
    return [t.to_json() for t in tables]
