"""DeepLabCut's CSV (Mathis et al. 2018): a row per frame under three or four rows of names.

Rows scorer, individuals (only where there were several animals), bodyparts, coords; columns x, y,
likelihood of each part; the first column numbers frames from 0. The parts are the user's.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from gymlib.formats.keypoints.found import Body, Found, placed
from gymlib.formats.keypoints.named_parts import frame_number, number, points_of, tables
from gymlib.formats.segments import Reading

LEAST = 0.6
"""Likelihood from which on a point counts as seen: DeepLabCut's own ``pcutoff``."""
HOW = "analyze_videos(..., save_as_csv=True) or analyze_videos_converth5_to_csv(folder) writes them"
COORDS = ("x", "y", "likelihood")


def read(
    source: Path, reading: Reading, least: float = LEAST, meanings: Mapping[str, str] | None = None
) -> list[Found]:
    """The films of such tables, one each; faults go to ``reading``.

    Parameters
    ----------
    least : likelihood from which on a point counts as seen.
    meanings : body part -> point of BlazePose, "" to leave it out, for what no rule tells.
    """
    films = (
        _film(file, rows, reading, least, meanings or {})
        for file, rows in tables(source, reading, HOW)
    )
    return [film for film in films if film]


def _film(file: Path, rows, reading: Reading, least: float, meanings) -> Found | None:
    heads = {row[0].strip().lower(): row[1:] for row in rows[:4] if row}
    if not {"bodyparts", "coords"} <= heads.keys():
        message = "expected rows scorer, bodyparts and coords at the top, as DeepLabCut writes them"
        return reading.fault(file.name, None, message)
    first = 4 if "individuals" in heads else 3
    parts = [cell.strip() for cell in heads["bodyparts"]]
    whose = [cell.strip() for cell in heads.get("individuals", [""] * len(parts))]
    coords = [cell.strip().lower() for cell in heads["coords"]]
    known = points_of(parts, meanings, file.name, reading)
    if known is None:
        return None
    columns = {key: at for at, key in enumerate(zip(whose, parts, coords))}
    frames: dict[int, list[Body]] = {}
    for at, row in enumerate(rows[first:], start=first + 1):
        if not any(cell.strip() for cell in row):
            continue
        frame = frame_number(row[0], file.name, at, reading)
        if frame is None:
            continue
        if frame in frames:
            reading.fault(file.name, at, f"frame {frame} comes twice")
            continue
        cells = row[1:] + [""] * (len(parts) - len(row) + 1)
        frames[frame] = []
        for who in dict.fromkeys(whose):
            values = [
                [
                    _cell(cells, columns, (who, part, axis), file.name, at, reading)
                    for axis in COORDS
                ]
                for part in known[0]
            ]
            points = placed(np.array(values), list(known[0].values()), least)
            if np.isfinite(points).any():
                frames[frame].append(Body(points, who))
    hints = (file.stem.split("DLC")[0].rstrip("_-"), file.stem, file.parent.name)
    return Found(file.name, hints, "DeepLabCut", frames, tuple(known[1]))


def _cell(cells, columns, key, file: str, row: int, reading: Reading) -> float:
    if key not in columns:
        return float("nan")  # hand-labelled tables have no likelihood
    return number(cells[columns[key]], file, row, " ".join(filter(None, key)), reading)
