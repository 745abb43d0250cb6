"""``selfeval verify``: whether a package is what was published, and whether its figures follow from the inputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from helpers.report.results import ResultsFault
from helpers.run.manifest import making
from helpers.run.package_files import left_by_programs
from helpers.run.stage_record import surroundings
from helpers.trust.opened import NoPackage, Opened, open_package
from helpers.trust.readable import Unreadable
from helpers.trust.remade import RESULTS, Findings, Made, check_contents, read_results

__all__ = ["NoPackage", "Verdict", "made_by", "verify_package"]

#: What an environment is called where it is named as a reason.
AROUND = {"lock": "requirements.lock", "python": "Python 版本", "platform": "平台", "fonts": "本机字体"}


@dataclass(frozen=True)
class Verdict:
    """``status``: 0 all holds · 1 figures, words or the set of files differ · 3 only bytes. ``checked``: what was
    looked into; the rest as in ``Findings``; ``sha256`` is that of the manifest."""

    package: Opened
    wrong: tuple[str, ...]
    bytes: tuple[str, ...]
    unchecked: tuple[str, ...]
    checked: tuple[str, ...]

    @property
    def status(self) -> Literal[0, 1, 3]:
        return 1 if self.wrong else 3 if self.bytes else 0


def verify_package(folder: Path) -> Verdict:
    """A package by itself. Raises ``NoPackage``."""
    package = open_package(folder)
    if not package.manifest:
        return Verdict(package, package.wrong, (), ("一切：清单读不出来",), ())
    made = made_by(package.manifest)
    found = check_contents(package, made)
    found.wrong += _contradictions(package)
    _changed_beyond_judgement(package, found)
    left = [name for name, entry in package.entries.items() if left_by_programs(entry) and name not in package.files]
    found.unchecked += [f"{name}：查看文件的程序留下的，没有看" for name in left]
    checked = [
        f"清单与文件是否一一对应：{len(package.files)} 个文件的散列和字节数，有无多余、链接、特殊文件",
        "results.json 与 validation.json 内部的合计、得分、执行率、偏差、差距分解",
        "HTML、PDF、DOCX、XLSX 由 results.json 重新生成，逐字、逐图比较"
        if made.same
        else "HTML、PDF、DOCX、XLSX 的文字和数字互相比较",
    ]
    if made.same:
        checked.append("已执行的笔记本的代码和输出")
    else:
        found.unchecked.append("笔记本和程序的代码")
    return Verdict(package, (*package.wrong, *found.wrong), tuple(found.bytes), tuple(found.unchecked), tuple(checked))


def made_by(manifest: Mapping[str, Any]) -> Made:
    """Whether the program and its surroundings here are those that made a package."""
    try:
        own = making()
        differing = ["程序"] if {key: manifest["code"][key] for key in own} != own else []
        now = surroundings()
        then = {**{key: manifest[key] for key in ("python", "platform", "fonts")}, "lock": manifest["lock"]["sha256"]}
    except (KeyError, TypeError):
        return Made(False, "清单没有写明由什么程序生成")
    differing += [words for key, words in AROUND.items() if then[key] != now[key]]
    return Made(not differing, f"这里的{'、'.join(differing)}与生成时的不同" if differing else "")


def _contradictions(package: Opened) -> Iterator[str]:
    """What the manifest says otherwise than the results do."""
    try:
        results = read_results(package)
    except (KeyError, ResultsFault, Unreadable):
        return
    manifest = package.manifest
    told, rules = (cast(Mapping[str, Any], found or {}) for found in (results.get("provenance"), results.get("rules")))
    pairs = {
        "输入文件": (manifest.get("inputs"), told.get("inputs")),
        "程序的散列": ((manifest.get("code") or {}).get("sha256"), told.get("code_sha256")),
        "requirements.lock 的散列": ((manifest.get("lock") or {}).get("sha256"), told.get("lock_sha256")),
        "Python 版本": (manifest.get("python"), told.get("python")),
        "规则集": ((manifest.get("rules") or {}).get("id"), rules.get("id")),
        "年度": ((manifest.get("parameters") or {}).get("fiscal_year"), results["fiscal_year"]),
    }
    for words, (said, other) in pairs.items():
        if said != other:
            yield f"manifest.json：{words}与 {RESULTS} 所写的不同"


def _changed_beyond_judgement(package: Opened, found: Findings) -> None:
    """A file that was changed since it was published is told, whatever could be said of its contents."""
    judged = {words.split("：", 1)[0] for words in found.wrong} | set(found.bytes)
    found.wrong += [f"{name}：发布后改过，散列与清单不符" for name in sorted(package.changed - judged)]
