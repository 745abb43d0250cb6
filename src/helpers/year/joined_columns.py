"""Which columns of two tables must agree: the numbers of parts and machines by which rows find one another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from helpers.year.models import YearFile


class Joined(NamedTuple):
    """Two columns by which rows of two tables are joined; ``place``: where the year file says so of the second."""

    place: tuple[str, ...]
    table: str
    column: str
    other: str
    other_column: str


def joined_columns(declared: YearFile) -> Iterator[Joined]:
    """By what the log of repairs, the list of parts, the book of the shelf and the register of machines are joined."""
    if spares := declared.spares:
        for key, other in (("catalogue", spares.catalogue), ("moves", spares.moves)):
            if other is not None:
                yield Joined(("spares", key, "part"), spares.table, spares.part, other.table, other.part)
    if fleet := declared.fleet:
        failed = fleet.failures
        yield Joined(("fleet", "failures", "device"), fleet.table, fleet.id, failed.table, failed.device)
        if failed.model is not None:
            yield Joined(("fleet", "failures", "model"), fleet.table, fleet.model, failed.table, failed.model)
