"""One written length of time as SQL, in hours: a number in the declared unit, H:MM:SS, or words of units."""

from __future__ import annotations

from helpers.activity.numerals import Numbers, let, narrowed, written
from helpers.year.engine import literal, literals
from helpers.year.tables import HOURS

#: What a unit is called, in the languages that systems export; d or w may be a working day or week of eight or
#: forty hours: w is not read, d only in a column that shows it to be a whole day (see ``conventions``).
_WORDS = {
    "d": "天|days?|d[ií]as?|dias?|jours?|tage?n?",
    "h": "个?小时|個?小時|个?钟头|时|時間?|hours?|hrs?|horas?|heures?|stunden?|std|h",
    "m": "分钟|分鐘|分|minutes?|mins?|minutos?|minuten?|mn|m",
    "s": "秒钟|秒鐘|秒|seconds?|secs?|segundos?|secondes?|sekunden?|sek|s",
}
_BETWEEN = r"\s*(?:,|，|、|零|又|and|und|et|y|e)?\s*"
_SECONDS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
#: Two numbers with one colon are hours and minutes only where the column is not in minutes or seconds itself.
_DAYS_BEFORE = r"(?:([0-9]+)\s*(?:天|days?|d[ií]as?|jours?|tage?n?)\s*,?\s*|([0-9]+)\.)?"
_SECOND = r"([0-5][0-9](?:\.[0-9]+)?)"
_CLOCKS = {
    True: rf"{_DAYS_BEFORE}([0-9]+):([0-5][0-9])(?::{_SECOND})?",
    False: rf"{_DAYS_BEFORE}([0-9]+):([0-5][0-9]):{_SECOND}",
}
#: ISO 8601, as interfaces write it: P1DT2H30M.
_ISO = r"p(?:([0-9]+)d)?(?:t(?:([0-9]+(?:\.[0-9]+)?)h)?(?:([0-9]+(?:\.[0-9]+)?)m)?(?:([0-9]+(?:\.[0-9]+)?)s)?)?"


def length(cell: str, unit: str, numbers: Numbers) -> str:
    """Hours; NULL for what is no length of time, or a negative one."""
    times, parts = HOURS[unit]
    plain = "[0-9]{1,15}" if numbers.mark == "," else r"[0-9]{1,15}(\.[0-9]+)?"
    usual = f"try_cast({cell} AS DOUBLE) * {times} / {parts}.0"
    if numbers.plain:
        return f"CASE WHEN regexp_full_match({cell}, {literal(plain)}) THEN {usual} END"
    slow = let("t", narrowed(cell), _worded(unit, numbers))
    return f"CASE WHEN regexp_full_match({cell}, {literal(plain)}) THEN {usual} WHEN {cell} IS NOT NULL THEN {slow} END"


def _worded(unit: str, numbers: Numbers) -> str:
    """Hours of the narrowed text ``t``: a written number, a clock, or words."""
    times, parts = HOURS[unit]
    figure = _figure("t", numbers)
    clock = _CLOCKS[unit in ("小时", "天")]
    return (
        f"CASE WHEN regexp_full_match(t, {literal(written(numbers.mark))}) THEN {figure} * {times} / {parts}.0 "
        f"WHEN regexp_full_match(t, {literal(clock)}) THEN "
        f"{let('c', _parts('t', clock, ('d', 'e', 'h', 'm', 's')), _clock())} "
        f"WHEN regexp_full_match(t, {literal(_ISO)}) THEN {let('i', _parts('t', _ISO, ('d', 'h', 'm', 's')), _iso())} "
        f"ELSE {let('u', _parts('t', _units(numbers), ('d', 'h', 'n', 'm', 's')), _in_words(numbers))} END"
    )


def _parts(text: str, pattern: str, names: tuple[str, ...]) -> str:
    return f"regexp_extract({text}, {literal('^' + pattern + '$')}, [{literals(names)}])"


def _clock() -> str:
    days = "coalesce(try_cast(c.d AS DOUBLE), try_cast(c.e AS DOUBLE), 0)"
    hours, minutes, seconds = (f"try_cast(c.{part} AS DOUBLE)" for part in "hms")
    # 1 day 25:00 and 1.25:00:00 are nothing that any system writes.
    fits = f"({days} = 0 OR {hours} < 24) AND (c.e = '' OR c.s <> '')"
    passed = f"{days} * 86400 + {hours} * 3600 + {minutes} * 60 + coalesce({seconds}, 0)"
    return f"CASE WHEN {fits} THEN ({passed}) / 3600.0 END"


def _iso() -> str:
    passed = " + ".join(f"coalesce(try_cast(i.{part} AS DOUBLE), 0) * {_SECONDS[part]}" for part in "dhms")
    return f"CASE WHEN concat(i.d, i.h, i.m, i.s) <> '' THEN ({passed}) / 3600.0 END"


def _units(numbers: Numbers) -> str:
    """Days, hours, minutes and seconds in this order, each where it is said; ``1h30`` too."""
    amount = f"({written(numbers.mark)})"
    said = {**_WORDS, "d": _WORDS["d"] + "|d"} if numbers.days else _WORDS
    days, hours, minutes, seconds = (rf"{amount}\s*(?:{words})\.?" for words in said.values())
    return rf"(?:{days})?{_BETWEEN}(?:{hours}(?:([0-5][0-9]))?)?{_BETWEEN}(?:{minutes})?{_BETWEEN}(?:{seconds})?"


def _in_words(numbers: Numbers) -> str:
    amounts = {part: f"CASE WHEN u.{part} <> '' THEN {_figure('u.' + part, numbers)} ELSE 0 END" for part in "dhnms"}
    seconds = " + ".join(f"({value}) * {_SECONDS['m' if part == 'n' else part]}" for part, value in amounts.items())
    return f"CASE WHEN concat(u.d, u.h, u.m, u.s) <> '' AND (u.n = '' OR u.m = '') THEN ({seconds}) / 3600.0 END"


def _figure(text: str, numbers: Numbers) -> str:
    """The value of a text of the pattern ``written``."""
    bare = f"regexp_replace({text}, '[, '']', '', 'g')"
    if numbers.mark == ",":
        bare = f"replace(regexp_replace({text}, '[. '']', '', 'g'), ',', '.')"
    return f"try_cast({bare} AS DOUBLE)"
