"""Personal data in texts: found by check digits, ranges and cue words, and replaced by marks that tell two apart.

What is no name, number or address of a person stays to the letter: amounts, dates, hashes, codes of organisations,
ticket and serial numbers. Where digits alone cannot tell, the words around them have to.
"""

from __future__ import annotations

import ipaddress
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from helpers.files.surnames import ANY_NAME, SURE_NAME, is_name


class Hit(NamedTuple):
    """Where personal data stands in a text, and of which kind."""

    start: int
    end: int
    kind: str


Check = Callable[[str, "re.Match[str]"], bool]


@dataclass(frozen=True)
class _Kind:
    name: str
    pattern: re.Pattern[str]
    when: frozenset[str]
    holds: Check | None


# --- what else must hold --------------------------------------------------------------------------

#: Such a word before it says that a number names a thing.
_THING = re.compile(
    r"(?:编号|序列号|序号|单号|流水号|凭证号?|合同号?|资产号?|条码|料号|件号|批号|版本|S/?N|No\.?|ID)[:= ]{0,2}$",
    re.IGNORECASE,
)
_NUMBER_CUE = re.compile("话|手机|电话|联系|拨打?|号码?|卡|账号|tel|phone", re.IGNORECASE)
#: The first digits of an identity number: how many provinces each part of the country has, beginning with 11.
_PROVINCES = frozenset(
    f"{part}{n}" for part, last in enumerate((5, 3, 7, 6, 4, 5, 1, 3), 1) for n in range(1, last + 1)
)
_PLATES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"


def _plain_digits(text: str) -> str:
    return re.sub(r"[^0-9A-Za-z]", "", text)


def _no_thing(text: str, match: re.Match[str]) -> bool:
    return not _THING.search(text[max(0, match.start() - 8) : match.start()])


def _identity(_: str, match: re.Match[str]) -> bool:
    from stdnum.cn import ric

    number = _plain_digits(match[0]).upper()
    return number[:2] in _PROVINCES | {"50"} and ric.calc_check_digit(number) == number[-1]


def _card(text: str, match: re.Match[str]) -> bool:
    from stdnum import luhn

    number = _plain_digits(match[0])
    lengths = {"3": (15, 16), "4": (16, 19), "5": (16,)}.get(number[0], range(16, 20))
    told = len(set(number)) > 1 and (number.startswith("62") or _said(text, match))
    return len(number) in lengths and told and luhn.is_valid(number) and _no_thing(text, match)


def _mobile(text: str, match: re.Match[str]) -> bool:
    return _no_thing(text, match) and _said(text, match)


def _said(text: str, match: re.Match[str]) -> bool:
    """Groups of digits that only blanks hold together may be the cells of a row: something else has to say so."""
    apart = " " in match[0].strip() and not match[0].startswith(("+", "86"))
    return not apart or match[0] == text.strip() or bool(_NUMBER_CUE.search(text[: match.start()][-10:]))


def _iban(_: str, match: re.Match[str]) -> bool:
    from stdnum import iban

    return bool(iban.is_valid(match[0]))


def _luhn(_: str, match: re.Match[str]) -> bool:
    from stdnum import luhn

    return bool(luhn.is_valid(match["x"]))


def _hong_kong(_: str, match: re.Match[str]) -> bool:
    letters = match["l"].upper().rjust(2)
    values = [36 if one == " " else ord(one) - 55 for one in letters] + [int(one) for one in match["d"]]
    total = sum(value * (9 - at) for at, value in enumerate(values))
    return "0123456789A"[-total % 11] == match["c"].upper()


def _ip4(text: str, match: re.Match[str]) -> bool:
    """Headings and versions are numbered low; masks, loops and what begins with 0 name nobody."""
    if re.search(r"(?:版本?|v(?:er(?:sion)?)?)[号:. ]{0,2}$", text[: match.start()][-9:], re.IGNORECASE):
        return False
    try:
        address = ipaddress.IPv4Address(match[0])
    except ValueError:
        return False
    return max(address.packed) >= 32 and address.packed[0] not in (0, 255) and not address.is_loopback


def _ip6(_: str, match: re.Match[str]) -> bool:
    try:
        address = ipaddress.IPv6Address(match[0])
    except ValueError:
        return False
    groups = [group for group in match[0].split(":") if group]
    return len(groups) > 2 and sum(map(len, groups)) > 5 and not address.is_loopback


def _mac(_: str, match: re.Match[str]) -> bool:
    return ":" in match[0] or bool(re.search("[A-Fa-f]", match[0]))


def _plate(text: str, match: re.Match[str]) -> bool:
    """At least three digits; "更新A12345" is no plate of 新疆."""
    before = text[max(0, match.start() - 1) : match.start()]
    in_a_word = before and before in {"新": "更全最换重翻创崭", "云": "上公私"}.get(match[0][0], "")
    return sum(one.isdigit() for one in match[0]) >= 3 and not in_a_word


def _name(_: str, match: re.Match[str]) -> bool:
    return is_name(match["x"])


# --- the kinds ------------------------------------------------------------------------------------

_CUES = (
    "联系人|报修人|报障人|申请人|经办人|经手人|使用人|责任人|负责人|处理人|维修人|接报人|受理人|登记人|签收人|投诉人|"
    "填报人|制表人|审核人|保管人|领用人|当事人|报案人|来电人|姓名|户主|患者|家属"
)
_FOLLOWS = (
    "(?=$|[^\u4e00-\u9fff]|电话|手机|联系|身份|邮箱|住|的|说|称|反映|反馈|报修|报障|来电|来访|通知|确认|签字|签收|到场|"
    "已|于|在|要求|处理|维修|负责|上门|解决|完成)"
)
_PARTS = {
    "<before>": r"(?<![0-9A-Za-z_])(?<![0-9][.])(?<![0-9A-Za-z][-_/])(?<![¥$#])",
    "<after>": r"(?![0-9A-Za-z_])(?![.][0-9])(?![-/][0-9A-Za-z])"
    r"(?! ?(?:元|万|亿|件|次|个|台|户|条|秒|毫秒|字节|人次|[%‰]))",
    "<gap>": "[- \u200b]{0,2}",
    "<plates>": _PLATES,
    "<cues>": _CUES,
    "<any_name>": ANY_NAME,
    "<sure_name>": SURE_NAME,
    "<follows>": _FOLLOWS,
}
_CHECKS: Mapping[str, Check] = {
    "identity": _identity, "card": _card, "iban": _iban, "luhn": _luhn, "hong_kong": _hong_kong, "ip4": _ip4,
    "ip6": _ip6, "mac": _mac, "plate": _plate, "name": _name, "mobile": _mobile,
}  # fmt: skip


@cache
def _kinds() -> tuple[_Kind, ...]:
    from ruamel.yaml import YAML

    text = Path(__file__).with_name("personal_kinds.yml").read_text(encoding="utf-8")
    return tuple(
        _Kind(
            one["kind"],
            re.compile(_filled(one["pattern"]), re.IGNORECASE if one.get("ignore_case") else 0),
            frozenset([one["when"]] if one["when"] == "iban" else _filled(one["when"])),
            _CHECKS[one["check"]] if "check" in one else None,
        )
        for one in YAML(typ="safe", pure=True).load(text)
    )


@cache
def _characters() -> frozenset[str]:
    """The characters that call for a kind."""
    return frozenset().union(*(kind.when for kind in _kinds())) - frozenset(_SIGNS)


@lru_cache(maxsize=4096)
def _asked_for(signs: frozenset[str]) -> tuple[_Kind, ...]:
    """The kinds that a text with such signs may hold."""
    return tuple(kind for kind in _kinds() if not kind.when.isdisjoint(signs))


def _filled(pattern: str) -> str:
    for part, written in _PARTS.items():
        pattern = pattern.replace(part, written)
    return pattern


# --- looking --------------------------------------------------------------------------------------

#: Full width as half width, dashes and blanks of any kind as one; each character stays one character.
_PLAIN = (
    {0xFF01 + n: 0x21 + n for n in range(94)}
    | dict.fromkeys((0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2212, 0xFE63), 0x2D)
    | dict.fromkeys((0x00A0, 0x2002, 0x2003, 0x2009, 0x202F, 0x3000, 0x09), 0x20)
    | dict.fromkeys((0x200C, 0x200D, 0x2060, 0xFEFF), 0x200B)
)
#: What stands for more than a character in ``when``.
_SIGNS = {
    "0": re.compile("[0-9]{7}|[0-9]{3}[- \u200b)]{1,2}[0-9]{4}[- \u200b]{0,2}[0-9]{3}"),
    "iban": re.compile("[A-Z]{2}[0-9]{2} ?[0-9A-Z]{4}"),
}
#: Chinese characters and a few signs more. Databases know them by name as well, but take five times as long to make a
#: pattern of all their ranges ready, which is longer than to look through a small table with it.
HAN = (
    r"\x{2e80}-\x{2fd5}\x{3005}-\x{3007}\x{3021}-\x{3029}\x{3038}-\x{303b}\x{3400}-\x{9fff}\x{f900}-\x{fad9}"
    r"\x{16fe2}-\x{16fff}\x{20000}-\x{3ffff}"
)
_OTHER = r"[^0-9０-９A-Za-z\x{4e00}-\x{9fff}]"
#: What a text has to have for any of the kinds, as databases understand it: quick, and true of few texts.
LIKELY = "|".join(
    (
        # Numbers of eleven, of fifteen and more digits; in groups; with a code of a place.
        "(?:^|[^0-9０-９]|86)[1１][3-9３-９][0-9０-９]{9}(?:[^0-9０-９]|$)|[0-9０-９]{15}",
        rf"[0-9０-９]{{3}}{_OTHER}{{1,2}}[0-9０-９]{{4}}{_OTHER}{{0,2}}[0-9０-９]{{4}}",
        rf"[1１][3-9３-９][0-9０-９]{{5}}{_OTHER}{{1,2}}[0-9０-９]{{4}}|[0-9０-９]{{6}}{_OTHER}{{1,2}}[12１２][0-9０-９]{{7}}",
        rf"[0０][0-9０-９]{{2,3}}{_OTHER}{{1,3}}[0-9０-９]{{4}}{_OTHER}{{0,2}}[0-9０-９]{{3}}",
        "电话|座机|固话|(?i:tel|phone)|账号|账户|帐号|卡号",
        rf"[@＠]|[(\[（]at[)\]）]|[(（][0-9A０-９][)）]|(?:^|[^0-9A-Za-z])[A-Z]{{2}}[0-9]{{2}}(?:{_OTHER}?[0-9A-Z]{{4}}){{2}}",
        r"[0-9０-９][.．][0-9０-９]{1,3}[.．][0-9０-９]{1,3}[.．][0-9０-９]|(?:[:：][0-9A-Fa-f]*){2}[:：]",
        f"[{_PLATES}][A-Za-zＡ-Ｚａ-ｚ]|WJ|QQ|qq|微信|(?i:wechat|weixin)|(?:[0-9A-Fa-f][0-9A-Fa-f]-){{5}}",
        "护照|(?i:passport|imei|vin)|通行证|台胞证|回乡证|居留证|军官证|士官证|警官证|社保|社会保障|医保|驾|车架号",
        f"出生|生日|生于|址|户籍|{_CUES}|我叫|我是|先生|女士|小姐|同志|师傅",
        f"[由请找经让派][{HAN}]",
    )
)


def hits(text: str) -> list[Hit]:
    """Personal data in a text, in order, none within another."""
    if len(text) < 4:
        return []
    plain = text.replace("\t", " ") if text.isascii() else text.translate(_PLAIN)
    signs = _characters().intersection(plain)
    found: list[Hit] = []
    for kind in _asked_for(signs.union(sign for sign, pattern in _SIGNS.items() if pattern.search(plain))):
        for match in kind.pattern.finditer(plain):
            start, end = match.span("x" if "x" in kind.pattern.groupindex else 0)
            apart = all(end <= hit.start or hit.end <= start for hit in found)
            if apart and (kind.holds is None or kind.holds(plain, match)):
                found.append(Hit(start, end, kind.name))
    return sorted(found)


def is_whole(text: str) -> str | None:
    """The kind of personal data that a text is from begin to end; None where it is more, less or other."""
    found = hits(text)
    return found[0].kind if len(found) == 1 and found[0].end - found[0].start == len(text) else None


#: How a mark is written: the kind, and a letter that tells two apart.
MARK = "（[^（）]{2,6}[A-Z]{1,4}）"


#: Kinds of personal data that are nothing but digits; so many of these tell a series.
DIGIT_KINDS, ALIKE = ("手机号码", "银行卡号", "身份证号", "电话号码"), 6


@dataclass
class Marks:
    """One mark for each value that is masked: the same for the same, another for any other. ``allowed``: values that
    are none, as the year says."""

    allowed: Callable[[str], bool] = lambda _value: False
    given: dict[tuple[str, str], str] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    #: Texts that are a person's name as they stand, with their marks.
    whole: dict[str, str] = field(default_factory=dict)
    #: How the numbers begin that name things, and how many digits they have; one that got a mark is none of them.
    series: set[tuple[str, int]] = field(default_factory=set)

    def of(self, kind: str, value: str) -> str:
        """The mark of a value: （手机号码A）."""
        key = self._key(kind, value)
        if key not in self.given:
            self.given[key] = f"（{kind}{_letters(self.counts[kind])}）"
            self.counts[kind] += 1
        return self.given[key]

    def _key(self, kind: str, value: str) -> tuple[str, str]:
        return kind, _plain_digits(value.translate(_PLAIN)).lower() or value

    def found(self, text: str) -> Iterator[Hit]:
        """What is to be masked in a text."""
        return (hit for hit in hits(text) if not self.allowed(text[hit.start : hit.end]))

    def masked(self, text: str) -> str:
        """The text with a mark in the place of whatever is personal."""
        return self._replaced(text, self.of)

    def as_known(self, text: str) -> str:
        """The same, but a value without a mark gets none of its own: whatever asks first changes nothing."""
        return self._replaced(text, lambda kind, value: self.given.get(self._key(kind, value), f"（{kind}）"))

    def _replaced(self, text: str, mark: Callable[[str, str], str]) -> str:
        if text in self.whole:
            return self.whole[text]
        if self.series and begins(text) in self.series and not any((kind, text) in self.given for kind in DIGIT_KINDS):
            return text
        out, at = [], 0
        for start, end, kind in self.found(text):
            out += [text[at:start], mark(kind, text[start:end])]
            at = end
        return "".join([*out, text[at:]]) if at else text


def begins(text: str) -> tuple[str, int] | None:
    """By what numbers of a series are alike: their first digits and their length; None for all other texts."""
    return (text[:ALIKE], len(text)) if text.isascii() and text.isdigit() else None


def masked(text: str) -> str:
    """A single text with marks in the place of whatever is personal."""
    return Marks().masked(text)


def shape(text: str) -> str:
    """How a text is written, not what it says: one sign for each kind of character, other signs as they are."""
    return re.sub("[\u3400-\u9fff]", "文", re.sub("[A-Za-z]", "A", re.sub(r"\d", "9", text)))


def _letters(number: int) -> str:
    """A … Z, AA, AB …"""
    said = ""
    while number >= 0:
        number, at = divmod(number, 26)
        said, number = chr(65 + at) + said, number - 1
    return said
