"""A project of one table with a few rows, and what cleaning makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from helpers.activity.clean import Reconciliation, clean_year
from helpers.year.load import Year, load_year

HEAD = """\
fiscal_year: 2024
project: 信息化运维
institution: 某单位
posts: {{prepared_by: 信息岗, checked_by: 财务岗, date: 2025-02-01}}
overall_goal: 保障运行
calendar: {calendar}
budget: {{initial: 10万元, adjusted: 10万元, spent: 9万元}}
tables:
"""
INDICATORS = "measures: {}\nindicators: []\n"


def project(
    root: Path,
    tables: str,
    files: Mapping[str, str],
    *,
    calendar: str = "cn",
    corrections: str = "",
    indicators: str = INDICATORS,
) -> Year:
    """Write a project of the fiscal year 2024 and load it; ``tables`` is indented by two blanks."""
    folder = root / "data" / "raw" / "2024"
    (folder / "exports").mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / "exports" / name).write_text(text, encoding="utf-8")
    (folder / "year.yml").write_text(HEAD.format(calendar=calendar) + tables, encoding="utf-8")
    (folder / "indicators.yml").write_text(indicators, encoding="utf-8")
    if corrections:
        (folder / "corrections.yml").write_text(corrections, encoding="utf-8")
    return load_year(root, 2024)


def cleaned(year: Year, out: Path, table: str = "tickets") -> tuple[Reconciliation, pd.DataFrame, pd.DataFrame]:
    """The account of a table, its tidy rows and the rows set aside."""
    found = {account.table: account for account in clean_year(year, out)}
    return found[table], pd.read_parquet(out / f"{table}.parquet"), pd.read_parquet(out / f"{table}.set_aside.parquet")


def reasons(account: Reconciliation) -> dict[str, int]:
    return {entry.reason: entry.rows for entry in account.set_aside}
