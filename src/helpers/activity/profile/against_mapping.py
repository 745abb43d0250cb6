"""A file against a mapping that is declared already: what is missing, new, and probably only called otherwise."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from helpers.activity.profile.column_facts import Facts
from helpers.activity.profile.meanings import meaning_of
from helpers.activity.readers import normal_header
from helpers.year.faults import YearFileError
from helpers.year.load import load_partly
from helpers.year.root import Root
from helpers.year.tables import Column, Table

#: How alike two headers are of which one may have become the other.
ALIKE = 0.6
#: So many new columns are named.
NAMED = 20
#: Types that may stand for one another: what is declared says more than the cells do.
FIGURES = {"integer", "number", "money", "duration"}
DATES = {"date", "datetime"}


def with_mapping(columns: Sequence[Facts], file: Path, fiscal_year: int | None, root: Path, table: str | None) -> str:
    """The file against the mapping of a year that is asked for, or of that in whose folder it lies; "" where there is
    neither. Raises ``YearFileError``."""
    inside, asked = file.resolve().parents, fiscal_year is not None
    if fiscal_year is None:
        if len(inside) < 5 or inside[2].name != "raw" or not inside[1].name.isdecimal():
            return ""
        fiscal_year, root = int(inside[1].name), inside[4]
        if not Root(root).has_year(fiscal_year):
            return ""
    year, faults, _ = load_partly(root, fiscal_year)
    if year is None:
        if asked:
            raise YearFileError(faults)
        return ""  # a year that is only being written
    name = table_of(year.year.tables, columns, table)
    if name is None and not asked:
        return ""
    lines = against(name, year.year.tables[name], columns) if name else ["没有一张表像是这个文件的"]
    return "\n".join(["", f"{fiscal_year}年度的 year.yml", *lines])


def table_of(tables: Mapping[str, Table], columns: Sequence[Facts], asked: str | None) -> str | None:
    """The table that the file is of: the one asked for, else the one that knows most of its headers (over a third)."""
    if asked is not None and asked in tables:
        return asked
    headers = {normal_header(facts.header) for facts in columns}
    known = {name: len(_headers(table) & headers) for name, table in tables.items()}
    best = max(known, key=lambda name: known[name], default=None)
    if best is None:
        return None
    return best if known[best] * 3 >= min(len(headers), len(tables[best].columns)) else None


def _headers(table: Table) -> set[str]:
    return {normal_header(header) for column in table.columns.values() for header in column.source}


def against(name: str, table: Table, columns: Sequence[Facts]) -> list[str]:
    """What a reader has to change in the declaration for this file; one line each."""
    there = {normal_header(facts.header): facts for facts in columns}
    known = _headers(table)
    new = [facts for facts in columns if normal_header(facts.header) and normal_header(facts.header) not in known]
    missing = [
        (column, spec)
        for column, spec in table.columns.items()
        if not any(normal_header(header) in there for header in spec.source)
    ]
    lines = [f"对照 {name}（{table.title}）的声明"]
    taken: set[str] = set()
    for column, spec in missing:
        renamed = _renamed(spec, [facts for facts in new if facts.cell not in taken])
        taken |= {renamed.cell} if renamed else set()
        lines.append(_missing(column, spec, renamed))
    rest = [facts.header for facts in new if facts.cell not in taken]
    if rest:
        more = f"……共 {len(rest)} 列" if len(rest) > NAMED else ""
        lines.append(f"  - 文件里新有、没有声明：{'、'.join(rest[:NAMED])}{more}；要用的加进 columns，不用的不必写")
    lines += _of_other_types(table, there)
    return lines if len(lines) > 1 else [*lines, "  - 声明的各列都有，没有新的列"]


def _missing(column: str, spec: Column, renamed: Facts | None) -> str:
    said = f"  - 文件里没有：{'、'.join(spec.source)}（列 {column}{'，必须有' if spec.required else ''}）"
    if renamed is None:
        return f"{said}；确实没有的可以留着声明，这一列就是空的"
    return f"{said}；可能改名为“{renamed.header}”，是的话写 from: [{', '.join([*spec.source, renamed.header])}]"


def _renamed(spec: Column, new: Sequence[Facts]) -> Facts | None:
    """The new column that probably is the missing one: of a fitting type, and of the same meaning or a like header."""
    fitting = [facts for facts in new if facts.filled and _fits(spec.type, facts.type)]
    meant = {found.name for header in spec.source if (found := meaning_of(header, _types(spec.type)))}
    for facts in fitting:
        if facts.meaning and facts.meaning.name in meant:
            return facts

    def alike(facts: Facts) -> float:
        pairs = ((normal_header(facts.header), normal_header(header)) for header in spec.source)
        return max(difflib.SequenceMatcher(None, *pair).ratio() for pair in pairs)

    best = max(fitting, key=alike, default=None)
    return best if best is not None and alike(best) >= ALIKE else None


def _types(kind: str) -> set[str]:
    return DATES if kind in DATES else FIGURES if kind in FIGURES else {kind}


def _fits(declared: str, seen: str) -> bool:
    """Whether cells that look like one type may be of the declared one; anything can be read as text."""
    return declared == "text" or seen in _types(declared) or (declared == "boolean" and seen in ("text", "integer"))


def _of_other_types(table: Table, there: Mapping[str, Facts]) -> Iterator[str]:
    """Declared columns whose cells do not look like their type in this file."""
    for column, spec in table.columns.items():
        for header in spec.source:
            facts = there.get(normal_header(header))
            if facts is not None and facts.filled and not _fits(spec.type, facts.type):
                said = f"  - {header}（列 {column}）声明为 {spec.type}，这个文件里像 {facts.type}"
                yield f"{said}：核对内容，或 dates、unit、true、false"
                break
