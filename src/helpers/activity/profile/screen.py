"""A profile as text for the analyst: the file, its columns, what to look at, the block to paste."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from helpers.activity.profile.column_facts import Facts, beside_words
from helpers.activity.profile.columns import shortened
from helpers.activity.profile.draft import Source
from helpers.activity.profile.formats import ORDERS
from helpers.activity.profile.look import Profile
from helpers.year.personal import MASKED

#: So many columns are named that no declaration can hold.
MOST_LEFT = 8
TYPES = {
    "text": "文本",
    "integer": "整数",
    "number": "数字",
    "money": "金额",
    "duration": "时长",
    "boolean": "是否",
    "date": "日期",
    "datetime": "日期时间",
}


def screen(profile: Profile) -> str:
    """The whole profile; the block stands last, so that it can be copied in one piece."""
    lines = [*_file(profile), ""]
    for number, facts in enumerate(profile.columns, 1):
        if profile.only is None or facts.cell in profile.only:
            lines += _column(number, facts, profile)
    if profile.only is not None:
        lines += _unlisted(profile)
    hints = list(_hints(profile))
    if hints:
        lines += ["", "整张表"] + [f"  - {hint}" for hint in hints]
    lines += [
        "",
        "# ↓ 以下粘贴到 year.yml 的 tables: 之下；写着“待填”的地方由你决定，填好前 selfeval check 不通过",
        profile.block.rstrip("\n"),
    ]
    return "\n".join(lines)


def _file(profile: Profile) -> Iterator[str]:
    source = profile.source
    yield f"文件 {shortened(source.file, longest=80)}"
    said = [f"{profile.rows} 行", f"{len(profile.columns)} 列", f"表头在第 {_rows(source)} 行"]
    words = {"encoding": "编码", "delimiter": "分隔符", "page": "工作表"}
    said += [f"{words[label]} {'制表符' if value == chr(9) else value}" for label, value in source.found]
    yield "  " + "，".join(said)
    if source.unread:
        yield f"  没有读的工作表：{'、'.join(source.unread)}"
    if source.cut_off:
        yield "  最后一行没有换行符，核对文件是否完整"


def _rows(source: Source) -> str:
    last = source.header_row + source.header_rows - 1
    return f"{source.header_row}" if last == source.header_row else f"{source.header_row} 至 {last}"


def _column(number: int, facts: Facts, profile: Profile) -> Iterator[str]:
    header = shortened(facts.header, longest=40) or "（空表头）"
    name = profile.declaration.names.get(facts.cell, "—")
    unit = f"（{facts.unit}）" if facts.unit else ""
    meaning = f"可能是：{facts.meaning.words}" if facts.meaning else "含义不明"
    yield f"{number:>3}  {header}  →  {name}"
    yield (
        f"     {TYPES[facts.type]} {facts.type}{unit}，{meaning}{MASKED if facts.personal else ''}；"
        f"空 {_share(facts.empty, facts.rows)}，不同值 {facts.distinct}"
    )
    if facts.examples:
        yield (
            "     例："
            + "　".join(facts.examples)
            + (
                f"　范围 {facts.span[0]} 至 {facts.span[1]}"
                if facts.span and not facts.personal and not (facts.formats and facts.formats.open)
                else ""
            )
        )
    if facts.markers:
        yield "     表示空的写法：" + "、".join(f"{shortened(m.text)}（{m.count} 个）" for m in facts.markers)
    if facts.type == "boolean" and (figures := beside_words(facts.few)):
        shown = "、".join(f"{v.text}（{v.count} 个）" for v in figures)
        yield f"     是、否以外还有 {shown}，没有当作回答，问清来源"
    if facts.maybe:
        yield "     也许表示空：" + "、".join(f"{m.text}（{m.count} 个）" for m in facts.maybe)
    yield from _dates(facts)
    if facts.unfit:
        shown = "、".join(
            f"第 {v.row} 行 {shortened(v.text, facts.personal)}（{v.count} 个）" for v in facts.unfit_values
        )
        yield f"     {facts.unfit} 个不是{TYPES[facts.type]}：{shown}"
    if facts.cell in profile.structure.units:
        guessed, share = profile.structure.units[facts.cell]
        yield f"     单位是{guessed}：{share:.1%} 的行与起止时间相差的{guessed}数一致"
    elif facts.note:
        yield f"     {facts.note}"


def _dates(facts: Facts) -> Iterator[str]:
    if facts.formats:
        for order, formats in facts.formats.choices.items():
            lead = f"{ORDERS[order]} " if order else ""
            yield f"     日期写法 {lead}" + "、".join(formats)
        if facts.formats.turned:
            yield "     像是在 Excel 里另存过，年月日写法的那些日期，日和月可能颠倒"
        if facts.formats.like:
            yield f"     这一列自己看不出日、月的先后，照“{shortened(facts.formats.like)}”的写法"
        if facts.formats.open:
            shown = "、".join(f"第 {row} 行 {text}" for text, row in facts.formats.examples)
            yield f"     日在前还是月在前，数据本身定不了：{shown}"
    elif facts.is_date:
        yield "     日期写法：四位年份在前，不必声明"
    if any(facts.offsets):
        yield "     时区：" + "、".join(f"{offset or '没有'}（{count} 个）" for offset, count in facts.offsets.items())


def _unlisted(profile: Profile) -> Iterator[str]:
    """The columns of a wide table that are told by their number only."""
    rest = [facts for facts in profile.columns if profile.only is not None and facts.cell not in profile.only]
    kinds = Counter(TYPES[facts.type] if facts.filled else "全空" for facts in rest)
    yield f"     另有 {len(rest)} 列没有列出（{'，'.join(f'{kind} {n} 列' for kind, n in kinds.most_common())}）"
    yield f"     例：{'、'.join(shortened(f.header, longest=20) or '（空表头）' for f in rest[:8])}……；全部列出用 --all"


def _hints(profile: Profile) -> Iterator[str]:
    made, names = profile.structure, profile.declaration.names
    if made.key:
        name = names.get(made.key.column.cell, made.key.column.header)
        if made.key.latest:
            yield (
                f"每行是一个编号在某一时刻的状态：{made.key.column.rows} 行，"
                f"{made.key.column.distinct} 个编号（{name}），取最后一行"
            )
        elif made.key.repeated:
            yield f"编号 {name} 有重复：{made.key.repeated} 个，其中 {made.key.differing} 个各行内容不同"
        else:
            yield f"编号 {name} 每行不同"
    elif made.events:
        yield (
            f"事件日志：{made.events.case.rows} 行，{made.events.cases} 个编号（{names.get(made.events.case.cell)}），"
            f"按 {names.get(made.events.time.cell)} 先后"
        )
    else:
        yield "没有找到可作编号的列"
    for clock in made.clocks:
        start, end = names.get(clock.start.cell, clock.start.header), names.get(clock.end.cell, clock.end.header)
        wrong = (
            "日期读法未定，没有核对"
            if clock.backwards is None
            else f"止早于起 {clock.backwards} 行，有止无起 {clock.unstarted} 行"
        )
        yield f"{start} 至 {end}：{wrong}"
    left = profile.declaration.left_out
    for number, header, why in left[:MOST_LEFT]:
        yield f"第 {number} 列{f'“{shortened(header)}”' if header.strip() else ''}没有列入：{why}"
    if len(left) > MOST_LEFT:
        yield f"……没有列入的共 {len(left)} 列"


def _share(part: int, whole: int) -> str:
    if not part or not whole:
        return "0"
    percent = f"{part / whole:.1%}"
    return f"{part}（{'不足 0.1%' if percent == '0.0%' else percent}）"
