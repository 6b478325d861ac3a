"""Whom to follow: made-up people who stand, jump and walk past."""

import numpy as np
import pytest
from sightings import sighting

from gymlib.pose import people
from gymlib.pose.config import Person


def followed(sightings, pointed=None):
    hips = np.array([one.candidate.hip for one in sightings])
    return [sightings[number] for number in people.mover(sightings, hips, 30.0, pointed)]


@pytest.fixture
def hall():
    """A spotter who stands at x = 100 and a gymnast who jumps at x = 400, in every fifth frame."""
    sightings = []
    for frame in range(0, 60, 5):
        height = 300 - 10 * frame + 0.17 * frame**2
        sightings.append(sighting(frame, (100, 300), motion=0.5))
        sightings.append(sighting(frame, (400, height), motion=20, confidence=0.6))
    return sightings


def test_the_one_who_moves(hall):
    assert [one.candidate.hip[0] for one in followed(hall)] == [400] * 12


def test_the_one_pointed_at(hall):
    spotter = people.pointed_at(hall, Person(x=0.1, y=0.5, seconds=1.0), 1000, 600, 30.0)
    assert [one.candidate.hip[0] for one in followed(hall, spotter)] == [100] * 12


def test_the_gymnast_is_not_taken_for_the_spotter_when_lost(hall):
    seen = [one for one in hall if one.candidate.hip[0] == 100 or not 20 <= one.frame <= 35]
    assert {one.candidate.hip[0] for one in followed(seen)} == {400}


def test_a_gymnast_who_waits_first(hall):
    waiting = [sighting(frame, (400, 300)) for frame in range(0, 60, 5)]
    late = [one._replace(frame=one.frame + 60) for one in hall]
    spotter = [sighting(frame, (100, 300)) for frame in range(0, 60, 5)]
    seen = sorted([*waiting, *spotter, *late], key=lambda one: one.frame)
    assert [one.candidate.hip[0] for one in followed(seen)] == [400] * 24


def test_a_click_far_from_everybody_takes_the_nearest_in_time(hall):
    number = people.pointed_at(hall, Person(x=0.38, y=0.4, seconds=0.5), 1000, 600, 30.0)
    assert hall[number].candidate.hip[0] == 400 and abs(hall[number].frame - 15) <= 5


def test_somebody_in_another_shirt_walks_past():
    """The gymnast turns on the spot; a walker passes, and is seen as well in every frame."""
    seen = []
    for frame in range(0, 60, 5):
        seen.append(sighting(frame, (300, 300), motion=5, confidence=0.8, colour=(40, 40, 160)))
        seen.append(sighting(frame, (150 + 5 * frame, 300), motion=2, colour=(230, 220, 200)))
    seen[14] = seen[14]._replace(motion=1)  # where the walker hides the gymnast
    assert {tuple(one.colour) for one in followed(seen)} == {(40, 40, 160)}


def test_the_colour_of_a_torso():
    picture = np.zeros((100, 100, 3), np.uint8)
    picture[30:70, 40:60] = 200, 100, 50
    points = np.zeros((33, 2))
    points[[11, 12]], points[[23, 24]] = (50, 32), (50, 68)
    np.testing.assert_allclose(people.torso_colour(picture, points), [200, 100, 50])


def test_nobody_is_nobody():
    assert people.mover([], np.zeros((0, 2)), 30.0) == []
    assert people.pointed_at([], Person(0.5, 0.5), 100, 100, 30.0) is None


def test_motion_around_a_place():
    changed = np.zeros((60, 80))
    changed[20:30, 40:50] = 8
    assert people.motion_around(changed, 45, 25, 9) == 8
    assert people.motion_around(changed, 10, 10, 9) == 0
    assert people.motion_around(changed, 500, 500, 9) == 0


STILL = np.tile(np.column_stack([np.eye(2), np.zeros(2)]), (61, 1, 1))


def others_of(hall, gymnast=400):
    own = [number for number, one in enumerate(hall) if one.candidate.hip[0] == gymnast]
    hips = np.array([one.candidate.hip for one in hall])
    return [hall[number] for number in people.others(hall, hips, own, 30.0)]


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
    found = people.circles([sighting(5, (100, 300))], 2, pan)
    assert {frame: own[0][:2] for frame, own in found.items()} == {
        frame: (95 + frame, 300) for frame in range(3, 8)
    }


def test_nobody_is_where_the_body_cannot_get():
    tube = people.Tube([sighting(0, (100, 300)), sighting(30, (400, 300))], STILL, 30.0)
    assert tube.holds(0, np.array([120, 300.0]), 50.0)
    assert not tube.holds(0, np.array([130, 300.0]), 50.0)
    assert tube.holds(15, np.array([250, 200.0]), 50.0)
    assert not tube.holds(15, np.array([250, 900.0]), 50.0)
    assert not tube.holds(29, np.array([120, 300.0]), 50.0)  # not on the way to the next


def test_without_sightings_everything_is_possible():
    assert people.Tube([], STILL, 30.0).holds(3, np.array([0.0, 0.0]), 1.0)
