"""Any filled-in form in a file, folder or archive: read, checked, and listed as work to be done (整改清单)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from helpers.forms.audit import audit_forms, not_checkable, stale_targets
from helpers.forms.audit.recomputed import Recomputed, recomputed
from helpers.forms.filled_form import Form
from helpers.forms.readers import FormError, forms_of
from helpers.forms.readers.many_files import Source, find_sources, is_collection
from helpers.indicators import load_rules
from helpers.indicators.findings import Finding
from helpers.indicators.normal_text import normal
from helpers.indicators.rule_sets import RuleSet

#: Fewer files are read in less time than workers need to begin.
FEW = 8
#: So many places that no form holds are named on screen; --show and --out name all.
NAMED = 5


@dataclass(frozen=True)
class AuditedTable:
    """One table with its findings and the score that its figures give."""

    form: Form
    findings: tuple[Finding, ...]
    recomputed: Recomputed


@dataclass(frozen=True)
class AuditedFile:
    """A file's tables, or why it could not be read."""

    shown: str
    tables: tuple[AuditedTable, ...] = ()
    refused: FormError | None = None


@dataclass(frozen=True)
class Audit:
    """All files of an audit in order. ``many``: they lie in a folder or archive; ``others``: files of other kinds."""

    files: tuple[AuditedFile, ...]
    many: bool = False
    others: tuple[str, ...] = ()

    @property
    def tables(self) -> list[AuditedTable]:
        return [table for file in self.files for table in file.tables]

    @property
    def findings(self) -> list[Finding]:
        return [one for table in self.tables for one in table.findings]

    @property
    def refused(self) -> list[FormError]:
        return [file.refused for file in self.files if file.refused]

    @property
    def stops(self) -> int:
        """How many findings must be corrected."""
        return sum(one.level == "stop" for one in self.findings)


Progress = Callable[[int, int, str], None]


def audit_path(path: Path, rule_set: str, progress: Progress | None = None) -> Audit:
    """The forms of a file, or of all files of a folder or an archive.

    One damaged file among many is named and the others go on; one file by itself raises ``FormError``.
    Raises ``FileNotFoundError``, and ``RuleError`` as ``load_rules`` does.
    """
    load_rules(rule_set)
    if not path.exists():
        raise FileNotFoundError(path)
    try:
        many = is_collection(path)
    except OSError as error:
        hint = "检查文件是否被占用、有没有读取权限"
        raise FormError("unreadable", path.name, f"文件打不开：{error.strerror or error}", hint=hint) from error
    if not many:
        only = audit_source(Source(path, (), path.name), rule_set)
        if only.refused:
            raise only.refused
        return Audit((only,))
    found = find_sources(path)
    files: list[AuditedFile] = []
    for one in _audited(found.sources, rule_set):
        files.append(one)
        if progress:
            progress(len(files), len(found.sources), one.shown)
    files += [AuditedFile(error.file, refused=error) for error in found.refused]
    return Audit(tuple(_between_files(files, load_rules(rule_set))), True, found.others)


@lru_cache(maxsize=4)
def _rules(rule_set: str) -> RuleSet:
    return load_rules(rule_set)


def audit_source(source: Source, rule_set: str) -> AuditedFile:
    """One file; whatever it makes of a reader, it is a refusal of this file."""
    rules = _rules(rule_set)
    try:
        forms = forms_of(source.content(), source.shown)
        found = audit_forms(forms, rules)
        tables = [
            AuditedTable(form, tuple(own), recomputed(form, rules)) for form, own in zip(forms, found, strict=True)
        ]
    except FormError as error:
        return AuditedFile(source.shown, refused=error)
    except Exception as error:  # noqa: BLE001 - one file must not end the audit of the others
        what = f"读不出这个文件（{type(error).__name__}：{str(error)[:80]}）"
        hint = "用 Excel 或 WPS 打开，另存为 .xlsx 后再试"
        return AuditedFile(source.shown, refused=FormError("unreadable", source.shown, what, hint=hint))
    return AuditedFile(source.shown, tuple(tables))


# --- many files -----------------------------------------------------------------------------------


def _audited(sources: Sequence[Source], rule_set: str) -> Iterator[AuditedFile]:
    """The files in their order, by several workers where they are many."""
    if len(sources) <= FEW:
        yield from (audit_source(source, rule_set) for source in sources)
        return
    workers = max(2, os.cpu_count() or 1)
    at = 0
    while at < len(sources):
        with ProcessPoolExecutor(workers) as pool:
            waiting = [pool.submit(audit_source, source, rule_set) for source in sources[at:]]
            for future in waiting:
                done = _result(future, sources[at], rule_set)
                yield done
                at += 1
                if future.exception() is not None:
                    break  # the pool is gone with its worker: another one for the rest


def _result(future: Future[AuditedFile], source: Source, rule_set: str) -> AuditedFile:
    """A worker's answer. A file whose worker has died is tried once more by itself."""
    try:
        return future.result()
    except BrokenProcessPool:
        pass
    try:
        with ProcessPoolExecutor(1) as alone:
            return alone.submit(audit_source, source, rule_set).result()
    except BrokenProcessPool:
        hint = "文件可能过大或已损坏；用 Excel 或 WPS 打开，只留自评表，另存为 .xlsx 后再试"
        return AuditedFile(
            source.shown, refused=FormError("unreadable", source.shown, "读这个文件时内存不足", hint=hint)
        )


def _between_files(files: Sequence[AuditedFile], rules: RuleSet) -> list[AuditedFile]:
    """With what shows only between two years of a project that lie in different files."""
    years: dict[tuple[str, str], set[str | None]] = {}
    for form in (table.form for file in files for table in file.tables):
        years.setdefault(_project(form), set()).add(form.about.year)
    several = [
        table.form
        for file in files
        for table in file.tables
        if all(_project(table.form)) and len(years[_project(table.form)]) > 1
    ]
    stale = list(stale_targets(several, rules)) if several else []
    return [replace(file, tables=tuple(_with_stale(table, stale) for table in file.tables)) for file in files]


def _project(form: Form) -> tuple[str, str]:
    return normal(form.about.institution or ""), normal(form.about.project or "")


def _with_stale(table: AuditedTable, stale: Sequence[Finding]) -> AuditedTable:
    new = [one for one in stale if one.table == table.form.about and one not in table.findings]
    return replace(table, findings=(*table.findings, *new)) if new else table


# --- for machines ---------------------------------------------------------------------------------


def as_objects(audit: Audit) -> list[dict[str, Any]]:
    """The findings as JSON objects; of several files each says its ``file``, and one that was not read is a stop."""
    if not audit.many:
        return [one.to_json() for one in audit.findings]
    objects: list[dict[str, Any]] = []
    for file in audit.files:
        objects += [{"file": file.shown, **one.to_json()} for table in file.tables for one in table.findings]
        if file.refused:
            one = Finding(check=file.refused.code, level="stop", message=file.refused.message, remedy=file.refused.hint)
            objects.append({"file": file.shown, **one.to_json()})
    return objects


# --- on screen ------------------------------------------------------------------------------------


def work_list(audit: Audit) -> str:
    """The findings as a list to work off (整改清单), file by file, with what could not be read or checked."""
    lines: list[str] = []
    for file in audit.files:
        lines += [f"▶ {file.shown}"] if audit.many else []
        lines += [f"  ✗ 未读  {file.refused}"] if file.refused else []
        for table in file.tables:
            lines += _table_lines(table)
    if audit.others:
        lines.append(f"没有读的其他文件 {len(audit.others)} 个：{'、'.join(audit.others[:NAMED])}")
    return "\n".join(lines)


def title(form: Form) -> str:
    """Whose form it is: unit, project, year."""
    about = form.about
    return f"{about.institution or '（未写单位）'}  {about.project or '（未写项目）'}  {about.year or ''}".rstrip()


def _table_lines(table: AuditedTable) -> list[str]:
    form, own = table.form, table.findings
    lines = [f"■ {title(form)}  {len(form.rows)} 行指标"]
    lines += [f"  读法：{remark}" for remark in form.remarks]
    lines += [line for number, one in enumerate(own, start=1) for line in _listed(number, one, form)]
    if not own:
        lines.append("  没有发现问题")
    lines += [f"  未能检查（{why}）：{'、'.join(checks)}" for why, checks in silent_checks(form).items()]
    if form.unplaced:
        first = "；".join(f"{place} “{' '.join(text.split())[:20]}”" for place, text in form.unplaced[:NAMED])
        more = "" if len(form.unplaced) <= NAMED else " 等（--show 列出全部）"
        lines.append(f"  没有归入表中的文字 {len(form.unplaced)} 处，没有检查：{first}{more}")
    return lines


def silent_checks(form: Form) -> dict[str, list[str]]:
    """Why checks could not be made → their names."""
    silent: dict[str, list[str]] = {}
    for check, why in not_checkable(form).items():
        silent.setdefault(why, []).append(check)
    return silent


def place_of(one: Finding, form: Form) -> str:
    """Where a finding is: the row with its cell, or the whole form."""
    row = next((r for r in form.rows if r.number == one.where.row), None)
    return f"第 {one.where.row} 行" + (f"（{row.place}）" if row and row.place else "") if row else "全表"


def _listed(number: int, one: Finding, form: Form) -> list[str]:
    mark = "✗ 必须改正" if one.level == "stop" else "· 需要说明"
    lines = [f"  {number:>3}. {mark}  [{one.check}]  {place_of(one, form)}  {one.message}"]
    lines += [f"         算式：{one.arithmetic}"] if one.arithmetic else []
    return lines + ([f"         处理：{one.remedy}"] if one.remedy else [])
