"""Which date formats a column is written in: the smallest set that reads it all, day and month never guessed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from string import ascii_lowercase, digits

import duckdb

from helpers.activity.cells import OFFSET
from helpers.activity.numerals import NARROW, WIDE
from helpers.year.engine import literal, literals

MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
#: Different ways of writing that are looked at; columns of free text have more.
SHAPES = 60
#: So many dates without one after the 12th are no chance.
REWRITTEN = 8
ORDERS = {"dmy": "日在前", "mdy": "月在前", "ymd": "年在前"}


@dataclass(frozen=True, kw_only=True)
class DateFormats:
    """How the dates of a column that do not begin with a four-digit year are written.

    ``choices``: for each order that reads them all its formats; more than one: the cells leave it
    open, or say both. ``read``: how many cells they read. ``examples``: open cells with their rows.
    ``mangled``: ``5-Apr``, a month of a year or a day without one. ``days``/``months``: cells that can only have the
    day, or the month, first. ``like``: the header of the column whose order was taken over.
    ``turned``: the formats that read the other dates of the column with day and month exchanged, where a
    spreadsheet seems to have rewritten those that it could read.
    """

    choices: dict[str, tuple[str, ...]]
    read: int
    examples: tuple[tuple[str, int], ...] = ()
    mangled: bool = False
    days: int = 0
    months: int = 0
    like: str | None = None
    turned: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """The formats of every choice."""
        return tuple(dict.fromkeys(text for formats in self.choices.values() for text in formats))

    @property
    def open(self) -> bool:
        return len(self.choices) > 1

    def settled(self, order: str, like: str) -> DateFormats:
        """The same cells by one order, as the column ``like`` of the same file is written."""
        return replace(self, choices={order: self.choices[order]}, examples=(), like=like)


def narrow(cell: str) -> str:
    """Full-width digits and signs as ASCII, and offsets gone: as the cleaning reads a date."""
    return f"regexp_replace(translate({cell}, {literal(WIDE)}, {literal(NARROW)}), {literal(OFFSET)}, '\\1')"


def date_formats(connection: duckdb.DuckDBPyConnection, cells: str) -> DateFormats | None:
    """The formats of the texts ``v`` (``n`` times, first in row ``r``) that the query ``cells`` gives.

    None where hardly any of them is a date. Texts that begin with a four-digit year and are read
    without being declared should not be among them.
    """
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE dated AS SELECT {narrow('v')} AS v, n, r, v AS said FROM ({cells})"
    )
    shapes = connection.execute(
        f"SELECT translate(lower(v), {literal(digits + ascii_lowercase)}, {literal('9' * 10 + 'a' * 26)}) AS shape, "
        f"sum(n), min(v) FROM dated GROUP BY shape ORDER BY sum(n) DESC, shape LIMIT {SHAPES}"
    ).fetchall()
    candidates = list(dict.fromkeys(pair for _, _, text in shapes for pair in candidates_of(text)))
    if not candidates:
        return None
    orders = _possible_orders(connection, {order for order, _ in candidates})
    choices, read = {}, {}
    for order in orders:
        picked = [text for kind, text in candidates if kind in ("", order)]
        choices[order], read[order] = _smallest(connection, picked)
    best = max(read.values(), default=0)
    days, months = _forced(connection)
    # Cells of both kinds in one column: neither order is the right one for all.
    kept = {
        order: formats for order, formats in choices.items() if formats and (read[order] == best or (days and months))
    }
    if not kept:
        return None
    mangled = any(re.fullmatch(r"%y.%b", text) for formats in kept.values() for text in formats)
    if days and months:
        best = _smallest(connection, [text for formats in kept.values() for text in formats])[1]
    return DateFormats(
        choices=kept, read=best, examples=_open_cells(connection, kept), mangled=mangled, days=days, months=months
    )


def turned(connection: duckdb.DuckDBPyConnection, formats: DateFormats) -> DateFormats:
    """Marks a column that a spreadsheet has rewritten: every day after the 12th still as it was written
    (in ``formats``), every other one as a date of its own, on which month and day may be exchanged.

    Reads ``cells`` (all of the column) and ``dated`` (those that are read by ``formats``).
    """
    if formats.open or not (formats.days or formats.months):
        return formats
    place = 1 if formats.days else 2
    early = connection.execute(
        f"SELECT count(*) FROM dated "
        f"WHERE try_cast(regexp_extract(v, '^(\\d{{1,2}})[/.-](\\d{{1,2}})[/.-]', {place}) AS INTEGER) <= 12"
    ).fetchall()[0][0]
    found, late, times = connection.execute(
        "SELECT count(*), count(*) FILTER (WHERE substr(v, 9, 2) > '12'), count(*) FILTER (WHERE contains(v, ':')) "
        "FROM cells WHERE regexp_matches(v, '^\\d{4}-\\d{2}-\\d{2}')"
    ).fetchall()[0]
    if early or late or found < REWRITTEN:
        return formats
    return replace(formats, turned=("%Y-%d-%m %H:%M:%S",) if times else ("%Y-%d-%m",))


#: How a date begins.
BEGINS = re.compile(rf"\d|{MONTHS}", re.IGNORECASE)


def candidates_of(text: str) -> list[tuple[str, str]]:
    """The formats that a text like this one may be written in, each with its order of day, month and
    year where that is open ("" where it is not)."""
    text = text.strip()
    if match := re.match(r"(\d{1,2})([/.\-])(\d{1,2})\2(\d{4}|\d{2})(?!\d)", text):
        sign, year = match[2], "%Y" if len(match[4]) == 4 else "%y"
        rest = _time(text[match.end() :])
        found = [("dmy", f"%d{sign}%m{sign}{year}"), ("mdy", f"%m{sign}%d{sign}{year}")]
        if year == "%y" and len(match[1]) == 2:
            found.append(("ymd", f"%y{sign}%m{sign}%d"))
    elif match := re.match(
        rf"(\d{{1,2}})([-/ .])({MONTHS})[a-z]*\.?([-/ .])(\d{{4}}|\d{{2}})(?!\d)", text, re.IGNORECASE
    ):
        found = [("", f"%d{match[2]}{_month(text, match[3])}{match[4]}{'%Y' if len(match[5]) == 4 else '%y'}")]
        rest = _time(text[match.end() :])
    elif match := re.match(rf"({MONTHS})[a-z]*([ -])(\d{{1,2}})(, ?| |-)(\d{{4}})(?!\d)", text, re.IGNORECASE):
        found = [("", f"{_month(text, match[1])}{match[2]}%d{match[4]}%Y")]
        rest = _time(text[match.end() :])
    elif match := re.fullmatch(rf"(?:{MONTHS})([-/ ])(\d{{4}}|\d{{2}})", text, re.IGNORECASE):
        found, rest = [("", f"%b{match[1]}{'%Y' if len(match[2]) == 4 else '%y'}")], ""
    elif match := re.fullmatch(rf"\d{{1,2}}([-/ ])(?:{MONTHS})", text, re.IGNORECASE):
        found, rest = [("", f"%y{match[1]}%b")], ""
    elif match := re.match(r"\d{4}([/.\-年])\d{1,2}([/.\-月])\d{1,2}(日?)", text):
        found = [("", f"%Y{match[1]}%m{match[2]}%d{match[3]}")]
        rest = _time(text[match.end() :])
    elif match := re.fullmatch(r"(\d{4})([/.\-年])(\d{1,2})(月?)", text):
        found, rest = [("", f"%Y{match[2]}%m{match[4]}")], ""
    elif match := re.match(r"\d{8}(?!\d)", text):
        found, rest = [("", "%Y%m%d")], _time(text[match.end() :])
    else:
        return []
    return [] if rest is None else [(order, day + rest) for order, day in found]


def _month(text: str, short: str) -> str:
    after = text[text.lower().index(short.lower()) + 3 :]
    return "%B" if after[:1].isalpha() else "%b"


def _time(rest: str) -> str | None:
    """The format of what follows the day; None where it is no time of day."""
    match = re.fullmatch(
        r"(,? ?T?| +|-)(\d{1,2})([:时点])(\d{2})(?:([:分])(\d{2}|$))?(秒?)(\.\d+)?( ?)([AP]M)?", rest, re.IGNORECASE
    )
    if not rest:
        return ""
    if match is None:
        return None
    lead, _, first, _, second, seconds, end, fraction, blank, half = match.groups()
    text = f"{lead}{'%I' if half else '%H'}{first}%M"
    if second:
        text += second + ("%S" if seconds else "") + end
    return text + (".%f" if fraction else "") + (f"{blank}%p" if half else "")


def _possible_orders(connection: duckdb.DuckDBPyConnection, named: set[str]) -> list[str]:
    """The orders that are open; a two-digit year first only where the first number varies least."""
    orders = [order for order in ORDERS if order in named]
    if not orders:
        return [""]
    if "ymd" in orders:
        first, last = connection.execute(
            "SELECT count(DISTINCT regexp_extract(v, '^(\\d{2})[/.-]\\d{1,2}[/.-]\\d{2}', 1)), "
            "count(DISTINCT regexp_extract(v, '^\\d{2}[/.-]\\d{1,2}[/.-](\\d{2})', 1)) FROM dated"
        ).fetchall()[0]
        if first > last:
            orders.remove("ymd")
        elif first < last:
            orders = ["ymd"]
    return orders


def _smallest(connection: duckdb.DuckDBPyConnection, formats: Sequence[str]) -> tuple[tuple[str, ...], int]:
    """As few of the formats as read all that any of them reads, and how many cells that is."""
    formats = list(dict.fromkeys(formats))
    if not formats:
        return (), 0
    tests = ", ".join(f"try_strptime(v, [{literals([text])}]) IS NOT NULL" for text in formats)
    groups = connection.execute(f"SELECT [{tests}] AS fits, sum(n) FROM dated GROUP BY fits").fetchall()
    left = [(fits, int(count)) for fits, count in groups if any(fits)]
    chosen: list[str] = []
    total = sum(count for _, count in left)
    while left:
        gains = [sum(count for fits, count in left if fits[i]) for i in range(len(formats))]
        best = max(range(len(formats)), key=lambda i: gains[i])
        chosen.append(formats[best])
        left = [(fits, count) for fits, count in left if not fits[best]]
    return tuple(chosen), total


def _forced(connection: duckdb.DuckDBPyConnection) -> tuple[int, int]:
    """How many cells can only have the day first, and only the month."""
    numbers = (
        "SELECT n, try_cast(regexp_extract(v, '^(\\d{1,2})[/.-]\\d', 1) AS INTEGER) AS a, "
        "try_cast(regexp_extract(v, '^\\d{1,2}[/.-](\\d{1,2})[/.-]', 1) AS INTEGER) AS b FROM dated"
    )
    days, months = connection.execute(
        "SELECT coalesce(sum(n) FILTER (WHERE a > 12 AND b <= 12), 0), "
        f"coalesce(sum(n) FILTER (WHERE b > 12 AND a <= 12), 0) FROM ({numbers})"
    ).fetchall()[0]
    return int(days), int(months)


def _open_cells(connection: duckdb.DuckDBPyConnection, kept: dict[str, tuple[str, ...]]) -> tuple[tuple[str, int], ...]:
    """Cells that are one day by one order and another day, or none, by the other."""
    if len(kept) < 2:
        return ()
    read = [f"try_strptime(v, [{literals(formats)}])" for formats in kept.values()]
    rows = connection.execute(
        f"SELECT said, r FROM dated WHERE {' OR '.join(f'{read[0]} IS DISTINCT FROM {other}' for other in read[1:])} "
        "ORDER BY r LIMIT 3"
    ).fetchall()
    return tuple((text, int(row)) for text, row in rows)
