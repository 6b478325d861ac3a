"""Annotation files against the list of clips: every fault at once, with file and row.

People write these files by hand, so a check that stops at the first fault costs them a run per
fault. Rows are counted as editors and spreadsheets do: the header is row 1.
"""

import csv
import difflib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from gymlib.labels import CLASSES, UNLABELED

COLUMNS = ("clip", "start", "end", "label")
RESERVED = ("clip", "frame", "majority", "agreement", "label")
"""Columns of labels.parquet that an annotator's name must not be."""

_WHOLE = re.compile(r"\d{1,9}")


@dataclass(frozen=True)
class Fault:
    """One thing wrong: ``row`` is None where it concerns a whole file or clip."""

    file: str
    row: int | None
    message: str

    def __str__(self) -> str:
        return f"{self.file}{'' if self.row is None else f', row {self.row}'}: {self.message}"


class AnnotationError(ValueError):
    """The annotation files do not fit the clips; ``faults`` lists everything found."""

    def __init__(self, faults: list[Fault]):
        self.faults = faults
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        super().__init__("\n- ".join([f"{count} in the annotations:", *map(str, faults)]))


def parse(text: str) -> pd.DataFrame:
    """The text of an annotation file as a table of text, one row per row of the file.

    Nothing is refused here, so that :func:`check` can name every fault: empty lines stay as empty
    rows and keep the row numbers right, missing cells are empty, and commas too many belong to
    the last column, because people write commas in comments.
    """
    header, *rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=None))) or [[]]
    last = max(len(header) - 1, 0)
    full = [row + [""] * (len(header) - len(row)) for row in rows]
    cells = [[*row[:last], ",".join(row[last:])] for row in full]
    return pd.DataFrame(cells, columns=[name.strip() for name in header] or [""], dtype=str)


def check(
    annotations: dict[str, pd.DataFrame],
    clips: pd.DataFrame,
    *,
    video_frames: dict[str, int] | None = None,
    every_clip: bool = True,
) -> dict[str, pd.DataFrame]:
    """The same tables with whole-number frames, or an AnnotationError listing all faults.

    A run may be labelled Unlabeled, where an annotator looked and gave no label: no vote there.
    Checked are columns, clip names, labels, whole numbers, start after end, runs beyond the clip,
    gaps, overlaps, annotators' names, clips nobody labelled, and missing annotators.

    Parameters
    ----------
    annotations : annotator -> table as read from the file, all columns text.
    clips : the data set's clips. An optional column ``annotators`` (names separated by spaces)
        says who must have labelled a clip; without it one annotator per clip is enough, and an
        annotator may cover only some clips, but those completely.
    video_frames : clip -> frames counted in its video, where there is one.
    every_clip : a clip without any label is a fault; False allows it (to predict and score).

    Returns
    -------
    annotator -> clip, start, end (int), label, comment; ordered by clip (as in ``clips``), start.
    """
    lengths = dict(zip(clips["clip"], clips["frames"]))
    faults = [
        Fault("clips.csv", None, f"clip {clip}: {lengths[clip]} frames, but its video has {found}")
        for clip, found in (video_frames or {}).items()
        if lengths[clip] != found
    ]
    checked = {}
    for annotator, table in annotations.items():
        runs, found = _check_file(annotator, table, lengths)
        faults += found
        checked[annotator] = _ordered(runs, clips)
    faults += _missing(annotations, clips, every_clip)
    if faults:
        raise AnnotationError(faults)
    return checked


def clip_faults(annotator: str, table: pd.DataFrame, clip: str, frames: int) -> list[Fault]:
    """Faults of one clip's rows; here a frame without a label is none. Columns are all there."""
    file = f"{annotator}.csv"
    own = [(row, cells) for row, cells in _rows(table) if cells["clip"] == clip]
    found = [(row, text) for row, cells in own for text in _check_row(cells, {clip: frames})]
    if not found:
        found = coverage_faults(clip, [_run(cells, row) for row, cells in own], frames, gaps=False)
    return [Fault(file, row, text) for row, text in found]


def _check_file(annotator: str, table: pd.DataFrame, lengths: dict[str, int]):
    """Readable runs (clip, start, end, label, comment, row) of one file, and its faults."""
    file, faults, runs = f"{annotator}.csv", check_header(annotator, table), []
    if any(column not in table for column in COLUMNS):
        return [], faults
    for row, cells in _rows(table):
        messages = _check_row(cells, lengths)
        faults += [Fault(file, row, message) for message in messages]
        runs.append(_run(cells, row))
    for clip, frames in lengths.items():
        own = [run for run in runs if run["clip"] == clip]
        # Coverage of a clip with unreadable numbers would only repeat those faults.
        if own and all(run["start"] is not None and run["end"] is not None for run in own):
            faults += [Fault(file, row, text) for row, text in coverage_faults(clip, own, frames)]
    return runs, faults


def check_header(annotator: str, table: pd.DataFrame) -> list[Fault]:
    """Faults of the annotator's name and of the columns."""
    file, faults = f"{annotator}.csv", []
    if annotator in RESERVED:
        faults.append(Fault(file, None, f"{annotator!r} cannot be an annotator's name; rename it"))
    absent = [column for column in COLUMNS if column not in table]
    if absent:
        found = ", ".join(map(str, table.columns)) or "nothing"
        wanted = f"missing column {', '.join(absent)}; expected {', '.join(COLUMNS)}"
        hint = "; separate columns by commas" if re.search("[;\t]", found) else ""
        faults.append(Fault(file, None, f"{wanted}, found {found}{hint}"))
    return faults


def _rows(table: pd.DataFrame) -> Iterator[tuple[int, dict[str, str]]]:
    """Number and cells of each row that is not empty."""
    for row, cells in enumerate(table.fillna("").to_dict("records"), start=2):
        cells = {name: str(value).strip() for name, value in cells.items()}
        if any(cells.values()):
            yield row, cells


def _check_row(cells: dict[str, str], lengths: dict[str, int]) -> list[str]:
    messages = []
    if cells["clip"] not in lengths:
        near = difflib.get_close_matches(cells["clip"], lengths, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        messages.append(f"clip {cells['clip']!r} is not in clips.csv{hint}")
    if cells["label"] not in (*CLASSES, UNLABELED):
        messages.append(f"unknown label {cells['label']!r}; expected {', '.join(CLASSES)}")
    if any("\ufffd" in cell for cell in cells.values()):
        messages.append("letters that are not UTF-8; save the file with the encoding UTF-8")
    for name in ("start", "end"):
        if not _WHOLE.fullmatch(cells[name]):
            messages.append(f"{name} must be a whole frame number from 0, found {cells[name]!r}")
    return messages


def _run(cells: dict[str, str], row: int) -> dict:
    def number(text):
        return int(text) if _WHOLE.fullmatch(text) else None

    return {
        "clip": cells["clip"],
        "start": number(cells["start"]),
        "end": number(cells["end"]),
        "label": cells["label"],
        "comment": cells.get("comment", ""),
        "row": row,
    }


def coverage_faults(
    clip: str, runs: list[dict], frames: int, gaps: bool = True
) -> list[tuple[int, str]]:
    """(row, message) for every frame run that is reversed, overlaps, or leaves a gap.

    Parameters
    ----------
    runs : start, end (inclusive) and row of every run of one annotator in one clip.
    gaps : whether frames without a label are a fault.
    """
    found, covered, last = [], -1, None
    for run in sorted(runs, key=lambda run: (run["start"], run["end"])):
        start, end, row = run["start"], run["end"], run["row"]
        if start > end:
            found.append((row, f"clip {clip}: start {start} is after end {end}"))
            continue
        if gaps and start > covered + 1:
            found.append((row, f"clip {clip}: {_span(covered + 1, start - 1)} no label (gap)"))
        elif start <= covered:
            overlap = _span(start, min(end, covered))
            found.append((row, f"clip {clip}: {overlap} two labels (overlap with row {last})"))
        if end >= covered:
            covered, last = end, row
    if covered + 1 > frames or (gaps and covered + 1 < frames):
        fault = f"clip {clip}: labels end at frame {covered}, but the clip has {frames} frames"
        found.append((last or runs[0]["row"], f"{fault} (0 to {frames - 1})"))
    return found


def _span(start: int, end: int) -> str:
    return f"frame {start} has" if start == end else f"frames {start} to {end} have"


def _missing(annotations: dict[str, pd.DataFrame], clips, every_clip: bool) -> list[Fault]:
    """Clips that nobody labelled, and annotators that clips.csv asks for."""
    if not annotations:
        return [Fault("annotations/", None, "no annotation file; expected <annotator>.csv")]
    covered = {
        annotator: set(table["clip"].str.strip()) if "clip" in table else set()
        for annotator, table in annotations.items()
    }
    everyone = set().union(*covered.values())
    faults = [
        Fault("annotations/", None, f"clip {clip}: no annotator labelled it")
        for clip in clips["clip"]
        if every_clip and clip not in everyone
    ]
    if "annotators" not in clips:
        return faults
    wanted = dict(zip(clips["clip"], clips["annotators"].fillna("").str.split()))
    for annotator in dict.fromkeys(name for names in wanted.values() for name in names):
        asked = [clip for clip, names in wanted.items() if annotator in names]
        absent = [clip for clip in asked if clip not in covered.get(annotator, ())]
        if annotator not in covered:
            message = f"missing; clips.csv expects it for {len(asked)} of {len(clips)} clips"
        else:
            message = f"no rows for {', '.join(absent)}, as clips.csv expects"
        if absent:
            faults.append(Fault(f"{annotator}.csv", None, message))
    return faults


def _ordered(runs: list[dict], clips: pd.DataFrame) -> pd.DataFrame:
    columns = [*COLUMNS, "comment"]
    table = pd.DataFrame(runs, columns=columns)
    position = {clip: i for i, clip in enumerate(clips["clip"])}
    order = sorted(
        range(len(runs)), key=lambda i: (position.get(runs[i]["clip"], -1), runs[i]["start"] or 0)
    )
    return table.iloc[order].reset_index(drop=True)
