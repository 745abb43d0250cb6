"""The share of repairs that keep their time, before and after a stock, and how sure it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from helpers.deviation.demands import Kept
from helpers.deviation.stock import HOUR
from helpers.indicators.plain import plain

Json = dict[str, Any]


def moved(hits: int, n: int, kept: Sequence[Kept]) -> tuple[int, int]:
    """The share's counts after the replay; repairs without a part stay as they are."""
    return (
        hits + sum(k.kept_then for k in kept) - sum(k.kept for k in kept),
        n + sum(k.counted_then for k in kept) - sum(k.counted for k in kept),
    )


def share(hits: int, n: int) -> Json:
    """A share with the counts that it is made of."""
    return {"hits": hits, "n": n, "value": hits / n if n else None}


def hours(seconds: int) -> float | int:
    """Hours, whole ones as int."""
    found: float | int = plain(Fraction(seconds, HOUR))
    return found


def wilson(hits: int, n: int, effect: float = 1.0) -> list[float] | None:
    """The 95 % Wilson interval of a share, of as many cases as are left after the design effect; None of nothing."""
    from statsmodels.stats.proportion import proportion_confint

    if not n:
        return None
    low, high = proportion_confint(hits / effect, n / effect, alpha=0.05, method="wilson")
    return [float(low) if hits else 0.0, float(high) if hits < n else 1.0]


def design_effect(months: Sequence[int | None], kept: Sequence[bool]) -> float:
    """By how much a share varies more than with independent cases, since cases of one month share their fate.

    The variance between months of the ratio estimator over the binomial one (Kish 1965), at least 1.
    """
    n, hits = len(kept), sum(kept)
    cases, good = Counter(months), Counter(month for month, one in zip(months, kept, strict=True) if one)
    if not 0 < hits < n or len(cases) < 2:
        return 1.0
    share = hits / n
    between = sum((good[month] - share * cases[month]) ** 2 for month in cases) * len(cases) / (len(cases) - 1)
    return max(1.0, between / (n * share * (1 - share)))
