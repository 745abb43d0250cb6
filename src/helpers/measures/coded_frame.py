"""A table as a data frame whose columns are as narrow as they can be: of few values numbers and a list of values."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from helpers.measures.row_blocks import narrowest, spans


def coded_frame(schema: pa.Schema, batches: Iterable[pa.RecordBatch], few: Collection[str]) -> pd.DataFrame:
    """Texts, and whole numbers in the columns of ``few``, as categoricals; decimals as floats, other whole numbers with
    four bytes where these hold them. What comes in is let go batch by batch, and no column is there twice."""
    columns = [_column(field, few) for field in schema]
    for batch in batches:
        for own, values in zip(columns, batch.columns, strict=True):
            own.add(values)
    return pd.DataFrame({field.name: own.values() for field, own in zip(schema, columns, strict=True)}, copy=False)


def _column(field: pa.Field, few: Collection[str]) -> _Coded | _YesOrNo | _Numbers | _Other:
    kind, is_ = field.type, pa.types
    if is_.is_string(kind) or is_.is_large_string(kind) or (is_.is_integer(kind) and field.name in few):
        return _Coded()
    if is_.is_boolean(kind):
        return _YesOrNo()
    if is_.is_decimal(kind) or is_.is_float64(kind):
        return _Numbers(np.dtype(np.float64), pa.float64())
    if is_.is_int64(kind) or is_.is_int32(kind):
        return _Numbers(np.dtype(np.int32), kind)
    if is_.is_timestamp(kind) and kind.tz is None:
        return _Numbers(np.dtype(f"datetime64[{kind.unit}]"), kind)
    return _Other(kind)


class _Grown:
    """Numbers of one kind, one behind the other, in memory that grows where it lies."""

    def __init__(self, kind: np.dtype[Any]) -> None:
        self.kind, self._bytes = kind, bytearray()

    def add(self, numbers: NDArray[Any]) -> None:
        self._bytes += np.ascontiguousarray(numbers, dtype=self.kind).view(np.uint8).data

    def widen(self, kind: np.dtype[Any]) -> None:
        """From here on of a kind that holds more; what is there becomes so, too."""
        if kind != self.kind:
            numbers, self.kind, self._bytes = self.all(), kind, bytearray()
            self.add(numbers)

    def all(self) -> NDArray[Any]:
        return np.frombuffer(self._bytes, dtype=self.kind) if self._bytes else np.empty(0, dtype=self.kind)


class _Numbers:
    """Numbers or moments; missing ones are NaN, which makes floats of whole numbers, or NaT."""

    def __init__(self, kind: np.dtype[Any], arrow: pa.DataType) -> None:
        self._rows, self._arrow = _Grown(kind), arrow

    def add(self, values: pa.Array) -> None:
        values = values.cast(self._arrow)
        numbers = values.to_numpy(zero_copy_only=False)
        if self._rows.kind.kind == "i":
            if values.null_count:
                self._rows.widen(np.dtype(np.float64))
            elif len(numbers) and not -(2**31) <= int(numbers.min()) <= int(numbers.max()) < 2**31:
                self._rows.widen(np.dtype(np.int64))
        self._rows.add(numbers)

    def values(self) -> NDArray[Any]:
        return self._rows.all()


class _YesOrNo:
    """One byte each; two where some are neither."""

    def __init__(self) -> None:
        self._rows, self._some_missing = _Grown(np.dtype(np.int8)), False

    def add(self, values: pa.Array) -> None:
        self._some_missing |= bool(values.null_count)
        self._rows.add(values.cast(pa.int8()).fill_null(-1).to_numpy())

    def values(self) -> Any:
        found = self._rows.all()
        if not self._some_missing:
            return found.view(bool)
        missing = found < 0
        found[missing] = 0
        return pd.arrays.BooleanArray(found.view(bool), missing)


class _Coded:
    """A column of few different values: for each row the number of its value, −1 for none."""

    def __init__(self) -> None:
        self._places: dict[Any, int] = {}
        self._rows = _Grown(np.dtype(np.int8))

    def add(self, values: pa.Array) -> None:
        own = (values.cast(pa.string()) if pa.types.is_large_string(values.type) else values).dictionary_encode()
        places = [self._places.setdefault(value, len(self._places)) for value in own.dictionary.to_pylist()]
        self._rows.widen(narrowest(len(self._places)))
        numbers = np.array([*places, -1], dtype=self._rows.kind)
        self._rows.add(numbers[own.indices.fill_null(len(places)).to_numpy()])

    def values(self) -> Any:
        """In the order of the values, not in that in which they came up: nothing may depend on the size of a batch."""
        ordered = sorted(self._places)
        place = {value: at for at, value in enumerate(ordered)}
        numbers = self._rows.all()
        moved = np.array([*(place[value] for value in self._places), -1], dtype=numbers.dtype)
        for part in spans(len(numbers)):
            numbers[part] = moved[numbers[part]]
        return pd.Categorical.from_codes(numbers, dtype=pd.CategoricalDtype(pd.Index(ordered)), validate=False)


class _Other:
    """A column as Arrow has it."""

    def __init__(self, kind: pa.DataType) -> None:
        self._kind, self._parts = kind, list[pa.Array]()

    def add(self, values: pa.Array) -> None:
        # A copy: what DuckDB has handed over is one piece, and would be held with all its texts.
        self._parts.append(pa.concat_arrays([values, values[:0]]))

    def values(self) -> Any:
        return pa.chunked_array(self._parts, type=self._kind).to_pandas(date_as_object=False)
