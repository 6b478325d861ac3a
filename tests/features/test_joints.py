"""Seventeen joints on a tree."""

import numpy as np
import pytest
import torch

from gymlib.features.joints import BONES, JOINTS, PARTS, joints
from gymlib.skeleton import INDEX


def bodies(frames=60):
    """An upright body with a trunk of one, its left hand half a trunk to the right of the hip."""
    body = np.random.default_rng(0).normal(0, 0.3, (33, 2))
    for side in ("left", "right"):
        body[INDEX[f"{side}_hip"]] = 0
        body[INDEX[f"{side}_shoulder"]] = 0, -1
    body[INDEX["left_wrist"]] = 0.5, 0
    return torch.tensor(np.repeat(body[None], frames, 0), dtype=torch.float32)


def test_a_tree_of_all_joints_in_five_parts():
    assert len(JOINTS) == 17 == len(set(JOINTS)) and len(BONES) == 16
    reached = {0}
    for above, below in BONES:  # from the pelvis outwards
        assert above in reached and below not in reached
        reached.add(below)
    assert reached == set(range(17))
    assert sorted(sum(PARTS.values(), ())) == sorted(JOINTS)
    names = {(JOINTS[a], JOINTS[b]) for a, b in BONES}
    assert {("neck", "left_shoulder"), ("right_ankle", "right_foot"), ("neck", "head")} <= names


def test_where_joints_are_on_a_body_that_stands():
    found = joints(bodies())
    assert found.shape == (60, 17, 2)
    at = {name: found[30, k].tolist() for k, name in enumerate(JOINTS)}
    assert at["pelvis"] == pytest.approx([0, 0], abs=1e-6)
    assert at["neck"] == pytest.approx([0, -1]) and at["left_wrist"] == pytest.approx([0.5, 0])


@pytest.mark.slow
def test_place_and_size_do_not_matter_but_a_leap_does():
    leap = bodies()
    leap[30:36, :, 1] -= 0.8
    found = joints(leap)
    torch.testing.assert_close(joints(90 * leap + 300), found, atol=1e-4, rtol=1e-3)
    mean = -0.8 * 6 / 31  # of the 31 frames about the leap
    assert found[32, 0, 1] == pytest.approx(-0.8 - mean, abs=1e-5)
    torch.testing.assert_close(found[:, 1:], joints(bodies())[:, 1:])
