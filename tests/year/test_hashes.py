"""A large input is hashed once, and again as soon as it is touched."""

import hashlib
import os
from pathlib import Path

import pytest

from helpers.year import hashes


def test_a_large_input_is_hashed_again_only_when_touched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashes, "LARGE", 10)
    log, folder, read = tmp_path / "log.csv", tmp_path / "processed", []
    plain = hashes.file_sha256
    monkeypatch.setattr(hashes, "file_sha256", lambda path: read.append(path) or plain(path))
    log.write_bytes(b"a" * 20)
    first = [hashes.input_sha256(log, folder) for _ in range(3)]
    assert set(first) == {hashlib.sha256(b"a" * 20).hexdigest()} and len(read) == 1
    before = log.stat()
    log.write_bytes(b"b" * 20)
    os.utime(log, ns=(before.st_atime_ns, before.st_mtime_ns))  # the same size and time: the change of the entry tells
    assert hashes.input_sha256(log, folder) == hashlib.sha256(b"b" * 20).hexdigest() and len(read) == 2
    (folder / hashes.NAME).write_text("{broken")
    assert hashes.input_sha256(log, folder) == hashlib.sha256(b"b" * 20).hexdigest() and len(read) == 3


def test_a_small_input_is_never_remembered(tmp_path: Path) -> None:
    (tmp_path / "year.yml").write_text("a")
    assert hashes.input_sha256(tmp_path / "year.yml", tmp_path / "p") == hashlib.sha256(b"a").hexdigest()
    assert not (tmp_path / "p").exists()
