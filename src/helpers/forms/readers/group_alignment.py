"""Which rows a group's name stands for, where no lines say it: its rows may begin, end or centre there."""

from __future__ import annotations

import re
from collections.abc import Sequence

#: What the second level is called, by its first level.
FAMILIES = {
    "产出": re.compile("数量|质量|时效|进度|成本"),
    "效益": re.compile("经济|社会|生态|环境|可持续|效益"),
    "满意": re.compile("满意"),
    "成本": re.compile("成本"),
}

Labels = Sequence[tuple[float, str]]


def assigned(first: Labels, second: Labels, rows: int) -> list[tuple[str, str]] | None:
    """Level 1 and 2 of each row; None where the names may mean other rows as well.

    ``first``, ``second``: the rows (from 0) on which the names stand; a half one between two rows.
    """
    readings = []
    for place in (_top, _middle, _bottom):
        one, two = place(first, rows), place(second, rows)
        if one is not None and two is not None and _sensible(one, two, first, second):
            readings.append(list(zip(one, two, strict=True)))
    return readings[0] if readings and all(other == readings[0] for other in readings) else None


def _top(labels: Labels, rows: int) -> list[str] | None:
    if not labels or labels[0][0] != 0 or any(at % 1 for at, _ in labels):
        return None
    ends = [*(int(at) for at, _ in labels[1:]), rows]
    return [name for (at, name), end in zip(labels, ends, strict=True) for _ in range(int(at), end)]


def _bottom(labels: Labels, rows: int) -> list[str] | None:
    turned = _top([(rows - 1 - at, name) for at, name in reversed(labels)], rows)
    return turned[::-1] if turned is not None else None


def _middle(labels: Labels, rows: int) -> list[str] | None:
    """Each group reaches as far below its name as above it, and the last one to the last row."""
    names: list[str] = []
    for at, name in labels:
        size = 2 * (at - len(names)) + 1
        if size < 1 or size % 1:
            return None
        names += [name] * int(size)
    return names if len(names) == rows else None


def _sensible(one: Sequence[str], two: Sequence[str], first: Labels, second: Labels) -> bool:
    """Whether a second level's group lies in one group of the first level, and in one that such a name belongs to."""
    starts = {at for at in range(1, len(one)) if one[at] != one[at - 1]}
    if not starts <= {at for at in range(1, len(two)) if two[at] != two[at - 1]}:
        return False
    if len(starts) + 1 < len(first) or len({*two}) < len({name for _, name in second}):
        return False
    return all(_belongs(upper, lower) for upper, lower in zip(one, two, strict=True))


def _belongs(upper: str, lower: str) -> bool:
    """Whether both names are known and go together; a part of a name that wraps is none."""
    return any(family in upper and words.search(lower) for family, words in FAMILIES.items())
