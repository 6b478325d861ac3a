"""What is true of simulated attempts agrees with their motion."""

import numpy as np
import pytest

from gymlib.kinematics import truth
from gymlib.labels import SKILL
from gymlib.simulation import clip as filming
from gymlib.simulation.plan import plan
from gymlib.skeleton import INDEX

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def motions():
    return [filming.simulate(clip, 60) for clip in plan(size="quick")[:6]]


def test_a_flight_is_where_nothing_touches(motions):
    for motion in motions:
        (row,) = truth.attempts(motion)
        air = motion.airborne & (motion.phases == SKILL)
        own = motion.flights[-1]
        assert air[int(np.ceil(own[0]))] and air[int(np.ceil(own[1])) - 1]
        assert row["takeoff"] == own[0] and row["landing"] == own[1]
        assert row["flight_time"] == pytest.approx((own[1] - own[0]) * motion.interval)
        assert row["name"] == motion.skill and row["flights"] == 1


def test_somersaults_turn_about_once_and_rise_by_less_than_a_metre(motions):
    for motion in motions:
        (row,) = truth.attempts(motion)
        assert 280 < row["rotation"] < 420
        assert 0.1 < row["rise"] < 1


def test_forwards_is_positive_backwards_negative(motions):
    for motion in motions:
        signs = {"front somersault": 1, "back somersault": -1}
        if motion.skill in signs:
            turned = truth.turned(motion.joints, *motion.flights[-1])
            assert np.sign(turned) == signs[motion.skill]


def test_a_rigid_turn_on_paper():
    """A trunk leans forward from upright by 90 degrees; x ahead, y left, z up."""
    joints, angle = np.zeros((11, 33, 3)), np.linspace(0, np.pi / 2, 11)
    for side, left in (("left", 0.1), ("right", -0.1)):
        joints[:, INDEX[f"{side}_hip"], 1] = joints[:, INDEX[f"{side}_shoulder"], 1] = left
        joints[:, INDEX[f"{side}_shoulder"], 0] = np.sin(angle)
        joints[:, INDEX[f"{side}_shoulder"], 2] = np.cos(angle)
    assert truth.turned(joints, 0, 10) == pytest.approx(90)
    assert truth.turned(joints, 2.5, 7.5) == pytest.approx(45)
    assert truth.turned(joints[::-1], 0, 10) == pytest.approx(-90)


def test_a_clip_that_is_cut_in_the_air_keeps_only_names(motions):
    motion = motions[0]
    row = truth.attempts(motion.cut(0, int(motion.flights[-1, 1]) - 2))[0]
    assert row["name"] == motion.skill and "takeoff" not in row
    later = motion.cut(5, len(motion))
    np.testing.assert_allclose(later.flights, motion.flights - 5)


def test_the_table_has_a_row_per_attempt():
    table = truth.table(plan(size="quick")[:2], rate=60)
    assert list(table["attempt"]) == [1, 1]
    assert {"clip", "view", "slow", "interval", "takeoff", "rotation", "steps"} <= {*table.columns}
