"""SLEAP's analysis CSV (Pereira et al. 2022): a row per animal and frame.

Columns track, frame_idx (from 0), instance.score, then ``<node>.x``, ``<node>.y``,
``<node>.score`` of each node, in pixels. The nodes are the user's.
"""

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from gymlib.formats.keypoints.found import Body, Found, placed
from gymlib.formats.keypoints.named_parts import frame_number, number, points_of, tables
from gymlib.formats.segments import Reading

HOW = "in SLEAP choose File > Export Analysis CSV, or run sleap-convert --format analysis.csv"
AXES = ("x", "y", "score")


def read(
    source: Path, reading: Reading, least: float = 0.0, meanings: Mapping[str, str] | None = None
) -> list[Found]:
    """The films of such tables, one each; faults go to ``reading``.

    Parameters
    ----------
    least : score from which on a point counts as seen; points without a score always do.
    meanings : node -> point of BlazePose, "" to leave it out, for what no rule tells.
    """
    films = (
        _film(file, rows, reading, least, meanings or {})
        for file, rows in tables(source, reading, HOW)
    )
    return [film for film in films if film]


def _film(file: Path, rows, reading: Reading, least: float, meanings) -> Found | None:
    header = [cell.strip() for cell in rows[0]] if rows else []
    nodes = [name.removesuffix(".x") for name in header if name.endswith(".x")]
    if "frame_idx" not in header or not nodes:
        message = "expected columns track, frame_idx and x, y, score of each node (nose.x, ...)"
        return reading.fault(file.name, 1, f"{message}; {HOW}")
    known = points_of(nodes, meanings, file.name, reading)
    if known is None:
        return None
    column = {name: at for at, name in enumerate(header)}
    frames: dict[int, list[Body]] = {}
    for at, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        cells = row + [""] * (len(header) - len(row))
        frame = frame_number(cells[column["frame_idx"]], file.name, at, reading)
        if frame is None:
            continue
        names = [[f"{node}.{axis}" for axis in AXES] for node in known[0]]
        values = [
            [number(cells[column[n]], file.name, at, n, reading) if n in column else np.nan
             for n in own]
            for own in names
        ]  # fmt: skip
        points = placed(np.array(values), list(known[0].values()), least)
        who = cells[column["track"]].strip() if "track" in column else ""
        frames.setdefault(frame, []).append(Body(points, who))
    stem = file.stem.removesuffix(".analysis")
    hints = (re.sub(r"^.*[.][0-9]{3}_", "", stem), stem, file.parent.name)
    return Found(file.name, hints, "SLEAP", frames, tuple(known[1]))
