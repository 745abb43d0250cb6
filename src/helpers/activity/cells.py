"""One cell as SQL: the text of an export as a value of its declared type, NULL where it fits none."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from helpers.activity import worded
from helpers.activity.invisible import plain
from helpers.activity.lengths import length
from helpers.activity.numerals import Numbers, half_width, number
from helpers.year.engine import identifier, literal, literals
from helpers.year.expressions import SQL_TYPES
from helpers.year.tables import EPOCHS, Column, Table

#: Tried after the declared formats, by the character that follows the year. All of them are
#: unambiguous: a year of four digits stands first.
_TIMES = (" %H:%M:%S", " %H:%M", "", "T%H:%M:%S", "T%H:%M", " %H:%M:%S.%f", "T%H:%M:%S.%f")
ISO_FORMATS = {
    mark: tuple(day + time for time in _TIMES)
    for mark, day in (("-", "%Y-%m-%d"), ("/", "%Y/%m/%d"), (".", "%Y.%m.%d"), ("年", "%Y年%m月%d日"))
}
USUAL = "%Y-%m-%d %H:%M:%S"
COMPACT_FORMATS = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}

#: Days since a day, as spreadsheets keep dates: ``excel`` and ``excel1904`` among the formats of a column.
EXCEL_EPOCHS = {"excel": "1899-12-30", "excel1904": "1904-01-01"}
SERIAL = r"[0-9]{5}(\.[0-9]+)?"

#: Among the formats of a column: dates in words of any language are read. Without it, only those that begin with
#: their year: an export in another language than the declared one is first to be looked at.
WORDS = "words"
#: What the forms that begin with the year are tried on.
LED_BY_YEAR = "^[0-9]{4}[^0-9]"
SPOKEN = r"[a-z\p{Han}]{2,}|月"
YEAR_FIRST = r"^\s*[0-9]{4}\s*[-/.年]|^[0-9]{2}年"

#: Seconds and milliseconds since 1970 in this century, as Unix and Java keep times.
EPOCH_CELLS = {"epoch": r"[0-9]{10}(\.[0-9]+)?", "epoch_ms": "[0-9]{13}"}

#: What systems write where a date is missing: the day zero of Unix, spreadsheets and databases, and the end of time.
ZERO = "TIMESTAMP '0001-01-01'"
_ZERO_MOMENTS = ("1970-01-01 00:00:00", "1970-01-01 08:00:00", "1969-12-31 23:59:59")
_ZERO_DAYS = ("1970-01-01", "1900-01-01", "1899-12-30", "1899-12-31", "0001-01-01", "1753-01-01", "1601-01-01")
#: Far days that stand for "no end yet": the last of a century, and the last that a small database date can hold.
_FAR_DAYS = ("2079-06-06", "2099-12-31", "2999-12-31")
#: A format that begins with the year, by a mark of ``ISO_FORMATS``, and says no other.
_PLAIN_FORM = re.compile(r"%Y[-/.年](?:[^%]|%-?[mdHMSfIp])*")
#: The same where no format reads it.
_ZERO_DAY = "1970|1900|1899|1753|1601|0001"
ZERO_TEXTS = (
    r"(?:0000[-/.年]?00[-/.月]?00日?|00[-/.]00[-/.]0000|1900[-/.]0?1[-/.]0?0|0?[01][-/.]0?[01][-/.]1900|0001[-/.]0?1[-/.]0?1|"
    rf"0?1[-/.]0?1[-/.](?:{_ZERO_DAY})|3[01][-/.]12[-/.](?:9999|1899)|12[-/.]3[01][-/.](?:9999|1899))"
    r"(?:[ t](?:0?0|0?8):00(?::00(?:\.0+)?)?z?|[ t]12:00(?::00)? am)?|"
    r"9999[-/.]?(?:12[-/.]?3[01]|99[-/.]?99)(?:[ t].*)?|0?0:00(?::00)?|0(?:\.0+)?|0{14}"
)

#: Times with an offset that stand for none; lower case.
ZERO_MOMENTS = (
    r"(?:1970-01-01|1900-01-01|0001-01-01|1899-12-3[01]|9999-12-31)[ t]\d\d:\d\d(?::\d\d(?:\.\d+)?)? ?(?:z|[+-].*)?"
)

#: A time of day followed by its offset from UTC: the time, then the offset.
OFFSET = r"(:\d{2}(?:\.\d+)?) ?(Z|[+-]\d{2}:?\d{2}|[+-]\d{2})$"

#: How a column's offsets are read: ``None``, it has none; ``""``, as written; else the zone that
#: times are converted to.
Zones = Mapping[str, str | None]


class Forms(NamedTuple):
    """How the dates of a column are written, in plain signs: whether all its cells are ASCII; of the cells with a digit
    the characters behind the year, where all begin with one of four digits (else None), and the first and the last."""

    ascii: bool
    marks: frozenset[str] | None
    first: str = ""
    last: str = ""


@dataclass(frozen=True)
class Readings:
    """What only a whole column tells about its cells: offsets of times, how numbers are written, which columns hold
    dates in words (looked for only where the usual forms fail), and the forms of dates (looked for only in small
    tables)."""

    zones: Zones = field(default_factory=dict)
    numbers: Mapping[str, Numbers] = field(default_factory=dict)
    words: frozenset[str] = frozenset()
    forms: Mapping[str, Forms] = field(default_factory=dict)

    def year_led(self, column: str) -> Forms | None:
        """The forms of a column whose dates all begin with their year and are in figures, without an offset."""
        forms = self.forms.get(column)
        usual = self.zones.get(column) is None and column not in self.words
        return forms if forms is not None and forms.marks is not None and usual else None


def date_formats(column: Column, spec: Table) -> tuple[str, ...]:
    """The declared formats of a date column, without their offsets, two-digit years before four.

    (``%Y`` also reads two digits, as a year of the first century.)
    """
    declared = column.dates or spec.dates
    written = dict.fromkeys(
        re.sub(r"\s?%z", "", text) for text in declared if text not in (*EXCEL_EPOCHS, *EPOCHS, WORDS)
    )
    return tuple(sorted(written, key=lambda text: "%Y" in text))


def declares_offsets(column: Column, spec: Table) -> bool:
    return any("%z" in text for text in column.dates or spec.dates)


def cast(column: str, declared: Column, spec: Table, readings: Readings) -> str:
    """The value of a cleaned text; dates as they stand, ``placeholder`` tells which of them mean nothing."""
    cell = identifier(column)
    numbers = readings.numbers.get(column, Numbers(declared.decimal or ".", percents=declared.bare == "percent"))
    match declared.type:
        case "text":
            return cell
        case "boolean":
            true, false = (literals(plain(t).lower() for t in said) for said in (declared.true, declared.false))
            return f"CASE WHEN lower({cell}) IN ({true}) THEN true WHEN lower({cell}) IN ({false}) THEN false END"
        case "date" | "datetime":
            value = _date(column, declared, spec, readings)
            return f"CAST({value} AS {SQL_TYPES[declared.type]})"
        case "duration":
            return length(cell, str(declared.unit), numbers)
        case "integer" | "number" | "money":
            return number(cell, declared, numbers)
    raise AssertionError(declared.type)


def _date(column: str, declared: Column, spec: Table, readings: Readings) -> str:
    """A date-time: the most frequent form first, words last."""
    cell, zone, words = identifier(column), readings.zones.get(column), column in readings.words
    formats = date_formats(declared, spec)
    forms = readings.forms.get(column)
    narrow = cell if forms and forms.ascii else half_width(cell)
    if (year_led := readings.year_led(column)) and year_led.marks is not None:
        return _usual_first(cell, formats, _year_led(narrow, formats, year_led.marks))
    value = _moment(narrow, formats, zone, words)
    if words and WORDS not in (declared.dates or spec.dates):
        led = f"regexp_matches({narrow}, {literal(YEAR_FIRST)})"
        spoken = f"regexp_matches(lower({narrow}), {literal(SPOKEN)}) AND NOT {led}"
        value = f"CASE WHEN {spoken} THEN {_moment(narrow, formats, zone, words=False)} ELSE {value} END"
    for written in declared.dates or spec.dates:
        if written in EXCEL_EPOCHS:
            value = f"coalesce({_serial(narrow, EXCEL_EPOCHS[written])}, {value})"
        elif written in EPOCHS:
            value = f"coalesce({_since_1970(narrow, written, str(spec.timezone))}, {value})"
    # Where most cells are empty, to look for a form in them takes longer than all else.
    value = f"CASE WHEN {cell} IS NOT NULL THEN {value} END"
    if zone is None:
        value = _usual_first(cell, formats, value)
    if not words:
        return value
    nothing = f"CASE WHEN regexp_full_match(lower({narrow}), {literal(ZERO_TEXTS)}) THEN {ZERO} END"
    return f"coalesce({value}, {nothing})"


def all_are_dates(column: str, declared: Column, spec: Table, readings: Readings) -> bool:
    """Whether it is known without a look that no date of a column only stands for none: all are of years in which none
    does, and nothing but these years is read."""
    forms = readings.year_led(column)
    if forms is None or any(not _PLAIN_FORM.fullmatch(one) for one in date_formats(declared, spec)):
        return False
    return not forms.first or "1970" < forms.first <= forms.last < _FAR_DAYS[0][:4]


def placeholder(column: str, declared: Column) -> str:
    """Whether a date only stands for none. Most are neither so early nor so far that they could: as branches, what
    these may be is not compared with every date."""
    cell, kind = identifier(column), SQL_TYPES[declared.type]
    early = [*_ZERO_DAYS, *(_ZERO_MOMENTS if declared.type == "datetime" else ())]
    listed = ", ".join(f"{kind} '{moment}'" for moment in early)
    far_days = ", ".join(f"DATE '{day}'" for day in _FAR_DAYS)
    return (
        f"CASE WHEN {cell} < {kind} '1970-01-02' THEN {cell} IN ({listed}) WHEN {cell} >= DATE '{_FAR_DAYS[0]}' "
        f"THEN CAST({cell} AS DATE) IN ({far_days}) OR {cell} >= {kind} '9999-12-30' ELSE false END"
    )


def _moment(text: str, declared: Sequence[str], zone: str | None, words: bool) -> str:
    """The declared formats, then ISO 8601 and its Chinese and compact forms, then words."""
    if zone is None:
        return _local(text, declared, words)
    local = _local(f"regexp_replace({text}, {literal(OFFSET)}, '\\1')", declared, words)
    if not zone:
        return local
    said = f"regexp_extract({text}, {literal(OFFSET)}, 2)"
    minutes = (
        f"(CASE WHEN {said} = 'Z' THEN 0 ELSE (CASE WHEN {said} LIKE '-%' THEN -1 ELSE 1 END) * "
        f"(try_cast(substr({said}, 2, 2) AS INTEGER) * 60 + "
        f"coalesce(try_cast(right(replace({said}[4:], ':', ''), 2) AS INTEGER), 0)) END)"
    )
    utc = f"({local} - to_minutes({minutes}))"
    return f"CASE WHEN {said} = '' THEN {local} ELSE {_at(utc, zone)} END"


def _at(utc: str, zone: str) -> str:
    """The clock in a zone at a moment of universal time."""
    minutes = fixed_offset(zone)
    if minutes is not None:
        return f"({utc} + to_minutes({minutes}))"
    return f"timezone({literal(zone)}, timezone('UTC', {utc}))"


def _local(text: str, declared: Sequence[str], words: bool) -> str:
    usual = _parsed(text, declared)
    return f"coalesce({usual}, {worded.moment(text, declared)})" if words else usual


def _since_1970(text: str, written: str, zone: str) -> str:
    microseconds = f"CAST(round(try_cast({text} AS DOUBLE) * {EPOCHS[written]}) AS BIGINT)"
    moment = f"make_timestamp({microseconds})"
    return f"CASE WHEN regexp_full_match({text}, {literal(EPOCH_CELLS[written])}) THEN {_at(moment, zone)} END"


def _serial(text: str, epoch: str) -> str:
    """A spreadsheet's day number, to the millisecond; within two of a whole second it is that second."""
    seconds = f"try_cast({text} AS DOUBLE) * 86400"
    whole = f"CASE WHEN abs({seconds} - round({seconds})) <= 0.002 THEN round({seconds}) ELSE round({seconds}, 3) END"
    passed = f"to_microseconds(CAST(round(({whole}) * 1000000) AS BIGINT))"
    return f"CASE WHEN regexp_full_match({text}, {literal(SERIAL)}) THEN TIMESTAMP '{epoch}' + {passed} END"


def fixed_offset(zone: str) -> int | None:
    """The minutes of a zone such as ``+08:00``; None for a named zone."""
    match = re.fullmatch(r"([+-])(\d{2}):(\d{2})", zone)
    if match is None:
        return 0 if zone == "UTC" else None
    minutes = int(match[2]) * 60 + int(match[3])
    return -minutes if match[1] == "-" else minutes


def _parsed(text: str, declared: Sequence[str]) -> str:
    """A format that starts with the year is tried only on texts whose year has four digits; of these
    only the ones with the text's own separator, because every failed attempt costs time."""
    led, others = _by_mark(declared)
    branches = " ".join(f"WHEN {literal(mark)} THEN {_tried(text, formats)}" for mark, formats in led.items())
    compact = " ".join(
        f"WHEN regexp_full_match({text}, '[0-9]{{{n}}}') THEN {_tried(text, [*others, f])}"
        for n, f in COMPACT_FORMATS.items()
    )
    value = (
        f"CASE WHEN regexp_matches({text}, {literal(LED_BY_YEAR)}) THEN "
        f"CASE substr({text}, 5, 1) {branches} ELSE {_tried(text, others)} END "
        f"{compact} ELSE {_tried(text, others)} END"
    )
    return _of_this_age(value, others)


def _year_led(cell: str, declared: Sequence[str], marks: Collection[str]) -> str:
    """The same of a column in which every cell with a digit begins with a year of four and one of ``marks``: what is
    left of the expression when all else is taken out, since its length is what a small table's cleaning takes."""
    led, others = _by_mark(declared)
    tried = {mark: _tried(cell, led.get(mark, others)) for mark in sorted(marks)}
    if len(tried) <= 1:
        value = next(iter(tried.values()), "CAST(NULL AS TIMESTAMP)")
    else:
        branches = " ".join(f"WHEN {literal(mark)} THEN {read}" for mark, read in tried.items())
        value = f"CASE substr({cell}, 5, 1) {branches} END"
    return _of_this_age(value, others)


def _usual_first(cell: str, declared: Sequence[str], value: str) -> str:
    """By far the most frequent form, read without looking at anything else."""
    if any(f.startswith("%Y-") for f in declared):
        return value
    return f"coalesce(CASE WHEN strlen({cell}) = 19 THEN try_strptime({cell}, '{USUAL}') END, {value})"


def _by_mark(declared: Sequence[str]) -> tuple[dict[str, list[str]], list[str]]:
    """The formats to be tried by the character behind the year, and those that begin otherwise."""
    led = {mark: [f for f in declared if f.startswith(f"%Y{mark}")] for mark in ISO_FORMATS}
    others = [f for f in declared if not any(f in formats for formats in led.values())]
    return {mark: [*own, *ISO_FORMATS[mark], *others] for mark, own in led.items()}, others


def _of_this_age(value: str, others: Sequence[str]) -> str:
    return value if not others else f"nullif(greatest({value}, TIMESTAMP '1000-01-01'), TIMESTAMP '1000-01-01')"


def _tried(text: str, formats: Iterable[str]) -> str:
    listed = literals(dict.fromkeys(formats))
    return f"try_strptime({text}, [{listed}])" if listed else "CAST(NULL AS TIMESTAMP)"
