"""The command line ``selfeval``: a thin skin over the library."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from helpers import package_commands
from helpers.console import RootOption, YearOption, echo, progress, stop
from helpers.files.on_screen import no_such_file
from helpers.run.machine_faults import have_a_home, open_streams, screen_of, widen_limits
from helpers.run.safe_path import import_nothing_from_here
from helpers.usage_words import Group, misuse, name_panels
from helpers.year.faults import YearFileError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    cls=Group,
    subcommand_metavar="命令 [参数]…",
    options_metavar="[选项]",
    help="项目支出绩效自评：由原始记录到成套自评材料。",
)


@app.callback()
def _shared() -> None:
    """Options shared by all commands: none yet."""


@app.command()
def run(
    year: YearOption,
    root: RootOption = Path(),
    force: Annotated[bool, typer.Option("--force", help="没有变化也重新运行")] = False,
) -> None:
    """运行一个年度，把成套材料发布到 reports/<年度>/。"""
    from helpers.run.get_warm import get_warm

    get_warm(root, year, force=force)
    from helpers.report import lost_words, ungraded
    from helpers.run.parameters import ParameterError
    from helpers.run.run_year import RunStopped, run_year

    try:
        done = run_year(root, year, force=force, progress=progress)
    except (YearFileError, ParameterError) as error:
        stop(str(error), 2)
    except RunStopped as stopped:
        stop(str(stopped), 1)
    except KeyboardInterrupt:
        stop("已中断：原有的成套材料没有改动，已算完的步骤下次沿用；再运行同一命令即可", 1)
    score = done.results["score"]
    if not done.fresh:
        echo("没有变化：成套材料与现有输入、代码一致（--force 可强制重跑）")
    if done.aside:
        kept = "、".join(done.aside[:10])
        echo(f"原成套材料里有手工改动或另放的文件，已保存在 reports/{done.folder.name}.set_aside/：{kept}")
    total = "—" if score["total"] is None else f"{score['total']:g}"
    echo(f"得分 {total}  等级 {score['grade'] or '无法判定'}  {score.get('basis') or ''}".rstrip())
    for line in (*ungraded.lines(done.results), *lost_words.lines(done.results)):
        echo(line)
    echo(f"报告：{done.folder / 'report.html'}")
    echo(f"      {done.folder / 'report.pdf'}")


@app.command()
def check(year: YearOption, root: RootOption = Path()) -> None:
    """只检查年度文件，不运行；有待填之处也会列出。"""
    from helpers.run.check import check_year, remarks
    from helpers.run.parameters import ParameterError
    from helpers.run.workspace import find_root

    try:
        faults = check_year(find_root(root), year)
    except ParameterError as error:
        stop(str(error), 2)
    if faults:
        stop(str(YearFileError(faults)), 2)
    echo(f"{year} 年度文件检查通过")
    for remark in remarks(find_root(root), year):
        echo(f"提示：{remark}")


@app.command()
def audit(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="自评表：.xlsx、.xls、.docx、有文字的 .pdf、.html、.csv、.jsonl，或装有它们的文件夹、.zip",
            show_default=False,
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出")] = False,
    show: Annotated[bool, typer.Option("--show", help="逐行列出从每张表读到的内容")] = False,
    out: Annotated[Path | None, typer.Option("--out", help="另存清单，.xlsx 或 .html", show_default=False)] = None,
    rules: Annotated[str, typer.Option("--rules", help="核对得分所依的规则集")] = "caiyu-2020-10",
) -> None:
    """检查填好的自评表：必须改正的（退出状态 1）和需要说明的，逐条列出。"""
    import json

    from helpers.formats.audit_list import SUFFIXES, render_audit
    from helpers.forms.audit_file import as_objects, audit_path, work_list
    from helpers.forms.readers import FormError
    from helpers.forms.shown_rows import shown_rows
    from helpers.indicators.rule_sets import RuleError

    if out is not None and out.suffix.lower() not in SUFFIXES:
        stop(f"{out}  [out_format]  --out 只能写 .xlsx 或 .html\n    处理：把文件名的结尾改为 .xlsx 或 .html", 2)
    try:
        with _files_read() as progress:
            done = audit_path(file, rules, progress)
    except FileNotFoundError:
        stop(no_such_file(file), 2)
    except RuleError as error:
        stop(f"[unknown_rules]  {error}", 2)
    except FormError as error:
        stop(str(error), 1)
    if out is not None:
        try:
            out.write_bytes(render_audit(done, out.suffix.lower()))
        except OSError as error:
            stop(
                f"{out}  [not_written]  写不了这个文件：{error.strerror}\n    处理：换一个文件夹，或关闭打开它的程序", 2
            )
    if as_json:
        echo(json.dumps(as_objects(done), ensure_ascii=False, indent=1), exact=True)
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
    file: Annotated[Path, typer.Argument(metavar="FILE", help="原样的导出文件", show_default=False)],
    sheet: Annotated[
        str | None, typer.Option("--sheet", help="工作簿中的哪张表；不写为第一张", show_default=False)
    ] = None,
    header_row: Annotated[
        int | None, typer.Option("--header-row", min=1, help="表头在第几行，从 1 起", show_default=False)
    ] = None,
    encoding: Annotated[
        str | None, typer.Option("--encoding", help="文字编码，如 gb18030；不写则自动识别", show_default=False)
    ] = None,
    table: Annotated[str | None, typer.Option("--table", help="整洁表的名称，如 tickets", show_default=False)] = None,
    every: Annotated[bool, typer.Option("--all", help="列很多时也逐列说明")] = False,
    year: Annotated[
        int | None, typer.Option("--year", help="与这个年度 year.yml 里已有的写法对照", show_default=False)
    ] = None,
    root: RootOption = Path(),
) -> None:
    """看一份没见过的导出文件：各列是什么，并给出可贴入 year.yml 的写法。"""
    import codecs
    import re

    from helpers.activity.errors import ExportError
    from helpers.activity.profile import profile_file, screen
    from helpers.activity.profile.against_mapping import with_mapping
    from helpers.year.faults import YearFileError

    if table is not None and not re.fullmatch("[a-z][a-z0-9_]*", table):
        stop(f"--table {table}  [bad_name]  表名用小写字母开头，只含小写字母、数字和下划线", 2)
    try:
        codecs.lookup(encoding or "utf-8")
    except LookupError:
        stop(f"--encoding {encoding}  [unknown_encoding]  没有这种编码，例如 utf-8、gb18030、utf-16", 2)
    try:
        found = profile_file(file, sheet=sheet, header_row=header_row, encoding=encoding, table=table, every=every)
    except FileNotFoundError:
        stop(no_such_file(file), 2)
    except ExportError as error:
        stop(str(error), 1)
    echo(screen(found))
    try:
        echo(with_mapping(found.columns, file, year, root, table))
    except YearFileError as error:
        stop(str(error), 2)


@app.command(name="new-year")
def new_year(
    year: Annotated[int, typer.Argument(metavar="Y", help="要开始的年度，如 2025", show_default=False)],
    root: RootOption = Path(),
    form: Annotated[
        Path | None,
        typer.Option("--from", help="从这张自评表或目标申报表取指标", show_default=False),
    ] = None,
) -> None:
    """写出新年度的年度文件：沿用上年，或取自目标表，或由 exports/ 里的文件推定；待填处有标记。"""
    from helpers.activity.profile.first_tables import propose
    from helpers.forms.readers import FormError
    from helpers.year.new_year import BLANK, NewYearError, new_year

    try:
        files = new_year(root, year, form)
    except NewYearError as error:
        stop(str(error), 2)
    except FileNotFoundError:
        stop(no_such_file(form), 2)
    except FormError as error:
        stop(str(error), 1)
    proposed = propose(root, year)
    for file in files:
        blanks = file.read_text(encoding="utf-8").split("\n", 2)[2].count(BLANK)
        echo(f"{file}  {blanks} 处待填" if blanks else f"{file}")
    for line in proposed:
        echo(line)
    echo(f"填好以后：selfeval check --year {year}" + ("" if root == Path() else f" --root {root}"))


@app.command()
def batch(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="装有各项目文件夹的文件夹，层数不限", show_default=False)
    ],
    years: Annotated[str, typer.Option("--years", help="年度，如 2023,2024", show_default=False)],
    workers: Annotated[int | None, typer.Option("--workers", help="本机同时运行的进程数；不写则每核一个")] = None,
    scheduler: Annotated[
        str | None, typer.Option("--scheduler", help="改用 Dask 调度器，如 tcp://127.0.0.1:8786")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="汇总放在哪个文件夹；不写为 DIR/portfolio")] = None,
) -> None:
    """运行许多项目的年度，并汇总为 portfolio.html 和 portfolio.parquet。"""
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
        stop(str(refused), 2)
    except KeyboardInterrupt:
        stop("已中断：已完成的成套材料都是完整的，汇总没有改动；再运行同一命令，从断点继续", 1)
    for line in closing(done):
        echo(line)
    raise typer.Exit(1 if done.failed else 0)


app.registered_commands += package_commands.app.registered_commands


def main() -> None:
    """Entry point; output never fails for want of an encoding, and whatever happens ends in one screen."""
    open_streams()
    import_nothing_from_here()
    widen_limits()
    have_a_home()
    if "--help" in sys.argv or len(sys.argv) == 1:
        name_panels()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    for number in {"SIGINT", "SIGTERM", "SIGHUP"} & set(dir(signal)):
        signal.signal(getattr(signal, number), signal.default_int_handler)  # all is cleared away, as after Ctrl-C
    try:
        sys.exit(app(standalone_mode=False))
    except typer.TyperException as error:
        _leave(misuse(error), error.exit_code)
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
