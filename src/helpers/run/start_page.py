"""What the start page shows of a year: tables, the next step, and where to go."""

from __future__ import annotations

from helpers.report.blocks import Paragraph, Table
from helpers.report.views import table
from helpers.run.stages import STAGES
from helpers.run.year_state import BLANK, Declared, YearState, next_step
from helpers.year.review_remarks import NAME

#: So many faults are listed; `selfeval check` lists more.
SHOWN = 20
STAGE_WORDS = {"done": "已完成", "stale": "须重做", "absent": "还没有结果", "blocked": "等年度文件改好"}
#: Guides in docs/ by what they are about.
GUIDES = {"数据整理": "cleaning", "改进成效": "effects", "提纲": "outline", "核验": "trust"}
PACKAGE_WORDS = {
    "current": "已发布，与现有输入一致",
    "stale": "已发布，但输入或程序有改动，须重做",
    "edited": "发布后有手工改动",
    "absent": "还没有",
}


def declared(state: YearState) -> Table:
    """The authored files and the exports."""
    rows = [(f"{one.file}", one.words, _of_file(one)) for one in state.declared]
    exports = f"{state.exports} 个文件" if state.exports else "还没有文件"
    return table(
        f"{state.fiscal_year} 年度的输入",
        ["data/raw/<年度>/ 下的文件", "内容", "状态"],
        [*rows, ("exports/", "导出文件", exports)],
        note=state.notice,
    )


def _of_file(one: Declared) -> str:
    if not one.there:
        return "没有"
    told = [f"{one.blanks} 处待填"] if one.blanks else []
    told += [f"{one.faults} 处问题"] if one.faults else []
    told += [f"{one.open} 条未答复"] if one.open else []
    return "，".join(told) or ("均已答复" if one.file == NAME else "已填好")


def stages(state: YearState) -> Table:
    """The five stages and the package; what changed is named with its file and key."""
    rows = [(f"{one.stage.name[0]} {one.stage.title}", STAGE_WORDS[one.word], one.why) for one in state.stages]
    package = ("成套材料", PACKAGE_WORDS[state.package], "、".join(state.edited[:10]))
    return table("各步的状态", ["步骤", "状态", "依据"], [*rows, package])


def faults(state: YearState) -> list[Table | Paragraph]:
    """What is to be filled in or corrected, and how the last run failed."""
    listed = [
        (one.file, one.line or "", one.where, _what(one.code, one.message), one.hint or "") for one in state.faults
    ]
    rest = len(listed) - SHOWN
    note = f"另有 {rest} 处，运行 selfeval check --year {state.fiscal_year} 看全" if rest > 0 else None
    found: list[Table | Paragraph] = []
    if listed:
        titles = ["文件", "行", "位置", "问题", "处理"]
        found.append(table("须填写或改正的", titles, listed[:SHOWN], right=(1,), note=note))
    if state.failed:
        found.append(Paragraph(text=f"上次运行没有完成：\n{state.failed}", style="note"))
    return found or [Paragraph(text="没有待填的空白，没有要改正的问题。", style="note")]


def _what(code: str, message: str) -> str:
    return "待填" if code == BLANK else f"{message}  [{code}]"


def links(state: YearState) -> str:
    """The next step and where everything is, in Markdown."""
    year = state.fiscal_year
    notebooks = " · ".join(f"[{one.name[0]} {one.title}]({one.name}.ipynb)" for one in STAGES)
    files = [f"reports/{year}/{name}" for name in ("report.html", "report.pdf")]
    report = " · ".join(f"[{file}](../{file})" if state.beside else f"`{file}`" for file in files)
    guides = {"README": "../README.md", **{words: f"../docs/{name}.md" for words, name in GUIDES.items()}}
    lines = [
        f"**下一步**　{next_step(state)}",
        f"**五个步骤**　{notebooks}",
        f"**报告**　{report}" if state.package != "absent" else "**报告**　还没有",
        "**说明**　" + " · ".join(f"[{words}]({target})" for words, target in guides.items()),
    ]
    return "\n\n".join(lines)
