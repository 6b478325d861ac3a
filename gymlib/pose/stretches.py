"""The search for one body, a stretch of the video at a time: no more pictures are in memory.

A stretch is followed forwards and backwards; where that leaves no confident pose, the network
looks again around the place that the poses before and after suggest.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float
from scipy.ndimage import maximum_filter1d

from gymlib.pose import tracking
from gymlib.pose.candidates import Search
from gymlib.pose.path import Choice, best_path
from gymlib.pose.smoothing import rts
from gymlib.pose.survey import working_frames

MEMORY = 300e6
"""Bytes of pictures held at a time."""
LAP = 1.0
"""Seconds that neighbouring stretches share, so that each begins with a track."""
POOL = 8
"""Candidates per frame that are kept once a stretch is done."""
WEAK = 0.4
"""Frames less confident than this are searched in all directions."""
GOOD = 0.8
"""Frames more confident than this are not looked at again."""


def held(
    path: str | Path, search: Search, keep_truncated: bool, picture_size: int
) -> Iterator[tuple[int, int]]:
    """Read the video; yield (first, last + 1) of each stretch while its pictures are held.

    ``picture_size`` is that of one picture in bytes.
    """
    lap = round(LAP * search.fps)
    longest = max(3 * lap, int(MEMORY / picture_size))
    first = 0
    for index, (_, picture) in enumerate(working_frames(path, keep_truncated)):
        search.pictures[index] = picture
        if index + 1 - first == longest:
            yield first, index + 1
            first = index + 1 - lap
            for old in [frame for frame in search.pictures if frame < first]:
                del search.pictures[old]
    if index + 1 > first:
        yield first, index + 1
    search.pictures.clear()


def fill(search: Search, first: int, last: int, on_frame: Callable[[], object]) -> None:
    """Fill the pool of a stretch; ``on_frame`` is called after each frame of each sweep."""
    frames = range(first, last)
    for order in (frames, reversed(frames)):
        tracking.sweep(search, order, on_frame)
    chosen = _path(search, first, last)
    where = expected(chosen, search.torso[first:last], search.fps)
    if where is None:
        return
    seen = np.array(
        [one is not None and one.candidate.confidence > tracking.KEPT for one in chosen]
    )
    near = _within(seen, round(tracking.LOST * search.fps))
    for frame in frames:
        one = chosen[frame - first]
        if near[frame - first] and (one is None or one.candidate.confidence < WEAK):
            hip, angle = where[0][frame - first], float(where[1][frame - first])
            tracking.search_around(search, frame, hip, angle)
    chosen = _path(search, first, last)
    hips, angles = expected(chosen, search.torso[first:last], search.fps)
    for frame in frames:
        one = chosen[frame - first]
        if near[frame - first] and (one is None or one.candidate.confidence < GOOD):
            search.look(frame, hips[frame - first], float(angles[frame - first]))
        search.pool[frame].sort(key=lambda one: -one.confidence)
        del search.pool[frame][POOL:]


def _within(seen: Bool[np.ndarray, " frames"], reach: int) -> Bool[np.ndarray, " frames"]:
    """Frames with a seen one among the ``reach`` before or after them."""
    return maximum_filter1d(seen, 2 * reach + 1, mode="constant", cval=0)


def _path(search: Search, first: int, last: int) -> list[Choice | None]:
    return best_path(search.pool[first:last], search.torso[first:last], search.fps)


def expected(
    chosen: list[Choice | None], torso: Float[np.ndarray, " frames"], fps: float
) -> tuple[Float[np.ndarray, "frames 2"], Float[np.ndarray, " frames"]] | None:
    """Hip and torso angle per frame, from confident poses; None if there is no pose at all."""
    sure = np.array([0 if one is None else one.candidate.confidence for one in chosen])
    for least in (tracking.KEPT, 0.0):
        used = np.flatnonzero(sure > least)
        if len(used) >= 3 or (len(used) and least == 0):
            break
    else:
        return None
    values = np.zeros((len(chosen), 3))
    variance = np.full((len(chosen), 3), np.inf)
    angles = np.unwrap([chosen[frame].candidate.angle for frame in used])
    values[used, 2] = angles
    for frame in used:
        values[frame, :2] = chosen[frame].candidate.hip / np.median(torso)
    variance[used] = (0.06 / sure[used, None]) ** 2
    smoothed, _ = rts(
        values[used[0] : used[-1] + 1], variance[used[0] : used[-1] + 1], 0.06 * (30 / fps) ** 2
    )
    rows = np.arange(len(chosen)).clip(used[0], used[-1]) - used[0]
    return smoothed[rows, :2] * np.median(torso), smoothed[rows, 2]
