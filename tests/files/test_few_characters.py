"""A file with hardly any character beyond ASCII: in which encoding it is."""

from __future__ import annotations

import pytest

from helpers.files.encodings import decoded


@pytest.mark.parametrize("text", ["money_unit\n元\n", "a,b\n小,1\n"])
def test_a_lone_chinese_character_of_gb18030_is_no_other_script(text: str) -> None:
    for encoding in ("gb18030", "utf-8"):
        assert decoded(text.encode(encoding), "a.csv") == text


@pytest.mark.parametrize("text", ["name\nМосква, Россия\n", "nom\ncafé\n", "x\nΩ\n", "x\nКПД\n"])
def test_other_scripts_stay_what_they_are(text: str) -> None:
    assert decoded(text.encode(), "a.csv") == text
