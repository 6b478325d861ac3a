"""The multi-stage temporal CNN: what it sees, how it is judged, what varies its clips."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gymlib import models
from gymlib.features import motion
from gymlib.features.augmentation import SHORTEST, vary
from gymlib.models import mstcn
from gymlib.skeleton import INDEX


def bodies(frames=40, seed=0):
    """Bodies with a trunk of one, hip at 0, that tremble."""
    rng = np.random.default_rng(seed)
    body = rng.normal(0, 0.3, (33, 2))
    for side in ("left", "right"):
        body[INDEX[f"{side}_hip"]] = 0
        body[INDEX[f"{side}_shoulder"]] = 0, -1
    moved = body + rng.normal(0, 0.02, (frames, 33, 2))
    moved[:, [INDEX["left_hip"], INDEX["right_hip"]]] = 0
    return torch.tensor(moved, dtype=torch.float32)


def test_place_and_size_do_not_matter():
    seen = motion.describe(bodies())
    assert seen.shape == (40, motion.FEATURES)
    elsewhere = motion.describe(90 * bodies() + torch.tensor([300.0, 200.0]))
    torch.testing.assert_close(elsewhere, seen, atol=1e-4, rtol=1e-3)


def test_a_jump_stands_out_from_the_local_ground():
    body = bodies(80)
    body[40:50, :, 1] -= 0.7  # ten frames 0.7 torso lengths higher
    heights = motion.describe(body)[:, -6].numpy()  # the hip above the local ground
    rest = heights[[20, 60]].mean()
    assert heights[45] - rest == pytest.approx(0.7, abs=0.1)
    lower = bodies(80)
    lower[40:, :, 1] += 3.0  # lands three lengths lower: 20 frames later that is the ground
    after = motion.describe(lower)[:, -6].numpy()
    assert after[70] == pytest.approx(after[10], abs=0.1)


def test_a_turning_trunk_turns_evenly_through_the_half_circle():
    angle = torch.linspace(0, 2 * torch.pi, 41)
    turn = torch.stack([angle.cos(), angle.sin(), -angle.sin(), angle.cos()], 1).reshape(-1, 2, 2)
    seen = motion.describe(bodies(41) @ turn)
    change = seen[1:, 3 * 30 + 2]
    assert change.std() < 0.05 and change.mean() == pytest.approx(2 * np.pi / 40, abs=0.02)


@pytest.mark.slow
def test_every_stage_is_judged_in_training_and_the_last_one_answers():
    model = models.recipe("mstcn").build(0)
    with torch.no_grad():
        assert model.train()(bodies()).shape == (3, 40, 4)
        assert model.eval()(bodies()).shape == (40, 4)


def test_size_as_published():
    """Farha and Gall's layers: 3 c^2 + c and c^2 + c numbers each."""
    c, stage = 48, 6 * (4 * 48**2 + 2 * 48) + (48 * 4 + 4)
    expected = 3 * stage + (motion.FEATURES * c + c) + 2 * (4 * c + c)
    assert models.parameters(models.recipe("mstcn").build(0)) == expected


@pytest.mark.slow
def test_a_frame_is_answered_from_as_far_as_the_dilations_reach():
    model, body = models.recipe("mstcn").build(0).eval(), bodies(600)
    other = body.clone()
    other[0, INDEX["nose"]] += 1
    with torch.no_grad():
        changed = (model(body) - model(other)).abs().amax(dim=1) > 0
    reach = int(torch.nonzero(changed).max())
    assert 100 < reach <= 3 * 63 + 2 * motion.GROUND


def test_loss_on_paper():
    """One stage, sure and right: the smoothed cross-entropy; a jump costs the truncated square."""
    sure = torch.log(torch.tensor([[0.97, 0.01, 0.01, 0.01]]).repeat(5, 1))
    labels = torch.zeros(5, dtype=torch.int64)
    s = mstcn.SMOOTHING
    smoothed = -(1 - s) * np.log(0.97) - s * (np.log(0.97) + 3 * np.log(0.01)) / 4
    assert float(mstcn.loss(sure, labels)) == pytest.approx(smoothed, rel=1e-4)
    both = torch.stack([sure, sure])
    assert float(mstcn.loss(both, labels)) == pytest.approx(2 * smoothed, rel=1e-4)
    jump = sure.clone()
    jump[3:] = torch.log(torch.tensor([0.01, 0.97, 0.01, 0.01]))
    change = np.log(0.97 / 0.01)  # above the limit, so cut
    assert change > mstcn.TRUNCATED
    right = torch.tensor([0, 0, 0, 1, 1])
    price = mstcn.WEIGHT * 2 * mstcn.TRUNCATED**2 / 16  # two of 4 times 4 differences
    assert float(mstcn.loss(jump, right)) == pytest.approx(smoothed + price, rel=1e-4)


@pytest.mark.slow
def test_its_layers_are_its_stages():
    found = models.layers(models.recipe("mstcn").build(0), frames=40)
    assert [layer.name for layer in found] == ["stages.0", "stages.1", "stages.2"]
    assert all(layer.output == (1, 4, 40) for layer in found)
    total = sum(layer.parameters for layer in found)
    assert total == models.parameters(models.recipe("mstcn").build(0))


def test_units_do_not_matter_to_what_varies_a_clip():
    rng, labels = np.random.default_rng, np.zeros(40, np.int8)
    small, _ = vary(rng(2), bodies().numpy(), labels)
    large, _ = vary(rng(2), 100 * bodies().numpy(), labels)
    np.testing.assert_allclose(large, 100 * small, rtol=1e-3, atol=1e-2)


@pytest.mark.slow
@given(st.integers(0, 500), st.integers(1, 120))
def test_varied_clips_are_clips(seed, frames):
    labels = np.sort(np.random.default_rng(seed).integers(0, 4, frames)).astype(np.int8)
    body, names = vary(np.random.default_rng(seed), bodies(frames).numpy(), labels)
    assert body.dtype == np.float32 and body.shape == (len(names), 33, 2)
    assert np.isfinite(body).all()
    assert len(names) >= min(frames, SHORTEST) / 2
    assert (np.diff(names) >= 0).all()  # the order of the labels stays


def test_the_same_generator_varies_the_same_way():
    first, second = (vary(np.random.default_rng(3), bodies().numpy(), np.zeros(40, np.int8))[0]
                     for _ in range(2))  # fmt: skip
    np.testing.assert_array_equal(first, second)
