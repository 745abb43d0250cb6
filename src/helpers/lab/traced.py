"""From a figure back to the rows that it was counted from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.lab.contributions import declared_with
from helpers.lab.lab_error import LabError, unknown
from helpers.lab.lab_year import LabYear
from helpers.year.declared_indicators import Actual, Indicator
from helpers.year.models import MeasureRef

if TYPE_CHECKING:
    import pandas as pd

#: What follows an indicator's id in the ids of the report's figures.
ENDINGS = (".actual", ".score", ".status")


def traced(year: LabYear, figure: str) -> pd.DataFrame:
    """See ``LabYear.trace``."""
    name = figure.removeprefix("indicators.")
    for ending in ENDINGS:
        name = name.removesuffix(ending)
    spent = year.declared.year.budget.spent
    if name in ("budget.spent", "budget.execution_rate", "budget") and isinstance(spent, MeasureRef):
        return _of_measure(year, spent.measure)
    if name == "activity_total" or name.startswith("activities."):
        return _of_activity(year, None if name == "activity_total" else name.removeprefix("activities."))
    if name.startswith("tables."):
        table = name.removeprefix("tables.").split(".")[0]
        return year.tables[table]
    if name in year.declared.measures:
        return _of_measure(year, name)
    declared = declared_with(year, name)
    if declared is None:
        raise unknown("no_figure", "数字", figure, known_figures(year))
    if isinstance(declared, Indicator) and declared.parts:
        parts = "、".join(f"{declared.id}.{part.name}" for part in declared.parts)
        raise LabError("has_parts", f"指标 {name} 有几个部分，各有各的记录", f"写其中一个：{parts}")
    if declared.actual is None or declared.actual.measure is None:
        raise _not_from_records(name, declared.actual)
    return _of_measure(year, declared.actual.measure)


def known_figures(year: LabYear) -> list[str]:
    """Every id that has rows behind it."""
    spec = year.declared.year.activities
    lines = [f"activities.{item.category}" for item in spec.items] if spec else []
    spent = ["budget.spent"] if isinstance(year.declared.year.budget.spent, MeasureRef) else []
    total = ["activity_total"] if spec else []
    return [*year.indicators.index, *year.declared.measures, *spent, *total, *lines]


def _of_measure(year: LabYear, name: str) -> pd.DataFrame:
    """The rows of a measure; of a ratio those of both its ends, told apart by ``_of``."""
    import pandas as pd

    found = year.measure(name)
    if found.spec.agg != "ratio":
        return found.records()
    ends = (str(found.spec.numerator), str(found.spec.denominator))
    return pd.concat([year.measure(end).records().assign(_of=end) for end in ends], ignore_index=True)


def _of_activity(year: LabYear, category: str | None) -> pd.DataFrame:
    """The rows counted in one category, or in all."""
    spec = year.declared.year.activities
    if spec is None:
        raise LabError("no_activities", "year.yml 没有写 activities，没有按类别计数的活动")
    rows = year.tables[spec.table]
    if category is None:
        return rows
    named = rows[spec.by].fillna("(未登记类别)")
    found = rows[named == category]
    if found.empty:
        raise unknown("no_category", "活动类别", category, sorted(named.unique()))
    return found.reset_index(drop=True)


def _not_from_records(name: str, actual: Actual | None) -> LabError:
    if actual is None:
        return LabError("not_applicable", f"指标 {name} 本年度不适用，没有记录")
    papers = "、".join(one.document for one in actual.evidence) or "（没有列出）"
    said = f"填报为 {actual.stated}" if actual.stated else "是评级"
    return LabError("not_measured", f"指标 {name} {said}，不是由记录算出的", f"佐证材料：{papers}")
