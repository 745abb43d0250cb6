"""The key of a project, under which the values of personal columns are told apart and cannot be read.

It lies beside what was handed over, not in what is made of it: whoever may read it could read the exports. Nothing
that is published depends on it.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from helpers.year.root import Root

#: Hashes are made of so many bytes, and cut to so many hexadecimal digits.
BLOCK, DIGITS = 64, 32
#: Where no key can be kept: one that serves this process alone.
_ALONE = secrets.token_bytes(32)


def personal_key(root: Path) -> bytes:
    """The project's key, made where there is none."""
    path = Root(root).personal_key
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        if not path.is_file():
            with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
                stream.write(secrets.token_bytes(32))
            partial.replace(path)
        found = path.read_bytes()
    except OSError:
        return _ALONE
    return hashlib.sha256(found).digest() if found else _ALONE


def key_digest(root: Path) -> str:
    """By what it can be seen that the key is another one; it tells nothing of it."""
    return hmac.new(personal_key(root), b"selfeval", hashlib.sha256).hexdigest()[:16]


def hash_pads(key: bytes) -> tuple[bytes, bytes]:
    """The two blocks with which HMAC begins its hashes, for whoever has only SHA-256."""
    block = key.ljust(BLOCK, b"\0")
    return bytes(one ^ 0x36 for one in block), bytes(one ^ 0x5C for one in block)
