"""Results as results.json holds them, for the tests of the report: one full year and its odd cousins.

The figures follow the example year; what the example does not publish is made up here.
"""

from __future__ import annotations

import copy
import hashlib
from typing import Any

MONTHS = [f"2024-{month:02d}" for month in range(1, 13)]


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _file(name: str) -> dict[str, Any]:
    path = f"data/raw/2024/exports/{name}"
    return {"file": path, "sha256": sha(path), "bytes": 1000 + len(path)}


ACTIVITIES = [
    ("个人办公设备故障", 9974),
    ("精密空调维修", 2),
    ("联想存储维修", 2),
    ("业务系统运维", 885),
    ("优化及测试流程管理", 1),
    ("数字法庭集中指导培训", 2),
    ("审判庭保障", 2563),
    ("安防监控", 89),
    ("会议保障", 582),
    ("漏洞扫描（网站及信息系统、服务器、办公终端）", 3),
    ("信息系统渗透测试", 2),
    ("更新模块及待上线系统安全检测", 1),
    ("专项网络安全排查", 9),
    ("高危漏洞修复、漏洞专项排查、内外网资产梳理", 2),
    ("安全排查", 14),
    ("终端安全运维", 262),
    ("应急预案及演练", 1),
    ("信息安全制度修订", 1),
    ("意识或技能培训", 2),
    ("安全预警提醒", 8),
]


def spread(count: int) -> list[int]:
    """A year's count over twelve months, uneven but the same every time."""
    shares = [9, 7, 8, 8, 9, 8, 8, 8, 9, 8, 9, 9]
    months = [count * share // 100 for share in shares]
    for index in range(count - sum(months)):
        months[(index * 5) % 12] += 1
    return months


def activity(category: str, count: int) -> dict[str, Any]:
    bound = category == "业务系统运维"
    return {
        "category": category,
        "count": count,
        "count_text": f"{count}余次" if bound else f"{count}次",
        "lower_bound": bound,
        "note": None,
        "target": None,
        "monthly": spread(count),
    }


def target(op: str | None, value: Any, unit: str | None, **more: Any) -> dict[str, Any]:
    direction = {"<": "lower", "<=": "lower", "=": "equal", ">": "higher", ">=": "higher"}.get(op)
    given = {"kind": "number", "op": op, "value": value, "unit": unit, "direction": direction}
    return {**given, "direction_source": "text", **more}


def indicator(id: str, level1: str, level2: str, level3: str, **more: Any) -> dict[str, Any]:
    base = {
        "id": id,
        "level1": level1,
        "level2": level2,
        "level3": level3,
        "definition": "",
        "target_text": "",
        "target": target(None, None, None),
        "actual_text": None,
        "actual": None,
        "attainment": None,
        "variance": None,
        "variance_rate": None,
        "favourable": None,
        "status": "unknown",
        "weight": 10.0,
        "score": None,
        "evidence": {
            "kind": "computed",
            "measure": None,
            "words": "",
            "sql": None,
            "inputs": [],
            "rows": 0,
            "note": None,
        },
        "parts": [],
        "previous": None,
        "monthly": [],
        "interval": None,
        "notes": [],
        "direction_words": None,
    }
    return {**base, **more}


def computed(measure: str, words: str, table: str, rows: int, sql: str) -> dict[str, Any]:
    return {
        "kind": "computed",
        "measure": measure,
        "words": words,
        "sql": sql,
        "inputs": [_file(table)],
        "rows": rows,
        "note": None,
        "documents": [],
        "method": None,
    }


def previous(actual: Any, text: str, status: str) -> dict[str, Any]:
    return {"fiscal_year": 2023, "actual": actual, "actual_text": text, "status": status}


REPAIRS = 613
REPAIR_MISSES = [3, 2, 1, 1, 4, 2, 1, 1, 2, 1, 3, 2]
REPAIR_MONTHS = [60, 48, 50, 47, 58, 50, 49, 48, 53, 46, 54, 50]


def _repair_months() -> list[dict[str, Any]]:
    rows = zip(MONTHS, REPAIR_MONTHS, REPAIR_MISSES, strict=True)
    return [{"month": m, "value": (n - x) / n, "n": n} for m, n, x in rows]


def _output_indicators() -> list[dict[str, Any]]:
    share = (REPAIRS - sum(REPAIR_MISSES)) / REPAIRS
    desk = 9340 / 9361
    timely = (desk + share) / 2
    parts = [
        indicator(
            "timeliness_1",
            "产出指标",
            "时效指标",
            "一般桌面运维",
            name="一般桌面运维",
            target_text="1小时",
            target=target("<=", 1.0, "小时", kind="duration"),
            required=1.0,
            actual_text=None,
            actual=desk,
            attainment=desk,
            variance=desk - 1,
            variance_rate=desk - 1,
            favourable=False,
            status="not_met",
            weight=6.25,
            score=6.24,
            evidence=computed("within_1h", "一般桌面运维在1小时内完成的占比", "工单_桌面.csv", 9361, "SELECT 1"),
        ),
        indicator(
            "timeliness_2",
            "产出指标",
            "时效指标",
            "故障维修",
            name="故障维修",
            target_text="1个工作日",
            target=target("<=", 1.0, "工作日", kind="duration"),
            required=1.0,
            actual=share,
            attainment=share,
            variance=share - 1,
            variance_rate=share - 1,
            favourable=False,
            status="not_met",
            weight=6.25,
            score=6.02,
            previous=previous(0.912, "91.2%", "not_met"),
            monthly=_repair_months(),
            evidence=computed(
                "within_1_workday",
                "故障维修在受理后一个工作日内完成的占比",
                "工单_维修.xlsx",
                REPAIRS,
                "SELECT count(*) FILTER (WHERE workdays <= 1), count(*) FROM tickets WHERE repair",
            ),
        ),
    ]
    return [
        indicator(
            "staff",
            "产出指标",
            "数量指标",
            "驻场人员",
            definition="指项目产出规模大小和数量多少",
            target_text="11人",
            target=target(None, 11, "人", direction="higher", direction_source="year_file"),
            actual_text="11人",
            actual=11,
            attainment=1.0,
            variance=0,
            variance_rate=0.0,
            favourable=True,
            status="met",
            weight=12.5,
            score=12.5,
            previous=previous(11, "11人", "met"),
            evidence=computed(
                "staff_on_site", "年末在岗的驻场人员", "驻场人员名册.xlsx", 13, "SELECT count(*) FROM roster"
            ),
            direction_words="目标未写比较方向，按年度文件认定为越高越好",
        ),
        indicator(
            "complaints",
            "产出指标",
            "质量指标",
            "有效投诉",
            definition="指项目产出效果或工作质量（及格率）等",
            target_text="不高于10件",
            target=target("<=", 10, "件"),
            actual_text="2件",
            actual=2,
            attainment=1.8,
            variance=-8,
            variance_rate=-0.8,
            favourable=True,
            status="met",
            weight=12.5,
            score=12.5,
            previous=previous(4, "4件", "met"),
            evidence=computed(
                "complaints_valid", "经核实的有效投诉", "投诉登记.csv", 9, "SELECT count(*) FROM complaints WHERE valid"
            ),
        ),
        indicator(
            "timeliness",
            "产出指标",
            "时效指标",
            "完成时效",
            definition="指项目是否按预定进度完成",
            target_text="一般桌面运维1小时完成、故障维修一个工作日完成",
            target=target(None, None, None, kind="compound"),
            attainment=timely,
            status="not_met",
            weight=12.5,
            score=round(12.5 * timely, 2),
            parts=parts,
            evidence={"kind": "computed"},
        ),
        indicator(
            "cost_per_head",
            "产出指标",
            "成本指标",
            "年人均费用",
            definition="年人均支出",
            target_text="不高于17万元",
            target=target("<=", 170000, "元/人"),
            actual_text="16.09万元/人",
            actual=1770000 / 11,
            attainment=2 - 1770000 / 11 / 170000,
            variance=1770000 / 11 - 170000,
            variance_rate=1770000 / 11 / 170000 - 1,
            favourable=True,
            status="met",
            weight=12.5,
            score=12.5,
            previous=previous(165454.545454, "16.55万元/人", "met"),
            evidence=computed(
                "cost_per_head", "全年支出除以驻场人员数", "支出明细账.xlsx", 42, "SELECT sum(amount) FROM ledger"
            ),
        ),
    ]


def _benefit_indicators() -> list[dict[str, Any]]:
    letter = {
        "document": "办公办案效率自评说明",
        "date": "2025-01-15",
        "custodian": "信息技术岗",
        "file": None,
        "sha256": None,
    }
    return [
        indicator(
            "efficiency",
            "效益指标",
            "经济效益指标",
            "提高干警办公办案效率",
            definition="提高干警办公效率",
            target_text="不低于5%",
            target=target(">=", 0.05, "比例"),
            actual_text="10%",
            actual=0.1,
            attainment=2.0,
            variance=0.05,
            variance_rate=1.0,
            favourable=True,
            status="met",
            score=10.0,
            evidence={"kind": "stated", "note": "未公布测算方法", "documents": [letter], "method": None, "rows": None},
        ),
        indicator(
            "suggestions",
            "效益指标",
            "社会效益指标",
            "提供诉讼服务投诉建议",
            definition="提高诉讼服务",
            target_text="少于10",
            target=target("<", 10, None),
            actual_text="0",
            actual=0,
            attainment=2.0,
            variance=-10,
            variance_rate=-1.0,
            favourable=True,
            status="met",
            score=10.0,
            previous=previous(1, "1", "met"),
            evidence=computed(
                "suggestions", "诉讼服务方面的投诉建议", "投诉登记.csv", 9, "SELECT count(*) FROM complaints"
            ),
        ),
        indicator(
            "green",
            "效益指标",
            "生态效益指标",
            "节能环保设施使用率",
            definition="节能环保设备使用情况",
            target_text="100%",
            target=target(None, 1.0, "比例", direction="higher", direction_source="lexicon"),
            actual_text="100%",
            actual=1.0,
            attainment=1.0,
            variance=0.0,
            variance_rate=0.0,
            favourable=True,
            status="met",
            score=10.0,
            previous=previous(0.98, "98%", "not_met"),
            evidence=computed(
                "green_share", "启用的节能环保设施占比", "设施台账.csv", 46, "SELECT avg(used) FROM facilities"
            ),
        ),
        indicator(
            "satisfaction",
            "满意度指标",
            "满意度指标",
            "满意率不低于90%",
            definition="指项目受益方的满意度",
            target_text="不低于90%",
            target=target(">=", 0.9, "比例"),
            actual_text="91.96%",
            actual=103 / 112,
            attainment=103 / 112 / 0.9,
            variance=103 / 112 - 0.9,
            variance_rate=103 / 112 / 0.9 - 1,
            favourable=True,
            status="met",
            score=10.0,
            interval=[0.8544, 0.9571],
            previous=previous(0.905, "90.5%", "met"),
            evidence=computed(
                "satisfied_share",
                "有效问卷中表示满意的占比",
                "满意度问卷.csv",
                112,
                "SELECT avg(satisfied) FROM survey",
            ),
        ),
    ]


def _deviations() -> list[dict[str, Any]]:
    def cause(dimension: str, name: str | None, misses: int, avoidable: bool = True) -> dict[str, Any]:
        left = sum(REPAIR_MISSES) - misses
        return {
            "dimension": dimension,
            "cause": name,
            "contribution": misses / REPAIRS,
            "avoidable": 1 - left / REPAIRS if avoidable else None,
            "rows": misses,
        }

    tickets = [
        {
            "ticket_id": f"WO-2024-{1000 + index}",
            "opened_at": f"2024-0{index + 1}-03T09:30:00",
            "resolved_at": f"2024-0{index + 1}-09T17:05:00",
            "cause": "等待备件",
            "device_model": "M720",
            "part_no": "P-0312",
            "workdays": 4,
        }
        for index in range(6)
    ]
    timeliness = {
        "indicator": "timeliness",
        "part": "故障维修",
        "kind": "shortfall",
        "gap": 23 / REPAIRS,
        "unit": "比例",
        "causes": [
            cause("cause", "等待备件", 18),
            cause("cause", "厂商返修", 3),
            cause("cause", None, 2),
            cause("device_model", "M720", 14),
            cause("device_model", "T4900", 6),
            cause("device_model", "其他", 3),
        ],
        "unexplained_rows": 2,
        "drilldown": [
            {"cause": "等待备件", "device_model": "M720", "rows": 12},
            {"cause": "等待备件", "device_model": "T4900", "rows": 6},
            {"cause": "厂商返修", "device_model": "其他", "rows": 3},
        ],
        "tickets": tickets,
        "text_facts": {"rows": REPAIRS, "misses": 23},
        "interval": None,
    }
    desk = {
        "indicator": "timeliness",
        "part": "一般桌面运维",
        "kind": "shortfall",
        "gap": 21 / 9361,
        "unit": "比例",
        "causes": [
            {
                "dimension": "cause",
                "cause": "高峰排队",
                "contribution": 25 / 9361,
                "avoidable": 1 - 4 / 9361,
                "rows": 25,
                "misses": 17,
            },
            {
                "dimension": "cause",
                "cause": "其他",
                "contribution": -4 / 9361,
                "avoidable": None,
                "rows": 900,
                "misses": 4,
            },
        ],
    }
    over = {"indicator": "efficiency", "kind": "overshoot", "gap": -0.05, "unit": "比例", "causes": []}
    fragile = {
        "indicator": "satisfaction",
        "kind": "fragile",
        "gap": 0.9 - 103 / 112,
        "unit": "比例",
        "causes": [],
        "interval": [0.8544, 0.9571],
        "text_facts": {"rows": 112, "reason": "sample", "level": 0.95},
    }
    return [timeliness, desk, over, fragile]


def _plan() -> list[dict[str, Any]]:
    def action(id: str, words: str, due: str, status: str, **more: Any) -> dict[str, Any]:
        yardstick = {
            "measure": "within_1_workday",
            "words": "故障维修在一个工作日内完成的占比",
            "target": 0.98,
            "target_text": "不低于98%",
            "before": (REPAIRS - 23) / REPAIRS,
            "after": None,
            "unit": "比例",
        }
        base = {"indicator": "timeliness", "cause": "设备老化、备件不足", "confirmed": True, "owner": "信息技术岗"}
        more = {"expected_effect": None, "carried_from": None, "verified": None, **more}
        return {"id": id, **base, "action": words, "due": due, "status": status, "yardstick": yardstick, **more}

    return [
        action("P1", "细化运维流程和维护、维修实施细则", "2025-03-31", "adopted"),
        action(
            "P2",
            "在服务范围内按设备型号提前储备备件",
            "2025-06-30",
            "adopted",
            expected_effect="按本年记录测算，可使故障维修时效达到99.18%",
        ),
        action("P3", "与服务商商定备机备件更换方案和进度", "2025-06-30", "proposed", carried_from="2023-2"),
    ]


def _followup() -> list[dict[str, Any]]:
    def entry(
        id: str, words: str, status: str, after: float, verified: bool | None, conclusion: str | None
    ) -> dict[str, Any]:
        yardstick = {
            "measure": "within_1_workday",
            "words": "故障维修在一个工作日内完成的占比",
            "target": 0.95,
            "target_text": "不低于95%",
            "before": 0.912,
            "after": after,
            "unit": "比例",
        }
        return {
            "id": id,
            "indicator": "timeliness",
            "cause": "维修响应慢",
            "action": words,
            "owner": "信息技术岗",
            "due": "2024-06-30",
            "status": status,
            "done_on": "2024-05-20" if status == "done" else None,
            "yardstick": yardstick,
            "verified": verified,
            "conclusion": conclusion,
        }

    return [
        entry("2023-1", "增设故障维修专岗", "done", 0.9625, True, "提高幅度超出偶然波动"),
        entry("2023-2", "与服务商商定备件供应周期", "carried", 0.9625, None, None),
    ]


def _finding(check: str, level3: str | None, message: str, **more: Any) -> dict[str, Any]:
    table = {"institution": "某人民法院", "project": "信息化运维服务", "year": 2024}
    where = {"row": None, "level3": level3, "field": None}
    base = {"check": check, "level": "note", "table": table, "where": where, "message": message}
    return {**base, "arithmetic": None, "remedy": None, **more}


def _audit() -> list[dict[str, Any]]:
    return [
        _finding(
            "group_without_weight",
            None,
            "公布的表格对产出指标印50分、满意度指标印40分，效益指标没有分值",
            arithmetic="50 + 40 + 10 = 100",
            remedy="向填报单位核实各组分值。在 indicators.yml 里改写 weight。",
        ),
        _finding("overshoot", "提高干警办公办案效率", "实际值是目标值的2倍，未说明原因", remedy="请说明测算方法"),
        _finding("target_in_name", "满意率不低于90%", "指标名称中写入了目标值"),
    ]


def _validation() -> dict[str, Any]:
    note = {
        "table": "tickets",
        "rule": "expect_column_values_to_not_be_null",
        "words": "已办结的工单应有完成时间",
        "remedy": "请补录完成时间，或说明工单为何未办结",
        "failing_rows": 7,
        "examples": [
            {"source_file": "exports/工单_1月.csv", "source_row": 118, "value": None},
            {"source_file": "exports/工单_3月.csv", "source_row": 2045, "value": ""},
        ],
    }
    return {"checks": 42, "failed_stop": 0, "failed_note": 1, "notes": [note]}


def _evidence_list() -> list[dict[str, Any]]:
    def entry(
        id: str, level3: str, document: str, day: str, post: str, file: str | None, rows: int | None
    ) -> dict[str, Any]:
        path = f"data/raw/2024/exports/{file}" if file else None
        digest = sha(path) if path else None
        base = {"indicator": id, "level3": level3, "document": document, "date": day, "custodian": post}
        return {**base, "file": path, "sha256": digest, "rows": rows}

    return [
        entry("staff", "驻场人员", "驻场人员名册", "2025-01-06", "人事岗", "驻场人员名册.xlsx", 13),
        entry("complaints", "有效投诉", "投诉登记", "2025-01-06", "信息技术岗", "投诉登记.csv", 9),
        entry("timeliness", "完成时效", "运维工单", "2025-01-08", "信息技术岗", "工单_维修.xlsx", 613),
        entry("timeliness", "完成时效", "运维工单", "2025-01-08", "信息技术岗", "工单_桌面.csv", 9361),
        entry("efficiency", "提高干警办公办案效率", "办公办案效率自评说明", "2025-01-15", "信息技术岗", None, None),
    ]


def _provenance() -> dict[str, Any]:
    names = ["工单_桌面.csv", "工单_维修.xlsx", "投诉登记.csv", "支出明细账.xlsx", "驻场人员名册.xlsx"]
    return {
        "inputs": [_file(name) for name in names],
        "lock_sha256": sha("lock"),
        "code_sha256": sha("code"),
        "rules": "caiyu-2020-10",
        "python": "3.11",
        "commands": ["selfeval run --year 2024"],
    }


def rule(name: str, value: Any, confidence: str = "H") -> dict[str, Any]:
    return {"name": name, "value": value, "source": "财预〔2020〕10号", "confidence": confidence}


def fy2024() -> dict[str, Any]:
    """The full year: one compound miss, one overshoot, one fragile result, last year's plan."""
    indicators = _output_indicators() + _benefit_indicators()
    total = round(sum(entry["score"] for entry in indicators) + 9.94, 2)
    return copy.deepcopy(
        {
            "schema_version": 1,
            "fiscal_year": 2024,
            "project": "信息化运维服务",
            "institution": "某人民法院",
            "notice": "示例数据：记录级数据系合成，仅用于演示，汇总数与公开数据一致。",
            "funding": "中央专项转移支付",
            "posts": {"prepared_by": "信息技术岗", "checked_by": "财务岗", "date": "2025-02-20"},
            "overall_goal": "保障办公办案设备、网络和信息系统稳定运行，提高信息化服务水平。",
            "scope": ["办公设备及其软硬件", "会议设备及会议保障", "门户网站", "网络", "桌面终端", "网络安全服务"],
            "assessed_on": ["服务效果", "创新", "成本效益", "安全保密", "协同共享", "社会效益", "可持续影响"],
            "implementation": ["明确双方权利义务", "总体进度、阶段进度和阶段成果标识按维护管理办法执行"],
            "use_of_results": ["作为改进项目管理的依据", "为下一年度预算安排提供决策参考"],
            "rules": {
                "id": "caiyu-2020-10",
                "title": "《项目支出绩效评价管理办法》（财预〔2020〕10号）",
                "values": [
                    rule("execution_weight", 10),
                    rule("group_weights", {"产出指标": 50, "效益指标": 30, "满意度指标": 10}),
                    rule("lower_formula", "difference"),
                    rule("pass_mark", None),
                    rule("choice_shares", [[0.8, 1], [0.6, 0.8], [0, 0.6]]),
                    rule("grades", [{"at_least": 90, "gives": "优"}, {"at_least": 0, "gives": "差"}]),
                    rule("overshoot_from", 1.3, "M"),
                    rule("strict_hit_scores", True, "M"),
                ],
            },
            "weights_basis": "按推定权重测算，非申报得分",
            "budget": {
                "initial": 1780000,
                "adjusted": 1780000,
                "spent": 1770000,
                "parts": [
                    {"name": "信息安全服务", "budget": 300000, "spent": None},
                    {"name": "信息化运维", "budget": 1480000, "spent": None},
                ],
                "execution_rate": 1770000 / 1780000,
                "weight": 10,
                "score": 9.94,
                "unspent_reason": None,
            },
            "activities": [activity(name, count) for name, count in ACTIVITIES],
            "activity_total": sum(count for _, count in ACTIVITIES),
            "tables": [
                {
                    "table": "tickets",
                    "title": "运维工单",
                    "rows_in": 14530,
                    "used": 14405,
                    "entities": 14405,
                    "set_aside": [
                        {"reason": "重复行", "rows": 80},
                        {"reason": "测试工单", "rows": 30},
                        {"reason": "受理时间不在本年度", "rows": 15},
                    ],
                    "corrected": 2,
                },
                {
                    "table": "survey",
                    "title": "满意度问卷",
                    "rows_in": 118,
                    "used": 112,
                    "entities": 112,
                    "set_aside": [{"reason": "无效问卷", "rows": 6}],
                    "corrected": 0,
                },
                {"table": "roster", "rows_in": 13, "used": 13, "entities": 13, "set_aside": [], "corrected": 0},
            ],
            "indicators": indicators,
            "score": {"total": total, "upper": total, "grade": "优", "basis": "按推定权重测算，非申报得分"},
            "deviations": _deviations(),
            "plan": _plan(),
            "followup": _followup(),
            "validation": _validation(),
            "audit": _audit(),
            "evidence_list": _evidence_list(),
            "provenance": _provenance(),
        }
    )


def bare() -> dict[str, Any]:
    """Only what the contract itself demands: one indicator, met, nothing else known."""
    only = indicator(
        "uptime",
        "产出指标",
        "质量指标",
        "系统可用率",
        target_text="不低于99%",
        target=target(">=", 0.99, "比例"),
        actual_text=None,
        actual=0.995,
        attainment=0.995 / 0.99,
        variance=0.005,
        favourable=True,
        status="met",
        weight=90.0,
        score=90.0,
    )
    only = {
        key: only[key]
        for key in (
            "id",
            "level1",
            "level2",
            "level3",
            "definition",
            "target_text",
            "target",
            "actual_text",
            "actual",
            "attainment",
            "variance",
            "variance_rate",
            "favourable",
            "status",
            "weight",
            "score",
            "evidence",
            "parts",
        )
    }
    return {
        "schema_version": 1,
        "fiscal_year": 2022,
        "project": "机房运维",
        "institution": "某局",
        "budget": {
            "initial": 500000,
            "adjusted": 500000,
            "spent": 500000,
            "parts": [],
            "execution_rate": 1.0,
            "weight": 10,
            "score": 10.0,
        },
        "activities": [],
        "tables": [],
        "indicators": [only],
        "score": {"total": 100.0, "upper": 100.0, "grade": "优", "basis": None},
        "deviations": [],
        "plan": [],
        "audit": [],
    }


def unknown() -> dict[str, Any]:
    """Nothing known: no spending, no actual, no activity counted."""
    data = bare()
    data["budget"] = {
        "initial": None,
        "adjusted": 0,
        "spent": None,
        "parts": [],
        "execution_rate": None,
        "weight": 10,
        "score": None,
    }
    data["indicators"][0].update(
        actual=None,
        actual_text="达成预期指标",
        attainment=None,
        variance=None,
        favourable=None,
        status="unknown",
        score=None,
    )
    data["score"] = {"total": 0.0, "upper": 100.0, "grade": None, "basis": None}
    data["activities"] = [
        {"category": "巡检", "count": 0, "count_text": "0次", "lower_bound": False, "monthly": [0] * 12}
    ]
    data["activity_total"] = 0
    return data


def many(count: int = 60) -> dict[str, Any]:
    """Many indicators with names of forty characters, and a cause of two thousand."""
    data = fy2024()
    name = "信息系统与基础设施运行维护保障服务质量综合评价指标（含分中心及派出机构）第"
    groups = [
        ("产出指标", "数量指标"),
        ("产出指标", "质量指标"),
        ("效益指标", "社会效益指标"),
        ("满意度指标", "满意度指标"),
    ]
    entries = []
    for index in range(count):
        level1, level2 = groups[index * len(groups) // count]
        attainment = 0.5 + (index * 37 % 60) / 100
        met = attainment >= 1
        entries.append(
            indicator(
                f"i{index}",
                level1,
                level2,
                f"{name}{index + 1}项",
                definition="指" + "本项服务" * 8,
                target_text="不低于100次",
                target=target(">=", 100, "次"),
                actual_text=f"{attainment * 100:.0f}次",
                actual=round(attainment * 100),
                attainment=attainment,
                variance=round(attainment * 100) - 100,
                favourable=met,
                status="met" if met else "not_met",
                weight=1.5,
                score=round(1.5 * min(1, attainment), 2),
            )
        )
    data["indicators"] = entries
    long = "设备老化导致备件供应不及时" * 154
    data["deviations"] = [
        {
            "indicator": entry["id"],
            "kind": "shortfall",
            "gap": -entry["variance"],
            "unit": "次",
            "causes": [
                {
                    "dimension": "cause",
                    "cause": long,
                    "contribution": -entry["variance"] - 1,
                    "avoidable": 99,
                    "rows": 12,
                },
                {"dimension": "cause", "cause": "其他", "contribution": 1, "avoidable": None, "rows": 1},
            ]
            if entry["id"] == "i0"
            else [],
        }
        for entry in entries
        if entry["status"] == "not_met"
    ]
    data["plan"] = [{**action, "indicator": "i0"} for action in data["plan"]]
    return data
