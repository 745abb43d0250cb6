"""What the result would have been without each cause: by the waits recorded for it, else at the others' rate.

Three ways, of which each group says its own:

``recorded_waits``: the wait that belongs to the cause is cut out of each of its late cases and the clocks are run
again; only cases that then keep their time are counted. A state, and the part dimension, have their wait by
declaration. A cause code (which only late cases carry) has the state in which its cases spent clearly more time.
``others_rate``: the group misses as often as all other rows do; of a mean, it takes as long.
A group for which neither can be said has none.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from helpers.activity.calendar import CalendarUnknown
from helpers.activity.reclock import CannotReclock
from helpers.deviation.adjusted import Coded
from helpers.deviation.clocks_again import Place
from helpers.deviation.coded import coded
from helpers.deviation.decompose import Aim, Decomposition, Group, Judged, judge, splits
from helpers.deviation.mean_without import GroupSums, group_sums
from helpers.deviation.recorded_waits import Wait, kept_without, waits_of
from helpers.deviation.scan import Combination
from helpers.deviation.states import UNRECORDED, Divided, divide
from helpers.deviation.tally import Codes
from helpers.deviation.told_apart import STRAY
from helpers.deviation.yearly_count import SCALES, Estimate, When, estimate, estimate_counted, less
from helpers.measures.database import QueryStopped
from helpers.measures.row_blocks import spans

if TYPE_CHECKING:
    from helpers.measures.figures import Figure, Measures

Json = dict[str, Any]

#: A state is a cause's own where its cases spend more time in it than others, by chance less often than this …
ALPHA = 0.01
#: … and, in the middle, so many times as long as other late cases do.
LONGER = 2
#: Above so many late cases the clocks are not run again: that would take minutes.
MOST_LATE = 100_000
#: The dimension that names the state in which a case spent most of its time.
STATE = "state"
DAY = 86400
#: A combination as a dimension of two groups.
CELL, INSIDE, OUTSIDE = "_cell", "in", "out"


@dataclass(frozen=True, kw_only=True)
class Replays:
    """The rows behind one measure, and for each wait, by its words, which late ones would be in time without it."""

    rows: pd.DataFrame
    missed: np.ndarray
    aim: Aim
    waits: Mapping[str, Wait]
    kept: Mapping[str, np.ndarray]
    divided: Divided | None
    part: str | None
    when: When | None

    @cached_property
    def parts(self) -> list[NDArray[np.int8]]:
        """In which part of the year each late case falls, by scale; of rows with a date only."""
        assert self.when is not None
        return [parts[self.missed] for parts in self.when.parts]

    @cached_property
    def values(self) -> NDArray[np.float64]:
        """The value of each row, NaN where it has none."""
        return pd.to_numeric(self.rows["_value"]).to_numpy(dtype=float)

    @cached_property
    def least(self) -> float:
        """What a mean of the values cannot be below: what is never negative, as a length of time, is not below nothing
        within its interval either."""
        return 0.0 if np.nanmin(self.values) >= 0 else -np.inf

    @cached_property
    def weeks(self) -> NDArray[np.intp] | None:
        """The number of each row's week among those that there are."""
        if self.when is None or self.when.weeks is None:
            return None
        return np.unique(self.when.weeks, return_inverse=True)[1]


def without_causes(splits: Sequence[Decomposition], found: Replays) -> dict[tuple[str, str | None], Json]:
    """By dimension and cause the object ``replayed`` of results.json; a group without one is not there."""
    rows = found.rows
    told: dict[tuple[str, str | None], Json] = {}
    for one in splits:
        names = coded(rows[one.dimension])
        own = _own_waits(found, one, names)
        every = Groups(found, names.codes, len(names.names))
        places = {name: at for at, name in enumerate(names.names)}
        for group in one.groups:
            if group.cause is not None and group.misses:
                answer = _without(every, places[group.cause], one, group, own.get(group.cause))
                if answer is not None:
                    told[one.dimension, group.cause] = answer
    return told


def without_cells(cells: Sequence[Combination], found: Replays) -> tuple[Combination, ...]:
    """The combinations with what the whole would have been had their rows fared like all others.

    None for one of which most misses have no value: cases that are still open are no cause that could be away.
    """
    judged, done = None, []
    for cell in cells:
        if cell.inside is None or cell.mostly_unknown():
            done.append(cell)
            continue
        judged = judged or judge(found.rows, found.aim)
        both = splits({CELL: Coded(cell.inside.view(np.int8), (OUTSIDE, INSIDE))}, judged)[CELL]
        group = next((one for one in both.groups if one.cause == INSIDE), None) if both else None
        groups = Groups(found, judged.spread(cell.inside).view(np.int8), 2)
        told = _without(groups, 1, both, group, None) if both and group else None
        done.append(replace(cell, replayed=told))
    return tuple(done)


def replays_of(
    rows: pd.DataFrame, figure: Figure, judged: Judged, measures: Measures, when: When | None
) -> Replays | None:
    """The late cases of a measure gone through again, once for each recorded wait; None of what is no share or mean.

    ``rows``: those behind the measure, with the dimensions, the moments of the states and their place.
    """
    aim, missed = judged.aim, judged.among_all()
    if aim.agg not in ("share", "mean") or rows.empty:
        return None
    year = measures.year
    name = str(year.measures[figure.measure].table)
    table, spec = year.year.tables[name], year.year.spares
    waits = waits_of(year, name) if aim.agg == "share" and int(missed.sum()) <= MOST_LATE else ()
    kept: dict[str, np.ndarray] = {}
    try:
        places = kept_without(measures, figure.measure, waits, higher=aim.direction == "higher") if waits else {}
        kept = {words: _at(rows, missed, chosen) for words, chosen in places.items()}
    except (CannotReclock, CalendarUnknown, QueryStopped):
        # Clocks that cannot be run again say nothing of any wait; the others' rate needs none.
        waits = ()
    return Replays(
        rows=rows,
        missed=missed,
        aim=aim,
        waits={wait.words: wait for wait in waits},
        kept=kept,
        divided=divide(rows, table.states) if table.states and waits else None,
        part=spec.part if spec is not None and spec.table == name else None,
        when=when,
    )


def _at(rows: pd.DataFrame, late: np.ndarray, places: Collection[Place]) -> np.ndarray:
    """Which of the late rows stand at these places."""
    found = np.zeros(len(rows), dtype=bool)
    own = rows[["source_file", "source_row"]][late]
    found[late] = [place in places for place in zip(own["source_file"], own["source_row"].tolist(), strict=True)]
    return found


def _own_waits(found: Replays, split: Decomposition, names: Coded) -> dict[str, Wait]:
    """The wait that belongs to each cause of a dimension, where one does."""
    if not found.waits:
        return {}
    parts = next((wait for wait in found.waits.values() if wait.parts), None)
    groups = [group.cause for group in split.groups if group.cause is not None and group.misses]
    if split.dimension == STATE:
        return {cause: found.waits[cause] for cause in groups if cause in found.waits}
    if split.dimension == found.part and parts is not None:
        return dict.fromkeys(groups, parts)
    if not is_code(names.codes, found.missed) or found.divided is None:
        return {}
    told = {
        cause: wait_of(names.codes == names.names.index(cause), found.missed, found.divided, names.codes >= 0)
        for cause in groups
    }
    return {cause: found.waits[words] for cause, words in told.items() if words is not None and words in found.waits}


def is_code(codes: Codes, missed: np.ndarray) -> bool:
    """Whether a dimension belongs to the late cases alone: hardly a row in time carries a value."""
    kept, named = len(missed) - int(missed.sum()), int(((codes >= 0) & ~missed).sum())
    return bool(kept) and named / kept <= STRAY


def wait_of(mine: np.ndarray, missed: np.ndarray, divided: Divided, coded: np.ndarray | None = None) -> str | None:
    """The state that belongs to a cause code; of several the one with the most time, None where there is none.

    Most of the code's late cases were in it, for longer than all other rows were, beyond chance (Mann–Whitney).
    Late cases spend more time everywhere, so that the same is asked against other late cases, where it must also be
    ``LONGER`` times as long in the middle: against all of them, or against those that carry another code (``coded``),
    since those without one may have waited for the same."""
    group, others = mine & missed & divided.counted, ~mine & divided.counted
    late = [others & missed, others & missed & (coded if coded is not None else missed)]
    states = [(at, words) for at, words in enumerate(divided.words[:-2]) if words != UNRECORDED]
    found = []
    for at, words in states:
        own = divided.seconds[group, at]
        if not len(own) or (own > 0).mean() <= 0.5 or not _longer(own, divided.seconds[others, at], len(states), 0):
            continue
        known = [divided.seconds[rows, at] for rows in late if rows.any()]
        if not known or any(_longer(own, those, len(states), LONGER) for those in known):
            found.append((int(own.sum()), words))
    return max(found)[1] if found else None


def _longer(own: np.ndarray, those: np.ndarray, looks: int, times: int) -> bool:
    """Beyond chance, and in the middle so many times as long."""
    from scipy.stats import mannwhitneyu

    if not len(those) or np.median(own) < times * np.median(those):
        return False
    return float(mannwhitneyu(own, those, alternative="greater").pvalue) * looks < ALPHA


# --- one group --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Groups:
    """The rows of ``found`` by the number of their group; −1: in none."""

    found: Replays
    codes: np.ndarray
    number: int

    def rows_of(self, at: int) -> np.ndarray:
        return np.asarray(self.codes == at)

    def late(self, at: int) -> tuple[Estimate, Estimate]:
        """How many cases of a group, and of all others, are late, with intervals; see ``_counted``."""
        if self.found.when is None:  # cases without a date are taken as independent: spread evenly
            mine = self.rows_of(at)
            return _counted(self.found, mine & self.found.missed), _counted(self.found, ~mine & self.found.missed)
        own = [counts[at] for counts in self._late]
        return estimate_counted(own), estimate_counted(
            [every - mine for every, mine in zip(self._all_late, own, strict=True)]
        )

    @cached_property
    def _late(self) -> list[np.ndarray]:
        """Late cases by group, those of none last, and part of the year: counted once for hundreds of groups."""
        codes, counts = self.codes[self.found.missed], [np.zeros((self.number + 1) * scale) for scale in SCALES]
        for part in spans(len(codes)):
            own = np.where(codes[part] < 0, self.number, codes[part].astype(np.int64))
            for table, windows, parts in zip(counts, SCALES, self.found.parts, strict=True):
                np.add.at(table, own * windows + parts[part], 1.0)
        return [table.astype(np.int64).reshape(-1, scale) for table, scale in zip(counts, SCALES, strict=True)]

    @cached_property
    def sums(self) -> GroupSums:
        """Of a mean: what each group adds to it."""
        return group_sums(self.found.values, self.codes, self.number, self.found.weeks)

    @cached_property
    def _all_late(self) -> list[np.ndarray]:
        return [counts.sum(axis=0) for counts in self._late]


def _without(every: Groups, at: int, split: Decomposition, group: Group, wait: Wait | None) -> Json | None:
    found = every.found
    if found.aim.agg == "mean":
        return _mean_at_others(every, at, split, group)
    if wait is None:
        return _at_others_rate(every, at, split, group)
    saved = found.kept[wait.words] & every.rows_of(at) & found.missed
    told = _counted(found, saved)
    return _json(found, split, group, told, basis="recorded_waits", wait=wait.words, saved=float(saved.sum()))


def _at_others_rate(every: Groups, at: int, split: Decomposition, group: Group) -> Json | None:
    """The group's misses less those that it would have at the rate of all other rows."""
    rest = split.rows - group.rows
    if rest <= 0 or split.dimension == STATE:
        # Where a case spent its time is nothing that it could have as seldom as others.
        return None
    factor = Fraction(group.rows, rest)
    own, others = every.late(at)
    told = less(own, others.scaled(float(factor)))
    saved = group.misses - factor * (split.misses - group.misses)
    told = Estimate(float(saved), told.low, told.high)
    return _json(every.found, split, group, told, basis="others_rate", saved=float(saved))


def _counted(found: Replays, chosen: np.ndarray) -> Estimate:
    """So many cases, with an interval that allows for their coming together in time."""
    if found.when is not None:
        return found.when.estimate(chosen)
    n = int(chosen.sum())
    return estimate(np.arange(n) * DAY, 0, max(n, 1) * DAY)


def _json(
    found: Replays,
    split: Decomposition,
    group: Group,
    told: Estimate,
    *,
    basis: str,
    saved: float,
    wait: str | None = None,
) -> Json:
    """A number of cases, at most all misses of the group, as what the whole would have been: of a share that is to
    be low it goes down."""

    def whole(cases: float) -> float:
        after = float(split.actual) + found.aim.sign * min(cases, group.misses) / split.rows
        return round(min(1.0, max(0.0, after)), 9)

    low, high = sorted((whole(told.low), whole(told.high)))
    return {
        "value": whole(told.value),
        "low": low,
        "high": high,
        "basis": basis,
        "wait": wait,
        "saved": round(saved, 6),
    }


def _mean_at_others(every: Groups, at: int, split: Decomposition, group: Group) -> Json | None:
    """The mean had the group's rows taken as long as all others; the interval by weeks as clusters."""
    apart = every.sums.spread(at)
    if apart is None:
        return None
    spread = 1.96 * apart / split.rows
    other_mean = (split.actual * split.rows - group.value * group.rows) / (split.rows - group.rows)
    value = float(split.actual + Fraction(group.rows, split.rows) * (other_mean - group.value))
    return {
        "value": round(value, 9),
        "low": round(max(value - spread, every.found.least), 9),
        "high": round(value + spread, 9),
        "basis": "others_rate",
        "wait": None,
        "saved": None,
    }
