"""Tidy tables as data frames with the types that they are declared by, without personal columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.lab.lab_error import LabError, unknown
from helpers.year.tables import Table
from helpers.year.tidy import tidy_columns

if TYPE_CHECKING:
    import pandas as pd

#: pandas' types by those of the tidy tables; missing values stay missing in each of them.
DTYPES = {
    "VARCHAR": "string",
    "BIGINT": "Int64",
    "INTEGER": "Int64",
    "DOUBLE": "float64",
    "DECIMAL(18,2)": "float64",
    "BOOLEAN": "boolean",
    "DATE": "datetime64[us]",
    "TIMESTAMP": "datetime64[us]",
}
PLACE = {"source_file": "VARCHAR", "source_row": "BIGINT"}


def open_columns(table: Table) -> dict[str, str]:
    """The columns of a table that may be looked at, with their SQL types; where each row comes from at the end."""
    own = {name: kind for name, kind in tidy_columns(table).items() if name not in table.tidy_personal}
    return {**own, **PLACE}


def typed(rows: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Rows of a table with the declared types."""
    kinds = open_columns(table)
    return rows.astype({name: DTYPES[kinds[name]] for name in rows.columns if name in kinds})


class Tables(Mapping[str, "pd.DataFrame"]):
    """The year's tidy tables by name, as items or attributes: ``y.tables["tickets"]``, ``y.tables.tickets``.

    Booleans are ``boolean``, dates ``datetime64``, whole numbers ``Int64``, texts ``string``; personal columns are
    left out. Each call gives a copy of its own.
    """

    def __init__(self, tables: Mapping[str, Table], folder: Path, look: Callable[[], None]) -> None:
        self._tables, self._folder, self._look = tables, folder, look

    def __getitem__(self, name: str) -> pd.DataFrame:
        import pandas as pd

        if name not in self._tables:
            raise unknown("no_table", "表", name, self._tables)
        self._look()
        table = self._tables[name]
        return typed(pd.read_parquet(self._folder / f"{name}.parquet", columns=[*open_columns(table)]), table)

    def __getattr__(self, name: str) -> pd.DataFrame:
        if name.startswith("_"):
            raise AttributeError(name)
        return self[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._tables]

    def __repr__(self) -> str:
        return "整洁表：" + "、".join(f"{name}（{table.title}）" for name, table in self._tables.items())


def words_of(table: Table) -> dict[str, str]:
    """What the columns are called in the reader's words."""
    return table.column_words()


def refuse_personal(column: str, table: Table) -> None:
    """Personal columns are no dimension and shown nowhere."""
    if column in table.tidy_personal:
        open_ones = "、".join(name for name in open_columns(table) if name not in PLACE)
        raise LabError("personal_column", f"{column} 是个人信息，不能列出，也不能按它分组\n    可用的列：{open_ones}")


def as_number(value: Any) -> float:
    """A figure for a column of numbers; NaN where it is not known."""
    return float("nan") if value is None else float(value)
