"""Databases that are put back after use and taken again: opening one takes longer than most of what is asked of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.year.engine import identifier, literal

if TYPE_CHECKING:
    import duckdb

    Connection = duckdb.DuckDBPyConnection

#: So many wait to be taken again; of more the one that has waited longest is closed.
MOST = 4
#: What the catalog is called that is gone afterwards.
CATALOG = "made"

_waiting: list[tuple[tuple[object, ...], Connection]] = []
_lock = threading.Lock()


@contextmanager
def borrowed(
    purpose: tuple[object, ...], opened: Callable[[], Connection], *, tables: bool = True
) -> Iterator[Connection]:
    """A database for a purpose, for nobody else meanwhile. ``purpose`` names all that decides what is in it and what it
    may reach; tables that are made in it are gone afterwards. After an error it is closed.

    ``tables``: whether any may be left in it; the first look for them takes 7 ms."""
    connection = _taken(purpose) or opened()
    try:
        yield connection
    except BaseException:
        connection.close()
        raise
    if tables:
        for (table,) in connection.execute("SELECT table_name FROM duckdb_tables() WHERE NOT internal").fetchall():
            connection.execute(f"DROP TABLE {identifier(table)}")
    _put_back(purpose, connection)


@contextmanager
def emptied(
    purpose: tuple[object, ...], opened: Callable[[], Connection], spill: Path, *, again: bool
) -> Iterator[Connection]:
    """The same, but what is made meanwhile (tables, views, macros, variables, settings of the session) is in a catalog
    and a connection of their own and gone with them; functions have to be removed. ``spill``: the folder to which what
    does not fit into memory goes; where any did, the database is closed, for it cannot be given another folder.
    ``again``: whether it is worth taking again; one that held much is closed."""
    import duckdb

    engine = _taken(purpose) or opened()
    try:
        engine.execute(f"SET temp_directory = {literal(str(spill))}")
        with engine.cursor() as connection:
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute(f"ATTACH ':memory:' AS {CATALOG}")
            connection.execute(f"USE {CATALOG}")
            yield connection
        engine.execute(f"DETACH {CATALOG}")
    except BaseException:
        engine.close()
        raise
    try:
        engine.execute("SET temp_directory = ''")
    except duckdb.NotImplementedException:
        again = False
    if again:
        _put_back(purpose, engine)
    else:
        engine.close()


def beside(connection: Connection) -> Connection:
    """Another connection to the same tables, without the temporary ones: what is asked of one does not end the answer
    of the other."""
    other = connection.cursor()
    ((catalog,),) = connection.execute("SELECT current_catalog()").fetchall()
    other.execute(f"USE {identifier(catalog)}")
    return other


def _taken(purpose: tuple[object, ...]) -> Connection | None:
    with _lock:
        for at, (known, connection) in enumerate(_waiting):
            if known == purpose:
                del _waiting[at]
                return connection
    return None


def _put_back(purpose: tuple[object, ...], connection: Connection) -> None:
    with _lock:
        _waiting.append((purpose, connection))
        left, _waiting[:] = _waiting[:-MOST], _waiting[-MOST:]
    for _, old in left:
        old.close()


def states(files: Iterable[Path]) -> tuple[tuple[str, int, int, int], ...]:
    """Files as the file system tells of them: one that is written anew is another one."""
    told = [(path, path.stat()) for path in files if path.is_file()]
    return tuple((str(path), one.st_ino, one.st_size, one.st_mtime_ns) for path, one in told)
