"""Single frames as small square pictures around the body, for pages."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, UInt8
from PIL import Image

from gymlib import video
from gymlib.dataset import Dataset
from gymlib.plots.filmstrip import ROOM, middles, spread
from gymlib.plots.overlay.drawing import Picture, draw_skeleton
from gymlib.skeleton import to_pixels

Still = UInt8[np.ndarray, "side side 3"]
SIDE = 320
"""Pixels; twice what a page shows, for screens of double density."""
_BONES = {"width": 3, "edge": "#FFFFFF"}  # legible in a small picture, on dark clothes too
LEAST_ROOM = 1.05
EMPTY = 242
"""Grey behind a skeleton whose clip has no video."""


def draw_stills(data: Dataset, clip: str, frames: Sequence[int], side: int = SIDE) -> list[Still]:
    """Pictures (side, side, 3) of some frames, all at one scale, with the skeleton where there is
    one; a frame without a pose shows the place between the poses before and after it.

    Without any pose among them the whole picture is shown. Raises what
    :func:`gymlib.video.read_frames` raises.
    """
    attempt, source = data.clip(clip), data.video(clip)
    frames, size = list(frames), np.array(attempt.size, float)
    every = to_pixels(attempt.keypoints, *size)
    bodies, seen = every[frames], attempt.detected[frames]
    half, centres = size.max() / 2, np.tile(size / 2, (len(frames), 1))
    if seen.any():
        centres = middles(every, attempt.detected)[frames]
        body = max(map(spread, bodies[seen])) / 2
        half = ROOM * body
        if source:  # room ends where the film does, if the body fits
            half = min(half, max(size.min() / 2, LEAST_ROOM * body), size.max() / 2)
    if source:  # skeletons without a film may stand anywhere
        edge = np.minimum(half, size / 2)
        centres = np.clip(centres, edge, size - edge)
    wanted = {frame: k for k, frame in enumerate(frames)}
    blank = np.full((side, side, 3), EMPTY, np.uint8)
    made = {} if source else dict.fromkeys(frames, blank)
    for shown in video.read_frames(source) if source else ():
        if shown.index in wanted:  # one at a time: those of a large film would fill the memory
            made[shown.index] = _cut(shown.rgb, centres[wanted[shown.index]], half, side)
        if len(made) == len(wanted):
            break
    scale = side / (2 * half)
    return [
        draw_skeleton(made[i], (own - centre + half) * scale, **_BONES) if found else made[i]
        for i, own, centre, found in zip(frames, bodies, centres, seen)
    ]


def _cut(picture: Picture, centre: Float[np.ndarray, "2"], half: float, side: int) -> Still:
    """A square around a point as (side, side, 3); black beyond the picture's edges."""
    corners = np.round([*(centre - half), *(centre + half)]).astype(int).tolist()
    return np.array(Image.fromarray(picture).crop(corners).resize((side, side)))
