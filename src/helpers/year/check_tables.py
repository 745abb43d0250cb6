"""What the declared tables and corrections say about each other: columns, clocks, grain, files."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterable, Iterator
from pathlib import Path

from helpers.files.names import is_outside, matching_files, passed_over
from helpers.year.declared_clocks import Hold
from helpers.year.declared_grain import Grain
from helpers.year.expect import NUMBERS, Expect
from helpers.year.expressions import GIVEN, ExpressionError, check_expression, date_format_problem, result_of
from helpers.year.faults import Fault, did_you_mean
from helpers.year.fiscal import FiscalYear
from helpers.year.load import Lines, Year
from helpers.year.tables import EPOCHS, Period, States, Table
from helpers.year.tidy import export_columns, record_columns, tidy_columns

Path_ = tuple[str | int, ...]
DATES = ("DATE", "TIMESTAMP")
COPY_IN = "把文件本身复制到本年度的文件夹，不用链接"


def check_tables(year: Year) -> Iterator[Fault]:
    """Faults in the tables of year.yml that show only beside their files, columns or other tables."""
    lines, whole = year.lines["year.yml"], year.year.period
    if whole and not _meets(whole, year.fiscal):
        yield _elsewhere(lines, ("period",), year.fiscal)
    for name, table in year.year.tables.items():
        path: Path_ = ("tables", name)
        if table.calendar and table.calendar not in year.year.calendars:
            yield unknown(lines, (*path, "calendar"), "日历", table.calendar, year.year.calendars)
        yield from _files(year, path, table)
        yield from _names(lines, path, table)
        yield from _dates(lines, path, table)
        yield from _limits(lines, path, table, year.fiscal, whole)
        yield from _expressions(lines, path, table)
        for column in table.derived:
            yield from _derived(lines, (*path, "derived", column), column, table)
            yield from _holds(year, (*path, "derived", column, "hold"), table.derived[column].hold, table)
        if table.grain:
            yield from _grain(lines, (*path, "grain"), table, table.grain)
        if table.states:
            yield from _states(lines, (*path, "states"), table, table.states)
        if table.expect:
            yield from _expect(lines, (*path, "expect"), table, table.expect)


def _expect(lines: Lines, path: Path_, table: Table, expect: Expect) -> Iterator[Fault]:
    """Sums are of columns with numbers; months are those of the table's date."""
    numbers = [column for column, kind in tidy_columns(table).items() if kind in NUMBERS]
    for place, column in expect.columns():
        if column not in numbers:
            yield unknown(lines, (*path, *place), "数值列", column, numbers)
    if expect.by_month and table.year_by is None:
        hint = "写 year_by 或改用 sum"
        yield lines.fault("no_date", (*path, "by_month"), "这张表没有 year_by，不能按月核对", hint=hint)


def _files(year: Year, path: Path_, table: Table) -> Iterator[Fault]:
    lines = year.lines["year.yml"]
    for index, pattern in enumerate(table.files):
        place = (*path, "files") if len(table.files) == 1 else (*path, "files", index)
        if pattern.startswith("/") or ".." in Path(pattern).parts:
            yield lines.fault("file_outside", place, "只能是本年度文件夹以内的文件", value=pattern)
        elif any(is_outside(path, year.root) for path in matching_files(year.folder, pattern)):
            yield lines.fault("file_outside", place, "这是链接，指向项目文件夹以外的文件", value=pattern, hint=COPY_IN)
        elif not matching_files(year.folder, pattern):
            present = sorted(
                p.relative_to(year.folder).as_posix()
                for p in year.folder.glob("exports/*")
                if p.is_file() and not passed_over(p.name)
            )
            yield lines.fault(
                "file_missing",
                place,
                "没有这个文件",
                value=pattern,
                hint=did_you_mean(pattern, present) or "把导出文件放到这个位置，或改正文件名",
            )


def _names(lines: Lines, path: Path_, table: Table) -> Iterator[Fault]:
    """Columns that are named have to be there, and no name is given twice."""
    own, records = export_columns(table), record_columns(table)
    for name in set(records) & set(table.derived) | set(tidy_columns(table)) & set(GIVEN):
        yield lines.fault("column_twice", (*path, "derived", name), f"列名 {name} 已被占用", hint="换一个列名")
    named: list[tuple[Path_, str]] = [(("key",), key) for key in table.key]
    named += [(("personal",), column) for column in table.personal]
    named += [(("synonyms",), column) for column in table.synonyms]
    named += [(("keep",), table.keep.by)] if table.keep else []
    for number, near in enumerate(table.near_duplicates):
        place = ("near_duplicates", number)
        named += [((*place, "columns"), column) for column in near.columns]
        named += [((*place, "by"), near.by)] if near.by else []
        if near.by and own.get(near.by, "DATE") not in DATES:
            yield _not_a_date(lines, (*path, *place, "by"), near.by)
    for where, column in named:
        if column not in own:
            yield unknown(lines, (*path, *where), "列", column, own)
    if table.year_by and table.year_by not in records:
        yield unknown(lines, (*path, "year_by"), "列", table.year_by, records)
    elif table.year_by and records[table.year_by] not in DATES:
        yield _not_a_date(lines, (*path, "year_by"), table.year_by)
    if table.keep and not table.key:
        yield lines.fault("keep_without_key", (*path, "keep"), "写了 keep 就要写 key")


def _dates(lines: Lines, path: Path_, table: Table) -> Iterator[Fault]:
    """Date formats have to be readable and to name the year; a time zone has to be known."""
    written = [((*path, "dates"), text) for text in table.dates]
    written += [((*path, "columns", c, "dates"), text) for c, column in table.columns.items() for text in column.dates]
    for place, text in written:
        problem = date_format_problem(text)
        if problem:
            yield lines.fault(
                "bad_date_format",
                place,
                problem,
                value=text,
                hint="例如 %Y-%m-%d %H:%M、%d/%m/%Y；“5-Apr”若指 2005 年 4 月，写 %y-%b",
            )
    zone = table.timezone
    for place, text in written:
        if text in EPOCHS and zone in (None, "as_written"):
            yield lines.fault(
                "epoch_without_zone",
                place,
                "自 1970 年起的秒数是世界时，要写明换算到哪个时区",
                value=text,
                hint="在这张表里写 timezone: Asia/Shanghai",
            )
    if zone and zone != "as_written" and not _is_offset(zone) and zone not in zoneinfo.available_timezones():
        known = ["as_written", "+08:00", *sorted(zoneinfo.available_timezones())]
        yield unknown(lines, (*path, "timezone"), "时区", zone, known)


def _meets(period: Period, fiscal: FiscalYear) -> bool:
    return period.start <= fiscal.last and fiscal.first <= period.end


def _elsewhere(lines: Lines, path: Path_, fiscal: FiscalYear) -> Fault:
    return lines.fault("period_elsewhere", path, f"与 {fiscal.number} 年度{_days(fiscal)}没有重合的日子")


def _days(fiscal: FiscalYear) -> str:
    return f"（{fiscal.from_to}）" if fiscal.crosses else ""


def _limits(lines: Lines, path: Path_, table: Table, fiscal: FiscalYear, whole: Period | None) -> Iterator[Fault]:
    """Limits carried over from another year would set every record aside."""
    latest, place = (
        (table.checks.latest, ("checks", "latest")) if table.checks.latest else (table.exported, ("exported",))
    )
    if table.checks.impossible != "keep" and table.year_by and latest and latest < fiscal.first:
        yield lines.fault(
            "latest_too_early",
            (*path, *place),
            f"早于 {fiscal.number} 年度{_days(fiscal)}的首日，全部记录都会被剔除",
            value=latest,
            hint="改成本年度数据的导出日期",
        )
    if table.period and table.year_by is None:
        yield lines.fault("no_date", (*path, "period"), "这张表没有 year_by，说不上起止日期", hint="写 year_by")
    elif table.period and table.period != whole and not _meets(table.period, fiscal):
        yield _elsewhere(lines, (*path, "period"), fiscal)
    if table.checks.latest and table.checks.earliest > table.checks.latest:
        yield lines.fault(
            "latest_too_early", (*path, "checks", "latest"), f"早于 earliest（{table.checks.earliest}）", value=latest
        )


def _is_offset(text: str) -> bool:
    return len(text) == 6 and text[0] in "+-" and text[3] == ":" and (text[1:3] + text[4:]).isdigit() and text[4] < "6"


def _expressions(lines: Lines, path: Path_, table: Table) -> Iterator[Fault]:
    for index, scope in enumerate(table.out_of_scope):
        yield from expression(lines, (*path, "out_of_scope", index, "where"), scope.where, export_columns(table), True)
    for index, rule in enumerate(table.gate):
        if rule.where:
            yield from expression(lines, (*path, "gate", index, "where"), rule.where, tidy_columns(table), True)


def _derived(lines: Lines, path: Path_, name: str, table: Table) -> Iterator[Fault]:
    spec, records = table.derived[name], record_columns(table)
    if spec.expr is not None:
        before = list(table.derived)[: list(table.derived).index(name)]
        known = {k: v for k, v in tidy_columns(table).items() if k in records or k in before}
        yield from expression(lines, (*path, "expr"), spec.expr, known, spec.type == "boolean")
        return
    for place, column in (("start", str(spec.start)), ("end", str(spec.end))):
        if column not in records:
            yield unknown(lines, (*path, place), "列", column, records)
        elif records[column] not in DATES:
            yield _not_a_date(lines, (*path, place), column)
        elif spec.clock == "office_hours" and records[column] == "DATE":
            yield lines.fault(
                "day_without_time",
                (*path, place),
                f"{column} 只有日期，算不出办公小时",
                hint=f"来源有钟点的，在 columns.{column} 里写 type: datetime；没有的改用 clock: workdays",
            )
    if spec.by and spec.by.column not in records:
        yield unknown(lines, (*path, "by", "column"), "列", spec.by.column, records)


def _states(lines: Lines, path: Path_, table: Table, states: States) -> Iterator[Fault]:
    """Every moment of a state is a column of the records that holds date and time."""
    records = record_columns(table)
    for place, column in states.moments():
        at = (*path, *(int(step) if step.isdigit() else step for step in place.split(".")))
        if column not in records:
            yield unknown(lines, at, "列", column, records)
        elif records[column] not in DATES:
            yield _not_a_date(lines, at, column)
        elif records[column] == "DATE":
            yield lines.fault(
                "day_without_time",
                at,
                f"{column} 只有日期，算不出各环节的时间",
                hint=f"来源有钟点的，在 columns.{column} 里写 type: datetime；没有的不写进 states",
            )


# --- holds ----------------------------------------------------------------------------------------


def _holds(year: Year, path: Path_, holds: tuple[Hold, ...], table: Table) -> Iterator[Fault]:
    lines, records = year.lines["year.yml"], record_columns(table)
    for number, hold in enumerate(holds):
        place = (*path, number)
        if hold.events:
            if not (table.grain and table.grain.suspends):
                yield lines.fault("hold_without_events", place, "hold: events 要求 grain 里写了 suspends")
        elif hold.column is not None:
            yield from _length(lines, place, hold, table)
        elif hold.table is None:
            yield from _interval(lines, place, hold, records)
        else:
            yield from _other_table(year, place, hold, table)


def _interval(lines: Lines, path: Path_, hold: Hold, records: dict[str, str]) -> Iterator[Fault]:
    for end, column in (("from", str(hold.start)), ("to", str(hold.end))):
        if column not in records:
            yield unknown(lines, (*path, end), "列", column, records)
        elif records[column] not in DATES:
            yield _not_a_date(lines, (*path, end), column)


def _other_table(year: Year, path: Path_, hold: Hold, table: Table) -> Iterator[Fault]:
    """The table of pauses has to be another one, keyed as this one is, with no such clocks itself."""
    lines, tables = year.lines["year.yml"], year.year.tables
    other = tables.get(str(hold.table))
    if other is None or other is table:
        yield unknown(lines, (*path, "table"), "表", str(hold.table), [n for n, t in tables.items() if t is not table])
        return
    if any(h.table for d in other.derived.values() for h in d.hold):
        yield lines.fault(
            "hold_of_hold", (*path, "table"), "登记暂停的表，自己的时钟不能再按别的表扣除", value=hold.table
        )
    if len(hold.key) != len(table.tidy_key):
        yield lines.fault(
            "hold_key", (*path, "key"), f"key 要与本表的 key（{'、'.join(table.tidy_key) or '没有写'}）一一对应"
        )
    there = record_columns(other)
    for column in hold.key:
        if column not in there:
            yield unknown(lines, (*path, "key"), "列", column, there)
    yield from _interval(lines, path, hold, there)


def _length(lines: Lines, path: Path_, hold: Hold, table: Table) -> Iterator[Fault]:
    """A length of time: a duration is in hours already, a bare number needs its unit."""
    column, records = str(hold.column), record_columns(table)
    if column not in records:
        yield unknown(lines, (*path, "column"), "列", column, records)
        return
    attribute = table.grain.attributes.get(column) if table.grain else None
    source = table.columns.get(attribute.source if attribute else column)
    kind = source.type if source else "integer"
    if kind not in ("integer", "number", "duration"):
        yield lines.fault(
            "not_a_number",
            (*path, "column"),
            f"{column} 不是数字列",
            hint=f"在 columns.{column} 里写 type: number 或 duration",
        )
    elif (kind == "duration") == (hold.unit is not None):
        hint = "duration 列已换算成小时，去掉 unit" if hold.unit else "写明 unit：秒、分钟、小时或天"
        yield lines.fault("hold_unit", path, f"{column} 的单位没有说清", hint=hint)


# --- grain ----------------------------------------------------------------------------------------


def _grain(lines: Lines, path: Path_, table: Table, grain: Grain) -> Iterator[Fault]:
    own = export_columns(table)
    for place in ("key", "keep"):
        if getattr(table, place):
            yield lines.fault(
                "grain_has_case", (*path[:-1], place), f"写了 grain 就不写 {place}：一行是一个事件，编号在 grain.case"
            )
    for place, column in [*(("case", c) for c in grain.case), ("time", grain.time)]:
        if column not in own:
            yield unknown(lines, (*path, place), "列", column, own)
    if own.get(grain.time, "DATE") not in DATES:
        yield _not_a_date(lines, (*path, "time"), grain.time)
    for place, text in grain.expressions().items():
        yield from expression(lines, (*path, place), text, own, True)
    yield from _attributes(lines, path, grain, own)
    for index, scope in enumerate(grain.out_of_scope):
        yield from expression(lines, (*path, "out_of_scope", index, "where"), scope.where, record_columns(table), True)


def _attributes(lines: Lines, path: Path_, grain: Grain, own: dict[str, str]) -> Iterator[Fault]:
    for name, attribute in grain.attributes.items():
        at = (*path, "attributes", name)
        if attribute.source not in own:
            yield unknown(lines, (*at, "from"), "列", attribute.source, own)
        elif bool(attribute.order) != (attribute.take == "worst" and own[attribute.source] == "VARCHAR"):
            yield lines.fault("worst_order", at, "文字列取 worst 要用 order 从轻到重列出各值；其余不写 order")
        if name in grain.made() or name in grain.case:
            yield lines.fault("column_twice", at, f"列名 {name} 已被占用", hint="换一个列名")


# --- corrections.yml ------------------------------------------------------------------------------


def check_corrections(year: Year) -> Iterator[Fault]:
    """Corrections name columns of the exports, change something, and no cell twice."""
    lines = year.lines["corrections.yml"]
    for index, correction in enumerate(year.corrections.corrections):
        path: Path_ = ("corrections", index)
        table = year.year.tables.get(correction.table)
        if table is None:
            yield unknown(lines, (*path, "table"), "表", correction.table, year.year.tables)
            continue
        for place in ("key", "expect", "change"):
            for column in getattr(correction, place):
                if column not in table.columns:
                    yield unknown(lines, (*path, place, column), "列", column, list(table.columns))
        for column, new in correction.change.items():
            if column in correction.expect and correction.expect[column] == new:
                yield lines.fault(
                    "correction_idle", (*path, "change", column), "改成的值与 expect 相同，这条更正什么也不改"
                )
            for earlier, other in enumerate(year.corrections.corrections[:index]):
                if (other.table, other.key) == (correction.table, correction.key) and column in other.change:
                    yield lines.fault(
                        "correction_twice",
                        (*path, "change", column),
                        f"第 {earlier + 1} 条已经改了同一行的这一列",
                        hint="合并成一条，只留最后确认的值",
                    )


# --- shared ---------------------------------------------------------------------------------------


def unknown(lines: Lines, path: Path_, what: str, word: str, known: Iterable[str]) -> Fault:
    """A name that is not there, with what is probably meant."""
    return lines.fault("unknown_name", path, f"没有这个{what}", value=word, hint=did_you_mean(word, sorted(known)))


def _not_a_date(lines: Lines, path: Path_, column: str) -> Fault:
    return lines.fault("not_a_date", path, f"{column} 不是日期列", hint=f"在 columns.{column} 里写 type: datetime")


def expression(
    lines: Lines, path: Path_, text: str, columns: dict[str, str], boolean: bool, *, numeric: bool = False
) -> Iterator[Fault]:
    """The fault of an expression that does not fit these columns, if it has one."""
    try:
        kind = check_expression(text, columns, boolean=boolean)
    except ExpressionError as error:
        yield lines.fault("bad_expression", path, str(error), value=text, hint=error.hint)
        return
    if numeric and not kind.startswith(
        ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "DOUBLE", "FLOAT", "DECIMAL")
    ):
        name = text.strip()
        hint = f"在 columns.{name} 里写 type: number（金额写 money）" if columns.get(name) == "VARCHAR" else None
        words = f"这里要一个数，{result_of(text, kind, columns)}"
        yield lines.fault("bad_expression", path, words, value=text, hint=hint)
