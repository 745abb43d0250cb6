"""The year's activity for results.json: each kind with its count, its months, and the query and files behind them."""

from __future__ import annotations

from helpers.measures.year_attained import ActivityCount, YearAttained
from helpers.report.assemble_evidence import Sources
from helpers.report.results_indicators import Evidence
from helpers.report.results_types import Activity, ActivityEvidence
from helpers.year.engine import literal
from helpers.year.models import Activities


def activities(found: YearAttained, sources: Sources) -> list[Activity]:
    """The declared kinds in their order, then what else the records have."""
    spec = found.year.year.activities
    return [_activity(one, spec, sources) for one in found.activities] if spec else []


def _activity(one: ActivityCount, spec: Activities, sources: Sources) -> Activity:
    more = "余" if one.spec and one.spec.lower_bound else ""
    return {
        "category": one.category,
        "count": one.count,
        "count_text": f"{one.count}{more}{spec.unit}",
        "lower_bound": bool(one.spec and one.spec.lower_bound),
        "target": one.spec.target if one.spec else None,
        "note": one.spec.note if one.spec else "年度文件未列出这一类别",
        "monthly": list(one.months) if one.months else None,
        "evidence": _evidence(one, spec, sources),
    }


def _evidence(one: ActivityCount, spec: Activities, sources: Sources) -> Evidence:
    """The query of one kind; records without one are those whose cell is empty."""
    table = sources.year.year.tables[spec.table]
    wanted = f"{spec.by} = {literal(one.category)}" if one.registered else f"coalesce({spec.by}, '') = ''"
    rows = f"FROM {spec.table} WHERE {wanted}"
    month = f"strftime({table.year_by}, '%Y-%m')" if one.months and table.year_by else None
    return {
        "kind": "computed",
        "measure": None,
        "words": f"{table.title}中类别为“{one.category}”的记录",
        "sql": f"SELECT count(*) {rows}",
        "monthly_sql": f"SELECT {month}, count(*) {rows} GROUP BY 1 ORDER BY 1" if month else None,
        "inputs": sources.inputs([spec.table]),
        "rows": one.count,
        **sources.left_out([spec.table]),
    }


def activity_evidence(found: YearAttained, sources: Sources) -> ActivityEvidence | None:
    """Where all counts together come from, and how the rows of shares lie in the kinds."""
    spec = found.year.year.activities
    if spec is None:
        return None
    return {
        "table": spec.table,
        "sql": f"SELECT {spec.by}, count(*) FROM {spec.table} GROUP BY {spec.by}",
        "inputs": sources.inputs([spec.table]),
        "shares": [
            {"name": one.name, "measure": one.measure, "by": [{"category": c, "rows": n} for c, n in one.rows]}
            for one in found.spreads
        ],
    }
