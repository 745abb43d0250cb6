"""Lines of an export that are no records: totals, repeated heads, page footers, signatures, notes below a table."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby
from operator import itemgetter
from typing import Literal

import duckdb

from helpers.activity import sql
from helpers.activity.errors import ExportError
from helpers.activity.readers import normal_header
from helpers.activity.telling import MAYBE_TOTAL, Telling
from helpers.activity.written_down import shown_row
from helpers.year.engine import identifier, literal
from helpers.year.tables import Table

#: Where a label outside the declared columns stands: 序号 and its like.
LABEL_COLUMNS = 3
#: In tables of up to so many rows that have no key, all columns are looked at.
LABELLED_ROWS = 50_000
#: Lines with too few cells are looked at one by one, up to this many; more are losses, which stop the run.
LOOKED_AT = 20_000
SHOWN = 5

Kind = Literal["strong", "plain", "prefixed", "carried"]

_WORD = r"(?:(?:总?合计|总计|小计|累计|共计)(?:发生额|发生数|金额)?|总额|总数|总和|合计[数额]|金额合计|[∑σς])"
_PERIOD = (
    r"(?:[本当上前每各全至第截年月日期0-9一二三四五六七八九十百半下.\-/]*"
    r"(?:日|周|旬|月份?|季度?|年度?|期|页|班|批次?)(?:份|末|止|初)?(?:发生额?|收支)?)"
)
_TAIL = (
    r"(?:[:=,、;()\[\]|—-]*(?:共|约|为|计)?[-+¥¥$]?[0-9][0-9.,]*|[:=])?"
    r"(?:[万亿千百]*元?整?|[项条件笔次人行单张份个户台套名天]|小时|%)?"
    r"(?:\([^)]*\))?[)\]:。.—-]*"
)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*|q[1-4]|h[12]|week \d+|(?:19|20)\d\d"
_PATTERNS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("strong", re.compile(rf"{_PERIOD}{_WORD}{_TAIL}")),
    (
        "strong",
        re.compile(
            rf"(?:(?:grand|page|monthly?|quarterly?|yearly?|annual|running|overall|report|{_MONTH})[ _-]*)"
            r"(?:sub[ -]?)?(?:totals?|sum)[ :=0-9.,]*"
        ),
    ),
    ("plain", re.compile(rf"{_WORD}{_TAIL}")),
    (
        "plain",
        re.compile(
            r"(?:sub[ -]?)?totals?(?: g[eé]n[eé]ral)?[ :=0-9.,]*|sum[ :=0-9.,]*|summe"
            r"|zwischensumme|gesamt(?:summe)?|suma|итого[ :=0-9.,]*"
        ),
    ),
    (
        "carried",
        re.compile(
            r"(?:(?:期|年|月)[初末]|上[年月期页]|本[年月期页])(?:余额|结转|结存|数|转入)?"
            r"|承前页|过次页|转下页|接上页|结转(?:下[年期页]|下年度)?|(?:上年)?结转余额"
            r"|余额结转"
        ),
    ),
    (
        "carried",
        re.compile(
            r"(?:opening|closing) balance|balance (?:brought|carried) (?:forward|down)"
            r"|(?:brought|carried) forward|[bc]/[fd]"
        ),
    ),
    ("prefixed", re.compile(rf"(?:{_PERIOD}|总)?(?:平均[值数]?|均值){_TAIL}|(?:average|mean|avg)[ :=0-9.,]*")),
    ("prefixed", re.compile(rf".{{0,20}}(?:合计|小计|总计|累计|汇总|共计){_TAIL}")),
    ("prefixed", re.compile(r".{1,30} (?:sub[ -]?)?totals?[ :=0-9.,]*|(?:total|sum) (?:for|of|in) .{1,30}")),
)
#: A number, an amount or a date.
_FIGURE = re.compile(r"[-+¥$]?[0-9][0-9.,:/年月日 -]*(?:[万亿]?元|%)?")

_ROLES = (
    "制表|制单|填表|填报|打印|导出|编制|审核|复核|审批|批准|经办|核对|校对|记账|出纳|会计|会计主管|财务主管|主管|主管领导|"
    "分管领导|负责|负责人|(?:单位|部门|财务|项目|科室)负责人|联系|验收|交接|领用|签收"
)
_PAGE = re.compile(
    r"第[0-9一二三四五六七八九十百]+页(?:[,/]?共[0-9一二三四五六七八九十百]+页)?|共[0-9]+页.{0,12}"
    r"|[0-9]+/[0-9]+页|page ?\d+(?: ?(?:of|/) ?\d+)?"
    r"|-{1,2} ?\d+ ?-{1,2}|以下空白|以下无正文|本页无正文|\(?(?:完|end of (?:report|file|data|page))\)?|[-=*_—]{3,}"
)
_FOOTERS = (
    re.compile(
        rf"(?:{_ROLES})(?:人|员|单位|部门|机构|时间|日期)?(?:\(?(?:签字|签章|盖章|签名)\)?)?(?:及电话|电话)?[:_].*"
    ),
    # The label alone, with the date in the next cell. (人 alone may be a post: 负责人.)
    re.compile(rf"(?:{_ROLES}|报表|统计|生成)(?:时间|日期)"),
    re.compile(r".{0,20}(?:签字|签章|盖章|签名)\)?[:_]?.{0,20}"),
    re.compile(
        r"(?:注|备注|说明|附注|注释|数据来源|资料来源|来源|填表说明|编制说明"
        r"|统计口径|统计(?:时间|期间|范围)|报表(?:时间|日期))[0-9一二三四五]*[:、.].*"
    ),
    re.compile(r"[*※]+ ?注?.*"),
    re.compile(r"(?:合计金额|金额|人民币|合计)?\(?大写\)?:.*"),
    re.compile(r"共 ?[0-9,]+ ?(?:条|行|笔|项|件)(?:记录|数据)?.{0,12}"),
    re.compile(
        r"(?:printed|generated|exported|prepared|checked|approved|reviewed|signed|created)(?: (?:on|at|by))?[: ].*"
    ),
    re.compile(
        r"(?:signature|data source|source|notes?|remarks?|report (?:date|time|generated|run)|run date|legend)\s*:.*"
    ),
    re.compile(r"\(?[0-9,]+ (?:rows?|records?|results?)(?: (?:selected|found|returned|exported|affected))?\)?\.?"),
)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One row as it is looked at: the texts of its filled cells, a total's label outside the declared columns,
    how many cells a usual row of its file has, and whether the row is ``counted`` so far."""

    file_no: int
    file: str
    row: int
    cells: Mapping[str, str]
    label: str | None
    typical: float
    counted: bool


def plain_text(text: str) -> str:
    """A cell for comparison: full-width forms folded, blanks between Chinese characters gone, no case."""
    folded = " ".join(unicodedata.normalize("NFKC", text).split()).casefold()
    # Totals in traditional characters are the same totals.
    folded = folded.replace("計", "计").replace("總", "总").replace("頁", "页")
    return re.sub(r"(?<![a-z0-9]) | (?![a-z0-9])", "", folded).strip("【】[]<>*·•")


def total_kind(text: str) -> Kind | None:
    """How far a cell says that its row is a total, a subtotal or a balance carried over.

    ``strong``: with its period (本月合计); ``plain``: the word alone; ``prefixed``: after something else
    (人工费小计), which a title may be, too; ``carried``: a balance, which a stock list records.
    """
    said = plain_text(text)
    if len(said) > 60:
        return None
    return next((kind for kind, pattern in _PATTERNS if pattern.fullmatch(said)), None)


def is_footer(text: str) -> bool:
    said = plain_text(text)
    return _PAGE.fullmatch(said) is not None or any(pattern.fullmatch(said) for pattern in _FOOTERS)


# --- one line -------------------------------------------------------------------------------------


def verdict(line: Line, spec: Table, sources: Mapping[str, Collection[str]]) -> str | None:
    """Why a line is no record, None for a record; raises ``Doubtful`` where it may be either. ``sources``: the headings
    of each column, as ``normal_header`` writes them."""
    if not line.cells:
        return None
    if len(line.cells) > 1 and all(normal_header(text) in sources[c] for c, text in line.cells.items()):
        return sql.REPEATED_HEADER
    return sql.TOTAL_LINE if _is_total(line, spec) else sql.FOOTER if _is_footer(line, spec) else None


class Doubtful(Exception):
    """A row that may be a total or a record."""


def _is_total(line: Line, spec: Table) -> bool:
    found = {c: kind for c, text in line.cells.items() if (kind := total_kind(text))}
    outside = total_kind(line.label) if line.label else None
    kinds = {*found.values(), outside} - {None}
    records = spec.loss.records if spec.loss else ()
    if not kinds or line.label in records or any(line.cells[c] in records for c in found):
        return False
    key, filled = _key(spec), len(line.cells)
    fewer, half = filled < line.typical, filled <= line.typical / 2
    unnamed = bool(key) and any(c not in line.cells or c in found for c in key)
    if kinds & {"strong", "plain"} and unnamed:
        return True
    if "strong" in kinds:
        return _or_doubt(not key or fewer)
    if "plain" in kinds:
        return _or_doubt(half or (not key and fewer))
    if "carried" in kinds:
        return fewer if unnamed else not key and _or_doubt(fewer)
    figures = all(_FIGURE.fullmatch(plain_text(text)) for c, text in line.cells.items() if c not in found)
    labelled = any(c in found for c in key)
    return fewer and (labelled or (figures and (unnamed or not key)))


def _or_doubt(sure: bool) -> bool:
    if not sure:
        raise Doubtful
    return True


def _is_footer(line: Line, spec: Table) -> bool:
    """Page numbers, signatures, notes: few cells, none of them a record's name."""
    footers = [c for c, text in line.cells.items() if is_footer(text)]
    if len(footers) == len(line.cells) > 1 and len(line.cells) < line.typical:
        return True
    if not footers or len(line.cells) > max(1, line.typical / 2):
        return False
    if line.typical <= 1:
        return all(_PAGE.fullmatch(plain_text(text)) for text in line.cells.values())
    key, filled = _key(spec)[:1], list(line.cells)
    if len(footers) == len(filled):
        return True
    if key:
        return key[0] not in filled or key[0] in footers
    return filled[0] in footers and len(filled) <= max(2, line.typical / 4)


def _key(spec: Table) -> Sequence[str]:
    return spec.grain.case if spec.grain else spec.key


# --- a table --------------------------------------------------------------------------------------


def labels_of(relation: str, file_no: int, columns: Sequence[str]) -> str:
    """A query for the few labels of total lines in columns that are not declared: file, row, text."""
    parts = [
        f"SELECT {file_no} AS _file_no, source_row, {c} AS text FROM ({relation}) WHERE length({c}) <= 60 "
        f"AND regexp_full_match({c}, {literal(MAYBE_TOTAL)})"
        for c in columns
    ]
    return " UNION ALL ".join(parts)


def recognise(connection: duckdb.DuckDBPyConnection, spec: Table, telling: Telling, *, labelled: bool) -> None:
    """Give the rows of ``judged_rows`` that are no records their reason; raises ``ExportError`` in doubt. ``labelled``:
    whether there are ``labels``."""
    found: dict[tuple[int, int], str] = {}
    doubtful: list[Line] = []
    sources = {c: {normal_header(h) for h in d.source} for c, d in spec.columns.items()}
    for line in (lines := _lines(connection, spec, telling, labelled=labelled)):
        try:
            why = verdict(line, spec, sources)
        except Doubtful:
            doubtful += [line] if line.counted else []
            continue
        if why:
            found[line.file_no, line.row] = why
    if doubtful:
        raise _ask(doubtful, spec)
    found |= _around(lines, found)
    if found:
        listed = ", ".join(f"({number}, {row}, {literal(why)})" for (number, row), why in sorted(found.items()))
        connection.execute(
            f"UPDATE judged_rows SET _first = found.why, _unreadable = NULL, _scope = NULL FROM (VALUES {listed}) "
            "AS found(file_no, row, why) WHERE judged_rows._file_no = found.file_no "
            "AND judged_rows.source_row = found.row"
        )


def _around(lines: Sequence[Line], found: Mapping[tuple[int, int], str]) -> dict[tuple[int, int], str]:
    """Lone cells between such lines and the end of a file, and titles above a repeated head."""
    more: dict[tuple[int, int], str] = {}
    known = dict(found)
    for line in lines:
        place = (line.file_no, line.row)
        if place in found or len(line.cells) != 1 or line.typical < 3:
            continue
        if known.get((line.file_no, line.row - 1)) in (sql.FOOTER, sql.TOTAL_LINE) and not _is_code(line):
            more[place] = known[place] = sql.FOOTER
        elif found.get((line.file_no, line.row + 1)) == sql.REPEATED_HEADER:
            more[place] = sql.REPEATED_HEADER
    return more


def _is_code(line: Line) -> bool:
    """A number or a short code is what is left of a record, not a remark."""
    return re.fullmatch(r"[\w./:-]{1,20}", plain_text(next(iter(line.cells.values()))), re.ASCII) is not None


def _usual(connection: duckdb.DuckDBPyConnection) -> str:
    """How many cells four rows in five of a row's file do not exceed, as SQL; NULL for files of which no row says
    anything, empty where all are. A quantile would hold a number a row."""
    rows = f"SELECT _file_no, _filled, count(*) FROM judged_rows WHERE {sql.NOT_BLANK}"
    found = connection.execute(f"{rows} GROUP BY 1, 2 ORDER BY 1, 2").fetchall()
    usual = []
    for number, counted in ((number, list(some)) for number, some in groupby(found, itemgetter(0))):
        every, so_far = sum(n for *_, n in counted), accumulate(n for *_, n in counted)
        typical = next(filled for (_, filled, _), n in zip(counted, so_far, strict=True) if n * 5 >= every * 4)
        usual.append(f"WHEN {number} THEN {typical}")
    return f"CASE _file_no {' '.join(usual)} END" if usual else ""


def _look_at(connection: duckdb.DuckDBPyConnection, telling: Telling, *, labelled: bool) -> int:
    """``looked_at``: the rows worth a look, unusable ones, those with few cells, and those that name a total; how many
    there are. ``labelled``: whether there are ``labels``. One pass over the rows: joins of parts of them took longer to
    plan than all rows of a small table to look at."""
    usual = _usual(connection)
    if not usual:
        return 0
    total = f"CASE WHEN _telling THEN {telling.total_in_row()} ELSE false END"
    if labelled:
        total = f"{total} OR {sql.PLACE} IN (SELECT {sql.PLACE} FROM labels)"
    scant = "_first IS NOT NULL OR _filled <= _typical / 2 OR (_unreadable IS NOT NULL AND _filled < _typical)"
    scarce = f"({sql.NOT_BLANK} OR _first = {literal(sql.REPEATED_HEADER)}) AND ({scant})"
    ((found,),) = connection.execute(
        "CREATE OR REPLACE TEMP TABLE looked_at AS "
        "SELECT _file_no, source_row, _typical, _counted, _scarce, _named FROM "
        "(SELECT _file_no, source_row, _typical, _first IS NULL AND _scope IS NULL AS _counted, "
        f"{scarce} AS _scarce, {sql.NOT_BLANK} AND ({total}) AS _named "
        f"FROM (SELECT *, {usual} AS _typical FROM judged_rows) WHERE _typical IS NOT NULL) "
        "WHERE _scarce OR _named"
    ).fetchall()
    if found > LOOKED_AT:  # those with too few cells are the first of them
        connection.execute(
            f"DELETE FROM looked_at WHERE NOT _named AND {sql.PLACE} > (SELECT max(place) FROM "
            f"(SELECT {sql.PLACE} AS place FROM looked_at WHERE _scarce ORDER BY place LIMIT {LOOKED_AT}))"
        )
    return int(found)


def _lines(connection: duckdb.DuckDBPyConnection, spec: Table, telling: Telling, *, labelled: bool) -> list[Line]:
    """The rows worth a look."""
    if not _look_at(connection, telling, labelled=labelled):
        return []
    label, labels = "CAST(NULL AS VARCHAR)", ""
    if labelled:
        label = "_label"
        labels = (
            "LEFT JOIN (SELECT _file_no, source_row, min(text) AS _label FROM labels GROUP BY ALL) "
            "USING (_file_no, source_row) "
        )
    own = "".join(f", texts.{identifier(c)}" for c in spec.columns)
    found = connection.execute(
        f"SELECT _file_no, file_name(_file_no), source_row, {label}, _typical, _counted{own} FROM texts "
        f"JOIN looked_at USING (_file_no, source_row) {labels}ORDER BY _file_no, source_row"
    ).fetchall()
    return [
        Line(
            file_no=number,
            file=file,
            row=row,
            cells={c: t for c, t in zip(spec.columns, cells, strict=True) if t is not None},
            label=label,
            typical=typical,
            counted=counted,
        )
        for number, file, row, label, typical, counted, *cells in found
    ]


def _ask(lines: Sequence[Line], spec: Table) -> ExportError:
    first = lines[0]
    shown = [(line.row, shown_row(spec, line.cells.items(), False, 80)) for line in lines]
    column, text = next(((c, t) for c, t in first.cells.items() if total_kind(t)), (None, str(first.label)))
    own = f"把写着“{text}”的那一列声明为 columns，" if column is None else ""
    return ExportError(
        "total_or_record",
        first.file,
        f"有 {len(lines)} 行像是合计、小计或累计，又像是真实的记录，不能擅自取舍"
        f"（{f'列 {column}' if column else '没有声明的列'}：{text}）",
        rows=shown,
        hint=f"是合计行的，{own}在 out_of_scope 里写 {{where: \"{column or '这一列'} = '{text}'\", why: 合计行}}；"
        f"是真实记录的，在 loss 里写 {{records: [{text}], why: …}}",
    )
