"""What a result came to last year, and whether the two compare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from helpers.measures.year_attained import Attained

if TYPE_CHECKING:
    from fractions import Fraction

    from helpers.deviation.values import MonthFigure
    from helpers.indicators import Target
    from helpers.measures.figures import Figure
    from helpers.measures.year_attained import Part, YearAttained

Unlike = Literal["part_of_year", "repeats", "measured"]


@dataclass(frozen=True, kw_only=True)
class Before:
    """What the same measure came to last year; ``same``: it is declared in the same words of SQL;
    ``part_of_year``: its records cover a part of that year. ``repeats_unlike``: repeats at the beginning of one of
    the two years alone were held against the year before it."""

    fiscal_year: int
    value: Fraction | None
    n: int = 0
    hits: int | None = None
    unit: str | None = None
    months: Sequence[MonthFigure] = ()
    same: bool = True
    part_of_year: bool = False
    repeats_unlike: bool = False


def before_of(
    now: Attained | Part, last: Attained | Part | None, found: YearAttained, previous: YearAttained | None
) -> Before | None:
    """Last year's figure of an indicator or part; a measure declared otherwise is not the same one."""
    if last is None or previous is None:
        return None
    figure = last.figure
    same = _declared(now.figure, found) == _declared(figure, previous)
    return Before(
        fiscal_year=previous.year.fiscal_year,
        value=last.value,
        n=figure.n if figure else 0,
        hits=figure.hits if figure else None,
        unit=unit_of_result(last.target, figure),
        months=last.months,
        same=same,
        part_of_year=bool(figure and figure.part),
        repeats_unlike=now.figure is not None and figure is not None and now.figure.carried != figure.carried,
    )


def unlike(now: Attained | Part, last: Attained | Part, found: YearAttained, previous: YearAttained) -> Unlike | None:
    """Why last year's result does not compare with this year's, None where it does; of a compound one any part's."""
    if isinstance(now, Attained) and isinstance(last, Attained) and (now.parts or last.parts):
        before = {part.spec.name: part for part in last.parts}
        pairs = [(part, before.get(part.spec.name)) for part in now.parts]
        if len(pairs) != len(before) or any(then is None for _, then in pairs):
            return "measured"
        why = (unlike(part, then, found, previous) for part, then in pairs if then is not None)
        return next((one for one in why if one), None)
    told = before_of(now, last, found, previous)
    if told is None or (told.same and told.unit == unit_of_result(now.target, now.figure)):
        if told is not None and (told.part_of_year or (now.figure is not None and now.figure.part is not None)):
            return "part_of_year"
        return "repeats" if told is not None and told.repeats_unlike else None
    return "measured"


def _declared(figure: Figure | None, found: YearAttained) -> Any:
    """How a figure is measured, whatever it is called; None where it is stated or rated."""
    if figure is None:
        return None
    measure = found.year.measures[figure.measure]
    parts = [found.year.measures[name] for name in (measure.numerator, measure.denominator) if name]
    return [one.model_dump(exclude={"words", "numerator", "denominator"}) for one in (measure, *parts)]


def unit_of_result(target: Target, figure: Figure | None) -> str | None:
    return "比例" if figure is not None and figure.unit == "比例" else target.unit
