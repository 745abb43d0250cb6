"""What decides a package's bytes is in its manifest."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from helpers.fonts.packaged import font_file
from helpers.run.manifest import basis
from helpers.run.workspace import InputFile


def test_a_face_of_the_machine_is_named_with_its_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SELFEVAL_FONTS", "")
    without = basis(2024, [InputFile("year.yml", "ab", 1)])
    assert without["fonts"] == []
    font = TTFont(font_file("song"))
    for record in font["name"].names:
        if record.nameID in (1, 16):
            record.string = "FangSong"
    font["OS/2"].fsType = 0
    font.save(tmp_path / "simfang.ttf")
    monkeypatch.setenv("SELFEVAL_FONTS", str(tmp_path))
    digest = hashlib.sha256((tmp_path / "simfang.ttf").read_bytes()).hexdigest()
    described = basis(2024, [InputFile("year.yml", "ab", 1)])
    assert described == {**without, "fonts": [{"face": "仿宋", "family": "FangSong", "sha256": digest}]}
