"""The pictures of the READMEs: small, there, and of the size that the tool makes; what stands in the way is told."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from tools import browser, pictures

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(("name", "width"), [("page-one.png", pictures.WIDTH), ("lab.png", pictures.LAB_WIDTH)])
def test_both_pictures_are_small_and_shown_in_both_readmes_as_synthetic(name: str, width: int) -> None:
    content = (ROOT / "docs" / "pictures" / name).read_bytes()
    assert content[:8] == b"\x89PNG\r\n\x1a\n" and len(content) <= pictures.LARGEST
    assert struct.unpack(">I", content[16:20])[0] == width
    for readme, label in (("README.md", "示例数据"), ("README.en.md", "synthetic data")):
        line = next(one for one in (ROOT / readme).read_text("utf-8").splitlines() if f"docs/pictures/{name}" in one)
        assert label in line


def test_page_one_is_drawn_in_the_width_that_is_declared() -> None:
    from helpers.formats.pdf import render_pdf
    from helpers.report.documents import filed
    from helpers.report.narrative import build_report
    from tests.report import sample_results as sample

    drawn = render_pdf(filed(build_report(sample.fy2024())))
    assert struct.unpack(">I", pictures.page_one(drawn)[16:20])[0] == pictures.WIDTH


def test_without_a_browser_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CHROMIUM", raising=False)
    with pytest.raises(browser.NoBrowser, match="CHROMIUM"):
        browser.browser()


def test_without_a_package_it_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(pictures, "REPORT", ROOT / "reports" / "1999" / "report.pdf")
    assert pictures.main() == 2
    assert "make report first" in capsys.readouterr().err
