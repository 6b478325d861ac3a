"""Where the followed person can be: not where somebody else is, nor out of reach."""

from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Float

from gymlib.pose import camera, people
from gymlib.pose.candidates import Candidate
from gymlib.pose.sightings import Sighting
from gymlib.pose.survey import Survey, stride

CLEAR = 0.6
"""Confidence from which a sighting of somebody else counts."""
REACH = 0.6
"""Torso lengths per 1/30 s that the hip may be away from a sighting."""
APART = 1.0
"""Torso lengths between the hips of two people who can be told apart."""
STRAYED = 1.5
"""Cost, on the final path, of a pose away from where the followed person was seen."""


def others(
    sightings: Sequence[Sighting],
    hips: Float[np.ndarray, "sightings 2"],
    chain: Sequence[int],
    fps: float,
) -> list[int]:
    """Numbers of the sightings that show somebody else for certain.

    Somebody who is seen in the same frame as the followed person and apart from them, or who was
    seen at that place before or after. Others in doubt may be the followed person.

    Parameters
    ----------
    hips : pixels, camera movement taken out.
    chain : numbers of the sightings of the followed person.
    """
    followed = {sightings[number].frame: number for number in chain}
    clear = [
        number
        for number, one in enumerate(sightings)
        if number not in set(chain) and one.candidate.confidence >= CLEAR
    ]

    def apart(number: int, other: int) -> float:
        return float(np.linalg.norm(hips[number] - hips[other]) / sightings[number].torso)

    sure = [
        number
        for number in clear
        if (own := followed.get(sightings[number].frame)) is not None and apart(number, own) > APART
    ]
    return [
        number
        for number in clear
        if any(
            apart(number, other) < APART / 2
            and abs(sightings[number].frame - sightings[other].frame) <= people.GAP * fps
            for other in sure
        )
    ]


def circles(
    seen: Sequence[Sighting], reach: int, maps: Float[np.ndarray, "frames 2 3"]
) -> dict[int, list[tuple[float, float, float]]]:
    """Where people are, by frame: x, y and radius of circles in pixels.

    Parameters
    ----------
    reach : frames before and after a sighting for which it counts.
    maps : the camera's movement, from the first frame to each.
    """
    result: dict[int, list[tuple[float, float, float]]] = {}
    for one in seen:
        for frame in range(max(0, one.frame - reach), min(len(maps), one.frame + reach + 1)):
            x, y = camera.carried(maps, one.frame, frame, one.candidate.hip)
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
        for number in (after - 1, after):  # two bodies less than APART from each other are one
            if 0 <= number < len(self._frames):
                seen = int(self._frames[number])
                place = camera.carried(self._maps, seen, frame, self._hips[number])
                reach = APART / 2 + REACH * abs(frame - seen) * 30 / self._fps
                if np.linalg.norm(hip - place) > reach * torso:
                    return False
        return True


def possible(
    seen: Survey, chain: Sequence[int], torso: Float[np.ndarray, " frames"]
) -> Callable[[int, Float[np.ndarray, " 2"]], bool]:
    """Where the followed person can be: not where somebody else is, nor out of reach."""
    numbers = others(seen.sightings, seen.hips, chain, seen.fps)
    seen_others = [seen.sightings[number] for number in numbers]
    around = circles(seen_others, stride(seen.fps), seen.camera)
    tube = Tube([seen.sightings[number] for number in chain], seen.camera, seen.fps)

    def is_possible(frame: int, hip: Float[np.ndarray, " 2"]) -> bool:
        taken = any(np.hypot(*(hip - [x, y])) < r for x, y, r in around.get(frame, ()))
        return not taken and tube.holds(frame, hip, torso[frame])

    return is_possible


def strayed(
    seen: Survey, chain: Sequence[int], torso: Float[np.ndarray, " frames"]
) -> Callable[[int, Candidate], float]:
    """Cost of a candidate away from a clear sighting of the followed person in its frame."""
    clear = [seen.sightings[number] for number in chain]
    places = {one.frame: one.candidate.hip for one in clear if one.candidate.confidence >= CLEAR}

    def charge(frame: int, one: Candidate) -> float:
        away = np.linalg.norm(one.hip - places[frame]) if frame in places else 0.0
        return STRAYED if away > APART / 2 * torso[frame] else 0.0

    return charge
