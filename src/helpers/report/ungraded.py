"""Why a year has no grade, as it is said on the terminal: which results could not be judged, why, and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from helpers.report import wording as w

if TYPE_CHECKING:
    from helpers.report.results_types import Results

#: Names that are listed of each reason.
MOST_NAMED = 5
#: What to do about the marks on a result that keep it from being judged.
REMEDIES = {
    "part_of_year_open": "补导其余月份；本来只有这一段才有业务的，在 year.yml 这张表里写 period 和理由",
    "bounds_straddle": "按 validation.json 列出的行改正来源，或用 corrections.yml 更正",
    "direction_missing": "在 indicators.yml 的目标里写明不低于或不高于",
    "incomparable_units": "把目标和实际值写成同一计量单位",
}


def lines(results: Results) -> Iterator[str]:
    """One line for each reason; none where there is a grade."""
    if results["score"]["grade"] is not None:
        return
    from helpers.report.narrative.indicators import NOTE_WORDS

    reasons: dict[str, list[str]] = {}
    for entry in results["indicators"]:
        if entry["status"] == "unknown":
            notes = [note for note in entry.get("notes") or () if note in REMEDIES]
            reasons.setdefault(notes[0] if notes else "", []).append(f"“{w.plain(entry['level3'])}”")
    for note, names in reasons.items():
        named = "".join(names[:MOST_NAMED]) + (f"等{len(names)}项" if len(names) > MOST_NAMED else "")
        why = NOTE_WORDS[note].partition("，因此")[0] if note else "原因见报告里该项的说明"
        yield f"  {named}无法判定，因此没有等级：{why}" + (f"。{REMEDIES[note]}" if note else "")
