"""The name of a skill: which way it turns, how often, in which shape, and what it comes out of."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from gymlib.kinematics import body
from gymlib.kinematics.contact import Flight
from gymlib.kinematics.facing import facing, side_on
from gymlib.kinematics.rotation import Rotation
from gymlib.kinematics.takeoff import steady
from gymlib.skeleton import middle

BACK, FRONT, SIDE, JUMP = "back somersault", "front somersault", "side somersault", "jump"
ENTRIES = STANDING, RUN_UP, ROUND_OFF, CARTWHEEL, TRAMPOLINE = (
    "standing", "run-up", "round-off", "cartwheel", "trampoline",
)  # fmt: skip
TURNED = 180.0
"""Degrees: who turns less has only jumped."""
SIDEWAYS = 0.1
"""Torso lengths (:func:`gymlib.kinematics.facing.side_on`) from which a turn is sideways."""


def direction(keypoints: Float[np.ndarray, "frames 33 2"], flight: Flight, turn: Rotation) -> str:
    """Back, front or side somersault, or jump.

    Forwards is clockwise for a body that faces right in the picture. Towards the camera it cannot
    be told, and what comes out is chance.
    """
    if abs(turn.total.value) < TURNED:
        return JUMP
    first, last = flight.frames
    own = keypoints[first : last + 1]
    if side_on(own, turn.angles) > SIDEWAYS:
        return SIDE
    ahead = np.nanmedian(facing(own)) * np.sign(turn.total.value)
    return FRONT if ahead > 0 else BACK


ARRIVES = 0.3
"""Torso lengths that feet come from sideways before the take-off, if there is a run-up."""
BEFORE = 0.8
"""Times of flight before the take-off in which that is looked for."""
SINKS = 0.3
"""Torso lengths by which feet are lower than at the take-off, if the bed of a trampoline gives;
looked for in half of a time of flight."""
EARLY, GATHERED = 0.2, 3.2
"""Times of flight by which a skill begins before its flight: from so many on with a round-off, of
which labels may count the last contact of the feet alone, from so many on with a cartwheel, after
which the jump is gathered."""


def entry(
    keypoints: Float[np.ndarray, "frames 33 2"],
    start: int,
    flights: Sequence[Flight],
    feet: bool = True,
) -> str:
    """What a skill, labelled from frame ``start``, comes out of: one of :data:`ENTRIES`.

    Several flights, or feet that sink before the take-off: a trampoline. A skill that begins long
    before its flight: a round-off, or a cartwheel. Feet that arrive from elsewhere: a run-up. Else
    from standing. A clip that begins in the take-off may hide what came before.

    Parameters
    ----------
    feet : whether toes were seen; without, what only they tell is "": heels rise before a take-off,
        and so ankles seem to sink before it as on a trampoline.
    """
    takeoff, landing = (moment.value for moment in flights[0])
    lasts = landing - takeoff
    if takeoff - start > EARLY * lasts:
        return CARTWHEEL if takeoff - start > GATHERED * lasts else ROUND_OFF
    if len(flights) > 1:
        return TRAMPOLINE
    if not feet:
        return ""
    toes = middle(keypoints, "foot_index") / body.torso(keypoints)
    if _away(toes[:, 1], takeoff, 0.5 * lasts, 1) > SINKS:
        return TRAMPOLINE
    sideways = [_away(toes[:, 0], takeoff, BEFORE * lasts, sign) for sign in (-1, 1)]
    return RUN_UP if max(sideways) > ARRIVES else STANDING


def _away(values, moment: float, lasts: float, sign: int) -> float:
    """How much greater (sign 1) or smaller (-1) values were before a moment than at it.

    0 without a pose near the moment.
    """
    own = steady(values[max(0, round(moment - lasts)) : round(moment) + 1])
    if not np.isfinite(own[-3:]).any():
        return 0.0
    return float(np.nanmax(sign * (own - np.nanmedian(own[-3:]))))
