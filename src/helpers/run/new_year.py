"""Begin a fiscal year: year files from last year's, or from a filled-in official form, blanks marked."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from helpers.indicators import parse_target
from helpers.indicators.form import Form, FormRow
from helpers.indicators.text import normal
from helpers.report.readers import read_forms

BLANK = "待填"
HEAD = "# {year}年度：{what}\n# 写着“待填”的地方要填好；selfeval check --year {year} 会逐处列出。\n"
NOTES = {
    "year.yml": "项目、资金、数据从哪里来、怎样清洗、怎样校验。",
    "indicators.yml": "度量（怎样从整洁表算出数字）和指标（指标值、分值、用哪个度量）。",
    "plan.yml": "偏差原因的判定和改进措施。",
    "corrections.yml": "对来源记录的更正，没有就留空。",
}


class NewYearError(Exception):
    """The year cannot be begun (exit status 2)."""


def new_year(root: Path, fiscal_year: int, form_file: Path | None = None) -> list[Path]:
    """Write the four year files of ``data/raw/<fiscal_year>/``; returns them.

    The structure (tables, measures, posts) comes from the year before where there is one, the
    indicators from ``form_file`` where one is given. Raises ``NewYearError`` where the year is there
    already, and as ``read_forms`` does.
    """
    folder = root / "data" / "raw" / str(fiscal_year)
    if folder.exists() and any(folder.iterdir()):
        raise NewYearError(f"[year_exists]  {folder} 已经存在，不覆盖\n    处理：换一个年度，或先把它移走")
    form = _best(read_forms(form_file)) if form_file else None
    before = _previous(root, fiscal_year)
    files = {
        "year.yml": _year(fiscal_year, before, form), "indicators.yml": _indicators(before, form),
        "plan.yml": _plan(fiscal_year, before), "corrections.yml": CommentedMap(corrections=CommentedSeq()),
    }
    staged = folder.with_name(f".{fiscal_year}.new")
    shutil.rmtree(staged, ignore_errors=True)
    (staged / "exports").mkdir(parents=True)
    (staged / "evidence").mkdir()
    for name, content in files.items():
        (staged / name).write_text(HEAD.format(year=fiscal_year, what=NOTES[name]) + "\n" + _dumped(content), encoding="utf-8")
    if folder.exists():
        folder.rmdir()
    staged.rename(folder)
    return [folder / name for name in files]


def _best(forms: list[Form]) -> Form:
    """The scored layout where a file holds several."""
    return max(forms, key=lambda one: (any(r.weight is not None for r in one.rows), len(one.rows)))


def _yaml() -> YAML:
    yaml = YAML(typ="rt")
    yaml.width, yaml.allow_unicode = 4096, True
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _dumped(content: Any) -> str:
    out = io.StringIO()
    _yaml().dump(content, out)
    return out.getvalue()


def _previous(root: Path, fiscal_year: int) -> dict[str, Any] | None:
    """The files of the year before, comments and all."""
    folder = root / "data" / "raw" / str(fiscal_year - 1)
    if not (folder / "year.yml").is_file():
        return None
    trees = {name: _yaml().load((folder / name).read_text("utf-8-sig")) or CommentedMap()
             for name in NOTES if (folder / name).is_file()}
    for tree in trees.values():
        tree.ca.comment = None  # the head speaks of its own year
    return trees


# --- year.yml -------------------------------------------------------------------------------------


def _year(year: int, before: Mapping[str, Any] | None, form: Form | None) -> CommentedMap:
    tree = before["year.yml"] if before else _empty_year()
    tree["fiscal_year"] = year
    tree["posts"]["date"] = BLANK
    for key in ("source", "weights_basis"):
        tree.pop(key, None)  # what last year's filed report printed
    budget = tree["budget"]
    budget.pop("unspent_reason", None)
    budget.pop("sources", None)
    for key in ("initial", "adjusted"):
        budget[key] = BLANK
    if not isinstance(budget.get("spent"), Mapping):
        budget["spent"] = BLANK
    for part in budget.get("parts", ()):
        part["budget"] = BLANK
        part.pop("spent", None)
    for table in tree.get("tables", {}).values():
        files = table["files"]
        table["files"] = [_moved(f, year) for f in files] if isinstance(files, list) else _moved(files, year)
        if "exported" in table:
            table["exported"] = BLANK
    if form:
        _from_form(tree, form)
    return tree


def _moved(pattern: str, year: int) -> str:
    return str(pattern).replace(str(year - 1), str(year))


def _from_form(tree: CommentedMap, form: Form) -> None:
    unit = form.money_unit
    tree["project"] = form.about.project or tree.get("project") or BLANK
    tree["institution"] = form.about.institution or tree.get("institution") or BLANK
    if form.goal:
        tree["overall_goal"] = form.goal
    for key, amount in (("initial", form.funds.initial), ("adjusted", form.funds.adjusted)):
        amount = amount if amount is not None else form.funds.adjusted
        if amount is not None:
            tree["budget"][key] = f"{amount:f}{unit}"
    if tree["budget"].get("parts") and not form.fund_parts:
        tree["budget"].pop("parts")


def _empty_year() -> CommentedMap:
    return CommentedMap(
        fiscal_year=0, project=BLANK, institution=BLANK, posts=CommentedMap(prepared_by="信息技术岗", checked_by="财务岗", date=BLANK),
        calendar="cn", rules="caiyu-2020-10", outline="default", overall_goal=BLANK,
        budget=CommentedMap(initial=BLANK, adjusted=BLANK, spent=BLANK), tables=CommentedMap())


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
        known = kept.get(normal(row.level3 or ""))
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
    one.pop("reported", None)
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
    one = CommentedMap(id=name, level1=row.level1 or BLANK, level2=row.level2 or BLANK, level3=row.level3 or BLANK,
                       target=row.target_text or BLANK, weight=_weight(row))
    if target.kind in ("number", "duration", "frequency") and target.direction is None:
        one["direction"] = f"{BLANK}（higher、lower 或 equal）"
    if target.kind == "choice":
        one["actual"] = CommentedMap(grade=f"{BLANK}（1 达成、2 部分达成、3 未达成）", share=BLANK, evidence=_evidence())
    elif target.kind == "compound":
        one["parts"] = CommentedSeq(
            CommentedMap(name=re.sub("[0-9≥≤<>=].*", "", part.text) or f"第{at}项", target=part.text, actual=_to_state())
            for at, part in enumerate(target.parts, start=1))
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


def _plan(year: int, before: Mapping[str, Any] | None) -> CommentedMap:
    """What last year left unfinished is carried in, with a new date to set."""
    actions = CommentedSeq()
    for old in ((before or {}).get("plan.yml") or {}).get("actions", ()):
        if old.get("status") == "done":
            continue
        actions.append(CommentedMap({**old, "id": f"{year}-{len(actions) + 1}", "due": BLANK, "carried_from": str(old["id"])}))
    return CommentedMap(actions=actions)
