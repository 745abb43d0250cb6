"""One digit of a file of a package changed, as somebody would who knows its kind; and what a forger does afterwards."""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from helpers.formats.pdf import render_pdf
from helpers.report.blocks import MIME, from_json, to_json
from helpers.report.documents import filed
from helpers.run.manifest import seal


def copied(package: Path, target: Path) -> Path:
    """A copy of a package that may be written to."""
    shutil.copytree(package, target)
    for path in target.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return target


def replace_text(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text, (path.name, old)
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def replace_in_zip(path: Path, member: str, old: str, new: str) -> None:
    """A member of a DOCX or XLSX with other words, all else as it was."""
    out = io.BytesIO()
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as copy:
        for info in archive.infolist():
            content = archive.read(info)
            if info.filename == member:
                assert old.encode() in content, (member, old)
                content = content.replace(old.encode(), new.encode(), 1)
            copy.writestr(info, content)
    path.write_bytes(out.getvalue())


def edit_json(path: Path, change: Callable[[Any], None], indent: int = 1) -> None:
    content = json.loads(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(json.dumps(content, ensure_ascii=False, indent=indent) + "\n", encoding="utf-8")


def forged_pdf(package: Path, old: str, new: str) -> None:
    """report.pdf set again from blocks in which words were changed."""
    notebook = json.loads((package / "notebooks" / "5_report.ipynb").read_text(encoding="utf-8"))
    shown = [output["data"] for cell in notebook["cells"] for output in cell.get("outputs", [])]
    blocks = [data[MIME] for data in shown if MIME in data][-1]
    text = json.dumps(to_json(filed(from_json(blocks))), ensure_ascii=False)
    assert old in text
    (package / "report.pdf").write_bytes(render_pdf(from_json(json.loads(text.replace(old, new, 1)))))


def cover_up(package: Path, *, sealed: bool = True) -> None:
    """The manifest's hashes made those of the files as they are now; ``sealed``: and its own."""

    def update(manifest: Any) -> None:
        for one in manifest["outputs"]:
            content = (package / one["file"]).read_bytes()
            one["sha256"], one["bytes"] = hashlib.sha256(content).hexdigest(), len(content)
        if sealed:
            manifest["self_sha256"] = seal(manifest)

    edit_json(package / "manifest.json", update)


def first_output(package: Path, stage: str) -> Any:
    """Reader and writer of the first output with blocks of an executed notebook."""
    path = package / "notebooks" / f"{stage}.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    outputs = [
        output for cell in notebook["cells"] for output in cell.get("outputs", []) if MIME in output.get("data", {})
    ]
    return path, notebook, outputs


def change_digit(text: str) -> str:
    """The text with the last digit of its first number of two figures or more raised by one."""
    found = re.search(r"\d{2,}", text)
    assert found
    last = found[0][-1]
    return text[: found.end() - 1] + str((int(last) + 1) % 10) + text[found.end() :]
