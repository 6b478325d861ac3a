"""A number and its interval."""

import numpy as np
import pytest

from gymlib.kinematics import Measurement


def test_an_interval_holds_what_lies_in_it():
    found = Measurement.within(10, 2, "degrees")
    assert found.holds(8) and found.holds(12) and not found.holds(12.1)
    assert found.seen


def test_what_was_not_seen_holds_nothing():
    found = Measurement.unseen("metres")
    assert not found.seen and not found.holds(0) and found.unit == "metres"


def test_a_falling_function_exchanges_the_ends():
    found = Measurement(2, 1, 4, "seconds").through(lambda t: 1 / t, "times a second")
    assert found == Measurement(0.5, 0.25, pytest.approx(1), "times a second")
    assert np.isnan(Measurement.unseen("a").through(lambda t: t, "b").value)
