"""What the records of each year must add up to: published for 2024, made up for 2023 and for all causes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

DESKTOP = "个人办公设备故障"
SYSTEMS = "业务系统运维"
CCTV = "安防监控"
AIR = "精密空调维修"
STORAGE = "联想存储维修"
PROCESS = "优化及测试流程管理"
COURT = "审判庭保障"
MEETING = "会议保障"
TRAINING = "数字法庭集中指导培训"
TERMINALS = "终端安全运维"
SCAN = "漏洞扫描（网站及信息系统、服务器、办公终端）"
PENETRATION = "信息系统渗透测试"
RELEASE = "更新模块及待上线系统安全检测"
SPECIAL = "专项网络安全排查"
REPAIRED = "高危漏洞修复、漏洞专项排查、内外网资产梳理"
INSPECTION = "安全排查"
DRILL = "应急预案及演练"
RULES = "信息安全制度修订"
AWARENESS = "意识或技能培训"
WARNING = "安全预警提醒"


@dataclass(frozen=True)
class PartNeed:
    """How many repairs of the year needed a part, and whether they kept the working day.

    ``ordered``: bought for this repair and there in time; ``missed``: bought and too late, of these
    ``open_`` still waiting when the export was made; ``stock``: taken from the shelf. ``storm`` of
    the missed fall into the month of thunderstorms. ``since``: the day from which it is kept on the
    shelf; before it every one was ordered.
    """

    part: str
    ordered: int
    missed: int
    stock: int = 0
    storm: int = 0
    open_: int = 0
    since: date | None = None


@dataclass(frozen=True)
class Facts:
    """One year's figures. ``slow``: general desktop tickets over one hour, of these ``overnight`` not
    done the same day. ``plain_missed``: repairs without a part that missed, by recorded cause."""

    year: int
    exported: date
    counts: Mapping[str, int]
    desktop_repairs: int
    cctv_repairs: int
    slow: int
    overnight: int
    storm_month: int
    parts: tuple[PartNeed, ...]
    plain_missed: tuple[str, ...]
    unexplained: int
    spent_fen: int
    posts: int
    complaints_valid: int
    suggestions: int
    replies: Mapping[str, int]
    facilities: int
    facilities_unused: int
    month_weights: tuple[float, ...] = field(
        default=(1.0, 0.95, 1.05, 0.97, 1.0, 1.1, 1.02, 0.93, 1.0, 1.03, 1.15, 1.22)
    )


FY2024 = Facts(
    year=2024,
    exported=date(2025, 1, 6),
    # Published: the twenty lines of the year's activity.
    counts={
        DESKTOP: 9974,
        AIR: 2,
        STORAGE: 2,
        SYSTEMS: 885,
        PROCESS: 1,
        TRAINING: 2,
        COURT: 2563,
        CCTV: 89,
        MEETING: 582,
        SCAN: 3,
        PENETRATION: 2,
        RELEASE: 1,
        SPECIAL: 9,
        REPAIRED: 2,
        INSPECTION: 14,
        TERMINALS: 262,
        DRILL: 1,
        RULES: 1,
        AWARENESS: 2,
        WARNING: 8,
    },
    desktop_repairs=792,
    cctv_repairs=31,
    slow=168,
    overnight=0,
    storm_month=8,
    parts=(
        PartNeed("PSU-2055", 2, 20, storm=9, open_=1),
        PartNeed("MB-4500", 1, 15, storm=3, open_=1),
        PartNeed("FUS-3050", 4, 5, storm=1),
        PartNeed("LCD-T430", 2, 3, storm=1),
        PartNeed("HDD-1T", 2, 2, stock=24, since=date(2024, 3, 18)),
        PartNeed("RAM-8G", 2, 0, stock=21, since=date(2024, 3, 18)),
        PartNeed("ADF-6130", 6, 2),
        PartNeed("FAN-4500", 6, 0),
        PartNeed("BAT-T430", 6, 1),
        PartNeed("KBM-U1", 0, 0, stock=30),
        PartNeed("ROL-3050", 0, 0, stock=12),
        PartNeed("PWR-H200", 2, 1, storm=1),
        PartNeed("FAN-P50", 0, 1),
        PartNeed("DSK-V5", 0, 1),
    ),
    plain_missed=("用户不在位", "用户不在位", "送外维修", ""),
    unexplained=4,
    spent_fen=177_000_000,
    posts=11,
    complaints_valid=2,
    suggestions=0,
    replies={"非常满意": 61, "满意": 34, "基本满意": 8, "不满意": 7, "非常不满意": 2},
    facilities=39,
    facilities_unused=0,
)

FY2023 = Facts(
    year=2023,
    exported=date(2024, 1, 8),
    counts={
        DESKTOP: 9327,
        AIR: 3,
        STORAGE: 1,
        SYSTEMS: 812,
        PROCESS: 1,
        TRAINING: 1,
        COURT: 2318,
        CCTV: 76,
        MEETING: 541,
        SCAN: 2,
        PENETRATION: 1,
        SPECIAL: 6,
        REPAIRED: 2,
        INSPECTION: 12,
        TERMINALS: 238,
        DRILL: 1,
        RULES: 1,
        AWARENESS: 2,
        WARNING: 6,
    },
    desktop_repairs=741,
    cctv_repairs=27,
    slow=180,
    overnight=23,
    storm_month=7,
    parts=(
        PartNeed("PSU-2055", 2, 23, storm=7),
        PartNeed("MB-4500", 1, 18, storm=4),
        PartNeed("FUS-3050", 3, 5),
        PartNeed("LCD-T430", 2, 4),
        PartNeed("HDD-1T", 15, 11),
        PartNeed("RAM-8G", 15, 5),
        PartNeed("ADF-6130", 5, 2),
        PartNeed("FAN-4500", 5, 0),
        PartNeed("BAT-T430", 5, 1),
        PartNeed("KBM-U1", 0, 0, stock=27),
        PartNeed("ROL-3050", 0, 0, stock=11),
        PartNeed("PWR-H200", 2, 2, storm=1),
        PartNeed("FAN-P50", 0, 1),
    ),
    plain_missed=("用户不在位", "用户不在位", "用户不在位", "送外维修", "送外维修", "派单排队", "派单排队", "", ""),
    unexplained=8,
    spent_fen=163_248_000,
    posts=10,
    complaints_valid=4,
    suggestions=3,
    replies={"非常满意": 49, "满意": 33, "基本满意": 9, "不满意": 9, "非常不满意": 3},
    facilities=36,
    facilities_unused=4,
)

YEARS = (FY2023, FY2024)
