"""How much of a month's fate passes into the next, and what that makes of the variance of months.

Two years of months cannot tell the carry-over: one estimate of it, taken as true, makes chance look like an effect
where it fell too low. So every carry-over on a grid is kept, with the weight that the residuals give it (restricted
likelihood, Patterson & Thompson 1971; beforehand smaller ones weigh a little more), and what follows from it is
averaged by these weights. The variance that months have of their own is, for each, the one with which the residuals
are as large as they should be (Paule & Mandel 1982), at least nothing: never below sampling alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: Carry-overs that are weighed. Beyond the last a wandering level cannot be told from a change with two years of
#: months.
CARRIED = tuple(step / 20 for step in range(20))
#: How much smaller carry-overs are preferred beforehand: with none (0) true changes are found less often, with 0.5 a
#: useless measure passes in 5 to 6 % of trials where 0.8 carries over.
LEANING = 0.25
#: Of a month's variance so much is passed on to none other.
OWN = 1e-6


@dataclass(frozen=True, kw_only=True)
class Months:
    """The covariance of months' values if ``carried`` is true, its ``weight`` (they sum to 1) and the degrees of
    freedom of its scale: infinite where months differ by no more than sampling."""

    carried: float
    weight: float
    covariance: np.ndarray
    freedom: float


def weighed(
    design: np.ndarray, residuals: np.ndarray, at: np.ndarray, own: np.ndarray, sampling: np.ndarray
) -> list[Months]:
    """One per carry-over, for months at the places ``at`` (in months) with the variances ``sampling``.

    ``own``: how the variance of months' own is spread over them, times one scale; ``residuals`` of any linear fit.
    """
    from scipy.linalg import null_space

    free = null_space(design.T)  # contrasts that no coefficient moves
    left = free.T @ residuals
    tried = [_one(free, left, np.diag(sampling), _shape(carried, at, own)) for carried in CARRIED]
    best = max(likelihood for *_, likelihood in tried)
    weights = np.exp([likelihood - best for *_, likelihood in tried])
    weights *= (1 - np.array(CARRIED)) ** LEANING
    weights /= weights.sum()
    return [
        Months(carried=carried, weight=float(weight), covariance=covariance, freedom=freedom)
        for carried, weight, (covariance, freedom, _) in zip(CARRIED, weights, tried, strict=True)
    ]


def _shape(carried: float, at: np.ndarray, own: np.ndarray) -> np.ndarray:
    """What two months share, the further apart the less."""
    apart = np.abs(np.subtract.outer(at, at))
    shared = np.asarray(np.power(carried, apart) * np.sqrt(np.multiply.outer(own, own)))
    return shared + OWN * np.diag(own)  # two cells at one place share all else, and could not be told apart


def _one(
    free: np.ndarray, left: np.ndarray, sampling: np.ndarray, shape: np.ndarray
) -> tuple[np.ndarray, float, float]:
    """The covariance with its most fitting scale, the scale's degrees of freedom, and the restricted log-likelihood."""
    from scipy.linalg import eigh

    inner = free.T @ shape @ free
    levels, vectors = eigh(free.T @ sampling @ free, inner)  # vectors' inner vectors = 1
    squares, levels = (vectors.T @ left) ** 2, np.maximum(levels, 0.0)
    scale = _scale(squares, levels)
    variances = np.maximum(levels + scale, np.finfo(float).tiny)
    likelihood = -0.5 * float(np.log(variances).sum() + np.linalg.slogdet(inner)[1] + (squares / variances).sum())
    return sampling + scale * shape, float(len(left)) if scale > 0 else np.inf, likelihood


def _scale(squares: np.ndarray, levels: np.ndarray) -> float:
    """The scale at which the squared residuals sum to as many as there are; 0 where sampling explains them."""
    from scipy.optimize import brentq

    if not squares.any() or (levels.min() > 0 and (squares / levels).sum() <= len(squares)):
        return 0.0
    if not levels.any():
        return float(squares.mean())

    def beyond(scale: float) -> float:
        return float((squares / (levels + scale)).sum() - len(squares))

    return float(brentq(beyond, 1e-300 if levels.min() <= 0 else 0.0, float(squares.sum())))
