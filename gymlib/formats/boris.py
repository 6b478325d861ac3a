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

from gymlib.files.atomic import write_text
from gymlib.formats.boris_events import Observation, Row
from gymlib.formats.clock import Clock
from gymlib.formats.segments import LARGEST, Reading, Run

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

_TIMED = r"Start \(s\)|Time"


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
    write_text(path, text.getvalue())


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
        if clip is None:
            continue
        if (reason := _unusable(cells)) is not None:
            reading.fault(path.name, number, f"clip {clip}: {reason}", lost=(annotator, clip))
        else:
            # Subjects are told apart, so that two of them in one clip are seen to overlap.
            key = clip, cells.get("Subject", "")
            observations.setdefault(key, []).append((number, cells))
    for (clip, _), events in observations.items():
        own = Observation(path.name, annotator, clip, reading)
        own.aggregated(events) if "Start (s)" in columns else own.tabular(events)


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
    """A cell that names a media file, without BORIS's "player #1:" and other players' files."""
    return cell.split("|")[0].rpartition("#1:")[2].strip()


def _unusable(cells: dict[str, str]) -> str | None:
    """Why a row cannot be used at all."""
    if any("\ufffd" in cell for cell in cells.values()):
        return "letters that are not UTF-8; save the file with the encoding UTF-8"
    if ";" in cells.get("Source", "") and cells.get("Observation type", "") != PICTURES:
        return "the observation plays several media files one after the other; make one per clip"
    return None
