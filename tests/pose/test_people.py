"""Whom to follow: made-up people who stand, jump and walk past."""

import numpy as np
from sightings import sighting

from gymlib.pose import people
from gymlib.pose.config import Person


def followed(sightings, pointed=None):
    hips = np.array([one.candidate.hip for one in sightings])
    return [sightings[number] for number in people.mover(sightings, hips, 30.0, pointed)]


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


def test_nobody_is_nobody():
    assert people.mover([], np.zeros((0, 2)), 30.0) == []
    assert people.pointed_at([], Person(0.5, 0.5), 100, 100, 30.0) is None
