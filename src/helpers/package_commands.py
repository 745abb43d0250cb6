"""The commands about finished packages (verify, diff, compare, remarks, freeze) and the machine (doctor); ``cli`` takes
them up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from helpers.console import RootOption, echo, progress, stop

app = typer.Typer()

PackageArgument = Annotated[
    Path, typer.Argument(metavar="PACKAGE", help="成套材料所在的文件夹，如 reports/2024", show_default=False)
]


@contextmanager
def _refusals() -> Iterator[None]:
    """What is refused ends the command with its words and status."""
    from helpers.trust.commands import Refused

    try:
        yield
    except Refused as refused:
        stop(str(refused), refused.status)


@app.command()
def verify(
    package: PackageArgument,
    root: Annotated[
        Path | None,
        typer.Option("--root", help="项目文件夹：用其中的输入重新计算一遍，逐个数字、逐个文件比较", show_default=False),
    ] = None,
    key: Annotated[Path | None, typer.Option("--public-key", help="核对签名的公钥文件", show_default=False)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出")] = False,
) -> None:
    """核验成套材料：0 一致，3 只有字节不同，1 数字或文字不符（或被改动过）。"""
    from helpers.trust import commands

    with _refusals():
        text, status = commands.verify(package, root, progress, as_json=as_json, key=key)
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

    with _refusals():
        typer.echo(commands.diff(before, after, root, html, as_json=as_json))


@app.command()
def compare(
    years: Annotated[list[int], typer.Argument(metavar="Y1 Y2 …", help="2 至 10 个年度", show_default=False)],
    root: RootOption = Path(),
    out: Annotated[Path | None, typer.Option("--out", help="另存为 HTML 文件（含图表）", show_default=False)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出")] = False,
) -> None:
    """对照几个年度：指标、目标和口径的变化、得分、活动、资金、偏差原因、改进措施是否有效。"""
    from helpers.trust import commands

    with _refusals():
        typer.echo(commands.compare(years, root, out, as_json=as_json))


@app.command()
def remarks(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="审核人发回的 self_evaluation.xlsx", show_default=False)],
    root: RootOption = Path(),
) -> None:
    """读取审核人发回的意见表，记入 data/raw/<年度>/remarks.yml 待答复；有没读取的行时退出状态 1。"""
    from helpers.trust import commands

    with _refusals():
        text, status = commands.remarks(file, root)
    typer.echo(text)
    raise typer.Exit(status)


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
    key: Annotated[Path | None, typer.Option("--key", help="签名的私钥文件（PEM）", show_default=False)] = None,
) -> None:
    """核准成套材料：把清单的散列、岗位、日期和数字记入 data/raw/<年度>/approvals.yml。"""
    from helpers.trust import commands

    with _refusals():
        typer.echo(commands.approve(package, root, reviewer=reviewer, on=on.date(), remarks=remarks, key=key))


@app.command()
def doctor(
    root: RootOption = Path(),
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出")] = False,
) -> None:
    """检查环境：程序库、Python、字体、语言、磁盘、权限、内存、残留、git 过滤器，各附处理办法；有须处理的退出状态 1。"""
    import json

    from helpers.run import doctor as looked

    found = looked.examine(root)
    if as_json:
        echo(json.dumps(looked.as_json(found), ensure_ascii=False, indent=1))
    else:
        for line in looked.lines(found):
            echo(line)
    raise typer.Exit(1 if any(one.level == "fault" for one in found) else 0)
