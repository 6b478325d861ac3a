"""Text that a spreadsheet would run as a formula, kept from it and given back unchanged.

A cell that begins with "=", "+", "-" or "@" is code to Excel and LibreOffice, and names and
comments come from strangers. An apostrophe before it makes it text there (OWASP, CSV injection).
"""

import re

import pandas as pd

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_GUARDED = re.compile(r"''*[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")


def guarded(text: str) -> str:
    """The text, behind an apostrophe if a spreadsheet would run it; numbers are none.

    >>> guarded("=1+1"), guarded("-0.5"), guarded("arms late")
    ("'=1+1", '-0.5', 'arms late')
    """
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def unguarded(text: str) -> str:
    """The inverse of :func:`guarded`.

    >>> unguarded("'=1+1"), unguarded("'tis late")
    ('=1+1', "'tis late")
    """
    return text[1:] if _GUARDED.match(text) else text


def guarded_table(table: pd.DataFrame) -> pd.DataFrame:
    """The table with all its text guarded."""
    return table.map(lambda cell: guarded(cell) if isinstance(cell, str) else cell)
