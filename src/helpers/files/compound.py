"""OLE compound files (old workbooks, encrypted new ones): the streams that they hold."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import cached_property

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: Sector numbers from here on mean "end", "free" and the like.
NO_SECTOR = 0xFFFFFFFA
#: Streams that are shorter lie in the mini stream.
MINI = 64
ENTRY = 128


class DamagedCompound(Exception):
    """The chains of sectors lead nowhere: the file was cut off or overwritten."""


@dataclass(frozen=True)
class Compound:
    """A compound file in memory; raises ``DamagedCompound`` where it is incomplete."""

    content: bytes

    @cached_property
    def _size(self) -> int:
        return int(1 << struct.unpack_from("<H", self.content, 30)[0])

    @cached_property
    def _table(self) -> list[int]:
        """For each sector the one that follows it."""
        listed = list(struct.unpack_from("<109I", self.content, 76))
        following, count = struct.unpack_from("<II", self.content, 68)
        for _ in range(count):
            entries = struct.unpack(f"<{self._size // 4}I", self._sector(following))
            listed += entries[:-1]
            following = entries[-1]
        return [
            number
            for sector in listed
            if sector < NO_SECTOR
            for number in struct.unpack(f"<{self._size // 4}I", self._sector(sector))
        ]

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._size
        found = self.content[start : start + self._size]
        if not found:
            raise DamagedCompound
        return found.ljust(self._size, b"\0")

    def _chain(self, sector: int) -> bytes:
        parts: list[bytes] = []
        while sector < NO_SECTOR:
            if sector >= len(self._table) or len(parts) > len(self._table):
                raise DamagedCompound
            parts.append(self._sector(sector))
            sector = self._table[sector]
        return b"".join(parts)

    @cached_property
    def _entries(self) -> dict[str, tuple[int, int]]:
        """First sector and length of every stream, by its name; the root holds the mini stream."""
        try:
            directory = self._chain(struct.unpack_from("<I", self.content, 48)[0])
            found = {}
            for at in range(0, len(directory), ENTRY):
                length, kind = struct.unpack_from("<HB", directory, at + 64)
                name = directory[at : at + max(length - 2, 0)].decode("utf-16-le", "replace")
                sector, size = struct.unpack_from("<II", directory, at + 116)
                if kind:
                    found[name if kind != 5 else ""] = (sector, size)
        except (struct.error, IndexError) as error:
            raise DamagedCompound from error
        return found

    @property
    def names(self) -> frozenset[str]:
        """The names of its streams and folders."""
        return frozenset(self._entries) - {""}

    def stream(self, name: str) -> bytes:
        """The content of a stream."""
        try:
            sector, size = self._entries[name]
            if size >= struct.unpack_from("<I", self.content, 56)[0]:
                return self._chain(sector)[:size]
            return self._mini(sector, size)
        except (struct.error, IndexError) as error:
            raise DamagedCompound from error

    def _mini(self, sector: int, size: int) -> bytes:
        """A short stream: a chain of pieces of the root's stream."""
        first, _ = struct.unpack_from("<II", self.content, 60)
        table = struct.unpack(f"<{len(raw := self._chain(first)) // 4}I", raw)
        held = self._chain(self._entries[""][0])
        parts: list[bytes] = []
        while sector < NO_SECTOR and len(parts) <= len(table):
            parts.append(held[sector * MINI : (sector + 1) * MINI])
            sector = table[sector]
        return b"".join(parts)[:size]
