"""Sums that hold within results.json and validation.json, whatever a package is compared with."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, cast

from helpers.forms.audit import audit_form
from helpers.indicators import RuleError, RuleSet, execution, load_rules, total
from helpers.indicators.plain import is_number
from helpers.report.assemble_evidence import left_out
from helpers.report.own_form import own_form
from helpers.report.results_schema import inner_rule, properties, schema
from helpers.report.results_types import Results
from helpers.year.root import shown_raw

Json = Mapping[str, Any]
#: What sums of floats may be off by.
NEAR = 1e-6


def wrong_sums(results: Results, validation: Json) -> list[str]:
    """Every sum that does not come out, with both figures, in words; what lacks what it needs for one is told too."""
    rules, told = applied_rules(results), cast(Json, results)
    found: list[str] = []
    checks: tuple[Callable[[], Iterator[str]], ...] = (
        lambda: _score(told, rules),
        lambda: _funds(told, rules),
        lambda: _activities(told),
        lambda: _files(told),
        lambda: _strange(told),
        lambda: _sources(told),
        lambda: _variances(told),
        lambda: _causes(told),
        lambda: _validation(told, validation),
        lambda: _own_audit(results, rules),
    )
    for check in checks:
        try:
            found += check()
        except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
            found.append(f"结构不对，算不了合计：{type(error).__name__} {str(error)[:100]}")
    return found


def applied_rules(results: Results) -> RuleSet | None:
    """The rule set with the values that the results say; None where there is no such set."""
    told: Json = cast(Json, results.get("rules") or {})
    try:
        own = {one["name"]: one["value"] for one in told["values"] if one.get("confidence") is None}
        return load_rules(told["id"], own)
    except (RuleError, ValueError, TypeError, KeyError):
        return None


def _decimal(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _near(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=NEAR, abs_tol=NEAR)


def _score(results: Json, rules: RuleSet | None) -> Iterator[str]:
    budget, score = results["budget"], results["score"]
    for entry in results["indicators"]:
        if entry["score"] is not None and not 0 <= entry["score"] <= entry["weight"]:
            yield f"“{entry['level3']}”得分 {entry['score']:g} 超出分值 {entry['weight']:g}"
    if rules is None:
        return
    rows = [(_decimal(one["score"]), Decimal(str(one["weight"]))) for one in results["indicators"]]
    whole = total([*rows, (_decimal(budget["score"]), Decimal(str(budget["weight"])))], rules)
    for key, words, right in (("total", "总分", whole.total), ("upper", "最高可能得分", whole.upper)):
        stated = score[key]
        if stated is None or Decimal(str(stated)) != right:
            yield f"{words}写着 {_shown(stated)}，各项得分与预算执行得分相加是 {right:f}"
    if score["grade"] != whole.grade:
        yield f"等级写着 {score['grade'] or '—'}，按得分是 {whole.grade or '—'}"


def _funds(results: Json, rules: RuleSet | None) -> Iterator[str]:
    budget = results["budget"]
    spent, adjusted, rate = budget["spent"], budget["adjusted"], budget["execution_rate"]
    if spent is not None and adjusted:
        right = spent / adjusted
        if rate is None or not _near(rate, right):
            yield f"预算执行率写着 {_shown(rate)}，执行数 {spent:g} ÷ 全年预算 {adjusted:g} 是 {right:.6f}"
        if rules is not None:
            points = execution(Decimal(str(spent)), Decimal(str(adjusted)), rules).score
            if _decimal(budget["score"]) != points:
                yield f"预算执行得分写着 {_shown(budget['score'])}，按规则是 {points}"
    for key, words in (("initial", "年初预算"), ("adjusted", "全年预算"), ("spent", "全年执行")):
        stated, parts = budget[key], [one[key] for one in budget.get("sources") or ()]
        known = [part for part in parts if part is not None]
        if stated is not None and parts and len(known) == len(parts) and not _near(sum(known), stated):
            yield f"{words}写着 {stated:g} 元，各项资金来源相加是 {sum(known):g} 元"


def _activities(results: Json) -> Iterator[str]:
    counted = sum(one["count"] for one in results["activities"])
    if results.get("activity_total") is not None and counted != results["activity_total"]:
        yield f"年度活动合计写着 {results['activity_total']}，各类相加是 {counted}"
    for one in results["activities"]:
        months = one.get("monthly")
        if months and sum(months) != one["count"]:
            yield f"“{one['category']}”写着 {one['count']}，各月相加是 {sum(months)}"
        if not one["count_text"].startswith(str(one["count"])):
            yield f"“{one['category']}”写着 {one['count_text']}，数是 {one['count']}"
        rows = (one.get("evidence") or {}).get("rows")
        if rows not in (None, one["count"]):
            yield f"“{one['category']}”写着 {one['count']}，来源写着 {rows} 条记录"


def _files(results: Json) -> Iterator[str]:
    """A table's rows are those of its files, by reason; that in = used + set aside is checked when results are read."""
    for table in results["tables"]:
        files = table.get("files") or []
        name = table.get("title") or table["table"]
        if not files:
            continue
        for key, words in (("rows_in", "读入"), ("used", "采用")):
            counted = sum(file[key] for file in files)
            if counted != table[key]:
                yield f"“{name}”{words}写着 {table[key]} 行，各文件相加是 {counted} 行"
        by_reason = _by_reason(one for file in files for one in file["set_aside"])
        if by_reason != _by_reason(table["set_aside"]):
            yield f"“{name}”各原因剔除的行数与各文件相加的不同"


def _by_reason(listed: Any) -> Counter[str]:
    found: Counter[str] = Counter()
    for one in listed:
        found[one["reason"]] += one["rows"]
    return +found


def _strange(results: Json) -> Iterator[str]:
    """Keys that the program never writes, which no other file shows."""
    places = [("", results, schema())]
    for key in ("budget", "score", "activities", "indicators", "tables"):
        rule = inner_rule(schema(), key)
        inner = results[key] if isinstance(results[key], list) else [results[key]]
        listed = isinstance(results[key], list)
        places += [(f"{key}.", one, inner_rule(rule, 0) if listed else rule) for one in inner]
    for place, one, rule in places:
        known = properties(rule)
        yield from (f"{place}{key[:40]}：程序不写这样的键" for key in one if key not in known)


def _sources(results: Json) -> Iterator[str]:
    """The evidence of a figure names inputs as the whole does, and leaves out the rows that their tables leave out."""
    known = {one["file"]: one["sha256"] for one in (results.get("provenance") or {}).get("inputs") or ()}
    tables = {f"{shown_raw(results['fiscal_year'])}/{f['file']}": t for t in results["tables"] for f in t["files"]}
    for name, evidence in _evidence(results):
        files = [one["file"] for one in evidence.get("inputs") or ()]
        for one in evidence.get("inputs") or ():
            if known and one["sha256"] != known.get(one["file"]):
                yield f"{name}的来源 {one['file']} 的散列与输入清单的不同"
        series = evidence.get("monthly_sql")
        if series and not _by_month_of(str(evidence.get("sql")), series):
            yield f"{name}按月的查询语句不是由它的查询语句分月得到"
        behind = {tables[file]["table"]: tables[file] for file in files if file in tables}
        if behind and "set_aside" in evidence:
            right = left_out(behind.values())
            if (evidence["set_aside"], evidence.get("corrected")) != (right["set_aside"], right["corrected"]):
                yield f"{name}的来源写着的剔除和更正行数，与数据表的不同"


def _by_month_of(sql: str, series: str) -> bool:
    """Whether a query is another one taken by month."""
    wanted = re.escape(sql.removeprefix("SELECT "))
    return bool(re.fullmatch(rf"SELECT strftime\(\w+, '%Y-%m'\), {wanted} GROUP BY 1 ORDER BY 1", series))


def _evidence(results: Json) -> Iterator[tuple[str, Json]]:
    """Each figure's evidence with the figure's name."""
    listed = [("全年执行数", results["budget"]), ("预算数", {"evidence": results["budget"].get("declared")})]
    listed += [(f"“{one['category']}”", one) for one in results["activities"]]
    listed += [(f"“{one.get('title') or one['table']}”", one) for one in results["tables"]]
    for entry in results["indicators"]:
        listed += [(f"“{entry['level3']}”", one) for one in (entry, *(entry.get("parts") or ()))]
    for name, one in listed:
        if one.get("evidence"):
            yield name, one["evidence"]


def _variances(results: Json) -> Iterator[str]:
    """Actual minus target where both are plain numbers."""
    for entry in results["indicators"]:
        goal, actual, stated = entry["target"], entry["actual"], entry.get("variance")
        value = goal.get("value")
        if goal.get("kind") != "number" or not is_number(actual) or not is_number(value) or not is_number(stated):
            continue
        if not _near(actual - value, stated):
            yield f"“{entry['level3']}”偏差写着 {stated:g}，实际 {actual:g} − 目标 {value:g} 是 {actual - value:g}"


def _causes(results: Json) -> Iterator[str]:
    """On each dimension the contributions add up to the gap, and the time in states to the whole."""
    names = {entry["id"]: entry["level3"] for entry in results["indicators"]}
    for one in results["deviations"]:
        name, gap = names[one["indicator"]], one.get("gap")
        by_dimension: dict[str, float] = defaultdict(float)
        for cause in one.get("causes") or ():
            by_dimension[str(cause.get("dimension"))] += cause["contribution"]
        for dimension, added in by_dimension.items():
            if gap is not None and not _near(added, gap):
                yield f"“{name}”的差距写着 {gap:g}，按 {dimension} 分解相加是 {added:g}"
        for spent in (one.get("states") or {}).values():
            if isinstance(spent, dict) and sum(p["seconds"] for p in spent["parts"]) != spent["seconds"]:
                yield f"“{name}”各环节的时间相加不等于总时间"


def _validation(results: Json, validation: Json) -> Iterator[str]:
    checks: Sequence[Json] = validation["checks"]
    told = validation["for_results"]
    if told != results["validation"]:
        yield "results.json 里的校验结果与 validation.json 的不同"
    failed = Counter(
        "stop" if c["success"] is None or c["level"] == "stop" else "note" for c in checks if not c["success"]
    )
    counted = {"checks": len(checks), "failed_stop": failed["stop"], "failed_note": failed["note"]}
    for key, words in (
        ("checks", "规则数"),
        ("failed_stop", "未通过的停止级规则"),
        ("failed_note", "未通过的提示级规则"),
    ):
        for place in (validation["summary"], told):
            if place[key] != counted[key]:
                yield f"校验{words}写着 {place[key]}，逐条数是 {counted[key]}"
    rows = {table["table"]: table["entities"] for table in results["tables"]}
    for table, judged in validation["rows"].items():
        if table in rows and rows[table] != judged:
            yield f"表 {table} 写着整理后 {rows[table]} 条，校验时是 {judged} 条"


def _own_audit(results: Results, rules: RuleSet | None) -> Iterator[str]:
    """What an audit of the form finds in these figures now is what the results say that it found."""
    if rules is None:
        return
    said = {(one["check"], (one.get("where") or {}).get("level3")) for one in results["audit"]}
    for one in audit_form(own_form(results), rules):
        if (one.check, one.where.level3) not in said:
            yield f"自评表自查：{one.message}" + (f"（{one.arithmetic}）" if one.arithmetic else "")


def _shown(value: float | None) -> str:
    return "—" if value is None else f"{value:g}"
