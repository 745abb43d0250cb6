"""How each column writes its numbers, found over the whole column or declared: never guessed from one cell.

A cell such as ``1,234.56`` or ``12,5`` is sure of its decimal mark, ``1,234`` is not. The sure ones decide for
their column; where they contradict each other, or none is sure, the column is refused with the line to paste.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from helpers.activity.errors import ExportError
from helpers.activity.numerals import FOREIGN, HOME, Mark, Numbers, decorated, narrowed, written
from helpers.year.engine import identifier, literal
from helpers.year.personal import MASKED
from helpers.year.tables import Column, Table

NUMERIC = ("integer", "number", "money", "duration")
SHOWN = 3
#: Fewer cells against the others than this are slips: they stay unreadable, and count as such.
SLIPS, SLIP_SHARE = 2, 0.01
#: Next to one cell that is sure of its mark, so many that only look like groups of three are still decimals.
DECIMALS_A_SURE_ONE = 4
#: A working day has at most half of these hours, so that more hours beside a day are those of a whole one.
_OVER_A_WORKING_DAY = r"[0-9]\s*d\s*,?\s*(1[2-9]|2[0-3])\s*(h|hrs?|hours?)\b"
_RUN = r"[0-9][0-9.,' ]*[0-9]|[.,]?[0-9]+|[0-9]+[.,]"
_AROUND = r"[-+()%'a-zäöüéèíóúñ$€£¥.\s\p{Han}]"
#: One run of digits and signs with nothing but words, currency and signs around it.
_ONE_NUMBER = (
    rf"^(?:{_AROUND}*[-+()%'a-zäöüéèíóúñ$€£¥\s\p{{Han}}])?({_RUN})(?:[-+()%'a-zäöüéèíóúñ$€£¥\s\p{{Han}}]{_AROUND}*)?$"
)
_KINDS = (
    # What stands behind the last of two different marks, or once behind anything but a group of three.
    ("dot", r"[0-9]{1,3}(,[0-9]{3})+\.[0-9]*|[0-9]{1,3}([ '][0-9]{3})+\.[0-9]*|[0-9]{1,3}(,[0-9]{3}){2,}"),
    ("comma", r"[0-9]{1,3}(\.[0-9]{3})+,[0-9]*|[0-9]{1,3}([ '][0-9]{3})+,[0-9]*|[0-9]{1,3}(\.[0-9]{3}){2,}"),
    ("open_dot", r"[1-9][0-9]{0,2}\.[0-9]{3}"),
    ("open_comma", r"[1-9][0-9]{0,2},[0-9]{3}"),
    ("dot", r"[0-9]*\.[0-9]*"),
    ("comma", r"[0-9]*,[0-9]*"),
)


@dataclass(frozen=True)
class _Cells:
    """Cells of one kind: how many, the first of them, whether a file with ``;`` between its columns has some."""

    count: int
    file: str
    row: int
    text: str
    semicolons: bool


def numbers_of(connection: duckdb.DuckDBPyConnection, spec: Table) -> dict[str, Numbers]:
    """How each column of figures is written; reads ``texts``. Raises ``ExportError`` where that stays open."""
    columns = {c: declared for c, declared in spec.columns.items() if declared.type in NUMERIC}
    if not columns:
        return {}
    odd = ", ".join(
        f"count(*) FILTER (WHERE NOT regexp_full_match({identifier(c)}, '-?[0-9]{{1,15}}'))" for c in columns
    )
    counts = connection.execute(f"SELECT {odd} FROM texts").fetchall()[0]
    found = {}
    for (column, declared), count in zip(columns.items(), counts, strict=True):
        if not count and declared.bare != "percent":
            found[column] = Numbers(plain=True, whole=True)
            continue
        kinds = _kinds(connection, column)
        mark = declared.decimal or _mark(spec, column, declared, kinds)
        plain = mark == "." and kinds.keys() <= {"plain"} and declared.bare != "percent"
        percents = not plain and _percents(connection, spec, column, declared)
        found[column] = Numbers(mark, plain, percents, not plain and _whole_days(connection, column, declared))
    return found


def _whole_days(connection: duckdb.DuckDBPyConnection, column: str, declared: Column) -> bool:
    """Whether the days of a column of lengths have 24 hours: some have more hours over than a working day has."""
    if declared.type != "duration":
        return False
    over = f"regexp_matches({narrowed(identifier(column))}, {literal(_OVER_A_WORKING_DAY)})"
    return bool(connection.execute(f"SELECT coalesce(bool_or({over}), false) FROM texts").fetchall()[0][0])


def _kinds(connection: duckdb.DuckDBPyConnection, column: str) -> Mapping[str, _Cells]:
    """The cells of a column that are more than digits, by what they say about its decimal mark: ``plain`` ones
    are sure of a dot, and ``other`` ones say nothing."""
    cell = identifier(column)
    usual = r"-?(?:[0-9]{4,15}|0)?\.[0-9]+|-?[0-9]{1,3}\.(?:[0-9]{1,2}|[0-9]{4,})"
    cases = " ".join(f"WHEN regexp_full_match(x, {literal(pattern)}) THEN {literal(kind)}" for kind, pattern in _KINDS)
    kind = (
        f"CASE WHEN regexp_full_match({cell}, '-?[0-9]{{1,15}}') THEN NULL "
        f"WHEN regexp_full_match({cell}, {literal(usual)}) THEN 'plain' "
        f"ELSE list_transform([regexp_extract({narrowed(cell)}, {literal(_ONE_NUMBER)}, 1)], "
        f"lambda x: CASE {cases} ELSE 'other' END)[1] END"
    )
    first = "(_file_no, source_row)"
    rows = connection.execute(
        f"SELECT kind, count(*), file_name(arg_min(_file_no, {first})), arg_min(source_row, {first}), "
        f"arg_min(cell, {first}), coalesce(bool_or(delimiter_of(_file_no) = ';'), false) "
        "FROM (SELECT * REPLACE (CASE WHEN kind = 'open_dot' AND delimiter_of(_file_no) IS NULL THEN 'plain' "
        "ELSE kind END AS kind) "
        f"FROM (SELECT {kind} AS kind, {cell} AS cell, _file_no, source_row FROM texts WHERE {cell} IS NOT NULL)) "
        "WHERE kind IS NOT NULL GROUP BY kind ORDER BY kind"
    ).fetchall()
    return {kind: _Cells(*cells) for kind, *cells in rows}


def _mark(spec: Table, column: str, declared: Column, kinds: Mapping[str, _Cells]) -> Mark:
    """The decimal mark that a column's cells leave no doubt about."""
    count = {kind: cells.count for kind, cells in kinds.items()}
    dots, commas = count.get("dot", 0) + count.get("plain", 0), count.get("comma", 0)
    if dots and commas:
        few, many = sorted((dots, commas))
        if few == many or (few >= SLIPS and few >= SLIP_SHARE * many):
            raise _open(spec, column, kinds, "的数字有的用点、有的用逗号作小数点")
        commas, dots = (commas, 0) if commas > dots else (0, dots)
    if dots:
        return "."
    grouped = count.get("open_comma", 0)
    if commas:
        # ``12,5`` among amounts such as ``1,234`` is more likely the slip than all the others.
        limit = 0 if _of_cents(declared) or declared.type == "integer" else DECIMALS_A_SURE_ONE * commas
        if grouped > limit:
            raise _open(spec, column, kinds, "的逗号有的像小数点、有的像千分位")
        return ","
    if "open_dot" in count:
        raise _open(spec, column, kinds, "的点既可能是小数点、也可能是千分位")
    if grouped and (kinds["open_comma"].semicolons or not (_of_cents(declared) or declared.type == "integer")):
        raise _open(spec, column, kinds, "的逗号既可能是千分位、也可能是小数点")
    return "."


def _of_cents(declared: Column) -> bool:
    """Amounts that have no third decimal."""
    return declared.type == "money" and declared.unit in (None, "元", "分")


def _open(spec: Table, column: str, kinds: Mapping[str, _Cells], what: str) -> ExportError:
    said = (cells for kind, cells in kinds.items() if kind != "other")
    cells = sorted(said, key=lambda c: (c.file, c.row))
    total = sum(c.count for c in cells)
    return ExportError(
        "number_convention",
        cells[0].file,
        f"列 {column} {what}（这样的数字共 {total} 个），不能逐个去猜",
        rows=[(c.row, f"{_shown(spec, column, c.text)}（这样的有 {c.count} 个）") for c in cells],
        hint=f'核对来源后在 columns.{column} 里写 decimal: "."（1,234.5 是一千二百多）'
        '或 decimal: ","（1.234,5 是一千二百多）；'
        "各文件写法不同的，分成两张表或先在来源统一",
    )


# --- percents and currencies ----------------------------------------------------------------------


def _percents(connection: duckdb.DuckDBPyConnection, spec: Table, column: str, declared: Column) -> bool:
    """Whether plain numbers are percents too; refused where both stand in a column and nothing says what is meant."""
    if declared.type != "number":
        return False
    cell = identifier(column)
    signed = f"({cell} LIKE '%\\%' ESCAPE '\\' OR {cell} LIKE '%％')"
    plain = f"regexp_full_match({cell}, '[-+]?[0-9][0-9.,'' ]*') AND NOT regexp_full_match({cell}, '[-+]?0+([.,]0*)?')"
    percents, numbers = connection.execute(
        f"SELECT count(*) FILTER (WHERE {signed}), count(*) FILTER (WHERE {plain}) FROM texts"
    ).fetchall()[0]
    if not (percents and numbers) or declared.bare:
        return declared.bare == "percent"
    rows = [*_first(connection, cell, signed, 2), *_first(connection, cell, plain, 2)]
    raise ExportError(
        "mixed_percent",
        rows[0][0],
        f"列 {column} 里 {percents} 个是百分数，{numbers} 个没有百分号",
        rows=[(row, _shown(spec, column, text)) for _, row, text in rows],
        hint=f"核对来源后在 columns.{column} 里写 bare: percent（95 就是 95%）或 bare: number（0.95 就是 0.95）；"
        "最好在来源统一写法",
    )


def refuse_foreign(connection: duckdb.DuckDBPyConnection, spec: Table, unread: Sequence[str]) -> None:
    """Stop at amounts in another currency: nothing can be added to them. Reads ``unread``."""
    amount = decorated(f"{written('.')}|{written(',')}").replace(f"(?:{HOME})", f"(?:{FOREIGN})")
    for column in (c for c in unread if spec.columns[c].type == "money"):
        cell = identifier(column)
        signs = (
            f"regexp_matches({narrowed(cell)}, {literal(FOREIGN)}) AND list_contains(_unreadable, {literal(column)})"
        )
        where = f"regexp_matches({narrowed(cell)}, {literal(amount)}) AND {signs} AND _scope IS NULL"
        rows = _first(connection, cell, where, SHOWN, "unread")
        if rows:
            raise ExportError(
                "foreign_currency",
                rows[0][0],
                f"列 {column} 有外币金额，不能与人民币相加",
                rows=[(row, _shown(spec, column, text)) for _, row, text in rows],
                hint="在来源里折算成人民币，或用 corrections.yml 逐行写明折算后的金额和依据",
            )


def _first(
    connection: duckdb.DuckDBPyConnection, cell: str, where: str, limit: int, among: str = "texts"
) -> list[tuple[str, int, str]]:
    return connection.execute(
        f"SELECT file_name(_file_no), source_row, {cell} FROM {among} WHERE {where} "
        f"ORDER BY _file_no, source_row LIMIT {limit}"
    ).fetchall()


def _shown(spec: Table, column: str, text: str) -> str:
    return MASKED if column in spec.personal else text
