"""Personal data of thirty kinds, planted in the exports, comes out nowhere: package, processed, screen, failed run."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import duckdb
import pytest

from helpers.run.personal_scan import files_without, personal_places, texts_of
from tests.conftest import selfeval
from tests.run.planted import CAUSES, DECLARED, KEYS, PLANTED, leaks, write_planted
from tests.run.small_project import edit

Run = tuple[Path, "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Run:
    root = tmp_path_factory.mktemp("planted") / "root"
    write_planted(root)
    return root, selfeval("run", "--year", "2024", "--root", str(root))


def results(root: Path) -> dict:
    return json.loads((root / "reports" / "2024" / "results.json").read_text(encoding="utf-8"))


def test_nothing_planted_comes_out(planted: Run) -> None:
    root, done = planted
    assert done.returncode == 0, done.stderr
    assert len(PLANTED) > 40
    assert leaks(root / "reports", done.stdout, done.stderr) == set()
    assert leaks(root / "data" / "processed") == set()


def test_figures_are_those_of_the_records(planted: Run) -> None:
    root, _ = planted
    measured = {one["id"]: one for one in results(root)["indicators"]}
    assert measured["count"]["actual"] == 119  # one has no readable time
    assert measured["in_time"]["evidence"]["rows"] == 119
    late = 2 * len(CAUSES)
    assert measured["in_time"]["actual"] == pytest.approx((119 - late) / 119)


def test_two_values_stay_two_and_one_stays_one(planted: Run) -> None:
    root, _ = planted
    tables = root / "data" / "processed" / "2024" / "tables" / "tickets.parquet"
    with duckdb.connect() as connection:
        ids, people, causes, parts = connection.execute(
            "SELECT count(DISTINCT ticket_id), count(DISTINCT who), count(DISTINCT cause), count(*) FILTER "
            "(WHERE part = '（手机号码H）' OR part LIKE '（手机号码%') FROM read_parquet(?)",
            [str(tables)],
        ).fetchall()[0]
        keys = connection.execute(
            "SELECT ticket_id FROM read_parquet(?) WHERE ticket_id LIKE '（%' ORDER BY 1", [str(tables)]
        ).fetchall()
    assert (ids, people, causes, parts) == (119, len(DECLARED), len(CAUSES) + 1, 2)
    assert keys == [("（手机号码A）",), ("（手机号码B）",)] and len(KEYS) == 2


def test_the_report_says_where(planted: Run) -> None:
    root, _ = planted
    told = [one["message"] for one in results(root)["audit"] if one["check"] == "personal_masked"]
    assert any("原因（tickets.cause）里有身份证号，已遮盖" in one and "tickets.csv 第" in one for one in told)
    assert any("编号（tickets.ticket_id）里有手机号码" in one for one in told)


def test_another_key_makes_the_same_bytes(planted: Run) -> None:
    root, _ = planted
    published = {p: p.read_bytes() for p in (root / "reports" / "2024").rglob("*") if p.is_file()}
    key = root / "data" / ".personal.key"
    assert key.stat().st_mode & 0o077 == 0
    key.write_bytes(b"another")
    done = selfeval("run", "--year", "2024", "--root", str(root), "--force")
    assert done.returncode == 0, done.stderr
    assert {p: p.read_bytes() for p in (root / "reports" / "2024").rglob("*") if p.is_file()} == published


def test_a_failed_run_quotes_nobody_and_names_no_path(planted: Run) -> None:
    root, _ = planted
    export = root / "data" / "raw" / "2024" / "exports" / "tickets.csv"
    edit(export, "T100,", "T100,Kunigunde,13911112221,")
    done = selfeval("run", "--year", "2024", "--root", str(root))
    assert done.returncode == 1
    assert "[ragged_rows]" in done.stderr and "12 列，写法是 A999,AAAAAAAAA,99999999999" in done.stderr
    failed = root / "reports" / "2024.failed"
    assert leaks(failed, done.stdout, done.stderr) == set()
    left = "".join(p.read_text(encoding="utf-8") for p in failed.rglob("*") if p.is_file())
    assert str(root) not in left and str(Path(__file__).parents[2]) not in left
    assert "-p root ." in (failed / "error.txt").read_text(encoding="utf-8")


def test_what_somebody_wrote_himself_stops_publication_until_it_is_allowed(tmp_path: Path) -> None:
    folder = write_planted(tmp_path)
    edit(folder / "plan.yml", "expected_effect: 少等", "expected_effect: 找 13300001111 少等")
    done = selfeval("run", "--year", "2024", "--root", str(tmp_path))
    assert done.returncode == 1
    assert (
        "[personal_data]" in done.stderr and "results.json：手机号码" in done.stderr and "not_personal" in done.stderr
    )
    assert "13300001111" not in done.stdout + done.stderr
    assert not (tmp_path / "reports" / "2024").exists()
    failed = tmp_path / "reports" / "2024.failed"
    assert not [p for p in failed.rglob("*") if p.is_file() and b"13300001111" in p.read_bytes()]
    edit(folder / "year.yml", "tables:\n", "not_personal: [{value: '13300001111', why: 服务热线}]\ntables:\n")
    done = selfeval("run", "--year", "2024", "--root", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert any("服务热线" in one["message"] for one in results(tmp_path)["audit"] if one["check"] == "not_personal")


def test_what_was_looked_through_before_is_read_again_only_where_it_changed(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"said": "电话 13812345678"}', encoding="utf-8")
    (tmp_path / "b.html").write_text("<p>没有</p>", encoding="utf-8")
    assert files_without(tmp_path, ["a.json", "b.html"]) == {}, "one of them has: none is taken for granted"
    without = files_without(tmp_path, ["b.html"])
    assert list(without) == ["b.html"]
    assert [place.file for place in personal_places(tmp_path, lambda _: False, without)] == ["a.json"]
    (tmp_path / "b.html").write_text("<p>电话 13912345678</p>", encoding="utf-8")
    assert {place.file for place in personal_places(tmp_path, lambda _: False, without)} == {"a.json", "b.html"}
    (tmp_path / "a.json").unlink()
    (tmp_path / "b.html").write_text("<p>没有</p>", encoding="utf-8")
    assert personal_places(tmp_path, lambda _: False, without) == []


def test_of_a_drawing_only_the_numbers_of_its_shapes_are_left_out() -> None:
    drawn = b"""<g id="a13800000001" d="M13800000002" x:points='13800000003' data-d="13800000004" transform="(1)"/>
        <g kid="13800000005" viewBox="0 0 1 2" endpoints="13800000006" d = "13800000007"/>"""
    told = " ".join(text for _, text in texts_of("a.svg", drawn))
    assert [number in told for number in (f"1380000000{n}" for n in range(1, 8))] == [
        *(True, False, False, False, True, True, True),
    ]
