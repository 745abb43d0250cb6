"""The shape of approvals.yml: which packages were approved, and why figures changed since. Outside every input hash."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import Field

from helpers.year.base import Model, Words
from helpers.year.load import load_file
from helpers.year.root import Root, shown_raw

NAME = "approvals.yml"
Approved = float | str | None


class Signature(Model):
    """A signature over an approval: the hash of the public key, and the signature in base64."""

    key_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    value: Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]{86}==$")]


class Approval(Model):
    """One approved package: its manifest's hash, who approved it (a post, never a name) and when, what was remarked,
    its figures by their names, and the signature of the unit's key where there is one."""

    manifest_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    reviewer: Words
    date: date
    remarks: str | None = None
    figures: dict[str, Approved] = Field(default_factory=dict)
    signature: Signature | None = None


class Reason(Model):
    """Why an approved figure is another one now: ``now`` is what it has become, so that a later one needs its own."""

    figure: Words
    now: Approved
    reason: Words


class ApprovalsFile(Model):
    """approvals.yml"""

    approvals: tuple[Approval, ...] = ()
    reasons: tuple[Reason, ...] = ()


def approvals_path(root: Path, fiscal_year: int) -> Path:
    return Root(root).raw(fiscal_year) / NAME


def load_approvals(root: Path, fiscal_year: int) -> ApprovalsFile:
    """What has been approved of a year, nothing where there is no such file; raises ``YearFileError``."""
    return load_file(approvals_path(root, fiscal_year), f"{shown_raw(fiscal_year)}/{NAME}", ApprovalsFile)
