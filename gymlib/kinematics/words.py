"""What measurements are called, singly and when one attempt is set beside another."""

from typing import NamedTuple

import numpy as np

from gymlib.kinematics.measurement import Measurement


class Words(NamedTuple):
    """How a measurement is told.

    ``more`` and ``less`` say of an attempt that it has more or less of it than another one, and
    take the size of the difference with its unit.
    """

    name: str
    digits: int
    unit: str
    more: str
    less: str


WORDS = {
    "flight_time": Words("flight time", 2, " s", "flew {} longer", "flew {} shorter"),
    "height": Words("height of the flight", 2, " m", "flew {} higher", "flew {} lower"),
    "rotation": Words("turned between the contacts", 0, "°", "turned {} further",
                      "turned {} less far"),
    "spin": Words("fastest turning", 0, "° per second", "turned {} faster at its fastest",
                  "turned {} slower at its fastest"),
    "hip": Words("hips, tightest in the air", 0, "°", "hips {} straighter in the air",
                 "hips {} more bent in the air"),
    "knee": Words("knees, tightest in the air", 0, "°", "knees {} straighter in the air",
                  "knees {} more bent in the air"),
    "takeoff_knee": Words("knees, deepest before take-off", 0, "°",
                          "knees bent {} less before take-off",
                          "knees bent {} deeper before take-off"),
    "takeoff_angle": Words("take-off angle", 0, "°", "left the ground {} steeper",
                           "left the ground {} flatter"),
    "arms": Words("arm swing", 0, "°", "swung the arms {} further", "swung the arms {} less far"),
    "landing_knee": Words("knees, deepest in the landing", 0, "°",
                          "knees bent {} less in the landing",
                          "knees bent {} deeper in the landing"),
    "landing_hip": Words("hips, deepest in the landing", 0, "°", "hips bent {} less in the landing",
                         "hips bent {} deeper in the landing"),
    "squat": Words("hips above the knees, lowest", 2, " torso lengths",
                   "hips stayed {} higher above the knees in the landing",
                   "hips sank {} lower to the knees in the landing"),
    "steps": Words("steps after landing", 0, " steps", "took {} more after landing",
                   "took {} fewer after landing"),
    "stand": Words("until standing", 2, " s", "stood {} later", "stood {} sooner"),
}  # fmt: skip
"""Measurement (:data:`gymlib.dataset.schemas.MEASURED`) -> its words, in the order of telling."""


def number(value: float, digits: int) -> str:
    """A number as it is told: with a minus sign, which no dash of a range is, and never minus 0.

    "?" where an interval is open.

    >>> number(-1.25, 1), number(-0.001, 2), number(np.inf, 2)
    ('−1.2', '0.00', '?')
    """
    if not np.isfinite(value):
        return "?"
    return f"{round(value, digits) + 0.0:.{digits}f}".replace("-", "−")


def ranged(measured: Measurement, digits: int) -> str:
    """The value and its interval; "–" if it was not measured.

    >>> ranged(Measurement(0.5, 0.4, np.inf, "seconds"), 1)
    '0.5 (0.4 to ?)'
    """
    if not measured.seen:
        return "–"
    value, low, high = (number(own, digits) for own in measured[:3])
    return f"{value} ({low} to {high})"
