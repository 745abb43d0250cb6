"""The command line ``selfeval``: a thin skin over the library."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from helpers.files.on_screen import on_screen
from helpers.run.machine_faults import have_a_home, open_streams, screen_of, widen_limits
from helpers.run.safe_path import import_nothing_from_here
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
    except KeyboardInterrupt:
        _stop("已中断：原有的成套材料没有改动，已算完的步骤下次沿用；再运行同一命令即可", 1)
    score = done.results["score"]
    if not done.fresh:
        echo("没有变化：成套材料与现有输入、代码一致（--force 可强制重跑）")
    if done.aside:
        kept = "、".join(done.aside[:10])
        echo(f"原成套材料里有手工改动或另放的文件，已保存在 reports/{done.folder.name}.set_aside/：{kept}")
    total = "—" if score["total"] is None else f"{score['total']:g}"
    echo(f"得分 {total}  等级 {score['grade'] or '无法判定'}  {score.get('basis') or ''}".rstrip())
    for line in lost_words.lines(done.results):
        echo(line)
    echo(f"报告：{done.folder / 'report.html'}")
    echo(f"      {done.folder / 'report.pdf'}")


@app.command()
def check(year: YearOption, root: RootOption = Path()) -> None:
    """Check the year files only; no kernel is started."""
    from helpers.run.check import check_year, remarks
    from helpers.run.parameters import ParameterError
    from helpers.run.workspace import find_root

    try:
        faults = check_year(find_root(root), year)
    except ParameterError as error:
        _stop(str(error), 2)
    if faults:
        _stop(str(YearFileError(faults)), 2)
    echo(f"{year} 年度文件检查通过")
    for remark in remarks(find_root(root), year):
        echo(f"提示：{remark}")


@app.command()
def audit(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="Forms: .xlsx, .xls, .docx, .pdf with text, .html, .csv or .jsonl; or a folder or .zip of them.",
            show_default=False,
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
    show: Annotated[bool, typer.Option("--show", help="Print what was read of each form, row by row.")] = False,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write the list to FILE.xlsx or FILE.html.", show_default=False)
    ] = None,
    rules: Annotated[str, typer.Option("--rules", help="The rule set by which scores are checked.")] = "caiyu-2020-10",
) -> None:
    """Check filled-in self-evaluation forms; exit status 1 where something must be corrected."""
    import json

    from helpers.formats.audit_list import SUFFIXES, render_audit
    from helpers.forms.audit_file import as_objects, audit_path, work_list
    from helpers.forms.readers import FormError
    from helpers.forms.shown_rows import shown_rows
    from helpers.indicators.rule_sets import RuleError

    if out is not None and out.suffix.lower() not in SUFFIXES:
        _stop(f"{out}  [out_format]  --out 只能写 .xlsx 或 .html\n    处理：把文件名的结尾改为 .xlsx 或 .html", 2)
    try:
        with _files_read() as progress:
            done = audit_path(file, rules, progress)
    except FileNotFoundError:
        _stop(f"{file}  [file_missing]  没有这个文件", 2)
    except RuleError as error:
        _stop(f"[unknown_rules]  {error}", 2)
    except FormError as error:
        _stop(str(error), 1)
    if out is not None:
        try:
            out.write_bytes(render_audit(done, out.suffix.lower()))
        except OSError as error:
            _stop(
                f"{out}  [not_written]  写不了这个文件：{error.strerror}\n    处理：换一个文件夹，或关闭打开它的程序", 2
            )
    if as_json:
        echo(json.dumps(as_objects(done), ensure_ascii=False, indent=1))
    else:
        if show:
            echo(shown_rows(done.files, shutil.get_terminal_size((160, 24)).columns))
        echo(work_list(done))
        unread = f"；未能读取的文件 {len(done.refused)} 个" if done.refused else ""
        notes = len(done.findings) - done.stops
        echo(f"共 {len(done.tables)} 张表：必须改正 {done.stops} 处，需要说明 {notes} 处{unread}")
        if out is not None:
            echo(f"清单：{out}")
    raise typer.Exit(1 if done.stops or done.refused else 0)


@contextmanager
def _files_read() -> Iterator[Callable[[int, int, str], None]]:
    """A bar over the files of a folder or archive, on a terminal only."""
    from rich.console import Console
    from rich.progress import Progress
    from rich.text import Text

    terminal = sys.stderr.isatty()
    # no thread of its own: workers are forked while it stands
    with Progress(console=Console(stderr=True), disable=not terminal, transient=True, auto_refresh=False) as bar:
        task = bar.add_task("", total=None)

        def step(done: int, whole: int, name: str) -> None:
            bar.update(task, completed=done, total=whole, description=Text(name[-40:]).markup, refresh=terminal)

        yield step


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
    every: Annotated[bool, typer.Option("--all", help="Tell every column of a wide table.")] = False,
    year: Annotated[int | None, typer.Option("--year", help="Compare with its mapping.", show_default=False)] = None,
    root: RootOption = Path(),
) -> None:
    """Look at an unknown export: its columns and a mapping to paste into year.yml."""
    import codecs
    import re

    from helpers.activity.errors import ExportError
    from helpers.activity.profile import profile_file, screen
    from helpers.activity.profile.against_mapping import with_mapping
    from helpers.year.faults import YearFileError

    if table is not None and not re.fullmatch("[a-z][a-z0-9_]*", table):
        _stop(f"--table {table}  [bad_name]  表名用小写字母开头，只含小写字母、数字和下划线", 2)
    try:
        codecs.lookup(encoding or "utf-8")
    except LookupError:
        _stop(f"--encoding {encoding}  [unknown_encoding]  没有这种编码，例如 utf-8、gb18030、utf-16", 2)
    try:
        found = profile_file(file, sheet=sheet, header_row=header_row, encoding=encoding, table=table, every=every)
    except FileNotFoundError:
        _stop(f"{file}  [file_missing]  没有这个文件", 2)
    except ExportError as error:
        _stop(str(error), 1)
    echo(screen(found))
    try:
        echo(with_mapping(found.columns, file, year, root, table))
    except YearFileError as error:
        _stop(str(error), 2)


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
        echo(f"{file}  {blanks} 处待填" if blanks else f"{file}")
    echo(f"填好以后：selfeval check --year {year}" + ("" if root == Path() else f" --root {root}"))


@app.command()
def batch(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="A folder with project roots at any depth.", show_default=False)
    ],
    years: Annotated[str, typer.Option("--years", help="Fiscal years, e.g. 2023,2024.", show_default=False)],
    workers: Annotated[
        int | None, typer.Option("--workers", help="Processes on this machine; one a core if not said.")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option("--scheduler", help="A Dask scheduler instead, e.g. tcp://127.0.0.1:8786.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder of the portfolio; DIR/portfolio if not said.")
    ] = None,
) -> None:
    """Run many projects' years and roll them up into portfolio.html and portfolio.parquet."""
    from helpers.run.batch import run_batch
    from helpers.run.batch_projects import BatchRefused, parse_years
    from helpers.run.batch_screen import closing, screen

    def say(line: str) -> None:
        echo(line, err=True)

    try:
        done = run_batch(
            folder,
            parse_years(years),
            lambda found, there: screen(found, there, say),
            workers=workers,
            scheduler=scheduler,
            out=out,
        )
    except BatchRefused as refused:
        _stop(str(refused), 2)
    except KeyboardInterrupt:
        _stop("已中断：已完成的成套材料都是完整的，汇总没有改动；再运行同一命令，从断点继续", 1)
    for line in closing(done):
        echo(line)
    raise typer.Exit(1 if done.failed else 0)


PackageArgument = Annotated[
    Path, typer.Argument(metavar="PACKAGE", help="成套材料所在的文件夹，如 reports/2024", show_default=False)
]


@app.command()
def verify(
    package: PackageArgument,
    root: Annotated[
        Path | None,
        typer.Option("--root", help="项目文件夹：用其中的输入重新计算一遍，逐个数字、逐个文件比较", show_default=False),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出")] = False,
) -> None:
    """核验成套材料：0 一致，3 只有字节不同，1 数字或文字不符（或被改动过）。"""
    from helpers.trust import commands

    try:
        text, status = commands.verify(package, root, _progress, as_json=as_json)
    except commands.Refused as refused:
        _stop(str(refused), refused.status)
    typer.echo(text)
    raise typer.Exit(status)


@app.command()
def diff(
    before: Annotated[str, typer.Argument(metavar="A", help="成套材料的文件夹，或年度", show_default=False)],
    after: Annotated[str, typer.Argument(metavar="B", help="与之比较的文件夹，或年度", show_default=False)],
    root: RootOption = Path(),
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出")] = False,
    html: Annotated[Path | None, typer.Option("--html", help="另存为 HTML 文件", show_default=False)] = None,
) -> None:
    """比较两份成套材料或两个年度：哪些数字变了、变了多少、因为什么，按轻重排列。"""
    from helpers.trust import commands

    try:
        typer.echo(commands.diff(before, after, root, html, as_json=as_json))
    except commands.Refused as refused:
        _stop(str(refused), refused.status)


@app.command()
def freeze(
    package: PackageArgument,
    reviewer: Annotated[str, typer.Option("--reviewer", help="核准岗位（写岗位，不写姓名）", show_default=False)],
    on: Annotated[
        datetime, typer.Option("--date", formats=["%Y-%m-%d"], help="核准日期，如 2025-03-01", show_default=False)
    ],
    remarks: Annotated[str | None, typer.Option("--remarks", help="核准意见", show_default=False)] = None,
    root: Annotated[
        Path | None, typer.Option("--root", help="项目文件夹；不写则为材料所在的项目", show_default=False)
    ] = None,
) -> None:
    """核准成套材料：把清单的散列、岗位、日期和数字记入 data/raw/<年度>/approvals.yml。"""
    from helpers.trust import commands

    try:
        typer.echo(commands.approve(package, root, reviewer=reviewer, on=on.date(), remarks=remarks))
    except commands.Refused as refused:
        _stop(str(refused), refused.status)


@contextmanager
def _progress(label: str) -> Iterator[None]:
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


def echo(text: object, *, err: bool = False) -> None:
    """A line on the screen; what comes from data is text there too."""
    typer.echo(on_screen(text), err=err)


def _stop(message: str, status: int) -> NoReturn:
    echo(message, err=True)
    raise typer.Exit(status)


def main() -> None:
    """Entry point; output never fails for want of an encoding, and whatever happens ends in one screen."""
    open_streams()
    import_nothing_from_here()
    widen_limits()
    have_a_home()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    for number in {"SIGINT", "SIGTERM", "SIGHUP"} & set(dir(signal)):
        signal.signal(getattr(signal, number), signal.default_int_handler)  # all is cleared away, as after Ctrl-C
    try:
        app()
    except KeyboardInterrupt:
        _leave("已中断", 1)
    except Exception as error:
        if os.environ.get("SELFEVAL_TRACEBACK"):
            raise
        _leave(screen_of(error), 1)


def _leave(message: str, status: int) -> NoReturn:
    """The end where not even the screen may be written to."""
    with contextlib.suppress(Exception):
        echo(message, err=True)
    sys.exit(status)


if __name__ == "__main__":
    main()
