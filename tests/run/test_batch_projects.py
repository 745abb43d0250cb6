"""Which project years a batch finds, and what it refuses before anything runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.run.batch_projects import BatchRefused, Task, find_projects, parse_years


def project(folder: Path, *years: int) -> None:
    for year in years:
        raw = folder / "data" / "raw" / str(year)
        raw.mkdir(parents=True)
        (raw / "year.yml").write_text("", encoding="utf-8")


def test_projects_are_found_at_any_depth_and_the_folder_itself(tmp_path: Path) -> None:
    project(tmp_path, 2024)
    project(tmp_path / "区级" / "水利 局", 2023, 2024)
    project(tmp_path / "区级" / "水利 局" / "二期", 2024)  # below a project, beside its data
    project(tmp_path / "data" / "raw" / "2024" / "exports" / "旧", 2024)  # an export is no project
    project(tmp_path / ".trash" / "旧", 2024)
    project(tmp_path / "reports" / "2024" / "x", 2024)
    found = find_projects(tmp_path, (2023, 2024))
    assert found.tasks == (
        Task(".", 2024),
        Task("区级/水利 局", 2023),
        Task("区级/水利 局", 2024),
        Task("区级/水利 局/二期", 2024),
    )
    assert found.absent == (Task(".", 2023), Task("区级/水利 局/二期", 2023))


def test_links_are_followed_once(tmp_path: Path) -> None:
    project(tmp_path / "a", 2024)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "again").symlink_to(tmp_path / "a", target_is_directory=True)
    (tmp_path / "b" / "up").symlink_to(tmp_path, target_is_directory=True)
    assert find_projects(tmp_path, (2024,)).tasks == (Task("a", 2024),)


@pytest.mark.parametrize(
    ("text", "years"),
    [("2024", (2024,)), ("2024,2023", (2023, 2024)), ("2023，2024、2024", (2023, 2024)), (" 2023 2024 ", (2023, 2024))],
)
def test_years_are_read(text: str, years: tuple[int, ...]) -> None:
    assert parse_years(text) == years


@pytest.mark.parametrize("text", ["", ",", "24", "2024,next", "２０２４", "2024-2025", "1999"])
def test_what_is_no_year_is_refused(text: str) -> None:
    with pytest.raises(BatchRefused, match=r"\[bad_years\]"):
        parse_years(text)


def test_nothing_to_run_is_refused_with_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(BatchRefused, match=r"nowhere  \[no_folder\][^\n]*\n    处理："):
        find_projects(tmp_path / "nowhere", (2024,))
    with pytest.raises(BatchRefused, match=r"\[no_projects\](.|\n)*selfeval new-year"):
        find_projects(tmp_path, (2024,))
    project(tmp_path / "a", 2022, 2023)
    with pytest.raises(BatchRefused, match=r"\[no_years\](.|\n)*现有年度：2022、2023"):
        find_projects(tmp_path, (2024, 2025))
