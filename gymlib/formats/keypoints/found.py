"""People as a file of keypoints tells of them, frame by frame."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from gymlib.formats.keypoints.skeletons import MID_HIP, NECK
from gymlib.formats.segments import Reading
from gymlib.skeleton import INDEX

Points = Float[np.ndarray, "33 3"]


class Body(NamedTuple):
    """One person in one frame."""

    points: Points
    """x and y in pixels, and the program's confidence; NaN where a point was not seen."""
    who: str = ""
    """The program's name for the person; "" if it has none."""


class Found(NamedTuple):
    """All that files say of one film."""

    where: str
    """Which files, for people."""
    hints: tuple[str, ...]
    """What may name its clip."""
    skeleton: str
    """What the program calls its skeleton."""
    frames: dict[int, list[Body]]
    """Frame -> people; a frame that the files do not speak of is not in it."""
    notes: tuple[str, ...] = ()
    scale: str = "pixels"
    """In which units x and y are: pixels, "0 to 1" or "-1 to 1" of the picture."""


def placed(
    values: Float[np.ndarray, "known 3"], names: Sequence[str], least: float = 0.0
) -> Points:
    """A program's x, y and confidence as BlazePose's points, NaN where one was not seen.

    Not seen is what has x and y 0, is no number, or has less confidence than ``least``. A shoulder
    or hip that alone is missing stands as far beyond the middle of both as the other one before
    it, where the program has such a middle (a neck, a mid-hip).
    """
    seen = np.isfinite(values[:, :2]).all(axis=1) & (values[:, :2] != 0).any(axis=1)
    values = np.where((seen & ~(values[:, 2] < least))[:, None], values, np.nan)
    points = np.full((len(INDEX), 3), np.nan)
    for name, own in zip(names, values):
        if name in INDEX:
            points[INDEX[name]] = own
    for middle, part in ((NECK, "shoulder"), (MID_HIP, "hip")):
        if middle in names:
            _opposite(points, values[names.index(middle)], part)
    return points


def _opposite(points: Points, centre, part: str) -> None:
    left, right = INDEX[f"left_{part}"], INDEX[f"right_{part}"]
    for one, other in ((left, right), (right, left)):
        if np.isnan(points[one, 0]) and np.isfinite([points[other, 0], centre[0]]).all():
            points[one, :2], points[one, 2] = 2 * centre[:2] - points[other, :2], centre[2]
            return


def read_json(file: Path, reading: Reading):
    """What a JSON file holds; None, and a fault with line and column, if it is none."""
    if not reading.small(file):
        return None
    try:
        return json.loads(file.read_text("utf-8-sig"))
    except json.JSONDecodeError as error:
        message = f"is no JSON from column {error.colno} on ({error.msg}); it may be cut off"
        return reading.fault(file.name, error.lineno, f"{message}, write it again")
    except (UnicodeDecodeError, RecursionError) as error:
        return reading.fault(file.name, None, f"is no JSON: {error}")


def triples(values, file: str, where: str, known: dict[int, tuple], reading: Reading):
    """A flat list x, y, confidence, ... as (points, 3); None is a fault.

    Parameters
    ----------
    known : number of points -> what the skeleton of so many is called, and its points.
    """
    wanted = " or ".join(f"{3 * number} ({name})" for number, (name, _) in known.items())
    if not isinstance(values, list) or not all(type(v) in (int, float) for v in values):
        return reading.fault(file, None, f"{where}: expected {wanted} numbers, found others")
    if len(values) % 3 or len(values) // 3 not in known:
        message = f"{where}: expected {wanted} numbers, x, y and confidence of each point, found "
        return reading.fault(file, None, f"{message}{len(values)}")
    return np.array(values, dtype=np.float64).reshape(-1, 3)  # x0, y0, c0, x1, ... -> (points, 3)
