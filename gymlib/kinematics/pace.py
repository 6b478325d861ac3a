"""How many times slower than life a film runs, told by how a body falls and how large it is.

All bodies fall alike, so the parabola of a flight says how large a torso is in metres, if the
film's seconds are those of life. In slow motion it comes out as that of a giant.
"""

from collections.abc import Mapping

import numpy as np

from gymlib.kinematics.measurement import Measurement

TORSO = 0.37, 0.50, 0.57
"""Metres from hips to shoulders, .288 of the stature (Winter 2009, "Biomechanics and Motor Control
of Human Movement", figure 4.1): of a child of 1.3 m, of 1.73 m, and of somebody of 1.97 m."""
SURE = 1.4
"""Times slower than life, at least, from which a film is called slow. Cameras that rise with the
body make it fall more slowly too: of simulated films that run in time none is called so, of
generated skeletons one in forty, of the real films at hand none."""
LONGEST = 2.5
"""Seconds that nobody flies: a fall from 30 m takes as long, a leap to nearly 8 m."""
_POWERS = {"seconds": -1, "metres": -2, "metres per pixel": -2, "degrees per second": 1}
"""Units of what changes with the pace, and with which power of it."""
_UNIT = "times"


def pace(torso: Measurement, flight_time: Measurement) -> Measurement:
    """How many times slower than life a film is, by one of its flights.

    The upper end is infinite where no parabola was seen and the flight is longer than any:
    then nothing more is known.

    Parameters
    ----------
    torso : metres of a torso by the parabola (:func:`gymlib.kinematics.scale.parabola`), and
    flight_time : seconds; both as if the film ran in time. Unseen: the pace is as well.
    """
    if torso.seen:
        short, usual, tall = TORSO
        ends = torso.low / tall, torso.value / usual, torso.high / short
        low, value, high = map(float, np.sqrt(ends))
        return Measurement(value, low, high, _UNIT)
    if flight_time.seen and flight_time.low > LONGEST:
        least = flight_time.low / LONGEST
        return Measurement(least, least, np.inf, _UNIT)
    return Measurement.unseen(_UNIT)


def of_film(told: list[Measurement]) -> list[Measurement]:
    """The pace of each of a film's attempts, unseen for those that are not surely slow.

    An attempt that tells nothing, or only that it is slow, has the pace of the first that knows,
    if there is one, else of the first that is slow.
    """
    unseen = Measurement.unseen(_UNIT)
    slow = [own for own in told if own.low > SURE or own.high == np.inf]
    other = min(slow, key=lambda own: own.high == np.inf, default=None)  # the first that knows
    found = []
    for own in told:
        if not own.high < np.inf:  # tells nothing, or no more than that it is slow
            found.append(other or own)
        else:
            found.append(own if own.low > SURE else unseen)
    return found


def widened(row: Mapping, found: Measurement) -> dict:
    """Measurements taken at the value of a pace, with its interval in theirs.

    What depends on a pace of which only the lower end is known is unseen.
    """
    return {name: _widened(own, found) for name, own in row.items()}


def _widened(own, found: Measurement):
    power = _POWERS.get(own.unit) if isinstance(own, Measurement) else None
    if power is None or not found.seen:
        return own
    if found.high == np.inf:
        return Measurement.unseen(own.unit)
    by = [(end / found.value) ** power for end in (found.low, found.high)]
    return Measurement(own.value, own.low * min(by), own.high * max(by), own.unit)
