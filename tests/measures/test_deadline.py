"""What takes longer than it may is told so once, and what has ended never."""

from __future__ import annotations

import multiprocessing
import threading

from helpers.measures import deadline
from helpers.measures.deadline import interrupted_after


def test_only_the_work_that_takes_too_long_is_interrupted() -> None:
    late, other = threading.Event(), threading.Event()
    with interrupted_after(600, other.set):
        with interrupted_after(0.01, late.set):
            assert late.wait(30)
        assert not other.is_set()


def test_nothing_is_called_after_the_work_has_ended() -> None:
    called: list[int] = []
    for number in range(50):
        with interrupted_after(0.0 if number == 49 else 0.06, lambda: called.append(1)):
            pass
    rest = threading.Event()
    with interrupted_after(0.3, rest.set):
        assert rest.wait(30)
    assert not called


def test_many_share_one_watcher() -> None:
    for _ in range(20):
        with interrupted_after(600, list):
            pass
    assert sum(thread.name == "deadlines" for thread in threading.enumerate()) <= 1


def _late(answer: multiprocessing.connection.Connection) -> None:
    called = threading.Event()
    with interrupted_after(0.01, called.set):
        answer.send(called.wait(30))


def test_a_forked_process_has_a_watcher_of_its_own() -> None:
    if "fork" not in multiprocessing.get_all_start_methods():
        return
    with interrupted_after(600, list):
        assert deadline._WATCHER._thread is not None
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=_late, args=(there,))
    process.start()
    assert here.poll(60)
    assert here.recv()
    process.join()
