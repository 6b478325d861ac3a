"""Following a body, with a stand-in for the network that sees it where it is."""

import numpy as np
import pytest

from gymlib.pose import tracking
from gymlib.pose.candidates import SIDE, Search
from gymlib.pose.landmarks import Estimate
from gymlib.pose.region import turn
from gymlib.pose.smoothing import turned

TORSO = 40.0


class Body:
    """A rigid body that flies and turns; seen well only in a region that fits it."""

    def __init__(self, frames, spin, hidden=()):
        rng = np.random.default_rng(1)
        own = rng.uniform(-60, 60, (33, 2))
        own[[23, 24]], own[[11, 12]] = 0, (0, -TORSO)
        time = np.arange(frames)
        self.hips = np.stack([50 + 4.0 * time, 200 - 5 * time + 0.2 * time**2], axis=1)
        self.angles = np.radians(spin) * time
        self.points = turned(np.tile(own, (frames, 1, 1)), self.angles) + self.hips[:, None]
        self.hidden, self.calls = set(hidden), 0

    def __call__(self, frame, region):
        """The "picture" of a frame is its number."""
        self.calls += 1
        off = np.linalg.norm(self.hips[frame] - [region.x, region.y]) / TORSO
        aside = abs(turn(self.angles[frame] - region.angle))
        fits = off < 1 and aside < np.radians(50) and frame not in self.hidden
        peaks = np.full(33, 0.95 - 0.3 * aside if fits else 0.05)
        points = self.points[frame] if fits else np.full((33, 2), [region.x, region.y])
        return Estimate(points, peaks, np.ones(33), float(fits), region)


def search(body, seeds):
    frames = len(body.points)
    found = Search(np.full(frames, TORSO), 30.0, body)
    found.pictures = dict(enumerate(range(frames)))
    for seed in seeds:
        found.look(seed, body.hips[seed], float(body.angles[seed]))
    return found


def followed(found, body):
    best = [found.best(frame) for frame in range(len(body.points))]
    return np.array(
        [
            one is not None and np.allclose(one.keypoints, points)
            for one, points in zip(best, body.points)
        ]
    )


@pytest.mark.parametrize("spin", [0, 15, -30])
def test_a_somersault_is_followed(spin):
    body = Body(30, spin)
    found = search(body, [0, 1])
    told = []
    tracking.sweep(found, range(30), lambda: told.append(1))
    assert len(told) == 30
    assert followed(found, body).all()
    assert body.calls <= 2 + 1.2 * 30


def test_backwards_fills_what_lies_before_the_first_sight():
    body = Body(30, 12)
    found = search(body, [20, 21])
    tracking.sweep(found, range(30))
    assert not followed(found, body)[:20].any()
    tracking.sweep(found, reversed(range(30)))
    assert followed(found, body).all()


def test_a_short_gap_is_bridged():
    body = Body(30, 12, hidden=range(10, 14))
    found = search(body, [0, 1])
    tracking.sweep(found, range(30))
    seen = followed(found, body)
    assert seen[:10].all() and seen[14:].all()


def test_after_a_long_gap_nothing_is_predicted():
    body = Body(60, 0, hidden=range(10, 40))
    found = search(body, [0, 1])
    tracking.sweep(found, range(60))
    assert not any(found.pool[45:])


def test_a_body_that_was_expected_upright_is_found_upside_down():
    body = Body(3, 0)
    body.angles[:] = np.pi
    body.points = 2 * body.hips[:, None] - body.points
    found = search(body, [])
    tracking.search_around(found, 1, body.hips[1], 0.0)
    assert followed(found, body)[1]


def test_a_region_looked_at_before_costs_nothing():
    body = Body(3, 0)
    found = search(body, [1])
    again = found.look(1, body.hips[1] + 0.01 * SIDE * TORSO, np.radians(5))
    assert again is found.pool[1][0] and body.calls == 1
    found.look(1, body.hips[1] + 0.1 * SIDE * TORSO, 0.0)
    assert body.calls == 2


def test_a_pose_where_the_person_cannot_be_is_doubted():
    body = Body(3, 0)
    sure = search(body, [1]).best(1)
    found = search(body, [])
    found.possible = lambda frame, hip: False
    assert found.look(1, body.hips[1], 0.0).confidence < 0.5 * sure.confidence
