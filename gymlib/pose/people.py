"""Whom to follow: the one who moves, or the one that was pointed at.

People are seen in every few frames. The chain of sightings with the most movement is the
gymnast; a spotter who stands still beside a trampoline gathers none.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, UInt8

from gymlib.pose import camera
from gymlib.pose.candidates import Candidate
from gymlib.pose.config import Person
from gymlib.skeleton import middle

FASTEST = 0.4
"""Torso lengths per 1/30 s that a hip moves without doubt: about 6 m/s."""
TOO_FAST = 6.0
"""Cost per torso length per 1/30 s above that."""
MOST = 8.0
"""Cost of a jump from anywhere to anywhere."""
STRICTER = 20
"""Jumps cost this many times as much once somebody was pointed at."""
OTHER_SHIRT = 1.5
"""Cost of a link between torsos of UNLIKE colour."""
ALIKE, UNLIKE = 25.0, 100.0
"""Distance in red, green and blue, 0 to 255 each: by light alone; as unlike as any."""
GAP = 3.0
"""Seconds; sightings further apart are linked as if they were this far apart."""
BACK = 40
"""Sightings that may lie between two links of a chain."""
AT_REST = 0.2
"""What a sighting without any movement is worth, compared with 1 for the fastest."""
POINTED_AT = 1000.0
CLEAR = 0.6
"""Confidence from which a sighting of somebody else counts."""
REACH = 0.35
"""Torso lengths per 1/30 s that the hip may be away from a sighting."""
APART = 1.0
"""Torso lengths between the hips of two people who can be told apart."""


class Sighting(NamedTuple):
    """A person in one frame."""

    frame: int
    candidate: Candidate
    torso: float
    """Side of the region in pixels / 5."""
    motion: float
    """Mean change of the pixels around the body, camera movement taken out; grey levels."""
    colour: Float[np.ndarray, " 3"]
    """Median red, green and blue of the torso, 0 to 255."""


def torso_colour(
    picture: UInt8[np.ndarray, "height width 3"], keypoints: Float[np.ndarray, "33 2"]
) -> Float[np.ndarray, " 3"]:
    """Median colour of the picture between hips and shoulders (pixels): the shirt, mostly."""
    height, width = picture.shape[:2]
    hip, shoulder = (middle(keypoints, part) for part in ("hip", "shoulder"))
    along = hip + np.linspace(0.15, 0.85, 8)[:, None] * (shoulder - hip)
    across = np.array([[-1.0, 1.0], [1.0, -1.0]]) * (shoulder - hip)[::-1] * 0.1
    places = np.concatenate([along, along + across[0], along + across[1]])
    column = places[:, 0].astype(int).clip(0, width - 1)
    row = places[:, 1].astype(int).clip(0, height - 1)
    return np.median(picture[row, column], axis=0)


def motion_around(
    difference: Float[np.ndarray, "h w"] | UInt8[np.ndarray, "h w"], x: float, y: float, side: float
) -> float:
    """Mean of a difference picture in the square around a place (pixels of that picture)."""
    height, width = difference.shape
    left, right = np.clip([x - side / 2, x + side / 2], 0, width).astype(int)
    top, bottom = np.clip([y - side / 2, y + side / 2], 0, height).astype(int)
    part = difference[top : bottom + 1, left : right + 1]
    return float(part.mean()) if part.size else 0.0


def mover(
    sightings: Sequence[Sighting],
    hips: Float[np.ndarray, "sightings 2"],
    fps: float,
    pointed: int | None = None,
) -> list[int]:
    """Numbers of the sightings that show the person to follow, in order of time.

    Parameters
    ----------
    sightings : in order of frames; several in one frame are several people.
    hips : pixels, camera movement taken out.
    pointed : the sighting that was pointed at; the chain goes through it.
    """
    if not sightings:
        return []
    worth = _worth(sightings)
    strictness = 1
    if pointed is not None:
        worth = np.array([one.candidate.confidence for one in sightings])  # at rest or not
        worth[pointed], strictness = POINTED_AT, STRICTER
    total, origin = worth.copy(), np.full(len(worth), -1)
    frames = np.array([one.frame for one in sightings])
    torso = np.array([one.torso for one in sightings])
    colours = np.stack([one.colour for one in sightings])
    for number in range(1, len(sightings)):
        earlier = np.arange(max(0, number - BACK), number)
        earlier = earlier[frames[earlier] < frames[number]]
        if not len(earlier):
            continue
        elapsed = np.minimum((frames[number] - frames[earlier]) / fps, GAP) * 30
        size = (torso[earlier] + torso[number]) / 2
        grown = np.abs(np.log(torso[number] / torso[earlier]))
        speed = np.linalg.norm(hips[number] - hips[earlier], axis=1) / size / elapsed
        unlike = np.linalg.norm(colours[number] - colours[earlier], axis=1)
        cost = TOO_FAST * np.maximum(speed - FASTEST, 0) + np.maximum(grown - 0.3, 0)
        cost += OTHER_SHIRT * np.clip((unlike - ALIKE) / (UNLIKE - ALIKE), 0, 1)
        reached = total[earlier] - strictness * np.minimum(cost, MOST)
        best = int(reached.argmax())
        if reached[best] > 0:
            total[number] += reached[best]
            origin[number] = earlier[best]
    chain, number = [], int(total.argmax())
    while number >= 0:
        chain.append(number)
        number = int(origin[number])
    return chain[::-1]


def others(
    sightings: Sequence[Sighting],
    chain: Sequence[int],
    reach: int,
    maps: Float[np.ndarray, "frames 2 3"],
) -> dict[int, list[tuple[float, float, float]]]:
    """Circles where somebody else is, by frame: x, y, radius in pixels.

    A circle that the followed person comes near is left out, because it may be the same body.

    Parameters
    ----------
    chain : numbers of the sightings of the person who is followed.
    reach : frames before and after a sighting for which it counts.
    maps : the camera's movement, from the first frame to each.
    """
    result: dict[int, list[tuple[float, float, float]]] = {}
    if not chain:
        return result
    known = np.array([sightings[number].frame for number in chain])
    places = np.array([sightings[number].candidate.hip for number in chain])
    own = set(chain)
    for number, one in enumerate(sightings):
        if number in own or one.candidate.confidence < CLEAR:
            continue
        for frame in range(max(0, one.frame - reach), min(len(maps), one.frame + reach + 1)):
            moved = camera.then(camera.inverse(maps[one.frame]), maps[frame])
            x, y = camera.apply(moved, one.candidate.hip[None])[0]
            followed = [np.interp(frame, known, places[:, axis]) for axis in (0, 1)]
            if np.hypot(x - followed[0], y - followed[1]) > APART * one.torso:
                circle = (float(x), float(y), APART / 2 * one.torso)
                result.setdefault(frame, []).append(circle)
    return result


class Tube:
    """Where the followed person can be: near the sightings, further away between them.

    Parameters
    ----------
    chain : sightings of the person in order of frames; doubtful ones are left out.
    maps : the camera's movement, from the first frame to each.
    """

    def __init__(
        self, chain: Sequence[Sighting], maps: Float[np.ndarray, "frames 2 3"], fps: float
    ):
        clear = [one for one in chain if one.candidate.confidence >= CLEAR]
        self._frames = np.array([one.frame for one in clear], int)
        self._hips = [one.candidate.hip for one in clear]
        self._maps, self._fps = maps, fps

    def holds(self, frame: int, hip: Float[np.ndarray, " 2"], torso: float) -> bool:
        """Whether a hip (pixels) can be reached from the sightings before and after."""
        after = int(np.searchsorted(self._frames, frame))
        for number in (after - 1, after):
            if 0 <= number < len(self._frames):
                seen = int(self._frames[number])
                moved = camera.then(camera.inverse(self._maps[seen]), self._maps[frame])
                place = camera.apply(moved, self._hips[number][None])[0]
                reach = APART + REACH * abs(frame - seen) * 30 / self._fps
                if np.linalg.norm(hip - place) > reach * torso:
                    return False
        return True


def _worth(sightings: Sequence[Sighting]) -> Float[np.ndarray, " sightings"]:
    """How much each sighting says that it is the gymnast."""
    motion = np.array([one.motion for one in sightings])
    fast = np.percentile(motion, 90) + 1e-9
    sure = np.array([one.candidate.confidence for one in sightings])
    return sure * (AT_REST + np.minimum(motion / fast, 1))


def pointed_at(
    sightings: Sequence[Sighting], person: Person, width: int, height: int, fps: float
) -> int | None:
    """The sighting nearest to a click: within half a second if there is one, else in any frame."""
    if not sightings:
        return None
    place = np.array([person.x * width, person.y * height])
    late = np.array([abs(one.frame / fps - person.seconds) for one in sightings])
    far = np.array([np.linalg.norm(one.candidate.hip - place) / one.torso for one in sightings])
    return int((far + 4 * np.maximum(late - 0.2, 0)).argmin())
