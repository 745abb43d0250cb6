"""A small project whose exports have personal data of thirty kinds in every place that could bring it out."""

from __future__ import annotations

import csv
import io
import random
import zipfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pypdfium2

from tests.run.small_project import INDICATORS, OUTLINE, PLAN, YEAR, edit

#: What stands in the free texts of single tickets, and what of it must come out nowhere.
CAUSES = {
    "等回电13911112221": "13911112221",
    "手机 139 1111 2222": "139 1111 2222",
    "找139-1111-2223": "139-1111-2223",
    "联系+86 13911112224": "13911112224",
    "电话１３９１１１１２２２５": "１３９１１１１２２２５",
    "身份证110101199003077758未登记": "110101199003077758",
    "证件 440305 19850712 0017": "440305 19850712 0010",
    "身份证号：110101900307775": "110101900307775",
    "港民A123456(3)": "A123456(3)",
    "垫付到6222021234567890128": "6222021234567890128",
    "卡号 4111 1111 1111 1111": "4111 1111 1111 1111",
    "收款账号：110060149018010012345": "110060149018010012345",
    "汇DE89370400440532013000": "DE89370400440532013000",
    "发zhang.san@court.gov.cn": "zhang.san@court.gov.cn",
    "发lisi(at)163.com": "lisi(at)163.com",
    "主机192.168.3.45断网": "192.168.3.45",
    "地址fe80::1ff:fe23:4567:890a": "fe80::1ff:fe23:4567:890a",
    "网卡00:1A:2B:3C:4D:5E": "00:1A:2B:3C:4D:5E",
    "送件车京A12345": "京A12345",
    "送件车沪AD12345": "沪AD12345",
    "回010-62345678": "010-62345678",
    "回（0755）82345678": "82345678",
    "座机62345679": "62345679",
    "护照E12345678": "E12345678",
    "军官证：军字12345678": "军字12345678",
    "联系人：王小明": "王小明",
    "由欧阳修处理": "欧阳修",
    "请赵小军师傅看": "赵小军",
    "QQ：123456789": "123456789",
    "微信号:wxid_abc123": "wxid_abc123",
    "生日1990-03-07": "1990-03-07",
    "住址：北京市东城区某路1号2单元301": "某路1号2单元301",
    "IMEI 490154203237518": "490154203237518",
    "车架号LSVAU2180N2183294": "LSVAU2180N2183294",
}
#: In other places: two ticket numbers, category, device, part, flag, time, names below a heading, a footer; and what a
#: declared column holds that no pattern would find.
KEYS = ("13711110001", "13711110002")
OTHERS = {
    "category": "代办13511110003",
    "model": "LP-3050（13511110004）",
    "part": "13511110005",
    "flag": "是13511110006",
    "opened": "13511110007",
    "person": "钱晓红",
    "footer": "制表人：孙大圣 13511110009",
}
OUT = ("13511110003", "13511110004", "13511110005", "13511110006", "13511110007", "钱晓红", "孙大圣", "13511110009")
DECLARED = ("Kunigunde", "Zoltan7Q", "司空摘星记")
PLANTED = (*CAUSES.values(), *KEYS, *OUT, *DECLARED)

HEADS = "编号,类别,受理,完成,原因,型号,料号,返修,报修人,代码"


def write_planted(root: Path) -> Path:
    """The year of ``small_project`` with plants; returns its folder."""
    folder = root / "data" / "raw" / "2024"
    (folder / "exports").mkdir(parents=True)
    for name, text in (("year", YEAR), ("indicators", INDICATORS), ("plan", PLAN), ("brief", OUTLINE)):
        (folder / f"{name}.yml").write_text(text, encoding="utf-8")
    edit(
        folder / "year.yml",
        "      cause: 原因\n",
        "      cause: 原因\n      model: 型号\n      part: 料号\n      flag: {from: 返修, type: boolean}\n"
        "      person: 报修人\n      who: 代码\n",
    )
    edit(
        folder / "year.yml",
        "    key: ticket_id\n",
        "    key: ticket_id\n    personal: [who]\n    loss: {cells: 100%, rows: 100%, why: 试}\n    gate:\n"
        "      - {expect_column_values_to_be_in_set: {column: category, value_set: [桌面, 网络, 会议]},\n"
        "         level: note, words: 类别, remedy: 改}\n"
        "      - {expect_column_values_to_match_regex: {column: model, regex: '^LP-[0-9]+$'},\n"
        "         level: note, words: 型号, remedy: 改}\n",
    )
    edit(folder / "indicators.yml", "explain: [cause, category]", "explain: [cause, category, model, part, person]")
    (folder / "exports" / "tickets.csv").write_text(_tickets(), encoding="utf-8")
    rows = [f"V{n:02},2024-{n:02}-1{n % 9},{7500 + n * 11}" for n in range(1, 13)]
    (folder / "exports" / "ledger.csv").write_text("\n".join(["凭证,日期,金额", *rows]) + "\n", encoding="utf-8")
    return folder


def _tickets() -> str:
    chance, causes = random.Random(5), list(CAUSES)
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(HEADS.split(","))
    for number in range(120):
        month, day = 1 + number % 12, 1 + chance.randrange(24)
        hours = 60 if number < 2 * len(causes) else chance.choice((1, 2, 3, 5))
        kind = OTHERS["category"] if number in (5, 6, 7) else ("桌面", "网络", "会议")[number % 3]
        lines.writerow(
            [
                KEYS[number] if number < 2 else f"T{number:03}",
                kind,
                OTHERS["opened"] if number == 119 else f"2024-{month:02}-{day:02} 08:{number % 60:02}:00",
                f"2024-{month:02}-{day + hours // 24:02} {9 + hours % 12:02}:{number % 60:02}:30",
                causes[number % len(causes)] if hours > 24 else "其他",
                OTHERS["model"] if number in (8, 9) else "LP-3050",
                OTHERS["part"] if number in (10, 11) else f"P{number % 7}",
                OTHERS["flag"] if number == 12 else "否",
                OTHERS["person"] if number % 9 == 0 else "",
                DECLARED[number % len(DECLARED)],
            ]
        )
    lines.writerow([OTHERS["footer"], *[""] * 9])
    return out.getvalue()


def texts_in(folder: Path) -> Iterator[tuple[str, str]]:
    """Whatever a reader of the files could find, bytes included, each with its file."""
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        content = path.read_bytes()
        yield f"{path.name} (bytes)", content.decode("utf-8", "replace")
        if path.suffix in (".docx", ".xlsx"):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                for part in archive.namelist():
                    yield f"{path.name}/{part}", archive.read(part).decode("utf-8", "replace")
        elif path.suffix == ".pdf":
            with pypdfium2.PdfDocument(content) as document:
                pages = [document[n].get_textpage().get_text_bounded() for n in range(len(document))]
                yield path.name, "".join(pages) + str(document.get_metadata_dict())
        elif path.suffix == ".parquet":
            with duckdb.connect() as connection:
                rows = connection.execute("SELECT * FROM read_parquet(?)", [str(path)]).fetchall()
            yield path.name, "\n".join(map(str, rows))


def leaks(folder: Path, *others: str) -> set[tuple[str, str]]:
    """Where which of the plants can be found; with blanks left out, too."""
    found = set()
    for name, text in (*texts_in(folder), *(("screen", one) for one in others)):
        tight = "".join(text.split())
        found |= {(name, plant) for plant in PLANTED if plant in text or "".join(plant.split()) in tight}
    return found
