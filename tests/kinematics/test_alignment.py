"""Two somersaults drawn on paper, on one axis: where phases meet, what is told if they cannot."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stick_figure import attempt, salto

from gymlib.kinematics import Measurement
from gymlib.kinematics.alignment import (
    BEGIN,
    FIRST_CONTACT,
    HIGHEST,
    LAST_CONTACT,
    LOWEST,
    MOMENTS,
    align,
    measured,
    moments,
)
from gymlib.labels import IDLE, LANDING, TAKEOFF


def own(*, name="paper", cut=slice(None), **how):
    keypoints, labels = salto(**how)
    return measured(attempt(keypoints[cut], labels[cut], name=name), labels[cut])


def test_moments_of_a_somersault():
    found = moments(own())
    assert list(found) == list(MOMENTS)
    assert found[BEGIN] == 15
    assert found[LAST_CONTACT] == pytest.approx(19.5, abs=0.3)
    assert found[HIGHEST] == pytest.approx(29.5, abs=0.3)
    assert found[FIRST_CONTACT] == pytest.approx(39.5, abs=0.3)
    assert 44 <= found[LOWEST] < found["landing ends"] == 59


def test_what_has_no_label_or_no_pose_is_left_out():
    keypoints, labels = salto()
    labels = np.where(np.isin(labels, (TAKEOFF, LANDING)), IDLE, labels).astype(np.int8)
    keypoints[20:40] = np.nan
    assert list(moments(measured(attempt(keypoints), labels))) == [LAST_CONTACT, FIRST_CONTACT]


def test_an_attempt_beside_itself_is_itself():
    one = own()
    found = align(one, one)
    for name in one.curves._fields:
        np.testing.assert_array_equal(*(getattr(curves, name) for curves in found.curves))
    start, end = found.places[LAST_CONTACT], found.places[FIRST_CONTACT]
    frames = np.array(list(found.frames[0].values()))
    np.testing.assert_allclose(list(found.places.values()), (frames - 15) / 44)
    at = np.interp([start, end], found.axis, found.curves[0].trunk)
    assert at[1] - at[0] == pytest.approx(360, abs=15)


@pytest.mark.slow
@settings(deadline=None, max_examples=5)
@given(st.integers(16, 30), st.integers(12, 30))
def test_phases_meet_however_long_they_are(flight, after):
    first, second = own(), own(flight=flight, after=after, bend=400 / flight**2)
    found = align(first, second)
    for k, frames in enumerate(found.frames):
        assert list(frames) == list(found.places)
        top = found.axis[np.nanargmax(found.curves[k].height)]
        assert top == pytest.approx(found.places[HIGHEST], abs=0.03)
    mean = [(has[LAST_CONTACT] - 15) / (has["landing ends"] - 15) for has in found.frames]
    assert found.places[LAST_CONTACT] == pytest.approx(np.mean(mean))


@pytest.mark.slow
def test_both_turn_upwards_whichever_way_they_turn_in_the_picture():
    found = align(own(way=1), own(way=-1))
    one, two = (curves.trunk for curves in found.curves)
    assert np.nanmax(one) > 300 and np.nanmax(two) > 300
    assert np.nanmax(np.abs(one - two)) < 5


@pytest.mark.slow
def test_height_counts_from_the_last_contact():
    one, low = own(), own()
    low = low._replace(curves=low.curves._replace(height=low.curves.height + 7))
    heights = [curves.height for curves in align(one, low).curves]
    np.testing.assert_allclose(*heights, atol=1e-9)
    assert abs(np.interp(align(one, low).places[LAST_CONTACT], *_curve(one))) < 0.05


def _curve(one):
    found = align(one, one)
    return found.axis, found.curves[0].height


@pytest.mark.slow
def test_a_gap_of_the_pose_stays_a_gap():
    keypoints, labels = salto()
    keypoints[27:31] = np.nan
    gappy = measured(attempt(keypoints), labels)
    found = align(own(), gappy)
    frames = np.interp(found.axis, list(found.places.values()), list(found.frames[1].values()))
    inside = (frames > 26.5) & (frames < 30.5)
    assert np.isnan(found.curves[1].height[inside]).all()
    assert np.isfinite(found.curves[0].height[inside]).all()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cut", "message"),
    [
        (slice(25, None), "attempt 1: expected a whole flight .* the last contact is not measured: "
                          "the clip begins in the air; take one that shows more"),
        (slice(35), "clip short, .* the first contact is not measured: the clip ends in the air"),
        (slice(25, 35), "last contact and the first contact is not measured: the clip begins and "
                        "ends in the air"),
    ],
)  # fmt: skip
def test_without_a_whole_flight_it_is_said_what_was_missing(cut, message):
    with pytest.raises(ValueError, match=message):
        align(own(), own(cut=cut, name="short"))


@pytest.mark.slow
def test_flights_must_be_equally_many():
    one, two = own(), own(name="twice")
    two = two._replace(row=two.row | {"flights": 2})
    with pytest.raises(ValueError, match=r"clip twice, attempt 1, have 1 and 2 flights: their"):
        align(one, two)
    assert HIGHEST not in align(two, two).places


def test_an_attempt_must_be_there():
    keypoints, labels = salto()
    with pytest.raises(ValueError, match="paper: expected an attempt 2, but there are 1; correct"):
        measured(attempt(keypoints), labels, 2)
    with pytest.raises(ValueError, match="an attempt 1, but none is labelled as skill"):
        measured(attempt(keypoints), np.zeros(60, np.int8))


def test_moments_that_fall_together_are_one():
    one = own()
    early = Measurement(one.row["landing"].value, *one.row["landing"][1:])
    same = one._replace(labels=np.where(np.arange(60) > 40, IDLE, one.labels).astype(np.int8))
    places = align(same, same._replace(row=same.row | {"landing": early})).places
    assert sorted(places.values()) == list(places.values()) and FIRST_CONTACT in places
