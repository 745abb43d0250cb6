"""The kinds of damage, by what they touch. Importing this package registers them all."""

from tools.mutate.kinds import (
    amounts,
    cells,
    collisions,
    columns,
    files,
    previous,
    registers,
    rows,
    surveys,
    times,
    words,
)

__all__ = [
    "amounts",
    "cells",
    "collisions",
    "columns",
    "files",
    "previous",
    "registers",
    "rows",
    "surveys",
    "times",
    "words",
]
