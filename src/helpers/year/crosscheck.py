"""What spans several entries or files of a year: references, expressions, sums, files, targets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from helpers.files.names import is_outside, is_there
from helpers.indicators import (
    RuleError,
    Target,
    evaluate_choice,
    load_rules,
    parse_actual,
    parse_target,
)
from helpers.indicators.units import BASE, spelled
from helpers.year.check_funds import check_funds
from helpers.year.check_personal import check_personal
from helpers.year.check_plan import plan_details
from helpers.year.check_spares import check_fleet, check_spares
from helpers.year.check_tables import COPY_IN, Path_, check_corrections, check_tables, expression, unknown
from helpers.year.check_year_start import check_year_start
from helpers.year.declared_indicators import Actual, Indicator, Measure
from helpers.year.declared_plan import Action
from helpers.year.expressions import check_expression
from helpers.year.faults import Fault, YearFileError
from helpers.year.load import Lines, Year
from helpers.year.outline_file import outline_faults
from helpers.year.tidy import tidy_columns

#: Measures that come to a day, not to a number.
DAYS = ("earliest", "latest")
#: What the misses of a combination of causes are called in results.json, beside the causes themselves.
COUNTED = "rows"


def crosscheck(year: Year) -> list[Fault]:
    """Every fault that single files cannot show; an empty list when the year can be run."""
    return [
        *_rules(year),
        *check_funds(year),
        *check_tables(year),
        *check_year_start(year),
        *check_personal(year),
        *check_measures(year),
        *_indicators(year),
        *_activities(year),
        *check_spares(year),
        *check_fleet(year),
        *_source(year),
        *_outline(year),
        *_plan(year),
        *plan_details(year),
        *check_corrections(year),
    ]


def require_sound(year: Year) -> Year:
    """The year itself, or ``YearFileError`` with every fault."""
    faults = crosscheck(year)
    if faults:
        raise YearFileError(faults)
    return year


# --- year.yml -------------------------------------------------------------------------------------


def _rules(year: Year) -> Iterator[Fault]:
    lines = year.lines["year.yml"]
    try:
        rules = load_rules(year.year.rules, year.year.rule_overrides)
    except RuleError as error:
        overridden = error.value in (year.year.rule_overrides or {})
        place = ("rule_overrides", str(error.value)) if overridden else ("rules",)
        value = (year.year.rule_overrides or {}).get(str(error.value)) if overridden else year.year.rules
        yield lines.fault("bad_rules", place, str(error), value=value)
        return
    total = sum((i.weight for i in year.indicators.indicators), Decimal(0)) + rules.execution_weight
    if total != 100:
        yield year.lines["indicators.yml"].fault(
            "weight_sum",
            ("indicators",),
            f"指标分值与预算执行分值（{rules.execution_weight} 分）合计 {total.normalize():f} 分，应为 100 分",
        )


def _outline(year: Year) -> Iterator[Fault]:
    indicators = {i.id for i in year.indicators.indicators}
    for code, place, message, value, hint in outline_faults(year.outline, indicators):
        yield year.lines["outline"].fault(code, place, message, value=value, hint=hint)
    known, lines = year.outline.attachment_ids(), year.lines["year.yml"]
    for index, name in enumerate(year.year.attachments or ()):
        if name not in known:
            yield unknown(lines, ("attachments", index), "附件", name, known)


def _activities(year: Year) -> Iterator[Fault]:
    spec, lines = year.year.activities, year.lines["year.yml"]
    if spec is None:
        return
    table = year.year.tables.get(spec.table)
    if table is None:
        yield unknown(lines, ("activities", "table"), "表", spec.table, year.year.tables)
    elif spec.by not in tidy_columns(table):
        yield unknown(lines, ("activities", "by"), "列", spec.by, tidy_columns(table))
    for category, times in Counter(item.category for item in spec.items).items():
        if times > 1:
            yield lines.fault("listed_twice", ("activities", "items"), f"{category} 列了 {times} 次")
    for index, item in enumerate(spec.items):
        if item.reported and parse_actual(item.reported).kind != "number":
            place = ("activities", "items", index, "reported")
            yield lines.fault("not_a_number", place, "读不出数字", value=item.reported, hint="例如 885次、885余次")


def _source(year: Year) -> Iterator[Fault]:
    if year.year.source is None:
        return
    groups = {i.level1 for i in year.indicators.indicators}
    known = sorted(groups | {i.id for i in year.indicators.indicators})
    for index, statement in enumerate(year.year.source.statements):
        if statement.about not in known:
            path = ("source", "statements", index, "about")
            yield unknown(year.lines["year.yml"], path, "指标或一级指标", statement.about, known)


# --- indicators.yml -------------------------------------------------------------------------------


def check_measures(year: Year) -> Iterator[Fault]:
    """What is wrong with the declared measures, each against its table."""
    lines = year.lines["indicators.yml"]
    for name, measure in year.measures.items():
        path: Path_ = ("measures", name)
        if measure.agg == "ratio":
            yield from _ratio(year, lines, path, measure)
            continue
        table = year.year.tables.get(str(measure.table))
        if table is None:
            yield unknown(lines, (*path, "table"), "表", str(measure.table), year.year.tables)
            continue
        columns = tidy_columns(table)
        if measure.where is not None:
            yield from expression(lines, (*path, "where"), measure.where, columns, True)
        if measure.value is not None:
            boolean = measure.agg == "share"
            numeric = measure.agg in ("sum", "mean", "quantile", "max", "min")
            place: Path_ = (*path, "value")
            wrong = list(expression(lines, place, measure.value, columns, boolean, numeric=numeric))
            yield from wrong
            yield from _own_unit(year, lines, (*path, "unit"), measure)
            if measure.agg in DAYS and not wrong and not _is_day(measure.value, columns):
                yield lines.fault("not_a_date", place, f"agg 为 {measure.agg} 时，value 要是日期", value=measure.value)
        if measure.date is not None and columns.get(measure.date) not in ("DATE", "TIMESTAMP"):
            yield unknown(lines, (*path, "date"), "日期列", measure.date, columns)
        for column in measure.repeat_of:
            if column not in columns:
                yield unknown(lines, (*path, "repeat_of"), "列", column, columns)


def _own_unit(year: Year, lines: Lines, path: Path_, measure: Measure) -> Iterator[Fault]:
    """A column of money, lengths or clocks is in 元 or hours as it stands: another unit would label it wrongly."""
    if measure.unit is None or measure.agg in ("count", "distinct", "share", *DAYS):
        return
    base, head = _unit_of_column(year, measure), spelled(measure.unit).partition("/")[0]
    if base is None or head == base or BASE.get(head, ("",))[0] != base:
        return
    yield lines.fault(
        "measure_unit",
        path,
        f"{measure.value} 在整洁表里以{base}计，度量的结果也是",
        value=measure.unit,
        hint=f"写 unit: {base}，或在 value 里换算成{head}；指标值照常可以写{head}",
    )


def _unit_of_column(year: Year, measure: Measure) -> str | None:
    """The unit of a measure's value where it is a column of money, of lengths or of a clock in hours, unchanged."""
    spec = year.year.tables[str(measure.table)]
    column, derived = spec.columns.get(str(measure.value).strip()), spec.derived.get(str(measure.value).strip())
    if derived is not None:
        return "小时" if derived.clock in ("hours", "office_hours") else None
    return {"money": "元", "duration": "小时"}.get(column.type) if column else None


def _is_day(text: str, columns: Mapping[str, str]) -> bool:
    return check_expression(text, columns) in ("DATE", "TIMESTAMP")


def _ratio(year: Year, lines: Lines, path: Path_, measure: Measure) -> Iterator[Fault]:
    for place, name in (("numerator", measure.numerator), ("denominator", measure.denominator)):
        other = year.measures.get(str(name))
        if other is None:
            yield unknown(lines, (*path, place), "度量", str(name), year.measures)
        elif other.agg == "ratio":
            yield lines.fault("ratio_of_ratio", (*path, place), "比值的两端不能再是比值", value=name)


def _indicators(year: Year) -> Iterator[Fault]:
    lines = year.lines["indicators.yml"]
    if year.indicators.indicators and all(i.not_applicable is not None for i in year.indicators.indicators):
        yield lines.fault("none_applies", ("indicators",), "全部指标都写了 not_applicable，没有可以评价的指标")
    ids = Counter(i.id for i in year.indicators.indicators)
    for index, indicator in enumerate(year.indicators.indicators):
        path: Path_ = ("indicators", index)
        if ids[indicator.id] > 1:
            yield lines.fault("id_twice", (*path, "id"), "指标编号重复", value=indicator.id)
        if indicator.not_applicable is not None:
            continue
        if indicator.parts:
            for number, part in enumerate(indicator.parts):
                place = (*path, "parts", number)
                target = parse_target(part.target, name=part.name)
                yield from _target(lines, (*place, "target"), target)
                yield from _actual(year, (*place, "actual"), part.actual, None)
                yield from _explain(year, (*place, "explain"), part.explain, part.actual)
            yield from _shares(lines, path, indicator)
            continue
        assert indicator.actual is not None
        target = parse_target(indicator.target, name=indicator.level3, direction=indicator.direction)
        rated = indicator.actual.grade is not None
        if not (rated and target.kind in ("choice", "unknown")):
            yield from _target(lines, (*path, "target"), target)
        yield from _actual(year, (*path, "actual"), indicator.actual, target)
        yield from _grade(year, path, indicator)
        yield from _explain(year, (*path, "explain"), indicator.explain, indicator.actual)


def _target(lines: Lines, path: Path_, target: Target) -> Iterator[Fault]:
    if target.kind == "unknown":
        yield lines.fault(
            "target_unreadable",
            path,
            f"年度指标值无法识别：{target.reason}",
            value=target.text,
            hint="写成 ≥95%、不高于10件、11人、1小时 这样的形式；定性指标用 grade 评级",
        )
    elif target.kind == "choice":
        yield lines.fault(
            "target_without_figure",
            path,
            "年度指标值里没有数值，不能与度量或填报的数值比较",
            value=target.text,
            hint="定性指标在 actual 里用 grade 和 share 评级；定量指标写成 ≥95%、不高于10件 这样的形式",
        )
    elif target.kind == "compound":
        yield lines.fault(
            "target_compound",
            path,
            "年度指标值含有多项要求",
            value=target.text,
            hint="用 parts 把每一项要求分别写成一个部分",
        )
    elif target.damaged:
        yield lines.fault(
            "target_damaged",
            path,
            f"年度指标值不合情理：{target.damaged}",
            value=target.text,
            hint="核对原件；扫描件里的 ≥ 常被误认成 2",
        )


def _actual(year: Year, path: Path_, actual: Actual, target: Target | None) -> Iterator[Fault]:
    lines = year.lines["indicators.yml"]
    for number, evidence in enumerate(actual.evidence):
        place = (*path, "evidence", number, "file")
        if evidence.file and is_outside(year.folder / evidence.file, year.root):
            words = "佐证文件只能放在项目文件夹以内，链接也不能指向别处"
            yield lines.fault("file_outside", place, words, value=evidence.file, hint=COPY_IN)
        elif evidence.file and not is_there(year.folder / evidence.file):
            yield lines.fault("file_missing", place, "没有这个佐证文件", value=evidence.file)
    if actual.measure is not None:
        measure = year.measures.get(actual.measure)
        if measure is None:
            yield unknown(lines, (*path, "measure"), "度量", actual.measure, year.measures)
        elif target is not None:
            yield from _units(lines, path, measure, target)
        return
    if actual.stated is not None and target is not None and target.kind == "number":
        found = parse_actual(actual.stated)
        if found.value is None:
            yield lines.fault(
                "actual_unreadable", (*path, "stated"), f"实际完成值无法识别：{found.reason}", value=actual.stated
            )


def _grade(year: Year, path: Path_, indicator: Indicator) -> Iterator[Fault]:
    """A rated share must lie in the range of its grade."""
    actual = indicator.actual
    if actual is None or actual.grade is None:
        return
    try:
        evaluate_choice(actual.grade, actual.share, load_rules(year.year.rules, year.year.rule_overrides))
    except RuleError:
        return  # said by _rules
    except ValueError as error:
        place = (*path, "actual", "share")
        yield year.lines["indicators.yml"].fault("share_outside_grade", place, str(error), value=actual.share)


#: Units that count the same thing, so that one measure may serve any of them.
_SAME = ({"比例", "%", "‰", "百分比"}, {"元", "万元", "亿元", "分"}, {"小时", "分钟", "天", "日"})


def _units(lines: Lines, path: Path_, measure: Measure, target: Target) -> Iterator[Fault]:
    """A share can't answer a target in pieces; a count can't answer a percentage."""
    share = measure.agg == "share" or measure.unit in _SAME[0]
    unit = target.unit
    if (measure.agg in DAYS) != (target.kind == "date") and target.kind not in ("unknown", "choice", "compound"):
        yield lines.fault(
            "incomparable_units",
            (*path, "measure"),
            "度量得出的是日期，指标值不是" if measure.agg in DAYS else "指标值是日期，度量得出的不是",
            value=measure.words,
            hint="期限由 agg: latest（最晚的日期）或 earliest 衡量",
        )
        return
    if target.kind == "number" and (unit == "比例") != share and measure.agg != "ratio":
        yield lines.fault(
            "incomparable_units",
            (*path, "measure"),
            f"度量得出的是{'比例' if share else measure.unit or '数量'}，指标值的单位是{unit or '(未写)'}",
            value=measure.words,
        )


def _explain(year: Year, path: Path_, dimensions: Sequence[str], actual: Actual) -> Iterator[Fault]:
    measure = year.measures.get(actual.measure or "")
    if actual.measure and measure is None:
        return  # said by _actual
    table = year.year.tables.get(measure.table or "") if measure else None
    known = [*tidy_columns(table)] if table else []
    if measure and table:  # made of the date and of the states where the table has no such columns
        known += ["month", "hour", "weekday", "shift"] if measure.date or table.year_by else []
        fleet = year.year.fleet
        if fleet and fleet.failures.table == measure.table:
            known += ["repeat", "age_band"]
        known += ["state"] if table.states else []
    for dimension in dimensions:
        if dimension not in known:
            yield unknown(year.lines["indicators.yml"], path, "列", dimension, known)
        elif dimension == COUNTED:
            yield year.lines["indicators.yml"].fault(
                "column_twice", path, f"列名 {COUNTED} 已被占用：按原因分列时它是件数", hint="在 year.yml 里换一个列名"
            )


def _shares(lines: Lines, path: Path_, indicator: Indicator) -> Iterator[Fault]:
    given = [part.share_of_weight for part in indicator.parts if part.share_of_weight is not None]
    if given and (len(given) != len(indicator.parts) or sum(given) != 1):
        yield lines.fault("parts_share", (*path, "parts"), "各部分的 share_of_weight 要么都不写，要么都写且合计为 1")


# --- plan.yml --------------------------------------------------------------------


def _comparison(year: Year, path: Path_, action: Action) -> Iterator[Fault]:
    """The rows that an action does not touch are rows of its yardstick's table."""
    measure, lines = year.measures[str(action.yardstick.measure)], year.lines["plan.yml"]
    table = year.year.tables.get(str(measure.table))
    if measure.agg not in ("share", "mean"):
        yield lines.fault("no_comparison", path, "comparison 只用于占比 share 和平均 mean", value=measure.agg)
    elif table is not None:
        yield from expression(lines, path, str(action.yardstick.comparison), tidy_columns(table), True)


def _plan(year: Year) -> Iterator[Fault]:
    lines = year.lines["plan.yml"]
    ids = Counter(action.id for action in year.plan.actions)
    indicators = [i.id for i in year.indicators.indicators]
    dropped = {i.id for i in year.indicators.indicators if i.not_applicable is not None}
    for index, action in enumerate(year.plan.actions):
        path: Path_ = ("actions", index)
        if ids[action.id] > 1:
            yield lines.fault("id_twice", (*path, "id"), "措施编号重复", value=action.id)
        if action.indicator not in indicators:
            yield unknown(lines, (*path, "indicator"), "指标", action.indicator, indicators)
        elif action.indicator in dropped:
            yield lines.fault(
                "not_applicable",
                (*path, "indicator"),
                "这项措施针对的指标本年度不适用（indicators.yml 里写了 not_applicable）",
                value=action.indicator,
                hint="改为针对仍然适用的指标，或者删去这项措施",
            )
        if action.yardstick.measure is not None and action.yardstick.measure not in year.measures:
            yield unknown(lines, (*path, "yardstick", "measure"), "度量", action.yardstick.measure, year.measures)
        elif action.yardstick.comparison is not None:
            yield from _comparison(year, (*path, "yardstick", "comparison"), action)
        yield from _target(lines, (*path, "yardstick", "target"), parse_target(action.yardstick.target))
        if action.status == "done" and action.done_on is None:
            yield lines.fault("done_when", (*path, "status"), "已完成的措施要写完成日期 done_on")
