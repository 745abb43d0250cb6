"""``selfeval diff``: what changed between two packages or years, ranked, with reasons; on screen, as JSON and HTML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from helpers.formats.plain_pages import POLICY
from helpers.report.results import ResultsFault
from helpers.run.workspace import find_root
from helpers.trust.changes import Change, Reasons, Side, changed_figures, other_numbers, other_words
from helpers.trust.opened import NoPackage, open_package
from helpers.trust.readable import Unreadable
from helpers.trust.remade import read_results
from helpers.trust.verdict_words import change_lines, plain
from helpers.year.root import Root


@dataclass(frozen=True, kw_only=True)
class SideBySide:
    """``names``: what the two are called; ``unsound``: what is wrong with either, told before anything else."""

    names: tuple[str, str]
    changes: tuple[Change, ...]
    reasons: tuple[str, ...]
    numbers: tuple[str, ...]
    words: tuple[str, ...]
    unsound: tuple[str, ...] = ()


def compare(one: str, other: str, root: Path) -> SideBySide:
    """Two packages, each a folder or a year of ``root``. Raises ``NoPackage``, ``ParameterError``."""
    before, after = open_side(one, root), open_side(other, root)
    sides = before[0], after[0]
    return SideBySide(
        names=(_name(before[0], one), _name(after[0], other)),
        changes=tuple(changed_figures(*sides)),
        reasons=tuple(Reasons(*sides).all()) if _same_year(*sides) else tuple(Reasons(*sides).of_all_years()),
        numbers=tuple(other_numbers(*sides)),
        words=tuple(other_words(*sides)),
        unsound=(*before[1], *after[1]),
    )


def _name(side: Side, named: str) -> str:
    return f"{side.results['fiscal_year']} 年度（{named}）"


def _same_year(before: Side, after: Side) -> bool:
    return before.results["fiscal_year"] == after.results["fiscal_year"]


def open_side(named: str, root: Path) -> tuple[Side, list[str]]:
    """A package by its folder or its year of ``root``, and what is not sound about it. Raises ``NoPackage``."""
    folder = Path(named)
    if not folder.is_dir() and named.isdigit():
        folder = Root(find_root(root)).package(int(named))
        if not folder.is_dir():
            raise NoPackage(
                f"{folder}  [no_package]  还没有 {named} 年度的成套材料\n    处理：先运行 selfeval run --year {named}"
            )
    package = open_package(folder)
    try:
        results = read_results(package)
    except (KeyError, ResultsFault, Unreadable) as error:
        raise NoPackage(f"{folder}  [no_results]  results.json 读不出来：{str(error)[:300]}") from None
    wrong = [*package.wrong, *(f"{name}：发布后改过，散列与清单不符" for name in sorted(package.changed))]
    return Side(package.manifest, results), [f"{named}：{words}" for words in wrong]


def lines(found: SideBySide) -> list[str]:
    """The whole answer on a terminal."""
    return [plain(line) for line in _lines(found)]


def _lines(found: SideBySide) -> Iterator[str]:
    yield f"{found.names[0]} → {found.names[1]}"
    yield from (f"  注意  {words}（比较的是现在的内容）" for words in found.unsound[:5])
    if not found.changes:
        yield "公布的数字没有变化"
    else:
        yield f"公布的数字有 {len(found.changes)} 个不同，按轻重排列："
        yield from change_lines(found.changes)
    yield from _rest(found)


def _rest(found: SideBySide) -> Iterator[str]:
    if len(found.numbers) > len(found.changes):
        yield f"results.json 中数字不同的共 {len(found.numbers)} 处，如 {'、'.join(found.numbers[:3])}"
    if found.words:
        yield f"results.json 中文字不同的共 {len(found.words)} 处，如 {'、'.join(found.words[:3])}"
    if found.reasons:
        more = f"，等 {len(found.reasons)} 处" if len(found.reasons) > 8 else ""
        yield f"两者的依据不同：{'；'.join(found.reasons[:8])}{more}"


def as_json(found: SideBySide) -> dict[str, Any]:
    return {
        "before": found.names[0],
        "after": found.names[1],
        "unsound": list(found.unsound),
        "changes": [change.to_json() for change in found.changes],
        "reasons": list(found.reasons),
        "numbers": list(found.numbers),
        "words": list(found.words),
    }


STYLE = (
    "body{font:16px/1.6 serif;max-width:60em;margin:2em auto;padding:0 1em;color:#111;background:#fff}"
    "table{border-collapse:collapse;width:100%}caption{text-align:left;font-weight:bold;padding:.5em 0}"
    "th,td{border:1px solid #767676;padding:.3em .6em;text-align:left;vertical-align:top}"
    "td.r{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}"
)
HEADS = ("序号", "数字", "原为", "现为", "差", "原因")


def as_html(found: SideBySide) -> str:
    """One page without script, nothing from outside."""
    rows = "".join(_row(number, change) for number, change in enumerate(found.changes, start=1))
    heads = "".join(f"<th scope=col>{head}</th>" for head in HEADS)
    table = (
        f"<table><caption>公布的数字有 {len(found.changes)} 个不同，按轻重排列</caption>"
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
        if found.changes
        else "<p>公布的数字没有变化。</p>"
    )
    notes = _paragraphs([*(f"注意：{words}" for words in found.unsound), *_rest(found)])
    title = escape(plain(f"{found.names[0]} → {found.names[1]}"))
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f"<title>{title}</title><style>{STYLE}</style></head>\n<body><main><h1>{title}</h1>\n{table}\n{notes}</main></body></html>\n"
    )


def _row(number: int, change: Change) -> str:
    before, after, difference = (escape(plain(text)) for text in change.shown)
    reasons = "<br>".join(escape(plain(reason)) for reason in change.reasons)
    return (
        f"<tr id='{escape(change.id, quote=True)}'><td class=r>{number}</td><td>{escape(plain(change.words))}</td>"
        f"<td class=r>{before}</td><td class=r>{after}</td><td class=r>{difference}</td><td>{reasons}</td></tr>"
    )


def _paragraphs(texts: Sequence[str]) -> str:
    return "".join(f"<p>{escape(plain(text))}</p>\n" for text in texts)
