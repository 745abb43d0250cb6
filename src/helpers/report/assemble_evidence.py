"""What the figures rest on, for results.json: exports with their hashes, queries, declared documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NotRequired, TypedDict

from helpers.indicators.plain import plain
from helpers.measures import figures
from helpers.measures.figures import Figure
from helpers.measures.year_attained import Attained, YearAttained
from helpers.report.lost_words import bounds_json, bounds_words
from helpers.report.results_indicators import Document, Evidence, File, Month, SetAside
from helpers.report.results_types import EvidenceItem, ShownMeasure
from helpers.report.wording import date_text
from helpers.year import declared_indicators
from helpers.year.load import Year
from helpers.year.root import shown_raw


class About(TypedDict):
    """The indicator that a supporting document belongs to."""

    indicator: NotRequired[str | None]
    level3: NotRequired[str | None]


class LeftOut(TypedDict):
    """What of the rows behind a figure did not come to it as it was."""

    set_aside: list[SetAside]
    corrected: int


def left_out(tables: Iterable[Mapping[str, Any]]) -> LeftOut:
    """The accounts of tables added up."""
    tables = list(tables)
    rows: Counter[str] = Counter()
    for one in tables:
        rows.update({entry["reason"]: entry["rows"] for entry in one["set_aside"]})
    return {
        "set_aside": [{"reason": reason, "rows": number} for reason, number in rows.items()],
        "corrected": sum(one.get("corrected") or 0 for one in tables),
    }


@dataclass(frozen=True)
class Sources:
    """The files behind the figures: ``tables`` are the reconciliations of stage 1, ``hashes`` gives the
    sha256 of each input by its path inside the root."""

    year: Year
    tables: Sequence[Mapping[str, Any]]
    hashes: Mapping[str, str]

    def path(self, file: str) -> str:
        return f"{shown_raw(self.year.fiscal_year)}/{file}"

    def exports(self, table: str) -> list[Mapping[str, Any]]:
        """The exports that a tidy table was read from."""
        return [f for t in self.tables if t["table"] == table for f in t["files"]]

    def inputs(self, tables: Iterable[str]) -> list[File]:
        return [
            {"file": self.path(f["file"]), "sha256": f["sha256"], "bytes": f["bytes"]}
            for table in dict.fromkeys(tables)
            for f in self.exports(table)
        ]

    def left_out(self, tables: Iterable[str]) -> LeftOut:
        """The rows of the exports behind tidy tables that were set aside, by reason, and those that were corrected."""
        named = {*tables}
        return left_out([one for one in self.tables if one["table"] in named])

    def document(self, evidence: declared_indicators.Evidence) -> Document:
        path = self.path(evidence.file) if evidence.file else None
        return {
            "document": evidence.document,
            "date": evidence.date.isoformat(),
            "custodian": evidence.custodian,
            "file": path,
            "sha256": self.hashes.get(path) if path else None,
        }


def evidence(declared: declared_indicators.Actual, figure: Figure | None, sources: Sources) -> Evidence:
    documents = [sources.document(e) for e in declared.evidence]
    if figure is None:
        return {
            "kind": "stated" if declared.stated is not None else "rated",
            "measure": None,
            "words": None,
            "sql": None,
            "inputs": [],
            "rows": None,
            "note": declared.note,
            "method": declared.method,
            "documents": documents,
        }
    note = declared.note
    if figure.unknown:
        unknown = f"有 {figure.unknown} 条记录缺少计算所需的数据"
        unknown += "，按未达到计" if figure.unit == "比例" else "，未计入"
        note = f"{note}；{unknown}" if note else unknown
    if figure.part is not None:
        told = f"记录只有{date_text(figure.part.first)}至{date_text(figure.part.last)}的，其余月份没有数"
        note = f"{note}；{told}" if note else told
    found = bounds_json(figure)
    if found:
        told = bounds_words(found, found["unit"])
        note = f"{note}；{told}" if note else told
    made: Evidence = {
        "kind": "computed",
        "measure": figure.measure,
        "words": figure.words,
        "sql": figure.sql,
        "clocks": list(figure.clocks),
        "monthly_sql": figure.monthly_sql,
        "inputs": sources.inputs(figure.tables),
        "rows": figure.n,
        **sources.left_out(figure.tables),
        "note": note,
        "method": declared.method,
        "documents": documents,
    }
    if found:
        made["bounds"] = found
    return made


def spent_evidence(figure: Figure | None, sources: Sources) -> Evidence:
    """Where what was spent comes from; an amount that the year file states has no query."""
    if figure is None:
        return {"kind": "stated", "measure": None, "words": None, "sql": None, "inputs": [], "rows": None}
    return {
        "kind": "computed",
        "measure": figure.measure,
        "words": figure.words,
        "sql": figure.sql,
        "monthly_sql": figure.monthly_sql,
        "inputs": sources.inputs(figure.tables),
        "rows": figure.n,
        **sources.left_out(figure.tables),
    }


def monthly_json(months: Iterable[figures.Month]) -> list[Month]:
    return [{"month": m.month, "value": plain(m.value), "n": m.n} for m in months]


def shown_json(found: YearAttained, sources: Sources) -> dict[str, list[ShownMeasure]]:
    """The measures that are printed for looking, with what they rest on; nothing where there are none."""
    shown: list[ShownMeasure] = [
        {
            "measure": one.figure.measure,
            "words": one.figure.words,
            "value": one.figure.day or plain(one.figure.value),
            "unit": one.figure.unit,
            "monthly": monthly_json(one.months),
            "evidence": evidence(declared_indicators.Actual(measure=one.figure.measure), one.figure, sources),
        }
        for one in found.shown
    ]
    return {"shown_measures": shown} if shown else {}


def parts_evidence(one: Attained, sources: Sources) -> Evidence:
    measured = [p.figure for p in one.parts if p.figure]
    return {
        "kind": "computed",
        "measure": None,
        "words": "；".join(f.words for f in measured),
        "sql": None,
        "inputs": sources.inputs(t for f in measured for t in f.tables),
        "rows": sum(f.n for f in measured),
        **sources.left_out([t for f in measured for t in f.tables]),
        "note": None,
        "method": None,
        "documents": [],
    }


#: What parts and machines are worked out for, in the list of materials.
PLANNED = "备件储备和设备更换测算"


def evidence_list(found: YearAttained, sources: Sources) -> list[EvidenceItem]:
    """佐证材料清单: by indicator the exports behind its figure and the documents declared for it."""
    listed: list[EvidenceItem] = []
    for one in found.indicators:
        about: About = {"indicator": one.spec.id, "level3": one.spec.level3}
        every = [one.figure, *(p.figure for p in one.parts)]
        for table in dict.fromkeys(t for f in every if f for t in f.tables):
            listed += _exported(found.year, table, sources, about)
        for actual in [one.spec.actual, *(p.spec.actual for p in one.parts)]:
            listed += [{**about, **sources.document(e), "rows": None} for e in (actual.evidence if actual else ())]
    for table in _planned_from(found.year):
        listed += _exported(found.year, table, sources, {"level3": PLANNED})
    return listed


def _planned_from(year: Year) -> list[str]:
    """The tables from which parts and machines are worked out and that no indicator is computed from alone."""
    spares, fleet = year.year.spares, year.year.fleet
    parts = [spares.catalogue, spares.moves] if spares else []
    return list(dict.fromkeys(one.table for one in [fleet, *parts] if one is not None))


def _exported(year: Year, table: str, sources: Sources, about: About) -> list[EvidenceItem]:
    """The exports that a tidy table was read from, as materials."""
    spec = year.year.tables[table]
    exported = spec.exported.isoformat() if spec.exported else None
    return [
        {
            **about,
            "document": spec.document or spec.title,
            "date": exported,
            "custodian": spec.custodian,
            "file": sources.path(f["file"]),
            "sha256": f["sha256"],
            "rows": f["rows"],
        }
        for f in sources.exports(table)
    ]
