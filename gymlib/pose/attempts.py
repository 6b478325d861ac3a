"""Where the attempts are in a long film: the stretches in which somebody goes up or down fast.

A film is looked through once at a low rate. Bodies are found in a few frames a second, the camera's
movement is taken out, and whoever leaves the ground is faster than those who walk, wait or bend.
What is proposed here is labelled afterwards: a stretch too many costs time, one too few is lost.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from jaxtyping import Float, Int

from gymlib import video
from gymlib.files.progress import BAR, progress
from gymlib.pose import camera, networks
from gymlib.pose.candidates import SIDE
from gymlib.pose.detector import Detector
from gymlib.pose.survey import CUT, SCORE, SURE, likeness, stride
from gymlib.video.sampling import sample_frames

LONG = 20.0
"""Seconds; a shorter film is one attempt."""
LONGEST = 60.0
"""Seconds; longer stretches are divided, so that no clip needs much memory."""
AROUND = 2.0
"""Seconds before and after fast movement that belong to an attempt."""
RISING = 2.5
"""Vertical speed of a hip, torso lengths per second (about 1.3 m/s), above that of a walk."""
IMPOSSIBLE = 24.0
"""Speed (about 12 m/s) from which two detections are not the same body."""
ALIKE = 1.6
"""Ratio of two torsos from which they are not the same body's."""
SMALL = 0.4
"""Regions that are a smaller share of the picture's longer side are looked at in parts of it too:
their places are not exact in the whole."""
SIZE = 640
"""Larger pictures are made this long first (pixels): the network sees 224 of it anyway."""


class Look(NamedTuple):
    """One picture that was looked at, in pixels of its own."""

    frame: int
    bodies: Float[np.ndarray, "bodies 3"]
    """Hip x and y, and torso length."""
    step: Float[np.ndarray, "2 3"] | None
    """Where the background went since the look before; None in the first one and after a cut."""


def find(path: str | Path) -> list[tuple[int, int]]:
    """First and last frame of each stretch of a film to be labelled, in order and apart.

    Empty for a film of less than LONG seconds, which is one attempt as it is. A film without any
    fast movement is to be labelled as a whole, and so is every film without LiteRT, which finds
    the bodies. No stretch is longer than LONGEST seconds.

    Raises VideoError if the film cannot be decoded.
    """
    info = video.probe(path)
    if info.frames < LONG * info.fps:
        return []
    every = stride(info.fps)
    frames = np.arange(0, info.frames, every)
    speeds = np.zeros(len(frames))
    if networks.available():
        looks = look_through(path, Detector(), every)
        bar = progress(looks, total=len(frames), desc="looking for attempts", bar_format=BAR)
        speeds = rising(list(bar), info.fps)
    return stretches(frames[: len(speeds)], speeds, info.frames, info.fps)


def look_through(path: str | Path, detector: Detector, every: int) -> Iterator[Look]:
    """Look at every so many-th frame of a film."""
    before, bodies = None, np.empty((0, 3))
    for frame in sample_frames(path, every):
        picture = _reduced(frame.rgb)
        grey = camera.small_grey(picture)
        scale = grey.shape[0] / picture.shape[0]
        step = None if before is None else _step(before, grey, bodies * scale, scale)
        found = detector(picture, SCORE)
        near = SMALL * max(picture.shape[:2])
        if not any(one.score >= SURE and one.region.side >= near for one in found):
            found = detector(picture, SCORE, tiles=True)
        regions = [one.region for one in found]
        bodies = np.array([[one.x, one.y, one.side / SIDE] for one in regions]).reshape(-1, 3)
        before = grey
        yield Look(frame.index, bodies, step)


def _reduced(picture):
    """The picture (height, width, 3), at most SIZE pixels long."""
    scale = min(1, SIZE / max(picture.shape[:2]))
    return cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def _step(before, grey, bodies: Float[np.ndarray, "bodies 3"], scale: float):
    """The camera's movement between two small grey pictures, in pixels of the larger ones."""
    step = camera.camera_step(before, grey, [(x, y, SIDE / 2 * torso) for x, y, torso in bodies])
    if likeness(before, grey, step) < CUT:
        return None
    return np.column_stack([step[:, :2], step[:, 2] / scale])


def rising(looks: Sequence[Look], fps: float) -> Float[np.ndarray, " looks"]:
    """Of each look the highest vertical speed of a body since the look before, torso lengths per
    second; 0 where nobody was seen in both.

    Bodies of about the same size that are nearest to each other are the same; the camera's
    movement does not count.
    """
    speeds = np.zeros(len(looks))
    for number, (before, now) in enumerate(pairwise(looks), start=1):
        if now.step is None or not len(before.bodies) or not len(now.bodies):
            continue
        carried = camera.apply(now.step, before.bodies[:, :2])
        moved = now.bodies[:, None, :2] - carried[None]  # (now, before, 2)
        sizes = now.bodies[:, None, 2], before.bodies[None, :, 2]
        elapsed = (now.frame - before.frame) / fps
        moved = moved / ((sizes[0] + sizes[1]) / 2 * elapsed)[..., None]
        speed = np.linalg.norm(moved, axis=-1)  # (now, before)
        speed[np.abs(np.log(sizes[0] / sizes[1])) > np.log(ALIKE)] = np.inf
        same = (speed == speed.min(axis=1, keepdims=True)) & (speed == speed.min(axis=0))
        same &= speed < IMPOSSIBLE
        speeds[number] = np.abs(moved[same][:, 1]).max(initial=0)
    return speeds


def stretches(
    looks: Int[np.ndarray, " looks"], speeds: Float[np.ndarray, " looks"], frames: int, fps: float
) -> list[tuple[int, int]]:
    """First and last frame of each stretch around fast looks; the whole film if there are none.

    Parameters
    ----------
    looks : numbers of the frames that were looked at.
    speeds : as of :func:`rising`; stretches longer than LONGEST seconds are divided where it is
        lowest.
    frames : of the film.
    """
    margin = round(AROUND * fps)
    found: list[tuple[int, int]] = []
    for number in np.flatnonzero(speeds >= RISING):
        first = max(0, int(looks[max(number - 1, 0)]) - margin)
        last = min(frames - 1, int(looks[number]) + margin)
        if found and first <= found[-1][1] + 1:
            first = found.pop()[0]
        found.append((first, last))
    whole = found or [(0, frames - 1)]
    return [part for one in whole for part in _divided(one, looks, speeds, LONGEST * fps)]


def _divided(
    stretch: tuple[int, int],
    looks: Int[np.ndarray, " looks"],
    speeds: Float[np.ndarray, " looks"],
    most: float,
) -> list[tuple[int, int]]:
    """A stretch in parts of at most ``most`` frames, each but the last at least half as long."""
    (first, last), parts = stretch, []
    while last + 1 - first > most:
        possible = np.flatnonzero((looks >= first + most / 2) & (looks <= first + most))[::-1]
        border = int(looks[possible[speeds[possible].argmin()]])
        parts.append((first, border - 1))
        first = border
    return [*parts, (first, last)]
