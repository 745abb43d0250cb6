"""The report as DOCX, to be edited in WPS or Word."""

from helpers.formats.docx.document import render_docx

__all__ = ["render_docx"]
