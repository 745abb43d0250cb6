"""The report's text: results in, blocks out, by an outline that an analyst can read and change.

``outlines`` says which headings there are and who writes under them; each other module writes one
part. Every figure in the text comes from the results through ``helpers.report.wording``.
"""

from helpers.report.narrative.by_outline import build_report

__all__ = ["build_report"]
