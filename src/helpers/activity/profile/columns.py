"""What stands in one column of an export: type, empties, values, date formats, likely meaning. Counts are exact."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache

import duckdb

from helpers.activity.cells import OFFSET, Readings, cast
from helpers.activity.profile.column_cells import FEW, ZEROS, Cells, known_cells, without
from helpers.activity.profile.column_facts import Facts, Typed, Value
from helpers.activity.profile.formats import BEGINS, DateFormats, candidates_of, date_formats, turned
from helpers.activity.profile.meanings import Meaning, lexicon, meaning, meaning_of, unit_words
from helpers.year.engine import literal
from helpers.year.tables import MONEY_FACTORS, Column, Table

#: A column is of a type when so many of its cells are; the others are shown.
MOST = 0.98
MOST_DATES = 0.9
#: A number of so many digits may be that of a person.
OF_A_PERSON = 5
DECIMAL_COMMA = "-?[0-9]+,([0-9]{1,2}|[0-9]{4,})"
_ANY = Table.model_validate({"title": "-", "files": ["-"], "columns": {}})
_PERSONAL = {
    "phone": r"^(\+?86[- ]?)?1[3-9]\d{9}$",
    "email": r"^[\w.%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]+$",
    "id_card": r"^\d{17}[\dXx]$",
}
_HIDDEN = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]+|(?<!\d)1[3-9]\d{9}(?!\d)|(?<!\d)\d{17}[\dXx](?!\d)")


def column_facts(cells: Cells, cell: str, header: str, *, fit: bool = True) -> Facts:
    """The facts of the column ``cell`` of the table ``sheet``. ``fit``: also what is not of its type, and its span."""
    few = cells.few()
    booleans = _boolean(few)
    signs = [w for w in lexicon("empty") if not booleans or not any(c.isalpha() for c in str(w))]
    markers = cells.listed(signs)
    maybe = () if booleans else cells.listed(lexicon("empty_words"))
    typed = _typed(cells, header, markers, maybe, booleans, fit)
    shown = [v for v in few if v not in typed.markers]
    return Facts(
        **vars(typed),
        cell=cell,
        header=header,
        rows=cells.rows,
        empty=cells.empty,
        distinct=cells.distinct(typed.markers),
        examples=tuple(shortened(v.text, typed.personal, 32) for v in shown[:3]),
        few=tuple(shown) if len(few) <= FEW else (),
    )


def facts_together(connection: duckdb.DuckDBPyConnection, headers: Sequence[str], rows: int) -> list[Facts]:
    """The facts of every column of a wide and short sheet, but for what ``fit`` adds."""
    known = known_cells(connection, len(headers), rows, tests().values())
    return [
        column_facts(cells, f"c{at}", header, fit=False)
        for at, (cells, header) in enumerate(zip(known, headers, strict=True))
    ]


def settled(columns: Sequence[Facts]) -> list[Facts]:
    """Columns whose order of day and month is open take that of the other columns written the same way,
    where those are sure and agree."""
    sure: dict[str, set[str]] = {}
    shown: dict[str, str] = {}
    for facts in columns:
        if facts.formats and not facts.formats.open and (facts.formats.days or facts.formats.months):
            ((order, texts),) = facts.formats.choices.items()
            for text in texts:
                sure.setdefault(_unordered(text), set()).add(order)
                shown.setdefault(_unordered(text), facts.header)
    out = []
    for facts in columns:
        if facts.formats and facts.formats.open and not (facts.formats.days and facts.formats.months):
            written = {_unordered(text) for texts in facts.formats.choices.values() for text in texts}
            orders = {order for text in written for order in sure.get(text, {""})}
            if len(orders) == 1 and (order := orders.pop()) in facts.formats.choices:
                out.append(replace(facts, formats=facts.formats.settled(order, shown[min(written)]), span=None))
                continue
        out.append(facts)
    return out


def _unordered(text: str) -> str:
    """A format without the order of its day and month."""
    return re.sub("%[dm]", "%_", text)


def shortened(text: str, personal: bool = False, longest: int = 24) -> str:
    """A text for the screen: one line, short; of a personal one only its first character."""
    plain = "".join(c if c.isprintable() else " " for c in text).strip()
    if personal:
        return plain[:1] + "***"
    plain = _HIDDEN.sub("***", plain)
    return plain if len(plain) <= longest else plain[: longest - 1] + "…"


def _boolean(few: Sequence[Value]) -> bool:
    """Whether both a yes and a no and nothing else stand in the column."""
    signs = {str(w).lower() for w in lexicon("empty") if not any(c.isalpha() for c in str(w))}
    values = {v.text.lower() for v in few} - signs
    true, false = ({str(w).lower() for w in lexicon(k)} for k in ("true", "false"))
    return len(values) <= 6 and values <= true | false and bool(values & true) and bool(values & false)


# --- types ----------------------------------------------------------------------------------------


def _typed(
    cells: Cells,
    header: str,
    markers: tuple[Value, ...],
    maybe: tuple[Value, ...],
    booleans: bool,
    fit: bool,
) -> Typed:
    total = cells.leave_out(markers)
    if not total:
        return Typed(type="text", meaning=meaning_of(header, ("text",)), markers=markers, maybe=maybe)
    # Words such as 未完成 are nothing in a date or a number, and do not stand against the type.
    words = sum(v.count for v in maybe) if maybe else 0
    said = total - words
    types, formats = _possible(cells, said) if said else ({"text"}, None)
    if booleans:
        types |= {"boolean"}
    meant = _by_values(cells, total) or meaning_of(header, types)
    if meant and meant.personal and not _names_somebody(cells, meant, types, total):
        meant = None
    kind = next((t for t in meant.types if t in types), "text") if meant else _plain_type(cells, types)
    if kind == "duration" and meant is None and meaning_of(header, ("date", "datetime")):
        kind = "text"  # a time of day
    if (
        kind in ("integer", "number")
        and meant is None
        and re.search(rf"[(（](?:{'|'.join(MONEY_FACTORS)})[)）]", header)
    ):
        kind = "money"
    if kind == "datetime" and not _has_times(cells, formats):
        kind = "date"
    unit, kind, note = _unit(header, kind, types)
    if kind not in ("date", "datetime"):
        formats = None
        note = note or _no_date(cells, header, types, total)
    if kind == "text":
        return Typed(type=kind, meaning=meant, markers=markers, maybe=maybe, note=note)
    zeros = cells.listed(ZEROS) if meant and meant.name in lexicon("zero_is_empty") else ()
    taken = (*markers, *maybe, *zeros)
    unfit, values, span = _fit(cells, kind, unit, formats, taken) if fit else (0, (), None)
    return Typed(
        type=kind,
        meaning=meant,
        markers=taken,
        maybe=(),
        unit=unit,
        formats=formats,
        offsets=_offsets(cells) if kind == "datetime" else {},
        unfit=unfit,
        unfit_values=values,
        span=span,
        note=note,
    )


def _possible(cells: Cells, total: int) -> tuple[set[str], DateFormats | None]:
    """The types that the cells can have, ``text`` among them unless they are dates."""
    texts = cells.texts()
    if sum(bool(BEGINS.match(text.strip()) and candidates_of(_narrow(text))) for text in texts) * 2 >= len(texts):
        iso, compact = cells.count(tests()["iso"]), cells.count(tests()["compact"])
        left = "SELECT * FROM cells WHERE " + _cast("datetime") + " IS NULL"
        formats = date_formats(cells.ready(), left) if iso + compact < total else None
        if iso + (formats.read if formats else 0) >= MOST_DATES * total:
            return {"date", "datetime"}, turned(cells.ready(), formats) if formats and iso else formats
        if compact >= MOST * total:
            return {"date", "datetime", "integer", "number", "text"}, None
    return {"text", *_figures(cells, total)}, None


def _figures(cells: Cells, total: int) -> Iterator[str]:
    """The types of figures that the cells can have; codes with leading zeros are none, and of
    ``3,75`` somebody has to say what its comma is."""

    def most(where: str) -> bool:
        return cells.seen(where) and cells.count(where) >= MOST * total

    fits = tests()
    if most(fits["clock"]):
        yield "duration"
    if cells.count(fits["code"]):
        return
    if most(fits["plain number"]):
        yield from ("number", "money", "duration")
        if most(fits["integer"]):
            yield "integer"
    elif most(fits["number"]):
        yield "number"
    elif most(fits["money"]):
        yield "money"


def _narrow(text: str) -> str:
    return re.sub(OFFSET, r"\1", text)


def _cast(kind: str, formats: Sequence[str] = (), unit: str | None = None) -> str:
    """The cell ``v`` as the cleaning would read it, offsets as written."""
    declared = Column.model_validate(
        {"from": ["-"], "type": kind, "dates": list(formats), "unit": unit or ("小时" if kind == "duration" else None)}
    )
    return cast("v", declared, _ANY, Readings({"v": ""}))


@cache
def tests() -> Mapping[str, str]:
    """What is asked of the text ``v`` of a cell, as SQL."""
    when, number = _cast("datetime"), _cast("number") + " IS NOT NULL"
    offset = f"regexp_extract(v, {literal(OFFSET)}, 2) <> ''"
    return {
        "iso": when + " IS NOT NULL AND NOT regexp_full_match(v, '[0-9]+')",
        "compact": when + " IS NOT NULL AND regexp_full_match(v, '(19|20)[0-9]{6}([0-9]{6})?')",
        "clock": "regexp_full_match(v, '\\d+:[0-5]\\d(:[0-5]\\d)?')",
        "code": f"regexp_full_match(v, '0[0-9]+|[0-9]{{16,}}|{DECIMAL_COMMA}')",
        "plain number": number + " AND NOT contains(v, '%')",
        "integer": _cast("integer") + " IS NOT NULL",
        "number": number,
        "money": _cast("money") + " IS NOT NULL",
        **{name: f"regexp_matches(v, {literal(pattern)})" for name, pattern in _PERSONAL.items()},
        "long": f"length(v) >= {OF_A_PERSON}",
        "currency": "regexp_matches(v, '[¥￥元]')",
        "any": "true",
        "whole or comma": f"regexp_full_match(v, '{DECIMAL_COMMA}|-?[0-9]+')",
        "comma": f"regexp_full_match(v, '{DECIMAL_COMMA}')",
        "unix": "regexp_full_match(v, '1[0-9]{9}([0-9]{3})?')",
        "serial": "try_cast(v AS DOUBLE) BETWEEN 30000 AND 60000",
        "time of day": f"CAST({when} AS TIME) <> TIME '00:00:00'",
        "colon": "contains(v, ':')",
        "offset": f"contains(v, ':') AND {offset}",
    }


def _by_values(cells: Cells, total: int) -> Meaning | None:
    """Phone numbers, addresses and identity cards show themselves, whatever the header says."""
    for name in _PERSONAL:
        if cells.count(tests()[name]) >= 0.5 * total:
            return meaning(name)
    return None


def _names_somebody(cells: Cells, meant: Meaning, types: set[str], total: int) -> bool:
    """Whether figures under a person's header can be anybody's number: an amount or a count is nobody's."""
    if "number" not in types or meant.name in ("phone", "id_card", "person_id"):
        return True
    return "integer" in types and cells.count(tests()["long"]) * 2 >= total


def _plain_type(cells: Cells, types: set[str]) -> str:
    """The type of a column whose header says nothing."""
    if {"number", "money"} <= types and cells.count(tests()["currency"]) * 2 >= cells.count(tests()["any"]):
        return "money"
    if "boolean" in types and "integer" not in types:
        return "boolean"
    if "text" in types and "date" in types:  # eight digits are no date by themselves
        return "integer"
    order = (
        ("datetime", "integer", "number", "money", "duration")
        if "number" in types or "datetime" in types
        else ("money", "duration")
    )
    return next((t for t in order if t in types), "text")


def _has_times(cells: Cells, formats: DateFormats | None) -> bool:
    """Whether any of the dates has a time of day other than midnight."""
    if formats is None:
        return cells.seen(tests()["time of day"]) or bool(cells.count(tests()["time of day"]))
    read = _cast("datetime", formats.all)
    asked = f"SELECT 1 FROM cells WHERE CAST({read} AS TIME) <> TIME '00:00:00' LIMIT 1"
    return bool(cells.ready().execute(asked).fetchall())


def _unit(header: str, kind: str, types: set[str]) -> tuple[str | None, str, str | None]:
    """The unit that the header says; a length of time without one is a plain number."""
    words = unit_words(header)
    if kind == "money":
        found = next(
            (u for u in sorted(MONEY_FACTORS, key=len, reverse=True) if re.search(rf"(?<![一-鿿]){u}", words)), None
        )
        return found or "元", kind, None if found else "表头没有写明单位，按元"
    if kind != "duration":
        return None, kind, None
    for unit, spellings in lexicon("durations").items():
        if any(word == spelling for word in re.findall(r"[a-z]+|[一-鿿]+", words) for spelling in spellings):
            return unit, kind, None
    if "number" not in types:
        return "小时", kind, None
    return (
        None,
        "integer" if "integer" in types else "number",
        "是时长，单位不明；问清后写 type: duration 和 unit（秒、分钟、小时或天）",
    )


def _no_date(cells: Cells, header: str, types: set[str], total: int) -> str | None:
    """Why a column that is called a date, or that looks like numbers, is none."""
    if (
        "number" not in types
        and cells.count(tests()["whole or comma"]) >= MOST * total
        and cells.count(tests()["comma"])
    ):
        return '数字像用逗号作小数点；是的话写 type: number 和 decimal: ","，不是的写 decimal: "."'
    dated = meaning_of(header, ("date", "datetime"))
    if dated is None or meaning_of(header, types) is not None:
        return None
    if "duration" in types and "number" not in types:
        return "只有钟点，没有日期，请在来源与日期合成一列再导出"
    if "integer" in types and cells.count(tests()["unix"]) >= MOST * total:
        return "像 Unix 时间戳；是的话写 type: datetime、dates: [epoch]（13 位的写 epoch_ms）和 timezone: Asia/Shanghai"
    if "number" in types and cells.count(tests()["serial"]) >= MOST * total:
        return "像 Excel 的日期序号，请在来源表里设成日期格式再导出"
    return "表头像日期，内容不是" if dated.exact else None


def _fit(
    cells: Cells,
    kind: str,
    unit: str | None,
    formats: DateFormats | None,
    markers: Sequence[Value],
) -> tuple[int, tuple[Value, ...], tuple[str, str] | None]:
    """The cells that are not of the type, the most frequent of them, and the least and the greatest value."""
    if kind == "boolean":
        return 0, (), None
    connection = cells.ready()
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE valued AS SELECT v, n, r, {_cast(kind, formats.all if formats else (), unit)} "
        "AS x FROM cells"
    )
    left = f"FROM valued WHERE x IS NULL{without(markers)}"
    unfit = connection.execute(f"SELECT coalesce(sum(n), 0) {left}").fetchall()[0][0]
    values = cells.values(f"SELECT v, n, r {left} ORDER BY n DESC, r LIMIT 3")
    low, high = connection.execute("SELECT CAST(min(x) AS VARCHAR), CAST(max(x) AS VARCHAR) FROM valued").fetchall()[0]
    return int(unfit), values, (_short(low), _short(high)) if low is not None else None


def _short(value: str) -> str:
    """A number with six digits that count; anything else as it is."""
    return f"{float(value):.6g}" if re.fullmatch(r"-?\d+\.\d{4,}", value) else value


def _offsets(cells: Cells) -> dict[str, int]:
    if not cells.seen(tests()["offset"]) and not cells.count(tests()["offset"]):
        with_time = cells.count(tests()["colon"])
        return {"": with_time} if with_time else {}
    said = f"replace(regexp_extract(v, {literal(OFFSET)}, 2), ':', '')"
    asked = f"SELECT {said} AS said, sum(n) FROM cells WHERE contains(v, ':') GROUP BY said ORDER BY sum(n) DESC, said"
    return {offset: int(count) for offset, count in cells.ready().execute(asked).fetchall()}
