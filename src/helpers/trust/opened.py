"""A package as it lies there: what its manifest says, what is in the folder, and where the two do not agree."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from helpers.run import package_files
from helpers.run.manifest import NAME, seal
from helpers.run.package_files import Entry, NotRead, left_by_programs
from helpers.run.stages import STAGES
from helpers.trust.readable import Unreadable, data

#: What every package holds; the technical paper only where its outline has that part.
EXPECTED = (
    "report.html",
    "report.pdf",
    "report.docx",
    "self_evaluation.xlsx",
    "results.json",
    "validation.json",
    *(f"notebooks/{stage.name}.ipynb" for stage in STAGES),
)
LARGEST_MANIFEST = 16 * 2**20
KINDS = {"link": "链接", "special": "特殊文件（设备、管道等）", "folder": "空文件夹"}


class NoPackage(Exception):
    """What was named is no package; the message says so (exit status 2)."""


@dataclass(frozen=True, kw_only=True)
class Opened:
    """``files``: the content of every listed plain file; ``changed``: those whose hash is not the listed one;
    ``wrong``: what is not as a package is, in words with the file's name first; ``listed``: the manifest's hashes."""

    folder: Path
    manifest: Mapping[str, Any]
    sha256: str
    files: Mapping[str, bytes]
    changed: frozenset[str] = frozenset()
    wrong: tuple[str, ...] = ()
    entries: Mapping[str, Entry] = field(default_factory=dict)
    listed: Mapping[str, str] = field(default_factory=dict)


def open_package(folder: Path) -> Opened:
    """Read a package. Raises ``NoPackage``; what is wrong inside it is told in ``wrong``."""
    if not folder.is_dir():
        raise NoPackage(f"{folder}  [no_package]  没有这个文件夹\n    处理：写成套材料所在的文件夹，如 reports/2024")
    try:
        entries = package_files.entries(folder)
    except OSError as error:
        raise NoPackage(f"{folder}  [no_package]  打不开：{error.strerror or error}") from None
    if NAME not in entries:
        raise NoPackage(
            f"{folder}  [no_package]  里面没有 {NAME}，不是成套材料\n    处理：写成套材料所在的文件夹，如 reports/2024"
        )
    try:
        content = package_files.content(folder, NAME, LARGEST_MANIFEST)
        manifest = data(content)
        outputs = dict(_outputs(manifest))
    except (OSError, Unreadable, KeyError, TypeError, ValueError) as error:
        wrong = f"{NAME}：读不出来，{str(error)[:200] or type(error).__name__}"
        return Opened(folder=folder, manifest={}, sha256="", files={}, wrong=(wrong,), entries=entries)
    return _read(folder, manifest, _digest(content), outputs, entries)


def _outputs(manifest: Any) -> Iterator[tuple[str, tuple[str, int]]]:
    seen = set()
    for one in manifest["outputs"]:
        name, sha256, size = one["file"], one["sha256"], one["bytes"]
        if not isinstance(name, str) or not isinstance(sha256, str) or type(size) is not int or name in seen:
            raise ValueError(f"outputs 里的 {str(name)[:80]} 写法不对或重复")
        seen.add(name)
        yield name, (sha256, size)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _read(
    folder: Path, manifest: Any, sha256: str, outputs: Mapping[str, tuple[str, int]], entries: Mapping[str, Entry]
) -> Opened:
    files: dict[str, bytes] = {}
    changed: set[str] = set()
    wrong: list[str] = []
    for name, (listed, size) in outputs.items():
        if name not in entries:
            wrong.append(f"{name[:80]}：清单列有，文件夹里没有")
            continue
        if entries[name].kind != "file":
            continue
        try:
            files[name] = package_files.content(folder, name)
        except OSError as error:
            wrong.append(str(error) if isinstance(error, NotRead) else f"{name}：读不了，{error.strerror}")
            continue
        if _digest(files[name]) != listed:
            changed.add(name)
        elif len(files[name]) != size:
            wrong.append(f"{name}：清单写着 {size} 字节，文件是 {len(files[name])} 字节")
    wrong += _strange(outputs, entries)
    if manifest.get("self_sha256") != seal(manifest):
        wrong.append(f"{NAME}：清单自身的校验值不符，发布后改过")
    told = {name: one for name, (one, _) in outputs.items()}
    return Opened(
        folder=folder,
        manifest=manifest,
        sha256=sha256,
        files=files,
        changed=frozenset(changed),
        wrong=tuple(wrong),
        entries=entries,
        listed=told,
    )


def _strange(outputs: Mapping[str, Any], entries: Mapping[str, Entry]) -> Iterator[str]:
    """What a package never holds, and what it always does."""
    for name, entry in entries.items():
        if left_by_programs(entry):
            continue
        if entry.kind != "file":
            yield f"{name}：是{KINDS[entry.kind]}，成套材料里没有这样的东西"
        elif name not in outputs and name != NAME:
            yield f"{name}：清单没有列出，不属于成套材料"
    for name in EXPECTED:
        if name not in outputs:
            yield f"{name}：清单没有列出，成套材料应当有它"
