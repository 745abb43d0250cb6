"""An authored YAML file as a tree with its lines: whatever it holds, it is read quickly or refused in words."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping
from itertools import accumulate
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from helpers.year.remembered import remembered

#: A year's files take some tens of kilobytes, and nest some eight deep.
MOST_BYTES, MOST_DEPTH, MOST_ENTRIES = 4_000_000, 60, 400_000
#: Opening brackets, those in texts among them, that may stand open at one place.
MOST_OPEN = 300
#: No amount and no count has more digits.
MOST_DIGITS = 40
_WRITE_OUT = "把重复的内容分别写出来，不用 & 和 * 引用"
_REFERENCE = re.compile(r"(?<=[\[{,:\s-])\*[^\s,\[\]{}]+")
#: The kinds of values that are more than the text that stands there.
_WITH_MEANING = frozenset({"int", "float", "timestamp", "bool", "binary"})
#: As what the parser says that a value cannot be: an impossible day, a number of thousands of digits, a list as a key.
_CANNOT_BE = (YAMLError, ValueError, TypeError, OverflowError, AttributeError, KeyError, IndexError)


class Unreadable(Exception):
    """Why a file cannot be read: ``code`` for machines, ``line`` from 1 where one is known; ``tree``: what can be read
    of it all the same, to look for other faults."""

    def __init__(
        self, code: str, message: str, *, line: int | None = None, hint: str | None = None, tree: Any = None
    ) -> None:
        self.code, self.message, self.line, self.hint, self.tree = code, message, line, hint, tree
        super().__init__(message)


def content_of(path: Path) -> bytes:
    """What stands in a file; raises ``Unreadable``."""
    try:
        if not path.is_file():
            raise Unreadable("no_file", "不是文件", hint="把它移走，放入同名的文件")
        if path.stat().st_size > MOST_BYTES:
            raise Unreadable("too_big", f"文件超过 {MOST_BYTES // 10**6} MB，不会是年度文件", hint="核对文件")
        return path.read_bytes()
    except OSError as error:
        raise Unreadable("unreadable", f"文件打不开：{error.strerror}", hint="给运行的账户读取权限") from None


def parse(content: bytes) -> Any:
    """A file's tree, never changed by whoever asks. Raises ``Unreadable``."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise Unreadable("not_utf8", "文件不是 UTF-8 编码", line=line, hint="在编辑器里另存为 UTF-8") from None
    return _tree(text)


@remembered(64)
def _tree(text: str) -> Any:
    """Every stage reads the same files again."""
    if _looks_deep(text):
        raise _too_deep()
    try:
        tree = YAML(typ="rt").load(text)
    except DuplicateKeyError:
        raise _twice(text) from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        hint = "检查缩进、冒号后的空格、引号是否成对，以及有没有重复的键"
        line = mark.line + 1 if mark else None
        raise Unreadable("yaml", f"YAML 写法有误：{error.problem or error.context}", line=line, hint=hint) from None
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1 if isinstance(error.position, int) else None
        words = "YAML 里有不该有的控制字符"
        raise Unreadable("yaml", words, line=line, hint="删去这个字符，或重新输入这一行") from None
    except YAMLError as error:
        raise Unreadable("yaml", f"YAML 写法有误：{str(error).splitlines()[0]}") from None
    except RecursionError:
        raise _too_deep() from None
    except _CANNOT_BE as error:
        raise _cannot_be(text, error) from None
    try:
        _refuse_odd(tree)
    except Unreadable as error:
        if error.code == "yaml":
            error.line, _ = _odd_place(text)
        else:  # what grows or never ends does so by a reference
            error.line = _reference(text)
        raise
    return tree


def _cannot_be(text: str, error: Exception) -> Unreadable:
    line, shown = _odd_place(text)
    if line is None and (line := _reference(text)):
        return Unreadable("yaml", "YAML 里有引用不成立，例如引用到自身", line=line, hint=_WRITE_OUT)
    hint = "日期写成 2024-02-28 的样子；键写成文字；特别长的数字加引号"
    return Unreadable("yaml", f"YAML 里有不成立的值：{shown or str(error)[:120]}", line=line, hint=hint)


def _reference(text: str) -> int | None:
    """The line of the first reference."""
    found = _REFERENCE.search(text)
    return text.count("\n", 0, found.start()) + 1 if found else None


def _twice(text: str) -> Unreadable:
    """Keys that stand twice in one place, with the lines of both: the second would replace the first."""
    found = list(_doubled(YAML(typ="rt").compose(text), "", set()))
    said = "；".join(f"{place} 写了两次：第 {first} 行和第 {second} 行" for place, first, second in found[:10])
    reader = YAML(typ="rt")
    reader.allow_duplicate_keys = True
    tree = None
    with contextlib.suppress(*_CANNOT_BE, Unreadable, RecursionError):
        _refuse_odd(tree := reader.load(text))
    hint = "合成一块，或给其中一块另起名称；同一种数据的几个文件写在同一块的 files 里"
    return Unreadable("key_twice", said, line=found[0][2], hint=hint, tree=tree)


def _doubled(node: Node | None, path: str, seen: set[int]) -> Iterator[tuple[str, int, int]]:
    """Each key that comes again in its mapping: where, and the lines (from 1) of both. ``seen``: what is referred to
    again is looked at once."""
    if id(node) in seen or not isinstance(node, SequenceNode | MappingNode):
        return
    seen.add(id(node))
    if isinstance(node, SequenceNode):
        for number, one in enumerate(node.value):
            yield from _doubled(one, f"{path}{number}.", seen)
        return
    lines: dict[str, int] = {}
    for key, value in node.value:
        name, line = str(key.value), key.start_mark.line + 1
        if name in lines:
            yield f"{path}{name}", lines[name], line
        lines.setdefault(name, line)
        yield from _doubled(value, f"{path}{name}.", seen)


def _odd_place(text: str) -> tuple[int | None, str]:
    """The line of the first value in well-formed YAML that cannot be or is none that is written here, and the value."""
    reader = YAML(typ="rt")
    for node in _in_order(reader.compose(text)):
        if not isinstance(node, ScalarNode):  # as a key
            return node.start_mark.line + 1, "键是列表或键值对"
        if str(node.tag).rpartition(":")[2] not in _WITH_MEANING:
            continue
        try:
            odd = _beyond_reason(reader.constructor.construct_object(node))
        except _CANNOT_BE:
            odd = True
        if odd:
            return node.start_mark.line + 1, node.value if len(node.value) <= 40 else f"{node.value[:40]}……"
    return None, ""


def _in_order(root: Node | None) -> Iterator[Node]:
    """The scalars below a node as they stand in the file, and before them each key that is no scalar."""
    waiting, seen = [root], set()
    while waiting:
        node = waiting.pop()
        if node is None or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, MappingNode):
            yield from (key for key, _ in node.value if not isinstance(key, ScalarNode))
            waiting += [one for pair in reversed(node.value) for one in reversed(pair)]
        elif isinstance(node, SequenceNode):
            waiting += reversed(node.value)
        else:
            yield node


def _beyond_reason(value: object) -> bool:
    return isinstance(value, int) and abs(value) >= 10**MOST_DIGITS


def _looks_deep(text: str) -> bool:
    """Whether brackets or dashes nest so far that the parser would never end; what stands in quotes counts too."""
    depths = accumulate(1 if mark in "[{" else -1 for mark in re.findall(r"[\[\]{}]", text))
    return max(depths, default=0) > MOST_OPEN or re.search(rf"(?:[-?][ \t]+){{{MOST_DEPTH}}}", text) is not None


def _too_deep() -> Unreadable:
    return Unreadable("too_deep", f"YAML 套了 {MOST_DEPTH} 层以上", hint="核对括号和缩进是否成对")


def _refuse_odd(tree: Any) -> None:
    """Refuse what grows without end once references are followed, keys that are no texts, and numbers beyond all
    reason. Raises ``Unreadable``."""
    sizes: dict[int, int] = {}

    def size(node: Any, depth: int) -> int:
        if _beyond_reason(node):
            raise Unreadable("yaml", f"YAML 里有超过 {MOST_DIGITS} 位的整数", hint="核对数字；编号加引号写成文字")
        if isinstance(node, Mapping) and any(isinstance(key, Mapping | list | tuple) for key in node):
            raise Unreadable("yaml", "YAML 里有的键不是文字，而是列表或键值对", hint="去掉行首多余的 ?、[ 或 {")
        inner = [*node.keys(), *node.values()] if isinstance(node, Mapping) else node if isinstance(node, list) else ()
        if not inner:
            return 1
        if depth > MOST_DEPTH:  # a reference to what is around it never ends
            raise _too_deep()
        if id(node) not in sizes:
            sizes[id(node)] = 1 + sum(size(one, depth + 1) for one in inner)
        if sizes[id(node)] > MOST_ENTRIES:
            raise Unreadable("too_big", f"YAML 展开后超过 {MOST_ENTRIES} 项", hint=_WRITE_OUT)
        return sizes[id(node)]

    size(tree, 0)
