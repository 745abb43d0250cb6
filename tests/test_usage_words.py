"""The help of every command and what is said of a wrong call, in Chinese with a code; nothing of it in English."""

from __future__ import annotations

import re
from typing import Any

import pytest
import typer

from helpers.cli import app
from helpers.usage_words import misuse, name_panels

GROUP = typer.main.get_command(app)
COMMANDS = sorted(GROUP.commands)  # type: ignore[attr-defined]
#: Words of the machinery, as typer would print them.
ENGLISH = re.compile(
    r"Usage|OPTIONS|COMMAND|ARGS|required|default|Options|Arguments|Commands|Show this|exit\."
    r"|<(?:str|int|bool|path|datetime)>"
)


def called(*arguments: str) -> str:
    with pytest.raises(typer.TyperException) as caught:
        app([*arguments], standalone_mode=False, prog_name="selfeval")
    assert caught.value.exit_code == 2
    return misuse(caught.value)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_each_command_is_in_chinese(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    name_panels()
    app([command, "--help"], standalone_mode=False, prog_name="selfeval")
    shown = capsys.readouterr().out
    assert f"用法：selfeval {command} [选项]" in shown and "显示这段说明" in shown
    assert not ENGLISH.search(shown), shown


def test_what_must_be_given_and_what_stands_without_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    name_panels()
    app(["check", "--help"], standalone_mode=False, prog_name="selfeval")
    lines = capsys.readouterr().out
    assert re.search(r"--year +<整数> +年度，如 2024 \[必填\]", lines)
    assert re.search(r"--root +<路径> .*\[不写为 \.\]", lines.replace("\n", " "), re.DOTALL)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("chekc --year 2024", "[unknown_command]  没有“chekc”这个命令；是否指 check"),
        ("xyz", "[unknown_command]  没有“xyz”这个命令"),
        ("--foo", "[unknown_option]  没有“--foo”这个选项"),
        ("check", "[missing_parameter]  缺少选项 --year"),
        ("audit", "[missing_parameter]  缺少参数 FILE"),
        ("check --yaer 2024", "[unknown_option]  没有“--yaer”这个选项；是否指 --year"),
        ("check --year", "[option_value]  选项 --year 后面要写一个值"),
        ("audit x --json=3", "[option_value]  选项 --json 后面不写值"),
        ("check --year abc", "[bad_value]  选项 --year 的值“abc”不是整数"),
        ("compare 2023 x", "[bad_value]  参数 Y1 Y2 … 的值“x”不是整数"),
        ("profile x --header-row 0", "[bad_value]  选项 --header-row 的值“0”太小，应不小于 1"),
        ("freeze r --reviewer x --date 2.3", "[bad_value]  选项 --date 的值“2.3”不是日期，写作 2025-03-01"),
        ("audit a b c", "[extra_argument]  多出的参数：b c"),
    ],
)
def test_a_wrong_call_says_what_where_and_what_to_do(arguments: str, said: str) -> None:
    first, remedy = called(*arguments.split()).splitlines()
    assert first == said
    assert remedy.startswith("    处理：") and "--help" in remedy


def test_what_nobody_foresaw_keeps_its_own_words() -> None:
    class Odd(typer.TyperException):
        ctx: Any = None

    assert misuse(Odd("something else")).startswith("[usage]  写法有误：something else\n    处理：")
