"""From the rows of a BORIS table to segments: paired starts and stops, times to frames."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from gymlib.formats.segments import LEFT_OUT, LabelledSegment, Reading, joined
from gymlib.labels import CLASSES, KINDS

NONE = ("", "NA")
"""How BORIS writes that there is no value."""
Row = tuple[int, dict[str, str]]
"""Number of a row in the file, and its cells by column."""


class Named(NamedTuple):
    """What an event is: a label, and its kind, "" for none."""

    label: str
    kind: str

    def __str__(self) -> str:
        return f"{self.label} ({self.kind})" if self.kind else self.label


@dataclass(frozen=True)
class Observation:
    """One annotator's observation of one clip; segments and faults go to ``reading``."""

    file: str
    annotator: str
    clip: str
    reading: Reading

    def fault(self, row: int, message: str) -> None:
        lost = self.annotator, self.clip
        self.reading.fault(self.file, row, f"clip {self.clip}: {message}", lost=lost)

    def aggregated(self, events: list[Row]) -> None:
        """Rows with a start and a stop each (STATE), or a time alone (POINT)."""
        points = []
        for row, cells, label in self._labelled(events):
            comment = joined(cells.get("Comment start", ""), cells.get("Comment stop", ""))
            start = self._border(row, cells, "start")
            if cells.get("Behavior type", "").strip() == "POINT":
                points.append((start, label, comment, row))
            else:
                self._add(row, start, self._border(row, cells, "stop"), label, comment)
        self._add_points(points)

    def tabular(self, events: list[Row]) -> None:
        """Rows that are a START, a STOP or a POINT each."""
        points, started = [], {}
        for row, cells, label in self._labelled(events):
            kind = (cells.get("Status") or cells.get("Behavior type", "")).strip()
            at, comment = self._border(row, cells, ""), cells.get("Comment", "")
            if kind == "POINT":
                points.append((at, label, comment.strip(), row))
            elif kind == "START" and label in started:
                first = started[label][2]
                self.fault(row, f"{label} starts again, but its start in row {first} has no STOP")
            elif kind == "START":
                started[label] = (at, comment, row)
            elif kind == "STOP" and label in started:
                start, before, first = started.pop(label)
                self._add(first, start, at, label, joined(before, comment))
            elif kind == "STOP":
                self.fault(row, f"{label} stops without a START before")
            else:
                self.fault(row, f"expected START, STOP or POINT, found {kind!r}")
        for label, (_, _, row) in started.items():
            self.fault(row, f"{label} starts and has no STOP")
        self._add_points(points)

    def _labelled(self, events: list[Row]) -> Iterator[tuple[int, dict[str, str], Named]]:
        """The events with their labels, but those left out; an unknown one is a fault."""
        for row, cells in events:
            name = cells.get("Behavior", "").strip()
            label = self.reading.label(name)
            if label is None:
                self.fault(
                    row, f"behaviour {name!r} is no label; expected {', '.join(CLASSES)}, or what "
                    f"it means: {name}=skill, {name}= to leave it out",
                )  # fmt: skip
            elif label != LEFT_OUT:
                yield row, cells, Named(label, _kind(label, cells))

    def _border(self, row: int, cells: dict[str, str], which: str) -> int | None:
        """The border between frames that an event stands at; None is a fault.

        ``which`` is "start" or "stop" of an aggregated row, "" for the time of a tabular one.
        """
        time = cells.get(f"{which.title()} (s)" if which else "Time", "").strip()
        index = cells.get(f"Image index {which}".strip(), "").strip()
        clock = self.reading.clocks[self.clip]
        try:
            if time not in NONE and clock.borders is not None:
                return clock.border(_number(time) - _number(cells.get("Time offset (s)", "")))
            if index not in NONE:
                kind = cells.get("Observation type", "").lower()
                pictures = "image" in kind or "picture" in kind  # counted from 1
                border = int(_number(index)) - pictures
                if 0 <= border <= clock.frames:
                    return border
                raise ValueError(
                    f"image index {border} lies outside the clip of {clock.frames} frames"
                )
            unknown = "the frame rate of the clip is unknown; give one (fps)"
            raise ValueError(unknown if clock.borders is None else f"no {which or 'event'} time")
        except ValueError as error:
            return self.fault(row, str(error))

    def _add(
        self, row: int, start: int | None, stop: int | None, label: Named, comment: str
    ) -> None:
        if start is None or stop is None:
            return
        if stop <= start:
            self.fault(row, f"{label} covers no frame (it starts and stops at frame {start})")
            return
        said = (label.label, comment, self.file, row, label.kind)
        found = LabelledSegment(self.clip, self.annotator, start, stop - 1, *said)
        self.reading.segments.append(found)

    def _add_points(self, points: list) -> None:
        """Segments of point events: each lasts until the next, the last to the end of the clip."""
        points = sorted((p for p in points if p[0] is not None), key=lambda point: point[0])
        stops = [point[0] for point in points[1:]] + [self.reading.clocks[self.clip].frames]
        for (start, label, comment, row), stop in zip(points, stops):
            self._add(row, start, stop, label, comment)


def _kind(label: str, cells: dict[str, str]) -> str:
    """The first modifier that is a kind of the label; "" without one."""
    texts = (cells[column] for column in cells if column.startswith("Modifier"))
    said = (part.strip() for text in texts for part in re.split(r"[|,;]", text))
    return next((part for part in said if part in KINDS.get(label, ())), "")


def _number(cell: str) -> float:
    """A number; 0 where BORIS has none."""
    try:
        number = 0.0 if cell.strip() in NONE else float(cell)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"expected a number, found {cell!r}")
    return number
