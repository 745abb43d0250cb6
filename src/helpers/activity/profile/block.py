"""The suggested declaration as YAML to paste below ``tables:`` in year.yml, with its remarks as comments."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Any

from helpers.activity.profile.draft import Declaration

#: Texts without signs; among them the library quotes those that YAML takes for something else (``yes``, ``1e3``).
_PLAIN = re.compile(r"\w[\w ./()（）+-]*")


def block(declaration: Declaration) -> str:
    """The text, indented by two blanks; every value is written by the YAML library."""
    lines = [_above((), declaration, "  ")] if () in declaration.remarks else []
    lines.append(f"  {declaration.table}:")
    for number, header, why in declaration.left_out:
        lines.append(f"    # 没有列入第 {number} 列{_said(header)}：{why}")
    for key, value in declaration.entries.items():
        if value and key in ("columns", "derived", "grain"):
            lines += [_above((key,), declaration, "    "), f"    {key}:"]
            for name, entry in value.items():
                if key == "grain" and name == "attributes":
                    lines.append("      attributes:")
                    lines += [f"        {_entry(n, e)}" for n, e in entry.items()]
                else:
                    lines += [
                        _above((key, name), declaration, "      "),
                        f"      {_entry(name, _short(entry) if key == 'columns' else entry)}"
                        + _beside((key, name), declaration),
                    ]
        else:
            lines += [_above((key,), declaration, "    "), f"    {_entry(key, value)}" + _beside((key,), declaration)]
    return "\n".join(line for line in lines if line) + "\n"


def _short(entry: Mapping[str, Any]) -> Any:
    """``{from: 工单编号}`` as ``工单编号``."""
    return entry["from"] if set(entry) == {"from"} else entry


def _above(place: tuple[str, ...], declaration: Declaration, indent: str) -> str:
    return "\n".join(f"{indent}# {_comment(text)}" for text in declaration.remarks.get((*place, "above"), ()))


def _beside(place: tuple[str, ...], declaration: Declaration) -> str:
    said = "；".join(declaration.remarks.get(place, ()))
    return f"  # {_comment(said)}" if said else ""


def _said(header: str) -> str:
    return f"“{_comment(header)}”" if header.strip() else ""


def _comment(text: str) -> str:
    """A comment of one line: YAML takes no other signs there."""
    return "".join(c if c.isprintable() else " " for c in text).rstrip()


def _entry(key: str, value: Any) -> str:
    """``key: value`` in one line."""
    from ruamel.yaml import YAML
    from ruamel.yaml.comments import CommentedMap

    yaml = YAML(typ="rt")
    yaml.width, yaml.allow_unicode = 1 << 30, True
    out = io.StringIO()
    yaml.dump(CommentedMap({key: _plain(value)}), out)
    return out.getvalue().rstrip("\n")


def _plain(value: Any) -> Any:
    """Mappings and lists in flow style; texts with any sign in double quotes.

    The library leaves some signs unquoted that it cannot read back within braces (``{from: :0}``).
    """
    from ruamel.yaml.comments import CommentedMap, CommentedSeq
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString

    if isinstance(value, Mapping):
        tree = CommentedMap({str(k): _plain(v) for k, v in value.items()})
        tree.fa.set_flow_style()
        return tree
    if isinstance(value, list | tuple):
        items = CommentedSeq(_plain(v) for v in value)
        items.fa.set_flow_style()
        return items
    if isinstance(value, str) and not _PLAIN.fullmatch(value):
        return DoubleQuotedScalarString(value)
    return value
