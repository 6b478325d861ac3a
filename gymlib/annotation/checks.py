"""Annotation files against the list of clips: every fault at once, with file and row.

People write these files by hand, so a check that stops at the first fault costs them another try
per fault. Rows are counted as editors and spreadsheets do: the header is row 1.
"""

import csv
import difflib
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from gymlib.annotation.coverage import coverage_faults
from gymlib.files.formulas import unguarded
from gymlib.labels import CLASSES, KINDS, UNLABELED

COLUMNS = ("clip", "start", "end", "label")
KIND = "kind"
"""A column that may be there: what kind of idle or skill a segment is."""
RESERVED = ("clip", "frame", "time", "majority", "agreement", "label", KIND)
"""Columns of tables per frame, labels.parquet among them, that an annotator's name must not be."""
LONGEST_COMMENT = 10_000
"""Characters of one remark; from 131,072 on nothing that reads tables of text takes a cell."""
LONGEST_CELL = 10 * LONGEST_COMMENT
"""Segments that become one keep what was said of each."""

_WHOLE = re.compile(r"\d{1,9}")


@dataclass(frozen=True)
class Fault:
    """One thing wrong: ``row`` is None where it concerns a whole file or clip."""

    file: str
    row: int | None
    message: str

    def __str__(self) -> str:
        return f"{self.file}{'' if self.row is None else f', row {self.row}'}: {self.message}"


class PlainError(ValueError):
    """An error of which a notebook shows the sentence alone: no line of code is at fault."""

    def _render_traceback_(self) -> list[str]:  # IPython asks for it
        return [str(self)]


class AnnotationError(PlainError):
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
    while (
        len(header) > 1
        and not header[-1].strip()
        and not any(len(row) >= len(header) and row[len(header) - 1].strip() for row in rows)
    ):  # spreadsheets write empty columns
        header, rows = header[:-1], [row[: len(header) - 1] for row in rows]
    last = max(len(header) - 1, 0)
    full = [row + [""] * (len(header) - len(row)) for row in rows]
    cells = [[*row[:last], ",".join(row[last:])] for row in full]
    cells = [[unguarded(cell) for cell in row] for row in cells]
    return pd.DataFrame(
        cells, columns=[unguarded(name.strip()) for name in header] or [""], dtype=str
    )


def check(
    annotations: dict[str, pd.DataFrame],
    clips: pd.DataFrame,
    *,
    video_frames: dict[str, int] | None = None,
    every_clip: bool = True,
) -> dict[str, pd.DataFrame]:
    """The same tables with whole-number frames, or an AnnotationError listing all faults.

    A segment may be Unlabeled, where an annotator looked and gave no label: no vote there.
    Checked are columns, clip names, labels, whole numbers, start after end, segments beyond the
    clip, gaps, overlaps, annotators' names, clips nobody labelled, and missing annotators.

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
    A file with a column ``kind`` has it before the comment.
    """
    lengths = dict(zip(clips["clip"], clips["frames"]))
    faults = [
        Fault("clips.csv", None, f"clip {clip}: {lengths[clip]} frames, but its video has {found}")
        for clip, found in (video_frames or {}).items()
        if lengths[clip] != found
    ]
    order, checked = {clip: number for number, clip in enumerate(lengths)}, {}
    for annotator, table in annotations.items():
        faults += check_header(annotator, table)
        if set(COLUMNS) <= set(table) and table.columns.is_unique:
            rows, found = _check_rows(annotator, _rows(table), lengths)
            faults += found
            rows.sort(key=lambda row: (order.get(row["clip"], -1), row["start"] or 0))
            kind = [KIND] if KIND in table else []
            checked[annotator] = pd.DataFrame(rows, columns=[*COLUMNS, *kind, "comment"])
    faults += _missing(annotations, clips, every_clip)
    if faults:
        raise AnnotationError(faults)
    return checked


def clip_faults(annotator: str, table: pd.DataFrame, clip: str, frames: int) -> list[Fault]:
    """Faults of one clip's rows; here a frame without a label is none. Columns are all there."""
    own = ((row, cells) for row, cells in _rows(table) if cells["clip"] == clip)
    return _check_rows(annotator, own, {clip: frames}, gaps=False)[1]


def check_header(annotator: str, table: pd.DataFrame) -> list[Fault]:
    """Faults of the annotator's name and of the columns."""
    file, faults = f"{annotator}.csv", []
    if annotator in RESERVED:
        faults.append(Fault(file, None, f"{annotator!r} cannot be an annotator's name; rename it"))
    twice = table.columns[table.columns.duplicated()].unique()
    for column in twice:
        named = f"are named {column!r}" if column else "with cells have no name"
        faults.append(Fault(file, None, f"two columns {named}; rename or remove one"))
    return faults + missing_columns(file, table, COLUMNS)


def missing_columns(file: str, table: pd.DataFrame, columns: Sequence[str]) -> list[Fault]:
    """One fault if the table lacks some of the columns, else none."""
    absent = [column for column in columns if column not in table]
    if not absent:
        return []
    found = ", ".join(map(str, table.columns)) or "nothing"
    wanted = f"missing column {', '.join(absent)}; expected {', '.join(columns)}"
    hint = "; separate columns by commas" if re.search("[;\t]", found) else ""
    return [Fault(file, None, f"{wanted}, found {found}{hint}")]


def _rows(table: pd.DataFrame) -> Iterator[tuple[int, dict[str, str]]]:
    """Number and cells of each row that is not empty."""
    for row, cells in enumerate(table.fillna("").to_dict("records"), start=2):
        cells = {name: str(value).strip() for name, value in cells.items()}
        if any(cells.values()):
            yield row, cells


def _check_rows(
    annotator: str, rows: Iterable[tuple[int, dict]], lengths: dict[str, int], gaps: bool = True
) -> tuple[list[dict], list[Fault]]:
    """Rows with numbers (None where unreadable) instead of text, and their faults."""
    file, faults, clips = f"{annotator}.csv", [], {}
    for row, cells in rows:
        faults += [Fault(file, row, message) for message in _row_faults(cells, lengths)]
        whole = {n: int(cells[n]) if _WHOLE.fullmatch(cells[n]) else None for n in ("start", "end")}
        clips.setdefault(cells["clip"], []).append({"comment": "", **cells, **whole, "row": row})
    for clip, frames in lengths.items():
        own = clips.get(clip, [])
        # Coverage of a clip with unreadable numbers would only repeat those faults.
        if own and all(None not in (row["start"], row["end"]) for row in own):
            found = coverage_faults(clip, own, frames, gaps)
            faults += [Fault(file, row, text) for row, text in found]
    return [row for own in clips.values() for row in own], faults


def _row_faults(cells: dict[str, str], lengths: dict[str, int]) -> list[str]:
    messages = []
    if cells["clip"] not in lengths:
        near = difflib.get_close_matches(cells["clip"], lengths, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        messages.append(f"clip {cells['clip']!r} is not in clips.csv{hint}")
    if cells["label"] not in (*CLASSES, UNLABELED):
        messages.append(f"unknown label {cells['label']!r}; expected {', '.join(CLASSES)}")
    else:
        messages += kind_faults(cells["label"], cells.get(KIND, ""))
    if len(cells.get("comment", "")) > LONGEST_CELL:
        messages.append(f"a comment of {len(cells['comment'])} characters; {LONGEST_CELL} fit")
    if any("\ufffd" in cell for cell in cells.values()):
        messages.append("letters that are not UTF-8; save the file with the encoding UTF-8")
    for name in ("start", "end"):
        if not _WHOLE.fullmatch(cells[name]):
            messages.append(f"{name} must be a whole frame number from 0, found {cells[name]!r}")
    return messages


def kind_faults(label: str, kind: str) -> list[str]:
    """What is wrong with a kind of a label; "" is none and always right."""
    if not kind or kind in KINDS.get(label, ()):
        return []
    if label not in KINDS:
        return [f"{kind!r} is a kind of {label}, which has none; leave the cell empty"]
    return [f"unknown kind {kind!r} of {label}; expected {', '.join(KINDS[label])}, or nothing"]


def _missing(annotations: dict[str, pd.DataFrame], clips, every_clip: bool) -> list[Fault]:
    """Clips that nobody labelled, and annotators that clips.csv asks for."""
    if not annotations:
        return [Fault("annotations/", None, "no annotation file; expected <annotator>.csv")]
    annotations = {who: table for who, table in annotations.items() if table.columns.is_unique}
    covered = {
        annotator: set(table["clip"].str.strip()) if "clip" in table else set()
        for annotator, table in annotations.items()
    }
    given = {label for table in annotations.values() for label in table.get("label", ())}
    if every_clip and {label.strip() for label in given} == {UNLABELED}:
        return [Fault("annotations/", None, "all is Unlabeled: there is nothing to learn from")]
    everyone = set().union(*covered.values())
    faults = [
        Fault("annotations/", None, f"clip {clip}: no annotator labelled it")
        for clip in clips["clip"]
        if every_clip and clip not in everyone
    ]
    asked: dict[str, list[str]] = {}
    if "annotators" in clips:
        for clip, names in zip(clips["clip"], clips["annotators"].fillna("").str.split()):
            for name in dict.fromkeys(names):
                asked.setdefault(name, []).append(clip)
    for annotator, theirs in asked.items():
        absent = [clip for clip in theirs if clip not in covered.get(annotator, ())]
        message = f"no rows for {', '.join(absent)}, as clips.csv expects"
        if annotator not in covered:
            message = f"missing; clips.csv expects it for {len(theirs)} of {len(clips)} clips"
        if absent:
            faults.append(Fault(f"{annotator}.csv", None, message))
    return faults
