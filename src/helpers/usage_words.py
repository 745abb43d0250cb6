"""How a command is written, in the language of all the rest: its help, and what is wrong with a call."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Any

import typer
from typer.core import TyperGroup

#: What a value must be, by the type that a parameter declares; a flag has none.
TYPES = {"Path": "路径", "str": "文字", "int": "整数", "list[int]": "整数", "datetime": "日期", "bool": ""}


class _Formatter(typer.Context.formatter_class):  # type: ignore[misc, valid-type]
    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix or "用法：")


class _Context(typer.Context):
    formatter_class = _Formatter


class Misused(typer.TyperException):
    """A call that names something that is not there, in words."""

    exit_code = 2


class Group(TyperGroup):
    """The commands, each explained in Chinese."""

    context_class = _Context

    def get_help_option(self, ctx: Any) -> Any:
        option = super().get_help_option(ctx)
        _explain(option)
        return option

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        command = super().get_command(ctx, cmd_name)
        if command is not None:
            command.context_class = _Context
            command.options_metavar = "[选项]"
            for param in command.get_params(ctx):
                _explain(param)
        return command

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            close = _did_you_mean(get_close_matches(name, self.list_commands(ctx)))
            raise Misused(f"[unknown_command]  没有“{name}”这个命令{close}\n    处理：selfeval --help 列出全部命令")
        return super().resolve_command(ctx, args)


def _explain(param: Any) -> None:
    words = TYPES.get(param.bare_type(), param.bare_type())
    param.display_type_rich = lambda **_: f"<{words}>" if words else ""
    if "--help" in param.opts:
        param.help = "显示这段说明"


def name_panels() -> None:
    """The headings and marks of a command's help, where typer draws them."""
    from typer import rich_utils

    rich_utils.ARGUMENTS_PANEL_TITLE, rich_utils.OPTIONS_PANEL_TITLE = "参数", "选项"
    rich_utils.COMMANDS_PANEL_TITLE, rich_utils.ERRORS_PANEL_TITLE = "命令", "写法有误"
    rich_utils.REQUIRED_LONG_STRING, rich_utils.DEFAULT_STRING = "[必填]", "[不写为 {}]"


# --- what is wrong with a call --------------------------------------------------------------------


def misuse(error: typer.TyperException) -> str:
    """A mistake in a call in words: what, where, what to do."""
    if isinstance(error, Misused) or type(error).__name__ == "NoArgsIsHelpError":
        return error.format_message()
    context = getattr(error, "ctx", None)
    asked = f"{context.command_path} --help " if context is not None else "命令后写 --help，"
    return f"{_what(error, context)}\n    处理：{asked}说明参数和选项"


def _what(error: Any, context: Any) -> str:
    name = getattr(error, "option_name", "")
    match type(error).__name__:
        case "NoSuchOption":
            known = [opt for param in context.command.get_params(context) for opt in param.opts]
            return f"[unknown_option]  没有“{name}”这个选项{_did_you_mean(get_close_matches(name, known))}"
        case "MissingParameter":
            return f"[missing_parameter]  缺少{_name(error.param)}"
        case "BadOptionUsage":
            lacks = "does not take" not in error.message
            return f"[option_value]  选项 {name} {'后面要写一个值' if lacks else '后面不写值'}"
        case "BadParameter":
            return f"[bad_value]  {_name(error.param)} 的值{_wrong(error)}"
        case _ if extra := re.match(r"Got unexpected extra argument\(?s?\)? \((.*)\)$", error.message, re.DOTALL):
            return f"[extra_argument]  多出的参数：{extra[1]}"
        case _:
            return f"[usage]  写法有误：{error.format_message()}"


def _name(param: Any) -> str:
    """选项 --year, 参数 FILE."""
    if param is None:
        return "参数"
    return f"选项 {param.opts[0]}" if param.param_type_name == "option" else f"参数 {param.metavar or param.name}"


def _wrong(error: Any) -> str:
    """What a value is, and what it should be."""
    found: list[Any] = getattr(error.__cause__, "errors", list)()
    first = found[0] if found else {}
    given = f"“{first['input']}”" if isinstance(first.get("input"), str | int) else ""
    bounds = first.get("ctx") or {}
    if "ge" in bounds:
        return f"{given}太小，应不小于 {bounds['ge']}"
    if "le" in bounds:
        return f"{given}太大，应不大于 {bounds['le']}"
    kind = TYPES.get(error.param.bare_type()) if error.param is not None else None
    formats = f"，写作 {error.param.help.partition('如 ')[2]}" if kind == "日期" and error.param.help else ""
    return f"{given}不是{kind}{formats}" if kind else f"{given}不能用：{error.message}"


def _did_you_mean(close: list[str]) -> str:
    return f"；是否指 {'、'.join(close)}" if close else ""
