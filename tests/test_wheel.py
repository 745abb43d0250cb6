"""The package as a wheel: everything that a year needs is in it, and it works in an empty folder."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from helpers.run.stages import STAGES
from tests.run import small_project

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel built of this source and unpacked, as an installer does."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "flit_core.wheel", str(ROOT), "--outdir", str(folder)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = folder.glob("selfeval-*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder / "site")
    return folder / "site"


def selfeval(site: Path, here: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command line of the wheel, not of the source beside the tests."""
    code = "import sys; from helpers.start import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=here,
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_notebooks_fonts_templates_and_the_lock_are_inside(site: Path) -> None:
    for stage in STAGES:
        assert (site / "helpers" / "notebooks" / stage.notebook.name).read_bytes() == stage.notebook.read_bytes()
    for name in ("fonts/files/SelfevalSong-Regular.ttf", "formats/templates/report.typ", "requirements.lock"):
        assert (site / "helpers" / name).stat().st_size > 1000


def test_an_empty_folder_says_how_to_begin_and_a_year_begins(site: Path, tmp_path: Path) -> None:
    empty = selfeval(site, tmp_path, "check", "--year", "2024")
    assert empty.returncode == 2 and "selfeval new-year" in empty.stderr
    begun = selfeval(site, tmp_path, "new-year", "2024")
    assert begun.returncode == 0, begun.stderr
    checked = selfeval(site, tmp_path, "check", "--year", "2024")
    assert checked.returncode == 2 and "[blank_left]" in checked.stderr


def test_a_year_runs_from_the_wheel(site: Path, tmp_path: Path) -> None:
    small_project.write_project(tmp_path)
    done = selfeval(site, tmp_path, "run", "--year", "2024")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "reports" / "2024" / "report.pdf").is_file()
