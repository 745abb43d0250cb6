"""SQL expressions in the year files: what they may say, and whether they fit the columns.

An expression is parsed by DuckDB itself; its tree may hold only columns of the table, constants,
operators, CASE, casts and the functions of ``FUNCTIONS``. So a measure can touch nothing but the
tidy table it names, and depends on no clock, file, setting or chance.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from helpers.year.engine import fence, literal, open_engine
from helpers.year.expression_functions import FUNCTIONS
from helpers.year.faults import did_you_mean
from helpers.year.mismatches import TYPES, mismatches, said_of
from helpers.year.remembered import remembered

SQL_TYPES = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "money": "DECIMAL(18,2)",
    "duration": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "datetime": "TIMESTAMP",
}

#: Besides the table's own columns, every expression may use these.
GIVEN = {"year_start": "DATE", "year_end": "DATE", "source_file": "VARCHAR", "source_row": "BIGINT"}

#: Bounds of one expression: its own length, how often it may lengthen a text, and to what it may fill one up.
LONGEST, MOST_GROWING, WIDEST = 20_000, 3, 1_000
NODES = frozenset(
    ["COLUMN_REF", "CONSTANT", "COMPARISON", "CONJUNCTION", "OPERATOR", "BETWEEN", "CASE", "CAST", "FUNCTION", "TYPE"]
)


class ExpressionError(ValueError):
    """The expression cannot be used; ``hint`` says what is probably meant."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


#: So many expressions of the last years are remembered.
EXPRESSIONS = 1024


@lru_cache(maxsize=1)
def _connection() -> Any:
    connection = open_engine(threads=1)
    fence(connection)
    return connection


@remembered(EXPRESSIONS)
def tree_of(text: str) -> dict[str, Any]:
    """The parsed expression, changed by nobody; raises ``ExpressionError`` where it is not exactly one expression."""
    cursor = _connection().cursor()
    raw = cursor.execute("SELECT json_serialize_sql(?)", [f"SELECT {text}\n"]).fetchall()[0][0]
    try:
        answer = json.loads(raw)
    except RecursionError:
        raise ExpressionError("表达式套得太深，或连写的运算太多", "拆成几个 derived 列") from None
    if answer.get("error"):
        raise ExpressionError(f"不是可用的表达式：{answer.get('error_message', '')}".strip())
    statements = answer["statements"]
    node = statements[0]["node"] if len(statements) == 1 else {}
    plain = (
        node.get("type") == "SELECT_NODE"
        and len(node["select_list"]) == 1
        and node["from_table"]["type"] == "EMPTY"
        and not any(node.get(k) for k in ("where_clause", "having", "qualify", "modifiers", "sample"))
        and not node["group_expressions"]
        and not node["cte_map"]["map"]
    )
    if not plain:
        raise ExpressionError("只能写一个表达式，不能写语句", "去掉 select、from、where、分号等，只留条件或算式")
    expression: dict[str, Any] = node["select_list"][0]
    return expression


def _walk(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if "class" in value:
            yield value
        for child in value.values():
            yield from _walk(child)
    elif isinstance(value, list):
        for child in value:
            yield from _walk(child)


def columns_of(text: str) -> frozenset[str]:
    """The names of the columns that an expression reads."""
    return frozenset(n["column_names"][-1].lower() for n in _walk(tree_of(text)) if n["class"] == "COLUMN_REF")


#: Functions whose result says what their arguments say, all or in parts; of ``if`` and ``nullif`` not of every one.
_SAYING = frozenset(
    [
        "trim",
        "ltrim",
        "rtrim",
        "lower",
        "upper",
        "substring",
        "substr",
        "left",
        "right",
        "replace",
        "concat",
        "lpad",
        "split_part",
        "||",
        "coalesce",
        "ifnull",
        "nullif",
        "if",
        "least",
        "greatest",
        "last_day",
        "date_trunc",
        "datetrunc",
    ]
)


def columns_shown(text: str) -> frozenset[str]:
    """The columns whose cells, or parts of them, an expression's result may say; a comparison, a count or a length
    says none."""
    return frozenset(_shown(tree_of(text)))


def _shown(node: Mapping[str, Any]) -> Iterator[str]:
    kind = node["class"]
    if kind == "COLUMN_REF":
        yield node["column_names"][-1].lower()
    elif kind == "CASE":
        for one in (*(check["then_expr"] for check in node["case_checks"]), node["else_expr"]):
            yield from _shown(one)
    elif kind == "CAST":
        yield from _shown(node["child"])
    elif (kind == "OPERATOR" and node["type"] == "OPERATOR_COALESCE") or (
        kind == "FUNCTION" and node["function_name"].lower() in _SAYING
    ):
        arguments = [one.get("expression", one) for one in node.get("arguments") or node.get("children") or ()]
        name = str(node.get("function_name", "")).lower()
        for one in arguments[1:] if name == "if" else arguments[:1] if name == "nullif" else arguments:
            yield from _shown(one)


def columns_judged(text: str) -> frozenset[str]:
    """The columns of whose content an expression depends: not one that stands alone, nor where it only asks whether
    there is a value."""
    tree = tree_of(text)
    return frozenset() if tree["class"] == "COLUMN_REF" else frozenset(_judged(tree))


def _judged(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if value.get("class") == "COLUMN_REF":
            yield value["column_names"][-1].lower()
        elif value.get("type") not in ("OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL"):
            for child in value.values():
                yield from _judged(child)
    elif isinstance(value, list):
        for child in value:
            yield from _judged(child)


def conjuncts(text: str) -> list[str]:
    """The conditions that an expression joins by AND, each as SQL, from left to right."""
    tree = tree_of(text)
    children = tree["children"] if tree["type"] == "CONJUNCTION_AND" else [tree]
    return [_written(child) for child in children]


def _written(tree: dict[str, Any]) -> str:
    """An expression's tree as SQL."""
    cursor = _connection().cursor()
    statement = json.loads(cursor.execute("SELECT json_serialize_sql('SELECT 1')").fetchall()[0][0])
    statement["statements"][0]["node"]["select_list"] = [{**tree, "alias": ""}]
    written = cursor.execute("SELECT json_deserialize_sql(CAST(? AS JSON))", [json.dumps(statement)]).fetchall()[0][0]
    return str(written).removeprefix("SELECT ")


def compared_values(text: str) -> frozenset[tuple[str, str]]:
    """The texts that an expression compares a column with by ``=``, ``<>`` or ``in``, each with its column."""
    found = set()
    for node in _walk(tree_of(text)):
        if node["type"] in ("COMPARE_EQUAL", "COMPARE_NOTEQUAL"):
            sides = [node["left"], node["right"]]
        elif node["type"] in ("COMPARE_IN", "COMPARE_NOT_IN"):
            sides = node["children"]
        else:
            continue
        columns = [s["column_names"][-1].lower() for s in sides if s["class"] == "COLUMN_REF"]
        values = [s["literal"]["text"] for s in sides if s.get("literal", {}).get("kind") == "STRING"]
        found |= {(column, value) for column in columns for value in values}
    return frozenset(found)


def check_expression(text: str, columns: Mapping[str, str], *, boolean: bool = False) -> str:
    """Check an expression against a table's columns and return its SQL type.

    ``columns`` maps each tidy column to its SQL type. Raises ``ExpressionError`` for anything that is
    not one expression over these columns, for a type that does not fit, or (``boolean``) for a
    result that is not true or false.
    """
    return _checked(text, tuple(columns.items()), boolean)


@remembered(EXPRESSIONS)
def _checked(text: str, columns: tuple[tuple[str, str], ...], boolean: bool) -> str:
    known = {**GIVEN, **dict(columns)}
    if len(text) > LONGEST:
        raise ExpressionError(f"表达式超过 {LONGEST} 字", "拆成几个 derived 列")
    growing = 0
    for node in _walk(_parsed(text, [name for name, _ in columns])):
        growing += _grows(node)
        if growing > MOST_GROWING:
            raise ExpressionError("反复加长文字的函数（replace、lpad）用得太多", "replace 的新文字不要比旧文字长")
        if node["class"] not in NODES:
            raise ExpressionError(f"表达式里不能用 {node['class'].lower()}", "只能用列、常数、运算符和函数")
        if node["class"] == "COLUMN_REF":
            names = node["column_names"]
            if len(names) != 1 or names[0].lower() not in known:
                word = ".".join(names)
                raise ExpressionError(f"没有列 {word}", did_you_mean(word, list(known)))
        if node["class"] == "FUNCTION" and node["function_name"].lower() not in FUNCTIONS:
            word = node["function_name"]
            raise ExpressionError(f"不能用函数 {word}", did_you_mean(word, sorted(FUNCTIONS)))
    return _bind(text, known, boolean)


def _grows(node: Mapping[str, Any]) -> bool:
    """Whether a function makes a text longer, by how much soever; refuses what would take the memory by itself."""
    if node["class"] != "FUNCTION" or (name := node["function_name"].lower()) not in ("lpad", "replace"):
        return False
    said = [argument.get("expression", {}).get("literal", {}) for argument in node.get("arguments", ())]
    texts = [one.get("text") for one in said]
    if name == "lpad":
        width = str(texts[1]) if len(texts) > 1 else ""
        if not width.isdecimal() or int(width) > WIDEST:
            raise ExpressionError(f"lpad 的长度要写成不超过 {WIDEST} 的整数")
        return True
    old, new = texts[1:3] if len(texts) > 2 else (None, None)
    return old is None or new is None or len(new) > len(old)


def _parsed(text: str, columns: Iterable[str]) -> dict[str, Any]:
    """The tree of an expression; where a column's name is a word of SQL, the error says how to write it."""
    try:
        return tree_of(text)
    except ExpressionError as error:
        for name in columns:
            if re.search(rf'(?<!["\w]){re.escape(name)}(?!["\w(])', text, re.IGNORECASE) and not _stands_alone(name):
                raise ExpressionError(
                    str(error), f'列名 {name} 是 SQL 的保留词，在表达式里加双引号："{name}"'
                ) from error
        raise


def _stands_alone(name: str) -> bool:
    """Whether a name can be written without quotes anywhere in an expression."""
    try:
        tree_of(f"abs({name})")
    except ExpressionError:
        return False
    return True


def _bind(text: str, columns: Mapping[str, str], boolean: bool) -> str:
    """Let DuckDB bind the expression to an empty table of these columns."""
    import duckdb

    empty = ", ".join(f'CAST(NULL AS {kind}) AS "{name}"' for name, kind in columns.items())
    query = f"SELECT typeof(({text}\n)) FROM (SELECT {empty}) AS t"
    told = next(mismatches(text, _walk(tree_of(text)), columns, _readable), None)
    try:
        found = str(_connection().cursor().execute(query).fetchall()[0][0])
    except duckdb.Error as error:
        if told:
            raise ExpressionError(*told) from None
        reason = str(error).splitlines()[0]
        hint = (
            "两个时间相减不是数字：写 date_diff('hour', 起, 止) <= 8，或在 derived 里写 clock"
            if "INTERVAL" in reason
            else None
        )
        raise ExpressionError(f"表达式与列的类型不符：{reason}", hint) from error
    if told and "，不能与文字" in told[0]:  # what fails on whatever row it meets
        raise ExpressionError(*told)
    if boolean and found != "BOOLEAN":
        raise ExpressionError(
            f"这里要一个条件（真或假），{result_of(text, found, columns)}", _as_condition(text, columns)
        )
    return found


def _readable(text: str, kind: str) -> bool:
    """Whether DuckDB reads a text as a value of a type."""
    query = f"SELECT TRY_CAST({literal(text)} AS {kind}) IS NOT NULL"
    return bool(_connection().cursor().execute(query).fetchall()[0][0])


def result_of(text: str, kind: str, columns: Mapping[str, str]) -> str:
    """What an expression comes to; where it is a column alone, which that is."""
    name = text.strip()
    return said_of(name, columns[name]) if name in columns else f"表达式的结果是{TYPES.get(kind, (kind, kind))[1]}"


def _as_condition(text: str, columns: Mapping[str, str]) -> str:
    """How a condition is written; of a text column alone, with what it might hold."""
    name = text.strip()
    if columns.get(name) == "VARCHAR":
        return f"写成比较，如 {name} = '是'；只有是、否两种值的，在 columns.{name} 里写 type: boolean"
    return f"写成比较，例如 {name if name in columns else 'hours'} <= 1"


@remembered(EXPRESSIONS)
def date_format_problem(text: str) -> str | None:
    """What is wrong with a date format, None when it can be used."""
    import duckdb

    if text in ("excel", "excel1904", "epoch", "epoch_ms", "words"):
        return None
    try:
        _connection().cursor().execute(f"SELECT try_strptime('', [{literal(text.replace('%z', ''))}])").fetchall()
    except duckdb.Error as error:
        return f"看不懂的日期写法：{str(error).splitlines()[0]}"
    if not any(f"%{mark}" in text for mark in "YyG"):
        return "日期写法里没有年份（%Y 或 %y）"
    return None if "%" in text.replace("%Y", "", 1).replace("%y", "", 1) else "日期写法里只有年份"
