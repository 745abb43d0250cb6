"""The smaller registers as clean records: roster, complaints, satisfaction replies, facilities, expenses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tools.example_data.clock import at, workdays_of
from tools.example_data.dice import Dice
from tools.example_data.facts import Facts
from tools.example_data.fleet import DEPARTMENTS

POST_NAMES = (
    "项目管理岗",
    "桌面支持岗",
    "桌面支持岗",
    "桌面支持岗",
    "桌面支持岗",
    "审判庭保障岗",
    "会议保障岗",
    "网络安全岗",
    "终端安全岗",
    "系统运维岗",
    "审判庭保障岗",
)


@dataclass(frozen=True)
class Stint:
    """One person's time at a post; people have no names, only the post and a running number."""

    post: str
    number: int
    begun: date
    ended: date | None = None
    on_site: bool = True

    @property
    def name(self) -> str:
        return POST_NAMES[int(self.post[1:]) - 1] if self.on_site else "远程支持岗"


def roster(facts: Facts) -> list[Stint]:
    """Everyone at the posts up to the export of the year; the posts are filled without a gap all year."""
    start = date(2023, 1, 1)
    changes = {
        "E03": (date(2024, 6, 1),),
        "E04": (date(2023, 7, 1),),
        "E07": (date(2024, 3, 18), date(2024, 10, 1)),
        "E09": (date(2023, 10, 16),),
        "E02": (date(2025, 2, 1),),
    }
    known = facts.exported + timedelta(days=60)  # leaving and joining soon is already in the roster
    stints = []
    for n in range(1, facts.posts + 1):
        post = f"E{n:02d}"
        begins = [date(2024, 1, 1) if n == 11 else start, *(c for c in changes.get(post, ()) if c <= known)]
        ends = [*(begin - timedelta(days=1) for begin in begins[1:]), None]
        stints += [Stint(post, k, b, e) for k, (b, e) in enumerate(zip(begins, ends, strict=True), start=1)]
    return [*stints, Stint("R01", 1, start, on_site=False)]


@dataclass(frozen=True)
class Complaint:
    id: str
    day: date
    kind: str
    about: str
    text: str
    verdict: str
    closed: date | None
    dept: str


_COMPLAINTS = {
    2024: (
        ("0118", "咨询", "诉讼服务", "询问网上立案入口位置", "不适用"),
        ("0227", "投诉", "信息化运维", "打印机报修后一周才修好,影响文书打印", "属实"),
        ("0314", "投诉", "信息化运维", "称报修电话无人接听；经查当时线路施工，已有公告", "不属实"),
        ("0329", "表扬", "信息化运维", "庭审保障及时", "不适用"),
        ("0416", "建议", "信息化运维", '建议增加"自助报修"入口', "不适用"),
        ("0508", "投诉", "信息化运维", "称电脑重装后文件丢失；经查文件在备份盘，已交还", "不属实"),
        ("0527", "投诉", "物业后勤", "三楼卫生间漏水", "属实"),
        ("0619", "咨询", "信息化运维", "询问证书密钥续期办法", "不适用"),
        ("0723", "投诉", "信息化运维", "称工程师未到场；经查到场时报修人开庭，\n改约后完成", "不属实"),
        ("0812", "投诉", "信息化运维", "雷雨后打印机多日未修复，未提供备用机", "属实"),
        ("0905", "建议", "信息化运维", "建议常用备件多备一些", "不适用"),
        ("1018", "投诉", "信息化运维", "称更换的鼠标不是新件；经查为新件，包装在库", "不属实"),
        ("1106", "建议", "物业后勤", "建议增设自行车棚", "不适用"),
        ("1212", "投诉", "信息化运维", "称网速慢；测速达标,属外部网站原因", "不属实"),
    ),
    2023: (
        ("0209", "投诉", "信息化运维", "主板损坏等了两周", "属实"),
        ("0301", "建议", "诉讼服务", "建议诉讼服务大厅增加自助查询机", "不适用"),
        ("0322", "投诉", "信息化运维", "称派单错误；经查报修内容填写有误", "不属实"),
        ("0420", "投诉", "信息化运维", "硬盘更换等待四天", "属实"),
        ("0518", "建议", "诉讼服务", "建议延长网上缴费时限提示", "不适用"),
        ("0615", "投诉", "物业后勤", "停车难", "不适用"),
        ("0719", "投诉", "信息化运维", "打印机电源板损坏，一周未修复", "属实"),
        ("0825", "表扬", "信息化运维", "会议保障细致", "不适用"),
        ("0912", "投诉", "诉讼服务", "网上阅卷打开慢", "属实"),
        ("1010", "投诉", "信息化运维", "称软件被误删；经查为系统升级所致", "不属实"),
        ("1117", "投诉", "信息化运维", "报修后当天无人响应", "属实"),
        ("1205", "建议", "信息化运维", "建议发布常见问题解答", "不适用"),
    ),
}


def complaints(facts: Facts) -> list[Complaint]:
    dice = Dice(facts.year, "complaints")
    made = []
    for n, (mmdd, kind, about, text, verdict) in enumerate(_COMPLAINTS[facts.year], start=1):
        day = date(facts.year, int(mmdd[:2]), int(mmdd[2:]))
        made.append(
            Complaint(
                f"TS{facts.year}{n:03d}",
                day,
                kind,
                about,
                text,
                verdict,
                day + timedelta(days=dice.between(2, 9)),
                dice.pick(DEPARTMENTS),
            )
        )
    return made


@dataclass(frozen=True)
class Reply:
    token: str
    sent: datetime
    dept: str
    speed: str
    manner: str
    quality: str
    overall: str
    remark: str = ""


def replies(facts: Facts) -> list[Reply]:
    """The valid replies, one a token; which answers they give is stated in ``facts``."""
    dice = Dice(facts.year, "survey")
    answers = dice.shuffled([answer for answer, number in facts.replies.items() for _ in range(number)])
    scale = list(facts.replies)
    made = []
    for n, overall in enumerate(answers, start=1):
        place = scale.index(overall)

        def near(spread: int = 1, place: int = place) -> str:
            return scale[min(len(scale) - 1, max(0, place + dice.between(-spread, spread)))]

        sent = at(date(facts.year, 12, dice.between(4, 20)), dice.between(8, 17), dice.between(0, 59))
        remark = (
            dice.pick(("", "", "", "", "响应快", "备件等太久", "建议多备打印机配件", "无意见,谢谢"))
            if place < 3
            else dice.pick(("打印机修了很久", "等备件一周", "电话不好打", ""))
        )
        # Who is not satisfied waited too long; hardly anybody complains of the manner.
        speed, manner = (near(), near()) if place < 3 else (scale[dice.between(3, 4)], scale[dice.between(0, 2)])
        made.append(
            Reply(
                f"{facts.year % 100}{_token(facts.year, n)}",
                sent,
                dice.pick(DEPARTMENTS),
                speed,
                manner,
                near(),
                overall,
                remark,
            )
        )
    return sorted(made, key=lambda r: (r.sent, r.token))


def _token(year: int, number: int) -> str:
    """A short code that looks drawn by lot; different for each number."""
    letters, value = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789", (number * 7919 + year * 131) % 32**4
    return "".join(letters[value // 32**k % 32] for k in range(4))


@dataclass(frozen=True)
class Check:
    id: str
    day: date
    facility: str
    name: str
    kind: str
    place: str
    used: bool
    remark: str = ""


_FACILITIES = (
    ("智能照明回路", "照明", 14),
    ("变频空调机组", "空调", 8),
    ("感应水龙头组", "节水", 6),
    ("电梯能量回馈装置", "动力", 3),
    ("机房冷通道封闭", "机房", 2),
    ("光伏路灯", "照明", 4),
    ("能耗监测终端", "监测", 4),
)


def facility_checks(facts: Facts) -> list[Check]:
    """Every facility once a quarter; ``facilities_unused`` of the checks found one standing idle."""
    units = [(name, kind) for name, kind, number in _FACILITIES for _ in range(number)][: facts.facilities]
    dice = Dice(facts.year, "facilities")
    idle = set(dice.sample(range(4 * len(units)), facts.facilities_unused))
    made = []
    for quarter, month in enumerate((3, 6, 9, 12)):
        days = [d for d in workdays_of(facts.year) if d.month == month][5:12]
        for n, (name, kind) in enumerate(units, start=1):
            unused = len(made) in idle
            made.append(
                Check(
                    f"JN{facts.year % 100}{quarter + 1}{n:03d}",
                    days[n % len(days)],
                    f"F{n:03d}",
                    name,
                    kind,
                    f"{'ABC'[n % 3]}座{1 + n % 7}层",
                    not unused,
                    "停用待修" if unused else "",
                )
            )
    return made


@dataclass(frozen=True)
class Entry:
    """One line of the expense ledger; ``fen`` the amount in 分."""

    voucher: str
    day: date
    text: str
    payee: str
    fen: int
    status: str = "已支付"
    fund: str = "中央专项转移支付"


def ledger(facts: Facts) -> list[Entry]:
    """The payments of the project's money; together exactly ``spent_fen``. How they divide between its two
    parts is not known, so nothing here says it."""
    dice = Dice(facts.year, "ledger")
    workdays = workdays_of(facts.year)
    monthly = facts.spent_fen * 80 // 100 // 12 // 100_000 * 100_000
    paid = [(month, f"{month}月服务费", "G001", monthly) for month in range(1, 12)]
    paid += [
        (month, f"第{quarter}季度技术服务费", "G002", facts.spent_fen * 3 // 100 // 10_000 * 10_000)
        for quarter, month in zip("一二三", (4, 7, 10), strict=True)
    ]
    paid += [
        (
            dice.between(1, 12),
            dice.pick(("备件及耗材结算", "维修材料结算")),
            dice.pick(("S01", "S02", "S03")),
            dice.between(180_000, 1_650_000),
        )
        for _ in range(14)
    ]
    paid += [
        (6, "应急演练及培训费用", "G003", 1_260_000),
        (9, "资料印制费", "G004", 316_850),
        (11, "检测及评估费用", "G005", 4_800_000),
    ]
    paid.append((12, "年末结算", "G001", facts.spent_fen - sum(p[3] for p in paid)))
    dated = []
    for month, text, payee, fen in paid:
        days = [d for d in workdays if d.month == month]
        dated.append((dice.pick(days[3:]) if month < 12 else days[-4 if text == "年末结算" else 6], text, payee, fen))
    dated.sort()
    return [
        Entry(f"记-{day:%m}-{n}", day, text, payee, fen) for n, (day, text, payee, fen) in enumerate(dated, start=101)
    ]
