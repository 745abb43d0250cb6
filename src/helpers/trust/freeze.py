"""``selfeval freeze``: an approved package's manifest hash and figures written into approvals.yml, by the inputs."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.report.approved import approvable
from helpers.run.parameters import ParameterError
from helpers.run.workspace import find_root
from helpers.trust.appended import append_entries
from helpers.trust.opened import Opened
from helpers.trust.remade import read_results
from helpers.trust.signature import signature_words, signed, statement
from helpers.trust.verified import Verdict
from helpers.year.approvals import approvals_path, load_approvals
from helpers.year.root import Root

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

HEAD = """\
# 已核准的成套材料：清单的散列、核准岗位、日期和核准的数字（selfeval freeze 写入，不计入任何输入的散列）。
# 已核准的数字后来有变化的，在 reasons 下写明理由，报告会印出。
"""


class NotFrozen(Exception):
    """A package cannot be approved as it is (exit status 1); the message says why."""


def home_of(package: Path) -> Path:
    """The root that a package lies in: ``<root>/reports/<year>``; raises ``ParameterError`` where it lies elsewhere."""
    root = package.resolve().parent.parent
    if not Root(root).all_raw.is_dir():
        raise ParameterError(f"[no_root]  {package} 不在项目文件夹里\n    处理：用 --root 指向生成这份材料的项目文件夹")
    return root


def freeze(
    verdict: Verdict, root: Path, *, reviewer: str, on: date, remarks: str | None = None, key: Path | None = None
) -> Path | None:
    """Write an approval of a verified package; the file, None where this very package was approved before. With a
    private ``key`` it is signed, also where it was approved without.

    Raises ``NotFrozen`` for a package that does not hold, ``ParameterError`` for a root without its year,
    ``YearFileError`` for an approvals.yml that cannot be read.
    """
    package, root = verdict.package, find_root(root)
    if verdict.status != 0:
        first = (*verdict.wrong, *verdict.bytes)[0]
        raise NotFrozen(
            f"[not_verified]  这份材料与发布时不一致，不能核准：{first}\n"
            "    处理：先用 selfeval verify 查看全部，重新运行后再核准"
        )
    results = read_results(package)
    fiscal_year = results["fiscal_year"]
    if not Root(root).has_year(fiscal_year):
        raise ParameterError(
            f"[no_year]  {root} 里没有 {fiscal_year} 年度的文件\n    处理：用 --root 指向生成这份材料的项目文件夹"
        )
    before = [one for one in load_approvals(root, fiscal_year).approvals if one.manifest_sha256 == package.sha256]
    if any(one.signature or key is None for one in before):
        return None
    entry: dict[str, Any] = {"manifest_sha256": package.sha256, "reviewer": reviewer, "date": on}
    if remarks:
        entry["remarks"] = remarks
    entry["figures"] = approvable(results)
    if key is not None:
        entry["signature"] = signed(key, statement(package.sha256, reviewer, on, remarks)).model_dump()
    path = approvals_path(root, fiscal_year)
    append_entries(path, "approvals", [entry], HEAD)
    return path


def signature_found(package: Opened, root: Path, owner: Ed25519PublicKey) -> tuple[bool, str]:
    """Whether the package was approved with the key whose public half this is, in words."""
    fiscal_year = (package.manifest.get("parameters") or {}).get("fiscal_year")
    known = load_approvals(find_root(root), fiscal_year).approvals if type(fiscal_year) is int else ()
    return signature_words(known, package.sha256, owner)


def approved_words(package: Opened, root: Path) -> str | None:
    """Who approved this very package, in words; None where nobody did."""
    fiscal_year = (package.manifest.get("parameters") or {}).get("fiscal_year")
    if type(fiscal_year) is not int:
        return None
    for one in load_approvals(find_root(root), fiscal_year).approvals:
        if one.manifest_sha256 == package.sha256:
            return f"{one.date.isoformat()} {one.reviewer}" + (f"（{one.remarks}）" if one.remarks else "")
    return None
