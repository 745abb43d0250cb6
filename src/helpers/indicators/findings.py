"""Findings: what a reviewer would say of a form or of its source, each in one shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Place:
    """Where in the form: row number, the indicator's name, the field."""

    row: int | None = None
    level3: str | None = None
    field: str | None = None


@dataclass(frozen=True)
class About:
    """Which table a finding is about."""

    institution: str | None = None
    project: str | None = None
    year: str | None = None


@dataclass(frozen=True, kw_only=True)
class Finding:
    """``check`` is for machines; ``arithmetic`` shows the sum that does not work out; ``remedy`` what to do."""

    check: str
    level: Literal["stop", "note"]
    message: str
    remedy: str | None = None
    arithmetic: str | None = None
    where: Place = Place()
    table: About = About()

    def to_json(self) -> dict[str, Any]:
        """The audit object of results.json and of ``selfeval audit --json``."""
        return {
            "check": self.check,
            "level": self.level,
            "table": {"institution": self.table.institution, "project": self.table.project, "year": self.table.year},
            "where": {"row": self.where.row, "level3": self.where.level3, "field": self.where.field},
            "message": self.message,
            "arithmetic": self.arithmetic,
            "remedy": self.remedy,
        }
