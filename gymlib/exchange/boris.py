"""Event tables of BORIS (Friard & Gamba 2016, Methods in Ecology and Evolution 7).

BORIS exports events in two forms, as tab- or comma-separated text. *Aggregated* events have one
row per state with its start and stop; *tabular* events have one row per START, STOP or POINT.
Column names differ between versions 7, 8 and 9, and tabular files of version 7 begin with a block
about the observation; all of these are read. What they mean here:

- An observation is a clip: its id, or else its media file, is the clip's name.
- BORIS does not record who observed. One file holds one annotator's observations and carries the
  annotator's name.
- State events are runs. Point events named like a label say "this label from here on", as in the
  thesis authors' tool: the run lasts until the next event, or to the end of the clip.
- Times decide where there are any; image indices where there are none, as in observations of
  pictures. BORIS counts pictures from 1, frames of a video from 0. A stop is the first frame
  *after* the run.
"""

import csv
import io as streams
import re
from pathlib import Path

from gymlib import io
from gymlib.exchange.clock import Clock
from gymlib.exchange.runs import LARGEST, LEFT_OUT, Reading, Run, joined
from gymlib.labels import CLASSES

_ABOUT = ["Observation id", "Observation date", "Description"]
AGGREGATED = [
    *_ABOUT, "Observation type", "Source", "Time offset (s)", "Coding duration",
    "Media duration (s)", "FPS (frame/s)", "Subject",
    "Observation duration by subject by observation", "Behavior", "Behavioral category",
    "Behavior type", "Start (s)", "Stop (s)", "Duration (s)", "Media file name",
    "Image index start", "Image index stop", "Image file path start", "Image file path stop",
    "Comment start", "Comment stop",
]  # fmt: skip
"""Columns of aggregated events, BORIS 9."""
TABULAR = [
    *_ABOUT, "Observation duration", "Observation type", "Source", "Time offset (s)",
    "Media duration (s)", "FPS", "Subject", "Behavior", "Behavioral category", "Behavior type",
    "Time", "Media file name", "Image index", "Image file path", "Comment",
]  # fmt: skip
"""Columns of tabular events, BORIS 9."""
MEDIA = ("Media file name", "Media file", "Media file path", "Source")
"""Columns that may name the video, by version."""
PICTURES = "From directories of images"

_NONE = ("", "NA")
_TIMED = r"Start \(s\)|Time"

Row = tuple[int, dict[str, str]]


# --- writing ----------------------------------------------------------------------------------


def write(path: Path, runs: list[Run], clocks: dict[str, Clock], *, aggregated: bool = True):
    """One annotator's runs as a tab-separated table of BORIS 9, in the order given.

    Clips without a frame rate become observations of pictures: image indices and no times.
    """
    columns = AGGREGATED if aggregated else TABULAR
    text = streams.StringIO()
    table = csv.DictWriter(
        text, columns, extrasaction="ignore", delimiter="\t", lineterminator="\n"
    )
    table.writeheader()
    for run in runs:
        make = _state if aggregated else _start_and_stop
        table.writerows(make(run, clocks[run.clip]))
    io.write_text(path, text.getvalue())


def _state(run: Run, clock: Clock) -> list[dict]:
    (start, first), (stop, after) = (_moment(clock, b) for b in (run.start, run.end + 1))
    about = _observation(run, clock)
    return [
        about
        | {
            "FPS (frame/s)": about["FPS"],
            "Coding duration": about["Observation duration"],
            "Behavior type": "STATE",
            "Start (s)": start,
            "Stop (s)": stop,
            "Duration (s)": "NA" if start == "NA" else f"{float(stop) - float(start):.3f}",
            "Image index start": first,
            "Image index stop": after,
            "Comment start": run.comment,
        }
    ]


def _start_and_stop(run: Run, clock: Clock) -> list[dict]:
    about, rows = _observation(run, clock), []
    for kind, border in (("START", run.start), ("STOP", run.end + 1)):
        time, index = _moment(clock, border)
        comment = run.comment if kind == "START" else ""
        row = {"Behavior type": kind, "Time": time, "Image index": index, "Comment": comment}
        rows.append(about | row)
    return rows


def _moment(clock: Clock, border: int) -> tuple[str, str]:
    """Time and image index of a border between frames."""
    if clock.borders is None:
        return "NA", str(border + 1)
    return f"{clock.time(border):.3f}", str(border)


def _observation(run: Run, clock: Clock) -> dict:
    timed = clock.borders is not None
    lasts = f"{clock.time(clock.frames):.3f}" if timed else "NA"
    about = {
        "Observation id": run.clip,
        "Observation type": "Media file(s)" if timed else PICTURES,
        "Source": f"player #1:{clock.media}" if clock.media else "",
        "Time offset (s)": "0.0",
        "Observation duration": lasts,
        "Media duration (s)": lasts,
        "FPS": f"{clock.fps:.3f}" if timed else "NA",
        "Subject": "No focal subject",
        "Behavior": run.label,
        "Media file name": clock.media or "NA",
        "Image file path": "NA",
    }
    return about


# --- reading ----------------------------------------------------------------------------------


def read(path: Path, reading: Reading) -> None:
    """Add the runs and faults of one file to ``reading``; both forms, versions 7 to 9.

    The annotator is ``reading.annotator``, or else the file's name without its ending.
    """
    path = Path(path)
    found = _events(path, reading)
    if found is None:
        return
    columns, about, rows = found
    annotator = _annotator(path, reading)
    if annotator is None:
        return
    observations: dict[tuple[str, str], list[Row]] = {}
    for number, cells in rows:
        cells = about | cells
        media = [_file(cells.get(name, "")) for name in MEDIA]
        clip = reading.clip(path.name, number, cells.get("Observation id", ""), *media)
        if clip is not None and _plays_one(path.name, number, cells, clip, reading, annotator):
            # Subjects are told apart, so that two of them in one clip are seen to overlap.
            key = clip, cells.get("Subject", "")
            observations.setdefault(key, []).append((number, cells))
    form = _aggregated if "Start (s)" in columns else _tabular
    for (clip, _), events in observations.items():
        form(path.name, annotator, clip, events, reading)


def _annotator(path: Path, reading: Reading) -> str | None:
    name = reading.annotator or path.stem
    if name in reading.clocks and reading.annotator is None:
        return reading.fault(
            path.name, None, "the file is named after a clip; say who labelled it (annotator)"
        )
    return reading.person(name, path.name)


def _events(path: Path, reading: Reading):
    """Columns, what stands above the table, and its rows with their numbers; None is a fault."""
    if path.stat().st_size > LARGEST:
        return reading.fault(path.name, None, f"larger than {LARGEST} bytes")
    text = path.read_text("utf-8-sig", errors="replace")
    header = (line for line in text.splitlines() if "Behavior" in line and re.search(_TIMED, line))
    delimiter = max("\t,;", key=next(header, "").count)
    try:
        records = list(csv.reader(streams.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        return reading.fault(path.name, None, f"is no table of text: {error}")
    heads = (i for i, r in enumerate(records) if "Behavior" in r and {"Start (s)", "Time"} & {*r})
    at = next(heads, None)
    if at is None:
        return reading.fault(
            path.name, None, "expected a row of column names with Behavior and Start (s) or Time; "
            "export the events from BORIS as tabular or aggregated events (TSV or CSV)",
        )  # fmt: skip
    columns = [name.strip() for name in records[at]]
    rows = [(i + 1, dict(zip(columns, r))) for i, r in enumerate(records) if i > at and any(r)]
    if delimiter == ";":  # a spreadsheet of a country with decimal commas wrote it
        rows = [(i, {k: _point(k, v) for k, v in cells.items()}) for i, cells in rows]
    about = {r[0].strip(): r[1].strip() for r in records[:at] if len(r) > 1 and r[1].strip()}
    about |= {"Source": about.get("Player #1", "")}
    return columns, about, rows


def _point(column: str, cell: str) -> str:
    return cell.replace(",", ".") if column.endswith("(s)") or column == "Time" else cell


def _file(cell: str) -> str:
    """A cell that names a media file, without BORIS's "player #1:"."""
    return cell.rpartition("#1:")[2].strip()


def _plays_one(file, number, cells, clip, reading, annotator) -> bool:
    """Whether an observation plays one media file; times of a second one would not begin at 0."""
    several = ";" in cells.get("Source", "") and cells.get("Observation type", "") != PICTURES
    if several:
        reading.fault(
            file, number, f"observation {clip} plays several media files one after the other; "
            "make one observation per clip", lost=(annotator, clip),
        )  # fmt: skip
    return not several


def _aggregated(file, annotator, clip, events: list[Row], reading: Reading) -> None:
    points = []
    for row, cells in events:
        label = _label(file, row, cells, annotator, clip, reading)
        if label is None:
            continue
        comment = joined(cells.get("Comment start", ""), cells.get("Comment stop", ""))
        start = _border(file, row, cells, "start", clip, reading, annotator)
        if cells.get("Behavior type", "").strip() == "POINT":
            points.append((start, label, comment, row))
            continue
        stop = _border(file, row, cells, "stop", clip, reading, annotator)
        _add(reading, file, row, annotator, clip, (start, stop), label, comment)
    _add_points(reading, file, annotator, clip, points)


def _tabular(file, annotator, clip, events: list[Row], reading: Reading) -> None:
    points, open_states = [], {}
    for row, cells in events:
        label = _label(file, row, cells, annotator, clip, reading)
        if label is None:
            continue
        kind = (cells.get("Status") or cells.get("Behavior type", "")).strip()
        at = _border(file, row, cells, "", clip, reading, annotator)
        comment = cells.get("Comment", "")
        if kind == "POINT":
            points.append((at, label, comment.strip(), row))
        elif kind == "START" and label not in open_states:
            open_states[label] = (at, comment, row)
        elif kind == "STOP" and label in open_states:
            start, before, first = open_states.pop(label)
            text = joined(before, comment)
            _add(reading, file, first, annotator, clip, (start, at), label, text)
        else:
            wrong = {
                "START": f"{label} starts again, but its start in row "
                f"{open_states.get(label, (0, 0, 0))[2]} has no STOP",
                "STOP": f"{label} stops without a START before",
            }
            message = wrong.get(kind, f"expected START, STOP or POINT, found {kind!r}")
            reading.fault(file, row, f"clip {clip}: {message}", lost=(annotator, clip))
    for label, (_, _, row) in open_states.items():
        message = f"clip {clip}: {label} starts and has no STOP"
        reading.fault(file, row, message, lost=(annotator, clip))
    _add_points(reading, file, annotator, clip, points)


def _label(file, row, cells, annotator, clip, reading) -> str | None:
    """The label of an event; None if it is left out or (a fault) unknown."""
    name = cells.get("Behavior", "").strip()
    label = reading.label(name)
    if label is None:
        reading.fault(
            file, row, f"clip {clip}: behaviour {name!r} is no label; expected "
            f"{', '.join(CLASSES)}, or what it means: {name}=skill, {name}= to leave it out",
            lost=(annotator, clip),
        )  # fmt: skip
    return None if label == LEFT_OUT else label


def _border(file, row, cells, which, clip, reading, annotator) -> int | None:
    """The border between frames an event stands at; None is a fault."""
    time = cells.get(f"{which.title()} (s)" if which else "Time", "").strip()
    index = cells.get(f"Image index {which}".strip(), "").strip()
    clock = reading.clocks[clip]
    try:
        if time not in _NONE and clock.borders is not None:
            return clock.border(_number(time) - _number(cells.get("Time offset (s)", "")))
        if index not in _NONE:
            kind = cells.get("Observation type", "").lower()
            return _indexed(int(_number(index)) - ("image" in kind or "picture" in kind), clock)
        unknown = "the frame rate of the clip is unknown; give one (fps)"
        raise ValueError(f"no {which} time" if clock.borders is not None else unknown)
    except ValueError as error:
        return reading.fault(file, row, f"clip {clip}: {error}", lost=(annotator, clip))


def _number(cell: str) -> float:
    """A number; 0 where BORIS has none."""
    try:
        return 0.0 if cell.strip() in _NONE else float(cell)
    except ValueError:
        raise ValueError(f"expected a number, found {cell!r}") from None


def _indexed(border: int, clock: Clock) -> int:
    if not 0 <= border <= clock.frames:
        raise ValueError(f"image index {border} lies outside the clip of {clock.frames} frames")
    return border


def _add(reading, file, row, annotator, clip, borders, label, comment) -> None:
    start, stop = borders
    if start is None or stop is None:
        return
    if stop <= start:
        message = f"clip {clip}: {label} covers no frame (it starts and stops at frame {start})"
        reading.fault(file, row, message, lost=(annotator, clip))
        return
    reading.runs.append(Run(clip, annotator, start, stop - 1, label, comment, file, row))


def _add_points(reading, file, annotator, clip, points) -> None:
    """Runs of point events: each lasts until the next, the last to the end of the clip."""
    points = [point for point in points if point[0] is not None]
    points.sort(key=lambda point: point[0])
    stops = [point[0] for point in points[1:]] + [reading.clocks[clip].frames]
    for (start, label, comment, row), stop in zip(points, stops):
        _add(reading, file, row, annotator, clip, (start, stop), label, comment)
