"""Text that a spreadsheet would run as a formula, kept from it and given back unchanged.

A cell that begins with "=", "+", "-" or "@" is code to Excel and LibreOffice, and names and
comments come from strangers. An apostrophe before it makes it text there (OWASP, CSV injection).
Where the decimal mark is a comma, a double click opens a table of commas at its semicolons, and
then a cell begins after each of them; so it does after a tab and a line break.
"""

import re

import pandas as pd

_SIGNS = "=+\\-@\uff1d\uff0b\uff0d\uff20"  # and the wide ones, which Excel takes for them
_BEGINS = r"(?:^|(?<=[;\t\r\n]))"
_CODE = rf"(?='* *[{_SIGNS}\t\r\n])"
_FORMULA = re.compile(_BEGINS + _CODE)
_GUARDED = re.compile(f"{_BEGINS}'{_CODE}")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")


def guarded(text: str) -> str:
    """The text, an apostrophe before all that a spreadsheet would run; numbers are none.

    >>> guarded("=1+1"), guarded("-0.5"), guarded("arms late"), guarded("arms;=1+1")
    ("'=1+1", '-0.5', 'arms late', "arms;'=1+1")
    """
    return text if _NUMBER.fullmatch(text) else _FORMULA.sub("'", text)


def unguarded(text: str) -> str:
    """The inverse of :func:`guarded`.

    >>> unguarded("'=1+1"), unguarded("'tis late"), unguarded("arms;'=1+1")
    ('=1+1', "'tis late", 'arms;=1+1')
    """
    return _GUARDED.sub("", text)


def guarded_table(table: pd.DataFrame) -> pd.DataFrame:
    """The table with all its text guarded, names of columns too."""
    cells = table.map(lambda cell: guarded(cell) if isinstance(cell, str) else cell)
    return cells.rename(columns=guarded)
