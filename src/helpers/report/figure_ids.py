"""Ids of figures and statements: their way through results.json, as an address and an HTML id can hold it."""

from __future__ import annotations

#: What ends an unquoted attribute, an address or a cell, or is mark-up there.
_UNFIT = frozenset("\"'`<>=&#%*\\")


def figure_id(*names: str) -> str:
    """The id of what these names lead to: ``activities``, ``终端 运维`` → ``activities.终端_运维``."""
    return ".".join(fitting(name) for name in names)


def fitting(name: str) -> str:
    """A name with ``_`` in place of each run of what an id cannot hold; an id made before stays as it is."""
    made: list[str] = []
    for char in name:
        fits = char.isprintable() and not char.isspace() and char not in _UNFIT
        if fits or made[-1:] != ["_"]:
            made.append(char if fits else "_")
    return "".join(made)
