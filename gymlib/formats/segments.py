"""Labelled segments on their way from other programs into annotation files; every fault is kept."""

import csv
import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from gymlib.annotation.checks import COLUMNS, KIND, RESERVED, Fault
from gymlib.annotation.coverage import coverage_faults
from gymlib.files import paths
from gymlib.formats.text import read_records, read_text
from gymlib.labels import CLASSES, UNLABELED

LARGEST = 50_000_000  # bytes of one file; a thousand clips take about one million
LEFT_OUT = ""
"""What a foreign name means that is no label and may be left out."""
MEANINGS = (*CLASSES, UNLABELED, LEFT_OUT)


class LabelledSegment(NamedTuple):
    """Frames ``start`` to ``end``, both included, as one annotator labelled them.

    ``file`` and ``row`` say where it was read. ``kind`` of idle or skill: "" if none was said.
    """

    clip: str
    annotator: str
    start: int
    end: int
    label: str
    comment: str = ""
    file: str = ""
    row: int = 0
    kind: str = ""


@dataclass
class Reading:
    """What is read from foreign files, and all that is wrong with it.

    Attributes
    ----------
    clocks : clip -> its frames in time.
    names : a name used in the files -> the label it means, or "" to leave it out; labels
        themselves need no entry. Upper and lower case are the same.
    annotator : whose labels to take; what happens without one depends on the format.
    segments, faults : filled while files are read.
    """

    clocks: Mapping
    names: dict[str, str] = field(default_factory=dict)
    annotator: str | None = None
    segments: list[LabelledSegment] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    _broken: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self):
        if wrong := sorted(set(self.names.values()) - set(MEANINGS)):
            raise ValueError(
                f"a name can mean {', '.join(CLASSES)} or {UNLABELED}, not {', '.join(wrong)}"
            )

    def fault(self, file: str, row: int | None, message: str, lost: tuple[str, str] | None = None):
        """Note what is wrong; ``lost`` is the annotator and clip that miss a segment by it."""
        self.faults.append(Fault(file, row, message))
        if lost:
            self._broken.add(lost)

    def records(self, path: Path, header: str | None = None) -> list[list[str]] | None:
        """The cells of every row of a table of text; None, and a fault, if the file is none.

        Parameters
        ----------
        header : pattern at the begin of the line that names the columns; None takes the first.
        """
        if not self.small(path):
            return None
        text = read_text(path)
        names = (line for line in text.splitlines() if header is None or re.match(header, line))
        try:
            return read_records(text, next(names, ""))
        except csv.Error as error:
            return self.fault(path.name, None, f"is no table of text: {error}")

    def small(self, path: Path) -> bool:
        """Whether a file is small enough to be read; a larger one is a fault."""
        small = path.stat().st_size <= LARGEST
        if not small:
            self.fault(path.name, None, f"larger than {LARGEST} bytes")
        return small

    def label(self, name: str) -> str | None:
        """The label a foreign name means, "" if it is left out, None if it is unknown."""
        known = {label.lower(): label for label in (*CLASSES, UNLABELED)}
        known |= {key.strip().lower(): label for key, label in self.names.items()}
        return known.get(name.strip().lower())

    def clip(self, file: str, row: int | None, *hints: str) -> str | None:
        """The clip that the hints name (a name, or a media file); none or two are a fault.

        A film called "IMG 0042 (1).MOV" is the clip IMG_0042_1, as in clips.csv.
        """
        wanted = [hint.strip() for hint in hints if hint.strip() not in ("", "NA")]
        stems = [Path(hint.replace("\\", "/")).stem for hint in wanted]
        names = [*wanted, *stems, *(paths.nearest_name(stem, "") for stem in stems)]
        named = list(dict.fromkeys(name for name in names if name in self.clocks))
        if len(named) > 1:
            both = " and ".join(map(repr, named))
            return self.fault(file, row, f"names two clips, {both}; one of them must be wrong")
        if named:
            return self._usable(named[0], file)
        near = [n for hint in wanted for n in difflib.get_close_matches(hint, self.clocks, n=1)]
        mean = f"; did you mean {near[0]!r}?" if near else ""
        tried = " or ".join(map(repr, dict.fromkeys(wanted))) or "nothing"
        return self.fault(file, row, f"no clip of clips.csv is named by {tried}{mean}")

    def _usable(self, clip: str, file: str) -> str | None:
        """The clip, if its frames are known in time; one fault for all its rows if not."""
        try:
            self.clocks[clip]
            return clip
        except ValueError as error:
            if Fault(file, None, str(error)) not in self.faults:
                self.fault(file, None, str(error))
            return None

    def person(self, name: str, file: str) -> str | None:
        """``name`` if an annotator can have it; None is a fault."""
        try:
            paths.safe_name(name, "annotator")
        except ValueError as error:
            return self.fault(file, None, str(error))
        if name in RESERVED:
            return self.fault(file, None, f"{name!r} cannot be an annotator's name")
        return name

    def complete(self, gaps: str | None = None) -> list[LabelledSegment]:
        """The segments read, checked to cover each of their clips once; faults are noted.

        Players show the last frame from its begin on, so nobody can end a segment after it: a
        last segment that ends where the clip's last frame begins includes that frame.

        Parameters
        ----------
        gaps : label of the frames that have none (programs that store events need not label
            everything); None makes every gap a fault.
        """
        result = []
        for (annotator, clip), own in by_person(self.segments).items():
            frames, last = self.clocks[clip].frames, max(segment.end for segment in own)
            if last == frames - 2:
                own = [s._replace(end=frames - 1) if s.end == last else s for s in own]
            own = own if gaps is None else _filled(own, frames, gaps)
            # A gap where a row could not be read would only repeat that fault.
            if (annotator, clip) not in self._broken:
                self._check(annotator, clip, own, frames)
            result += own
        return result

    def _check(self, annotator: str, clip: str, own: list[LabelledSegment], frames: int) -> None:
        file, *others = dict.fromkeys(segment.file for segment in own)
        if others:
            message = f"annotator {annotator}, clip {clip}: labels in {', '.join(others)} as well"
            return self.fault(file, None, f"{message}; import one of them")
        for row, message in coverage_faults(clip, [s._asdict() for s in own], frames):
            self.fault(file, row, f"annotator {annotator}, {message}")


def by_person(segments: Iterable[LabelledSegment]) -> dict[tuple[str, str], list[LabelledSegment]]:
    """Segments by annotator and clip, in order of their frames."""
    groups: dict[tuple[str, str], list[LabelledSegment]] = {}
    for segment in sorted(segments, key=lambda segment: (segment.start, segment.end)):
        groups.setdefault((segment.annotator, segment.clip), []).append(segment)
    return groups


def _filled(own: list[LabelledSegment], frames: int, label: str) -> list[LabelledSegment]:
    """The segments, and what lies before, between and after them as segments of ``label``."""
    result, free, empty = [], 0, {"label": label, "comment": "", "kind": ""}
    for segment in own:
        if segment.start > free:
            gap = segment._replace(start=free, end=segment.start - 1, **empty)
            result.append(gap)
        result.append(segment)
        free = max(free, segment.end + 1)
    if free < frames:
        result.append(own[-1]._replace(start=free, end=frames - 1, **empty))
    return result


def from_tables(tables: dict[str, pd.DataFrame]) -> list[LabelledSegment]:
    """Annotation tables (annotator -> clip, start, end, label, kind, comment) as segments."""
    return [
        LabelledSegment(
            row.clip, annotator, int(row.start), int(row.end), row.label, row.comment,
            kind=getattr(row, KIND, ""),
        )
        for annotator, table in tables.items()
        for row in table.itertuples()
    ]  # fmt: skip


def to_tables(segments: Iterable[LabelledSegment]) -> dict[str, pd.DataFrame]:
    """The inverse of :func:`from_tables`, annotators in alphabetical order."""
    found = {}
    table = pd.DataFrame(segments, columns=list(LabelledSegment._fields))
    for who, own in table.groupby("annotator"):
        columns = [*COLUMNS, *([KIND] if own[KIND].any() else []), "comment"]
        found[str(who)] = own[columns].reset_index(drop=True)
    return found


def joined(*comments: str) -> str:
    """Comments on one segment as one, without repeats."""
    kept = [comment.strip() for comment in comments if comment.strip()]
    return "; ".join(dict.fromkeys(kept))
