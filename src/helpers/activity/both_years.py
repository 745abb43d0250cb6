"""Several years cleaned: side by side where their exports are small, one after the other where memory counts."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from helpers.activity.clean import Reconciliation, clean_year
from helpers.activity.kept_tables import clean_or_take_over
from helpers.year.load import Year
from helpers.year.seen import SeenYear, table_exports

#: Bytes of all exports up to which two years are cleaned at a time; the database works without Python's lock.
SMALL = 64_000_000


def clean_years(wanted: Sequence[tuple[Year, Path]], basis: str | None = None) -> list[list[Reconciliation]]:
    """``clean_year`` for each year and folder, in this order. What the first of them raises is raised, as if they
    had been cleaned one after the other. ``basis``: what tables of the last time must have been made by, so that they
    are taken over where nothing has changed."""

    def clean(year: Year, out: Path) -> list[Reconciliation]:
        if basis is not None and isinstance(year, SeenYear):
            return clean_or_take_over(year, out, basis)
        return clean_year(year, out)

    exports = {path for year, _ in wanted for table in year.year.tables for path in table_exports(year, table)}
    size = sum(path.stat().st_size for path in exports)
    with ThreadPoolExecutor(len(wanted) if size <= SMALL else 1) as pool:
        started = [pool.submit(clean, year, out) for year, out in wanted]
        return [one.result() for one in started]
