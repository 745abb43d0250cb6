"""A measure as an analyst looks at it: the figure, by a column, by month, as a chart, its rows."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

from helpers.deviation.decompose import Aim, decompose
from helpers.deviation.explain import rows_behind
from helpers.deviation.surroundings import DAYS, source_of
from helpers.indicators.plain import plain
from helpers.lab.lab_error import LabError, unknown
from helpers.lab.lab_year import LabYear, in_words
from helpers.lab.plots import Plot, bars_plot, months_plot
from helpers.lab.typed import PLACE, as_number, open_columns, refuse_personal, typed, words_of
from helpers.measures.compile import scale_of
from helpers.measures.figures import Figure, Measures
from helpers.report import wording as w
from helpers.year.declared_indicators import Measure
from helpers.year.tables import Table

if TYPE_CHECKING:
    import pandas as pd

#: Dimensions that are worked out of dates, states and machines where a table has no such columns.
MADE = {
    "month": "月份",
    "state": "用时最长的环节",
    "hour": "时刻",
    "weekday": "星期",
    "shift": "班次",
    "repeat": "是否重复故障",
    "age_band": "机龄",
}
#: Kinds of measures that can be put together from the rows of a group.
ADDED = ("share", "mean", "sum", "count")


class Measured:
    """One measure of a year; made by ``y.measure``.

    ``value`` is what results.json publishes, ``exact`` the fraction behind it, ``text`` as it is printed;
    ``rows`` how many records it counts, ``unknown`` of how many the value is missing; ``sql`` what gives it.
    """

    def __init__(self, year: LabYear, engine: Measures, name: str) -> None:
        self.year, self._engine, self.name = year, engine, name

    @cached_property
    def figure(self) -> Figure:
        """The figure as the report's own code has it."""
        self.year.look()
        with in_words():
            return self._engine.figure(self.name)

    @property
    def spec(self) -> Measure:
        """The declaration."""
        return self._engine.year.measures[self.name]

    @property
    def value(self) -> float | int | str | None:
        """The figure; a day (ISO) of an earliest or latest date; None where it cannot be known."""
        found: float | int | str | None = self.figure.day or plain(self.figure.value)
        return found

    @property
    def exact(self) -> Fraction | None:
        return self.figure.value

    @property
    def unit(self) -> str | None:
        return self.figure.unit

    @property
    def text(self) -> str:
        """The figure with its unit, with the decimals of the indicator that it answers."""
        answered = [one for one in self.year.declared.indicators.indicators if one.actual]
        places = next((one.decimals for one in answered if one.actual and one.actual.measure == self.name), None)
        return w.value_text(self.value, self.unit, places=places)

    @property
    def rows(self) -> int:
        return self.figure.n

    @property
    def unknown(self) -> int:
        return self.figure.unknown

    @property
    def words(self) -> str:
        return self.figure.words

    @property
    def sql(self) -> str:
        return self.figure.sql

    def __repr__(self) -> str:
        part = self.figure.part
        months = f"，只有{w.date_text(part.first)}至{w.date_text(part.last)}的记录" if part else ""
        missing = f"，其中 {self.unknown} 条没有值" if self.unknown else ""
        return f"{self.words}：{self.text}（{self.rows} 条记录{missing}{months}）"

    # --- looked at from other sides ---------------------------------------------------------------

    def by(self, dimension: str) -> pd.DataFrame:
        """The measure for each value of a column: ``value``, ``rows``, ``unknown``; rows without a value under NA.

        Besides the table's columns, where it has no such ones: month, state, hour, weekday, shift, repeat, age_band.

        >>> y.measure("within_1h").by("device_model")
        """
        import pandas as pd

        self._allow([dimension])
        self.year.look()
        with in_words():
            own = dimension in open_columns(self.table)
            found = self._by_column(dimension) if own else self._by_made(dimension)
        index = pd.Index([value for value, *_ in found], name=dimension, dtype="string")
        columns = ["value", "rows", "unknown"]
        rows = [rest for _, *rest in found]
        answer = pd.DataFrame(rows, columns=columns, index=index)
        return answer.astype({"rows": "int64", "unknown": "int64"})

    def _by_column(self, dimension: str) -> list[tuple[Any, ...]]:
        found = self._engine.by_value(self.name, dimension)
        return [(one.value, one.day or as_number(one.figure), one.n, one.unknown) for one in found]

    def _by_made(self, dimension: str) -> list[tuple[Any, ...]]:
        if self.spec.agg not in ADDED:
            kinds = "占比、平均、合计、计数"
            raise LabError("not_by", f"{self.spec.agg} 不能按{MADE[dimension]}分（表里没有这一列），只有{kinds}可以")
        rows = self.with_dimensions([dimension])
        found = decompose(rows, dimension, Aim(self.spec.agg, Fraction(0), "higher", scale_of(self.spec)))  # type: ignore[arg-type]
        groups: dict[str | None, list[Any]] = {}
        missing = rows[rows["_value"].isna()] if self.spec.agg != "count" else rows.iloc[:0]
        unknown_of = missing[dimension].fillna("").value_counts().to_dict()
        for one in found.groups if found else ():
            amount, n = groups.setdefault(one.cause, [Fraction(0), 0])
            each = one.value * (one.rows if self.spec.agg in ("share", "mean") else 1)
            groups[one.cause] = [amount + each, n + one.rows]
        divided = self.spec.agg in ("share", "mean")
        return [
            (name, as_number(amount / n if divided else amount), n, int(unknown_of.get(name or "", 0)))
            for name, (amount, n) in sorted(groups.items(), key=lambda item: _in_order(item[0]))
        ]

    def monthly(self) -> pd.DataFrame:
        """The measure by the months of the year: ``value`` (NaN where nothing is known), ``rows``.

        >>> y.measure("within_1h").monthly()
        """
        import pandas as pd

        found = self._months()
        index = pd.Index([one.month for one in found], name="month")
        return pd.DataFrame(
            {"value": [as_number(one.value) for one in found], "rows": [one.n for one in found]}, index=index
        )

    def _months(self) -> Sequence[Any]:
        if self.spec.agg == "ratio":
            raise self._no_rows("没有按月的数字")
        self.year.look()
        with in_words():
            found = self._engine.monthly(self.name)
        if not found:
            dates = [c for c, kind in open_columns(self.table).items() if kind in ("DATE", "TIMESTAMP")]
            raise LabError(
                "no_date",
                f"表 {self.spec.table} 没有写 year_by，{self.name} 不知道按哪个日期分月",
                f"在度量里写 date，可用的日期列：{'、'.join(dates) or '（没有）'}",
            )
        return found

    def plot(self, by: str | None = None) -> Plot:
        """A chart in the report's style on white: by month, or by the values of a column.

        ``.save("图.svg")`` keeps it.

        >>> y.measure("within_1h").plot()
        >>> y.measure("within_1h").plot(by="cause")
        """
        if by is None:
            months = [{"month": one.month, "value": plain(one.value), "n": one.n} for one in self._months()]
            return months_plot(months, self.unit, self.words)
        table = self.by(by)
        said = words_of(self.table).get(by) or MADE.get(by, by)
        return bars_plot(table["value"], self.unit, self.words, said)

    def records(self) -> pd.DataFrame:
        """The rows behind the measure, in the order of the source: ``_value``, then all columns but personal ones."""
        self.year.look()
        with in_words():
            rows = self._engine.rows(self.name, [*open_columns(self.table)])
        if self.spec.agg == "share":
            rows["_value"] = rows["_value"].astype("boolean")
        return typed(rows, self.table)

    # --- for these and others ---------------------------------------------------------------------

    @property
    def table(self) -> Table:
        """The declaration of the table that it is measured on."""
        if self.spec.agg == "ratio":
            raise self._no_rows("没有自己的记录")
        return self._engine.year.year.tables[str(self.spec.table)]

    @property
    def engine(self) -> Measures:
        return self._engine

    def with_dimensions(self, dimensions: Sequence[str]) -> pd.DataFrame:
        """The rows with columns as the report's causes are counted over."""
        self._allow(dimensions)
        source = source_of(self.table, self.spec, self._engine)
        rows = rows_behind(self.figure, dimensions, self._engine, source)
        for name in dimensions:
            if name not in open_columns(self.table) and rows[name].isna().all():
                raise LabError("no_dimension", f"从表 {self.spec.table} 的记录得不出{MADE[name]}（{name}）")
        return rows

    def _allow(self, dimensions: Sequence[str]) -> None:
        for name in dimensions:
            refuse_personal(name, self.table)
            known = [c for c in open_columns(self.table) if c not in PLACE]
            if name not in known and name not in PLACE and name not in MADE:
                raise unknown("no_column", "列", name, [*known, *MADE])

    def _no_rows(self, what: str) -> LabError:
        ends = f"{self.spec.numerator}、{self.spec.denominator}"
        return LabError("ratio", f"{self.name} 是两个度量之比，{what}", f"分别看 {ends}")


def _in_order(name: str | None) -> tuple[bool, int, int, str]:
    """Days of the week and hours as they come, others by name; what is not recorded last."""
    said = name or ""
    hour = int(said.removesuffix("时")) if said.removesuffix("时").isdecimal() else -1
    return name is None, DAYS.index(said) if said in DAYS else -1, hour, said
