"""What the same files have answered is not asked again; other files, and files that were written anew, are."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from helpers.measures import database, kept_answers
from helpers.measures.database import QueryStopped
from helpers.measures.figures import Measures
from helpers.measures.kept_answers import answer
from helpers.year.load import Year
from tests.measures.test_measured import planted


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The queries that reach a database."""
    queries: list[str] = []
    run = database.run

    def counted(connection: duckdb.DuckDBPyConnection, query: str, what: str) -> duckdb.DuckDBPyConnection:
        queries.append(query)
        return run(connection, query, what)

    monkeypatch.setattr(database, "run", counted)
    monkeypatch.setattr(kept_answers, "_answers", {})
    return queries


def values(year: Year, folder: Path) -> dict[str, object]:
    with Measures(year, folder) as measures:
        return {name: (measures.figure(name), measures.monthly(name)) for name in year.measures}


def test_measures_opened_again_ask_nothing(tmp_path: Path, asked: list[str]) -> None:
    year = planted(tmp_path)
    first, number = values(year, tmp_path), len(asked)
    assert number and len(set(asked)) == number
    assert values(year, tmp_path) == first and len(asked) == number


def test_a_table_that_is_written_anew_is_asked(tmp_path: Path, asked: list[str]) -> None:
    year = planted(tmp_path)
    assert values(year, tmp_path)["staff"][0].value == 2
    staff = tmp_path / "staff.parquet"
    duckdb.sql(f"FROM '{staff}' LIMIT 1").write_parquet(str(tmp_path / "other"))
    (tmp_path / "other").replace(staff)
    assert values(year, tmp_path)["staff"][0].value == 1


def test_a_copy_of_the_tables_has_answers_of_its_own(tmp_path: Path, asked: list[str]) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        assert values(planted(tmp_path / name), tmp_path / name)["all"][0].value == 5
    assert len(asked) == 2 * len(set(asked))


def test_what_is_long_or_failed_is_asked_again_and_no_more_than_so_many_are_kept(
    monkeypatch: pytest.MonkeyPatch, asked: list[str]
) -> None:
    monkeypatch.setattr(kept_answers, "MOST", 2)
    with duckdb.connect() as connection:
        for _ in range(2):
            assert len(answer(connection, "a", f"FROM range({kept_answers.LONGEST + 1})", "x")) > kept_answers.LONGEST
            with pytest.raises(QueryStopped):
                answer(connection, "a", "SELECT 'x'::INTEGER", "x")
        assert len(asked) == 4
        for n in (1, 2, 1, 3, 1, 2):  # 2 was the longest ago when 3 came
            assert answer(connection, "a", f"SELECT {n}", "x") == ((n,),)
        assert asked[4:] == ["SELECT 1", "SELECT 2", "SELECT 3", "SELECT 2"]
