"""Habits of the code that no linter knows."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[1] / "src" / "helpers"
#: More values than this cannot be told apart by their place.
BY_PLACE = 5


def _by_place(node: ast.ClassDef) -> int:
    """How many fields a dataclass takes by position; 0 for a class that is none."""
    for decorator in node.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        if ast.unparse(called) not in ("dataclass", "dataclasses.dataclass"):
            continue
        settings = decorator.keywords if isinstance(decorator, ast.Call) else []
        if any(s.arg == "kw_only" and ast.unparse(s.value) == "True" for s in settings):
            return 0
        annotations = [ast.unparse(field.annotation) for field in node.body if isinstance(field, ast.AnnAssign)]
        kinds = [kind for kind in annotations if not kind.startswith("ClassVar")]
        return kinds.index("KW_ONLY") if "KW_ONLY" in kinds else len(kinds)
    return 0


def _faults(text: str) -> list[str]:
    return [
        node.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ClassDef) and _by_place(node) > BY_PLACE
    ]


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda path: str(path.relative_to(SOURCE)))
def test_no_dataclass_takes_more_than_five_fields_by_position(path):
    assert _faults(path.read_text(encoding="utf-8")) == []


def test_the_check_of_dataclasses_sees_what_it_is_for():
    six = "".join(f"    f{number}: int\n" for number in range(6))
    assert _faults(f"@dataclass\nclass A:\n{six}") == ["A"]
    assert _faults(f"@dataclass(frozen=True)\nclass A:\n{six}") == ["A"]
    assert _faults(f"@dataclass(frozen=True, kw_only=True)\nclass A:\n{six}") == []
    assert _faults(f"@dataclass\nclass A:\n    g: int\n    _: KW_ONLY\n{six}") == []
    assert _faults(f"class A:\n{six}") == []
