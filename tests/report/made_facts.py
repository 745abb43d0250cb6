"""What a portfolio knows of one project year, made by hand."""

from __future__ import annotations

from typing import Any

from helpers.report.portfolio_facts import Facts


def facts(total: float, **more: Any) -> Facts:
    said: dict[str, Any] = {
        "unit": "某局",
        "project": "运维",
        "fiscal_year": 2024,
        "notice": None,
        "total": total,
        "upper": total,
        "grade": "优",
        "basis": None,
        "rules": "规则",
        "full_marks": 100.0,
        "yardstick": "a",
        "complete": True,
        "met": 4,
        "partly_met": 0,
        "not_met": 0,
        "unknown": 0,
        "missed": (),
        "budget": 1000.0,
        "spent": 990.0,
        "execution_rate": 0.99,
        "shortfalls": 0,
        "overdue": 0,
        "audit_stops": 0,
        "audit_notes": 0,
        "rows_in": 10,
        "rows_used": 10,
        "rows_lost": 0,
        "bounded": 0,
    }
    return Facts(**{**said, **more})
