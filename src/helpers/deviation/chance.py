"""Whether two shares, or two counts, differ by more than chance would make independent cases differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

#: Below this expected count in any cell the exact test is taken instead of the normal approximation.
FEWEST = 5


class Counted(Protocol):
    """A figure: for a share ``hits`` of ``n``."""

    @property
    def value(self) -> Fraction | None: ...
    @property
    def hits(self) -> int | None: ...
    @property
    def n(self) -> int: ...
    @property
    def unit(self) -> str | None: ...


def chance(before: Counted | None, after: Counted | None) -> float | None:
    """The two-sided p value of the difference of two shares; None where either has no counts.

    Pooled z test; Fisher's exact test where an expected count is below ``FEWEST``.
    """
    figures = [f for f in (before, after) if f is not None and f.unit == "比例" and f.n > 0]
    counts = [(f.hits, f.n) for f in figures if f.hits is not None]
    if len(counts) < 2:
        return None
    hits, totals = [k for k, _ in counts], [n for _, n in counts]
    pooled = Fraction(sum(hits), sum(totals))
    if pooled in (0, 1):
        return 1.0
    if min(n * p for n in totals for p in (pooled, 1 - pooled)) < FEWEST:
        from scipy.stats import fisher_exact

        return float(fisher_exact([[k, n - k] for k, n in counts]).pvalue)
    from statsmodels.stats.proportion import proportions_ztest

    return float(proportions_ztest(hits, totals)[1])


def holm(p_values: Sequence[float]) -> list[float]:
    """p values corrected by Holm's step-down for how many they are, in the order given.

    statsmodels has it too, but collects all garbage of the process at each call, which takes longer than a test.
    """
    corrected, reached = [1.0] * len(p_values), 0.0
    for tested, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        reached = max(reached, p_values[index] * (len(p_values) - tested))
        corrected[index] = min(1.0, reached)
    return corrected


def chance_of_counts(first: int, last: int, first_days: float, last_days: float) -> float:
    """The two-sided p value of two counts over so many days each: given both, how they fall on the days, exactly
    (twice the smaller tail)."""
    from scipy.stats import binom

    both = first + last
    if not both or first_days <= 0 or last_days <= 0:
        return 1.0
    part = last_days / (first_days + last_days)
    return float(min(1.0, 2 * min(binom.cdf(last, both, part), binom.sf(last - 1, both, part))))


def chance_of_shares(hits: tuple[int, int], n: tuple[int, int]) -> float:
    """``chance`` of the counts themselves."""
    found = chance(*(_Share(k, size) for k, size in zip(hits, n, strict=True)))
    return 1.0 if found is None else found


@dataclass(frozen=True)
class _Share:
    hits: int
    n: int
    unit: str = "比例"

    @property
    def value(self) -> Fraction | None:
        return Fraction(self.hits, self.n) if self.n else None
