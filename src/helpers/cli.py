"""The command line ``selfeval``: a thin skin over the library."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from helpers.year.faults import YearFileError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Yearly performance self-evaluation （项目支出绩效自评）.",
)

YearOption = Annotated[int, typer.Option("--year", help="Fiscal year, e.g. 2024.")]
RootOption = Annotated[Path, typer.Option("--root", help="Project root: the folder that holds data/raw/<year>/.")]


@app.callback()
def _shared() -> None:
    """Options shared by all commands: none yet."""


@app.command()
def run(
    year: YearOption,
    root: RootOption = Path(),
    force: Annotated[bool, typer.Option("--force", help="Run even if nothing has changed.")] = False,
) -> None:
    """Run a year and publish its package under reports/<year>/."""
    from helpers.report import lost_words
    from helpers.run.parameters import ParameterError
    from helpers.run.run_year import RunStopped, run_year

    try:
        done = run_year(root, year, force=force, progress=_progress)
    except (YearFileError, ParameterError) as error:
        _stop(str(error), 2)
    except RunStopped as stopped:
        _stop(str(stopped), 1)
    score = done.results["score"]
    if not done.fresh:
        typer.echo("没有变化：成套材料与现有输入、代码一致（--force 可强制重跑）")
    total = "—" if score["total"] is None else f"{score['total']:g}"
    typer.echo(f"得分 {total}  等级 {score['grade'] or '无法判定'}  {score.get('basis') or ''}".rstrip())
    for line in lost_words.lines(done.results):
        typer.echo(line)
    typer.echo(f"报告：{done.folder / 'report.html'}")
    typer.echo(f"      {done.folder / 'report.pdf'}")


@app.command()
def check(year: YearOption, root: RootOption = Path()) -> None:
    """Check the year files only; no kernel is started."""
    from helpers.run.check import check_year
    from helpers.run.parameters import ParameterError
    from helpers.run.workspace import find_root

    try:
        faults = check_year(find_root(root), year)
    except ParameterError as error:
        _stop(str(error), 2)
    if faults:
        _stop(str(YearFileError(faults)), 2)
    typer.echo(f"{year} 年度文件检查通过")


@app.command()
def audit(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="A filled-in form: .xlsx (official layout or list), .csv or .jsonl.",
            show_default=False,
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
    rules: Annotated[str, typer.Option("--rules", help="The rule set by which scores are checked.")] = "caiyu-2020-10",
) -> None:
    """Check filled-in self-evaluation forms; exit status 1 where something must be corrected."""
    import json

    from helpers.forms.audit_file import audit_file, work_list
    from helpers.forms.readers import FormError
    from helpers.indicators.rule_sets import RuleError

    try:
        audited = audit_file(file, rules)
    except FileNotFoundError:
        _stop(f"{file}  [file_missing]  没有这个文件", 2)
    except RuleError as error:
        _stop(f"[unknown_rules]  {error}", 2)
    except FormError as error:
        _stop(str(error), 1)
    findings = [one for _, own in audited for one in own]
    stops = sum(one.level == "stop" for one in findings)
    if as_json:
        typer.echo(json.dumps([one.to_json() for one in findings], ensure_ascii=False, indent=1))
    else:
        typer.echo(work_list(audited))
        typer.echo(f"共 {len(audited)} 张表：必须改正 {stops} 处，需要说明 {len(findings) - stops} 处")
    raise typer.Exit(1 if stops else 0)


@app.command()
def profile(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An export as it was handed over.", show_default=False)],
    sheet: Annotated[
        str | None, typer.Option("--sheet", help="The sheet of a workbook; the first if not said.", show_default=False)
    ] = None,
    header_row: Annotated[
        int | None, typer.Option("--header-row", min=1, help="The row of the header, from 1.", show_default=False)
    ] = None,
    encoding: Annotated[
        str | None, typer.Option("--encoding", help="E.g. gb18030; found by itself if not said.", show_default=False)
    ] = None,
    table: Annotated[
        str | None, typer.Option("--table", help="The tidy table's name, e.g. tickets.", show_default=False)
    ] = None,
) -> None:
    """Look at an unknown export: its columns and a mapping to paste into year.yml."""
    import codecs
    import re

    from helpers.activity.errors import ExportError
    from helpers.activity.profile import profile_file, screen

    if table is not None and not re.fullmatch("[a-z][a-z0-9_]*", table):
        _stop(f"--table {table}  [bad_name]  表名用小写字母开头，只含小写字母、数字和下划线", 2)
    try:
        codecs.lookup(encoding or "utf-8")
    except LookupError:
        _stop(f"--encoding {encoding}  [unknown_encoding]  没有这种编码，例如 utf-8、gb18030、utf-16", 2)
    try:
        found = profile_file(file, sheet=sheet, header_row=header_row, encoding=encoding, table=table)
    except FileNotFoundError:
        _stop(f"{file}  [file_missing]  没有这个文件", 2)
    except ExportError as error:
        _stop(str(error), 1)
    typer.echo(screen(found))


@app.command(name="new-year")
def new_year(
    year: Annotated[int, typer.Argument(metavar="Y", help="Fiscal year to begin, e.g. 2025.", show_default=False)],
    root: RootOption = Path(),
    form: Annotated[
        Path | None,
        typer.Option("--from", help="An official form whose indicators are taken over.", show_default=False),
    ] = None,
) -> None:
    """Write the files of a new year from last year's, or from an official form; blanks are marked."""
    from helpers.forms.readers import FormError
    from helpers.year.new_year import BLANK, NewYearError, new_year

    try:
        files = new_year(root, year, form)
    except NewYearError as error:
        _stop(str(error), 2)
    except FileNotFoundError:
        _stop(f"{form}  [file_missing]  没有这个文件", 2)
    except FormError as error:
        _stop(str(error), 1)
    for file in files:
        blanks = file.read_text(encoding="utf-8").split("\n", 2)[2].count(BLANK)
        typer.echo(f"{file}  {blanks} 处待填" if blanks else f"{file}")
    typer.echo(f"填好以后：selfeval check --year {year}" + ("" if root == Path() else f" --root {root}"))


@contextmanager
def _progress(label: str) -> Iterator[None]:
    """A live line on a terminal; elsewhere one quiet line when the step is done."""
    start = time.perf_counter()
    if sys.stderr.isatty():
        from rich.console import Console

        with Console(stderr=True).status(label):
            yield
    else:
        yield
    typer.echo(f"✓ {label}  {time.perf_counter() - start:.1f} s", err=True)


def _stop(message: str, status: int) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(status)


def main() -> None:
    """Entry point; output never fails for want of an encoding."""
    if os.path.expanduser("~") == "~":  # noqa: PTH111 - Path.home() raises where there is no home
        os.environ["HOME"] = tempfile.gettempdir()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    app()


if __name__ == "__main__":
    main()
