"""What a header means, by the lexicon beside this file, and the tidy name that its column gets."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any

from helpers.year.engine import open_engine
from helpers.year.expressions import ExpressionError, columns_of

#: Names that the cleaning uses itself, or that an expression cannot hold without quotes.
TAKEN = ("source_file", "source_row", "year_start", "year_end")
#: A meaning whose own name is a word of SQL.
RENAMED = {"at": "event_at"}
_FORMS = ("{}", "{} = 1", "not {}", "abs({})", "{} between 1 and 2", "{} is null", "case when {} then 1 end", "1 < {}")
LONGEST_NAME = 40
EXACT = 3
_NEUTRAL = re.compile("(?:代码|编号|编码|名称|姓名|信息|情况|内容|说明|[a-z0-9 ])*")
#: When something began or ended, unless the header says that it is to be then.
MOMENTS = ("opened_at", "started_at", "responded_at", "resolved_at", "closed_at", "diagnosed_at", "visited_at", "at")
#: Meanings of which a table has several: a name made of the header's own words tells more.
GENERAL = ("flag", "occurred_on")


@dataclass(frozen=True)
class Meaning:
    """``name``: the tidy name of a column that means this; ``types``: what it can be, preferred first.
    ``exact``: the whole header says it, not only a word in it."""

    name: str
    words: str
    types: tuple[str, ...]
    personal: bool = False
    exact: bool = False


@dataclass(frozen=True)
class _Word:
    meaning: Meaning
    text: str
    mark: str  # "=": the whole header only, "^": its beginning


def lexicon(part: str) -> Any:
    """One part of lexicon.yml as plain Python values."""
    return _all()[part]


@cache
def _all() -> dict[str, Any]:
    from ruamel.yaml import YAML

    text = resources.files(__package__).joinpath("lexicon.yml").read_text("utf-8")
    return YAML(typ="safe", pure=True).load(text)


@cache
def meaning(name: str) -> Meaning:
    """The meaning of a tidy name in the lexicon."""
    entry = lexicon("meanings")[name]
    return Meaning(name, entry["zh"], tuple(entry["is"]), bool(entry.get("personal")))


@cache
def _words() -> tuple[_Word, ...]:
    return tuple(
        _Word(meaning(name), plain_header(str(word).lstrip("=^")), str(word)[:1] if str(word)[:1] in "=^" else "")
        for name, entry in lexicon("meanings").items()
        for word in entry["words"]
    )


def meaning_of(header: str, types: Collection[str]) -> Meaning | None:
    """The likely meaning of a column with this header whose values can be read as ``types``.

    The whole header decides before a word at its end, that before one at its beginning or inside,
    then the longer word. None where no word fits, or only words whose meaning is of another type.
    """
    plain = plain_header(header)
    best: tuple[tuple[int, int], Meaning] | None = None
    for word in _words():
        rank = _rank(word, plain)
        if rank and (best is None or rank > best[0]) and set(word.meaning.types) & set(types):
            best = rank, word.meaning
    if best is None:
        return None
    if best[1].name in MOMENTS and best[0][0] != EXACT and _promised(plain):
        return meaning("due_at")
    return replace(best[1], exact=best[0][0] == EXACT)


def _promised(plain: str) -> bool:
    """Whether a header tells when something is to be, not when it was."""
    said = any(re.search(pattern, plain) for pattern in lexicon("promised"))
    return said and not any(re.search(pattern, plain) for pattern in lexicon("kept"))


def _rank(word: _Word, plain: str) -> tuple[int, int] | None:
    """How well a word fits a header; None where it does not stand there.

    What a Chinese header is stands at its end: 备件来源 is no part, 报修人代码 still a person.
    """
    if plain == word.text:
        return EXACT, len(word.text)
    if word.mark == "^":
        return (1, len(word.text)) if plain.startswith(word.text) else None
    if word.mark or not word.text:
        return None
    if word.text.isascii():
        if f" {word.text} " not in f" {plain} ":
            return None
        return 2 if plain.endswith(word.text) else 1, len(word.text)
    _, found, after = plain.rpartition(word.text)
    if not found or len(word.text) < 2 or not _NEUTRAL.fullmatch(after):
        return None
    return 1 if after else 2, len(word.text)


@cache
def plain_header(header: str) -> str:
    """A header as words: no case, no signs, units in brackets gone; Chinese without blanks."""
    text = unicodedata.normalize("NFKC", header)
    text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text)
    text = (
        re.sub(r"[(\[].*?[)\]]", " ", text).casefold()
        if not re.fullmatch(r"[(\[].*[)\]]", text.strip())
        else text.casefold()
    )
    words = re.findall(r"[a-z]+|[0-9]+|[^\W\d_a-z]+", text)
    return "".join(f" {w}" if w.isascii() else w for w in words).strip()


def unit_words(header: str) -> str:
    """What stands in the brackets of a header, and its last word: where a unit may be said."""
    text = unicodedata.normalize("NFKC", header).casefold()
    inside = re.findall(r"[(\[]([^()\[\]]*)[)\]]", text)
    return " ".join([*inside, *(re.findall(r"[a-z]+$", text))])


# --- tidy names -----------------------------------------------------------------------------------


def tidy_names(headers: Iterable[tuple[str, Meaning | None]], reserved: Collection[str] = ()) -> list[str]:
    """One name for each header, all different, each ``[a-z][a-z0-9_]*``.

    An ASCII header keeps its words; another gets the name of its meaning, or is put together from
    the glossary, or is ``column_3``.
    """
    listed = list(headers)
    taken, names = {*TAKEN, *reserved, *_reserved()}, [""] * len(listed)
    # A header that says its meaning as a whole takes the name before one that only holds the word.
    for number in sorted(range(len(listed)), key=lambda i: not (listed[i][1] and listed[i][1].exact)):  # type: ignore[union-attr]
        header, meant = listed[number]
        own, made = _slug(header), _composed(header)
        meant_name = RENAMED.get(meant.name, meant.name) if meant else ""
        said = meant_name if not (made and (meant_name in GENERAL or meant_name in taken)) else ""
        wanted = own or said or made or f"column_{number + 1}"
        name, again = wanted, 2
        while name in taken:
            name, again = f"{wanted}_{again}", again + 1
        taken.add(name)
        names[number] = name
    return names


@cache
def _reserved() -> frozenset[str]:
    """The words of SQL that cannot stand everywhere in an expression as a column."""
    with open_engine() as connection:
        rows = connection.execute("SELECT keyword_name FROM duckdb_keywords()").fetchall()
    words = (word for (word,) in rows)
    return frozenset(word for word in words if not _stands(word))


def _stands(word: str) -> bool:
    """Whether a word is read as a column wherever an expression may hold one."""
    try:
        return all(columns_of(form.format(word)) == {word} for form in _FORMS)
    except ExpressionError:
        return False


def _slug(header: str) -> str:
    """The words of a header that is ASCII but for its signs; "" where it is not."""
    text = unicodedata.normalize("NFKC", header)
    if re.search(r"[^\W_]", re.sub(r"[\x00-\x7f]", "", text)):
        return ""
    text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text)
    name = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")[:LONGEST_NAME].strip("_")
    return f"column_{name}" if name and not name[0].isalpha() else name


def _composed(header: str) -> str:
    """A name put together from the glossary; "" where a part of the header is not in it."""
    text = re.sub(r"[(\[].*?[)\]]", "", unicodedata.normalize("NFKC", header))
    text = "".join(re.findall(r"[^\W_]+", text))
    words: dict[str, str] = lexicon("glossary")
    parts: list[str] = []
    while text:
        found = next((n for n in range(min(len(text), 6), 0, -1) if text[:n] in words), 0)
        latin = re.match(r"[A-Za-z0-9]+", text)
        if not found and not latin:
            return ""
        size = found or (latin.end() if latin else 0)
        part = words[text[:size]] if found else text[:size].lower()
        parts += [part] if parts[-1:] != [part] else []
        text = text[size:]
    name = "_".join(parts)[:LONGEST_NAME].strip("_")
    return name if name[:1].isalpha() else ""
