"""The values of a column as texts, and as numbers of these texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from helpers.deviation.adjusted import Coded
from helpers.deviation.tally import Codes, looked_up, tally
from helpers.measures.row_blocks import narrowest


def texts(values: pd.Series) -> pd.Series:
    """A dimension's values as texts; None where nothing is recorded."""
    codes, known = pd.factorize(values)
    named = np.array([*(_text(value) for value in known), None], dtype=object)
    return pd.Series(named[codes], index=values.index, dtype=object)


def coded(values: pd.Series) -> Coded:
    """A dimension's values as numbers of their texts, in the order of these; a categorical's own numbers where they
    are that already."""
    codes, known = numbered(values)
    there = tally(codes, len(known))[1:] > 0
    named = [_text(value) if seen else None for value, seen in zip(known, there, strict=True)]
    names = sorted({name for name in named if name is not None})
    place = {name: at for at, name in enumerate(names)}
    moved = [-1 if name is None else place[name] for name in named]
    if moved == list(range(len(names))) and codes.dtype == narrowest(len(names)):
        return Coded(codes, tuple(names))
    return Coded(looked_up(codes, np.array([*moved, -1], dtype=narrowest(len(names)))), tuple(names))


def numbered(values: pd.Series) -> tuple[Codes, Sequence[Any]]:
    """The values of a column as numbers, −1 for none, and the values; a categorical's own."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        return values.array.codes, list(values.dtype.categories)
    codes, known = pd.factorize(values)
    return codes, list(known)


def as_categories(one: Coded, index: pd.Index) -> pd.Series:
    """The other way round: a column of the texts."""
    codes = one.codes.astype(narrowest(len(one.names)), copy=False)
    kind = pd.CategoricalDtype(pd.Index(one.names, dtype=object))
    return pd.Series(pd.Categorical.from_codes(codes, dtype=kind, validate=False), index=index)


def _text(value: Any) -> str | None:
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    if isinstance(value, pd.Timestamp):
        return str(value.date()) if value == value.normalize() else value.isoformat(sep=" ")
    return str(value).strip() or None
