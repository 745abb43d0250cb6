"""Dates in words as SQL: month names, 上午 and PM, weekdays, 时分秒, 24:00. Tried where every usual form has failed."""

from __future__ import annotations

import re
from collections.abc import Iterable

from helpers.activity.numerals import let
from helpers.year.engine import literal, literals

#: What a month is called, by its English abbreviation; the months of two digits before those of one.
MONTHS = {
    "dec": "十二月|(?:12)月|december|dezember|d[ée]cembre|diciembre|dezembro|dicembre|dez|d[ée]c|dic",
    "nov": "十一月|(?:11)月|november|novembre|noviembre|novembro|nov",
    "oct": "十月|(?:10)月|october|oktober|octobre|octubre|outubro|ottobre|okt|oct|out",
    "sep": "九月|0?9月|september|septembre|septiembre|setiembre|setembro|settembre|sept|sep",
    "aug": "八月|0?8月|august|ao[ûu]t|agosto|ago|aug",
    "jul": "七月|0?7月|july|juli|juillet|juil|julio|julho|luglio|jul",
    "jun": "六月|0?6月|june|juni|juin|junio|junho|giugno|jun",
    "may": "五月|0?5月|may|mai|mayo|maio|maggio",
    "apr": "四月|0?4月|april|avril|avr|abril|aprile|abr|apr",
    "mar": "三月|0?3月|march|märz|maerz|mars|marzo|março|mrz|mär|mar",
    "feb": "二月|0?2月|february|februar|f[ée]vrier|febrero|fevereiro|febbraio|f[ée]vr|feb|fev",
    "jan": "一月|0?1月|january|januar|jänner|janvier|enero|janeiro|gennaio|janv|ene|jan",
}
_WEEKDAYS = (
    r"[(（]?(?:星期|周|週|礼拜)[一二三四五六日天][)）]?|"
    r"\b(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?|montag|dienstag|mittwoch|donnerstag|freitag|"
    r"samstag|sonnabend|sonntag|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|mi[eé]rcoles|jueves|"
    r"viernes|s[aá]bado|domingo)\b[.,]?|\b(?:mo|di|mi|do|fr|sa|so)\.,"
)
_TIME = r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?"
_HALVES = "am|pm|noon|night"
#: One after the other: pattern, replacement.
_PLAINLY = (
    (_WEEKDAYS, " "),
    (r"(^|[^0-9])([0-9]{2})年", r"\120\2年"),
    (r"([0-9]{4})年\s*([0-9]{1,2})月\s*([0-9]{1,2})\s*[日号號]?", r" \1-\2-\3 "),
    (r"^([0-9]{4})([0-9]{2})([0-9]{2})\b", r"\1-\2-\3"),
    (r"([0-9])t([0-9])", r"\1 \2"),
    (r"([0-9]{1,2})\s*[时時点點:]\s*([0-9]{1,2})\s*[分:]\s*([0-9]{1,2}(?:[.,][0-9]+)?)\s*秒?", r" \1:\2:\3 "),
    (r"([0-9]{1,2})\s*[时時点點]\s*([0-9]{1,2})\s*分?", r" \1:\2 "),
    (r"([0-9]{1,2})\s*[时時点點]整?", r" \1:00 "),
    (r"([0-9]{1,2})h([0-9]{2})\b", r" \1:\2 "),
    (r":([0-9])([^0-9]|$)", r":0\1\2"),
    (r":([0-9])([^0-9]|$)", r":0\1\2"),
    (r"([0-9])\s*(?:uhr|hrs?|h)\b|\s(?:um|at|à|a las?)\s", r"\1 "),
    (r"上午|早上|早晨|清晨|凌晨|\ba\.?\s?m\b\.?", " am "),
    (r"([0-9])\s?am\b", r"\1 am "),
    (r"下午|\bp\.?\s?m\b\.?", " pm "),
    (r"([0-9])\s?pm\b", r"\1 pm "),
    (r"中午|\bnoon\b", " noon "),
    (r"傍晚|晚上|晚间|夜间|夜里", " night "),
    (r"([0-9])(?:st|nd|rd|th|er|º|ª)\b", r"\1"),
)
_ANY_MONTH = "|".join(MONTHS)
#: Read without being declared: the year has four digits, the month a name or the place behind the year.
_DAYS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%d %b %Y", "%b %d %Y", "%Y %b %d")


def moment(text: str, declared: Iterable[str]) -> str:
    """The date and time of a text in plain digits, by the days of the declared formats; else NULL."""
    days = [*dict.fromkeys(day for form in declared if (day := _day(form))), *_DAYS]
    read = let("t", _plainly(text), _read(list(dict.fromkeys(days))))
    return f"CASE WHEN {text} IS NOT NULL THEN {read} END"


def read_yearless(declared: Iterable[str]) -> bool:
    """Whether a day is read by any of the formats without its year, and may thus have no digit."""
    return any(day and not re.search("%-?[YyG]", day) for day in map(_day, declared))


def _plainly(text: str) -> str:
    """Month names as ``mar`` between spaces, times as H:MM:SS, halves of the day as ``am`` and so on."""
    plain = f"lower({text})"
    for pattern, by in _PLAINLY:
        plain = f"regexp_replace({plain}, {literal(pattern)}, {literal(by)}, 'g')"
    for short, names in MONTHS.items():
        asian = "|".join(n for n in names.split("|") if "月" in n)
        others = "|".join(n for n in names.split("|") if "月" not in n)
        pattern = rf"(?:{asian}|\b(?:{others})\b\.?)"
        plain = f"regexp_replace({plain}, {literal(pattern)}, ' {short} ')"
    around = rf"[-/.,\s]*(?:\bde\b\s*)?\b({_ANY_MONTH})\b[-/.,\s]*(?:\bdel?\b\s*)?"
    plain = f"regexp_replace({plain}, {literal(around)}, ' \\1 ')"
    comma = rf"\b({_ANY_MONTH}) ([0-9]{{1,2}}),"
    plain = f"regexp_replace({plain}, {literal(comma)}, '\\1 \\2 ')"
    return f"trim(regexp_replace({plain}, '\\s+', ' ', 'g'))"


def _read(days: list[str]) -> str:
    """The moment of the plain text ``t``."""
    parts = f"regexp_extract(t, {literal(_TIME)}, ['h', 'm', 's', 'f'])"
    half = rf"regexp_extract(t, '\b({_HALVES})\b', 1)"
    timeless = f"regexp_replace(t, {literal(_TIME)}, ' ')"
    rest = f"trim(regexp_replace({timeless}, '\\b(?:{_HALVES})\\b', ' '), ' ,-')"
    day = f"try_strptime(regexp_replace({rest}, '\\s+', ' ', 'g'), [{literals(days)}])"
    return let("c", parts, let("w", f"{{'day': {day}, 'half': {half}, 'h': try_cast(c.h AS INTEGER)}}", _together()))


def _together() -> str:
    """Day and time of day; midnight where no time is said, NULL where the hour does not go with its half."""
    hour = (
        "CASE w.half WHEN '' THEN CASE WHEN w.h < 24 OR (w.h = 24 AND c.m = '00' "
        "AND coalesce(try_cast(c.s AS INTEGER), 0) = 0 AND coalesce(try_cast(c.f AS BIGINT), 0) = 0) THEN w.h END "
        "WHEN 'am' THEN CASE WHEN w.h < 12 THEN w.h WHEN w.h = 12 THEN 0 END "
        "WHEN 'pm' THEN CASE WHEN w.h BETWEEN 1 AND 11 THEN w.h + 12 WHEN w.h BETWEEN 12 AND 23 THEN w.h END "
        "WHEN 'noon' THEN CASE WHEN w.h BETWEEN 1 AND 3 THEN w.h + 12 WHEN w.h BETWEEN 10 AND 15 THEN w.h END "
        "WHEN 'night' THEN CASE WHEN w.h BETWEEN 5 AND 11 THEN w.h + 12 WHEN w.h BETWEEN 17 AND 23 THEN w.h END END"
    )
    minute, second = "try_cast(c.m AS INTEGER)", "coalesce(try_cast(c.s AS INTEGER), 0)"
    fraction = "coalesce(try_cast(rpad(c.f, 6, '0')[1:6] AS INTEGER), 0)"
    passed = f"to_microseconds(((({hour}) * 60 + {minute}) * 60 + {second}) * 1000000::BIGINT + {fraction})"
    return (
        "CASE WHEN w.day < TIMESTAMP '1000-01-01' THEN NULL WHEN c.h = '' AND w.half = '' THEN w.day "
        f"WHEN {minute} < 60 AND {second} < 60 THEN w.day + {passed} END"
    )


def _day(form: str) -> str:
    """The day of a declared format, written as ``_plainly`` writes it; nothing for one that begins with the time."""
    day = re.split(r"%-?[HIpMSf]", form)[0].strip(" ,T-")
    day = re.sub(r"%Y年%-?m月%-?d[日号]?", "%Y-%m-%d", day)
    named = re.sub(r"[-/.,\s]*(?:%-?m月|%[bBh])[-/.,\s]*", " %b ", day)
    return re.sub(r"%b (%-?d),", r"%b \1 ", named).replace("  ", " ").strip()
