"""The cheapest path: against all paths counted out, and the sides of a body that moves."""

import itertools

import numpy as np
import pytest

from gymlib.pose import path
from gymlib.pose.candidates import Candidate
from gymlib.pose.region import Region
from gymlib.skeleton import MIRROR


def counted_out(costs, step):
    filled = [moment for moment, own in enumerate(costs) if len(own)]

    def cost(states):
        own = sum(costs[moment][state] for moment, state in zip(filled, states))
        between = zip(filled, filled[1:], states, states[1:])
        return own + sum(step(a, b)[i, j] for a, b, i, j in between)

    return min(itertools.product(*(range(len(costs[m])) for m in filled)), key=cost)


@pytest.mark.parametrize("sizes", [[3, 2, 4, 1], [2, 0, 3, 0, 0, 2], [1], [0, 3]])
def test_as_cheap_as_any(rng, sizes):
    costs = [rng.random(size) for size in sizes]
    steps = {
        (a, b): rng.random((sizes[a], sizes[b]))
        for a, b in itertools.combinations(range(len(sizes)), 2)
    }
    found = path.cheapest(costs, lambda a, b: steps[a, b])
    assert [state is None for state in found] == [size == 0 for size in sizes]
    kept = tuple(state for state in found if state is not None)
    assert kept == counted_out(costs, lambda a, b: steps[a, b])


def test_nothing_to_choose_from():
    assert path.cheapest([np.zeros(0)] * 3, lambda a, b: np.zeros((0, 0))) == [None] * 3


def body(points, confidence):
    return Candidate(
        points, np.ones(33), confidence, points[[23, 24]].mean(axis=0), 0.0, Region(0, 0, 0, 1),
        np.zeros(8),
    )  # fmt: skip


@pytest.fixture
def walking(rng):
    """Ten frames of a body 100 pixels wide that moves one pixel per frame."""
    still = rng.uniform(0, 100, (33, 2))
    return [still + frame for frame in range(10)]


def test_exchanged_sides_are_put_right(walking):
    torso = np.full(10, 50.0)
    seen = [points[MIRROR] if frame in (3, 4) else points for frame, points in enumerate(walking)]
    chosen = path.best_path([[body(points, 0.9)] for points in seen], torso, 30.0)
    assert [one.exchanged for one in chosen] == [frame in (3, 4) for frame in range(10)]
    for one, points in zip(chosen, walking):
        np.testing.assert_array_equal(one.keypoints, points)


def test_a_jump_needs_a_reason(walking):
    torso = np.full(10, 50.0)
    pool = [[body(points, 0.7)] for points in walking]
    pool[5].append(body(walking[5] + 200, 0.8))  # a little surer, but far away
    chosen = path.best_path(pool, torso, 30.0)
    assert chosen[5].candidate is pool[5][0]


def test_frames_without_candidates_are_skipped(walking):
    pool = [[] if frame == 4 else [body(points, 0.7)] for frame, points in enumerate(walking)]
    chosen = path.best_path(pool, np.full(10, 50.0), 30.0)
    assert [one is None for one in chosen] == [frame == 4 for frame in range(10)]
