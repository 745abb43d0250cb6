"""docs/analysis.md: every block runs on the example year and answers what is printed below it."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.conftest import PROJECT

GUIDE = PROJECT / "docs" / "analysis.md"
#: A block of code and, where it answers something, the text below it.
BLOCK = re.compile(r"```python\n(?P<code>.*?)```\n(?:\n```text\n(?P<answer>.*?)\n```\n)?", re.DOTALL)


def answer(code: str, names: dict[str, Any]) -> str:
    """What the last expression of a block gives, as a notebook prints it; an error by its message."""
    from helpers.lab import LabError

    tree = ast.parse(code)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    try:
        exec(compile(tree, "analysis.md", "exec"), names)
        if last is None:
            return ""
        value = eval(compile(ast.Expression(last.value), "analysis.md", "eval"), names)
    except LabError as error:
        return str(error)
    with pd.option_context("display.width", 120, "display.max_columns", 20, "display.max_rows", 20):
        return repr(value)


def test_every_block_answers_what_is_printed_below_it(finished: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(finished)
    blocks = list(BLOCK.finditer(GUIDE.read_text(encoding="utf-8")))
    names: dict[str, Any] = {}
    assert [answer(one["code"], names) for one in blocks] == [one["answer"] or "" for one in blocks]
    assert len(blocks) > 10


def test_every_verb_is_shown() -> None:
    from helpers.lab.lab_year import LabYear

    verbs = {name for name, one in vars(LabYear).items() if callable(one) and not name.startswith("_")}
    text = GUIDE.read_text(encoding="utf-8")
    assert {verb for verb in verbs - {"look", "over", "table"} if f"y.{verb}(" not in text} == set()
