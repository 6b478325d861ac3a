"""What two attempts differ in, and whether one camera can tell.

Each measurement has its interval, and so has a difference; only where that does not hold 0 is it
said who has more. Of twenty such differences of attempts that are equal, one is said by chance.
"""

from typing import NamedTuple

import numpy as np

from gymlib.kinematics.measure import Row
from gymlib.kinematics.measurement import Measurement
from gymlib.kinematics.words import WORDS, number


class Difference(NamedTuple):
    """One measurement of the second attempt less that of the first, and the sentence about it."""

    measurement: str
    value: Measurement
    told: str

    @property
    def clear(self) -> bool:
        """Whether the interval, rounded as it is told, leaves no doubt who has more."""
        return _clear(self.measurement, self.value)


def less(second: Measurement, first: Measurement) -> Measurement:
    """The difference of two measurements whose errors have nothing to do with each other.

    The interval has the ends of both by squares (Zou & Donner 2008, Statistics in Medicine 27,
    equation 4); an open end stays open, and what was not seen in one is not seen.

    >>> less(Measurement(10, 6, 14, "s"), Measurement(7, 4, 10, "s"))
    Measurement(value=3.0, low=-2.0, high=8.0, unit='s')
    """
    if not (second.seen and first.seen):
        return Measurement.unseen(second.unit)
    value = float(second.value - first.value)
    down = np.hypot(second.value - second.low, first.high - first.value)
    up = np.hypot(second.high - second.value, first.value - first.low)
    return Measurement(value, float(value - down), float(value + up), second.unit)


def differences(first: Row, second: Row) -> list[Difference]:
    """What the second attempt has more or less of, in the order of :data:`WORDS`.

    Parameters
    ----------
    first, second : rows of :func:`gymlib.kinematics.measure`.
    """
    values = {name: less(second[name], first[name]) for name in WORDS}
    return [
        Difference(name, value, _told(name, value, (first[name], second[name])))
        for name, value in values.items()
    ]


def _clear(name: str, value: Measurement) -> bool:
    if not value.seen or value.holds(0):
        return False
    return round(min(abs(value.low), abs(value.high)), WORDS[name].digits) > 0


def _told(name: str, value: Measurement, own: tuple[Measurement, Measurement]) -> str:
    words = WORDS[name]
    if not value.seen:
        where = [which for which, one in zip(("the first", "the second"), own) if not one.seen]
        return f"{words.name}: not measured in {' and '.join(where)}"
    if not _clear(name, value):
        low, high = (number(end, words.digits) for end in value[1:3])
        return f"{words.name}: no difference that one camera can tell ({low} to {high}{words.unit})"
    ends = sorted(map(abs, value[1:3]))
    size, low, high = (number(own, words.digits) for own in (abs(value.value), *ends))
    form = words.more if value.value > 0 else words.less
    return f"{form.format(f'{size}{words.unit}')} ({low} to {high})"
