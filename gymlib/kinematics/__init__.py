"""What can be measured on one attempt from one camera: flight, rotation, shape, take-off, landing.

Each value comes with an interval, and beside it may stand the rule that uses it (:mod:`rules`);
never a score. :func:`measure` takes an attempt with its labels, :func:`measure_dataset` all of a
folder; :mod:`accuracy` sets both against the truth of simulated clips. What needs no labels, or
learns, may not come here.
"""

from gymlib.kinematics.measure import measure, measure_dataset
from gymlib.kinematics.measurement import Measurement

__all__ = ["Measurement", "measure", "measure_dataset"]
