"""Databases keep within what a batch gives each worker."""

from __future__ import annotations

import pytest

from helpers.year.engine import MOST_MEMORY, MOST_THREADS, open_engine


def settings(*arguments: object) -> tuple[str, str]:
    with open_engine(*arguments) as connection:  # type: ignore[arg-type]
        (found,) = connection.execute(
            "SELECT current_setting('threads')::VARCHAR, current_setting('memory_limit')"
        ).fetchall()
    return found


@pytest.mark.parametrize(
    ("asked", "threads", "memory"),
    [(("2400MB", 4), "1", "1.3 GiB"), (("1GB", 1), "1", "953.6 MiB"), ((), "1", "1.3 GiB")],
)
def test_the_environment_lowers_what_is_asked_and_never_raises_it(
    monkeypatch: pytest.MonkeyPatch, asked: tuple[object, ...], threads: str, memory: str
) -> None:
    monkeypatch.setenv(MOST_THREADS, "1")
    monkeypatch.setenv(MOST_MEMORY, "1400")
    assert settings(*asked) == (threads, memory)


@pytest.mark.parametrize("value", ["", "0", "many"])
def test_without_a_bound_all_is_as_asked(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv(MOST_THREADS, value)
    monkeypatch.setenv(MOST_MEMORY, value)
    assert settings("2400MB", 3) == ("3", "2.2 GiB")


@pytest.mark.parametrize("asked", [1, 2])
def test_a_database_of_few_threads_starts_no_others_to_read_files(monkeypatch: pytest.MonkeyPatch, asked: int) -> None:
    monkeypatch.delenv(MOST_THREADS, raising=False)
    with open_engine("1GB", asked) as connection:
        assert connection.execute("SELECT current_setting('async_threads')::INTEGER").fetchall() == [(asked,)]
