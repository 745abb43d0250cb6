"""What people change in a published package is kept and named; what is published is noted and read-only."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from pathlib import Path

import pytest

from helpers.run import by_hand
from helpers.run.by_hand import as_made, aside, note, set_aside, untouched

FILES = {"report.docx": "报告", "report.html": "<p>", "notebooks/1.ipynb": "{}"}


@pytest.fixture
def final(tmp_path: Path) -> Path:
    """A package as a run leaves it, with its note."""
    folder = tmp_path / "reports" / "2024"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "manifest.json").write_text('{"outputs": []}', encoding="utf-8")
    note(folder, as_made(folder))
    return folder


def rewrite(path: Path, text: str) -> None:
    path.chmod(0o644)
    path.write_text(text, encoding="utf-8")


def kept(final: Path) -> dict[str, str]:
    folder = aside(final)
    return {
        p.relative_to(folder).as_posix(): p.read_text(encoding="utf-8")
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def test_a_package_as_published_is_untouched_and_nothing_is_kept(final: Path) -> None:
    assert untouched(final)
    assert set_aside(final) == ()
    assert not aside(final).exists()


def test_files_are_published_read_only(final: Path) -> None:
    modes = {stat.S_IMODE(p.stat().st_mode) for p in final.rglob("*") if p.is_file()}
    assert modes == {0o444}


def test_an_edited_report_is_kept_with_its_words_and_stays_where_it_is(final: Path) -> None:
    rewrite(final / "report.docx", "领导改过")
    assert not untouched(final)
    assert set_aside(final) == ("report.docx",)
    assert kept(final) == {"report.docx": "领导改过"}
    assert (final / "report.docx").read_text(encoding="utf-8") == "领导改过"


def test_the_next_edit_does_not_overwrite_the_one_before_and_the_same_is_kept_once(final: Path) -> None:
    for text in ("一稿", "二稿", "二稿", "一稿"):
        rewrite(final / "report.docx", text)
        set_aside(final)
    assert kept(final) == {"report.docx": "一稿", "report (2).docx": "二稿"}


def test_a_changed_hash_in_the_manifest_does_not_hide_an_edit(final: Path) -> None:
    rewrite(final / "report.html", "<p>99")
    rewrite(final / "manifest.json", json.dumps({"outputs": [{"file": "report.html", "sha256": "of the forgery"}]}))
    assert not untouched(final)
    assert set_aside(final) == ("manifest.json", "report.html")


def test_what_never_belonged_there_is_moved(final: Path) -> None:
    (final / "批注.txt").write_text("请核", encoding="utf-8")
    (final / "notebooks" / "草稿").mkdir()
    (final / "latest").symlink_to("report.html")
    os.mkfifo(final / "pipe")
    assert set_aside(final) == ("latest", "notebooks/草稿", "pipe", "批注.txt")
    assert kept(final)["批注.txt"] == "请核"
    assert os.path.lexists(aside(final) / "latest")
    assert not (final / "批注.txt").exists()
    assert untouched(final)


@pytest.mark.parametrize("name", ["Thumbs.db", ".DS_Store", "~$report.docx", ".~lock.report.docx#",
                                  "notebooks/.ipynb_checkpoints/1-checkpoint.ipynb"])  # fmt: skip
def test_what_looking_at_files_leaves_is_nobodys_edit(final: Path, name: str) -> None:
    (final / name).parent.mkdir(exist_ok=True)
    (final / name).write_text("x", encoding="utf-8")
    assert untouched(final)
    assert set_aside(final) == ()


def test_without_a_note_the_manifest_says_what_was_published(final: Path) -> None:
    by_hand._note(final).unlink()
    assert not untouched(final)
    digest = hashlib.sha256("报告".encode()).hexdigest()
    rewrite(final / "manifest.json", json.dumps({"outputs": [{"file": "report.docx", "sha256": digest}]}))
    assert set_aside(final) == ("notebooks/1.ipynb", "report.html")


def test_a_folder_of_somebody_elses_is_kept_whole(tmp_path: Path) -> None:
    folder = tmp_path / "2024"
    folder.mkdir()
    (folder / "说明.md").write_text("我的", encoding="utf-8")
    assert set_aside(folder) == ("说明.md",)
    assert kept(folder) == {"说明.md": "我的"}
    assert set_aside(tmp_path / "2023") == ()


def test_a_plug_pulled_before_or_after_the_exchange_makes_no_edits(final: Path) -> None:
    """The note of the next package is there already, the package not yet."""
    note(final, {**dict.fromkeys(FILES, "hash of the next"), "manifest.json": "hash of the next"})
    assert untouched(final)
    assert set_aside(final) == ()
