"""Errors of the program reach the screen although workbooks of two years are read side by side."""

from __future__ import annotations

import os
import threading

from helpers.files.spreadsheet import _without_panics


def test_the_screen_is_there_again_whoever_ends_first() -> None:
    before = os.fstat(2)
    first_in, second_asks, first_out = threading.Event(), threading.Event(), threading.Event()

    def first() -> None:
        with _without_panics():
            first_in.set()
            second_asks.wait(5)
            first_out.wait(0.2)  # the second is inside by now, or waits

    def second() -> None:
        first_in.wait(5)
        second_asks.set()
        with _without_panics():
            first_out.set()

    threads = [threading.Thread(target=one) for one in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (os.fstat(2).st_dev, os.fstat(2).st_ino) == (before.st_dev, before.st_ino)
