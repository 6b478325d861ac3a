"""Slow motion on paper: a torso of half a metre that falls k times more slowly than it should."""

import numpy as np
import pytest
from stick_figure import TORSO, attempt, figure, salto

from gymlib.kinematics import Measurement, measure, pace

RATE = 30


def filmed(slow: float):
    """A somersault of somebody with a torso of half a metre, filmed ``slow`` times slower."""
    metre = TORSO / 0.5
    bend = 9.81 * metre / (2 * (RATE * slow) ** 2)  # pixels per frame squared
    keypoints, labels = salto(bend=bend)
    return attempt(keypoints, labels)


@pytest.mark.slow
def test_the_pace_is_found_and_taken_out():
    film = filmed(2.5)
    (found,), (known,), (taken,) = measure(film), measure(film, slow=2.5), measure(film, slow=1.0)
    assert found["pace"].holds(2.5) and found["pace"].value == pytest.approx(2.5, rel=0.01)
    for name in ("flight_time", "height", "rise", "scale", "spin"):
        assert found[name].value == pytest.approx(known[name].value, rel=0.03), name
        assert found[name].holds(known[name].value)
        wide = [own[name].high - own[name].low for own in (found, known)]
        assert wide[0] > wide[1], f"{name}: the pace's interval is in it"
    assert found["flight_time"].value == pytest.approx(taken["flight_time"].value / 2.5, rel=0.01)
    for name in ("rotation", "hip", "landing_knee", "takeoff"):
        assert found[name] == taken[name], f"{name} knows no time"


@pytest.mark.slow
def test_a_film_that_runs_in_time_stays_as_it_is():
    (found,), (taken,) = measure(filmed(1.0)), measure(filmed(1.0), slow=1.0)
    assert not found["pace"].seen
    assert {name: repr(own) for name, own in found.items()} == {
        name: repr(own) for name, own in taken.items()
    }


def test_a_slight_excess_is_a_tall_person_or_a_camera():
    assert not measure(filmed(1.3))[0]["pace"].seen


@pytest.mark.slow
def test_nobody_flies_for_three_seconds():
    """A camera that goes with the body sees no fall, but the time is too long for a leap."""
    labels = np.repeat(np.array([1, 2, 3], np.int8), [20, 96, 20])
    still = np.repeat(figure(centre=(0, 300))[None], len(labels), axis=0)
    (row,) = measure(attempt(still, labels))
    least = row["pace"].value
    assert least == row["pace"].low == pytest.approx(96 / RATE / pace.LONGEST, rel=0.05)
    assert row["pace"].high == np.inf
    for name in ("flight_time", "height", "spin", "stand"):
        assert not row[name].seen, name


def test_attempts_that_do_not_tell_have_the_pace_of_one_that_does():
    unseen, slow = Measurement.unseen("times"), Measurement(2.0, 1.8, 2.3, "times")
    long, real = Measurement(1.2, 1.2, np.inf, "times"), Measurement(1.0, 0.9, 1.2, "times")
    assert pace.of_film([unseen, slow, long]) == [slow] * 3
    assert pace.of_film([slow, real])[0] == slow and not pace.of_film([slow, real])[1].seen
    assert pace.of_film([long]) == [long] and pace.of_film([unseen, long]) == [long] * 2
    assert not any(own.seen for own in pace.of_film([unseen, real]))
    assert pace.of_film([]) == []


def test_intervals_grow_by_that_of_the_pace():
    row = {"time": Measurement(1.0, 0.9, 1.1, "seconds"), "angle": Measurement(90, 80, 100, "°")}
    found = pace.widened(row, Measurement(2.0, 1.8, 2.2, "times"))
    assert found["time"][:3] == pytest.approx((1.0, 0.9 * 2 / 2.2, 1.1 * 2 / 1.8))
    assert found["angle"] == row["angle"]
