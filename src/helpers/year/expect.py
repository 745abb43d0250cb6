"""Control totals of a table: what another source (a covering note, a printed total) says that it holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from helpers.indicators import parse_money
from helpers.year.base import Identifier, Model

NUMBERS = ("BIGINT", "INTEGER", "DOUBLE", "DECIMAL(18,2)")


def _amount(value: Any) -> Any:
    """An amount may be written with its unit, "177万元"."""
    if isinstance(value, str) and value.strip().endswith("元"):
        return parse_money(value)
    return str(value) if isinstance(value, float) else value


def _by_month(value: Any) -> Any:
    """``by_month: {1: 986, …}`` is short for ``by_month: {rows: {1: 986, …}}``."""
    months = isinstance(value, Mapping) and value and not any(isinstance(v, Mapping) for v in value.values())
    return {"rows": value} if months else value


Amount = Annotated[Decimal, BeforeValidator(_amount)]
Month = Annotated[int, Field(ge=1, le=12)]


class Expect(Model):
    """``rows``: the tidy rows, ``rows_in``: those read from the files; ``sum``: of a column's tidy values;
    ``by_month``: rows, or a column's sum, of each month by ``year_by``. What differs stops the run.
    """

    rows: int | None = Field(default=None, ge=0)
    rows_in: int | None = Field(default=None, ge=0)
    sum: dict[Identifier, Amount] = Field(default_factory=dict)
    by_month: Annotated[dict[Identifier, dict[Month, Amount]], BeforeValidator(_by_month)] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _says_something(self) -> Expect:
        if self.rows is None and self.rows_in is None and not self.sum and not self.by_month:
            raise ValueError("expect 至少写 rows、rows_in、sum、by_month 中的一项")
        return self

    def columns(self) -> Iterator[tuple[tuple[str, str], str]]:
        """Place and name of every column of which a sum is expected."""
        yield from ((("sum", column), column) for column in self.sum)
        yield from ((("by_month", column), column) for column in self.by_month if column != "rows")
