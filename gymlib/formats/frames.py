"""A table with one row per frame: the form that statistics programs and spreadsheets like.

Columns clip, frame (from 0), time (seconds, empty where unknown), one column per annotator with
the label's name (empty where that person did not label the clip), majority and label (the final
label after the fake take-off rule). Two further columns per annotator appear only where they are
needed to lose nothing: ``A:run`` numbers the runs of a clip where neighbouring runs have the same
label, ``A:comment`` holds a run's comment in its first frame.
"""

import itertools
from pathlib import Path

import numpy as np
import pandas as pd

from gymlib.annotation import majority
from gymlib.annotation.checks import RESERVED
from gymlib.annotation.reading import read_annotation
from gymlib.files.tables import write_table
from gymlib.formats.clock import Clock
from gymlib.formats.segments import LARGEST, LEFT_OUT, Reading, Run, by_person, joined, to_tables
from gymlib.labels import CLASSES

KEYS = ("clip", "frame", "time")


def write(path: Path, runs: list[Run], clocks: dict[str, Clock]) -> None:
    """All annotators' runs as one CSV table; clips in the order of ``clocks``."""
    clips = pd.DataFrame([(c.clip, c.frames) for c in clocks.values()], columns=["clip", "frames"])
    table = majority.label_table(to_tables(runs), clips)
    times = [np.full(c.frames, np.nan) if c.borders is None else c.borders[:-1]
             for c in clocks.values()]  # fmt: skip
    table.insert(2, "time", np.round(np.concatenate(times), 6))
    table = table.drop(columns="agreement")
    begin = {clip: int(first) for clip, first in zip(clips["clip"], _first_rows(clips["frames"]))}
    for column, cells in _columns(runs, begin, len(table)).items():
        table[column] = cells
    write_table(path, table)


def _first_rows(frames: pd.Series) -> np.ndarray:
    return np.cumsum([0, *frames])[:-1]


def _columns(runs: list[Run], begin: dict[str, int], rows: int) -> dict[str, np.ndarray]:
    """The annotators' labels, "Unlabeled" where they gave none, then what else they need."""
    people = by_person(runs)
    split = {
        who
        for (who, _), own in people.items()
        if any(a.label == b.label for a, b in itertools.pairwise(own))
    }
    labels: dict[str, np.ndarray] = {}
    extras: dict[str, np.ndarray] = {}

    def put(columns, name, first, last, text):
        columns.setdefault(name, np.full(rows, "", dtype=object))[first : last + 1] = text

    for (who, clip), own in people.items():
        for number, run in enumerate(own, start=1):
            first, last = begin[clip] + run.start, begin[clip] + run.end
            put(labels, who, first, last, run.label)
            if who in split:
                put(extras, f"{who}:run", first, last, str(number))
            if run.comment:
                put(extras, f"{who}:comment", first, first, run.comment)
    return labels | dict(sorted(extras.items()))


def read(path: Path, reading: Reading) -> None:
    """Add the runs and faults of one per-frame table to ``reading``.

    Every column beside clip, frame, time, majority, agreement and label is an annotator;
    ``reading.annotator`` chooses one of them, or names whose labels a lone column ``label`` holds.
    """
    path = Path(path)
    if path.stat().st_size > LARGEST:
        return reading.fault(path.name, None, f"larger than {LARGEST} bytes")
    table = read_annotation(path)
    if table.columns.has_duplicates:
        twice = ", ".join(table.columns[table.columns.duplicated()])
        return reading.fault(path.name, None, f"two columns have the same name: {twice}")
    absent = [name for name in ("clip", "frame") if name not in table]
    people = _people(table, reading)
    if absent or not people:
        found = ", ".join(table.columns)
        message = f"expected columns clip, frame and one per annotator, found {found}"
        return reading.fault(path.name, None, message)
    rows = _rows(path.name, table, reading)
    for clip, frames in rows.items():
        for name, column in people.items():
            if reading.person(name, path.name):
                _read_clip(path.name, table, clip, frames, name, column, reading)
    return None


def _people(table: pd.DataFrame, reading: Reading) -> dict[str, str]:
    """Annotator -> the column with the labels."""
    own = [c for c in table if ":" not in c and c not in (*KEYS, *RESERVED) and c]
    if reading.annotator is None:
        return {name: name for name in own}
    if reading.annotator in own:
        return {reading.annotator: reading.annotator}
    return {reading.annotator: "label"} if "label" in table and not own else {}


def _rows(file: str, table: pd.DataFrame, reading: Reading) -> dict[str, list[tuple[int, int]]]:
    """Clip -> (frame, position in the table) in order of frames; faults of clip and frame."""
    rows: dict[str, list[tuple[int, int]]] = {}
    seen: dict[tuple[str, int], int] = {}
    broken = [table[name].str.contains("\ufffd", regex=False) for name in table]
    damaged = set(np.flatnonzero(np.logical_or.reduce(broken)))
    for position, (name, text) in enumerate(zip(table["clip"], table["frame"])):
        if not name.strip() and not text.strip():
            continue  # an empty line
        clip = name if name in rows else reading.clip(file, position + 2, name)
        if clip is None:
            continue
        if position in damaged:
            words = "letters that are not UTF-8; save the file with the encoding UTF-8"
            reading.fault(file, position + 2, f"clip {clip}: {words}")
        if not text.strip().isdecimal() or int(text) >= reading.clocks[clip].frames:
            last = reading.clocks[clip].frames - 1
            message = f"clip {clip}: frame must be a whole number from 0 to {last}, found {text!r}"
            reading.fault(file, position + 2, message)
        elif (clip, int(text)) in seen:
            again = f"clip {clip}: frame {int(text)} stands in row {seen[clip, int(text)]} already"
            reading.fault(file, position + 2, again)
        else:
            seen[clip, int(text)] = position + 2
            rows.setdefault(clip, []).append((int(text), position))
    return {clip: sorted(own) for clip, own in rows.items()}


def _read_clip(file, table, clip, frames, annotator, column, reading) -> None:
    cells = [
        [table[name].iloc[at].strip() if name in table else ""
         for name in (column, f"{annotator}:run", f"{annotator}:comment")]
        for _, at in frames
    ]  # fmt: skip
    if not any(label for label, _, _ in cells):
        return  # did not label this clip
    previous = None
    for (frame, at), (name, number, comment) in zip(frames, cells):
        label = reading.label(name) if name else LEFT_OUT
        if label is None:
            message = f"annotator {annotator}: unknown label {name!r}; expected "
            message += f"{', '.join(CLASSES)}, or what it means: {name}=skill"
            reading.fault(file, at + 2, message, lost=(annotator, clip))
        if not label:
            previous = None
            continue
        here = (frame, label, number)
        if previous and (frame - 1, label, number) == previous:
            run = reading.runs.pop()
            run = run._replace(end=frame, comment=joined(run.comment, comment))
        else:
            run = Run(clip, annotator, frame, frame, label, comment, file, at + 2)
        reading.runs.append(run)
        previous = here
