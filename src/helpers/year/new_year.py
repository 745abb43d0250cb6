"""Begin a fiscal year: year files from last year's, or from a filled-in official form, blanks marked."""

from __future__ import annotations

import copy
import io
import re
import shutil
from collections.abc import Iterator, Mapping, MutableMapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from helpers.forms.filled_form import Form, FormRow
from helpers.forms.readers import read_forms
from helpers.indicators import parse_target
from helpers.indicators.normal_text import normal
from helpers.year.fiscal import JANUARY, FiscalYear, month_of_start
from helpers.year.root import Root

BLANK = "待填"
HEAD = "# {year}年度：{what}\n# 写着“待填”的地方要填好；selfeval check --year {year} 会逐处列出。\n"
NOTES = {
    "year.yml": "项目、资金、数据从哪里来、怎样清洗、怎样校验。",
    "indicators.yml": "度量（怎样从整洁表算出数字）和指标（指标值、分值、用哪个度量）。",
    "plan.yml": "偏差原因的判定和改进措施。",
    "corrections.yml": "对来源记录的更正，没有就留空。",
}


#: What a first year has to be told, where no year before shows it.
FIRST = {
    "year.yml": """
# 数据表写在 tables 里，例如：
#   tickets:
#     title: 运维工单
#     files: exports/工单_{year}.csv
#     columns:                       # 整理后的列名: 导出文件里的表头
#       ticket_id: 工单编号
#       opened_at: {{from: 受理时间, type: datetime}}
#     key: ticket_id
#     year_by: opened_at             # 按哪个日期归入年度
""",
    "indicators.yml": """
# 度量和指标的写法：
# measures:
#   tickets_all: {{table: tickets, agg: count, unit: 件, words: 全部工单}}
# indicators:
#   - {{id: volume, level1: 产出指标, level2: 数量指标, level3: 工单量, target: ≥100件, weight: 90,
#      actual: {{measure: tickets_all}}}}
# 不从记录计算的实际完成值，actual 写成：
# actual: {{stated: 10%, evidence: [{{document: 材料名称, date: {year}-12-31, custodian: 保管岗位}}]}}
""",
    "plan.yml": """
# actions:
#   - {{id: "{year}-1", indicator: volume, cause: 原因, action: 措施, owner: 责任岗位, due: {year}-12-31,
#      yardstick: {{measure: tickets_all, target: ≥100件}}, status: proposed}}
""",
}


class NewYearError(Exception):
    """The year cannot be begun (exit status 2)."""


def new_year(root: Path, fiscal_year: int, form_file: Path | None = None) -> list[Path]:
    """Write the four year files of ``data/raw/<fiscal_year>/``; returns them.

    The structure (tables, measures, posts) comes from the year before where there is one, the
    indicators from ``form_file`` where one is given. Exports that are there already stay as they are.
    Raises ``NewYearError`` where the year is there already, and as ``read_forms`` does; nothing is
    written then.
    """
    folder = Root(root).raw(fiscal_year)
    _refuse(root, folder, fiscal_year)
    form = _best(read_forms(form_file)) if form_file else None
    before = _previous(root, fiscal_year)
    indicators = _indicators(before, form)
    files = {
        "year.yml": _year(fiscal_year, before, form),
        "indicators.yml": indicators,
        "plan.yml": _plan(fiscal_year, before, indicators),
        "corrections.yml": CommentedMap(corrections=CommentedSeq()),
    }
    texts = {name: _text(name, fiscal_year, content, before is None, form) for name, content in files.items()}
    texts |= _own_outline(root, fiscal_year, before)
    _written(folder, texts)
    return [folder / name for name in texts]


def _own_outline(root: Path, fiscal_year: int, before: Mapping[str, Any] | None) -> dict[str, str]:
    """Last year's own outline, word for word, where its year file names one."""
    name = str((before or {}).get("year.yml", {}).get("outline", ""))
    path = Root(root).raw(fiscal_year - 1) / name
    return {name: path.read_text("utf-8-sig")} if name.endswith(".yml") and path.is_file() else {}


def _refuse(root: Path, folder: Path, fiscal_year: int) -> None:
    if not 2000 <= fiscal_year <= 2100:
        raise NewYearError(f"[bad_year]  {fiscal_year} 不是年度\n    处理：写四位年份，如 2025")
    if not root.is_dir():
        raise NewYearError(f"[no_root]  没有 {root} 这个文件夹\n    处理：--root 写已有的文件夹")
    found = (
        [p for p in sorted(folder.iterdir()) if p.is_file() or p.name not in ("exports", "evidence")]
        if folder.is_dir()
        else []
    )
    if found or folder.is_file():
        named = "、".join(p.name for p in found[:5])
        raise NewYearError(
            f"[year_exists]  {folder} 已经存在，不覆盖"
            + (f"（里面有 {named}）" if named else "")
            + "\n    处理：换一个年度，或先把它移走；后来才放进 exports/ 的文件，用 selfeval profile 文件 看它的列，"
            "把写出的表粘进 year.yml 的 tables"
        )


def _text(name: str, year: int, content: Any, first: bool, form: Form | None) -> str:
    head = HEAD.format(year=year, what=NOTES[name])
    if name == "indicators.yml" and form is not None:
        head += (
            f"# 指标取自 {form.source}"
            + (f"（{form.about.year}年度）" if form.about.year else "")
            + "，名称和指标值照原表写。\n"
        )
    return head + "\n" + _dumped(content) + (FIRST[name].format(year=year) if first and name in FIRST else "")


def _written(folder: Path, texts: Mapping[str, str]) -> None:
    """Write all files or none: a new folder is put in place whole, an existing one gets what it lacks."""
    staged = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir(parents=True)
    for name, text in texts.items():
        (staged / name).write_text(text, encoding="utf-8")
    for part in ("exports", "evidence"):
        (staged / part).mkdir()
    if not folder.exists():
        staged.rename(folder)
        return
    for item in sorted(staged.iterdir()):
        if not (folder / item.name).exists():
            item.rename(folder / item.name)
    shutil.rmtree(staged)


def _best(forms: list[Form]) -> Form:
    """The scored layout where a file holds several."""
    return max(forms, key=lambda one: (any(r.weight is not None for r in one.rows), len(one.rows)))


def _yaml() -> YAML:
    yaml = YAML(typ="rt")
    yaml.width, yaml.allow_unicode, yaml.preserve_quotes = 4096, True, True
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _dumped(content: Any) -> str:
    out = io.StringIO()
    _yaml().dump(content, out)
    return out.getvalue()


def _previous(root: Path, fiscal_year: int) -> dict[str, Any] | None:
    """The files of the year before, comments and all."""
    folder = Root(root).raw(fiscal_year - 1)
    if not (folder / "year.yml").is_file():
        return None
    trees = {
        name: _yaml().load((folder / name).read_text("utf-8-sig")) or CommentedMap()
        for name in NOTES
        if (folder / name).is_file()
    }
    for tree in trees.values():
        tree.ca.comment = None  # the head speaks of its own year
    return trees


# --- year.yml -------------------------------------------------------------------------------------


def _year(year: int, before: Mapping[str, Any] | None, form: Form | None) -> CommentedMap:
    tree = before["year.yml"] if before else _empty_year()
    tree["fiscal_year"] = year
    tree["posts"]["date"] = BLANK
    for key in ("source", "weights_basis", "funds_management", "plausible"):
        tree.pop(key, None)  # what last year's filed report printed, and what was accepted of its data
    budget = tree["budget"]
    for key in ("unspent_reason", "sources", "reported"):
        budget.pop(key, None)
    for key in ("initial", "adjusted"):
        budget[key] = BLANK
    if not isinstance(budget.get("spent"), Mapping):
        budget["spent"] = BLANK
    for part in budget.get("parts", ()):
        part["budget"] = BLANK
        part.pop("spent", None)
    for table in tree.get("tables", {}).values():
        _table(table, _years_of(tree, year - 1))
    for item in (tree.get("activities") or {}).get("items", ()):
        item.pop("reported", None)
    if form:
        _from_form(tree, form)
    return tree


def _years_of(tree: Mapping[str, Any], year: int) -> tuple[int, ...]:
    """The calendar years that last year's fiscal year lies in: those whose numbers stand in names of files."""
    try:
        return FiscalYear(year, month_of_start(str(tree.get("year_start", JANUARY)))).calendar_years
    except ValueError:
        return (year,)  # said by the check of the new year


def _table(table: MutableMapping[str, Any], last: tuple[int, ...]) -> None:
    """A table is declared as before; its files, and what was known of them, are this year's."""
    files = table["files"]
    table["files"] = [_moved(f, last) for f in files] if isinstance(files, list) else _moved(files, last)
    if "document" in table:
        table["document"] = _moved(table["document"], last)
    if "exported" in table:
        table["exported"] = BLANK
    table.pop("expect", None)


def _moved(pattern: str, last: tuple[int, ...]) -> str:
    return re.sub("|".join(map(str, last)), lambda found: str(int(found[0]) + 1), str(pattern))


def _from_form(tree: CommentedMap, form: Form) -> None:
    """Project and funds as the form states them; an amount that it leaves out is the other one's."""
    unit = form.money_unit
    tree["project"] = form.about.project or tree.get("project") or BLANK
    tree["institution"] = form.about.institution or tree.get("institution") or BLANK
    if form.goal:
        tree["overall_goal"] = form.goal
    stated = [a for a in (form.funds.adjusted, form.funds.initial) if a is not None]
    for key, own in (("initial", form.funds.initial), ("adjusted", form.funds.adjusted)):
        amount = own if own is not None or not stated else stated[0]
        if amount is not None:
            tree["budget"][key] = f"{amount:f}{unit}"
    if tree["budget"].get("parts") and not form.fund_parts:
        tree["budget"].pop("parts")


def _empty_year() -> CommentedMap:
    return CommentedMap(
        fiscal_year=0,
        project=BLANK,
        institution=BLANK,
        posts=CommentedMap(prepared_by="信息技术岗", checked_by="财务岗", date=BLANK),
        calendar="cn",
        rules="caiyu-2020-10",
        outline="default",
        overall_goal=BLANK,
        budget=CommentedMap(initial=BLANK, adjusted=BLANK, spent=BLANK),
        tables=CommentedMap(),
    )


# --- indicators.yml -------------------------------------------------------------------------------


def _indicators(before: Mapping[str, Any] | None, form: Form | None) -> CommentedMap:
    old = (before or {}).get("indicators.yml") or CommentedMap()
    kept = {normal(str(i["level3"])): i for i in old.get("indicators", ())}
    tree = CommentedMap(measures=old.get("measures") or CommentedMap(), indicators=CommentedSeq())
    if form is None:
        tree["indicators"] = CommentedSeq(_again(one) for one in old.get("indicators", ()))
        return tree
    ids: set[str] = set()
    for row in form.rows:
        known = kept.pop(normal(row.level3 or ""), None)  # a second row of the same name is another indicator
        one = _known(known, row) if known else _fresh(row, f"q{row.number}")
        one["id"] = _unused(str(one["id"]), ids)
        tree["indicators"].append(one)
    return tree


def _unused(wanted: str, ids: set[str]) -> str:
    name, number = wanted, 2
    while name in ids:
        name, number = f"{wanted}_{number}", number + 1
    ids.add(name)
    return name


def _again(one: CommentedMap) -> CommentedMap:
    """Last year's indicator: how it is measured stays, what was stated or rated is asked for again."""
    for key in ("reported", "target_too_low"):
        one.pop(key, None)
    if (one.get("sample") or {}).get("population") is not None:
        one["sample"]["population"] = BLANK
    for actual in _actuals(one):
        for key in ("stated", "grade", "share"):
            if key in actual:
                actual[key] = BLANK
        for evidence in actual.get("evidence", ()):
            evidence["date"] = BLANK
            evidence.pop("file", None)
    return one


def _actuals(one: Mapping[str, Any]) -> Iterator[CommentedMap]:
    for holder in (one, *one.get("parts", ())):
        if holder.get("actual"):
            yield holder["actual"]


def _known(known: CommentedMap, row: FormRow) -> CommentedMap:
    """An indicator that last year had, too: measured as it was, with this form's target and weight."""
    one = _again(known)
    if row.target_text and normal(row.target_text) != normal(str(one["target"])):
        one["target"] = row.target_text
        if "parts" in one and parse_target(row.target_text, name=row.level3).kind != "compound":
            one.pop("parts")
            one["actual"] = _to_state()
    if row.weight is not None:
        one["weight"] = _weight(row)
    return one


def _fresh(row: FormRow, name: str) -> CommentedMap:
    target = parse_target(row.target_text, name=row.level3)
    one = CommentedMap(
        id=name,
        level1=row.level1 or BLANK,
        level2=row.level2 or BLANK,
        level3=row.level3 or BLANK,
        target=row.target_text or BLANK,
        weight=_weight(row),
    )
    if target.kind in ("number", "duration", "frequency") and target.direction is None:
        one["direction"] = f"{BLANK}（higher、lower 或 equal）"
    if target.kind == "choice":
        one["actual"] = CommentedMap(
            grade=f"{BLANK}（1 达成、2 部分达成、3 未达成）", share=BLANK, evidence=_evidence()
        )
    elif target.kind == "compound":
        one["parts"] = CommentedSeq(
            CommentedMap(
                name=re.sub("[0-9≥≤<>=].*", "", part.text) or f"第{at}项", target=part.text, actual=_to_state()
            )
            for at, part in enumerate(target.parts, start=1)
        )
    else:
        one["actual"] = _to_state()
    return one


def _weight(row: FormRow) -> Any:
    if row.weight is None:
        return BLANK
    return int(row.weight) if row.weight == row.weight.to_integral_value() else float(row.weight)


def _to_state() -> CommentedMap:
    return CommentedMap(stated=f"{BLANK}（或改为 measure: 度量名）", evidence=_evidence())


def _evidence() -> CommentedSeq:
    return CommentedSeq([CommentedMap(document=BLANK, date=BLANK, custodian=BLANK)])


# --- plan.yml -------------------------------------------------------------------------------------


def _plan(year: int, before: Mapping[str, Any] | None, indicators: CommentedMap) -> CommentedMap:
    """What last year left unfinished is carried in, with a new date to set.

    A measure for an indicator that is no longer there stands below as a comment: it can't be carried,
    and must not be lost.
    """
    known = {str(one["id"]) for one in indicators["indicators"]}
    actions, dropped = CommentedSeq(), []
    for old in ((before or {}).get("plan.yml") or {}).get("actions") or ():
        if old.get("status") == "done":
            continue
        if str(old["indicator"]) in known:
            carried = {key: copy.deepcopy(value) for key, value in old.items()}
            actions.append(
                CommentedMap(
                    {**carried, "id": f"{year}-{len(actions) + 1}", "due": BLANK, "carried_from": str(old["id"])}
                )
            )
        else:
            dropped.append(f"{old['id']}（{old['indicator']}）：{old['action']}")
    tree = CommentedMap(actions=actions)
    if dropped:
        tree.yaml_set_start_comment("上年度未完成、但对应的指标今年没有的措施：\n" + "\n".join(dropped))
    return tree
