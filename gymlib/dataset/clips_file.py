"""clips.csv as people write it, in editors and spreadsheets: every fault with its row."""

import csv
import io
import re
from pathlib import Path, PurePosixPath, PureWindowsPath

import pandas as pd

from gymlib.dataset import schemas
from gymlib.files.tables import TableError, check

NUMBERS = ("fps", "frames", "width", "height")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")  # XML cannot carry them, nor can a terminal


def read_clips(file: Path) -> pd.DataFrame:
    """The table, checked; further columns are kept.

    Raises TableError for text that is no table of commas, rows with surplus cells, a column named
    twice, cells that are no numbers, numbers of frames that are not whole, and paths that lead
    outside the data set's folder.
    """
    try:
        text = file.read_text("utf-8-sig")
        header, *rows = [row for row in csv.reader(io.StringIO(text, newline="")) if any(row)]
    except (ValueError, csv.Error) as error:  # also a wrong encoding, and an empty file
        raise TableError(
            f"{file} cannot be read as a table, expected comma-separated text in UTF-8: {error}"
        ) from None
    header = [name.strip() for name in header]
    if faults := _shape_faults(header, rows):
        raise TableError(f"{file}: {'; '.join(faults)}")
    if not rows:
        raise TableError(f"{file} lists no clip; add a row per clip, or delete the file")
    names = {"clip": str, "video": str, "path": str}
    table = pd.read_csv(io.StringIO(text), dtype=names, index_col=False)
    table.columns = header + list(table.columns[len(header) :])
    if faults := _cell_faults(table):
        raise TableError(f"{file}: {'; '.join(faults)}")
    return check(table, schemas.CLIPS, str(file))


def _shape_faults(header: list[str], rows: list[list[str]]) -> list[str]:
    if len(header) == 1 and any(mark in header[0] for mark in ";\t"):
        return ["columns are separated by semicolons or tabs; save it as text separated by commas"]
    faults = [f"two columns are named {n!r}" for n in sorted({n for n in header if n}) if
              header.count(n) > 1]  # fmt: skip
    faults += [
        f"column {name!r} row {number}: expected a text without NUL, found {cell!r}"
        for number, row in enumerate(rows, start=1)
        for name, cell in zip(header, row)
        if "\0" in cell  # pandas would end the cell there
    ]
    return faults + [
        f"row {number} has {len(row)} cells, expected {len(header)}; numbers have a decimal point, "
        "and text with a comma stands in quotes"
        for number, row in enumerate(rows, start=1)
        if any(row[len(header) :])
    ]


def _cell_faults(table: pd.DataFrame) -> list[str]:
    """What the schema would take, or refuse without saying why."""
    faults = []
    for column in [name for name in NUMBERS if name in table]:
        numbers = pd.to_numeric(table[column], errors="coerce")
        wrong = numbers.isna() & table[column].notna()
        wanted = "a number, with a point"
        if column == "frames":
            wrong, wanted = wrong | (numbers % 1 > 0), "a whole number"
        faults += _said(table, column, wrong, wanted)
    for column in [name for name in ("clip", "video") if name in table]:
        cells = table[column].fillna("")
        faults += _said(table, column, cells != cells.str.strip(), "a plain name")
    if "path" in table:
        outside = table["path"].fillna("").map(_leads_outside)
        faults += _said(table, "path", outside, "a file in the data set's folder")
        control = table["path"].fillna("").str.contains(_CONTROL)
        faults += _said(table, "path", control, "a file whose name has no control characters")
    return faults


def _said(table: pd.DataFrame, column: str, wrong: pd.Series, wanted: str) -> list[str]:
    return [
        f"column {column!r} row {row + 1}: expected {wanted}, found {table[column][row]!r}"
        for row in table.index[wrong]
    ]


def _leads_outside(path: str) -> bool:
    """Whether a path, of any system, leaves the folder that it starts in."""
    kinds = (PurePosixPath(path), PureWindowsPath(path))
    return any(kind.is_absolute() or kind.drive or ".." in kind.parts for kind in kinds)
