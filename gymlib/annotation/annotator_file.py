"""One annotator's labels on disk, read and changed clip by clip.

A draft, ``drafts/<annotator>.csv``, has the form of ``annotations/<annotator>.csv``, but no
notebook counts it, and its clips may be half labelled: frames without a label have no row. It
holds the clips changed since the annotator last handed in; the others are read from his file in
``annotations/``. :func:`hand_in` moves the complete ones there.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Int

from gymlib.annotation import checks
from gymlib.annotation.checks import COLUMNS, KIND, LONGEST_COMMENT, AnnotationError
from gymlib.annotation.editing import NOT_YET, blank, gaps
from gymlib.annotation.reading import read_annotation
from gymlib.dataset import Dataset
from gymlib.files import lock
from gymlib.files.atomic import MissingFileError, write_text
from gymlib.files.formulas import guarded_table
from gymlib.labels import CODES, Segment, coarse, code_of, named, segments

WAIT = 10.0
"""Seconds to wait for another program that is writing the same annotator's labels."""


class ChangedElsewhere(RuntimeError):
    """Another window or program changed the same clip since it was read."""


class AnnotatorFile:
    """The labels of one annotator in one data set.

    Other clips' rows, further columns and comments are kept as they are. The comment of a segment
    goes on with the segment that covers most of its frames, if possible one of the same label.

    ``said`` has the rows of each clip read, from which these words are taken; a list is never
    changed, :func:`with_comment` makes another.
    """

    def __init__(self, data: Dataset, annotator: str, draft: bool = False):
        self.data, self.annotator, self.draft = data, annotator, draft
        self.path, self.final = data.annotation(annotator, draft), data.annotation(annotator)
        self.said: dict[str, list[dict]] = {}
        self._seen: dict[str, list[dict]] = {}  # rows of each clip as last read or written

    def coverage(self) -> dict[str, int]:
        """Clip -> frames that have a label, as far as the rows can be read; for a first look."""
        covered: dict[str, int] = {}
        for path in dict.fromkeys([self.final, self.path]):  # a draft counts for its clips
            table = _read(path)
            length = pd.to_numeric(table["end"], "coerce") - pd.to_numeric(table["start"], "coerce")
            sums = (length + 1).groupby(table["clip"].str.strip()).sum()
            covered |= {str(clip): int(frames) for clip, frames in sums.items()}
        return covered

    def read(self, clip: str, frames: int) -> Int[np.ndarray, " frames"]:
        """One code per frame, of the kind where one is given; NOT_YET where there is no row.

        Raises AnnotationError listing the faults of the clip's rows: they must be mended by hand,
        because a guess might destroy what the annotator meant.
        """
        rows = self._rows(clip, frames)
        if rows != self._seen.get(clip):
            self._seen[clip] = self.said[clip] = rows
        codes = blank(frames)
        for row in rows:
            code = code_of(row["label"], row.get(KIND, ""))
            codes[int(row["start"]) : int(row["end"]) + 1] = code
        return codes

    def write(
        self, clip: str, codes: Int[np.ndarray, " frames"], said: list[dict] | None = None
    ) -> None:
        """Replace the clip's rows, atomically; :meth:`read` it first.

        ``said`` takes the place of what was said of the clip before. Without it nothing changes.
        Raises ChangedElsewhere, and writes nothing, if the rows on disk are no longer those that
        were read or written last; lock.BusyError if another program holds the file for long.
        """
        with held(self.data, self.annotator):
            if self._rows(clip, len(codes)) != self._seen[clip]:
                raise ChangedElsewhere(
                    f"clip {clip} of {self.path.name} was changed in another window or program"
                )
            said = self.said[clip] if said is None else said
            _write(self.path, _replaced(_read(self.path), clip, _rows_of(clip, codes, said)))
            self.said[clip], self._seen[clip] = said, self._rows(clip, len(codes))

    def _rows(self, clip: str, frames: int) -> list[dict]:
        """The clip's rows in the draft if it has any, otherwise those handed in."""
        for path in dict.fromkeys([self.path, self.final]):
            table = _read(path)
            if faults := checks.clip_faults(self.annotator, table, clip, frames):
                raise AnnotationError(faults)
            own = table[table["clip"].str.strip() == clip]
            if len(own):
                rows = [{k: v.strip() for k, v in row.items()} for row in own.to_dict("records")]
                return sorted(rows, key=lambda row: int(row["start"]))
        return []


def comments(codes: Int[np.ndarray, " frames"], said: list[dict]) -> list[list]:
    """First frame, last frame and comment of the segments that have one."""
    rows = _rows_of("", codes, said)
    return [[int(r["start"]), int(r["end"]), r["comment"]] for r in rows if r.get("comment")]


def with_comment(
    clip: str, codes: Int[np.ndarray, " frames"], said: list[dict], frame: int, comment: str
) -> list[dict]:
    """``said`` with another comment on the segment at ``frame``, line breaks as spaces.

    Raises ValueError if the frame has no label, or the comment is too long.
    """
    rows = _rows_of(clip, codes, said)
    row = next((r for r in rows if int(r["start"]) <= frame <= int(r["end"])), None)
    if row is None:
        raise ValueError(f"frame {frame} has no label yet: label it, then comment on it")
    row["comment"] = " ".join(comment.split())
    if len(row["comment"]) > LONGEST_COMMENT:
        raise ValueError(
            f"the comment has {len(row['comment'])} characters, {LONGEST_COMMENT} fit: shorten it"
        )
    return rows


def hand_in(data: Dataset, annotator: str, only: str | None = None) -> str:
    """Move the complete clips of a draft to ``annotations/<annotator>.csv``; says what it did.

    Rows of the same clips that were handed in before are replaced. Clips with frames left stay
    in the draft, and are listed, as do those that clips.csv has no more. ``only`` names the one
    clip that is asked for.

    Raises MissingFileError without a draft, ValueError if it has nothing of the clip asked for,
    AnnotationError for rows that cannot be read.
    """
    file = AnnotatorFile(data, annotator, draft=True)
    if not file.path.is_file():
        raise MissingFileError(f"{file.path} is missing: nothing to hand in")
    lengths, handed, left, gone = data.clips.set_index("clip")["frames"], 0, [], []
    with held(data, annotator):
        draft, final = _read(file.path), _read(file.final)
        clips = list(dict.fromkeys(draft["clip"].str.strip()))
        if only is not None and only not in clips:
            raise ValueError(f"{file.path} has nothing of clip {only}: nothing to hand in")
        for clip in clips if only is None else [only]:
            if clip not in lengths:
                gone.append(clip)
                continue
            if missing := gaps(file.read(clip, int(lengths[clip]))):
                left.append(f"{clip}: " + ", ".join(_span(segment) for segment in missing))
                continue
            own = draft[draft["clip"].str.strip() == clip]
            final = _replaced(final, clip, own.to_dict("records"))
            draft = draft.drop(own.index)
            handed += 1
        if handed:
            _write(file.final, final)
            _write(file.path, draft)
    clips = "1 clip" if handed == 1 else f"{handed} clips"
    text = f"{clips} handed in to {file.final.parent.name}/{file.final.name}"
    text += f"; {len(left)} half labelled stay a draft: {'; '.join(left)}" if left else ""
    return text + (f"; not in clips.csv, stay a draft: {', '.join(gone)}" if gone else "")


def held(data: Dataset, annotator: str):
    """The lock of an annotator's labels, for everything that reads, changes and writes them."""
    return lock.hold(data.folder, f"labels-{annotator}", wait=WAIT)


def _span(gap: Segment) -> str:
    return f"frame {gap.start}" if gap.start == gap.end else f"frames {gap.start} to {gap.end}"


def _read(path: Path) -> pd.DataFrame:
    """The file as text, columns checked; without rows if there is no file."""
    if not path.is_file():
        return pd.DataFrame(columns=[*COLUMNS, "comment"], dtype=str)
    table = read_annotation(path)
    if faults := checks.check_header(path.stem, table):
        raise AnnotationError(faults)
    return table


def _write(path: Path, table: pd.DataFrame) -> None:
    """Atomically; a table without rows removes the file."""
    if table.empty:
        path.unlink(missing_ok=True)
        return
    text = guarded_table(table.fillna("")).to_csv(index=False, lineterminator="\n")
    if "\ufffd" in text:
        raise ValueError(f"{path} is not UTF-8; save it with that encoding before labelling")
    write_text(path, text)


def _replaced(table: pd.DataFrame, clip: str, rows: list[dict]) -> pd.DataFrame:
    """The table with other rows for one clip, in the place of its first row, or at the end.

    A column that it lacks is added if a row says something in it, kinds beside the labels: what
    has a comma too many belongs to the last column, where comments are.
    """
    records = table.to_dict("records")
    own = [i for i, row in enumerate(records) if row["clip"].strip() == clip]
    at = own[0] if own else len(records)
    kept = [row for i, row in enumerate(records) if i not in own]
    columns = [*table.columns, *(name for row in rows for name, text in row.items() if text)]
    columns = list(dict.fromkeys(columns))
    if KIND in columns and KIND not in table:
        columns.remove(KIND)
        columns.insert(columns.index("label") + 1, KIND)
    return pd.DataFrame([*kept[:at], *rows, *kept[at:]], columns=columns, dtype=object)


def _rows_of(clip: str, codes: np.ndarray, old: list[dict]) -> list[dict]:
    """Rows for the segments of ``codes``; what old rows say in further columns goes along."""
    found = [segment for segment in segments(codes) if segment.label != NOT_YET]
    rows = []
    for start, end, code in found:
        label, kind = named(code)
        row = {"clip": clip, "start": str(start), "end": str(end), "label": label}
        rows.append(row | ({KIND: kind} if kind else {}))
    for row in old if rows else ():
        heir = rows[max(range(len(rows)), key=lambda i: _kinship(found[i], row))]
        for column in set(row) - {*COLUMNS, KIND}:
            said = [text for text in (heir.get(column, ""), row[column]) if text]
            heir[column] = "; ".join(dict.fromkeys(said))
    return rows


def _kinship(segment: Segment, row: dict) -> tuple:
    """How much a segment is the old row's: same label and frames, then frames, then nearness."""
    start, end = int(row["start"]), int(row["end"])
    shared = min(segment.end, end) - max(segment.start, start) + 1  # negative: frames between
    same = shared > 0 and CODES[row["label"]] == coarse(np.array(segment.label))
    return same, shared, -segment.start
