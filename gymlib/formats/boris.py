"""Event tables of BORIS (Friard & Gamba 2016, Methods in Ecology and Evolution 7).

BORIS exports events in two forms, as tab- or comma-separated text. *Aggregated* events have one
row per state with its start and stop; *tabular* events have one row per START, STOP or POINT.
Column names differ between versions 7, 8 and 9, and tabular files of version 7 begin with a block
about the observation; all of these are read. What they mean here:

- An observation is a clip: its id, or else its media file, is the clip's name.
- BORIS does not record who observed. One file holds one annotator's observations and carries the
  annotator's name.
- State events are segments. Point events named like a label say "this label from here on", as in
  the thesis authors' tool: it lasts until the next event, or to the end of the clip.
- A modifier that is a kind of the behaviour, such as walking of idle, is the segment's kind; others
  say nothing here.
- Times decide where there are any; image indices where there are none, as in observations of
  pictures. BORIS counts pictures from 1, frames of a video from 0. A stop is the first frame
  *after* the segment.
"""

import re
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from gymlib.files.atomic import write_text
from gymlib.files.formulas import guarded_table, unguarded
from gymlib.formats.boris_events import Observation, Row
from gymlib.formats.clock import Clock
from gymlib.formats.segments import LabelledSegment, Reading
from gymlib.formats.text import with_point
from gymlib.video import ENDINGS

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
MODIFIER = {True: "Modifiers", False: "Modifier #1"}
"""Column of a behaviour's modifiers in aggregated events, and in tabular ones."""
TIMES = ("Start (s)", "Stop (s)", "Time")
PICTURES = "From directories of images"


# --- writing ----------------------------------------------------------------------------------


def write(
    path: Path, segments: list[LabelledSegment], clocks: Mapping, *, aggregated: bool = True
) -> None:
    """One annotator's segments as a tab-separated table of BORIS 9, in the order given.

    Clips without a frame rate become observations of pictures: image indices and no times.
    """
    rows = [row for s in segments for row in _event_rows(s, clocks[s.clip], aggregated)]
    columns = [*(AGGREGATED if aggregated else TABULAR)]
    if any(segment.kind for segment in segments):
        columns.insert(columns.index("Behavior type"), MODIFIER[aggregated])
    table = guarded_table(pd.DataFrame(rows, columns=columns))
    write_text(path, table.to_csv(sep="\t", index=False, lineterminator="\n"))


def _event_rows(segment: LabelledSegment, clock: Clock, aggregated: bool) -> list[dict]:
    """One row with start and stop, or one for each of them."""
    timed = clock.borders is not None
    lasts = f"{clock.time(clock.frames):.3f}" if timed else "NA"
    fps = f"{clock.fps:.3f}" if timed else "NA"
    about = {
        "Observation id": segment.clip,
        "Observation type": "Media file(s)" if timed else PICTURES,
        "Source": f"player #1:{clock.media}" if clock.media else "",
        "Time offset (s)": "0.0",
        "Media duration (s)": lasts,
        "Subject": "No focal subject",
        "Behavior": segment.label,
        MODIFIER[aggregated]: segment.kind,
        "Media file name": clock.media or "NA",
    }
    borders = segment.start, segment.end + 1
    times = [f"{clock.time(border):.3f}" if timed else "NA" for border in borders]
    indices = [str(border if timed else border + 1) for border in borders]
    if not aggregated:
        about |= {"Observation duration": lasts, "FPS": fps, "Image file path": "NA"}
        names = ("Behavior type", "Time", "Image index", "Comment")
        events = zip(("START", "STOP"), times, indices, (segment.comment, ""))
        return [about | dict(zip(names, event)) for event in events]
    duration = f"{float(times[1]) - float(times[0]):.3f}" if timed else "NA"
    about |= {"FPS (frame/s)": fps, "Coding duration": lasts, "Duration (s)": duration}
    about |= {"Behavior type": "STATE", "Comment start": segment.comment}
    about |= dict(zip(("Start (s)", "Stop (s)"), times))
    return [about | dict(zip(("Image index start", "Image index stop"), indices))]


# --- reading ----------------------------------------------------------------------------------


def read(path: Path, reading: Reading) -> None:
    """Add the segments and faults of one file to ``reading``; both forms, versions 7 to 9.

    The annotator is ``reading.annotator``, or else the file's name without its ending.
    """
    path = Path(path)
    found = _table(path, reading)
    if found is None:
        return
    if reading.annotator is None and path.stem in reading.clocks:
        message = "the file is named after a clip; say who labelled it (annotator)"
        return reading.fault(path.name, None, message)
    annotator = reading.person(reading.annotator or path.stem, path.name)
    if annotator is None:
        return
    columns, about, rows = found
    observations: dict[tuple[str, str, str], list[Row]] = {}
    for number, cells in rows:
        cells = about | cells
        # Without BORIS's "player #1:" and other players' files.
        media = [cells.get(name, "").split("|")[0].rpartition("#1:")[2] for name in MEDIA]
        clip = reading.clip(path.name, number, cells.get("Observation id", ""), *media)
        if clip is None:
            continue
        if (reason := _unusable(cells, reading.clocks[clip])) is not None:
            reading.fault(path.name, number, f"clip {clip}: {reason}", lost=(annotator, clip))
        else:
            # Subjects are told apart, so that two of them in one clip are seen to overlap.
            key = clip, cells.get("Observation id", ""), cells.get("Subject", "")
            observations.setdefault(key, []).append((number, cells))
    mixed = _mixed(path.name, observations, reading)
    for (clip, _, _), events in observations.items():
        if clip in mixed:
            continue
        observation = Observation(path.name, annotator, clip, reading)
        observation.aggregated(events) if "Start (s)" in columns else observation.tabular(events)


def _table(path: Path, reading: Reading) -> tuple[list[str], dict, list[Row]] | None:
    """Columns, what stands above the table, and its rows with their numbers; None is a fault."""
    records = reading.records(path, r"(?=.*Behavior).*(Start \(s\)|Time)")
    if records is None:
        return None
    heads = (i for i, r in enumerate(records) if "Behavior" in r and {"Start (s)", "Time"} & {*r})
    at = next(heads, None)
    if at is None:
        return reading.fault(
            path.name, None, "expected a row of column names with Behavior and Start (s) or Time; "
            "export the events from BORIS as tabular or aggregated events (TSV or CSV)",
        )  # fmt: skip
    columns = [name.strip() for name in records[at]]
    records = [[unguarded(cell) for cell in record] for record in records]
    rows = [(i + 1, dict(zip(columns, r))) for i, r in enumerate(records) if i > at and any(r)]
    twice = [name for name in _DECISIVE if columns.count(name) > 1]
    if twice:
        return reading.fault(path.name, at + 1, f"two columns are named {twice[0]!r}")
    for _, cells in rows:
        numbers = [name for name in cells if name.endswith("(s)") or name in ("Time", "FPS")]
        cells.update({name: with_point(cells[name]) for name in numbers})
    about = {r[0].strip(): r[1].strip() for r in records[:at] if len(r) > 1 and r[1].strip()}
    about |= {"Source": about.get("Player #1", "")}
    return columns, about, rows


_DECISIVE = ("Observation id", "Behavior", "Behavior type", "Status", *TIMES)


def _mixed(file: str, observations: Mapping, reading: Reading) -> set[str]:
    """Clips of an observation that plays several, and clips of several observations; faults."""
    clips: dict[str, list[str]] = {}
    names: dict[str, list[str]] = {}
    for clip, name, _ in observations:
        clips.setdefault(name, []).append(clip)
        names.setdefault(clip, []).append(name)
    mixed = set()
    for name, own in clips.items():
        if name and len(own := list(dict.fromkeys(own))) > 1:
            message = f"observation {name!r} plays several clips, {', '.join(own)}, one after the "
            message += "other, and times count from the first; make an observation per clip"
            reading.fault(file, None, message)
            mixed |= set(own)
    for clip, own in names.items():
        if len(own := list(dict.fromkeys(own))) > 1:
            message = f"clip {clip}: {len(own)} observations, {', '.join(map(repr, own))}; export "
            message += "each to a file of its own and import it with its annotator (annotator)"
            reading.fault(file, None, message)
            mixed.add(clip)
    return mixed


def _unusable(cells: dict[str, str], clock: Clock) -> str | None:
    """Why a row cannot be used at all."""
    if any("\ufffd" in cell for cell in cells.values()):
        return "letters that are not UTF-8; save the file with the encoding UTF-8"
    several = "the observation plays several media files one after the other; make one per clip"
    played = cells.get("Source", "").split(";")  # a folder may have a semicolon in its name, too
    films = [part for part in played if Path(part.strip()).suffix.lower() in ENDINGS]
    if len(films) == len(played) > 1 and cells.get("Observation type", "") != PICTURES:
        return several
    lasts = cells.get("Total length") or cells.get("Media duration (s)") or ""
    if clock.borders is None or not re.fullmatch(r"\d+([.]\d+)?", lasts):
        return None
    ends = max(clock.time(clock.frames), clock.end)
    if float(lasts) > 1.1 * ends + 0.5:  # BORIS and the film may differ a little
        return f"{several} (its media last {float(lasts):.3f} s, the clip {ends:.3f} s)"
    return None
