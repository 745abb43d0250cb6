"""What every command of the command line shares: options, lines on the screen, the end with a status."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from helpers.files.on_screen import on_screen
from helpers.files.personal_data import masked

YearOption = Annotated[int, typer.Option("--year", help="年度，如 2024")]
RootOption = Annotated[Path, typer.Option("--root", help="项目文件夹，即 data/raw/<年度>/ 所在的文件夹")]


class Group(TyperGroup):
    """The commands, whose ``--help`` is explained in the language of all the rest."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        command = super().get_command(ctx, cmd_name)
        option = command.get_help_option(ctx) if command else None
        if option is not None:
            option.help = "显示这段说明"
        return command


def name_panels() -> None:
    """The headings of a command's help, where typer draws them."""
    from typer import rich_utils

    rich_utils.ARGUMENTS_PANEL_TITLE, rich_utils.OPTIONS_PANEL_TITLE = "参数", "选项"
    rich_utils.ERRORS_PANEL_TITLE = "写法有误"


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
