"""The last words of a stage notebook: that its checks have passed, and where to go on."""

from __future__ import annotations

from helpers.run.stages import STAGES, Stage

#: The notebook that says how the year stands.
START = "00_开始.ipynb"


def closing(stage: Stage, fiscal_year: int) -> str:
    """In Markdown; the links lead to notebooks beside this one."""
    number = STAGES.index(stage)
    if number + 1 < len(STAGES):
        after = STAGES[number + 1]
        return f"**检查通过**　下一步：[{after.name[0]} {after.title}]({after.name}.ipynb)"
    return f"**检查通过**　下一步：`selfeval run --year {fiscal_year}` 生成成套材料；年度的状态见 [开始]({START})"
