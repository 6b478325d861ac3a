"""What is true of the attempts of a simulated clip, by the names of the measurements."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from jaxtyping import Float

from gymlib.kinematics import body
from gymlib.kinematics.contact import Flight
from gymlib.kinematics.measurement import Measurement
from gymlib.kinematics.shape import shape as body_shape
from gymlib.labels import LANDING, SKILL, TAKEOFF, segments
from gymlib.simulation import clip as filming
from gymlib.simulation.clip import Planned
from gymlib.simulation.motion.proportions import GRAVITY, centre_of_mass
from gymlib.simulation.motion.truth import Motion
from gymlib.skeleton import INDEX, middle


def table(planned: Sequence[Planned], rate: float = filming.RATE) -> pd.DataFrame:
    """A row per attempt of planned clips, as :func:`attempts` gives them; moves everybody again.

    view : degrees that the camera stands off the exact side; 0: about at the side.

    ``rate`` as for :func:`gymlib.simulation.clip.simulate`: 60 for the data set skeletons.
    """
    return pd.DataFrame(
        [
            {"clip": clip.clip, "view": clip.session.view or 0.0, **row}
            for clip in planned
            for row in attempts(filming.simulate(clip, rate))
        ]
    )


def attempts(motion: Motion) -> list[dict]:
    """Per skill of a clip its number from 1, slow, interval and what is true of it.

    slow : how many times slower than life the film is. interval : seconds of life between frames.
    Of a skill whose begin or end the clip does not show, only the names.
    """
    skills = [segment for segment in segments(motion.phases) if segment.label == SKILL]
    return [
        {"attempt": number, "slow": motion.slow, "interval": motion.interval}
        | _attempt(motion, segment, number)
        for number, segment in enumerate(skills, start=1)
    ]


def _attempt(motion: Motion, segment, number: int) -> dict:
    inside = (motion.flights[:, 1] > segment.start) & (motion.flights[:, 0] < segment.end + 1)
    own = motion.flights[inside]
    if motion.entry in ("round-off", "cartwheel") and number == 1:
        own = own[-1:]  # before that only the feet leave the hands' support
    if motion.entry == "trampoline":
        kinds = motion.skill, motion.shape
    else:
        kinds = (", ".join([name] * len(own)) for name in (motion.skill, motion.shape))
    name, shape = kinds
    found = {
        "flights": len(own), "name": name, "shape": shape,
        "entry": motion.entry if number == 1 else "",
    }  # fmt: skip
    whole = len(own) and own[0, 0] >= 0 and own[-1, 1] <= len(motion) - 1
    return found | (_flown(motion, own) | _landed(motion, segment, own[-1, 1]) if whole else {})


def _flown(motion: Motion, flights) -> dict:
    longest = max(flights, key=lambda flight: flight[1] - flight[0])
    held = body_shape(motion.joints, _flight(*longest))
    start = _start(motion, flights[0, 0])
    return {
        "takeoff": flights[0, 0],
        "landing": flights[-1, 1],
        "flight_time": (longest[1] - longest[0]) * motion.interval,
        "rise": _rise(motion, longest),
        "rotation": float(sum(abs(turned(motion.joints, *flight)) for flight in flights)),
        "half_twist": 0.0,
        "hip": held.hip.value,
        "knee": held.knee.value,
        "takeoff_knee": float(body.knee(motion.joints[start : int(flights[0, 0]) + 1]).min()),
    }


def _start(motion: Motion, takeoff: float) -> int:
    """First frame of the take-off that leads into a flight."""
    before = np.flatnonzero(motion.phases[: int(takeoff)] != TAKEOFF)
    start = int(before[-1]) + 1 if len(before) else 0
    return min(start, max(int(takeoff) - 1, 0))


def _flight(start: float, end: float) -> Flight:
    return Flight(*(Measurement.within(moment, 0, "frames") for moment in (start, end)))


def _landed(motion: Motion, segment, contact: float) -> dict:
    """What is true of the landing that follows a skill; nothing if none does."""
    follows = [s for s in segments(motion.phases) if s.start == segment.end + 1]
    if not follows or follows[0].label != LANDING:
        return {}
    own = slice(int(np.ceil(contact)), follows[0].end + 1)
    joints, feet = motion.joints[own], motion.contacts[own, :2]
    both = np.flatnonzero(feet.all(axis=1))
    after = feet[both[0] :] if len(both) else feet[:0]
    return {
        "landing_knee": float(body.knee(joints).min()),
        "landing_hip": float(body.hip(joints).min()),
        "steps": float((after[1:] & ~after[:-1]).any(axis=1).sum()),
        "hands_down": bool(motion.contacts[own, 2:].any()),
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
