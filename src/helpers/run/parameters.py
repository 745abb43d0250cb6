"""The typed parameters of a stage notebook, read from its cell tagged ``parameters`` without running it."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers.year.faults import did_you_mean

TYPES = {"int": int, "str": str, "float": float, "bool": bool}


class ParameterError(Exception):
    """A parameter is unknown, missing or of the wrong type; no kernel was started (exit status 2)."""


@dataclass(frozen=True)
class Parameter:
    """``type`` is one of ``TYPES``; ``default`` is what an analyst gets who opens the notebook."""

    name: str
    type: str
    optional: bool
    default: Any


def declared_parameters(notebook: Path) -> dict[str, Parameter]:
    """The parameters that a notebook declares, in order.

    Every one is written ``name: type = default`` with a literal default; ``int | None`` is allowed.
    Raises ``ParameterError`` where the cell is absent or written differently.
    """
    import nbformat  # heavy: brings a JSON schema validator along

    cells = [
        c
        for c in nbformat.read(notebook, as_version=4).cells
        if c.cell_type == "code" and "parameters" in c.metadata.get("tags", [])
    ]
    if len(cells) != 1:
        raise ParameterError(f"{notebook.name}  [no_parameters]  应当恰好有一个标记为 parameters 的单元格")
    found: dict[str, Parameter] = {}
    for node in ast.parse(cells[0].source).body:
        if not (isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value):
            raise ParameterError(
                f"{notebook.name}  [bad_parameters]  参数要写成“名称： 类型 = 默认值”：{ast.unparse(node)}"
            )
        words = [part.strip() for part in ast.unparse(node.annotation).split("|")]
        kinds = [word for word in words if word != "None"]
        if len(kinds) != 1 or kinds[0] not in TYPES:
            raise ParameterError(f"{notebook.name}  [bad_parameters]  不认识的类型：{ast.unparse(node.annotation)}")
        found[node.target.id] = Parameter(node.target.id, kinds[0], "None" in words, ast.literal_eval(node.value))
    return found


def check_parameters(notebook: Path, given: Mapping[str, Any]) -> dict[str, Any]:
    """``given`` as it is, if it names every declared parameter, no other, each with its type.

    Raises ``ParameterError`` listing everything that is wrong.
    """
    declared = declared_parameters(notebook)
    faults = [
        f"[unknown_parameter]  没有参数 {name}。{did_you_mean(name, list(declared)) or ''}"
        for name in given
        if name not in declared
    ]
    for name, parameter in declared.items():
        if name not in given:
            faults.append(f"[missing_parameter]  缺少参数 {name}({parameter.type})")
        elif not fits(given[name], parameter):
            faults.append(f"[bad_parameter]  参数 {name} 应为 {parameter.type}，收到 {given[name]!r}")
    if faults:
        raise ParameterError("\n".join(f"{notebook.name}  {fault}" for fault in faults))
    return dict(given)


def fits(value: Any, parameter: Parameter) -> bool:
    """Whether a value has the declared type; True is not an int here, an int is a float."""
    if value is None:
        return parameter.optional
    if isinstance(value, bool):
        return parameter.type == "bool"
    if parameter.type == "float":
        return isinstance(value, int | float)
    return isinstance(value, TYPES[parameter.type])
