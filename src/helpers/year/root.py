"""The folders of a project root: the one place that knows where a year's inputs, tables and packages lie."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

#: Set while a run is at work, for it and its kernels: ``<year>=<folder>``, its own folder in the place of the year's.
OWN_PROCESSED = "SELFEVAL_PROCESSED"


#: The files of a year that decide figures; any other of their kind says how these are told.
YEAR_FILES = ("year.yml", "indicators.yml", "plan.yml", "corrections.yml")


@dataclass(frozen=True)
class Root:
    """Any folder with ``data/raw/<year>/`` is a project root; nothing here touches the disk but ``years``."""

    path: Path

    @property
    def all_raw(self) -> Path:
        return self.path / "data" / "raw"

    def raw(self, fiscal_year: int) -> Path:
        """What was handed over and declared: never written to by a run."""
        return self.all_raw / str(fiscal_year)

    def processed(self, fiscal_year: int) -> Path:
        """Tidy tables and what the stages leave, rebuilt by each run: in a folder of its own until it ends."""
        year, _, own = os.environ.get(OWN_PROCESSED, "").partition("=")
        return self.all_processed / (own if own and year == str(fiscal_year) else str(fiscal_year))

    @property
    def all_processed(self) -> Path:
        return self.path / "data" / "processed"

    @property
    def reports(self) -> Path:
        return self.path / "reports"

    @property
    def personal_key(self) -> Path:
        """What personal columns are hashed with; see ``helpers.year.personal_key``."""
        return self.path / "data" / ".personal.key"

    def package(self, fiscal_year: int) -> Path:
        """What leaves the house."""
        return self.reports / str(fiscal_year)

    def failed(self, fiscal_year: int) -> Path:
        """What a failed run has made so far."""
        return self.reports / f"{fiscal_year}.failed"

    def lock(self, fiscal_year: int) -> Path:
        """Held by the one process that runs the year."""
        return self.reports / f".{fiscal_year}.lock"

    def has_year(self, fiscal_year: int) -> bool:
        return (self.raw(fiscal_year) / "year.yml").is_file()

    def years(self) -> list[int]:
        """The fiscal years that have year files, in order."""
        return sorted(int(p.parent.name) for p in self.all_raw.glob("[0-9][0-9][0-9][0-9]/year.yml"))


def shown_raw(fiscal_year: int) -> str:
    """The year's raw folder as messages, evidence and manifests name it, whatever the root."""
    return f"data/raw/{fiscal_year}"
