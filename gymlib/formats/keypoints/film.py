"""One film's keypoints against the clip they are of: frames, picture size, whom to follow."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from gymlib.dataset.completion import trunk_seen
from gymlib.dataset.keypoints import keypoint_rows
from gymlib.formats.clock import Clock
from gymlib.formats.keypoints import people
from gymlib.formats.keypoints.found import Body, Found
from gymlib.formats.segments import Reading
from gymlib.labels import marked_segments
from gymlib.pose.config import Person
from gymlib.skeleton import KEYPOINTS

FAR, OFTEN = 0.1, 0.1
"""Share of the picture by which a point lies far outside, and share of points that may: limbs
leave a picture, but most of a body that is seen is in it."""


class FilmPoses(NamedTuple):
    """A clip's rows of keypoints.parquet, and what to say of them."""

    rows: pd.DataFrame
    says: list[str]


def poses(
    film: Found,
    clock: Clock,
    size: tuple[int, int],
    reading: Reading,
    person: Person | None = None,
    first: int = 0,
) -> FilmPoses | None:
    """The poses of one person, NaN where points are missing; None, and a fault, if they misfit.

    Parameters
    ----------
    clock : the clip's.
    size : width and height of its picture in pixels.
    first : number that the program gives to the first frame.
    """
    wrong = [n for n in film.frames if not first <= n < first + clock.frames]
    if wrong:
        message = f"frame {wrong[0]}, but clip {clock.clip} has {clock.frames} frames, here "
        message += (
            f"numbered {first} to {first + clock.frames - 1}; is it another film, or another "
        )
        return reading.fault(film.where, None, f"{message}number of the first one (--first 1)?")
    everybody = {
        number - first: [Body(_pixels(b.points, film.scale, size), b.who) for b in own if _any(b)]
        for number, own in film.frames.items()
    }
    chosen = people.followed(everybody, clock.fps, size, person)
    points = np.full((clock.frames, len(KEYPOINTS), 3), np.nan)
    for frame, body in chosen.items():
        points[frame] = body.points
    if (far := _far(points, size)) is not None:
        message = f"clip {clock.clip}: {far}; keypoints of a film of another size, or another film"
        return reading.fault(film.where, None, f"{message}; correct clips.csv, or write them again")
    detected = trunk_seen(points[..., :2])
    if not detected.any():
        message = f"clip {clock.clip}: no frame shows a hip and a shoulder of anybody"
        return reading.fault(film.where, None, f"{message}; less confidence may do (--confidence)")
    points[~detected] = 0
    shares = (points[..., :2] / size).astype(np.float32)
    times = np.full(clock.frames, np.nan) if clock.borders is None else clock.borders[:-1]
    sure = np.clip(points[..., 2], 0, 1)
    rows = keypoint_rows(clock.clip, shares, sure, detected, times)
    return FilmPoses(rows, _says(film, everybody, points, detected, person))


def _any(body: Body) -> bool:
    return bool(np.isfinite(body.points[:, 0]).any())


def _pixels(points, scale: str, size: tuple[int, int]):
    if scale == "pixels":
        return points
    shares = points[:, :2] if scale == "0 to 1" else (points[:, :2] + 1) / 2
    return np.concatenate([shares * size, points[:, 2:]], axis=1)


def _far(points, size: tuple[int, int]) -> str | None:
    """What is wrong if many points lie far outside of the picture."""
    places = points[..., :2][np.isfinite(points[..., 0])] / size
    outside = ((places < -FAR) | (places > 1 + FAR)).any(axis=1)
    if not len(places) or outside.mean() <= OFTEN:
        return None
    x, y = (places.max(axis=0) * size).round().astype(int)
    return (
        f"{100 * outside.mean():.0f}% of the points lie outside of its picture of {size[0]}x"
        f"{size[1]} pixels, up to x {x}, y {y}"
    )


def _says(film: Found, everybody, points, detected, person: Person | None) -> list[str]:
    number, frames = int(detected.sum()), len(detected)
    says = [f"{film.where}: {film.skeleton}, a pose in {number} of {frames} frames"]
    silent = np.ones(frames, bool)
    silent[list(everybody)] = False
    if silent.any():
        says.append(f"frames that the files do not have, without a pose: {_listed(silent)}")
    most = max(map(len, everybody.values()))
    if most > 1:
        how = "who was pointed at" if person else "who moves; --person points at another"
        says.append(f"up to {most} people in a frame; followed is the one {how}")
    never = ~np.isfinite(points[detected][..., 0]).any(axis=0)
    if never.any():
        names = ", ".join(name for name, own in zip(KEYPOINTS, never) if own)
        says.append(f"points never seen, masked: {names}")
    return says + list(film.notes)


def _listed(marked, most: int = 8) -> str:
    parts = [str(a) if a == b else f"{a} to {b}" for a, b in marked_segments(marked)]
    return ", ".join([*parts[:most], *(["..."] if len(parts) > most else [])])
