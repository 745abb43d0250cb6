"""What every command of the command line shares: options, lines on the screen, the end with a status."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from helpers.files.on_screen import on_screen
from helpers.files.personal_data import masked

YearOption = Annotated[int, typer.Option("--year", help="年度，如 2024")]
RootOption = Annotated[Path, typer.Option("--root", help="项目文件夹，即 data/raw/<年度>/ 所在的文件夹")]


@contextmanager
def progress(label: str) -> Iterator[None]:
    """A live line on a terminal; elsewhere one quiet line when the step is done."""
    start = time.perf_counter()
    if sys.stderr.isatty():
        from rich.console import Console
        from rich.text import Text

        with Console(stderr=True).status(Text(on_screen(label))):
            yield
    else:
        yield
    echo(f"✓ {label}  {time.perf_counter() - start:.1f} s", err=True)


def echo(text: object, *, err: bool = False, exact: bool = False) -> None:
    """A line on the screen; what comes from data is text there too, and names nobody. ``exact``: for programs."""
    typer.echo(on_screen(text) if exact else masked(on_screen(text)), err=err)


def stop(message: str, status: int) -> NoReturn:
    echo(message, err=True)
    raise typer.Exit(status)
