"""What a terminal is sent: text, never a command to it, whatever the data holds."""

from __future__ import annotations

import re

#: Control characters other than line feed and tab, and the marks that turn the direction of writing.
_COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def on_screen(text: object) -> str:
    """The text with each character that a terminal would obey written out, as in JSON."""
    return _COMMANDS.sub(lambda found: f"\\u{ord(found[0]):04x}", str(text))


def no_such_file(file: object) -> str:
    """What a command says of a file that it was given and that is not there."""
    return f"{file}  [file_missing]  没有这个文件\n    处理：核对写法；路径从当前文件夹算起，不从 --root 算起"
