"""Several years cleaned: side by side where their exports are small, one after the other where memory counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from helpers.activity.clean import Reconciliation, clean_year
from helpers.activity.errors import ExportError
from helpers.activity.kept_tables import clean_or_take_over
from helpers.year.joined_columns import joined_columns
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
        cleaned = [one.result() for one in started]
    for (year, _), accounts in zip(wanted, cleaned, strict=True):
        _refuse_marked_keys(year, {account.table: account for account in accounts})
    return cleaned


def _refuse_marked_keys(year: Year, accounts: Mapping[str, Reconciliation]) -> None:
    """Marks tell values of one table apart; by them the rows of two would be joined wrongly or not at all."""
    for joined in joined_columns(year.year):
        for table, column in ((joined.table, joined.column), (joined.other, joined.other_column)):
            marked = [one for one in accounts[table].masked if one.column == column] if table in accounts else []
            for one in marked:
                if not one.doubtful:
                    raise ExportError(
                        "personal_key",
                        one.rows[0][0],
                        f"表 {table} 据以关联的列 {column} 里有个人信息（{one.kind}），遮盖后不能再据以关联",
                        rows=[(row, file) for file, row in one.rows],
                        hint=f"在来源里换成代码，或在相关联的表里都写 personal（{'.'.join(joined[1:3])}、"
                        f"{'.'.join(joined[3:])}）；确实不是个人信息的，写进 year.yml 的 not_personal",
                    )
