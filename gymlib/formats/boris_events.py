"""From the rows of a BORIS table to runs: paired starts and stops, times to frames."""

import math
from dataclasses import dataclass

from gymlib.formats.segments import LEFT_OUT, Reading, Run, joined
from gymlib.labels import CLASSES

NONE = ("", "NA")
"""How BORIS writes that there is no value."""
Row = tuple[int, dict[str, str]]
"""Number of a row in the file, and its cells by column."""


@dataclass(frozen=True)
class Observation:
    """One annotator's observation of one clip; runs and faults go to ``reading``."""

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
        for row, cells in events:
            label = self._label(row, cells)
            if label is None:
                continue
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
        for row, cells in events:
            label = self._label(row, cells)
            if label is None:
                continue
            kind = (cells.get("Status") or cells.get("Behavior type", "")).strip()
            at, comment = self._border(row, cells, ""), cells.get("Comment", "")
            if kind == "POINT":
                points.append((at, label, comment.strip(), row))
            elif kind == "START" and label not in started:
                started[label] = (at, comment, row)
            elif kind == "STOP" and label in started:
                start, before, first = started.pop(label)
                self._add(first, start, at, label, joined(before, comment))
            else:
                self._unpaired(row, kind, label, started)
        for label, (_, _, row) in started.items():
            self.fault(row, f"{label} starts and has no STOP")
        self._add_points(points)

    def _unpaired(self, row: int, kind: str, label: str, started: dict) -> None:
        if kind == "START":
            first = started[label][2]
            self.fault(row, f"{label} starts again, but its start in row {first} has no STOP")
        elif kind == "STOP":
            self.fault(row, f"{label} stops without a START before")
        else:
            self.fault(row, f"expected START, STOP or POINT, found {kind!r}")

    def _label(self, row: int, cells: dict[str, str]) -> str | None:
        """The label of an event; None if it is left out or (a fault) unknown."""
        name = cells.get("Behavior", "").strip()
        label = self.reading.label(name)
        if label is None:
            self.fault(
                row, f"behaviour {name!r} is no label; expected {', '.join(CLASSES)}, or what it "
                f"means: {name}=skill, {name}= to leave it out",
            )  # fmt: skip
        return None if label == LEFT_OUT else label

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
                return _indexed(int(_number(index)) - pictures, clock.frames)
            unknown = "the frame rate of the clip is unknown; give one (fps)"
            raise ValueError(unknown if clock.borders is None else f"no {which or 'event'} time")
        except ValueError as error:
            return self.fault(row, str(error))

    def _add(self, row: int, start: int | None, stop: int | None, label: str, comment: str) -> None:
        if start is None or stop is None:
            return
        if stop <= start:
            self.fault(row, f"{label} covers no frame (it starts and stops at frame {start})")
            return
        run = Run(self.clip, self.annotator, start, stop - 1, label, comment, self.file, row)
        self.reading.runs.append(run)

    def _add_points(self, points: list) -> None:
        """Runs of point events: each lasts until the next, the last to the end of the clip."""
        points = sorted((p for p in points if p[0] is not None), key=lambda point: point[0])
        stops = [point[0] for point in points[1:]] + [self.reading.clocks[self.clip].frames]
        for (start, label, comment, row), stop in zip(points, stops):
            self._add(row, start, stop, label, comment)


def _number(cell: str) -> float:
    """A number; 0 where BORIS has none."""
    try:
        number = 0.0 if cell.strip() in NONE else float(cell)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"expected a number, found {cell!r}")
    return number


def _indexed(border: int, frames: int) -> int:
    if not 0 <= border <= frames:
        raise ValueError(f"image index {border} lies outside the clip of {frames} frames")
    return border
