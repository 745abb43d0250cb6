"""The smallest fiscal year that loads, written under any root: what tests of single declarations start from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

#: Nothing is measured and nothing judged.
NOTHING = "measures: {}\nindicators: []\n"


def head(
    *, fiscal_year: int = 2024, calendar: str | None = None, spent: str = "9万元", year_start: str | None = None
) -> str:
    """year.yml up to and including ``tables:``; what follows is indented by two blanks."""
    lines = [
        f"fiscal_year: {fiscal_year}",
        *([f"year_start: {year_start}"] if year_start else []),
        "project: 信息化运维",
        "institution: 某单位",
        "posts: {prepared_by: 信息岗, checked_by: 财务岗, date: 2025-02-01}",
        "overall_goal: 保障运行",
        *([f"calendar: {calendar}"] if calendar else []),
        f"budget: {{initial: 10万元, adjusted: 10万元, spent: {spent}}}",
        "tables:",
    ]
    return "\n".join(lines) + "\n"


def write(
    root: Path,
    year: str,
    *,
    indicators: str = NOTHING,
    files: Mapping[str, str] | None = None,
    corrections: str = "",
    fiscal_year: int = 2024,
) -> Path:
    """Write the year files and the exports (name → text) of ``data/raw/<fiscal_year>/``; returns its folder."""
    folder = root / "data" / "raw" / str(fiscal_year)
    (folder / "exports").mkdir(parents=True, exist_ok=True)
    for name, text in (files or {}).items():
        (folder / "exports" / name).write_text(text, encoding="utf-8")
    (folder / "year.yml").write_text(year, encoding="utf-8")
    (folder / "indicators.yml").write_text(indicators, encoding="utf-8")
    if corrections:
        (folder / "corrections.yml").write_text(corrections, encoding="utf-8")
    return folder
