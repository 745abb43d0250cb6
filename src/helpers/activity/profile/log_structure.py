"""What the columns of an export make together: its key, or the events of cases; its clocks; the date of the year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from helpers.activity.cells import Readings, cast
from helpers.activity.profile.column_facts import Facts, Value
from helpers.activity.profile.meanings import lexicon
from helpers.year.engine import literals
from helpers.year.tables import HOURS, Column, Table

#: Rows a case from which on a file is a log of events.
EVENTS_A_CASE = 1.5
#: So many of the lengths of time have to agree with two dates for their unit to be known.
AGREE = 0.9
_ANY = Table.model_validate({"title": "-", "files": ["-"], "columns": {}})
#: Which date decides the year, the likeliest first.
YEAR_DATES = (
    "opened_at",
    "created_at",
    "occurred_on",
    "assigned_at",
    "started_at",
    "at",
    "updated_at",
    "resolved_at",
    "closed_at",
)


@dataclass(frozen=True)
class Key:
    """``repeated``: ids that stand in several rows; ``differing``: those of them whose rows differ.
    ``latest``: the date by which the last of them is the one that counts."""

    column: Facts
    empty: int
    repeated: int = 0
    differing: int = 0
    latest: Facts | None = None


@dataclass(frozen=True)
class Found:
    """Values of a column that tell a moment of a case, and how many cases have one of them. ``last``: no word says so,
    but most cases end with it."""

    column: Facts
    values: tuple[Value, ...]
    cases: int
    last: bool = False


@dataclass(frozen=True)
class Events:
    """A log of events. ``moments``: resolves, closes, suspends, as far as values tell them."""

    case: Facts
    cases: int
    time: Facts
    what: Facts
    moments: dict[str, Found]


@dataclass(frozen=True)
class Clock:
    """A start and an end; ``backwards`` rows end before they start, ``unstarted`` have no start; None where
    not known."""

    name: str
    start: Facts
    end: Facts
    backwards: int | None
    unstarted: int | None


@dataclass(frozen=True, kw_only=True)
class Structure:
    """``units``: the unit of a length of time, by its cell, and the share of rows in which it fits the dates."""

    key: Key | None
    hold: tuple[Facts, Facts] | None
    events: Events | None
    clocks: tuple[Clock, ...]
    year_by: Facts | None
    units: dict[str, tuple[str, float]]


def structure(connection: duckdb.DuckDBPyConnection, columns: Sequence[Facts]) -> Structure:
    """Read the table ``sheet`` for what its columns make together."""
    events = _events(connection, columns)
    key = _states(connection, columns, events) if events else _key(connection, columns)
    events = None if key else events
    clocks = () if events else tuple(_clocks(connection, columns))
    year_by = next((f for name in YEAR_DATES if (f := _first_date(columns, name))), None)
    held_from, held_to = _first_date(columns, "hold_from"), _first_date(columns, "hold_to")
    return Structure(
        key=key,
        hold=(held_from, held_to) if held_from and held_to else None,
        events=events,
        clocks=clocks,
        year_by=year_by,
        units=_units(connection, columns, clocks),
    )


#: So many columns of a wide table are told.
TOLD, AT_LEAST = 16, 6


def told_of_many(columns: Sequence[Facts], found: Structure) -> frozenset[str]:
    """The columns of a wide table that make it what it is, then those whose whole header says what they mean, then
    those in which a word does; where there are none, the first that hold anything."""
    parts = [found.key.column] if found.key else []
    parts += [found.events.case, found.events.time, found.events.what] if found.events else []
    parts += [one.column for one in found.events.moments.values()] if found.events else []
    parts += [f for clock in found.clocks for f in (clock.start, clock.end)] + [*(found.hold or ())]
    parts += [found.year_by] if found.year_by else []
    meant = sorted((f for f in columns if f.meaning and f.filled), key=lambda f: not (f.meaning and f.meaning.exact))
    said = list(dict.fromkeys(f.cell for f in (*parts, *meant)))[:TOLD]
    rest = [f.cell for f in columns if f.filled and f.cell not in said]
    return frozenset([*said, *rest[: max(0, AT_LEAST - len(said))]])


# --- key ------------------------------------------------------------------------------------------


def _key(connection: duckdb.DuckDBPyConnection, columns: Sequence[Facts]) -> Key | None:
    """The column that names a row: unique and filled, or by its header an id that few rows share."""
    named = [f for name in ("ticket_id", "record_id") for f in columns if f.means(name)]
    plain = [f for f in columns if f.type in ("text", "integer") and f.meaning is None]
    owned = [f for f in columns if f.means("device_id", "part_no")]
    for facts in (*named, *owned, *plain):
        unique = facts.distinct == facts.rows > 1
        if unique and (facts in named or facts in owned or not _too_long(connection, facts)):
            return Key(facts, 0)
    for facts in (*named, *owned[:1]):
        if facts.filled and facts.distinct >= 0.6 * facts.filled:
            return Key(facts, facts.rows - facts.filled, *_repeats(connection, facts, columns))
    return None


def _states(connection: duckdb.DuckDBPyConnection, columns: Sequence[Facts], events: Events) -> Key | None:
    """The key where each row of a log tells the whole case again, its opening and its end included:
    the last row of a case is the case."""
    opened = _first_date(columns, "opened_at") or _first_date(columns, "created_at")
    ended = _first_date(columns, "resolved_at") or _first_date(columns, "closed_at")
    if opened is None or ended is None or events.time in (opened, ended):
        return None
    if _moves(connection, events.case, opened) or _moves(connection, events.case, ended):
        return None
    return Key(
        events.case, events.case.rows - events.case.filled, *_repeats(connection, events.case, columns), events.time
    )


def _too_long(connection: duckdb.DuckDBPyConnection, facts: Facts) -> bool:
    """Whether the texts are too long for the name of a row, or are numbers that only happen to differ."""
    longest, signs = connection.execute(
        f"SELECT max(length({facts.cell})), "
        f"count(*) FILTER (WHERE regexp_matches({facts.cell}, '[\\s.,，。]')) FROM sheet"
    ).fetchall()[0]
    return longest > 40 or signs > 0 or facts.rows < 20


def _repeats(connection: duckdb.DuckDBPyConnection, facts: Facts, columns: Sequence[Facts]) -> tuple[int, int]:
    every = ", ".join(f.cell for f in columns)
    known = _known(facts)
    repeated, differing = connection.execute(
        f"SELECT count(*), count(*) FILTER (WHERE low <> high) FROM (SELECT min(hash({every})) AS low, "
        f"max(hash({every})) AS high FROM sheet WHERE {known} GROUP BY {facts.cell} HAVING count(*) > 1)"
    ).fetchall()[0]
    return int(repeated), int(differing)


def _known(facts: Facts) -> str:
    return f"{facts.cell} NOT IN ({literals(['', *(m.text for m in facts.markers)])})"


# --- events ---------------------------------------------------------------------------------------


def _events(connection: duckdb.DuckDBPyConnection, columns: Sequence[Facts]) -> Events | None:
    """A log: an id in several rows, a time that moves on within it, a status or activity."""
    times = [f for f in columns if f.type == "datetime" and f.filled >= 0.98 * f.rows]
    times.sort(key=lambda f: not f.means("at", "updated_at"))
    what = next(
        (f for name in ("activity", "status", "sub_status") for f in columns if f.means(name) and f.distinct > 1), None
    )
    for case in (f for f in columns if f.means("ticket_id")):
        if not times or what is None or not case.distinct or case.filled < EVENTS_A_CASE * case.distinct:
            continue
        time = next((t for t in times if _moves(connection, case, t)), None)
        if time:
            names = ("resolves", "closes", "suspends")
            moments = {name: found for name in names if (found := _moment(connection, columns, case, name))}
            moments = _of_most(connection, moments, case, time, what)
            return Events(case, case.distinct, time, what, moments)
    return None


def _moves(connection: duckdb.DuckDBPyConnection, case: Facts, time: Facts) -> bool:
    """Whether the time differs within most of the cases that have several rows."""
    several, moving = connection.execute(
        f"SELECT count(*), count(*) FILTER (WHERE low <> high) FROM (SELECT min({time.cell}) AS low, "
        f"max({time.cell}) AS high "
        f"FROM sheet WHERE {_known(case)} GROUP BY {case.cell} HAVING count(*) > 1)"
    ).fetchall()[0]
    return bool(moving * 2 > several)


def _moment(connection: duckdb.DuckDBPyConnection, columns: Sequence[Facts], case: Facts, name: str) -> Found | None:
    """The values that tell the moment, in that of status, sub-status and activity by which most cases have it; of
    several those that are about as frequent as the one that most cases have."""
    words = [str(w).lower() for w in lexicon(name)]
    best: Found | None = None
    for meaning in ("status", "sub_status", "activity"):
        for facts in columns:
            told = facts.few if facts.means(meaning) else ()
            values = [v for v in told if any(_says(v.text.lower(), word) for word in words)]
            if not values:
                continue
            having = {v: _having(connection, case, facts, [v]) for v in values}
            if name != "suspends":
                values = [v for v in values if having[v] * 2 >= max(having.values())]
            found = Found(facts, tuple(values), _having(connection, case, facts, values))
            if best is None or found.cases > best.cases:
                best = found
    return best


def _having(connection: duckdb.DuckDBPyConnection, case: Facts, column: Facts, values: Sequence[Value]) -> int:
    """How many cases have one of these values."""
    query = (
        f"SELECT count(DISTINCT {case.cell}) FROM sheet "
        f"WHERE {_known(case)} AND {column.cell} IN ({literals(v.text for v in values)})"
    )
    return int(connection.execute(query).fetchall()[0][0])


def _of_most(
    connection: duckdb.DuckDBPyConnection, moments: dict[str, Found], case: Facts, time: Facts, what: Facts
) -> dict[str, Found]:
    """What resolves a case is what most cases have: where no word for it is that frequent, what closes them, or what
    most of them end with."""
    resolves, closes = moments.get("resolves"), moments.get("closes")
    if resolves is not None and resolves.cases * 2 >= case.distinct:
        return moments
    rest = {name: found for name, found in moments.items() if name != "resolves"}
    if closes is not None and closes.cases * 2 >= case.distinct:
        return rest
    at = read(time)
    if at is None or not what.few:
        return rest
    query = (
        f"SELECT last, count(*) FROM (SELECT arg_max({what.cell}, ({at}, source_row)) AS last FROM sheet "
        f"WHERE {_known(case)} GROUP BY {case.cell}) GROUP BY last ORDER BY count(*) DESC, last LIMIT 1"
    )
    text, cases = connection.execute(query).fetchall()[0]
    value = next((v for v in what.few if v.text == text), None)
    if value is None or cases * 2 < case.distinct:
        return rest
    return {"resolves": Found(what, (value,), int(cases), last=True), **rest}


def _says(value: str, word: str) -> bool:
    """Whether a value is the word or begins with it."""
    return value.startswith(word) and not value[len(word) : len(word) + 1].isalpha()


# --- clocks ---------------------------------------------------------------------------------------


def _clocks(connection: duckdb.DuckDBPyConnection, columns: Sequence[Facts]) -> list[Clock]:
    """From opening to response, resolution and closure, as far as there are such dates."""
    first = {name: _first_date(columns, name) for name in ("responded_at", "resolved_at", "closed_at")}
    start = next(
        (f for name in ("opened_at", "created_at", "assigned_at", "started_at") if (f := _first_date(columns, name))),
        None,
    )
    if start is None:
        return []
    names = {
        "resolved_at": "hours",
        "responded_at": "response_hours",
        "closed_at": "hours_to_close" if first["resolved_at"] else "hours",
    }
    return [
        Clock(name, start, end, *_wrong(connection, start, end))
        for meaning, name in names.items()
        if (end := first[meaning])
    ]


def _first_date(columns: Sequence[Facts], name: str) -> Facts | None:
    """The date of this meaning: the one whose whole header says so, else the first."""
    fitting = [f for f in columns if f.is_date and f.means(name) and f.filled]
    return min(fitting, key=lambda f: not (f.meaning and f.meaning.exact), default=None)


def read(facts: Facts) -> str | None:
    """The column as the cleaning will read it; None where its dates are open."""
    if facts.formats and (facts.formats.open or facts.formats.turned):
        return None
    formats = list(next(iter(facts.formats.choices.values()))) if facts.formats else []
    declared = Column.model_validate(
        {
            "from": ["-"],
            "type": facts.type,
            "dates": formats,
            "unit": facts.unit or ("小时" if facts.type == "duration" else None),
        }
    )
    return cast(facts.cell, declared, _ANY, Readings({facts.cell: "" if any(facts.offsets) else None}))


def _wrong(connection: duckdb.DuckDBPyConnection, start: Facts, end: Facts) -> tuple[int | None, int | None]:
    a, b = read(start), read(end)
    if a is None or b is None:
        return None, None
    day = "DATE" if "date" in (start.type, end.type) else "TIMESTAMP"
    backwards, unstarted = connection.execute(
        f"SELECT count(*) FILTER (WHERE CAST(b AS {day}) < CAST(a AS {day})), "
        f"count(*) FILTER (WHERE a IS NULL AND b IS NOT NULL) FROM (SELECT {a} AS a, {b} AS b FROM sheet)"
    ).fetchall()[0]
    return int(backwards), int(unstarted)


def _units(
    connection: duckdb.DuckDBPyConnection, columns: Sequence[Facts], clocks: Sequence[Clock]
) -> dict[str, tuple[str, float]]:
    """The unit in which a length of time of unknown unit agrees with the dates of a clock."""
    found = {}
    for facts in columns:
        if not facts.means("duration") or facts.type not in ("integer", "number"):
            continue
        for clock in clocks:
            start, end, length = read(clock.start), read(clock.end), read(facts)
            if start is None or end is None:
                continue
            seconds = {unit: 3600 * times / parts for unit, (times, parts) in HOURS.items()}
            agree = ", ".join(f"avg(CAST(abs(l * {s} - s) <= {s} AS INTEGER))" for s in seconds.values())
            shares = connection.execute(
                f"SELECT {agree} FROM (SELECT epoch(CAST({end} AS TIMESTAMP)) - epoch(CAST({start} AS TIMESTAMP)) "
                f"AS s, {length} AS l FROM sheet) WHERE s > 0 AND l > 0"
            ).fetchall()[0]
            best = max(zip(shares, seconds, strict=True), key=lambda pair: pair[0] or 0)
            if (best[0] or 0) >= AGREE:
                found[facts.cell] = best[1], float(best[0])
                break
    return found
