"""Where ``selfeval`` begins: what it can do is said at once; all else is imported when a command is given."""

import re
import sys
from pathlib import Path

_COMMAND = re.compile(
    r'^@app\.command\((?:name="([\w-]+)")?\)\ndef (\w+)\(.*?^    """(.*?)(?:\n|""")', re.MULTILINE | re.DOTALL
)
_ABOUT = re.compile(r'^    help="(.*)",$', re.MULTILINE)


def main() -> None:
    """The entry point of the command line."""
    from helpers.run.safe_path import import_nothing_from_here

    import_nothing_from_here()
    if sys.argv[1:] in ([], ["--help"]):
        show_help()
        return
    from helpers.cli import main as command_line

    command_line()


def show_help() -> None:
    """The commands with a line each, on the standard output."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")
    sys.stdout.write(help_text() + "\n")


def help_text() -> str:
    """What the command line can do, as ``helpers.cli`` and ``helpers.package_commands`` declare it."""
    here = Path(__file__).parent
    source = "\n".join((here / name).read_text(encoding="utf-8") for name in ("cli.py", "package_commands.py"))
    commands = {name or function: words for name, function, words in _COMMAND.findall(source)}
    width = max(map(len, commands))
    return "\n".join(
        [
            "用法（Usage）：selfeval 命令 [选项] [参数]",
            "",
            f"  {''.join(_ABOUT.findall(source))}",
            "",
            "选项：",
            "  --help  显示这段说明；写在命令之后，则说明该命令的参数和选项",
            "",
            "命令：",
            *(f"  {name.ljust(width)}  {words}" for name, words in commands.items()),
        ]
    )
