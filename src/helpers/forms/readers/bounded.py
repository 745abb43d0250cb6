"""Bounds of what a packed file may unpack to: a few bytes can be made to fill the memory."""

from __future__ import annotations

import io
import zipfile
import zlib

from helpers.files.unpacked import DAMAGED
from helpers.forms.readers.form_error import FormError

#: What the XML of a workbook or document may unpack to.
MOST_BYTES = 100_000_000
#: Deflate packs no better than this, so a small package needs no second look.
BEST_RATIO = 1032
CHUNK = 1 << 20


def refuse_bomb(content: bytes, file: str, what: str) -> None:
    """Refuse a package whose XML unpacks to more than a form can hold, whatever its directory says.

    Raises ``FormError``; a package that cannot be opened is left to its reader.
    """
    too_big = FormError(
        "too_big", file, f"{what}解开后超过 100 MB，不会是自评表", hint="只留自评表，删去图片和多余的内容，另存后再试"
    )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = [one for one in archive.infolist() if one.filename.lower().endswith((".xml", ".rels"))]
            if sum(one.file_size for one in parts) > MOST_BYTES:
                raise too_big
            if len(content) * BEST_RATIO <= MOST_BYTES:
                return
            for one in parts:  # reading stops at the size that is stated, and fails where it was not the true one
                with archive.open(one) as stream:
                    while stream.read(CHUNK):
                        pass
    except (*DAMAGED, zlib.error, RuntimeError):
        return
