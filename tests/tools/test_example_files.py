"""The committed exports are what the generator writes, on any machine, and look like real ones."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest

from tests.tools.plain_reader import RAW, ROOT
from tools.example_data.exports import write_all

XLSX = sorted(RAW.glob("*/exports/*.xlsx"))
CSV = sorted(RAW.glob("*/exports/*.csv"))


def content(path: Path) -> object:
    """What a file says: of a workbook its parts, for compression may differ between machines."""
    if path.suffix != ".xlsx":
        return path.read_bytes()
    with zipfile.ZipFile(path) as book:
        return [(part.filename, part.date_time, book.read(part)) for part in book.infolist()]


def differing(one: Path, other: Path) -> list[str]:
    """The exports below two folders that are not the same."""
    files = {
        p.relative_to(folder).as_posix()
        for folder in (one, other)
        for p in folder.glob("*/exports/*")
        if p.suffix in (".csv", ".xlsx")
    }
    return sorted(
        f
        for f in files
        if not ((one / f).is_file() and (other / f).is_file() and content(one / f) == content(other / f))
    )


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("生成 的")
    write_all(out)
    return out


def test_generating_again_gives_the_committed_files(generated: Path) -> None:
    assert len(list(generated.glob("*/exports/*"))) == 24
    assert differing(RAW, generated) == []


def test_the_comparison_can_fail(generated: Path, tmp_path: Path) -> None:
    write_all(tmp_path)
    victim = tmp_path / "2024" / "exports" / "工单_2024上半年.csv"
    victim.write_bytes(victim.read_bytes().replace(b"\r\nGD24-00002,", b"\r\nGD24-99999,", 1))
    (tmp_path / "2023" / "exports" / "备件目录_2023.xlsx").unlink()
    assert differing(generated, tmp_path) == ["2023/exports/备件目录_2023.xlsx", "2024/exports/工单_2024上半年.csv"]


def test_locale_time_zone_and_hash_seed_change_no_byte(generated: Path, tmp_path: Path) -> None:
    env = {**os.environ, "LC_ALL": "C", "TZ": "Pacific/Apia", "PYTHONHASHSEED": "77"}
    subprocess.run(
        [sys.executable, "-m", "tools.example_data", "--out", str(tmp_path)],
        cwd=ROOT,
        env=env,
        check=True,
        capture_output=True,
    )
    for path in generated.glob("*/exports/*"):
        assert (tmp_path / path.relative_to(generated)).read_bytes() == path.read_bytes(), path.name


def test_the_data_stay_small() -> None:
    assert sum(p.stat().st_size for p in RAW.rglob("*") if p.is_file()) <= 6_000_000


def test_encodings_and_delimiters_differ() -> None:
    first, second = (RAW / "2024/exports" / f"工单_2024{half}半年.csv" for half in "上下")
    with pytest.raises(UnicodeDecodeError):
        first.read_bytes().decode("utf-8")
    assert "受理时间" in first.read_bytes().decode("gb18030").splitlines()[0]
    assert second.read_bytes().startswith(b"\xef\xbb\xbf")
    assert "报修时间" in second.read_bytes().decode("utf-8-sig").splitlines()[0]
    assert "\t" in (RAW / "2023/exports/运维工单2023年7-12月.csv").read_bytes().decode("gb18030").splitlines()[0]


def test_workbooks_hold_real_dates_texts_and_title_lines() -> None:
    page = openpyxl.load_workbook(RAW / "2024/exports/保障活动登记.xlsx").worksheets[0]
    begins = [page.cell(row, 6) for row in range(2, 400)]
    assert sum(cell.is_date for cell in begins) > 380 and any(isinstance(c.value, str) for c in begins)
    ledger = openpyxl.load_workbook(RAW / "2024/exports/支出台账_2024.xlsx").worksheets[0]
    assert ledger.cell(1, 1).value.startswith("2024年度") and ledger.cell(3, 1).value == "凭证号"
    amounts = [ledger.cell(row, 6).value for row in range(4, ledger.max_row + 1)]
    assert any(isinstance(a, str) and "," in a for a in amounts) and any(isinstance(a, float | int) for a in amounts)


def test_no_cell_is_a_formula() -> None:
    for path in XLSX:
        for page in openpyxl.load_workbook(path).worksheets:
            assert not [c.coordinate for row in page.iter_rows() for c in row if c.data_type == "f"]


def test_free_text_holds_what_breaks_careless_readers() -> None:
    text = (RAW / "2024/exports/工单_2024下半年.csv").read_bytes().decode("utf-8-sig")
    for awkward in (
        '"域账号被锁定，\n',
        '""双面、长边翻转""',
        "安装办公软件,插件",
        "约８０GB",
        "=SUM(B2:B9)",
        "<证书过期>",
    ):
        assert awkward in text, awkward


def test_nobody_is_named_and_no_telephone_is_in_it() -> None:
    for path in CSV:
        text = path.read_bytes()
        decoded = (
            text.decode("utf-8-sig") if text[:3] == b"\xef\xbb\xbf" or "1-6月" in path.name else text.decode("gb18030")
        )
        assert not re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)", decoded), path.name
        assert not re.search(r"姓名|先生|女士", decoded), path.name


def test_readmes_say_that_the_records_are_synthetic() -> None:
    for path in (RAW / "README.md", RAW / "2023/exports/README.md", RAW / "2024/exports/README.md"):
        assert "示例数据" in path.read_text(encoding="utf-8")
    for path in RAW.glob("*/evidence/*"):
        assert "示例" in path.read_text(encoding="utf-8").splitlines()[0], path.name


def test_the_product_does_not_know_the_generator() -> None:
    for path in (ROOT / "src").rglob("*.py"):
        assert "example_data" not in path.read_text(encoding="utf-8"), path
    for path in (ROOT / "tools" / "example_data").glob("*.py"):
        assert not re.search(r"^\s*(from|import) helpers", path.read_text(encoding="utf-8"), re.MULTILINE), path
