"""What other ways of working would keep in time: the recorded waits of a cause cut out, at no recorded cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from helpers.deviation.options import Option
from helpers.deviation.recorded_waits import kept_without, waits_of
from helpers.deviation.saved_cases import LateCases, Saved, late_cases
from helpers.deviation.without_cause import STATE

if TYPE_CHECKING:
    from helpers.measures.figures import Measures
    from helpers.year.load import Year

Json = dict[str, Any]


def wait_options(measures: Measures, deviations: Sequence[Mapping[str, Any]]) -> list[Option]:
    """One for each cause of a shortfall with a wait of its own other than that for a part, which spare parts answer."""
    found = []
    for deviation in deviations:
        measure = measure_of(measures.year, deviation["indicator"], deviation.get("part"))
        if deviation["kind"] == "shortfall" and deviation.get("unit") == "比例" and measure is not None:
            found += _of(measures, measure, _about(measures.year, deviation), deviation.get("causes") or ())
    return found


def _about(year: Year, deviation: Mapping[str, Any]) -> str:
    """The part, or the indicator's name."""
    names = {one.id: one.level3 for one in year.indicators.indicators}
    return str(deviation.get("part") or names[deviation["indicator"]])


def measure_of(year: Year, indicator: str, part: str | None) -> str | None:
    """The share that answers an indicator, or its part by name."""
    spec = next((one for one in year.indicators.indicators if one.id == indicator), None)
    if spec is None:
        return None
    actual = next((p.actual for p in spec.parts if p.name == part), None) if part else spec.actual
    name = actual.measure if actual is not None else None
    return name if name is not None and year.measures[name].agg == "share" else None


def _of(measures: Measures, measure: str, about: str, causes: Sequence[Mapping[str, Any]]) -> list[Option]:
    """A cause code comes before the state that it names; without codes the states are taken."""
    table = str(measures.year.measures[measure].table)
    waits = {wait.words: wait for wait in waits_of(measures.year, table) if not wait.parts}
    own = [c for c in causes if (c.get("replayed") or {}).get("wait") in waits]
    codes = [c for c in own if c["dimension"] != STATE]
    own = codes or own
    if not own:
        return []
    # Shares that should be low count what misses the other way round; they have no row here.
    late = late_cases(measures, measure, list(dict.fromkeys(c["dimension"] for c in codes)))
    kept = kept_without(measures, measure, [waits[words] for words in {c["replayed"]["wait"] for c in own}])
    options = []
    for cause in own:
        words, places = cause["replayed"]["wait"], kept[cause["replayed"]["wait"]]
        if cause["dimension"] != STATE:
            named = late.columns[cause["dimension"]]
            places = frozenset(p for p in places if str(named.get(p) or "").strip() == cause["cause"])
        saved = Saved(dict.fromkeys(sorted(places), 1.0))
        options.append(
            Option(
                id=f"without-{measure}-{cause['cause']}",
                kind="process",
                words=f"{about}消除{cause['cause']}" + ("" if cause["cause"] == words else f"（{words}）"),
                basis=f"扣除记录的{words}时间重新计时",
                cost=None,
                saved=saved,
                told=late.sure(places),
                late=late,
            )
        )
    return options


def rest_option(measures: Measures, late: LateCases) -> Option | None:
    """The most that can be had from other measures than spare parts: every case in time that would be late even if no
    part had to be waited for. None where no such wait is recorded."""
    table = str(measures.year.measures[late.measure].table)
    waits = [wait for wait in waits_of(measures.year, table) if wait.parts]
    if not waits:
        return None
    by_parts = kept_without(measures, late.measure, waits)[waits[0].words]
    places = [place for place in sorted(late.opened) if place not in by_parts]
    return Option(
        id=f"rest-{late.measure}",
        kind="limit",
        words="与等待备件无关的未达标记录全部按时完成（上限）",
        basis="假定这些记录全部按时完成",
        cost=None,
        saved=Saved(dict.fromkeys(places, 1.0)),
        told=late.sure(places),
        late=late,
    )
