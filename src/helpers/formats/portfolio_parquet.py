"""The portfolio as one Parquet table, a row a project year, for other programs; columns in docs/batch.md."""

from __future__ import annotations

import io
from typing import Any

import pyarrow as pa
import pyarrow.parquet

from helpers.report.portfolio import Portfolio, Row

TEXT, COUNT, FIGURE = pa.string(), pa.int64(), pa.float64()
#: Every column with its type; null is unknown, or does not apply.
SCHEMA = pa.schema(
    [
        ("place", TEXT),
        ("unit", TEXT),
        ("project", TEXT),
        ("fiscal_year", pa.int32()),
        ("failed", pa.bool_()),
        ("failure", TEXT),
        ("score", FIGURE),
        ("upper", FIGURE),
        ("grade", TEXT),
        ("complete", pa.bool_()),
        ("basis", TEXT),
        ("rules", TEXT),
        ("full_marks", FIGURE),
        ("yardstick", TEXT),
        ("rank", pa.int32()),
        ("ranked", pa.int32()),
        ("unranked", TEXT),
        ("change", FIGURE),
        ("unchanged", TEXT),
        ("met", COUNT),
        ("partly_met", COUNT),
        ("not_met", COUNT),
        ("unknown", COUNT),
        ("missed", pa.list_(TEXT)),
        ("shortfalls", COUNT),
        ("budget", FIGURE),
        ("spent", FIGURE),
        ("execution_rate", FIGURE),
        ("measures_overdue", COUNT),
        ("audit_stops", COUNT),
        ("audit_notes", COUNT),
        ("rows_in", COUNT),
        ("rows_used", COUNT),
        ("rows_lost", COUNT),
        ("figures_bounded", COUNT),
        ("outliers", pa.list_(TEXT)),
        ("notice", TEXT),
        ("report", TEXT),
    ]
)
#: Columns that are called as in the results' facts.
SAME = (
    *("upper", "grade", "complete", "basis", "rules", "full_marks", "met", "partly_met", "not_met", "unknown"),
    *("shortfalls", "budget", "spent", "execution_rate", "audit_stops", "audit_notes"),
    *("rows_in", "rows_used", "rows_lost", "notice"),
)


def portfolio_parquet(portfolio: Portfolio) -> bytes:
    """The table as the bytes of a file; the same portfolio gives the same bytes."""
    buffer = io.BytesIO()
    table = pa.Table.from_pylist([_record(row) for row in portfolio.rows], schema=SCHEMA)
    pyarrow.parquet.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


def _record(row: Row) -> dict[str, Any]:
    entry, facts = row.entry, row.entry.facts
    record: dict[str, Any] = {
        "place": entry.place,
        "unit": facts.unit if facts else entry.unit,
        "project": facts.project if facts else entry.project,
        "fiscal_year": entry.fiscal_year,
        "failed": facts is None,
        "failure": entry.failure,
        "yardstick": row.yardstick,
        "rank": row.rank,
        "ranked": row.ranked or None,
        "unranked": row.unranked,
        "change": None if row.change is None else float(row.change),
        "unchanged": row.unchanged,
        "outliers": list(row.outliers),
        "report": entry.report,
    }
    if facts:
        record |= {name: getattr(facts, name) for name in SAME}
        record |= {
            "score": facts.total,
            "missed": list(facts.missed),
            "measures_overdue": facts.overdue,
            "figures_bounded": facts.bounded,
        }
    return record
