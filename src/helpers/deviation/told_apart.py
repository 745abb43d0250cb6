"""Whether a dimension tells the groups apart: a guard against reading causes into chance.

A dimension always splits a gap into groups, and one of them always comes first. Only where the misses
lie over the groups as chance would hardly lay them does that mean anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any, Literal

import numpy as np
import pandas as pd

from helpers.deviation.decompose import Aim, missed_rows, texts
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
#: A combination of values is named when it holds at least this share of all misses.
MAJOR = 1 / 3


@dataclass(frozen=True, kw_only=True)
class Structure:
    """What the misses say about one dimension.

    ``test``: chi_square or permutation, misses and others over the groups; evenness, where only misses
    carry a value or rows are merely counted, whether these are spread evenly; rank, the values themselves
    over the groups (Kruskal–Wallis); None where there is nothing to test. ``p_value``: after Holm's correction over the
    dimensions. ``tells_apart``: whether it is beyond chance, None without a test. ``expected``: the
    misses that each group would have at the overall rate (empty for evenness). ``beyond``: groups
    with more misses than chance gives them.
    """

    dimension: str
    test: Test | None
    p_value: float | None
    groups: int
    tells_apart: bool | None
    expected: Mapping[str | None, float]
    beyond: frozenset[str | None]

    def to_json(self) -> dict[str, Any]:
        return {
            "dimension": self.dimension,
            "test": self.test,
            "groups": self.groups,
            "p_value": None if self.p_value is None else round(self.p_value, 6),
            "tells_apart": self.tells_apart,
        }


@dataclass(frozen=True, kw_only=True)
class Concentration:
    """One combination of two dimensions' values that holds many of the misses: ``misses`` of all
    ``of`` misses, in ``rows`` of the rows, where ``expected`` misses were to be expected."""

    values: tuple[tuple[str, str], ...]
    rows: int
    misses: int
    of: int
    expected: float
    p_value: float

    def to_json(self) -> dict[str, Any]:
        return {
            "values": dict(self.values),
            "rows": self.rows,
            "misses": self.misses,
            "share": plain(self.misses / self.of),
            "expected": plain(self.expected),
            "p_value": round(self.p_value, 6),
        }


def structures(rows: pd.DataFrame, dimensions: Sequence[str], aim: Aim) -> list[Structure]:
    """Each dimension in the order given; ``rows`` as for ``decompose``, with all dimensions."""
    missed = missed_rows(rows, aim)
    single = [_structure(name, texts(rows.loc[missed.index, name]), missed, rows, aim) for name in dimensions]
    tested = [i for i, one in enumerate(single) if one.p_value is not None]
    if not tested:
        return single
    from statsmodels.stats.multitest import multipletests

    adjusted = multipletests([single[i].p_value for i in tested], method="holm")[1]
    for i, p_value in zip(tested, adjusted, strict=True):
        tells = bool(p_value < ALPHA)
        single[i] = replace(
            single[i], p_value=float(p_value), tells_apart=tells, beyond=single[i].beyond if tells else frozenset()
        )
    return single


def ranked(found: Sequence[Structure]) -> list[Structure]:
    """Dimensions that tell groups apart first, then those without a test, then the others; else as given."""
    return sorted(found, key=lambda one: {True: 0, None: 1, False: 2}[one.tells_apart])


def _structure(name: str, names: pd.Series, missed: pd.Series, rows: pd.DataFrame, aim: Aim) -> Structure:
    total, bad = len(missed), int(missed.sum())
    counts = pd.DataFrame({"name": names.fillna(""), "n": 1, "miss": missed.astype("int64")}).groupby("name").sum()
    keys = [str(key) or None for key in counts.index]
    n, miss = counts["n"].to_numpy(), counts["miss"].to_numpy()
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
    expected = dict(zip(keys, (n * bad / total).tolist(), strict=True))
    p_value: float | None
    test: Test
    if aim.agg == "mean":
        p_value, test = _rank_test(rows, names), "rank"
    else:
        p_value, test = _spread(n, miss)
    if p_value is None:
        return nothing
    tails = _tails(n, miss)
    beyond = frozenset(key for key, tail in zip(keys, tails, strict=True) if tail * len(keys) < ALPHA)
    return Structure(
        dimension=name, test=test, p_value=p_value, groups=len(keys), tells_apart=None, expected=expected, beyond=beyond
    )


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
    """Whether the recorded causes are equally frequent; that none is recorded is no cause."""
    named = np.array([key is not None for key in keys])
    counts = miss[named]
    if len(counts) < 2:
        return Structure(
            dimension=name, test=None, p_value=None, groups=len(keys), tells_apart=None, expected={}, beyond=frozenset()
        )
    expected = counts.sum() / len(counts)
    from scipy.stats import binom, chisquare

    tested = chisquare(counts)
    if expected >= FEWEST:
        p_value = float(tested.pvalue)
    else:
        drawn = np.random.default_rng(SEED).multinomial(int(counts.sum()), np.full(len(counts), 1 / len(counts)), DRAWS)
        p_value = _share_of_draws(chisquare(drawn, axis=1).statistic, float(tested.statistic))
    tails = binom.sf(counts - 1, counts.sum(), 1 / len(counts))
    own = [key for key in keys if key is not None]
    beyond = frozenset(key for key, tail in zip(own, tails, strict=True) if tail * len(own) < ALPHA)
    return Structure(
        dimension=name, test="evenness", p_value=p_value, groups=len(keys), tells_apart=None, expected={}, beyond=beyond
    )


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


def _rank_test(rows: pd.DataFrame, names: pd.Series) -> float | None:
    """Kruskal–Wallis over the groups, those below ``FEWEST`` rows together."""
    values = pd.to_numeric(rows.loc[names.index, "_value"]).astype(float)
    own = names.fillna("")
    sizes = own.map(own.value_counts())
    groups = [part.to_numpy() for _, part in values.groupby(own.where(sizes >= FEWEST, "\0"))]
    groups = [g for g in groups if len(g) >= FEWEST]
    if len(groups) < 2 or values.nunique() < 2:
        return None
    from scipy.stats import kruskal

    return float(kruskal(*groups).pvalue)


def _tails(n: np.ndarray, miss: np.ndarray) -> np.ndarray:
    """How often chance gives each group that many misses or more (hypergeometric)."""
    from scipy.stats import hypergeom

    tails: np.ndarray = hypergeom.sf(miss - 1, n.sum(), miss.sum(), n)
    return tails


# --- combinations ---------------------------------------------------------------------------------


def concentration(rows: pd.DataFrame, found: Sequence[Structure], aim: Aim) -> Concentration | None:
    """The combination of two dimensions' values that holds most of the misses, if beyond chance.

    Over the dimensions that every row could have (no cause codes); at least ``MAJOR`` of all misses
    must lie there, more than chance puts there (hypergeometric, corrected for all combinations). Both
    values have to matter: within the group of either one, the other has more misses than chance gives
    it, or all but belongs to it (a part that fits one model).
    """
    names = [one.dimension for one in found if one.test not in (None, "evenness")]
    missed = missed_rows(rows, aim)
    named = {name: pd.factorize(texts(rows.loc[missed.index, name]), sort=True) for name in names}
    tables = [
        ((one, other), *_counted(named[one][0], named[other][0], missed.to_numpy()))
        for one, other in combinations(names, 2)
    ]
    looked_at = sum(len(cells) for _, cells, _, _ in tables)
    best: Concentration | None = None
    for pair, cells, n, miss in tables:
        if not len(cells):
            continue
        top = int(miss.argmax())
        if not all(_matters(cells[:, side] == cells[top, side], n, miss, top) for side in (0, 1)):
            continue
        values = tuple((name, str(named[name][1][at])) for name, at in zip(pair, cells[top], strict=True))
        one = _cell(values, int(n[top]), int(miss[top]), looked_at, len(missed), int(missed.sum()))
        if one and (best is None or (one.misses, -one.rows) > (best.misses, -best.rows)):
            best = one
    return best


def _matters(group: np.ndarray, n: np.ndarray, miss: np.ndarray, top: int) -> bool:
    """Whether one combination stands out among those that share its other value."""
    from scipy.stats import hypergeom

    rows, bad = int(n[group].sum()), int(miss[group].sum())
    if n[top] >= (1 - STRAY) * rows:
        return True
    return float(hypergeom.sf(miss[top] - 1, rows, bad, n[top])) * int(group.sum()) < ALPHA


def _counted(first: np.ndarray, second: np.ndarray, missed: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The combinations of two coded dimensions that occur (−1: not recorded), their rows and misses."""
    known = (first >= 0) & (second >= 0)
    width = int(second.max(initial=0)) + 1
    codes, cell = np.unique(first[known].astype("int64") * width + second[known], return_inverse=True)
    n, miss = (np.bincount(cell[chosen], minlength=len(codes)) for chosen in (slice(None), missed[known]))
    return np.column_stack(np.divmod(codes, width)), n, miss


def _cell(
    values: tuple[tuple[str, str], ...], n: int, misses: int, cells: int, total: int, bad: int
) -> Concentration | None:
    from scipy.stats import hypergeom

    if misses < MAJOR * bad:
        return None
    p_value = min(1.0, float(hypergeom.sf(misses - 1, total, bad, n)) * cells)
    return (
        Concentration(values=values, rows=n, misses=misses, of=bad, expected=n * bad / total, p_value=p_value)
        if p_value < ALPHA
        else None
    )
