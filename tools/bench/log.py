"""A generated service log of any length, and the year files that evaluate it.

Rows are made by DuckDB from their number alone, so the same length gives the same file on any machine.
All of it is invented. About 140 bytes a row; one row in 4,096 is handed over twice.
"""

from __future__ import annotations

from pathlib import Path

from helpers.year.engine import open_engine

YEAR = 2024
SECONDS = 366 * 86400
#: One row in so many is there twice.
TWICE = 4096

_ROWS = f"""
SELECT printf('INC%09d', i) AS "工单编号",
       strftime(opened, '%Y-%m-%d %H:%M:%S') AS "受理时间",
       strftime(opened + to_seconds(60 + h2 % 5400), '%Y-%m-%d %H:%M:%S') AS "开始处理时间",
       CASE WHEN h3 % 500 = 0 THEN '—'
            ELSE strftime(opened + to_seconds(600 + h2 % 5400 + h3 % 172800), '%Y-%m-%d %H:%M:%S') END AS "完成时间",
       ['电脑报修', '个人办公设备故障', '业务系统运维', '会议保障',
        '安防监控', '网络维护', '打印机报修', '终端安全'][h4 % 8 + 1] AS "业务类别",
       ['一级', '二级', '三级', '四级'][h5 % 4 + 1] AS "优先级",
       ['已办结', '已关闭'][h5 % 2 + 1] AS "状态",
       printf('U%05d', h6 % 60000) AS "报修人代码",
       printf('D%03d', h6 % 400) AS "部门代码",
       printf('M-%03d', h7 % 300) AS "设备型号",
       CASE WHEN h7 % 5 = 0 THEN '备件到货迟' WHEN h7 % 5 = 1 THEN '用户不在位' ELSE '' END AS "超时原因",
       printf('E%02d', h8 % 40) AS "处理工程师",
       (h8 % 5 + 1)::VARCHAR AS "满意度",
       CASE WHEN h7 % 8 = 0 THEN strftime(opened + to_seconds(60 + h2 % 500), '%Y-%m-%d %H:%M:%S') ELSE '' END
           AS "挂起开始",
       CASE WHEN h7 % 8 = 0 THEN strftime(opened + to_seconds(560), '%Y-%m-%d %H:%M:%S') ELSE '' END AS "挂起结束"
FROM (SELECT i, TIMESTAMP '{YEAR}-01-01' + to_seconds((i * {SECONDS} // $rows)::BIGINT) AS opened,
             (hash(i, 2) >> 1)::BIGINT AS h2, (hash(i, 3) >> 1)::BIGINT AS h3, (hash(i, 4) >> 1)::BIGINT AS h4,
             (hash(i, 5) >> 1)::BIGINT AS h5, (hash(i, 6) >> 1)::BIGINT AS h6,
             (hash(i, 7) >> 1)::BIGINT AS h7, (hash(i, 8) >> 1)::BIGINT AS h8
      FROM (SELECT CASE WHEN n % {TWICE} = {TWICE - 1} THEN n - 1 ELSE n END AS i FROM range($rows) AS r(n)))
"""

YEAR_FILE = f"""\
fiscal_year: {YEAR}
project: 测速用运维项目
institution: 某单位
notice: 测速用数据，全部由程序生成。
posts: {{prepared_by: 信息岗, checked_by: 财务岗, date: {YEAR + 1}-02-01}}
overall_goal: 测量处理速度
calendar: cn
budget: {{initial: 100万元, adjusted: 100万元, spent: 99万元, unspent_reason: 采购结余}}
tables:
  tickets:
    title: 服务工单
    files: exports/*.csv
    columns:
      ticket_id: 工单编号
      opened_at: {{from: 受理时间, type: datetime}}
      started_at: {{from: 开始处理时间, type: datetime}}
      resolved_at: {{from: 完成时间, type: datetime}}
      category: 业务类别
      priority: 优先级
      status: 状态
      requester: 报修人代码
      dept: 部门代码
      model: 设备型号
      cause: 超时原因
      engineer: 处理工程师
      score: {{from: 满意度, type: integer}}
      hold_from: {{from: 挂起开始, type: datetime}}
      hold_to: {{from: 挂起结束, type: datetime}}
    empty: ["—"]
    synonyms: {{category: {{个人办公设备故障: [电脑报修, 打印机报修]}}, status: {{已办结: [已关闭]}}}}
    derived:
      hours: {{clock: hours, start: opened_at, end: resolved_at, words: 受理至完成的小时数}}
      workdays: {{clock: workdays, start: opened_at, end: resolved_at, words: 受理至完成的工作日数}}
      office: {{clock: office_hours, start: opened_at, end: resolved_at, words: 受理至完成的办公小时数,
        office_hours: {{mon-fri: ["09:00-12:00", "13:30-17:30"]}},
        hold: [{{from: hold_from, to: hold_to}}, {{table: pauses, key: ticket_id, from: since, to: until}}]}}
    year_by: opened_at
    key: ticket_id
    personal: [requester]
    gate:
      - {{expect_column_values_to_match_regex: {{column: engineer, regex: "^E[0-9]{{2}}$"}}, level: stop,
         words: 工程师须为岗位编号, remedy: 改用岗位编号}}
      - {{expect_column_values_to_be_in_set: {{column: priority, value_set: [一级, 二级, 三级, 四级]}}, level: stop,
         words: 优先级分四级, remedy: 补全优先级}}
      - {{expect_column_values_to_be_between: {{column: score, min_value: 1, max_value: 5}}, level: stop,
         words: 满意度为一至五分, remedy: 核对评分}}
      - {{expect_column_values_to_not_be_null: {{column: resolved_at}}, level: note,
         words: 工单应有完成时间, remedy: 补填}}
  pauses:
    title: 挂起记录
    files: exports/pauses/*.csv
    columns:
      pause_id: 记录编号
      ticket_id: 工单编号
      since: {{from: 起, type: datetime}}
      until: {{from: 止, type: datetime}}
    key: pause_id
    year_by: since
"""

#: One ticket in so many was put on hold once more, as a table of its own says.
PAUSED = 10

_PAUSES = f"""
SELECT printf('P%09d', i) AS "记录编号", printf('INC%09d', i) AS "工单编号",
       strftime(opened + to_seconds(300), '%Y-%m-%d %H:%M:%S') AS "起",
       strftime(opened + to_seconds(580), '%Y-%m-%d %H:%M:%S') AS "止"
FROM (SELECT i, TIMESTAMP '{YEAR}-01-01' + to_seconds((i * {SECONDS} // $rows)::BIGINT) AS opened
      FROM (SELECT n * {PAUSED} AS i FROM range($rows // {PAUSED}) AS r(n)))
"""

INDICATORS = """\
measures:
  resolved_within_1_workday: {table: tickets, agg: share, where: "category = '个人办公设备故障'",
    value: "workdays <= 1", words: 一个工作日内完成的占比}
  within_8_office_hours: {table: tickets, agg: share, value: "office <= 8", words: 八个办公小时内完成的占比}
  mean_hours: {table: tickets, agg: mean, value: hours, unit: 小时, words: 平均处理时间}
  tickets: {table: tickets, agg: count, unit: 件, words: 工单数}
  p90: {table: tickets, agg: quantile, q: 0.9, value: hours, unit: 小时, words: 处理时间的九成分位数}
  score: {table: tickets, agg: mean, value: score, unit: 分, words: 满意度平均分}
indicators:
  - {id: count, level1: 产出指标, level2: 数量指标, level3: 处理工单, definition: 全年处理工单数, target: 不低于1000件,
     weight: 30, actual: {measure: tickets}}
  - {id: timeliness, level1: 产出指标, level2: 时效指标, level3: 一个工作日完成率, definition: 按时完成的占比,
     target: 不低于90%, weight: 30, explain: [cause, category], actual: {measure: resolved_within_1_workday}}
  - {id: satisfaction, level1: 满意度指标, level2: 服务对象满意度指标, level3: 用户评分, definition: 平均分,
     target: 不低于2分, weight: 30, actual: {measure: score}}
"""


def write_project(root: Path, rows: int) -> Path:
    """A project root with one log of so many rows; the log's path is returned."""
    folder = root / "data" / "raw" / str(YEAR)
    (folder / "exports").mkdir(parents=True)
    (folder / "year.yml").write_text(YEAR_FILE, encoding="utf-8")
    (folder / "indicators.yml").write_text(INDICATORS, encoding="utf-8")
    log = folder / "exports" / "log.csv"
    pauses = folder / "exports" / "pauses" / "pauses.csv"
    pauses.parent.mkdir()
    with open_engine() as connection:
        for query, path in ((_ROWS, log), (_PAUSES, pauses)):
            connection.execute(f"COPY ({query.replace('$rows', str(rows))}) TO '{path}' (FORMAT csv, HEADER)")
    return log
