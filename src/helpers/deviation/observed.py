"""What came out: each indicator, or each part of a compound one, as the deviations look at it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from helpers.deviation.last_year import Before, before_of, unit_of_result
from helpers.deviation.raised import Observed
from helpers.deviation.values import side
from helpers.measures.year_attained import Attained

if TYPE_CHECKING:
    from helpers.measures.figures import Figure
    from helpers.measures.year_attained import Part, YearAttained


def observed_results(
    one: Attained, found: YearAttained, previous: YearAttained | None
) -> Iterator[tuple[Observed, Figure | None, Sequence[str]]]:
    """The indicator, or instead of a compound one each of its parts; with the figure and dimensions."""
    from helpers.indicators import is_overshoot

    last = next((o for o in previous.indicators if o.spec.id == one.spec.id), None) if previous else None
    if one.parts:
        parts = {part.spec.name: part for part in last.parts} if last else {}
        for part in one.parts:
            before = before_of(part, parts.get(part.spec.name), found, previous)
            yield _observed_part(one, part, found, before), part.figure, part.spec.explain
        return
    over = is_overshoot(one.target, one.outcome, found.rules, declared=one.spec.overshoot)
    lost = None if one.score is None else Fraction(one.spec.weight) - Fraction(one.score)
    before = before_of(one, last if last and not last.parts else None, found, previous)
    yield (
        Observed(
            indicator=one.spec.id,
            part=None,
            status=one.outcome.status,
            unit=unit_of_result(one.target, one.figure),
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
        unit=unit_of_result(part.target, part.figure),
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


def number(value: Any) -> Fraction | None:
    """A target's value when it is one number."""
    return None if isinstance(value, bool | str | list | tuple) or value is None else Fraction(value)


def _agg(figure: Figure | None, found: YearAttained) -> Any:
    agg = found.year.measures[figure.measure].agg if figure else None
    return agg if agg in ("share", "mean", "sum", "count") else None
