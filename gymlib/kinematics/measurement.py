"""One measured number with its interval."""

from typing import NamedTuple

import numpy as np


class Measurement(NamedTuple):
    """A value and the interval that holds the truth in about 95 of 100 cases; NaN: not seen."""

    value: float
    low: float
    high: float
    unit: str

    @classmethod
    def within(cls, value: float, half: float, unit: str) -> "Measurement":
        """The value plus or minus ``half``.

        >>> Measurement.within(90, 5, "degrees")
        Measurement(value=90.0, low=85.0, high=95.0, unit='degrees')
        """
        return cls(float(value), float(value - half), float(value + half), unit)

    @classmethod
    def joint(cls, angle: float, half: float) -> "Measurement":
        """The angle of a joint in degrees, which lies between 0 (folded) and 180 (straight).

        >>> Measurement.joint(170, 25)
        Measurement(value=170.0, low=145.0, high=180.0, unit='degrees')
        """
        whole = cls.within(angle, half, "degrees")
        return whole.through(lambda end: np.clip(end, 0, 180), whole.unit)

    @classmethod
    def unseen(cls, unit: str) -> "Measurement":
        """What could not be measured."""
        return cls(np.nan, np.nan, np.nan, unit)

    @property
    def seen(self) -> bool:
        """Whether there is a value."""
        return bool(np.isfinite(self.value))

    def through(self, function, unit: str) -> "Measurement":
        """The measurement of a quantity that follows from this one and grows or falls with it."""
        value, *ends = (float(function(number)) for number in self[:3])
        return Measurement(value, min(ends), max(ends), unit)

    def holds(self, truth: float) -> bool:
        """Whether the interval holds a value."""
        return bool(self.low <= truth <= self.high)
