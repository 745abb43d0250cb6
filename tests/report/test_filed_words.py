"""The filed papers say no key of the year files, whatever hint a check gives; the hints themselves keep it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import helpers.gate
from helpers.report.narrative.annexes import data_checks, source_notes
from helpers.report.narrative.filed_words import hint_in_plain_words, in_plain_words, names_a_key

GATE = Path(helpers.gate.__file__).parent
SPOKEN = ("核对", "补填", "补上", "在 tables", "剔除", "更正", "重新导出", "说明")
#: Beginnings of what is said on the terminal only, and of patterns.
NO_HINTS = ("用 words", "[gate_stop]", "冲|")
#: Hints that name the keeper's files, and what stands for them in the filed papers.
HINTS = (
    (
        "确是同一内容的，补进 tables.tickets.synonyms.category；录错的用 corrections.yml 更正",
        "确是同一内容的，列入同义写法对照；录错的列入更正说明予以更正",
    ),
    (
        "核对导出条件；确实没有记录的，在 tables.tickets 里写 loss: {may_be_empty: true, why: 理由}",
        "核对导出条件；确实没有记录的，说明理由",
    ),
    (
        "条件里照抄记录的写法，或者写 tables.t.synonyms.kind: {设备: [设备 A, B]}",
        "条件里照抄记录的写法，或者列入同义写法对照",
    ),
    (
        "补填“到货 date_x”；要剔除的在 checks 里写 unstarted: set_aside，要保留的写 unstarted: keep（时长按未知处理）",
        "补填“到货 date_x”；要剔除的写明剔除，要保留的写明保留（时长按未知处理）",
    ),
    ("补充测算方法和依据，写入 method 和 evidence。", "补充测算方法和依据。"),
    ("核对 exports/costs_2024.csv 是否完整；看 near_duplicates", "核对 exports/costs_2024.csv 是否完整；"),
    (
        "核对列 resolved_at 的写法，在 dates 里补上这种写法；表示没有的在 columns.resolved_at 的 empty 里补上",
        "核对这一列的写法，补充声明这种日期写法；表示没有的列为空值的写法",
    ),
)


@pytest.mark.parametrize(("hint", "said"), HINTS)
def test_a_hint_in_the_words_of_the_filed_papers(hint: str, said: str) -> None:
    assert names_a_key(hint) and hint_in_plain_words(hint) == said


def test_what_names_no_key_stays_as_it_is() -> None:
    for words in (
        "核对“Resolution Code: x.y”是否填错",
        "核对 exports/INC_2024.CSV、a_b.xlsx 的行数",
        "核对 nagios 的 fault_code",
    ):
        assert not names_a_key(words) and hint_in_plain_words(words) == words


def test_the_annexes_name_no_key() -> None:
    hint, said = HINTS[0]
    note = {"table": "tickets", "rule": "x", "words": "year.yml 里区分的一行也没有", "remedy": hint, "failing_rows": 3}
    validation = {"checks": 1, "failed_stop": 0, "failed_note": 1, "stopped": False, "notes": [note], "accepted": []}
    masked = {
        "check": "personal_masked",
        "level": "note",
        "where": {},
        "message": "“工单”的报修人（tickets.caller）里有电话，已遮盖",
        "remedy": "在来源系统里去掉；确实不是个人信息的，写进 not_personal",
    }
    results: Any = {"validation": validation, "tables": [], "fiscal_year": 2024, "audit": [masked]}
    told = str([*data_checks(results), *source_notes(results)])
    assert said in told and "年度声明中区分的一行也没有" in told and "“工单”的报修人里有电话" in told
    assert not any(word in told for word in ("synonyms", ".yml", "not_personal", "tickets.caller"))


def test_every_hint_of_the_checks_of_data_can_be_said_without_keys() -> None:
    """Whatever a check of the gate suggests, nothing of it is lost in the filed papers."""
    hints = [text for path in sorted(GATE.rglob("*.py")) for text in _hints(path)]
    assert len(hints) > 60
    named = [text for text in hints if names_a_key(text)]
    assert len(named) > 40
    assert [text for text in named if names_a_key(in_plain_words(text))] == []


def _hints(path: Path) -> Iterator[str]:
    """The texts of a module that may come to be a remedy: Chinese ones that speak to the keeper."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)} - {
        id(node) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)
    }
    for node in ast.walk(tree):
        if id(node) in inside or not isinstance(node, ast.JoinedStr | ast.Constant):
            continue
        text = _text(node)
        if not text.startswith(NO_HINTS) and any(word in text for word in SPOKEN):
            yield text.replace("{place}", "indicators.yml")


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(str(p.value) if isinstance(p, ast.Constant) else "N1" for p in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
