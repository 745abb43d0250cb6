"""A project of one table with a few rows, and what cleaning makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from helpers.activity.clean import Reconciliation, clean_year
from helpers.year.load import Year, load_year
from tests import small_year


def project(
    root: Path,
    tables: str,
    files: Mapping[str, str],
    *,
    calendar: str = "cn",
    corrections: str = "",
    indicators: str = small_year.NOTHING,
) -> Year:
    """Write a project of the fiscal year 2024 and load it; ``tables`` is indented by two blanks."""
    declared = small_year.head(calendar=calendar) + tables
    small_year.write(root, declared, indicators=indicators, files=files, corrections=corrections)
    return load_year(root, 2024)


def cleaned(year: Year, out: Path, table: str = "tickets") -> tuple[Reconciliation, pd.DataFrame, pd.DataFrame]:
    """The account of a table, its tidy rows and the rows set aside."""
    found = {account.table: account for account in clean_year(year, out)}
    return found[table], pd.read_parquet(out / f"{table}.parquet"), pd.read_parquet(out / f"{table}.set_aside.parquet")


def reasons(account: Reconciliation) -> dict[str, int]:
    return {entry.reason: entry.rows for entry in account.set_aside}
