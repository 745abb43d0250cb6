"""self_evaluation.xlsx: the official forms, filled in, with the evidence behind them."""

from helpers.formats.xlsx.book import write_forms

__all__ = ["write_forms"]
