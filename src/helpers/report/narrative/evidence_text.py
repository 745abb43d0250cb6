"""佐证材料清单: each material once, who keeps it, and the indicators that rest on it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from helpers.report import facts as f
from helpers.report import wording as w
from helpers.report.blocks import Block
from helpers.report.results_types import EvidenceItem, Results

#: So many indicators are named beside a material; more are told by their numbers.
MOST_NAMED = 4


def evidence_list(results: Results) -> Iterable[Block]:
    """The materials in the order in which the indicators rely on them; files and hashes are in the technical paper."""
    entries = results.get("evidence_list") or []
    if not entries:
        yield from f.para("本年度没有登记佐证材料。")
        return
    found: dict[tuple[str, ...], list[EvidenceItem]] = {}
    for entry in entries:
        found.setdefault(_material(entry), []).append(entry)
    columns = [
        ("序号", "center", 2.5),
        ("材料名称", "left", 9.5),
        ("日期", "center", 5.5),
        ("保管岗位", "center", 5.5),
        ("载体", "left", 6),
        ("记录数", "right", 4),
        ("用于的指标", "left", 8),
    ]
    rows = [_row(results, at, key, used) for at, (key, used) in enumerate(found.items(), start=1)]
    several = any(len(_files(used)) > 1 for used in found.values())
    yield f.table("佐证材料", columns, rows, note="有多份电子文件的，记录数为各份合计。" if several else None)


def _row(results: Results, at: int, key: tuple[str, ...], used: Sequence[EvidenceItem]) -> list[str]:
    files = _files(used)
    rows = [n for n in files.values() if n is not None]
    *told, carrier = key
    carrier += f"{len(files)}份" if len(files) > 1 else ""
    return [str(at), *told, carrier, str(sum(rows)) if rows else w.BLANK, _uses(results, used)]


def _files(used: Sequence[EvidenceItem]) -> dict[str, int | None]:
    """Each file once with its rows: several indicators rely on the same ones."""
    return {entry.get("file") or "": entry.get("rows") for entry in used}


def _uses(results: Results, used: Sequence[EvidenceItem]) -> str:
    """The indicators by name, where they are many by their numbers in the report: 第3、5至59项."""
    names = list(dict.fromkeys(_level3(results, entry) for entry in used))
    if len(names) <= MOST_NAMED:
        return "、".join(names)
    places = {entry["id"]: at for at, entry in enumerate(results["indicators"], start=1)}
    numbers = {places[one] for entry in used if (one := entry.get("indicator")) in places}
    others = dict.fromkeys(_level3(results, entry) for entry in used if entry.get("indicator") not in places)
    return "；".join([f"第{w.runs_text(numbers)}项，共{len(numbers)}项", *others])


def _level3(results: Results, entry: EvidenceItem) -> str:
    if entry.get("level3"):
        return w.clause(entry["level3"])
    indicator = f.indicator_of(results, entry.get("indicator") or "")
    return w.clause(indicator["level3"]) if indicator else w.BLANK


def _material(entry: EvidenceItem) -> tuple[str, ...]:
    return (
        w.clause(entry["document"]),
        w.date_text(date) if (date := entry.get("date")) else w.BLANK,
        w.clause(entry.get("custodian")) or w.BLANK,
        "电子文件" if entry.get("file") else "纸质或另存",
    )
