"""What is said of personal data in the exports: where it was masked, where it was left and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from helpers.indicators.findings import About, Finding, Place
from helpers.report import results_types
from helpers.year.load import Year


def personal_notes(accounts: Iterable[Mapping[str, Any]], year: Year) -> list[results_types.Finding]:
    """A note for each column in whose texts personal data was masked or left in doubt, naming its rows, and for each
    exception of the year. ``accounts``: those of the tables, as the first stage wrote them."""
    about = About(year.year.institution, year.year.project, str(year.fiscal_year))
    found = [
        Finding(check=check, level="note", message=message, remedy=remedy, where=Place(field="data"), table=about)
        for check, message, remedy in (*_columns(accounts), *_exceptions(year))
    ]
    return [cast(results_types.Finding, one.to_json()) for one in found]


def _columns(accounts: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str, str]]:
    for account in accounts:
        for one in account["masked"]:
            rows = "、".join(f"{file} 第{row}行" for file, row in one["rows"])
            more = f" 等 {one['cells']} 处" if one["cells"] > len(one["rows"]) else ""
            name = f"{account['table']}.{one['column']}"
            column = f"“{account['title']}”的{one['words']}（{name}）"
            if one["doubtful"]:
                yield (
                    "personal_doubt",
                    f"{column}有 {one['cells']} 个值形似{one['kind']}，但与同列的编号同一形式，没有遮盖（{rows}）",
                    f"确是编号的，写 not_personal: [{{column: {name}, why: …}}]；不是的，把这一列写进 personal",
                )
            else:
                yield (
                    "personal_masked",
                    f"{column}里有{one['kind']}，已遮盖，数字不受影响（{rows}{more}）",
                    "在来源系统里去掉，或把这一列写进 personal；确实不是个人信息的，写进 not_personal",
                )


def _exceptions(year: Year) -> Iterator[tuple[str, str, str]]:
    for entry in year.year.not_personal:
        what = f"列 {entry.column}" if entry.column else "一种写法" if entry.pattern else "一个值"
        yield (
            "not_personal",
            f"按 year.yml 的 not_personal，{what}不作为个人信息遮盖：{entry.why}",
            "每年核对一次理由是否仍然成立",
        )
