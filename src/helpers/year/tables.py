"""The shape of one table's declaration in year.yml: files, columns, clocks, scope, key and gate."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from helpers.year.base import Identifier, Model, Strings, Words, as_list
from helpers.year.declared_clocks import ColumnType, Derived
from helpers.year.declared_grain import Grain
from helpers.year.expect import Expect
from helpers.year.expressions import ExpressionError, columns_shown
from helpers.year.personal import MASKED

__all__ = [
    "Checks",
    "Column",
    "Derived",
    "GateRule",
    "Grain",
    "Identifier",
    "Level",
    "Loss",
    "Model",
    "State",
    "States",
    "Strings",
    "Table",
    "Words",
]

Level = Literal["stop", "note"]
Action = Literal["stop", "set_aside", "keep"]

#: What figures of money and lengths of time are converted by: 元 and hours.
MONEY_FACTORS = {"元": "1", "分": "0.01", "千元": "1000", "万元": "10000", "百万元": "1000000", "亿元": "100000000"}
MADE_WORDS = {
    "opened_at": "受理时间",
    "resolved_at": "完成时间",
    "closed_at": "关闭时间",
    "hold_seconds": "暂停秒数",
    "events": "事件数",
    "reopened": "重新打开次数",
}
#: Formats of times that count from 1970, and microseconds in one of their units.
EPOCHS = {"epoch": 1_000_000, "epoch_ms": 1_000}
HOURS = {"秒": (1, 3600), "分钟": (1, 60), "小时": (1, 1), "天": (24, 1)}


class Column(Model):
    """One tidy column: the headers it goes by in the exports, its type, what it means.

    ``source``: header spellings, in order of preference. ``true``/``false``: how a boolean is
    written. ``unit``: of the source figure; money becomes 元 (元 when not said), a duration becomes
    hours. ``dates``: formats of this column, in place of the table's. ``empty``: what also means
    nothing in this column. ``required``: a file without this column is refused; otherwise the
    column is empty there. ``decimal``: the decimal mark of its figures, where the cells leave it
    open. ``bare``: what figures without % are in a column that has percents, or % in its header. ``placeholders``:
    whether dates such as 1970-01-01 and 9999-12-31 stand for no date.
    """

    source: Strings = Field(alias="from")
    type: ColumnType = "text"
    words: str | None = None
    unit: str | None = None
    dates: Strings = ()
    empty: Strings = ()
    true: Strings = ("是", "有", "已核实", "1", "true", "Y")
    false: Strings = ("否", "无", "未核实", "0", "false", "N")
    required: bool = False
    decimal: Literal[".", ","] | None = None
    bare: Literal["percent", "number"] | None = None
    placeholders: Literal["empty", "keep"] = "empty"

    @model_validator(mode="after")
    def _keys_fit(self) -> Column:
        figures = ("integer", "number", "money", "duration")
        if self.decimal is not None and self.type not in figures:
            raise ValueError("decimal 只用于 type: " + "、".join(figures))
        if both := sorted({t.lower() for t in self.true} & {f.lower() for f in self.false}):
            raise ValueError(f"true 和 false 里都有：{'、'.join(both)}")
        if self.bare is not None and self.type != "number":
            raise ValueError("bare 只用于 type: number")
        if self.placeholders != "empty" and self.type not in ("date", "datetime"):
            raise ValueError("placeholders 只用于 type: date、datetime")
        return self

    @model_validator(mode="after")
    def _unit_fits(self) -> Column:
        units = {"money": tuple(MONEY_FACTORS), "duration": tuple(HOURS)}.get(self.type, ())
        if self.type == "duration" and self.unit is None:
            raise ValueError("duration 要写 unit：" + "、".join(HOURS))
        if units and self.unit is not None and self.unit not in units:
            raise ValueError(f"{self.type} 的 unit 不能写 {self.unit}，可用的有：" + "、".join(units))
        return self


def _as_column(value: Any) -> Any:
    """``ticket_id: 工单编号`` is short for ``ticket_id: {from: [工单编号]}``."""
    return {"from": value} if isinstance(value, str | list) else value


class OutOfScope(Model):
    """Rows that do not belong to this project, and why; ``where`` is an expression over the columns."""

    where: Words
    why: Words


class Keep(Model):
    """Of several rows with one key, keep the one with the first or last value in ``by``."""

    by: Identifier
    take: Literal["first", "last"] = "last"
    why: Words = "同一编号有多行，按声明保留一行"


class NearDuplicates(Model):
    """Rows that say the same again: equal ``columns`` and, by the date in ``by``, no more than
    ``within`` ("2小时", "30分钟", "1天") after the row before them. Of each run of such rows one is kept.
    """

    columns: Annotated[tuple[str, ...], BeforeValidator(as_list)] = Field(min_length=1)
    by: Identifier | None = None
    within: Annotated[str, Field(pattern=r"^\d+(\.\d+)?\s*(秒|分钟|小时|天)$")] | None = None
    take: Literal["first", "last"] = "first"
    why: Words = "短时间内重复登记"

    @model_validator(mode="after")
    def _together(self) -> NearDuplicates:
        if (self.by is None) != (self.within is None):
            raise ValueError("by 与 within 要同时写")
        return self

    def seconds(self) -> float:
        """``within`` in seconds."""
        text = str(self.within)
        unit = next(unit for unit in HOURS if text.endswith(unit))
        times, parts = HOURS[unit]
        return float(text.removesuffix(unit)) * 3600 * times / parts


class Checks(Model):
    """What is done with rows that cannot be right: set aside with a reason, stopped at, or kept.

    ``impossible``: the year's date or an end of a clock lies before ``earliest`` or after ``latest``
    (the day of the export; the end of the following year when not said). ``shifted``: most of a
    row's typed cells fit no type, as after a stray delimiter. ``backwards``: a clock ends before it
    starts. ``unstarted``: a clock has an end and no start. Whatever is kept, no clock of it is used.
    ``ragged``: a row of a text file has more or fewer cells than the header. ``merged``: one number stands
    for several rows of a workbook; ``first`` counts it for the first of them only. ``at_limit``: a sheet
    fills the last row that its format has, so the rest was probably cut off, or a JSON page says that others follow.
    ``head_unit``: a head says another unit of money or time than is declared; ``keep`` takes the declared one.
    """

    earliest: date = date(1990, 1, 1)
    latest: date | None = None
    impossible: Action = "set_aside"
    shifted: Action = "set_aside"
    backwards: Action = "stop"
    unstarted: Action = "stop"
    ragged: Literal["stop", "set_aside"] = "stop"
    merged: Literal["stop", "first"] = "stop"
    at_limit: Literal["stop", "keep"] = "stop"
    head_unit: Literal["stop", "keep"] = "stop"


def _as_share(value: Any) -> Any:
    """``3%`` is 0.03."""
    if isinstance(value, str) and value.strip().endswith("%"):
        return Decimal(value.strip()[:-1]) / 100
    return value


Share = Annotated[Decimal, BeforeValidator(_as_share), Field(ge=0, le=1)]


class Loss(Model):
    """What may be lost of a table before the run stops; ``why`` is printed in the report.

    ``rows``: the share of rows that may be set aside because something in them cannot be read.
    ``cells``: the share of rows in which a column that a figure reads may be unreadable. ``blanks``:
    the share of rows that a ``required`` column may set aside. ``repeats``: the share of a file's rows
    that may be set aside as versions of another one. ``may_be_empty``: there may be no record.
    ``other_years``: a file may hold nothing of this year. ``overlap``: a file may repeat another one.
    ``gap``: between two files days may be missing. ``as_last_year``: a file may equal one of last year.
    ``records``: words such as 合计 that are values of records here.
    """

    rows: Share | None = None
    cells: Share | None = None
    blanks: Share | None = None
    repeats: Share | None = None
    may_be_empty: bool = False
    other_years: bool = False
    overlap: bool = False
    gap: bool = False
    as_last_year: bool = False
    records: Strings = ()
    why: Words


class Period(Model):
    """From which to which day there was anything to record, and why not all year: months outside it have no figure,
    and what is measured in it is measured whole."""

    start: date = Field(alias="from")
    end: date = Field(alias="to")
    why: Words

    @model_validator(mode="after")
    def _forwards(self) -> Period:
        if self.start > self.end:
            raise ValueError("period 的 from 不能晚于 to")
        return self


class State(Model):
    """One state of a case, from one moment to another; ``words`` is what readers call it."""

    words: Words
    start: Identifier = Field(alias="from")
    end: Identifier = Field(alias="to")


class States(Model):
    """Where the time between ``start`` and ``end`` of a case went.

    ``parts``: the recorded states; where two overlap, the time counts to the one declared first.
    ``rest``: what the remaining time of a case is called, such as the work itself.
    """

    start: Identifier
    end: Identifier
    parts: tuple[State, ...] = Field(min_length=1)
    rest: Words

    @model_validator(mode="after")
    def _told_apart(self) -> States:
        words = [*(part.words for part in self.parts), self.rest]
        if len(set(words)) < len(words):
            raise ValueError("states 里各环节和 rest 的名称不能相同")
        return self

    def moments(self) -> tuple[tuple[str, str], ...]:
        """Place in the declaration and column of every moment."""
        own = [("start", self.start), ("end", self.end)]
        for number, part in enumerate(self.parts):
            own += [(f"parts.{number}.from", part.start), (f"parts.{number}.to", part.end)]
        return tuple(own)


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
    """One tidy table and the exports that it is read from.

    ``member``: which members of a zip archive are read (a name or a glob; all tables when not said).
    ``sheet``: which sheets of a workbook (names or globs; the one with the declared headers when not said).
    ``header_row``, ``header_rows``: where the headers begin and how many rows they take (``header_row: [1, 2]``
    says both). ``records``: the path to the list of records inside a JSON object.
    ``grain``: the rows are events, one tidy row is a case. ``timezone``: times with an offset are
    converted to this zone, or ``as_written``; different offsets and UTC are refused without it.
    ``exact_duplicates``: rows equal in all declared columns are kept and counted, or all but the
    first set aside (what a ``key`` says by itself). ``states``: where the time of a case went.
    ``year_by``: the date that decides the fiscal year. ``period``: the records are of a part of the year, and
    there was nothing else to record. ``calendar``: another one than the year's, by its name in ``calendars``.
    """

    title: Words
    files: Strings
    sheet: Strings = ()
    header_row: int = Field(default=1, ge=1)
    header_rows: int = Field(default=1, ge=1, le=3)
    records: str | None = None
    encoding: str | None = None
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    member: str | None = None
    columns: dict[Identifier, Annotated[Column, BeforeValidator(_as_column)]]
    derived: dict[Identifier, Derived] = Field(default_factory=dict)
    grain: Grain | None = None
    empty: Strings = ()
    dates: Strings = ()
    timezone: str | None = None
    synonyms: dict[Identifier, dict[str, Strings]] = Field(default_factory=dict)
    year_by: Identifier | None = None
    calendar: Identifier | None = None
    period: Period | None = None
    out_of_scope: tuple[OutOfScope, ...] = ()
    key: Strings = ()
    keep: Keep | None = None
    exact_duplicates: Literal["keep", "set_aside"] | None = None
    near_duplicates: Annotated[tuple[NearDuplicates, ...], BeforeValidator(as_list)] = ()
    checks: Checks = Field(default_factory=Checks)
    loss: Loss | None = None
    personal: Strings = ()
    states: States | None = None
    expect: Expect | None = None
    gate: tuple[GateRule, ...] = ()
    document: str | None = None
    custodian: str | None = None
    exported: date | None = None

    @model_validator(mode="before")
    @classmethod
    def _head(cls, value: Any) -> Any:
        """``header_row: [1, 2]`` is a head of two rows."""
        rows = value.get("header_row") if isinstance(value, dict) else None
        if not isinstance(rows, list):
            return value
        if "header_rows" in value or not all(isinstance(row, int) for row in rows) or not rows:
            raise ValueError("header_row 写一个行号，或写相连的几行，如 [1, 2]（写了就不再写 header_rows）")
        if rows != list(range(rows[0], rows[0] + len(rows))):
            raise ValueError(f"header_row 的几行要相连、从上到下：{rows}")
        return {**value, "header_row": rows[0], "header_rows": len(rows)}

    @property
    def first_row(self) -> int:
        """The first row below the headers, from 1."""
        return self.header_row + self.header_rows

    @property
    def tidy_key(self) -> tuple[str, ...]:
        """The columns that name a tidy row."""
        return self.grain.case if self.grain else self.key

    @property
    def tidy_personal(self) -> frozenset[str]:
        """The tidy columns whose values are never written down, derived ones that would say them among them."""
        if not self.personal:
            return frozenset()
        taken = self.grain.attributes if self.grain else {}
        hidden = {*self.personal, *(n for n, a in taken.items() if a.source in self.personal)}
        for name, derived in self.derived.items():
            if derived.expr and derived.type != "boolean" and hidden & _said(derived.expr):
                hidden.add(name)
        return frozenset(hidden)

    def shown(self, column: str, text: object) -> str:
        """A cell of the export as a message quotes it."""
        return MASKED if column in self.personal else str(text)

    @property
    def repeats_set_aside(self) -> bool:
        """Whether rows equal in every column count once: as declared; else where a key makes them one record."""
        return self.exact_duplicates == "set_aside" or (self.exact_duplicates is None and bool(self.key))

    def clock_ends(self) -> list[tuple[str, str]]:
        """The start and end of every clock, each pair once."""
        return list(dict.fromkeys((str(d.start), str(d.end)) for d in self.derived.values() if d.clock))

    def column_words(self) -> dict[str, str]:
        """What each column, tidy or of the export, is called in the reader's words."""
        own = {name: column.words or column.source[0] for name, column in self.columns.items()}
        made = {name: MADE_WORDS[name] for name in (self.grain.made() if self.grain else ())}
        taken = {n: a.words or own.get(a.source, n) for n, a in (self.grain.attributes if self.grain else {}).items()}
        return {**own, **made, **taken, **{name: spec.words for name, spec in self.derived.items() if spec.words}}


def _said(expression: str) -> frozenset[str]:
    """The columns that an expression may say; of one that cannot be read, none: it is refused elsewhere."""
    try:
        return columns_shown(expression)
    except ExpressionError:
        return frozenset()
