"""The report's text: results in, blocks out, by an outline that an analyst can read and change.

``by_outline`` says which headings there are and who writes under them; each other module writes one
part. Every figure in the text comes from the results through ``helpers.report.wording``. The whole is imported
when it is asked for: the stages before the last show single parts, and need no more than these.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from helpers.report.narrative.by_outline import build_report, followed_report

__all__ = ["build_report", "followed_report"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from helpers.report.narrative import by_outline

        return getattr(by_outline, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
