"""Texts of data as the report can show them: text is text, and what no face can draw leaves a visible mark.

``results.json`` keeps every text as it is; the report, its charts and the forms are made of what is shown. Where
the data has something that cannot be shown, a note names file and row.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol, TypeVar, cast

from helpers.fonts.packaged import missing_glyphs
from helpers.indicators.findings import About, Finding, Place
from helpers.report import results_types
from helpers.report.results import in_order
from helpers.report.results_faults import place_text
from helpers.year.engine import fence, identifier, literal, one_file, open_engine
from helpers.year.load import Year
from helpers.year.tidy import tidy_columns

Data = TypeVar("Data")
#: Stands for what cannot be drawn, as printers have it.
MARK = "〓"
#: A text of the data is cut visibly beyond so many characters; of what was written for the report, beyond so many.
LONGEST, LONGEST_WRITTEN = 120, 8000
#: What is made of the records; other parts of the results are what somebody has written into the year files.
OF_DATA = ("activities", "comparisons", "deviations", "spares", "tables", "validation")
#: Queries are copied, not read: they stand as they are run.
EXACT = ("sql",)
#: So many places are named of each column.
NAMED = 5


def showable(data: Data) -> Data:
    """Results, or parts of them by their keys, with texts as the report can show them; what was different stays so.

    Whole results come in the order of the file, so that a package made again of its results.json is the same.
    """
    whole = isinstance(data, Mapping) and "schema_version" in data
    return cast(Data, _Shown().of(in_order(data) if whole else data, ()))


class _Shown:
    """One text is shown alike wherever it stands, and no two alike."""

    def __init__(self) -> None:
        self._shown: dict[str, str] = {}
        self._taken: set[str] = set()

    def of(self, value: Any, path: tuple[str, ...]) -> Any:
        if isinstance(value, str):
            return value if path[-1:] and path[-1] in EXACT else self._text(value, path[:1] in [(k,) for k in OF_DATA])
        if isinstance(value, Mapping):
            return {key: self.of(one, (*path, str(key))) for key, one in value.items()}
        if isinstance(value, list | tuple):
            return type(value)(self.of(one, path) for one in value)
        return value

    def _text(self, text: str, of_data: bool) -> str:
        if len(text) <= LONGEST and not missing_glyphs(text):
            return text
        if text not in self._shown:
            shown = _cut(_drawn(text), LONGEST if of_data else LONGEST_WRITTEN)
            alike = next(n for n in range(1, len(self._taken) + 2) if _numbered(shown, n) not in self._taken)
            self._shown[text] = _numbered(shown, alike)
            self._taken.add(self._shown[text])
        return self._shown[text]


def _numbered(text: str, number: int) -> str:
    return text if number == 1 else f"{text}（{number}）"


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 20]}……（全文{len(text)}字）"


def _drawn(text: str) -> str:
    """A mark for each run of characters that cannot be drawn; joiners and direction marks mean nothing."""
    missing = missing_glyphs(text)
    unseen = {char for char in missing if unicodedata.category(char) in ("Cf", "Mn", "Me")}
    text = "".join(char for char in text if char not in unseen)
    return re.sub(f"[{re.escape(''.join(sorted(missing - unseen)))}]+", MARK, text) if missing - unseen else text


# --- where it comes from --------------------------------------------------------------------------


class HasTables(Protocol):
    """Whoever knows where the tidy tables lie, and notes that it was asked."""

    @property
    def tables(self) -> Path: ...


def unshown(results: Mapping[str, Any], year: Year, ws: HasTables) -> list[results_types.Finding]:
    """A note for each column of the data with characters that the report cannot show, naming its rows; one for what is
    written elsewhere. ``ws`` is asked for its tables only where there is such a character."""
    places = list(_places(results, ()))
    left = {char for _, chars in places for char in chars}
    if not left:
        return []
    about = About(year.year.institution, year.year.project, str(year.fiscal_year))
    found, seen = [], set[str]()
    for title, where, rows, chars in _rows_with(left, year, ws.tables):
        seen |= chars
        more = f" 等 {rows} 行" if rows > len(where) else ""
        found.append(_note(f"{title}的{'、'.join(where)}{more}有印不出来的字符 {_codes(chars)}", about))
    others = [place for place, chars in places if chars - seen]
    if others:
        more = f" 等 {len(others)} 处" if len(others) > 1 else ""
        found.append(
            _note(f"年度文件的文字有印不出来的字符 {_codes(left - seen)}（results.json 的 {others[0]}{more}）", about)
        )
    return [cast(results_types.Finding, one.to_json()) for one in found]


def _note(message: str, about: About) -> Finding:
    return Finding(
        check="unshown_characters",
        level="note",
        message=f"{message}，报告中以“{MARK}”代替",
        remedy="改为通行的字后重新运行。不改不影响数字。",
        where=Place(field="data"),
        table=about,
    )


def _codes(chars: Iterable[str]) -> str:
    listed = sorted(f"U+{ord(char):04X}" for char in chars)
    return "、".join(listed[:NAMED]) + ("等" if len(listed) > NAMED else "")


def _places(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str, set[str]]]:
    """Each text with characters that cannot be drawn; joiners are left out in silence."""
    if isinstance(value, str):
        marked = {char for char in missing_glyphs(value) if unicodedata.category(char) not in ("Cf", "Mn", "Me")}
        if marked and path[-1] not in EXACT:
            yield place_text(path), marked
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from _places(one, (*path, str(key)))
    elif isinstance(value, list | tuple):
        for at, one in enumerate(value):
            yield from _places(one, (*path, at))


def _rows_with(chars: set[str], year: Year, folder: Path) -> Iterator[tuple[str, list[str], int, set[str]]]:
    """By column its title, first places, number of rows, and which of the characters it has."""
    tests = sorted(chars)
    with open_engine() as connection:
        paths = {name: folder / f"{name}.parquet" for name in year.year.tables}
        fence(connection, paths.values())
        for table, path in paths.items():
            texts = [c for c, kind in tidy_columns(year.year.tables[table]).items() if kind == "VARCHAR"]
            for column in texts:
                cell = identifier(column)
                has = " OR ".join(f"contains({cell}, {literal(char)})" for char in tests)
                rows = connection.execute(
                    f"SELECT source_file, source_row, {cell} FROM read_parquet({one_file(path)}) WHERE {has} "
                    "ORDER BY source_file, source_row"
                ).fetchall()
                if rows:
                    where = [f"{file} 第{row}行" for file, row, _ in rows[:NAMED]]
                    title = f"“{year.year.tables[table].title}”（{table}.{column}）"
                    yield title, where, len(rows), chars & set("".join(str(text) for *_, text in rows))
