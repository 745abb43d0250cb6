"""Load the authored files of one fiscal year, or list everything that is wrong with them."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from helpers.files.names import is_outside, is_there
from helpers.year.authored import Unreadable, content_of, parse
from helpers.year.declared_indicators import IndicatorsFile, Measure
from helpers.year.declared_plan import PlanFile
from helpers.year.faults import Fault, YearFileError, did_you_mean
from helpers.year.fiscal import FiscalYear, month_of_start
from helpers.year.left_out import LeftOut, without_faulty
from helpers.year.models import CorrectionsFile, YearFile
from helpers.year.outline_file import Outline, shipped_outline, shipped_outlines
from helpers.year.root import YEAR_FILES, Root, shown_raw

#: What an analyst has still to fill in.
BLANKS = ("待填", "待补", "TODO", "todo", "FIXME", "___")

#: What belongs into a blank, by the key that it stands under.
BELONGS = {
    "project": "项目名称",
    "institution": "单位名称",
    "overall_goal": "年度总体目标",
    "date": "日期，如 2025-02-20",
    "due": "完成期限，如 2025-06-30",
    "exported": "导出日期，如 2025-01-06",
    "initial": "年初预算，如 120万元",
    "adjusted": "全年预算，如 120万元",
    "spent": "全年支出，如 119.5万元，或 {measure: 度量名}",
    "budget": "预算，如 30万元",
    "stated": "实际完成值，或改为 measure: 度量名",
    "document": "佐证材料的名称",
    "custodian": "保管材料的岗位",
    "owner": "责任岗位",
    "weight": "分值",
    "target": "年度指标值",
    "direction": "higher、lower 或 equal",
    "grade": "1 达成、2 部分达成、3 未达成",
    "share": "得分占分值的比例，如 0.9",
    "population": "总体的数量",
    "level1": "一级指标",
    "level2": "二级指标",
    "level3": "三级指标",
}

FileModel = TypeVar("FileModel", bound=BaseModel)


@dataclass(frozen=True)
class Lines:
    """Where each key of a YAML file stands; ``tree`` is ruamel's round-trip data. ``left``: what of it the model that
    is looked at does not have."""

    file: str
    tree: Any
    left: LeftOut = field(default_factory=LeftOut)

    def of(self, path: Sequence[str | int]) -> int | None:
        """The line (from 1) of the deepest part of ``path`` that exists in the file."""
        node, line = self.tree, None
        for key in self.left.in_file(path):
            position = _position(node, key)
            if position is None:
                continue  # pydantic puts names of validators and union members into its paths
            line = position + 1
            node = node[key]
        return line

    def value(self, path: Sequence[str | int]) -> Any:
        node = self.tree
        for key in self.left.in_file(path):
            if _position(node, key) is not None:
                node = node[key]
        return node

    def fault(
        self, code: str, path: Sequence[str | int], message: str, *, value: Any = None, hint: str | None = None
    ) -> Fault:
        """A fault at this place of the file."""
        shown = None if value is None else _shorten(str(value))
        where = ".".join(str(part) for part in self.left.in_file(path))
        return Fault(
            code=code, file=self.file, message=message, line=self.of(path), where=where, value=shown, hint=hint
        )


@dataclass(frozen=True, kw_only=True)
class Year:
    """The declared inputs of one fiscal year, each file valid by itself."""

    root: Path
    fiscal_year: int
    year: YearFile
    indicators: IndicatorsFile
    plan: PlanFile
    corrections: CorrectionsFile
    outline: Outline
    lines: Mapping[str, Lines] = field(repr=False)
    sha256: Mapping[str, str] = field(repr=False, default_factory=dict)

    @property
    def folder(self) -> Path:
        return Root(self.root).raw(self.fiscal_year)

    @property
    def fiscal(self) -> FiscalYear:
        """Its days and months."""
        return FiscalYear(self.fiscal_year, month_of_start(self.year.year_start))

    @property
    def measures(self) -> Mapping[str, Measure]:
        return self.indicators.measures


FILES: tuple[tuple[str, type[BaseModel], bool], ...] = tuple(
    zip(YEAR_FILES, (YearFile, IndicatorsFile, PlanFile, CorrectionsFile), (True, True, False, False), strict=True)
)


def load_year(root: Path, fiscal_year: int) -> Year:
    """Read and validate the files of ``data/raw/<fiscal_year>/`` under ``root``.

    Raises ``YearFileError`` with every fault found in any of the files. What spans several
    entries is checked by ``helpers.year.crosscheck``.
    """
    year, faults, _ = load_partly(root, fiscal_year)
    if faults or year is None:
        raise YearFileError(faults)
    return year


def load_partly(root: Path, fiscal_year: int) -> tuple[Year | None, list[Fault], frozenset[str]]:
    """The year as far as its files can be read, every fault of single files, and the names of the entries that were
    left out for them; no year where nothing is left of one of its files. For looking for faults, never for figures.

    Raises ``YearFileError`` where there is no such year.
    """
    folder, shown = Root(root).raw(fiscal_year), shown_raw(fiscal_year)
    if not folder.is_dir():
        years = [str(year) for year in Root(root).years()]
        hint = "现有年度：" + "、".join(years) if years else f"--root 应指向含有 data/raw/{fiscal_year}/ 的文件夹"
        raise YearFileError([Fault(code="year_missing", file=shown, message="没有这个年度的文件夹", hint=hint)])
    faults: list[Fault] = []
    models: dict[str, Any] = {}
    lines: dict[str, Lines] = {}
    hashes: dict[str, str] = {}
    left: set[str] = set()
    for name, model, required in FILES:
        path = folder / name
        if not path.exists():
            if required:
                faults.append(Fault(code="file_missing", file=f"{shown}/{name}", message="缺少这个文件"))
            else:
                models[name], lines[name] = model(), Lines(f"{shown}/{name}", {})
            continue
        found = _load_file(path, f"{shown}/{name}", model, root)
        faults.extend(found.faults)
        models[name], lines[name] = found.model, found.lines
        left |= found.lines.left.names
        if not found.faults:
            hashes[name] = found.sha256
    declared: YearFile | None = models.get("year.yml")
    if declared is None:
        return None, faults, frozenset(left)
    if declared.fiscal_year != fiscal_year:
        faults.append(_other_year(lines["year.yml"], declared.fiscal_year, fiscal_year))
    outline = _outline(folder, shown, declared.outline, lines["year.yml"])
    faults.extend(outline.faults)
    lines["outline"] = outline.lines
    if declared.outline not in shipped_outlines() and is_there(folder / declared.outline):
        hashes[declared.outline] = outline.sha256
    if outline.model is None or any(models.get(name) is None for name, _, _ in FILES):
        return None, faults, frozenset(left)
    year = Year(
        root=root,
        fiscal_year=fiscal_year,
        year=models["year.yml"],
        indicators=models["indicators.yml"],
        plan=models["plan.yml"],
        corrections=models["corrections.yml"],
        outline=outline.model,
        lines=lines,
        sha256=hashes,
    )
    return year, faults, frozenset(left)


def _other_year(lines: Lines, said: int, fiscal_year: int) -> Fault:
    return lines.fault(
        "year_differs",
        ("fiscal_year",),
        f"文件夹是 {fiscal_year} 年度，文件里写的是另一个年度",
        value=said,
        hint=f"写成 {fiscal_year}，或者把文件放到相应年度的文件夹",
    )


def load_file(path: Path, shown: str, model: type[FileModel]) -> FileModel:
    """One authored file by itself, empty where it is not there. Raises ``YearFileError`` with every fault."""
    if not path.exists():
        return model()
    found = _load_file(path, shown, model)
    if found.faults:
        raise YearFileError(found.faults)
    loaded: FileModel = found.model
    return loaded


@dataclass(frozen=True)
class _Loaded:
    """``sha256``: of what was read."""

    model: Any
    lines: Lines
    faults: list[Fault]
    sha256: str = ""


def _outline(folder: Path, shown: str, name: str, year: Lines) -> _Loaded:
    """The outline that a year names: one that comes with the program, or a file of its own beside year.yml."""
    if name in shipped_outlines():
        return _load_file(shipped_outline(name), f"{name}.yml", Outline)
    own = [p.name for p in sorted(folder.glob("*.yml")) if p.name not in {file for file, _, _ in FILES}]
    if name in own:
        return _load_file(folder / name, f"{shown}/{name}", Outline, folder.parents[2])
    hint = did_you_mean(name, [*shipped_outlines(), *own])
    return _Loaded(
        None, Lines(shown, {}), [year.fault("unknown_outline", ("outline",), "没有这个提纲", value=name, hint=hint)]
    )


def _load_file(path: Path, shown: str, model: type[FileModel], inside: Path | None = None) -> _Loaded:
    """``inside``: the folder that the file has to lie in, links followed."""
    try:
        if inside is not None and is_outside(path, inside):
            hint = "把文件本身复制到这里，不用链接"
            raise Unreadable("file_outside", "这是链接，指向项目文件夹以外的文件", hint=hint)
        content = content_of(path)
        tree = parse(content)
    except Unreadable as error:
        fault = Fault(code=error.code, file=shown, message=error.message, line=error.line, hint=error.hint)
        if error.tree is None:
            return _Loaded(None, Lines(shown, {}), [fault])
        rest = _of_tree(error.tree, shown, model)
        return replace(rest, faults=[fault, *rest.faults])
    return replace(_of_tree(tree, shown, model), sha256=hashlib.sha256(content).hexdigest())


def _of_tree(tree: Any, shown: str, model: type[FileModel]) -> _Loaded:
    lines = Lines(shown, tree if tree is not None else {})
    plain = _plain(lines.tree)
    found, faults = validated(plain, model, lines)
    if found is not None:
        return _Loaded(found, lines, faults)
    rest, left = without_faulty(plain, model)
    return _Loaded(rest, replace(lines, left=left), faults)


def validated(plain: Any, model: type[FileModel], lines: Lines) -> tuple[FileModel | None, list[Fault]]:
    """Plain values as a model, None where they are none; and every fault in them, blanks included."""
    blanks = dict(_blanks(plain))
    faults = [_blank(lines, place, value) for place, value in blanks.items()]
    try:
        return model.model_validate(plain), faults
    except ValidationError as error:
        others = [e for e in error.errors() if not any(_is_at(tuple(e["loc"]), place) for place in blanks)]
        return None, faults + [_translate(e, lines, model) for e in others]


def _blank(lines: Lines, place: tuple[str | int, ...], value: str) -> Fault:
    """A blank in one line: where it stands and what belongs there; its own words where it has some."""
    key = next((part for part in reversed(place) if isinstance(part, str)), "")
    belongs = f"，写{BELONGS[key]}" if key in BELONGS else ""
    own = value if value.strip() not in BLANKS and not belongs else None
    return lines.fault("blank_left", place, f"还有空白待填{belongs}", value=own)


def _is_at(location: tuple[str | int, ...], place: tuple[str | int, ...]) -> bool:
    """Whether pydantic speaks of a blank's place; union members and validators may stand in its path."""
    rest = iter(location)
    return all(part in rest for part in place)


def _plain(node: Any) -> Any:
    """ruamel's containers and scalars as plain Python values."""
    if isinstance(node, Mapping):
        return {_plain(key): _plain(value) for key, value in node.items()}
    if isinstance(node, list | tuple):
        return [_plain(value) for value in node]
    if isinstance(node, bool) or node is None:
        return node
    if isinstance(node, datetime.datetime):
        return datetime.datetime.fromisoformat(node.isoformat())
    for kind in (str, int, float):
        if isinstance(node, kind):
            return kind(node)
    return node


def _blanks(node: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _blanks(value, (*path, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _blanks(value, (*path, index))
    elif isinstance(node, str) and any(blank in node for blank in BLANKS):
        yield path, node


def _position(node: Any, key: str | int) -> int | None:
    """The line (from 0) of a key or item in ruamel's data, None when it is not there."""
    try:
        if isinstance(node, CommentedMap) and key in node:
            return int(node.lc.key(key)[0])
        if isinstance(node, CommentedSeq) and isinstance(key, int) and 0 <= key < len(node):
            return int(node.lc.item(key)[0])
    except (AttributeError, KeyError, TypeError):
        return None
    return None


def _translate(error: Any, lines: Lines, model: type[BaseModel]) -> Fault:
    """One pydantic error as a fault in the reader's language."""
    path, kind, context = tuple(error["loc"]), error["type"], error.get("ctx", {})
    value = error.get("input")
    shown = None if isinstance(value, dict | list) or value is None else value
    if kind == "extra_forbidden":
        known = sorted(_keys_at(model, path[:-1]))
        return lines.fault(
            "unknown_key", path, f"没有 {path[-1]} 这个键", value=shown, hint=did_you_mean(str(path[-1]), known)
        )
    if kind == "missing":
        return lines.fault("missing_key", path, f"缺少 {path[-1]}")
    messages = {
        "literal_error": f"只能写 {context.get('expected', '')}",
        "string_pattern_mismatch": f"写法要符合 {context.get('pattern', '')}",
        "string_too_short": "不能为空",
        "too_short": "不能为空",
        "greater_than": f"应大于 {context.get('gt', '')}",
        "greater_than_equal": f"不能小于 {context.get('ge', '')}",
        "less_than": f"应小于 {context.get('lt', '')}",
        "less_than_equal": f"不能大于 {context.get('le', '')}",
        "value_error": str(context.get("error", "")),
    }
    if kind in messages:
        return lines.fault("bad_value", path, messages[kind], value=shown)
    expected = next((words for start, words in _EXPECTED if kind.startswith(start)), None)
    return lines.fault("wrong_type", path, f"应为{expected}" if expected else error["msg"], value=shown)


_EXPECTED = (
    ("int", "整数"),
    ("decimal", "数字"),
    ("float", "数字"),
    ("string", "文字"),
    ("bool", "true 或 false"),
    ("date", "日期，如 2025-02-20"),
    ("dict", "键值对"),
    ("model", "键值对"),
    ("list", "列表"),
    ("tuple", "列表"),
)


def _keys_at(model: type[BaseModel], path: Sequence[str | int]) -> set[str]:
    """The keys that the model at ``path`` knows, following fields, containers and unions."""
    current: set[type[BaseModel]] = {model}
    for part in path:
        following: set[type[BaseModel]] = set()
        for one in current:
            for name, info in one.model_fields.items():
                if part in (name, info.alias):
                    following |= _models_in(info.annotation)
        current = following or current  # an index or a mapping's key stays on the same models
    return {info.alias or name for one in current for name, info in one.model_fields.items()}


def _models_in(annotation: Any) -> set[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return {annotation}
    return {model for inner in get_args(annotation) for model in _models_in(inner)}


def _shorten(text: str) -> str:
    return text if len(text) <= 80 else text[:77] + "……"
