"""Differences of attempts: their intervals by hand, and words that say no more than these allow."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stick_figure import attempt, salto

from gymlib.kinematics import Measurement, measure
from gymlib.kinematics.difference import differences, less
from gymlib.kinematics.words import WORDS


def seconds(value, half):
    return Measurement.within(value, half, "seconds")


def row(**changes):
    keypoints, labels = salto()
    return measure(attempt(keypoints, labels))[0] | changes


def told(name, first, second):
    found = differences(row(**{name: first}), row(**{name: second}))
    return next(own for own in found if own.measurement == name)


def test_halves_of_both_intervals_add_as_squares():
    found = less(seconds(0.70, 0.04), seconds(0.60, 0.03))
    np.testing.assert_allclose(found[:3], [0.10, 0.05, 0.15])


def test_each_end_has_the_ends_that_make_it():
    """Lowest where the second is low and the first high: sqrt(4 + 9), else sqrt(1 + 16)."""
    second, first = Measurement(10, 8, 11, "steps"), Measurement(5, 1, 8, "steps")
    np.testing.assert_allclose(less(second, first)[:3], [5, 5 - 13**0.5, 5 + 17**0.5])


def test_an_open_end_stays_open_and_what_was_not_seen_is_not_seen():
    cut = Measurement(0.7, 0.6, np.inf, "seconds")
    assert less(cut, seconds(0.5, 0.1))[1:3] == (pytest.approx(0.2 - 0.02**0.5), np.inf)
    assert not less(cut, Measurement.unseen("seconds")).seen


numbers, halves = st.floats(-100, 100), st.floats(0, 50)


@given(numbers, halves, numbers, halves)
def test_exchanging_the_attempts_changes_the_sign(a, half, b, other):
    one, two = seconds(a, half), seconds(b, other)
    there, back = less(two, one), less(one, two)
    np.testing.assert_allclose(there[:3], [-back.value, -back.high, -back.low], atol=1e-9)


@pytest.mark.slow
def test_who_has_more_is_said_only_where_the_interval_leaves_no_doubt():
    longer = told("flight_time", seconds(0.60, 0.02), seconds(0.66, 0.02))
    assert longer.clear and longer.told == "flew 0.06 s longer (0.03 to 0.09)"
    shorter = told("flight_time", seconds(0.66, 0.02), seconds(0.60, 0.02))
    assert shorter.clear and shorter.told == "flew 0.06 s shorter (0.03 to 0.09)"
    alike = told("flight_time", seconds(0.60, 0.04), seconds(0.63, 0.03))
    assert not alike.clear
    assert alike.told == ("flight time: no difference that one camera can tell (−0.02 to 0.08 s)")


@pytest.mark.slow
def test_what_is_0_when_rounded_is_no_difference():
    barely = told("flight_time", seconds(0.60, 0), seconds(0.66, 0.057))
    assert not barely.value.holds(0) and not barely.clear
    assert barely.told.endswith("no difference that one camera can tell (0.00 to 0.12 s)")


@pytest.mark.slow
def test_what_was_not_measured_is_said_with_where():
    unseen = Measurement.unseen("seconds")
    one = told("stand", unseen, seconds(0.5, 0.1))
    assert one.told == "until standing: not measured in the first" and not one.clear
    assert told("stand", unseen, unseen).told.endswith("in the first and the second")


@pytest.mark.slow
def test_an_attempt_does_not_differ_from_itself():
    found = differences(row(), row())
    assert [own.measurement for own in found] == list(WORDS)
    assert not any(own.clear for own in found)
