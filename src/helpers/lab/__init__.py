"""The analyst's few verbs on a year's records: ``lab.year(2024)``, its tables, measures, causes, rows and trials.

Examples with their answers stand in docs/analysis.md. Nothing here writes into the project.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from helpers.lab.lab_error import LabError, LabNotice

if TYPE_CHECKING:
    from helpers.lab.lab_year import LabYear

__all__ = ["LabError", "LabNotice", "year"]


def year(fiscal_year: int, root: str | Path | None = None) -> LabYear:
    """A fiscal year to look into.

    ``root``: where ``data/raw/`` lies; when not said, the folder that one works in or the nearest above it that has
    one. The tidy tables are those of the last run where these are current; else they are made in a temporary folder,
    which is said (``LabNotice``). Raises ``LabError``.

    >>> from helpers import lab
    >>> y = lab.year(2024)
    >>> y.measure("within_1h").text
    '98.2%'
    """
    from helpers.lab.lab_year import open_year

    return open_year(fiscal_year, root)
