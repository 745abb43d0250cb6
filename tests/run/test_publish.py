"""Publishing exchanges whole packages; whatever happens, one whole package exists."""

import os
from pathlib import Path

import pytest

from helpers.run import publish as publishing
from helpers.run.publish import leave_failed, publish, repair, staging


def package(folder: Path, word: str) -> Path:
    folder.mkdir(parents=True)
    (folder / "report.html").write_text(word, encoding="utf-8")
    return folder


def words(folder: Path) -> list[str]:
    return [p.read_text(encoding="utf-8") for p in sorted(folder.iterdir())]


@pytest.mark.parametrize("atomic", [True, False])
def test_a_new_package_takes_the_old_ones_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, atomic: bool) -> None:
    if not atomic:
        monkeypatch.setattr(publishing, "exchange", lambda *_: False)
    final = tmp_path / "报告 目录" / "2024"
    publish(package(tmp_path / "报告 目录" / "a", "first"), final)
    (final / "stray.txt").write_text("left by hand", encoding="utf-8")
    publish(package(tmp_path / "报告 目录" / "b", "second"), final)
    assert words(final) == ["second"]
    assert [p.name for p in final.parent.iterdir()] == ["2024"]


def test_an_interrupted_exchange_is_repaired(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    final = tmp_path / "2024"
    package(final, "first")
    new = package(tmp_path / "new", "second")
    monkeypatch.setattr(publishing, "exchange", lambda *_: False)
    renames = []

    def power_cut(source: Path, target: Path) -> None:
        renames.append(target)
        if len(renames) == 2:
            raise KeyboardInterrupt
        source.replace(target)

    monkeypatch.setattr(publishing.os, "rename", power_cut)
    with pytest.raises(KeyboardInterrupt):
        publish(new, final)
    monkeypatch.undo()
    assert not final.exists()
    repair(final)
    assert words(final) == ["first"]
    repair(final)
    assert words(final) == ["first"]


def test_what_a_failed_run_made_is_kept_aside(tmp_path: Path) -> None:
    package(tmp_path / "2024", "good")
    for attempt in ("one", "two"):
        work = staging(tmp_path, 2024)
        (work / "error.txt").write_text(attempt, encoding="utf-8")
        assert words(leave_failed(work, tmp_path / "2024")) == [attempt]
    assert words(tmp_path / "2024") == ["good"]


def test_staging_starts_empty_after_a_crash(tmp_path: Path) -> None:
    (staging(tmp_path, 2024) / "half.html").write_text("x", encoding="utf-8")
    assert list(staging(tmp_path, 2024).iterdir()) == []


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can take another account's place"
)
def test_an_old_package_of_another_account_is_left_aside_and_the_new_one_counts(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    for parent in tmp_path.parents[:3]:
        parent.chmod(parent.stat().st_mode | 0o755) if parent.name.startswith(("pytest", "popen")) else None
    package(tmp_path / "2024", "first")
    child = os.fork()
    if child == 0:
        os.setgid(65534)
        os.setuid(65534)
        try:
            publish(package(tmp_path / ".2024.next", "second"), tmp_path / "2024")
        except BaseException:  # noqa: BLE001 - a child of a test runner never returns into it
            os._exit(1)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert words(tmp_path / "2024") == ["second"] and words(tmp_path / ".2024.next.left-1") == ["first"]
    staging(tmp_path, 2024)
    assert sorted(p.name for p in tmp_path.iterdir()) == [".2024.next", "2024"]


def test_a_platform_without_an_exchange_is_said_to_have_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows refuses to look for a library without a name; macOS has the library, but not the call."""
    for name in ("one", "other"):
        (tmp_path / name).mkdir()

    def refuse(*_: object, **__: object) -> object:
        raise TypeError("bad argument type")

    for found in (refuse, lambda *_, **__: object()):
        monkeypatch.setattr(publishing.ctypes, "CDLL", found)
        assert publishing.exchange(tmp_path / "one", tmp_path / "other") is False
