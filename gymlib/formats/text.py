"""Tables of text as spreadsheets of all countries save them: encoding, separator, decimal comma."""

import csv
import io
import re
from pathlib import Path

_DECIMAL_COMMA = re.compile(r"\s*[+-]?\d+,\d+\s*")


def read_text(path: Path) -> str:
    """A file's text: UTF-16 where it begins as Excel's Unicode text does, else UTF-8.

    Bytes that are no letters become U+FFFD, for the reader to name their rows.
    """
    content = Path(path).read_bytes()
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    return content.decode("utf-16" if wide else "utf-8-sig", errors="replace")


def read_records(text: str, header: str) -> list[list[str]]:
    """The cells of each row; what separates them is most frequent in ``header``, one of the lines.

    Raises csv.Error for what is no table of text.
    """
    delimiter = max("\t,;", key=header.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return list(rows)


def with_point(number: str) -> str:
    """A number as text with a decimal point; anything else unchanged."""
    return number.replace(",", ".") if _DECIMAL_COMMA.fullmatch(number) else number
