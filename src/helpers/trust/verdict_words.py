"""What is said on the terminal of a verified package and of changed figures: one screen, the verdict last."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

from helpers.trust.again import Again
from helpers.trust.changes import Change
from helpers.trust.verified import Verdict

#: How many lines of a kind are shown; their number is always said.
MOST = 12
STATUS = {
    0: "一致：可以采信",
    1: "不一致",
    3: "数字相同，字节不同",
}


def plain(text: str) -> str:
    """Text without characters that a terminal would act upon."""
    return "".join("�" if unicodedata.category(c) in ("Cc", "Cf", "Cs") and c != "\n" else c for c in text)


#: Whether a signature holds, and what is said of it.
Signed = tuple[bool, str]


def verdict_lines(
    verdict: Verdict, again: Again | None, approved: str | None = None, signed: Signed | None = None
) -> list[str]:
    """The whole answer of ``selfeval verify``."""
    lines = [
        f"成套材料：{verdict.package.folder}",
        *([f"清单的散列（sha256）：{verdict.package.sha256}"] if verdict.package.sha256 else []),
        *([f"  已核准  {approved}"] if approved else []),
        *([f"  {'已核对' if signed[0] else '不符'}  {signed[1]}"] if signed else []),
        *(f"  已核对  {words}" for words in verdict.checked),
        *_listed("不符", verdict.wrong),
        *_listed("只有字节不同", verdict.bytes),
        *_listed("未能核对", verdict.unchecked),
    ]
    if again is None:
        lines.append("  未能核对  数字是否由输入得出：用 --root 指向生成它的项目文件夹，重新计算一遍")
    else:
        lines += _again(again)
    return [plain(line) for line in [*lines, _conclusion(verdict, again, signed)]]


def status(verdict: Verdict, again: Again | None, signed: Signed | None = None) -> int:
    """The exit status of all together: figures and signature before bytes."""
    found = {verdict.status, again.status if again else 0, 0 if signed is None or signed[0] else 1}
    return 1 if 1 in found else 3 if 3 in found else 0


def _conclusion(verdict: Verdict, again: Again | None, signed: Signed | None) -> str:
    found = status(verdict, again, signed)
    if found == 0:
        how = "材料自身一致，由输入重新计算，逐字节相同" if again else "材料自身一致"
        return f"✓ {how}" + ("" if not verdict.unchecked else "（未能核对的见上）")
    if found == 3:
        files = dict.fromkeys([*verdict.bytes, *(again.files if again else ())])
        return f"△ {STATUS[3]}：{'、'.join(list(files)[:8])}"
    return f"✗ {STATUS[1]}：见上"


def _listed(head: str, told: Sequence[str]) -> Iterator[str]:
    for words in told[:MOST]:
        yield f"  {head}  {words}"
    if len(told) > MOST:
        yield f"  {head}  ……共 {len(told)} 处"


def _again(again: Again) -> Iterator[str]:
    if again.stopped:
        yield "  重新计算  没有完成："
        yield from (f"    {line}" for line in again.stopped.splitlines()[:20])
    elif not again.files:
        yield "  重新计算  全部文件逐字节相同"
    else:
        yield f"  重新计算  {len(again.files)} 个文件的字节不同：{'、'.join(again.files[:8])}"
    yield from _listed("与生成时不同", again.reasons)
    yield from change_lines(again.changes)
    shown = {change.id for change in again.changes}
    if again.numbers and len(again.numbers) > len(shown):
        yield f"  results.json 中数字不同的共 {len(again.numbers)} 处，如 {'、'.join(again.numbers[:3])}"
    if again.words:
        yield f"  results.json 中文字不同的共 {len(again.words)} 处，如 {'、'.join(again.words[:3])}"


def change_lines(changes: Sequence[Change], at_most: int = 30) -> Iterator[str]:
    """Changed figures, the weightiest first, each with its reason."""
    for number, change in enumerate(changes[:at_most], start=1):
        before, after, difference = change.shown
        by = f"（{difference}）" if difference else ""
        yield f"  {number:>2}. {change.words}：{before} → {after}{by}"
        yield from (f"      原因：{reason}" for reason in change.reasons[:3])
    if len(changes) > at_most:
        yield f"  ……共 {len(changes)} 个数字有变化"


def verdict_json(
    verdict: Verdict, again: Again | None, approved: str | None = None, signed: Signed | None = None
) -> dict[str, Any]:
    """The same for programs."""
    found: dict[str, Any] = {
        "status": status(verdict, again, signed),
        "manifest_sha256": verdict.package.sha256,
        "approved": approved,
        **({"signature": {"holds": signed[0], "words": signed[1]}} if signed else {}),
        "checked": list(verdict.checked),
        "wrong": list(verdict.wrong),
        "bytes": list(verdict.bytes),
        "unchecked": list(verdict.unchecked),
    }
    if again is not None:
        found["again"] = {
            "status": again.status,
            "stopped": again.stopped,
            "files": list(again.files),
            "reasons": list(again.reasons),
            "changes": [change.to_json() for change in again.changes],
            "numbers": list(again.numbers),
            "words": list(again.words),
        }
    return found
