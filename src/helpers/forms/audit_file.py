"""Any filled-in form in a file: read, checked, and listed as work to be done (整改清单)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from helpers.forms.audit import audit_forms, not_checkable
from helpers.forms.filled_form import Form
from helpers.forms.readers import read_forms
from helpers.indicators import load_rules
from helpers.indicators.findings import Finding


def audit_file(path: Path, rule_set: str) -> list[tuple[Form, list[Finding]]]:
    """The tables of a file, each with its findings. Raises as ``read_forms`` and ``load_rules`` do."""
    rules = load_rules(rule_set)
    forms = read_forms(path)
    return list(zip(forms, audit_forms(forms, rules), strict=True))


def work_list(audited: Sequence[tuple[Form, Sequence[Finding]]]) -> str:
    """The findings as a list to work off (整改清单), table by table, with what could not be checked."""
    lines: list[str] = []
    for form, own in audited:
        about = form.about
        lines.append(
            f"■ {about.institution or '（未写单位）'}  {about.project or '（未写项目）'}  {about.year or ''}".rstrip()
            + f"  {len(form.rows)} 行指标"
        )
        lines += [line for number, one in enumerate(own, start=1) for line in _listed(number, one, form)]
        if not own:
            lines.append("  没有发现问题")
        silent: dict[str, list[str]] = {}
        for check, why in not_checkable(form).items():
            silent.setdefault(why, []).append(check)
        lines += [f"  未能检查（{why}）：{'、'.join(checks)}" for why, checks in silent.items()]
    return "\n".join(lines)


def _listed(number: int, one: Finding, form: Form) -> list[str]:
    mark = "✗ 必须改正" if one.level == "stop" else "· 需要说明"
    row = next((r for r in form.rows if r.number == one.where.row), None)
    where = f"第 {one.where.row} 行" + (f"（{row.place}）" if row and row.place else "") if row else "全表"
    lines = [f"  {number:>3}. {mark}  [{one.check}]  {where}  {one.message}"]
    lines += [f"         算式：{one.arithmetic}"] if one.arithmetic else []
    return lines + ([f"         处理：{one.remedy}"] if one.remedy else [])
