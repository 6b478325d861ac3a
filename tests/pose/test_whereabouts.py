"""Where the gymnast cannot be: made-up people who stand and jump."""

import numpy as np
from sightings import sighting

from gymlib.pose import whereabouts

STILL = np.tile(np.column_stack([np.eye(2), np.zeros(2)]), (61, 1, 1))


def others_of(hall, gymnast=400):
    own = [number for number, one in enumerate(hall) if one.candidate.hip[0] == gymnast]
    hips = np.array([one.candidate.hip for one in hall])
    return [hall[number] for number in whereabouts.others(hall, hips, own, 30.0)]


def test_the_spotter_is_somebody_else(hall):
    assert [one.candidate.hip[0] for one in others_of(hall)] == [100] * 12


def test_the_spotter_also_where_the_gymnast_is_lost(hall):
    seen = [one for one in hall if one.candidate.hip[0] == 100 or one.frame < 20]
    assert [one.frame for one in others_of(seen)] == list(range(0, 60, 5))


def test_a_body_seen_alone_may_be_the_gymnast(hall):
    alone = sighting(57, (410, 120))
    assert all(one is not alone for one in others_of([*hall, alone]))


def test_circles_move_with_the_camera():
    pan = STILL.copy()
    pan[:, 0, 2] = np.arange(61)  # one pixel to the right per frame
    found = whereabouts.circles([sighting(5, (100, 300))], 2, pan)
    assert {frame: own[0][:2] for frame, own in found.items()} == {
        frame: (95 + frame, 300) for frame in range(3, 8)
    }


def test_nobody_is_where_the_body_cannot_get():
    tube = whereabouts.Tube([sighting(0, (100, 300)), sighting(30, (400, 300))], STILL, 30.0)
    assert tube.holds(0, np.array([120, 300.0]), 50.0)
    assert not tube.holds(0, np.array([130, 300.0]), 50.0)
    assert tube.holds(15, np.array([250, 200.0]), 50.0)
    assert not tube.holds(15, np.array([250, 900.0]), 50.0)
    assert not tube.holds(29, np.array([120, 300.0]), 50.0)  # not on the way to the next


def test_without_sightings_everything_is_possible():
    assert whereabouts.Tube([], STILL, 30.0).holds(3, np.array([0.0, 0.0]), 1.0)
