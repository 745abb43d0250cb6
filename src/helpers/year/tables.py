"""The shape of one table's declaration in year.yml: files, columns, clocks, scope, key and gate."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Words = Annotated[str, Field(min_length=1)]
Level = Literal["stop", "note"]
ColumnType = Literal["text", "integer", "number", "money", "boolean", "date", "datetime"]


def _as_list(value: Any) -> Any:
    """A single entry may be written without its brackets."""
    return value if isinstance(value, list | tuple) or value is None else [value]


Strings = Annotated[tuple[str, ...], BeforeValidator(_as_list)]


class Model(BaseModel):
    """Frozen, no unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(Model):
    """One tidy column: the headers it goes by in the exports, its type, what it means.

    ``source``: header spellings, in order of preference. ``true``/``false``: how a boolean is
    written. ``unit``: for money, the unit of the source figure (元 when not said). ``required``:
    a file without this column is refused; otherwise the column is empty there.
    """

    source: Strings = Field(alias="from")
    type: ColumnType = "text"
    words: str | None = None
    unit: Literal["元", "万元", "分"] | str | None = None
    true: Strings = ("是", "有", "已核实", "1", "true", "Y")
    false: Strings = ("否", "无", "未核实", "0", "false", "N")
    required: bool = False


def _as_column(value: Any) -> Any:
    """``ticket_id: 工单编号`` is short for ``ticket_id: {from: [工单编号]}``."""
    return {"from": value} if isinstance(value, str | list) else value


class Derived(Model):
    """A column computed from others: a clock between two dates, or an expression.

    ``clock: hours``: calendar hours between ``start`` and ``end``. ``clock: workdays``: working
    days after the day of ``start`` on which ``end`` falls (0 = the same day or before the next
    working day begins, 1 = by the end of the next working day).
    """

    clock: Literal["hours", "workdays"] | None = None
    start: Identifier | None = None
    end: Identifier | None = None
    expr: str | None = None
    type: ColumnType = "boolean"
    words: str | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Derived:
        if (self.clock is None) == (self.expr is None):
            raise ValueError("派生列要么写 clock（连同 start、end），要么写 expr")
        if self.clock and not (self.start and self.end):
            raise ValueError("写了 clock 就要写 start 和 end")
        return self


class OutOfScope(Model):
    """Rows that do not belong to this project, and why; ``where`` is an expression over the columns."""

    where: Words
    why: Words


class Keep(Model):
    """Of several rows with one key, keep the one with the first or last value in ``by``."""

    by: Identifier
    take: Literal["first", "last"] = "last"
    why: Words = "同一编号有多行，按声明保留一行"


class GateRule(Model):
    """One Great Expectations type with its arguments, our level, words and remedy.

    Written in YAML as ``{expect_column_values_to_be_unique: {column: id}, level: stop, words: …,
    remedy: …}``; ``where`` limits it to rows (an expression over the columns).
    """

    expectation: Annotated[str, Field(pattern=r"^expect_[a-z_]+$")]
    arguments: dict[str, Any] = Field(default_factory=dict)
    level: Level
    words: Words
    remedy: Words
    where: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _unfold(cls, value: Any) -> Any:
        if isinstance(value, dict) and "expectation" not in value:
            types = [key for key in value if str(key).startswith("expect_")]
            if len(types) == 1:
                rest = {k: v for k, v in value.items() if k != types[0]}
                return {"expectation": types[0], "arguments": value[types[0]] or {}, **rest}
        return value


class Table(Model):
    """One tidy table and the exports that it is read from."""

    title: Words
    files: Strings
    sheet: str | None = None
    header_row: int = Field(default=1, ge=1)
    encoding: str | None = None
    delimiter: str | None = None
    columns: dict[Identifier, Annotated[Column, BeforeValidator(_as_column)]]
    derived: dict[Identifier, Derived] = Field(default_factory=dict)
    empty: Strings = ()
    dates: Strings = ()
    synonyms: dict[Identifier, dict[str, Strings]] = Field(default_factory=dict)
    year_by: Identifier | None = None
    out_of_scope: tuple[OutOfScope, ...] = ()
    key: Strings = ()
    keep: Keep | None = None
    personal: Strings = ()
    gate: tuple[GateRule, ...] = ()
    document: str | None = None
    custodian: str | None = None
    exported: date | None = None

    def column_words(self) -> dict[str, str]:
        """What each tidy column is called, in the reader's words."""
        own = {name: column.words or column.source[0] for name, column in self.columns.items()}
        return {**own, **{name: spec.words for name, spec in self.derived.items() if spec.words}}
