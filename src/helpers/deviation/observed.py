"""What came out: each indicator, or each part of a compound one, as the deviations look at it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

from helpers.deviation.raised import Observed
from helpers.deviation.trend import Before
from helpers.deviation.values import side
from helpers.measures.year_attained import Attained

if TYPE_CHECKING:
    from helpers.indicators import Target
    from helpers.measures.figures import Figure
    from helpers.measures.year_attained import Part, YearAttained

Unlike = Literal["part_of_year", "repeats", "measured"]


def observed_results(
    one: Attained, found: YearAttained, previous: YearAttained | None
) -> Iterator[tuple[Observed, Figure | None, Sequence[str]]]:
    """The indicator, or instead of a compound one each of its parts; with the figure and dimensions."""
    from helpers.indicators import is_overshoot

    last = next((o for o in previous.indicators if o.spec.id == one.spec.id), None) if previous else None
    if one.parts:
        parts = {part.spec.name: part for part in last.parts} if last else {}
        for part in one.parts:
            before = _before(part, parts.get(part.spec.name), found, previous)
            yield _observed_part(one, part, found, before), part.figure, part.spec.explain
        return
    over = is_overshoot(one.target, one.outcome, found.rules, declared=one.spec.overshoot)
    lost = None if one.score is None else Fraction(one.spec.weight) - Fraction(one.score)
    before = _before(one, last if last and not last.parts else None, found, previous)
    yield (
        Observed(
            indicator=one.spec.id,
            part=None,
            status=one.outcome.status,
            unit=_unit(one.target, one.figure),
            target=number(one.target.value),
            actual=one.value,
            direction=side(one.target),
            overshoot=over,
            interval=one.interval,
            agg=_agg(one.figure, found),
            rows=one.figure.n if one.figure else None,
            months=one.months,
            hits=one.figure.hits if one.figure else None,
            lost=lost,
            before=before,
            part_of_year=bool(one.figure and one.figure.part),
        ),
        one.figure,
        one.spec.explain,
    )


def _observed_part(one: Attained, part: Part, found: YearAttained, before: Before | None) -> Observed:
    """A duration limit answered by a share is held against the share that must keep it."""
    kept = part.target.kind == "duration" and part.figure is not None and part.figure.unit == "比例"
    return Observed(
        indicator=one.spec.id,
        part=part.spec.name,
        status=part.outcome.status,
        unit=_unit(part.target, part.figure),
        target=Fraction(part.spec.required) if kept else number(part.target.value),
        actual=part.value,
        direction="higher" if kept else side(part.target),
        overshoot=False,
        interval=None,
        agg=_agg(part.figure, found),
        rows=part.figure.n if part.figure else None,
        months=part.months,
        hits=part.figure.hits if part.figure else None,
        lost=_part_lost(one, part),
        before=before,
        part_of_year=bool(part.figure and part.figure.part),
    )


def _part_lost(one: Attained, part: Part) -> Fraction | None:
    """What a part costs of its indicator's weight, before the indicator's score is rounded."""
    if one.score is None or part.outcome.attainment is None:
        return None
    declared = part.spec.share_of_weight
    share = Fraction(1, len(one.parts)) if declared is None else Fraction(declared)
    return Fraction(one.spec.weight) * share * (1 - min(Fraction(1), part.outcome.attainment))


def _before(
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
        unit=_unit(last.target, figure),
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
    told = _before(now, last, found, previous)
    if told is None or (told.same and told.unit == _unit(now.target, now.figure)):
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


def number(value: Any) -> Fraction | None:
    """A target's value when it is one number."""
    return None if isinstance(value, bool | str | list | tuple) or value is None else Fraction(value)


def _unit(target: Target, figure: Figure | None) -> str | None:
    return "比例" if figure is not None and figure.unit == "比例" else target.unit


def _agg(figure: Figure | None, found: YearAttained) -> Any:
    agg = found.year.measures[figure.measure].agg if figure else None
    return agg if agg in ("share", "mean", "sum", "count") else None
