"""Two attempts on one axis of time, on which their phases begin together.

Between two moments that both attempts have, time runs evenly in both (piecewise linear length
normalisation: Helwig et al. 2011, Journal of Biomechanics 44, 561-566, as for the phases of gait).
A phase has the mean of the shares that it has of both attempts.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from gymlib.dataset import Attempt
from gymlib.kinematics import body
from gymlib.kinematics.contact import Flight
from gymlib.kinematics.curves import Curves, curves
from gymlib.kinematics.measure import Row, measure
from gymlib.labels import LANDING, SKILL, TAKEOFF, Segment, segments

MOMENTS = BEGIN, LAST_CONTACT, HIGHEST, FIRST_CONTACT, LOWEST, END = (
    "take-off begins", "last contact", "highest", "first contact", "lowest", "landing ends",
)  # fmt: skip
"""Moments that phases begin and end with, in order."""


class Measured(NamedTuple):
    """One attempt of a clip with what is measured on it.

    ``number`` counts a clip's attempts from 1; ``labels`` are those by which it was measured.
    """

    clip: Attempt
    number: int
    labels: Int[np.ndarray, " frames"]
    row: Row
    curves: Curves


def measured(clip: Attempt, labels: Int[np.ndarray, " frames"], number: int = 1) -> Measured:
    """An attempt of a clip by its number. Raises ValueError if there is none of that number, and
    as :func:`gymlib.kinematics.measure`."""
    rows = measure(clip, labels)
    if not 1 <= number <= len(rows):
        found = "none is labelled as skill" if not rows else f"there are {len(rows)}"
        raise ValueError(
            f"clip {clip.name}: expected an attempt {number}, but {found}; correct the labels, or "
            "take another clip or number"
        )
    return Measured(clip, number, labels, rows[number - 1], curves(clip))


def moments(own: Measured) -> dict[str, float]:
    """Those of :data:`MOMENTS` that the clip shows -> frame, contacts to a part of one.

    Contacts that lie beyond the clip's ends are left out, take-off and landing where they have no
    label, the highest place with several flights or no pose in the air, and the lowest place of a
    landing without a pose.
    """
    takeoff, landing, height = own.row["takeoff"], own.row["landing"], own.curves.height
    off, on = int(takeoff.value), min(int(np.ceil(landing.value)), len(own.labels) - 1)
    before, after = around(own.labels, off, -1), around(own.labels, on, 1)
    begins = before.label == TAKEOFF and before.start < takeoff.value
    found = {
        BEGIN: before.start if begins else np.nan,
        LAST_CONTACT: takeoff.value if np.isfinite(takeoff.low) else np.nan,
        HIGHEST: _top(height, Flight(takeoff, landing)) if own.row["flights"] == 1 else np.nan,
        FIRST_CONTACT: landing.value if np.isfinite(landing.high) else np.nan,
    }
    if after.label == LANDING:
        found |= {LOWEST: lowest(height, on, after.end), END: after.end}
    return {name: float(frame) for name, frame in found.items() if np.isfinite(frame)}


def around(labels: Int[np.ndarray, " frames"], frame: int, way: int) -> Segment:
    """The stretch of a frame, or where that is the skill the one before (-1) or after it (1)."""
    stretches = segments(labels)
    number = next(k for k, own in enumerate(stretches) if own.start <= frame <= own.end)
    if stretches[number].label == SKILL and 0 <= number + way < len(stretches):
        number += way
    return stretches[number]


def lowest(height: Float[np.ndarray, " frames"], first: int, last: int) -> float:
    """Frame of the smallest height from ``first`` to ``last``; NaN without any."""
    own = height[first : last + 1]
    return first + int(np.nanargmin(own)) if np.isfinite(own).any() else np.nan


def _top(height, flight: Flight) -> float:
    """Top of the parabola of a flight; the highest frame where that is none, NaN without a pose."""
    first, last = flight.frames
    times = np.arange(first, last + 1)
    times = times[np.isfinite(height[times])]
    if len(times) > 4:
        bend, slope, _ = np.polyfit(times - first, height[times], 2)
        top = first - slope / (2 * bend) if bend < 0 else np.nan
        if first < top < last:
            return top
    return times[np.argmax(height[times])] if len(times) else np.nan


class Aligned(NamedTuple):
    """Two attempts on one axis from 0 to 1.

    Attributes
    ----------
    places : of the moments that both attempts have. frames : the same moments in each.
    axis : (points,) from 0 to 1. curves : of both at these places; height from that of the last
        contact, the trunk's angle within half a turn there and growing with the turn in the air.
    """

    places: dict[str, float]
    frames: tuple[dict[str, float], dict[str, float]]
    axis: Float[np.ndarray, " points"]
    curves: tuple[Curves, Curves]


def align(first: Measured, second: Measured, points: int = 401) -> Aligned:
    """Both attempts on a common axis; moments that only one of them has are left out.

    Raises ValueError if a clip does not show the whole flight, or if the attempts have different
    numbers of flights.
    """
    both = first, second
    found = [_whole(own) for own in both]
    flights = [own.row["flights"] for own in both]
    if flights[0] != flights[1]:
        raise ValueError(
            f"clip {first.clip.name}, attempt {first.number}, and clip {second.clip.name}, attempt "
            f"{second.number}, have {flights[0]} and {flights[1]} flights: their phases do not "
            "correspond; take attempts with equally many"
        )
    names = _common(*found)
    frames = [np.array([has[name] for name in names]) for has in found]
    places = np.mean([(own - own[0]) / np.ptp(own) for own in frames], axis=0)
    axis = np.linspace(0, 1, points)
    times = [np.interp(axis, places, own) for own in frames]
    return Aligned(
        dict(zip(names, places.tolist())),
        tuple(dict(zip(names, own.tolist())) for own in frames),
        axis,
        tuple(map(_at, both, found, times)),
    )


def _whole(own: Measured) -> dict[str, float]:
    """The moments of an attempt, both contacts among them."""
    found = moments(own)
    if lacks := [name for name in (LAST_CONTACT, FIRST_CONTACT) if name not in found]:
        edges = {LAST_CONTACT: "begins", FIRST_CONTACT: "ends"}
        raise ValueError(
            f"clip {own.clip.name}, attempt {own.number}: expected a whole flight to align by, but "
            f"the {' and the '.join(lacks)} is not measured: the clip "
            f"{' and '.join(edges[name] for name in lacks)} in the air; take one that shows more"
        )
    return found


def _common(first: dict[str, float], second: dict[str, float]) -> list[str]:
    """Moments of both, each later than the one before in both."""
    names: list[str] = []
    for name in MOMENTS:
        if name in first and name in second:
            if not names or all(has[name] > has[names[-1]] for has in (first, second)):
                names.append(name)
    return names


def _at(own: Measured, has: dict[str, float], frames: Float[np.ndarray, " points"]) -> Curves:
    """The curves at parts of frames; beside a gap there is none."""
    known = np.arange(len(own.clip))
    height, trunk = (body.filled(curve) for curve in (own.curves.height, own.curves.trunk))
    ground = np.interp(has[LAST_CONTACT], known, height)
    leaves, lands = (np.interp(has[name], known, trunk) for name in (LAST_CONTACT, FIRST_CONTACT))
    way = -1 if lands < leaves else 1
    turns = 360 * np.round(way * leaves / 360)
    curves = own.curves._replace(
        height=own.curves.height - ground, trunk=way * own.curves.trunk - turns
    )
    return Curves(*(np.interp(frames, known, curve) for curve in curves))
