"""The gap between target and actual over recorded columns, by the report's own arithmetic: the parts add up to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from helpers.deviation.decompose import Aim, Decomposition, decompose
from helpers.deviation.observed import number
from helpers.deviation.values import side
from helpers.indicators import Target, parse_target
from helpers.lab.lab_error import LabError, unknown
from helpers.lab.lab_year import LabYear
from helpers.lab.measured import ADDED, Measured
from helpers.lab.typed import as_number
from helpers.measures.compile import scale_of
from helpers.report import wording as w
from helpers.year.declared_indicators import Indicator, Part

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Explained:
    """A gap over some columns. ``tables``: by column a frame of ``value``, ``rows``, ``misses``, ``contribution``
    (positive: shortfall) and its ``share`` of the gap; ``contributions`` gives the same exactly."""

    measure: str
    target: Fraction
    unit: str | None
    splits: Mapping[str, Decomposition]

    @property
    def actual(self) -> Fraction:
        return next(iter(self.splits.values())).actual

    @property
    def gap(self) -> Fraction:
        """Positive: what is missing to the target."""
        return next(iter(self.splits.values())).gap

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        return {name: self._table(one) for name, one in self.splits.items()}

    def contributions(self, dimension: str) -> dict[str, Fraction]:
        """The exact parts of the gap by the values of a column."""
        if dimension not in self.splits:
            raise unknown("no_column", "列", dimension, self.splits)
        return {group.words: group.contribution for group in self.splits[dimension].groups}

    def _table(self, split: Decomposition) -> pd.DataFrame:
        import pandas as pd

        rows = [
            (
                as_number(group.value),
                group.rows,
                group.misses,
                as_number(group.contribution),
                as_number(group.contribution / split.gap if split.gap else None),
            )
            for group in split.groups
        ]
        index = pd.Index([group.words for group in split.groups], name=split.dimension)
        return pd.DataFrame(rows, columns=["value", "rows", "misses", "contribution", "share"], index=index)

    def __repr__(self) -> str:
        actual, target, unit = float(self.actual), float(self.target), self.unit
        missing = next(iter(self.splits.values())).unknown
        head = (
            f"{self.measure}：实际 {w.value_text(actual, unit, apart=[target])}，目标 {w.value_text(target, unit)}，"
            f"差距 {w.gap_text(float(self.gap), unit)}" + (f"（{missing} 条没有值）" if missing else "")
        )
        return "\n\n".join([head, *(str(table) for table in self.tables.values())])

    def _repr_html_(self) -> str:
        head, *_ = repr(self).split("\n")
        return f"<p>{head}</p>" + "".join(table.to_html() for table in self.tables.values())


def explained(year: LabYear, name: str, by: Sequence[str], target: str | None) -> Explained:
    """See ``LabYear.explain``."""
    declared = declared_with(year, name)
    measure = (
        name if name in year.declared.measures else declared.actual.measure if declared and declared.actual else None
    )
    if measure is None:
        raise _nothing_measured(year, name, declared)
    found = year.measure(measure)
    if found.spec.agg not in ADDED:
        raise LabError(
            "not_explained", f"{measure} 的 agg 是 {found.spec.agg}，差距分不到各条记录上", "占比、平均、合计、计数可以"
        )
    dimensions = list(by) or list(declared.explain if declared else ())
    if not dimensions:
        raise LabError("no_dimension", f"没有说按哪些列分解 {name}", '写 by=["列名"]，列名见 y.columns(表名)')
    aim = _aim(found, declared, target)
    rows = found.with_dimensions(dimensions)
    splits = {one: split for one in dimensions if (split := decompose(rows, one, aim)) is not None}
    if not splits:
        raise LabError("no_rows", f"{measure} 没有可供分解的记录")
    return Explained(measure, aim.target, found.unit, splits)


def declared_with(year: LabYear, name: str) -> Indicator | Part | None:
    """The indicator or part of this id, or the first that a measure of this name answers."""
    every: list[tuple[str, Indicator | Part]] = []
    for one in year.declared.indicators.indicators:
        every.append((one.id, one))
        every += [(f"{one.id}.{part.name}", part) for part in one.parts]
    by_id = next((one for id_, one in every if id_ == name), None)
    return by_id or next((one for _, one in every if one.actual and one.actual.measure == name), None)


def _nothing_measured(year: LabYear, name: str, declared: Indicator | Part | None) -> LabError:
    if isinstance(declared, Indicator) and declared.parts:
        parts = "、".join(f"{declared.id}.{part.name}" for part in declared.parts)
        return LabError("has_parts", f"指标 {name} 有几个部分，各有各的度量", f"写其中一个：{parts}")
    if declared is not None:
        return LabError("not_measured", f"指标 {name} 的实际完成值不是由度量算出的，没有可供分解的记录")
    return unknown("no_measure", "度量或指标", name, [*year.declared.measures, *year.indicators.index])


def _aim(found: Measured, declared: Indicator | Part | None, text: str | None) -> Aim:
    """What the rows are held against: the given target, else that of the indicator or part."""
    if text is None and declared is None:
        raise LabError("no_target", f"{found.name} 不属于任何指标，没有指标值可以对照", '写 target="≥95%" 这样的形式')
    direction = declared.direction if isinstance(declared, Indicator) else None
    said = text if text is not None else str(declared.target if declared else "")
    target = parse_target(said, name=found.words, direction=direction)
    kept = target.kind == "duration" and found.unit == "比例"
    value = (
        Fraction(declared.required) if kept and isinstance(declared, Part) else None if kept else number(target.value)
    )
    better = "higher" if kept else side(target)
    if value is None or better not in ("higher", "lower"):
        raise LabError("bad_target", f"从“{said}”读不出方向和数值", "写成 ≥95%、不高于10件 这样的形式")
    if not _comparable(target, found, kept):
        raise LabError(
            "incomparable_units", f"度量的单位是 {found.unit or '（未写）'}，指标值的单位是 {target.unit or '（未写）'}"
        )
    return Aim(found.spec.agg, value, better, scale_of(found.spec))  # type: ignore[arg-type]


def _comparable(target: Target, found: Measured, kept: bool) -> bool:
    return kept or (target.unit == "比例") == (found.unit == "比例")
