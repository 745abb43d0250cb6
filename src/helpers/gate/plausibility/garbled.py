"""Texts that were decoded wrongly before they were exported: 锟斤拷, Ã©, 纭欢, characters replaced by �."""

from __future__ import annotations

import re
from collections.abc import Iterator

from helpers.files.likely import common_share, has_han
from helpers.gate.plausibility.subject import Subject
from helpers.gate.result import Check
from helpers.year.engine import identifier, literals

#: So many of the most frequent texts of a column are looked at.
LOOKED_THROUGH = 5000
#: In a column that a figure depends on, a larger share of such rows stops the run, as other unreadable cells do.
STOPS = 0.005
#: What replaced characters leave behind.
_REPLACED = re.compile("\ufffd|锟斤拷|烫烫烫|屯屯屯|锘")
_QUESTIONS = re.compile(r"[?？]{2,}")
#: A text that reads like Chinese, and one that does not.
LIKELY, UNLIKELY = 0.9, 0.7


def garbled_texts(subject: Subject) -> Iterator[Check]:
    """Cells whose characters are lost or belong to another encoding; in a column that a condition reads, nobody
    knows whether such a row counts."""
    for table in subject.tables:
        roles, personal = subject.roles[table], subject.tables[table].tidy_personal
        for column in (c for c in roles.texts if c not in personal):
            found = _garbled(subject, table, column)
            if not found:
                continue
            rows = sum(found.values())
            decides = column in roles.coded or column in roles.deciding
            where = f"{identifier(column)} IN ({literals(found)})"
            yield subject.note(
                table,
                "garbled_texts",
                f"{subject.called(table, column)}有 {rows} 行是乱码，原来的文字已经丢失或错了编码"
                + ("，不能判断是否符合度量的条件" if decides else ""),
                "从来源系统按正确的编码重新导出；只能认出原文的，用 corrections.yml 或 synonyms 更正",
                observed=rows,
                rows=subject.places(table, [column], where),
                failing=rows,
                column=column,
                level="stop" if decides and rows > STOPS * subject.count(table) else "note",
            )


def _garbled(subject: Subject, table: str, column: str) -> dict[str, int]:
    """The garbled texts of a column with their rows. Question marks are lost characters beside Chinese only."""
    texts = _doubtful(subject, table, column)
    chinese = any(has_han(text) for text, _ in texts)
    return {text: int(n) for text, n in texts if is_garbled(text) or (chinese and _QUESTIONS.fullmatch(text.strip()))}


def _doubtful(subject: Subject, table: str, column: str) -> list[tuple[str, int]]:
    """The texts with more than plain letters, or with question marks, the most frequent first."""
    if subject.values(table, column) is not None:
        counted = subject.frequent(table, column)
        return [(t, n) for t, n in counted if not t.isascii() or "??" in t][:LOOKED_THROUGH]
    cell = identifier(column)
    return subject.query(
        f"SELECT {cell}, count(*) AS n FROM {identifier(table)} WHERE strlen({cell}) <> length({cell}) "
        f"OR {cell} LIKE '%??%' GROUP BY 1 ORDER BY n DESC, 1 LIMIT {LOOKED_THROUGH}"
    )


def is_garbled(text: str) -> bool:
    """Whether a text has replaced characters, or is another text by the bytes of the encoding it was taken for."""
    if _REPLACED.search(text):
        return True
    beyond = sum(c > "\x7f" for c in text)
    if beyond < 2:
        return False
    if has_han(text):
        return common_share(text) < UNLIKELY and _was_utf8(text)
    return _was_western(text)


def _was_utf8(text: str) -> bool:
    """UTF-8 that was read as GB18030; of an odd number of bytes the last ones are lost."""
    raw = text.encode("gb18030", "ignore")
    read = raw.decode("utf-8", "ignore")
    return len(read.encode()) >= len(raw) - 3 and _chinese(read)


def _was_western(text: str) -> bool:
    """UTF-8 or GB18030 that was read as a Western code page."""
    raw = b"".join(_western(c) for c in text)
    if not raw:
        return False
    try:
        return raw.decode("utf-8") != text
    except UnicodeDecodeError:
        pass
    if re.search("[A-Za-z]", text):
        return False
    try:
        return _chinese(raw.decode("gb18030"))
    except UnicodeDecodeError:
        return False


def _western(character: str) -> bytes:
    """The byte that a character of a Western code page stands for; a mark that spoils the text for any other."""
    try:
        return character.encode("cp1252")
    except UnicodeEncodeError:
        return character.encode("latin-1") if character <= "\xff" else b"\xff\xff"


def _chinese(text: str) -> bool:
    return sum(has_han(c) for c in text) >= 2 and common_share(text) >= LIKELY


CHECKS = (garbled_texts,)
