"""Chance that is the same on every machine.

Only ``random.Random.random()`` is used, the one method whose sequence Python promises to keep, and no
function of the C mathematics library.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import accumulate
from typing import Generic, TypeVar

T = TypeVar("T")


class Dice:
    """A seeded source of draws; one for each part of the data, so that a change in one leaves the others."""

    def __init__(self, *seed: object) -> None:
        self._random = random.Random("/".join(map(str, seed)))

    def chance(self, share: float) -> bool:
        return self._random.random() < share

    def between(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low + int(self._random.random() * (high - low + 1))

    def low_between(self, low: int, high: int) -> int:
        """A whole number, small ones more often: the lower of two draws."""
        return min(self.between(low, high), self.between(low, high))

    def pick(self, values: Sequence[T]) -> T:
        return values[int(self._random.random() * len(values))]

    def weighted(self, values: Sequence[T], weights: Sequence[float]) -> T:
        return Wheel(values, weights).spin(self)

    def shuffled(self, values: Sequence[T]) -> list[T]:
        mixed = list(values)
        for last in range(len(mixed) - 1, 0, -1):
            other = self.between(0, last)
            mixed[last], mixed[other] = mixed[other], mixed[last]
        return mixed

    def sample(self, values: Sequence[T], size: int) -> list[T]:
        """``size`` different ones, in the order in which they stood."""
        places = sorted(self.shuffled(range(len(values)))[:size])
        return [values[place] for place in places]


class Wheel(Generic[T]):
    """Values with weights, for many draws."""

    def __init__(self, values: Sequence[T], weights: Sequence[float]) -> None:
        self._values = list(values)
        self._sums = list(accumulate(weights))

    def spin(self, dice: Dice) -> T:
        aim = dice._random.random() * self._sums[-1]
        low, high = 0, len(self._sums) - 1
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if aim < self._sums[middle] else (middle + 1, high)
        return self._values[low]
