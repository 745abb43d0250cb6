"""Tidy tables as the gate needs them: plain types, rows by position, and each cell as a text."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet

from helpers.gate.expectation_types import kind_of
from helpers.gate.result import SOURCE
from helpers.year.engine import fence, identifier, open_engine, year_bounds
from helpers.year.expressions import ExpressionError, columns_of
from helpers.year.fiscal import FiscalYear

#: Beyond this a whole number with gaps would lose digits as a float.
EXACT = 2**53
LONGEST = 80


def read_tables(folder: Path, names: Iterable[str]) -> dict[str, pd.DataFrame]:
    """The tidy tables ``<name>.parquet`` of a year's folder as data frames."""
    return {name: frame_of(pyarrow.parquet.read_table(folder / f"{name}.parquet")) for name in names}


def frame_of(table: pa.Table) -> pd.DataFrame:
    """Whole numbers keep their type though cells are empty; dates are date-times, money decimals."""
    kept = {pa.int64(): pd.Int64Dtype(), pa.int32(): pd.Int32Dtype(), pa.bool_(): pd.BooleanDtype()}
    return table.to_pandas(types_mapper=kept.get, date_as_object=False)


def judged_frame(frame: pd.DataFrame, types: Mapping[str, str]) -> pd.DataFrame:
    """The frame in the types that Great Expectations judges fast and right, rows numbered from 0.

    Money and other decimals become floats, dates date-times in nanoseconds where they fit, empty
    cells None or NaN. The source position is not part of it.
    """
    plain = {
        column: judged_column(frame[column], types.get(column, "")) for column in frame.columns if column not in SOURCE
    }
    return pd.DataFrame(plain, index=pd.RangeIndex(len(frame)))


def judged_column(column: pd.Series, sql_type: str) -> np.ndarray | pd.api.extensions.ExtensionArray:
    kind = kind_of(sql_type) or _kind_of_values(column)
    if kind == "date":
        return _moments(column)
    if kind == "boolean":
        values = column.astype(object)
        return values.where(values.notna(), None).to_numpy(dtype=object)
    if kind == "number":
        return _numbers(column)
    return column.array


def _kind_of_values(column: pd.Series) -> str:
    """What a column holds, where no declaration says it."""
    if pd.api.types.is_bool_dtype(column.dtype):
        return "boolean"
    if pd.api.types.is_numeric_dtype(column.dtype):
        return "number"
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return "date"
    if column.dtype != object:
        return "text"
    first = next((value for value in column if not pd.isna(value)), None)
    for kind, classes in (("boolean", bool), ("number", (Decimal, int, float)), ("date", datetime.date)):
        if isinstance(first, classes):
            return kind
    return "text"


def _moments(column: pd.Series) -> Any:
    moments = pd.to_datetime(column)
    try:
        return moments.astype("datetime64[ns]").array
    except (pd.errors.OutOfBoundsDatetime, OverflowError):
        return moments.array  # a year such as 9999: slower, but judged


def _numbers(column: pd.Series) -> Any:
    whole = pd.api.types.is_integer_dtype(column.dtype)
    if whole and not column.hasnans:
        return column.to_numpy(dtype="int64")
    if whole and not column.dropna().abs().lt(EXACT).all():
        return column.array
    return pd.to_numeric(column.astype(object) if column.dtype == object else column).to_numpy(
        dtype="float64", na_value=np.nan
    )


@contextmanager
def conditions(fiscal: FiscalYear | None) -> Iterator[Callable[[pd.DataFrame, str, Mapping[str, str]], np.ndarray]]:
    """A function from a frame, a SQL condition and the types of the columns to the positions (from 0) of the rows
    for which it is true. It raises ``ExpressionError`` where the condition cannot be evaluated on these columns."""
    with ExitStack() as stack:
        opened: list[duckdb.DuckDBPyConnection] = []

        def positions(frame: pd.DataFrame, where: str, types: Mapping[str, str]) -> np.ndarray:
            if not opened:
                opened.append(stack.enter_context(open_engine(threads=1)))
                fence(opened[0])
            return _positions_where(opened[0], frame, where, types, fiscal)

        yield positions


def _positions_where(
    connection: duckdb.DuckDBPyConnection,
    frame: pd.DataFrame,
    where: str,
    types: Mapping[str, str],
    fiscal: FiscalYear | None,
) -> np.ndarray:
    asked = columns_of(where)
    lower = {str(column).lower(): column for column in frame.columns}
    picked = frame[[lower[name] for name in sorted(asked) if name in lower]].assign(_position=np.arange(len(frame)))
    connection.register("picked", pa.Table.from_pandas(picked, preserve_index=False))
    cast = "".join(f", CAST({identifier(c)} AS {types[c]}) AS {identifier(c)}" for c in picked.columns if c in types)
    rest = "".join(f", {identifier(c)}" for c in picked.columns if c not in types and c != "_position")
    query = (
        f"SELECT _position FROM (SELECT _position{cast}{rest}{year_bounds(fiscal)} FROM picked) "
        f"WHERE ({where}\n) ORDER BY _position"
    )
    try:
        return np.asarray(connection.execute(query).fetchnumpy()["_position"])
    except duckdb.Error as error:
        raise ExpressionError(str(error).splitlines()[0]) from error


def cell_text(value: Any) -> str | None:
    """A cell as it is written down: 3, 0.5, 2024-03-01 08:00:00, true; None when it is empty."""
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, datetime.datetime | np.datetime64):
        moment = pd.Timestamp(value)
        midnight = moment == moment.normalize()
        return str(moment.date()) if midnight else moment.isoformat(sep=" ")
    if isinstance(value, float | np.floating):
        number = float(value)
        return str(int(number)) if number.is_integer() and abs(number) < EXACT else repr(number)
    text = str(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 2] + "……"
