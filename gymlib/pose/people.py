"""Whom to follow: the one who moves, or the one that was pointed at.

People are seen in every few frames. The chain of sightings with the most movement is the
gymnast; a spotter who stands still beside a trampoline gathers none.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from gymlib.pose.config import Person
from gymlib.pose.sightings import Sighting

FASTEST = 0.7
"""Torso lengths per 1/30 s that a hip moves without doubt: about 10 m/s, a vaulter's run-up or
the end of a fall from six metres."""
TOO_FAST = 6.0
"""Cost per torso length per 1/30 s above that."""
BEND, FREE_BEND = 3.0, 0.25
"""Cost of a change of velocity, per torso length per 1/30 s, beyond what a take-off changes."""
MOST = 8.0
"""Cost of a jump from anywhere to anywhere."""
STRICTER = 20
"""Jumps cost this many times as much once somebody was pointed at."""
OTHER_SHIRT = 0.6
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
    return _best_chain(sightings, hips, worth, fps, strictness)


class _Ends(NamedTuple):
    """The best chains that end with one sighting, one for each sighting that may come before."""

    before: Int[np.ndarray, " chains"]
    """Number of that sighting; -1 for the chain that begins here, which comes last."""
    total: Float[np.ndarray, " chains"]
    velocity: Float[np.ndarray, "chains 2"]
    """Of the last link, torso lengths per 1/30 s; NaN without one."""
    origin: Int[np.ndarray, " chains"]
    """Which of the chains that end with the sighting before is continued."""


def _best_chain(
    sightings: Sequence[Sighting],
    hips: Float[np.ndarray, "sightings 2"],
    worth: Float[np.ndarray, " sightings"],
    fps: float,
    strictness: float,
) -> list[int]:
    """Numbers of the sightings whose worth less the cost of the links is highest (Viterbi 1967)."""
    ends: list[_Ends] = []
    for number in range(len(sightings)):
        before = np.arange(max(0, number - BACK), number)
        frame = sightings[number].frame
        before = before[[sightings[one].frame < frame for one in before]]
        velocity, cost = _links(sightings, hips, before, number, fps)
        reached, origin = np.zeros(len(before) + 1), np.zeros(len(before) + 1, int)
        for row, one in enumerate(before):
            bend = np.linalg.norm(velocity[row] - ends[one].velocity, axis=1) - FREE_BEND
            link = cost[row] + BEND * np.nan_to_num(np.maximum(bend, 0))
            chains = ends[one].total - strictness * np.minimum(link, MOST)
            origin[row], reached[row] = chains.argmax(), chains.max()
        unmoved = np.full((1, 2), np.nan)
        ends.append(
            _Ends(
                np.append(before, -1),
                worth[number] + reached,
                np.vstack([velocity, unmoved]),
                origin,
            )
        )
    number = int(np.argmax([own.total.max() for own in ends]))
    row, chain = int(ends[number].total.argmax()), []
    while number >= 0:
        chain.append(number)
        number, row = int(ends[number].before[row]), int(ends[number].origin[row])
    return chain[::-1]


def _links(
    sightings: Sequence[Sighting],
    hips: Float[np.ndarray, "sightings 2"],
    before: Int[np.ndarray, " links"],
    number: int,
    fps: float,
) -> tuple[Float[np.ndarray, "links 2"], Float[np.ndarray, " links"]]:
    """Velocity (torso lengths per 1/30 s) and cost of the links from some sightings to one."""
    one = sightings[number]
    frame = np.array([sightings[other].frame for other in before], int)
    torso = np.array([sightings[other].torso for other in before], float)
    colour = np.array([sightings[other].colour for other in before]).reshape(-1, 3)
    elapsed = np.minimum((one.frame - frame) / fps, GAP) * 30
    velocity = (hips[number] - hips[before]) / ((torso + one.torso) / 2 * elapsed)[:, None]
    speed = np.linalg.norm(velocity, axis=1)
    grown = np.abs(np.log(one.torso / torso))
    unlike = (np.linalg.norm(one.colour - colour, axis=1) - ALIKE) / (UNLIKE - ALIKE)
    cost = TOO_FAST * np.maximum(speed - FASTEST, 0) + np.maximum(grown - 0.3, 0)
    return velocity, cost + OTHER_SHIRT * np.clip(unlike, 0, 1)


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
