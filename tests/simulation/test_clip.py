"""A clip's surroundings: boxes where a landing is higher or lower, and a second person."""

from dataclasses import replace

import numpy as np
import pytest

from gymlib.simulation.clip import FEET, box_for, simulate
from gymlib.simulation.motion.bystander import bystand
from gymlib.simulation.plan import plan

pytestmark = pytest.mark.slow

CAMERA = (1.0, -6.0, 1.4)


def first(**wanted):
    """The first planned clip of an entry, with another drop."""
    planned = next(c for c in plan() if c.attempt.entry == wanted["entry"] and not c.attempt.late)
    attempt = replace(planned.attempt, landing="stick", repeats=0, fakes=0, **wanted)
    return replace(planned, attempt=attempt)


@pytest.mark.parametrize("entry", ["standing", "run-up"])
@pytest.mark.parametrize("drop", [0.9, -0.3])
def test_feet_stand_on_the_box_or_on_the_floor_and_never_inside(entry, drop):
    motion = simulate(first(entry=entry, drop=drop))
    low, high = np.array(box_for(motion, drop, 0.0))
    feet, stands = motion.joints[:, FEET], motion.contacts[:, :2].all(axis=1)
    over = ((feet[..., :2] > low[:2]) & (feet[..., :2] < high[:2])).all(axis=-1)
    start = np.flatnonzero(motion.airborne)[0]
    heights = feet[stands, :, 2].min(axis=1)
    assert high[2] == pytest.approx(abs(drop))
    assert over[stands].all(axis=1).any() and (~over[stands]).all(axis=1).any()
    np.testing.assert_allclose(heights[over[stands].all(axis=1)], high[2], atol=0.06)
    np.testing.assert_allclose(heights[(~over[stands]).all(axis=1)], 0, atol=0.06)
    assert (feet[over][:, 2] > high[2] - 0.05).all()
    assert over[start - 1].all() == (drop > 0)


def test_level_ground_needs_no_box():
    assert box_for(simulate(first(entry="standing", drop=0.0)), 0.0, 0.0) is None


@pytest.mark.parametrize("how", ["standing", "walking"])
def test_a_second_person_stays_behind_the_gymnast(how):
    motion = simulate(first(entry="standing", drop=0.0))
    joints = bystand(how, motion, CAMERA, np.random.default_rng(0))
    again = bystand(how, motion, CAMERA, np.random.default_rng(0))
    np.testing.assert_array_equal(joints, again)
    assert joints.shape == motion.joints.shape and np.isfinite(joints).all()
    away = np.linalg.norm(joints.mean(axis=1)[:, :2] - CAMERA[:2], axis=-1)
    assert away.min() > np.hypot(*CAMERA[:2]) + 0.5
    assert joints[..., 2].min() > -0.02 and 1.2 < joints[..., 2].max() < 2.3
    moved = np.linalg.norm(joints[-1, 0] - joints[0, 0])
    assert (moved > 1.0) == (how == "walking")
