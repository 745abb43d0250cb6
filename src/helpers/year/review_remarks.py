"""The shape of remarks.yml: what reviewers wrote on the remarks sheet, and what is answered. Outside every input hash,
read by the report stage alone."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from helpers.year.base import Model, Words
from helpers.year.load import load_file
from helpers.year.root import Root, shown_raw

NAME = "remarks.yml"
Verdict = Literal["认可", "不认可", "需补充"]


class Remark(Model):
    """One remark: ``id`` of the figure or statement, what it said then, the post that remarks (never a name), of which
    version of the package (``sheet``), and the answer, empty until somebody writes it."""

    id: Words
    words: Words
    shown: str | None = None
    remark: str | None = None
    verdict: Verdict | None = None
    post: str | None = None
    sheet: Words
    answer: str | None = None


class RemarksFile(Model):
    """remarks.yml"""

    remarks: tuple[Remark, ...] = ()


def remarks_path(root: Path, fiscal_year: int) -> Path:
    return Root(root).raw(fiscal_year) / NAME


def load_remarks(root: Path, fiscal_year: int) -> RemarksFile:
    """What has been remarked on a year, nothing where there is no such file; raises ``YearFileError``."""
    return load_file(remarks_path(root, fiscal_year), f"{shown_raw(fiscal_year)}/{NAME}", RemarksFile)
