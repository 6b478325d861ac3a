"""A table with one row per frame: the form that statistics programs and spreadsheets like.

Columns clip, frame (from 0), time (seconds, empty where unknown), one column per annotator with
the label's name (empty where that person did not label the clip), majority and label (the final
label after the fake take-off rule). Three further columns per annotator appear only where they are
needed to lose nothing: ``A:run`` numbers the segments of a clip where neighbours have the same
label, ``A:kind`` holds the kind of idle or skill, ``A:comment`` a segment's comment in its first
frame.
"""

import csv
import io
import itertools
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from gymlib.annotation import majority
from gymlib.annotation.checks import RESERVED, kind_faults, parse
from gymlib.files.formulas import guarded_table
from gymlib.files.tables import write_table
from gymlib.formats.segments import LEFT_OUT, LabelledSegment, Reading, by_person, joined, to_tables
from gymlib.labels import CLASSES

KEYS = ("clip", "frame", "time")


def write(path: Path, segments: list[LabelledSegment], clocks: Mapping) -> None:
    """All annotators' segments as one CSV table; clips in the order of ``clocks``."""
    clips = pd.DataFrame([(c.clip, c.frames) for c in clocks.values()], columns=["clip", "frames"])
    table = majority.label_table(to_tables(segments), clips).drop(columns="agreement")
    times = [np.full(c.frames, np.nan) if c.borders is None else c.borders[:-1]
             for c in clocks.values()]  # fmt: skip
    table.insert(2, "time", np.round(np.concatenate(times), 6))
    first_rows = dict(zip(clips["clip"], np.cumsum([0, *clips["frames"]]).tolist()))
    people = by_person(segments)
    split = {
        who
        for (who, _), own in people.items()
        if any(a.label == b.label for a, b in itertools.pairwise(own))
    }
    columns: dict[str, np.ndarray] = {}

    def put(column: str, first: int, last: int, text: str) -> None:
        cells = columns.setdefault(column, np.full(len(table), "", dtype=object))
        cells[first : last + 1] = text

    for (who, clip), own in people.items():
        for number, segment in enumerate(own, start=1):
            first, last = first_rows[clip] + segment.start, first_rows[clip] + segment.end
            put(who, first, last, segment.label)
            if who in split:
                put(f"{who}:run", first, last, str(number))
            if segment.kind:
                put(f"{who}:kind", first, last, segment.kind)
            if segment.comment:
                put(f"{who}:comment", first, first, segment.comment)
    for column in sorted(columns):
        table[column] = columns[column]
    write_table(path, guarded_table(table))


def read(path: Path, reading: Reading) -> None:
    """Add the segments and faults of one per-frame table to ``reading``.

    Every column beside clip, frame, time, majority, agreement and label is an annotator;
    ``reading.annotator`` chooses one of them, or names whose labels a lone column ``label`` holds.
    """
    path = Path(path)
    table = _table(path, reading)
    if table is None:
        return
    if table.columns.has_duplicates:
        twice = ", ".join(table.columns[table.columns.duplicated()])
        return reading.fault(path.name, None, f"two columns have the same name: {twice}")
    people = _people(table, reading)
    if not {"clip", "frame"} <= set(table) or not people:
        found = ", ".join(table.columns)
        message = f"expected columns clip, frame and one per annotator, found {found}"
        return reading.fault(path.name, None, message)
    rows = _rows(path.name, table, reading)
    for clip, frames in rows.items():
        for name, column in people.items():
            if reading.person(name, path.name):
                _read_clip(path.name, clip, frames, name, column, reading)


def _table(path: Path, reading: Reading) -> pd.DataFrame | None:
    """The rows as text, whatever a spreadsheet has put between the columns; None is a fault."""
    records = reading.records(path)
    if records is None:
        return None
    commas = io.StringIO()
    csv.writer(commas).writerows(records)
    return parse(commas.getvalue())


def _people(table: pd.DataFrame, reading: Reading) -> dict[str, str]:
    """Annotator -> the column with the labels."""
    own = [c for c in table if ":" not in c and c not in (*KEYS, *RESERVED) and c]
    if reading.annotator is None:
        return {name: name for name in own}
    if reading.annotator in own:
        return {reading.annotator: reading.annotator}
    return {reading.annotator: "label"} if "label" in table and not own else {}


def _rows(file: str, table: pd.DataFrame, reading: Reading) -> dict[str, list[tuple]]:
    """Clip -> (frame, row, cells) in order of frames; faults of clip and frame."""
    clips: dict[str, dict[int, tuple]] = {}
    for row, cells in enumerate(table.to_dict("records"), start=2):
        name, text = cells["clip"], cells["frame"].strip()
        if not name.strip() and not text:
            continue  # an empty line
        clip = name if name in clips else reading.clip(file, row, name)
        if clip is None:
            continue
        if any("\ufffd" in cell for cell in cells.values()):
            words = "letters that are not UTF-8; save the file with the encoding UTF-8"
            reading.fault(file, row, f"clip {clip}: {words}")
        seen, last = clips.setdefault(clip, {}), reading.clocks[clip].frames - 1
        if not text.isdecimal() or int(text) > last:
            message = f"frame must be a whole number from 0 to {last}, found {cells['frame']!r}"
            reading.fault(file, row, f"clip {clip}: {message}")
        elif int(text) in seen:
            again = f"frame {int(text)} stands in row {seen[int(text)][1]} already"
            reading.fault(file, row, f"clip {clip}: {again}")
        else:
            seen[int(text)] = int(text), row, cells
    return {clip: sorted(rows.values(), key=lambda row: row[0]) for clip, rows in clips.items()}


def _read_clip(file: str, clip: str, rows, annotator: str, column: str, reading: Reading) -> None:
    """Segments of one annotator: neighbouring frames of the same label and number."""
    if not any(cells[column].strip() for _, _, cells in rows):
        return  # did not label this clip
    previous = None
    for frame, row, cells in rows:
        keys = (column, *(f"{annotator}:{extra}" for extra in ("run", "comment", "kind")))
        name, number, comment, kind = (cells.get(key, "").strip() for key in keys)
        label = reading.label(name) if name else LEFT_OUT
        if label is None:
            message = f"annotator {annotator}: unknown label {name!r}; expected "
            message += f"{', '.join(CLASSES)}, or what it means: {name}=skill"
            reading.fault(file, row, message, lost=(annotator, clip))
        if not label:
            previous = None
            continue
        for fault in kind_faults(label, kind):
            reading.fault(file, row, f"annotator {annotator}: {fault}", lost=(annotator, clip))
        if previous == (frame - 1, label, number, kind):
            segment = reading.segments.pop()
            segment = segment._replace(end=frame, comment=joined(segment.comment, comment))
        else:
            said = (label, comment, file, row, kind)
            segment = LabelledSegment(clip, annotator, frame, frame, *said)
        reading.segments.append(segment)
        previous = frame, label, number, kind
