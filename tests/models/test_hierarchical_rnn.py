"""HBRNN-L: what the subnets compute, which part of the body reaches which of them, its size."""

import numpy as np
import pytest
import torch
from drawn import drawn
from torch import nn

from gymlib import models
from gymlib.features.joints import JOINTS
from gymlib.models import hierarchical_rnn
from gymlib.models.hierarchical_rnn import HierarchicalRNNConfig
from gymlib.skeleton import INDEX


def test_subnets_are_bidirectional_tanh_networks():
    """The same weights in torch's own RNN give the same, subnet by subnet."""
    hidden, inputs = 5, [6, 8, 3]
    torch.manual_seed(0)
    subnets = hierarchical_rnn._Subnets(inputs, hidden)
    seen = [drawn(9, size, seed=size) for size in inputs]
    found = subnets([rows[None] for rows in seen], torch.tensor([9]))[:, 0]
    for k, size in enumerate(inputs):
        rnn = nn.RNN(size, hidden, bidirectional=True)
        with torch.no_grad():
            for direction, suffix in enumerate(("", "_reverse")):
                rows = slice(direction * hidden, (direction + 1) * hidden)
                weights = subnets.recurrent[direction * len(inputs) + k].T
                getattr(rnn, f"weight_ih_l0{suffix}").copy_(subnets.enter[k].weight[rows])
                getattr(rnn, f"bias_ih_l0{suffix}").copy_(subnets.enter[k].bias[rows])
                getattr(rnn, f"weight_hh_l0{suffix}").copy_(weights)
                getattr(rnn, f"bias_hh_l0{suffix}").zero_()
        torch.testing.assert_close(found[k], rnn(seen[k])[0], atol=1e-5, rtol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("joint", "parts", "limbs", "halves"),
    [
        ("left_wrist", {1}, {0}, {0}),
        ("right_elbow", {2}, {1}, {0}),
        ("left_knee", {3}, {2}, {1}),
        ("right_foot", {4}, {3}, {1}),
        ("head", {0}, {0, 1, 2, 3}, {0, 1}),
    ],
)
def test_joints_reach_their_part_then_limb_then_half(monkeypatch, joint, parts, limbs, halves):
    """Trunk, left arm, right arm, left leg, right leg; limbs likewise; upper, lower body."""
    model = models.recipe("hierarchical_rnn").build(0).eval()
    body, moved = drawn(12, 17, 2), drawn(12, 17, 2)
    moved[:, JOINTS.index(joint)] += 0.5
    given = []
    for subnets in (model.bl1, model.bl2, model.bl3):
        subnets.register_forward_hook(lambda module, inputs, output: given.append(output))
    for skeleton in (body, moved):
        monkeypatch.setattr(hierarchical_rnn, "joints", lambda keypoints, found=skeleton: found)
        model(torch.zeros(12, 33, 2))
    for before, after, expected in zip(given[:3], given[3:], (parts, limbs, halves)):
        changed = {k for k, (a, b) in enumerate(zip(before, after)) if not torch.equal(a, b)}
        assert changed == expected


@pytest.mark.slow
def test_the_filter_is_the_parabola_through_five_frames():
    """Savitzky and Golay: the middle of the least-squares parabola. Ends are repeated."""
    body, times = drawn(8, 17, 2), np.arange(-2, 3)
    found = hierarchical_rnn.smooth(body).flatten(1).numpy()
    for frame in range(2, 6):
        middle = np.polyfit(times, body.flatten(1).numpy()[frame - 2 : frame + 3], 2)[2]
        np.testing.assert_allclose(found[frame], middle, atol=1e-5)
    still = torch.ones(1, 17, 2)
    torch.testing.assert_close(hierarchical_rnn.smooth(still), still)


@pytest.mark.parametrize("hidden", [(16, 24, 32, 32), (30, 60, 60, 40)])
def test_size_on_paper(hidden):
    """Each subnet: two directions of inputs, bias, recurrence. Torch's LSTM has two biases."""
    a, b, c, d = hidden
    bl1 = sum(2 * (2 * joints * a + a + a * a) for joints in (3, 3, 3, 4, 4))
    bl2 = 4 * 2 * (2 * 2 * a * b + b + b * b)
    bl3 = 2 * 2 * (2 * 2 * b * c + c + c * c)
    bl4 = 2 * 4 * (2 * 2 * c * d + d * d + 2 * d)
    model = models.recipe("hierarchical_rnn").build(0, hidden=hidden)
    assert models.parameters(model) == bl1 + bl2 + bl3 + bl4 + (2 * d * 4 + 4)


@pytest.mark.slow
def test_the_whole_clip_is_in_view():
    model = models.recipe("hierarchical_rnn").build(0).eval()
    body = drawn(12, 33, 2)
    with torch.no_grad():
        found = model(body)
        for frame in (0, 11):
            other = body.clone()
            other[frame, INDEX["nose"]] += 5
            assert (model(other) - found)[11 - frame].abs().max() > 0


@pytest.mark.parametrize("hidden", [(16, 24, 32), (16, 24, 32, 0)])
def test_settings_that_cannot_be(hidden):
    with pytest.raises(ValueError, match="hidden must be four positive numbers, found"):
        HierarchicalRNNConfig(hidden=hidden)
