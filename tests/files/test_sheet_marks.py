"""What a sheet's XML says of its cells is looked for only where a few letters of it stand."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from helpers.files.package import TELLING, TELLING_PARTS


@given(st.from_regex(TELLING))
def test_whatever_tells_has_one_of_the_parts(xml: bytes) -> None:
    assert any(part in xml for part in TELLING_PARTS)
