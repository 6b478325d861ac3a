"""What judges took off: scores.csv, a row per clip, judge and element, checked as a whole.

Every fault at once, rows counted as in :mod:`gymlib.annotation.checks`. An empty deduction, or a
row that is not there, was not judged, and is never taken for 0.
"""

import difflib
import re
from collections.abc import Collection

import pandas as pd

from gymlib.annotation.checks import Fault, missing_columns
from gymlib.annotation.reading import read_annotation
from gymlib.dataset import Dataset
from gymlib.files.atomic import existing
from gymlib.files.paths import nearest_name
from gymlib.files.tables import TableError

FILE = "scores.csv"
COLUMNS = ("clip", "judge", "element", "deduction")
ALL = "all elements"
"""Their sum, beside the elements; none can have this name."""

_POINTS = re.compile(r"([0-9]{1,6}(\.[0-9]*)?|\.[0-9]+)?")
_HINT = "Judges' scores are brought, not made; data/README.md says how."


def read(data: Dataset) -> pd.DataFrame:
    """scores.csv of a data set: clip, judge, element, deduction (points; NaN where not judged).

    Raises MissingFileError without that file, TableError listing every fault with its row.
    """
    file = existing(data.folder / FILE, _HINT)
    return check(read_annotation(file), list(data.clips["clip"]))


def check(table: pd.DataFrame, clips: Collection[str]) -> pd.DataFrame:
    """The table with numbers for text, or a TableError that lists all faults.

    Checked are columns, clips, names of judges and elements, deductions, and that a judge judges
    an element of a clip once. Further columns are left out.

    Parameters
    ----------
    table : as :func:`gymlib.annotation.checks.parse` gives it.
    clips : the data set's clips.
    """
    faults = _header_faults(table)
    if not faults:
        table = table[list(COLUMNS)].apply(lambda column: column.str.strip())
        table = table[(table != "").any(axis=1)]
        first: dict[tuple, int] = {}
        for row, cells in zip(table.index + 2, table.to_dict("records")):
            faults += [Fault(FILE, row, text) for text in _row_faults(cells, clips)]
            key = cells["clip"], cells["judge"], cells["element"]
            if (before := first.setdefault(key, row)) != row:
                said = "judge {1!r} judges {2!r} of clip {0!r} again, as in row {3}; keep one"
                faults.append(Fault(FILE, row, said.format(*key, before)))
        if not (table["deduction"] != "").any():
            faults.append(Fault(FILE, None, "no row has a deduction; fill in, or delete the file"))
    if faults:
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        raise TableError("\n- ".join([f"{count} in the scores:", *map(str, faults)]))
    return table.assign(deduction=pd.to_numeric(table["deduction"])).reset_index(drop=True)


def _header_faults(table: pd.DataFrame) -> list[Fault]:
    twice = [name for name in COLUMNS if list(table.columns).count(name) > 1]
    faults = [Fault(FILE, None, f"two columns are named {name!r}; remove one") for name in twice]
    return faults + missing_columns(FILE, table, COLUMNS)


def _row_faults(cells: dict[str, str], clips: Collection[str]) -> list[str]:
    messages = []
    if cells["clip"] not in clips:
        near = difflib.get_close_matches(cells["clip"], clips, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        messages.append(f"clip {cells['clip']!r} is not in clips.csv{hint}")
    for name in ("judge", "element"):
        if cells[name] != nearest_name(cells[name], "-"):
            allowed = "letters, digits, '_', '-' and '.', beginning with a letter or digit"
            messages.append(f"{name} must be named by {allowed}, found {cells[name]!r}")
    if not _POINTS.fullmatch(cells["deduction"]):
        wanted = "points from 0 with a decimal point, or empty where not judged"
        messages.append(f"deduction must be {wanted}, found {cells['deduction']!r}")
    return messages


def panels(scores: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Element -> points, a row per judged clip and a column per judge; NaN where not judged.

    Of several elements :data:`ALL` comes last: what a judge took off a clip altogether, NaN where
    he left out an element that another judged.
    """
    given = scores.dropna(subset="deduction")
    table = given.pivot(index=["element", "clip"], columns="judge", values="deduction")
    elements = given["element"].unique()
    found = {name: table.loc[name].dropna(axis=1, how="all") for name in elements}
    if len(found) > 1:
        found[ALL] = table.groupby(level="clip").sum(skipna=False)
    return found
