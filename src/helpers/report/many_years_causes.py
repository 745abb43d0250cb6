"""Why targets were missed, year beside year: the same cause again is said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from helpers.report import wording as w
from helpers.report.facts import by_dimension, cause_name, deviations_of, para, subject, table, tells_nothing
from helpers.report.figures.many_years_charts import MARK
from helpers.report.many_years import Line, ManyYears, name_of
from helpers.report.results_deviations import Cause, Deviation

#: Of a dimension so many causes are listed, unless chance does not explain more.
NAMED = 3
#: What a year says of a cause that it does not name.
NONE, REACHED, UNSET = "未列", "已达目标", "未设"


@dataclass
class _Row:
    subject: str
    dimension: str
    name: str
    cells: dict[int, str] = field(default_factory=dict)
    years: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class _Missed:
    """A shortfall of one year under the line it belongs to."""

    year: int
    key: str
    name: str
    mark: str
    deviation: Deviation


def _missed(many: ManyYears) -> Iterator[_Missed]:
    for year, results in many.results.items():
        for deviation in deviations_of(results, "shortfall"):
            line = line_of(many, deviation, year)
            key = line.id if line else deviation["indicator"]
            yield _Missed(year, key, line.name if line else subject(results, deviation), _mark(line, year), deviation)


def causes_table(many: ManyYears) -> Iterator[Any]:
    """Each cause of a shortfall in each year: its part of the gap, and in how many years it comes again."""
    rows: dict[tuple[str, str, str], _Row] = {}
    missed = list(_missed(many))
    for one in missed:
        _name(rows, one)
    for one in missed:
        _fill(rows, one)
    if not rows:
        yield from para("各年度没有记录到未达目标的原因。")
        return
    yield from _again(rows)
    columns = [("指标", "left", 1.8), ("分类", "left", 0.9), ("原因", "left", 1.6)]
    columns += [(f"{year}年", "left", 1.3) for year in many.years] + [("出现年度", "right", 0.8)]
    short = {(one.key, one.year) for one in missed}
    shown = [
        [
            row.subject,
            row.dimension,
            row.name,
            *[row.cells.get(year) or _without(many, key, year, short) for year in many.years],
            f"{len(row.years)}",
        ]
        for (key, *_), row in rows.items()
    ]
    note = "各年度列为该原因在差距中所占的部分；同一分类内可相加，不同分类之间不可相加。"
    note += "“不突出”指当年这一类记录的差距不比其他记录明显，不计入出现年度。"
    note += f"“{REACHED}”指当年没有差距，“{NONE}”指当年未列为原因。"
    yield table("未达目标的原因", columns, shown, note=note)


def line_of(many: ManyYears, deviation: Deviation, year: int) -> Line | None:
    """The line of the indicator, or of its part, that a deviation is about."""
    part = deviation.get("part")
    for line in many.lines:
        point = line.at(year)
        if point is None or (line.part_of is None) != (not part):
            continue
        if point.id == deviation["indicator"] if not part else _is_part(many, line, deviation, year):
            return line
    return None


def _is_part(many: ManyYears, line: Line, deviation: Deviation, year: int) -> bool:
    point = line.at(year)
    whole = next((one.at(year) for one in many.lines if one.id == line.part_of and one.part_of is None), None)
    same = whole is not None and whole.id == deviation["indicator"]
    return same and point is not None and name_of(point.entry) == w.plain(deviation.get("part"))


def _mark(line: Line | None, year: int) -> str:
    point = line.at(year) if line else None
    return MARK if point and point.broken else ""


def _groups(one: _Missed) -> Iterator[tuple[tuple[str, str, str], list[Cause], Cause]]:
    """The groups of a shortfall that add to it, each with its place in the table and those it stands among."""
    for dimension, causes in by_dimension(one.deviation).items():
        grown = [c for c in causes if c.get("cause") and c["contribution"] > 0 and c.get("dimension") != "month"]
        for cause in grown:
            yield (one.key, dimension, cause_name(cause, dimension)), grown, cause


def _name(rows: dict[tuple[str, str, str], _Row], one: _Missed) -> None:
    """The causes that a year speaks of; those of one month are of one year."""
    for place, grown, cause in _groups(one):
        told = not tells_nothing(one.deviation, place[1]) and _counts(cause)
        if told and (grown.index(cause) < NAMED or cause.get("beyond_chance")):
            rows.setdefault(place, _Row(one.name, *place[1:])).years.append(one.year)


def _fill(rows: dict[tuple[str, str, str], _Row], one: _Missed) -> None:
    for place, _, cause in _groups(one):
        if row := rows.get(place):
            size = w.gap_text(cause["contribution"], one.deviation.get("unit"))
            size += f"（{cause['misses']}件）" if cause.get("misses") else ""
            row.cells[one.year] = size + one.mark + ("" if one.year in row.years else "，不突出")


def _counts(cause: Cause) -> bool:
    """No more than chance counts only where somebody recorded it as the cause."""
    return cause.get("dimension") == "cause" or cause.get("beyond_chance") is not False


def _again(rows: dict[tuple[str, str, str], _Row]) -> Iterator[Any]:
    again = [row for row in rows.values() if len(row.years) > 1]
    if not again:
        yield from para("没有同一原因在两个以上年度出现。")
        return
    named = w.listing((f"{row.subject}的“{row.name}”（{w.runs_text(row.years)}年度）" for row in again), 6)
    yield from para(f"同一原因再次出现的有{len(again)}个：{named}。")


def _without(many: ManyYears, key: str, year: int, short: set[tuple[str, int]]) -> str:
    if (key, year) in short:
        return NONE
    line = next((line for line in many.lines if line.id == key), None)
    point = line.at(year) if line else None
    if point is None:
        return UNSET
    return REACHED if point.entry["status"] == "met" else w.status_words(point.entry["status"])
