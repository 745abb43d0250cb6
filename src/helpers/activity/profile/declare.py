"""The declaration of a table as its profile suggests it: plain values, each with what is left to decide."""

from __future__ import annotations

import glob
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from helpers.activity.profile.called import TITLES, column_words, table_kind
from helpers.activity.profile.column_facts import Facts, Value, beside_words
from helpers.activity.profile.draft import Declaration, Draft, Source
from helpers.activity.profile.formats import ORDERS, DateFormats
from helpers.activity.profile.log_structure import Clock, Events, Key, Structure
from helpers.activity.profile.meanings import lexicon, tidy_names
from helpers.activity.readers import normal_header
from helpers.year.declared_grain import MADE
from helpers.year.engine import literal
from helpers.year.load import BLANKS
from helpers.year.personal import MASKED
from helpers.year.tables import Column

#: What stands where only the analyst can decide; a year file that holds it is refused.
BLANK = "待填"
UTC = ("Z", "+0000", "-0000", "+00")


def declare(
    source: Source, columns: Sequence[Facts], found: Structure, table: str | None, only: Collection[str] | None = None
) -> Declaration:
    """What to write under ``tables:``; blanks where a reading is open. ``only``: these cells of a wide table."""
    left_out = tuple(_left_out(columns))
    out = {number for number, _, _ in left_out}
    used = [f for n, f in enumerate(columns, 1) if n not in out and (only is None or f.cell in only)]
    names = tidy_names(((f.header, f.meaning) for f in used), MADE if found.events else ())
    draft = Draft({f.cell: name for f, name in zip(used, names, strict=True)})
    kind = table_kind(used, found)
    draft.words = column_words(used, kind, is_log=bool(found.events))
    _head(draft, source, kind if table is None else None)
    if only is not None:
        draft.remark(
            "title", "above", text=f"{len(columns)} 列里只写了 {len(used)} 列；要用的其他列照样子加，都列出用 --all"
        )
    everywhere = _common_empty(used)
    draft.entries["columns"] = {draft.names[f.cell]: _column(draft, f, found, everywhere) for f in used}
    if everywhere:
        draft.entries["empty"] = list(everywhere)
        times = Counter({text: sum(m.count for f in used for m in f.markers if m.text == text) for text in everywhere})
        draft.remark(
            "empty",
            text="核对这些写法是否表示没有：" + "、".join(f"{text}（{count} 个）" for text, count in times.items()),
        )
    _zone(draft, used)
    if found.events and {found.events.case.cell, found.events.time.cell} <= draft.names.keys():
        _grain(draft, used, found.events)
    elif not found.events:
        _rows(draft, found)
    personal = [draft.names[f.cell] for f in used if f.personal]
    if personal:
        draft.entries["personal"] = personal
    return Declaration(
        table or kind, draft.entries, {k: tuple(v) for k, v in draft.remarks.items()}, draft.names, left_out
    )


def _left_out(columns: Sequence[Facts]) -> Iterator[tuple[int, str, str]]:
    """Columns that no declaration can name: number, header, why."""
    times = Counter(normal_header(f.header) for f in columns)
    for number, facts in enumerate(columns, 1):
        if not normal_header(facts.header):
            yield number, facts.header, "表头为空"
        elif times[normal_header(facts.header)] > 1:
            yield number, facts.header, "表头重复"
        elif any(blank in facts.header for blank in BLANKS):
            yield number, facts.header, "表头里有表示空白待填的字样"


def _head(draft: Draft, source: Source, kind: str | None) -> None:
    stem = "".join(c for c in Path(source.file).stem if c.isprintable()).strip()
    title = TITLES[kind] if kind else stem
    draft.entries["title"] = title if title and not any(blank in title for blank in BLANKS) else "记录"
    draft.remark("title", text="报告里这样称呼这张表")
    draft.entries["files"] = "exports/" + glob.escape(source.file)
    if source.sheet:
        draft.entries["sheet"] = source.sheet
    if source.header_rows > 1:
        draft.entries["header_row"] = list(range(source.header_row, source.header_row + source.header_rows))
    elif source.header_row != 1:
        draft.entries["header_row"] = source.header_row
    if source.encoding:
        draft.entries["encoding"] = source.encoding


# --- columns --------------------------------------------------------------------------------------


def _common_empty(columns: Sequence[Facts]) -> tuple[str, ...]:
    """Markers that stand in several columns and are an answer in none."""
    words = {str(w).lower() for w in lexicon("empty")}
    times = Counter(m.text for f in columns for m in f.markers if m.text.lower() in words)
    answers = {v.text for f in columns if f.type == "boolean" for v in f.few}
    return tuple(text for text, count in times.most_common() if count > 1 and text not in answers)


def _column(  # noqa: C901 - one branch a key, in the order in which the keys are written
    draft: Draft, facts: Facts, found: Structure, everywhere: Sequence[str]
) -> dict[str, Any]:
    """The entry of a column, in full; the block shortens it."""
    place = ("columns", draft.names[facts.cell])
    kind, unit = facts.type, facts.unit
    entry: dict[str, Any] = {"from": facts.header}
    if facts.cell in draft.words:
        entry["words"] = draft.words[facts.cell]
    # A Chinese header says itself what it is.
    said = [facts.meaning.words] if facts.meaning and facts.header.isascii() and "words" not in entry else []
    if draft.names[facts.cell].startswith("column_"):
        said.append("列名可改得好认些")
    if facts.cell in found.units:
        kind, (unit, share) = "duration", found.units[facts.cell]
        said.append(f"单位按起止时间推断：{share:.1%} 的行与相差的{unit}数一致")
    elif facts.note:
        said.append(facts.note)
    if kind != "text":
        entry["type"] = kind
    if unit:
        entry["unit"] = unit
    if facts.formats:
        entry["dates"] = _dates(draft, place, facts.formats)
    if kind == "boolean":
        entry |= _answers(facts.few)
        if figures := beside_words(facts.few):
            shown = "、".join(f"{v.text}（{v.count} 个）" for v in figures)
            text = f"是、否以外还有 {shown}：是回答还是没有填写，问清来源后写进 true、false 或 empty"
            draft.remark(*place, "above", text=text)
    own = [m.text for m in facts.markers if m.text not in everywhere]
    if own:
        entry["empty"] = own
        said.append(
            "核对这些写法是否表示没有："
            + "、".join(f"{m.text}（{m.count} 个）" for m in facts.markers if m.text in own)
        )
    if not facts.filled:
        said.append("全空")
    if facts.unfit:
        shown = "、".join(
            (MASKED if facts.personal else v.text) + f"（第 {v.row} 行等 {v.count} 个）" for v in facts.unfit_values
        )
        draft.remark(
            *place, "above", text=f"有 {facts.unfit} 个不是{_type_words(kind)}：{shown}。表示没有的，写进 empty"
        )
    if said:
        draft.remark(*place, text="；".join(said))
    return entry


def _type_words(kind: str) -> str:
    return {
        "date": "日期",
        "datetime": "日期",
        "integer": "整数",
        "number": "数字",
        "money": "金额",
        "duration": "时长",
    }.get(kind, kind)


def _dates(draft: Draft, place: tuple[str, ...], formats: DateFormats) -> Any:
    """The formats, or a blank with every choice above it."""
    if formats.open:
        draft.remark(*place, "above", text="日期有几种读法，问清来源后选一种写进 dates：")
        for order, texts in formats.choices.items():
            draft.remark(*place, "above", text=f"  {ORDERS[order]}  dates: [{_listed(texts)}]")
        shown = "、".join(f"第 {row} 行 {text}" for text, row in formats.examples)
        counted = (
            f"；{formats.days} 个只能日在前，{formats.months} 个只能月在前" if formats.days or formats.months else ""
        )
        draft.remark(*place, "above", text=f"  例如 {shown}{counted}")
        return BLANK
    ((order, texts),) = formats.choices.items()
    if formats.turned:
        draft.remark(
            *place,
            "above",
            text="像是在 Excel 里另存过：日大于 12 的仍是原样，其余改成了年月日，其中的日和月可能颠倒。对照来源：",
        )
        draft.remark(*place, "above", text=f"  颠倒了  dates: [{_listed((*formats.turned, *texts))}]")
        draft.remark(*place, "above", text=f"  没有颠倒  dates: [{_listed(texts)}]")
        return BLANK
    if formats.mangled and len(texts) == 1:
        draft.remark(
            *place,
            "above",
            text=f"像 5-Apr 这样的写法：若指 2005 年 4 月，dates 写 [{_listed(texts)}]；若是 4 月 5 日，缺年份，"
            "要重新导出",
        )
        return BLANK
    if formats.mangled:
        draft.remark(*place, "above", text="5-Apr 读作 2005 年 4 月（Excel 改写过的年月），请核对")
    elif formats.like:
        draft.remark(*place, "above", text=f"{ORDERS[order]}：这一列自己看不出来，照“{formats.like}”的写法，请核对")
    elif order and (formats.days if order == "dmy" else formats.months if order == "mdy" else 0):
        count = formats.days if order == "dmy" else formats.months
        draft.remark(*place, "above", text=f"{ORDERS[order]}：有 {count} 个日期只能这样读")
    return list(texts)


def _listed(texts: Sequence[str]) -> str:
    return ", ".join(f'"{text}"' for text in texts)


def _answers(values: Sequence[Value]) -> dict[str, list[str]]:
    """How yes and no are written, where a column does not take that by itself."""
    figures = beside_words(values)
    values = [v for v in values if v not in figures]
    plain = Column.model_validate({"from": ["-"], "type": "boolean"})
    known = {t.lower() for t in (*plain.true, *plain.false)}
    if not figures and all(v.text.lower() in known for v in values):
        return {}
    true = {str(w).lower() for w in lexicon("true")}
    yes = [v.text for v in values if v.text.lower() in true]
    return {"true": yes, "false": [v.text for v in values if v.text not in yes]}


# --- the table ------------------------------------------------------------------------------------


def _zone(draft: Draft, columns: Sequence[Facts]) -> None:
    """Times with offsets: one offset is read as written, anything else has to be decided."""
    with_offsets = [f for f in columns if f.type == "datetime" and any(f.offsets)]
    for facts in with_offsets:
        if len(facts.offsets) > 1 or next(iter(facts.offsets)) in UTC:
            said = "、".join(f"{offset or '不带时区'} {count} 个" for offset, count in facts.offsets.items())
            draft.entries["timezone"] = BLANK
            draft.remark(
                "timezone",
                "above",
                text=f"{draft.names[facts.cell]}：{said}。换算成当地时间写 Asia/Shanghai，照所写的钟点写 as_written",
            )
    if with_offsets and "timezone" not in draft.entries:
        offset = next(iter(with_offsets[0].offsets))
        draft.remark(
            "columns", "above", text=f"时间都带 {offset}，照所写的钟点读；要换算，加一行 timezone: Asia/Shanghai"
        )


def _rows(draft: Draft, found: Structure) -> None:
    """Key, date of the year and clocks of a table whose rows are records."""
    if found.year_by and found.year_by.cell in draft.names:
        draft.entries["year_by"] = draft.names[found.year_by.cell]
    else:
        draft.remark("title", "above", text="没有写 year_by，各年的记录都算；要按日期归入年度，写 year_by: 列名")
    if found.key and found.key.column.cell in draft.names:
        _key(draft, found.key, _latest(found, draft))
    clocks = [c for c in found.clocks if c.start.cell in draft.names and c.end.cell in draft.names]
    if clocks:
        taken = set(draft.names.values())
        draft.entries["derived"] = {
            _free(clock.name, taken): {
                "clock": "hours",
                "start": draft.names[clock.start.cell],
                "end": draft.names[clock.end.cell],
            }
            for clock in clocks
        }
        for name, clock in zip(draft.entries["derived"], clocks, strict=True):
            _clock(draft, name, clock)
        if found.hold and {f.cell for f in found.hold} <= draft.names.keys():
            start, end = (draft.names[f.cell] for f in found.hold)
            draft.remark(
                "derived",
                next(iter(draft.entries["derived"])),
                text=f"要扣除挂起的时间，加 hold: {{from: {start}, to: {end}}}",
            )


def _free(name: str, taken: set[str]) -> str:
    found = next(n for n in (name, f"{name}_taken", *(f"{name}_{i}" for i in range(2, 999))) if n not in taken)
    taken.add(found)
    return found


def _latest(found: Structure, draft: Draft) -> str:
    """The column by which the last of several rows is likely the one that counts."""
    ends = [clock.end for clock in found.clocks if clock.name == "hours" and clock.end.cell in draft.names]
    return draft.names[ends[0].cell] if ends else draft.entries.get("year_by", "日期列")


def _key(draft: Draft, key: Key, latest: str) -> None:
    draft.entries["key"] = draft.names[key.column.cell]
    if key.empty:
        draft.remark("key", "above", text=f"有 {key.empty} 行没有编号，会被剔除；不应剔除的，去掉 key")
    if key.latest is not None and key.latest.cell in draft.names:
        draft.entries["keep"] = {
            "by": draft.names[key.latest.cell],
            "take": "last",
            "why": "同一编号有多行，取最后一次的状态",
        }
        draft.remark(
            "key",
            "above",
            text=f"每个编号有多行（{key.column.distinct} 个编号，{key.column.rows} 行），"
            "每行都写着受理和办结的时间：取最后一行",
        )
    elif key.differing:
        draft.remark(
            "key",
            "above",
            text=f"有 {key.differing} 个编号各有几行不同的内容：写 keep: {{by: {latest}, take: last}} 取最后一行，"
            "或换一个 key",
        )
    elif key.repeated:
        draft.remark("key", "above", text=f"有 {key.repeated} 个编号重复，各行完全相同：只算一行")


def _clock(draft: Draft, name: str, clock: Clock) -> None:
    said = []
    if "date" in (clock.start.type, clock.end.type):
        said.append("只有日期、没有钟点，按工作日计的写 clock: workdays")
    if clock.backwards:
        said.append(f"{clock.backwards} 行止早于起，要在来源改正，或写 checks: {{backwards: set_aside}}")
    if clock.unstarted:
        said.append(f"{clock.unstarted} 行有止无起")
    if said:
        draft.remark("derived", name, text="；".join(said))


def _grain(draft: Draft, columns: Sequence[Facts], events: Events) -> None:
    """One row per case out of events."""
    names = draft.names
    grain: dict[str, Any] = {"case": names[events.case.cell], "time": names[events.time.cell], "opens": "first"}
    draft.remark("grain", "above", text=f"事件日志：{events.case.rows} 行，{events.cases} 个编号；一个编号整理成一行")
    for moment, found in events.moments.items():
        values = [v for v in found.values if not any(blank in v.text for blank in BLANKS)]
        if values and found.column.cell in names:
            grain[moment] = _condition(names[found.column.cell], values)
            said = "、".join(f"{v.text} {v.count} 次" for v in values)
            had = f"，{events.cases} 个编号中 {found.cases} 个有" if moment != "suspends" else ""
            draft.remark(
                "grain", moment, text=said + had + ("；多数编号以此结束，是否就是完成请核对" if found.last else "")
            )
    if "resolves" in grain:
        draft.remark("grain", "resolves", text="多次的取最后一次；取第一次写 {when: …, take: first}")
    else:
        shown = "、".join(v.text for v in events.what.few[:12])
        draft.remark(
            "grain",
            "above",
            text=f"哪个事件表示完成要写明，如 resolves: \"{names.get(events.what.cell, '列')} = '…'\"；现有：{shown}",
        )
    skipped = {events.case.cell, events.time.cell}
    kept = [
        f
        for f in columns
        if f.cell not in skipped
        and f.filled
        and not f.personal
        and not f.means("activity", "lifecycle", "title", "description")
    ]
    grain["attributes"] = {names[f.cell]: "last" for f in kept}
    if not kept:
        del grain["attributes"]
    draft.entries["grain"] = grain
    draft.entries["year_by"] = "opened_at"
    ends = [(n, e) for n, e in (("resolves", "resolved_at"), ("closes", "closed_at")) if n in grain][:1]
    if ends:
        taken = {*(names[f.cell] for f in kept), grain["case"]}
        clock = {"clock": "hours", "start": "opened_at", "end": ends[0][1]}
        draft.entries["derived"] = {_free("hours", taken): clock}
        if "suspends" in grain:
            draft.remark("derived", next(iter(draft.entries["derived"])), text="要扣除挂起的时间，加 hold: events")


def _condition(column: str, values: Sequence[Value]) -> str:
    quoted = [literal(v.text) for v in values]
    return f"{column} = {quoted[0]}" if len(quoted) == 1 else f"{column} IN ({', '.join(quoted)})"
