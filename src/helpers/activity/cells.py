"""One cell as SQL: the text of an export as a value of its declared type, NULL where it fits none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from helpers.year.engine import identifier, literal, literals
from helpers.year.expressions import SQL_TYPES
from helpers.year.tables import HOURS, MONEY_FACTORS, Column, Table

#: Tried after the declared formats, by the character that follows the year. All of them are
#: unambiguous: a year of four digits stands first.
_TIMES = (" %H:%M:%S", " %H:%M", "", "T%H:%M:%S", "T%H:%M", " %H:%M:%S.%f", "T%H:%M:%S.%f")
ISO_FORMATS = {
    mark: tuple(day + time for time in _TIMES)
    for mark, day in (("-", "%Y-%m-%d"), ("/", "%Y/%m/%d"), (".", "%Y.%m.%d"), ("年", "%Y年%m月%d日"))
}
USUAL = "%Y-%m-%d %H:%M:%S"
COMPACT_FORMATS = {8: "%Y%m%d", 14: "%Y%m%d%H%M%S"}

#: Days since a day, as spreadsheets keep dates: ``excel`` and ``excel1904`` among the formats of a column.
EXCEL_EPOCHS = {"excel": "1899-12-30", "excel1904": "1904-01-01"}
SERIAL = r"[0-9]{5}(\.[0-9]+)?"

WIDE, NARROW = "０１２３４５６７８９：／－．，％（）", "0123456789:/-.,%()"

#: A time of day followed by its offset from UTC: the time, then the offset.
OFFSET = r"(:\d{2}(?:\.\d+)?) ?(Z|[+-]\d{2}:?\d{2}|[+-]\d{2})$"

#: How a column's offsets are read: ``None``, it has none; ``""``, as written; else the zone that
#: times are converted to.
Zones = Mapping[str, str | None]


def date_formats(column: Column, spec: Table) -> tuple[str, ...]:
    """The declared formats of a date column, without their offsets, two-digit years before four.

    (``%Y`` also reads two digits, as a year of the first century.)
    """
    declared = column.dates or spec.dates
    plain = dict.fromkeys(re.sub(r"\s?%z", "", text) for text in declared if text not in EXCEL_EPOCHS)
    return tuple(sorted(plain, key=lambda text: "%Y" in text))


def declares_offsets(column: Column, spec: Table) -> bool:
    return any("%z" in text for text in column.dates or spec.dates)


def cast(column: str, declared: Column, spec: Table, zones: Zones) -> str:
    """The value of a trimmed text."""
    cell = identifier(column)
    # Only a text with multi-byte characters can hold full-width ones.
    narrow = (
        f"CASE WHEN strlen({cell}) = length({cell}) THEN {cell} "
        f"ELSE translate({cell}, {literal(WIDE)}, {literal(NARROW)}) END"
    )
    plain = f"regexp_replace({narrow}, '[,\\s¥￥]|元$', '', 'g')"
    match declared.type:
        case "text":
            return cell
        case "boolean":
            return (
                f"CASE WHEN lower({cell}) IN ({literals(t.lower() for t in declared.true)}) THEN true "
                f"WHEN lower({cell}) IN ({literals(f.lower() for f in declared.false)}) THEN false END"
            )
        case "date" | "datetime":
            value = _moment(narrow, date_formats(declared, spec), zones.get(column))
            for epoch in (EXCEL_EPOCHS[f] for f in declared.dates or spec.dates if f in EXCEL_EPOCHS):
                value = f"coalesce({_serial(narrow, epoch)}, {value})"
            if zones.get(column) is None and not any(f.startswith("%Y-") for f in date_formats(declared, spec)):
                # By far the most frequent form, read without looking at anything else.
                value = f"coalesce(CASE WHEN strlen({cell}) = 19 THEN try_strptime({cell}, '{USUAL}') END, {value})"
            return f"CAST({value} AS {SQL_TYPES[declared.type]})"
        case "integer":
            number = f"try_cast({plain} AS DECIMAL(30,6))"
            value = f"CASE WHEN {number} % 1 = 0 THEN CAST({number} AS BIGINT) END"
            return (
                f"CASE WHEN regexp_full_match({cell}, '[0-9]{{1,15}}') THEN try_cast({cell} AS BIGINT) ELSE {value} END"
            )
        case "number":
            return (
                f"CASE WHEN {plain} LIKE '%\\%' ESCAPE '\\' THEN try_cast(rtrim({plain}, '%') AS DOUBLE) / 100 "
                f"ELSE try_cast({plain} AS DOUBLE) END"
            )
        case "duration":
            return _duration(narrow, str(declared.unit))
        case "money":
            signed = f"regexp_replace({plain}, '^\\((.*)\\)$', '-\\1')"
            factor = MONEY_FACTORS[declared.unit or "元"]
            return f"CAST(try_cast({signed} AS DECIMAL(24,6)) * {factor} AS {SQL_TYPES['money']})"
    raise AssertionError(declared.type)


def _duration(text: str, unit: str) -> str:
    """Hours: a number in the declared unit, or H:MM or H:MM:SS."""
    times, parts = HOURS[unit]
    part = "try_cast(split_part({text}, ':', {at}) AS DOUBLE)"
    hours, minutes, seconds = (part.format(text=text, at=at) for at in (1, 2, 3))
    clock = f"({hours} * 3600 + {minutes} * 60 + coalesce({seconds}, 0)) / 3600.0"
    number = f"try_cast(replace({text}, ',', '') AS DOUBLE) * {times} / {parts}.0"
    return f"CASE WHEN regexp_full_match({text}, '\\d+:[0-5]\\d(:[0-5]\\d)?') THEN {clock} ELSE {number} END"


def _moment(text: str, declared: Sequence[str], zone: str | None) -> str:
    """A date-time: the declared formats, then ISO 8601 and its Chinese and compact forms."""
    if zone is None:
        return _parsed(text, declared)
    local = _parsed(f"regexp_replace({text}, {literal(OFFSET)}, '\\1')", declared)
    if not zone:
        return local
    said = f"regexp_extract({text}, {literal(OFFSET)}, 2)"
    minutes = (
        f"(CASE WHEN {said} = 'Z' THEN 0 ELSE (CASE WHEN {said} LIKE '-%' THEN -1 ELSE 1 END) * "
        f"(try_cast(substr({said}, 2, 2) AS INTEGER) * 60 + "
        f"coalesce(try_cast(right(replace({said}[4:], ':', ''), 2) AS INTEGER), 0)) END)"
    )
    utc = f"({local} - to_minutes({minutes}))"
    there = (
        f"({utc} + to_minutes({fixed_offset(zone)}))"
        if fixed_offset(zone) is not None
        else f"timezone({literal(zone)}, timezone('UTC', {utc}))"
    )
    return f"CASE WHEN {said} = '' THEN {local} ELSE {there} END"


def _serial(text: str, epoch: str) -> str:
    """A spreadsheet's day number, to the second."""
    seconds = f"CAST(round(try_cast({text} AS DOUBLE) * 86400) AS BIGINT)"
    return (
        f"CASE WHEN regexp_full_match({text}, {literal(SERIAL)}) THEN TIMESTAMP '{epoch}' + to_seconds({seconds}) END"
    )


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
    led = {mark: [f for f in declared if f.startswith(f"%Y{mark}")] for mark in ISO_FORMATS}
    others = [f for f in declared if not any(f in formats for formats in led.values())]
    branches = " ".join(
        f"WHEN {literal(mark)} THEN {_tried(text, [*led[mark], *ISO_FORMATS[mark], *others])}" for mark in ISO_FORMATS
    )
    compact = " ".join(
        f"WHEN regexp_full_match({text}, '[0-9]{{{n}}}') THEN {_tried(text, [*others, f])}"
        for n, f in COMPACT_FORMATS.items()
    )
    value = (
        f"CASE WHEN regexp_matches({text}, '^[0-9]{{4}}[^0-9]') THEN "
        f"CASE substr({text}, 5, 1) {branches} ELSE {_tried(text, others)} END "
        f"{compact} ELSE {_tried(text, others)} END"
    )
    return value if not others else f"nullif(greatest({value}, TIMESTAMP '1000-01-01'), TIMESTAMP '1000-01-01')"


def _tried(text: str, formats: Iterable[str]) -> str:
    listed = literals(dict.fromkeys(formats))
    return f"try_strptime({text}, [{listed}])" if listed else "CAST(NULL AS TIMESTAMP)"
