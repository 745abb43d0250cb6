"""Whether a dimension tells the groups apart: a guard against reading causes into chance.

A dimension always splits a gap into groups, and one of them always comes first. Only where the misses
lie over the groups as chance would hardly lay them does that mean anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from helpers.deviation.adjusted import Coded, Values
from helpers.deviation.chance import holm
from helpers.deviation.decompose import Aim, Judged
from helpers.deviation.ranks import rank_test, ranks_of
from helpers.deviation.surviving import Adjusted, Dimension, Selection
from helpers.deviation.tally import Codes, Mask, tally
from helpers.indicators.plain import plain

Test = Literal["chi_square", "permutation", "evenness", "rank"]

#: Beyond chance: less often than this, over all dimensions of one result together (Holm). Naming a
#: model, a team or a contractor wrongly does more harm than leaving one unnamed.
ALPHA = 0.01
#: The chi-square approximation needs so many expected misses and hits in every group.
FEWEST = 5
#: Drawn arrangements where it does not hold, and where their dice start.
DRAWS, SEED = 4999, 20240101
#: So many groups × draws at most, and never fewer draws than FEWEST_DRAWS.
MOST_CELLS, FEWEST_DRAWS = 20_000_000, 999
#: A dimension belongs to the misses alone (a cause code) when of the rows that kept the limit no more
#: than this share carries a value.
STRAY = 0.05
#: Values of a recorded cause that say nothing about it.
UNTOLD = (
    *("未定", "待定", "未知", "不明", "不详", "未明确", "未查明", "其他", "其它", "无"),
    *("undetermined", "unknown", "other", "others", "none", "n/a", "tbd"),
)


@dataclass(frozen=True, kw_only=True)
class Structure:
    """What the misses say about one dimension.

    ``test``: chi_square or permutation, misses and others over the groups; evenness, where only misses
    carry a value or rows are merely counted, whether these are spread evenly; rank, the values themselves
    over the groups (Kruskal–Wallis); None where there is nothing to test. ``p_value``: after Holm's correction over the
    dimensions. ``tells_apart``: whether some group is beyond chance with the other dimensions that are held alike,
    None without a test. ``expected``: the misses that each group would have at the overall rate (empty for
    evenness), where ``recorded`` at that of the rows that have a value. ``beyond``: groups with more misses than
    chance gives them. ``adjusted``: the dimension with others held alike, its groups in the order of ``names``;
    ``turned``: those that beyond chance have more misses than all rows and yet fewer than rows alike, or the reverse.
    """

    dimension: str
    test: Test | None
    p_value: float | None
    groups: int
    tells_apart: bool | None
    expected: Mapping[str | None, float]
    beyond: frozenset[str | None]
    recorded: bool = False
    names: tuple[str, ...] = ()
    adjusted: Adjusted | None = None
    counted: bool = True
    turned: frozenset[str] = frozenset()

    def to_json(self) -> dict[str, Any]:
        own = self.adjusted
        return {
            "dimension": self.dimension,
            "test": self.test,
            "groups": self.groups,
            "p_value": None if self.p_value is None else round(self.p_value, 6),
            "tells_apart": self.tells_apart,
            "compared_with": None if not self.expected else "recorded" if self.recorded else "all",
            "adjusted_for": list(own.by) if own else None,
            "adjusted_p_value": round(own.p_value, 6) if own else None,
            "explained_by": list(own.explained_by) if own else [],
            "clustered_by": own.clustered_by if own else None,
        }

    def beside_others(self, cause: str | None) -> dict[str, Any] | None:
        """A group with the other dimensions held alike: the misses to be expected of its rows then, and how
        many times the odds of the others' it has. None where misses are not what was compared."""
        if self.adjusted is None or cause not in self.names or not self.counted:
            return None
        at, told = self.names.index(cause), self.adjusted.effects
        odds = float(told.odds[at])
        return {
            "expected": plain(float(told.expected[at])),
            "excess": plain(float(told.sums[at] - told.expected[at])),
            "odds_ratio": float(f"{odds:.6g}") if np.isfinite(odds) else None,
            **({"turned": True} if cause in self.turned else {}),
        }


@dataclass(frozen=True)
class Beside:
    """What else is known of the rows that count: dimensions that nobody declared, and blocks that belong together.

    ``passing``: dimensions that say what became of a row, no property that it had before it was late.
    """

    dimensions: tuple[Dimension, ...] = ()
    clusters: Mapping[str, Codes] = field(default_factory=dict)
    passing: frozenset[str] = frozenset()


def structures_of(named: Mapping[str, Coded], judged: Judged, beside: Beside | None = None) -> list[Structure]:
    """Each dimension in the order given, by the numbers of the groups of the rows that count."""
    aim, missed = judged.aim, judged.missed
    worse: Values = missed
    if aim.agg == "mean":
        worse = ranks_of(-aim.sign * pd.to_numeric(judged.values).to_numpy(dtype=np.float64))
    single = [_structure(name, one, missed, worse, aim) for name, one in named.items()]
    tested = [i for i, one in enumerate(single) if one.p_value is not None]
    if not tested:
        return single
    corrected = holm([p for i in tested if (p := single[i].p_value) is not None])
    for i, p_value in zip(tested, corrected, strict=True):
        tells = bool(p_value < ALPHA) and (single[i].test != "evenness" or bool(single[i].beyond))
        single[i] = replace(
            single[i], p_value=p_value, tells_apart=tells, beyond=single[i].beyond if tells else frozenset()
        )
    return _with_others(single, named, worse, aim.agg != "mean", beside or Beside())


def _with_others(
    single: list[Structure], named: Mapping[str, Coded], worse: Values, counted: bool, beside: Beside
) -> list[Structure]:
    """Properties beside each other: those only that survive tell their groups apart."""
    properties = [one for one in single if is_property(one, beside.passing)]
    if not properties:
        return single
    own = [Dimension(name=p.dimension, coded=named[p.dimension], recorded=p.recorded) for p in properties]
    selection = Selection(worse, [*own, *beside.dimensions], beside.clusters)
    judged: dict[str, Structure] = {}
    for one, dimension in zip(properties, own, strict=True):
        found, names = selection.adjusted(one.dimension), dimension.coded.names
        judged[one.dimension] = replace(
            one,
            names=names,
            adjusted=found,
            counted=counted,
            tells_apart=found.survives,
            beyond=frozenset(n for n, far in zip(names, found.beyond, strict=True) if far and not is_untold(n)),
            turned=_turned(one, found, names, len(worse), int(worse.sum())) if counted else frozenset(),
        )
    return [judged.get(one.dimension, one) for one in single]


def _turned(one: Structure, found: Adjusted, names: Sequence[str], rows: int, misses: int) -> frozenset[str]:
    """The groups whose effect changes its sign when other dimensions are held alike (Simpson)."""
    if not found.by or one.recorded:
        return frozenset()
    from scipy.stats import hypergeom

    turned = set()
    for name, n, bad, alike in zip(names, found.effects.rows, found.effects.sums, found.effects.expected, strict=True):
        by_itself, beside = bad - n * misses / rows, bad - alike
        tails = hypergeom.sf(bad - 1, rows, misses, n), hypergeom.cdf(bad, rows, misses, n)
        if by_itself * beside < 0 and abs(beside) >= 1 and 2 * min(tails) * len(names) < ALPHA:
            turned.add(name)
    return frozenset(turned)


def is_property(one: Structure, passing: frozenset[str] = frozenset()) -> bool:
    """Whether a dimension is something that rows had before they were late, and could be told apart by."""
    return one.test not in (None, "evenness") and one.dimension not in passing


def is_untold(cause: str | None) -> bool:
    """Whether a recorded cause says that the cause is not known."""
    return cause is None or cause.strip().lower() in UNTOLD


def ranked(found: Sequence[Structure]) -> list[Structure]:
    """Dimensions that tell groups apart first, then those without a test, then the others; else as given."""
    return sorted(found, key=lambda one: {True: 0, None: 1, False: 2}[one.tells_apart])


def _structure(name: str, own: Coded, missed: Mask, worse: Values, aim: Aim) -> Structure:
    total, bad = len(missed), int(missed.sum())
    n, miss = (tally(own.codes, len(own.names), chosen) for chosen in (None, missed))
    keys = [key for key, rows in zip((None, *own.names), n, strict=True) if rows]
    n, miss = n[n > 0], miss[n > 0]
    nothing = Structure(
        dimension=name, test=None, p_value=None, groups=len(keys), tells_apart=None, expected={}, beyond=frozenset()
    )
    if bad == 0 or not keys:
        return nothing
    if _of_misses_alone(keys, n, miss):
        return _evenness(name, keys, miss)
    if bad == total and aim.agg == "count":
        return _evenness(name, keys, miss)
    if bad == total and aim.agg == "share" and len(keys) > 1:
        return replace(nothing, tells_apart=False)  # where everything missed, no group fares worse
    if len(keys) < 2 or bad == total:
        return nothing
    named = np.array([key is not None for key in keys])
    recorded = _filled_for_missing(n, miss, named)
    bad_of, rows_of = (miss[named].sum(), n[named].sum()) if recorded else (bad, total)
    expected = dict(zip(keys, (n * bad_of / rows_of).tolist(), strict=True))
    p_value: float | None
    test: Test
    if aim.agg == "mean":
        p_value, test = rank_test(worse.astype(np.float64, copy=False), own.codes, FEWEST), "rank"
    else:
        p_value, test = _spread(n, miss)
    if p_value is None:
        return nothing
    tails = _tails(n, miss)
    beyond = frozenset(key for key, tail in zip(keys, tails, strict=True) if tail * len(keys) < ALPHA)
    return Structure(
        dimension=name,
        test=test,
        p_value=p_value,
        groups=len(keys),
        tells_apart=None,
        expected=expected,
        beyond=beyond,
        recorded=recorded,
    )


def _filled_for_missing(n: np.ndarray, miss: np.ndarray, named: np.ndarray) -> bool:
    """Whether misses carry a value more often than others do: a value by itself is then no group's merit or fault."""
    if named.all() or not named.any():
        return False
    from scipy.stats import hypergeom

    filled, with_value = int(n[named].sum()), int(miss[named].sum())
    return bool(hypergeom.sf(with_value - 1, int(n.sum()), int(miss.sum()), filled) < ALPHA)


def worse_among_recorded(own: Coded, missed: Mask) -> frozenset[int] | None:
    """Of a dimension that misses have more often than other rows, the groups beyond chance among the rows that have
    one; None where whether a row has one does not hang on the miss."""
    n, miss = (tally(own.codes, len(own.names), chosen) for chosen in (None, missed))
    if not _filled_for_missing(n, miss, np.arange(len(n)) > 0):
        return None
    tails = _tails(n[1:], miss[1:])
    return frozenset(np.flatnonzero(tails * (n[1:] > 0).sum() < ALPHA).tolist())


def _of_misses_alone(keys: Sequence[str | None], n: np.ndarray, miss: np.ndarray) -> bool:
    """Whether only misses carry a value: a recorded cause, not a property that every row has."""
    named = np.array([key is not None for key in keys])
    kept = n - miss
    return bool(
        named.any()
        and miss[named].sum() > kept[named].sum()
        and kept[named].sum() <= STRAY * max(kept.sum(), 1)
        and (kept.sum() > 0 or not named.all())
    )


def _evenness(name: str, keys: Sequence[str | None], miss: np.ndarray) -> Structure:
    """Whether the recorded causes are equally frequent; that none is recorded is no cause.

    A cause stands out among all misses: those without one, or with one that says nothing, might each have had
    a further one.
    """
    named = np.array([not is_untold(key) for key in keys])
    counts, blank = miss[named], int(miss[~named].sum())
    nothing = Structure(
        dimension=name, test=None, p_value=None, groups=len(keys), tells_apart=None, expected={}, beyond=frozenset()
    )
    if len(counts) < 2:
        return nothing if counts.sum() > blank else replace(nothing, tells_apart=False if len(counts) else None)
    expected = counts.sum() / len(counts)
    from scipy.stats import binom, chisquare

    tested = chisquare(counts)
    if expected >= FEWEST:
        p_value = float(tested.pvalue)
    else:
        drawn = np.random.default_rng(SEED).multinomial(int(counts.sum()), np.full(len(counts), 1 / len(counts)), DRAWS)
        p_value = _share_of_draws(chisquare(drawn, axis=1).statistic, float(tested.statistic))
    groups = len(counts) + (blank > 0)
    tails = binom.sf(counts - 1, counts.sum() + blank, 1 / groups)
    own = [key for key in keys if not is_untold(key)]
    beyond = frozenset(key for key, tail in zip(own, tails, strict=True) if tail * len(own) < ALPHA)
    return replace(nothing, test="evenness", p_value=p_value, beyond=beyond)


def _spread(n: np.ndarray, miss: np.ndarray) -> tuple[float, Test]:
    """Pearson's chi-square of misses and others over the groups; drawn where the counts are too small."""
    total, bad = int(n.sum()), int(miss.sum())
    from scipy.stats import chi2_contingency, chisquare

    if min(bad, total - bad) * n.min() / total >= FEWEST:
        return float(chi2_contingency(np.array([miss, n - miss]), correction=False).pvalue), "chi_square"
    expected = n * bad / total
    draws = max(FEWEST_DRAWS, min(DRAWS, MOST_CELLS // len(n)))
    drawn = np.random.default_rng(SEED).multivariate_hypergeometric(n, bad, draws, method="marginals")
    found = float(chisquare(miss, expected).statistic)
    return _share_of_draws(chisquare(drawn, expected, axis=1).statistic, found), "permutation"


def _share_of_draws(drawn: np.ndarray, found: float) -> float:
    """The p value of a drawn test: never zero, for the arrangement found is one of them."""
    return float((1 + (drawn >= found * (1 - 1e-12)).sum()) / (1 + len(drawn)))


def _tails(n: np.ndarray, miss: np.ndarray) -> np.ndarray:
    """How often chance gives each group that many misses or more (hypergeometric)."""
    from scipy.stats import hypergeom

    tails: np.ndarray = hypergeom.sf(miss - 1, n.sum(), miss.sum(), n)
    return tails
