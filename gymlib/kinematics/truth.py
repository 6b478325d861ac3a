"""What is true of the attempts of a simulated clip, by the names of the measurements."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from jaxtyping import Float

from gymlib.kinematics import body
from gymlib.labels import SKILL, segments
from gymlib.simulation import clip as filming
from gymlib.simulation.clip import Planned
from gymlib.simulation.motion.proportions import GRAVITY, centre_of_mass
from gymlib.simulation.motion.truth import Motion
from gymlib.skeleton import INDEX, middle


def table(planned: Sequence[Planned], rate: float = filming.RATE) -> pd.DataFrame:
    """A row per attempt of planned clips, as :func:`attempts` gives them; moves everybody again.

    ``rate`` as for :func:`gymlib.simulation.clip.simulate`: 60 for the data set skeletons.
    """
    return pd.DataFrame(
        [
            {"clip": clip.clip, **row}
            for clip in planned
            for row in attempts(filming.simulate(clip, rate))
        ]
    )


def attempts(motion: Motion) -> list[dict]:
    """Per skill of a clip its number from 1, slow (how many times slower than life) and the truth.

    What the clip does not show is NaN.
    """
    skills = [segment for segment in segments(motion.phases) if segment.label == SKILL]
    return [
        {"attempt": number, "slow": motion.slow, **_attempt(motion, segment, number)}
        for number, segment in enumerate(skills, start=1)
    ]


def _attempt(motion: Motion, segment, number: int) -> dict:
    inside = (motion.flights[:, 1] > segment.start) & (motion.flights[:, 0] < segment.end + 1)
    own = motion.flights[inside]
    flights = [f for f in own if f[0] >= 0 and f[1] <= len(motion) - 1]
    if motion.entry in ("round-off", "cartwheel") and number == 1:
        own, flights = own[-1:], [f for f in own[-1:] if f[0] >= 0 and f[1] <= len(motion) - 1]
    whole = len(own) == len(flights) > 0
    turns = [turned(motion.joints, *flight) for flight in flights]
    first = flights[0] if whole else (np.nan, np.nan)
    return {
        "name": motion.skill,
        "shape": motion.shape,
        "entry": motion.entry if number == 1 else "",
        "flights": len(own),
        "takeoff": first[0],
        "landing": flights[-1][1] if whole else np.nan,
        "flight_time": (first[1] - first[0]) * motion.interval,
        "rise": _rise(motion, first) if whole else np.nan,
        "rotation": float(np.sum(np.abs(turns))) if whole else np.nan,
    }


def turned(joints: Float[np.ndarray, "frames 33 3"], start: float, end: float) -> float:
    """Degrees that the trunk turns between two moments about the axis that it turns about most.

    Positive forwards (about the axis from the right hip to the left one), or, sideways, to the
    right.
    """
    trunk = middle(joints, "shoulder") - middle(joints, "hip")
    trunk = trunk / np.linalg.norm(trunk, axis=-1, keepdims=True)
    first, last = int(np.floor(start)), min(int(np.ceil(end)), len(joints) - 1)
    own = trunk[first : last + 1]
    axis = np.cross(own[:-1], own[1:]).sum(axis=0)
    axis = axis / np.linalg.norm(axis)
    left = joints[:, INDEX["left_hip"]] - joints[:, INDEX["right_hip"]]
    axis = axis * (np.sign(left[first] @ axis) or 1.0)
    one = own[0] - own[0] @ axis * axis
    one = one / np.linalg.norm(one)
    angles = np.unwrap(np.arctan2(own @ np.cross(axis, one), own @ one))
    moments = np.interp([start, end], np.arange(first, last + 1), angles)
    return float(np.degrees(moments[1] - moments[0]))


def _rise(motion: Motion, flight) -> float:
    """Metres from the centre of mass at take-off to its highest point."""
    first, last = int(np.ceil(flight[0])), int(np.floor(flight[1]))
    heights = centre_of_mass(motion.joints[[first, last]])[:, 2]
    lasts = (last - first) * motion.interval
    speed = (heights[1] - heights[0]) / lasts + GRAVITY * lasts / 2
    speed += GRAVITY * (first - flight[0]) * motion.interval
    return float(speed**2 / (2 * GRAVITY))
