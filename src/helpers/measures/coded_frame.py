"""A table as a data frame in which columns of few values are numbers and a list of values, as narrow as they can be."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

if TYPE_CHECKING:
    from numpy.typing import NDArray

KINDS = (np.int8, np.int16, np.int32, np.int64)
#: Codes are put in another order so many at a time.
AT_ONCE = 200_000


def coded_frame(schema: pa.Schema, batches: Iterable[pa.RecordBatch], few: Collection[str]) -> pd.DataFrame:
    """Texts, and whole numbers in the columns of ``few``, as categoricals, decimals as floats. What comes in is let go
    batch by batch: no column is there twice but while its last numbers are written."""
    columns = [_Coded() if _is_coded(field, few) else _Plain(field.type) for field in schema]
    for batch in batches:
        for own, values in zip(columns, batch.columns, strict=True):
            own.add(values)
    found = {}
    for at, field in enumerate(schema):
        found[field.name] = columns[at].values()
        columns[at] = _Plain(field.type)  # its rows are in the frame now
    return pd.DataFrame(found, copy=False)


def _is_coded(field: pa.Field, few: Collection[str]) -> bool:
    text = pa.types.is_string(field.type) or pa.types.is_large_string(field.type)
    return text or (field.name in few and pa.types.is_integer(field.type))


class _Plain:
    """A column as it is; of yes and no one byte each, two where some are neither."""

    def __init__(self, kind: pa.DataType) -> None:
        self._kind = pa.float64() if pa.types.is_decimal(kind) else kind
        self._parts: list[pa.Array] = []

    def add(self, values: pa.Array) -> None:
        values = values.cast(self._kind)
        # A copy: what DuckDB has handed over is one piece, and would be held with all its texts.
        self._parts.append(pa.concat_arrays([values, values[:0]]))

    def values(self) -> Any:
        whole = pa.chunked_array(self._parts, type=self._kind)
        if pa.types.is_boolean(self._kind) and whole.null_count:
            return pd.array(whole.to_pandas(types_mapper={pa.bool_(): pd.BooleanDtype()}.get))
        return whole.to_pandas(date_as_object=False)


class _Coded:
    """A column of few different values: for each row the number of its value, −1 for none."""

    def __init__(self) -> None:
        self._places: dict[Any, int] = {}
        self._codes, self._kind = bytearray(), np.dtype(np.int8)

    def add(self, values: pa.Array) -> None:
        own = (values.cast(pa.string()) if pa.types.is_large_string(values.type) else values).dictionary_encode()
        places = [self._places.setdefault(value, len(self._places)) for value in own.dictionary.to_pylist()]
        if (kind := _narrowest(len(self._places))) != self._kind:
            self._codes, self._kind = bytearray(self._numbers().astype(kind).data), kind
        numbers = np.array([*places, -1], dtype=self._kind)
        self._codes += numbers[own.indices.fill_null(len(places)).to_numpy()].data

    def _numbers(self) -> NDArray[Any]:
        return np.frombuffer(self._codes, dtype=self._kind)

    def values(self) -> Any:
        """In the order of the values, not in that in which they came up: nothing may depend on the size of a batch."""
        ordered = sorted(self._places)
        place = {value: at for at, value in enumerate(ordered)}
        moved = np.array([*(place[value] for value in self._places), -1], dtype=self._kind)
        numbers = self._numbers()
        for start in range(0, len(numbers), AT_ONCE):
            numbers[start : start + AT_ONCE] = moved[numbers[start : start + AT_ONCE]]
        return pd.Categorical.from_codes(numbers, dtype=pd.CategoricalDtype(pd.Index(ordered)), validate=False)


def _narrowest(values: int) -> np.dtype[Any]:
    """The kind of number that pandas takes for so many categories, too."""
    return np.dtype(next(kind for kind in KINDS if values < np.iinfo(kind).max))
