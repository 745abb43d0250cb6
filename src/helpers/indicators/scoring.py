"""Scores: per indicator, for budget execution, in total, and the grade. Rounded once a row, half up to 0.01."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from helpers.indicators.model import Actual, Outcome, Target
from helpers.indicators.rule_sets import Band, RuleSet

CENT = Decimal("0.01")
CONFIDENCE = 0.05


@dataclass(frozen=True)
class Execution:
    """``rate``: spent ÷ adjusted budget, None where nothing was budgeted."""

    rate: Fraction | None
    score: Decimal | None


@dataclass(frozen=True)
class Total:
    """``total`` of the known rows; ``upper`` with the weights of the unknown ones; ``grade`` only when all
    are known."""

    total: Decimal
    upper: Decimal
    grade: str | None


def rounded(exact: Fraction) -> Decimal:
    """Half up to 0.01, exactly: no decimal expansion is cut before it is rounded."""
    hundredths = exact * 100
    whole, rest = divmod(hundredths.numerator, hundredths.denominator)
    return Decimal(whole + (2 * rest >= hundredths.denominator)).scaleb(-2)


def score(
    weight: Decimal, outcome: Outcome, rules: RuleSet, *, satisfaction: bool = False, rate: Fraction | None = None
) -> Decimal | None:
    """weight × min(1, attainment), by the rule set's pass mark and bands; None where it is not known.

    ``rate``: the satisfaction itself, on which its bands act as it is printed, to 0.01 %; the attainment where
    it is not known. A rated outcome has its share of the weight already.
    """
    if outcome.attainment is None:
        return None
    share = max(Fraction(0), min(Fraction(1), outcome.attainment))
    if outcome.rated:
        return rounded(Fraction(weight) * share)
    if outcome.status == "not_met" and "strict_bound_hit" in outcome.notes and not rules.strict_hit_scores:
        share = Fraction(0)
    if satisfaction and rules.satisfaction_bands:
        share = _banded(_printed(share if rate is None else rate), rules.satisfaction_bands)
    elif rules.pass_mark is not None and outcome.status != "met":
        mark = Fraction(rules.pass_mark)
        share = max(Fraction(0), (share - mark) / (1 - mark))
    return rounded(Fraction(weight) * share)


def rate_of(actual: Actual) -> Fraction | None:
    """An actual that is a share, as the rate on which bands act."""
    return actual.value if actual.unit == "比例" and isinstance(actual.value, Fraction) else None


def rounded_to_full(weight: Decimal, outcome: Outcome, points: Decimal | None) -> bool:
    """Whether a missed target scores the whole weight only because points are rounded to 0.01."""
    short = outcome.attainment is not None and outcome.attainment < 1
    return short and not outcome.rated and outcome.status != "met" and points == weight > 0


def _printed(rate: Fraction) -> Fraction:
    """A share as it is printed: in hundredths of a percent, half up."""
    return Fraction(rounded(rate * 100)) / 100


def edges_beside(rate: Fraction | None, rules: RuleSet) -> tuple[Fraction, ...]:
    """Where the satisfaction bands begin, but for the one that the rate, as it is printed, has reached exactly."""
    if rate is None or not rules.satisfaction_bands:
        return ()
    edges = (Fraction(band.at_least) for band in rules.satisfaction_bands)
    return tuple(edge for edge in edges if edge != _printed(rate))


def _banded(rate: Fraction, bands: Sequence[Band]) -> Fraction:
    for band in sorted(bands, key=lambda b: b.at_least, reverse=True):
        if rate >= Fraction(band.at_least):
            return Fraction(Decimal(band.gives))
    return Fraction(0)


def rescaled(weights: Sequence[Decimal], whole: Decimal) -> list[Decimal]:
    """The weights in proportion, in hundredths that add up to ``whole`` exactly (largest remainder).

    For the indicators that are left when others did not apply (通行做法; rule ``rescale_dropped``).
    """
    given = sum(weights, Decimal(0))
    if not given:
        return list(weights)
    exact = [Fraction(weight) / Fraction(given) * Fraction(whole) * 100 for weight in weights]
    cents = [int(share) for share in exact]
    left = int(whole * 100) - sum(cents)
    order = sorted(range(len(exact)), key=lambda at: (cents[at] - exact[at], at))
    for at in order[:left]:
        cents[at] += 1
    return [Decimal(cent).scaleb(-2) for cent in cents]


def execution(spent: Decimal, adjusted: Decimal, rules: RuleSet) -> Execution:
    """Spent ÷ full-year adjusted budget, and its score; more than the budget scores no more than full."""
    if adjusted <= 0:
        return Execution(None, None)
    rate = Fraction(spent) / Fraction(adjusted)
    share = max(Fraction(0), min(Fraction(1), rate))
    if rules.execution_bands:
        share = _banded(_printed(share), rules.execution_bands)
    return Execution(rate, rounded(Fraction(rules.execution_weight) * share))


def total(rows: Iterable[tuple[Decimal | None, Decimal]], rules: RuleSet) -> Total:
    """Sum (score, weight) rows, execution among them."""
    listed = list(rows)
    known = sum((s for s, _ in listed if s is not None), Decimal("0.00"))
    unknown = sum((w for s, w in listed if s is None), Decimal(0))
    grade = None if unknown else grade_of(known, rules)
    return Total(known, known + unknown, grade)


def grade_of(points: Decimal, rules: RuleSet) -> str:
    """The grade's name: the highest band that the total reaches."""
    for band in sorted(rules.grades, key=lambda b: b.at_least, reverse=True):
        if points >= band.at_least:
            return str(band.gives)
    return str(min(rules.grades, key=lambda b: b.at_least).gives)


def is_overshoot(target: Target, outcome: Outcome, rules: RuleSet, *, declared: bool = False) -> bool:
    """Whether a result is so far beyond its target that it must be explained.

    Only for ≥, > and bare targets known to be higher-is-better; for ≤ and = where declared.
    """
    if outcome.attainment is None or rules.overshoot_from is None or target.kind not in ("number", "frequency"):
        return False
    upward = target.op in (">=", ">") or (target.op is None and target.direction == "higher")
    return (upward or declared) and outcome.attainment >= Fraction(rules.overshoot_from)


def interval(successes: int, n: int, population: int | None = None) -> tuple[float, float]:
    """The 95 % Wilson interval of a share in a sample, narrowed where the population is known.

    The finite-population correction enters as the sample size whose variance it has:
    n·(N − 1)/(N − n); a complete survey has no sampling error.
    """
    if not 0 <= successes <= n or n == 0:
        raise ValueError("successes must lie between 0 and n, n above 0")
    share = successes / n
    if population is not None and population <= n:
        return share, share
    from statsmodels.stats.proportion import proportion_confint

    size = n if population is None else n * (population - 1) / (population - n)
    low, high = proportion_confint(share * size, size, alpha=CONFIDENCE, method="wilson")
    return max(0.0, float(low)), min(1.0, float(high))


def is_fragile(target: Target, outcome: Outcome, bounds: tuple[float, float] | None) -> bool:
    """Met, but the sample's interval reaches past the target."""
    if outcome.status != "met" or bounds is None or not isinstance(target.value, Fraction):
        return False
    low, high = bounds
    if target.direction == "lower":
        return high > float(target.value)
    return low < float(target.value)
