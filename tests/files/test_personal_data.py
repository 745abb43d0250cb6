"""Personal data is found by check digits, ranges and cue words; numbers of things, amounts and dates are left."""

from __future__ import annotations

import ipaddress

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.cn import ric

from helpers.files.personal_data import HAN, LIKELY, Marks, hits, is_whole, masked, shape
from tests.run.planted import CAUSES

FOUND = [
    ("联系电话13800138000处理", "手机号码", "13800138000"),
    ("打138-0013-8000没人接", "手机号码", "138-0013-8000"),
    ("手机 138 0013 8000", "手机号码", "138 0013 8000"),
    ("+86 13800138000", "手机号码", "+86 13800138000"),
    ("１３８００１３８０００", "手机号码", "１３８００１３８０００"),
    ("张三,13800138000,D01", "手机号码", "13800138000"),
    ("身份证110101199003077758", "身份证号", "110101199003077758"),
    ("110101 19900307 7758", "身份证号", "110101 19900307 7758"),
    ("身份证号：110101900307775", "身份证号", "110101900307775"),
    ("港民 A123456(3)", "身份证号", "A123456(3)"),
    ("转6222021234567890128", "银行卡号", "6222021234567890128"),
    ("4111111111111111", "银行卡号", "4111111111111111"),
    ("卡号 4111 1111 1111 1111", "银行卡号", "4111 1111 1111 1111"),
    ("收款账号：110060149018010012345", "银行账号", "110060149018010012345"),
    ("DE89370400440532013000", "银行账号", "DE89370400440532013000"),
    ("发至zhang.san@court.gov.cn。", "邮箱", "zhang.san@court.gov.cn"),
    ("zhangsan(at)163.com", "邮箱", "zhangsan(at)163.com"),
    ("192.168.3.45断网", "IP地址", "192.168.3.45"),
    ("fe80::1ff:fe23:4567:890a", "IP地址", "fe80::1ff:fe23:4567:890a"),
    ("网卡00:1A:2B:3C:4D:5E", "网卡地址", "00:1A:2B:3C:4D:5E"),
    ("车牌京A12345", "车牌号", "京A12345"),
    ("沪AD12345停放", "车牌号", "沪AD12345"),
    ("粤B·D1234F", None, None),
    ("粤B·12345", "车牌号", "粤B·12345"),
    ("010-12345678", "电话号码", "010-12345678"),
    ("（0755）82345678", "电话号码", "（0755）82345678"),
    ("座机82345678", "电话号码", "82345678"),
    ("护照E12345678", "证件号", "E12345678"),
    ("军官证：军字12345678", "证件号", "军字12345678"),
    ("联系人：王小明", "姓名", "王小明"),
    ("报修人张三反映", "姓名", "张三"),
    ("由李四处理", "姓名", "李四"),
    ("请王小明师傅看", "姓名", "王小明"),
    ("姓名：欧阳修", "姓名", "欧阳修"),
    ("QQ：12345678", "社交账号", "12345678"),
    ("微信号:wxid_abc123", "社交账号", "wxid_abc123"),
    ("生日1990-03-07", "出生日期", "1990-03-07"),
    ("住址：北京市东城区某路1号2单元301", "住址", "北京市东城区某路1号2单元301"),
    ("IMEI 490154203237518", "设备识别码", "490154203237518"),
    ("车架号LSVAU2180N2183294", "车架号", "LSVAU2180N2183294"),
]
LEFT = [
    "11010119900307775X",  # the check digit is another one
    "版本10.2.33.41",
    "第1.2.3.4节",
    "子网掩码255.255.255.0，本机127.0.0.1",
    "更新A12345设备",
    "GD24-00002",
    "LP-3050 NB0097 BIO-800",
    "金额13812345678元",
    "工单号13800138000",
    "20240102120000",
    "91110000100000000A 911101051990030775",  # codes of organisations
    "2024-01-02 10:00:01",
    "1,380,013,800.00",
    "3a1380013800013800138000abc",
    "13800138000.5",
    "合计 4960 4026 5037 3846",  # the cells of a row
    "窗口 132 1004 1120",
    "负责人：安全员",
    "联系人：信息技术岗",
    "报修人于昨日来电",
    "由江苏公司处理",
    "由信息科处理",
    "物业王师傅",
    "打印机卡纸，已清理搓纸轮",
]


@pytest.mark.parametrize(("text", "kind", "value"), FOUND)
def test_found(text: str, kind: str | None, value: str | None) -> None:
    found = [(hit.kind, text[hit.start : hit.end]) for hit in hits(text)]
    assert found == ([(kind, value)] if kind else [])
    if value:
        assert value not in masked(text)
        assert masked(text) == text.replace(value, f"（{kind}A）")


@pytest.mark.parametrize("text", LEFT)
def test_left(text: str) -> None:
    assert hits(text) == []
    assert masked(text) == text


def test_the_quick_look_passes_over_nothing() -> None:
    texts = [text for text, kind, _ in FOUND if kind] + [
        *CAUSES,
        "13911112222，13911112223",
        "139 11112222",
        "1391111-2222",
    ]
    texts += ["8613911112222", "电话:0102345678", "110101-19900307-7758", "０１０－６２３４５６７８"]
    missed = [text for text in texts if not pc.match_substring_regex(pa.array([text]), LIKELY)[0].as_py()]
    assert missed == []
    assert all(hits(text) for text in texts)
    plain = ["GD24-00002", "2024-01-02 10:00:01", "20240102", "20000000001", "打印机卡纸", "1735689600000"]
    assert not any(pc.match_substring_regex(pa.array(plain), LIKELY).to_pylist())


def test_every_chinese_character_is_taken_for_one() -> None:
    every = [chr(n) for n in range(1, 0x110000) if not 0xD800 <= n < 0xE000]
    by_name, by_range = (pc.match_substring_regex(pa.array(every), one) for one in (r"\p{Han}", f"[{HAN}]"))
    assert pc.sum(by_name).as_py() > 90_000
    assert pc.all(pc.or_(pc.invert(by_name), by_range)).as_py()
    assert not any(pc.match_substring_regex(pa.array(["a9 ,。", "あ", "한", "（）"]), f"[{HAN}]").to_pylist())


def test_marks_tell_values_apart_and_know_them_again() -> None:
    marks = Marks()
    assert marks.masked("13800138000") == "（手机号码A）"
    assert marks.masked("139-0013-9000 或 138-0013-8000") == "（手机号码B） 或 （手机号码A）"
    assert marks.as_known("13700137000") == "（手机号码）", "whatever asks first changes nothing"
    assert Marks(allowed="13800138000".__eq__).masked("13800138000，13900139000") == "13800138000，（手机号码A）"
    assert is_whole("13800138000") == "手机号码"
    assert is_whole("打13800138000") is None
    assert shape("张三,138-0013,Ab") == "文文,999-9999,AA"


@given(st.sampled_from(["110101", "440305", "650102", "810000"]), st.dates(), st.integers(0, 999))
def test_identity_numbers_are_found_and_others_are_not(place: str, day: object, number: int) -> None:
    date = str(day).replace("-", "")
    if date[:2] not in ("19", "20"):
        return
    body = f"{place}{date}{number:03}"
    right = body + ric.calc_check_digit(body + "0")
    for last in "0123456789X":
        assert (is_whole(body + last) == "身份证号") == (body + last == right)


@given(st.sampled_from(["62", "60"]), st.text("0123456789", min_size=13, max_size=16))
def test_bank_cards_are_found_by_their_check_digit(begin: str, middle: str) -> None:
    right = begin + middle
    right += luhn.calc_check_digit(right)
    assert is_whole(right) == "银行卡号"
    wrong = right[:-1] + str((int(right[-1]) + 1) % 10)
    assert is_whole(wrong) is None


@given(st.text("0123456789", min_size=9, max_size=9), st.sampled_from("3456789"))
def test_mobiles_are_found_alone_and_not_within_longer_numbers(rest: str, second: str) -> None:
    number = f"1{second}{rest}"
    assert is_whole(number) == "手机号码"
    assert hits(f"联系{number}") and hits(f"{number}，请回电")
    for around in (
        f"2{number}",
        f"{number}5",
        f"{number}.50",
        f"SN{number}",
        f"{number}元",
        f"ID-{number}",
        f"{number}-01",
    ):
        assert not any(hit.kind == "手机号码" for hit in hits(around)), around


@given(st.ip_addresses(v=4))
def test_addresses_of_machines(address: ipaddress.IPv4Address) -> None:
    plain = max(address.packed) < 32 or address.packed[0] in (0, 127, 255)
    assert bool(hits(f"主机{address}断网")) == (not plain)


@given(st.integers(-(10**14), 10**14), st.datetimes(), st.from_regex(r"[A-Z]{1,3}[0-9]{2}-?[0-9]{3,6}", fullmatch=True))
def test_amounts_times_and_codes_are_left(cents: int, moment: object, code: str) -> None:
    for text in (f"{cents / 100:,.2f}", f"{cents / 100:.2f}元", str(moment), f"{moment:%Y/%m/%d %H:%M}", code):
        assert hits(text) == [], text


@given(st.binary(min_size=32, max_size=32))
def test_hashes_are_left(digest: bytes) -> None:
    assert hits(f"sha256 {digest.hex()}") == []
