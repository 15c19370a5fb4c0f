"""Text on its way into a table that a spreadsheet may open."""

from __future__ import annotations

# Excel and its kin calculate a cell that begins so.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def keep_as_text(text: str) -> str:
    """Return a text for a cell of a CSV file that no spreadsheet will calculate: a leading apostrophe keeps it text."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
