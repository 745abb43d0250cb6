"""What is looked at while work goes on: again and again, and never after it has ended."""

from __future__ import annotations

import threading

import pytest

from helpers.run.looked_at import looked_at_every


def test_it_is_looked_at_until_the_work_has_ended() -> None:
    looks, twice = [], threading.Event()

    def look() -> None:
        looks.append(threading.current_thread())
        if len(looks) == 2:
            twice.set()

    with looked_at_every(0.001, look):
        assert twice.wait(30)
    seen = len(looks)
    assert not looks[0].is_alive() and looks[0] is not threading.current_thread()
    assert len(looks) == seen


def test_it_ends_where_the_work_fails() -> None:
    looks: list[threading.Thread] = []
    seen = threading.Event()

    def look() -> None:
        looks.append(threading.current_thread())
        seen.set()

    def fail() -> None:
        with looked_at_every(0.001, look):
            assert seen.wait(30)
            raise ValueError("x")

    with pytest.raises(ValueError, match="x"):
        fail()
    assert not looks[0].is_alive()
