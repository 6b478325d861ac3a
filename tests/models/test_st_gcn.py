"""ST-GCN: the partitioned graph, its convolution by explicit loops, and how far it sees."""

from collections import deque
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional

from gymlib import models
from gymlib.features.joints import BONES, JOINTS
from gymlib.models.st_gcn import STGCN, SUBSETS, GraphConvolution, STGCNConfig, partition
from gymlib.training.checks import keypoints

PAPER = STGCNConfig(channels=(64, 64, 64, 128, 128, 128, 256, 256, 256), dropout=0.5)


def neighbours(joint):
    return [a if b == joint else b for a, b in BONES if joint in (a, b)]


def steps_from_pelvis():
    """Bones between the pelvis and each joint, found by walking."""
    steps, queue = {JOINTS.index("pelvis"): 0}, deque([JOINTS.index("pelvis")])
    while queue:
        here = queue.popleft()
        for other in neighbours(here):
            if other not in steps:
                steps[other] = steps[here] + 1
                queue.append(other)
    return steps


def subset(i, j):
    """Yan et al., section 3.3, spatial configuration: 0 as near as i, 1 nearer, 2 further."""
    steps = steps_from_pelvis()
    return 0 if steps[j] == steps[i] else 1 if steps[j] < steps[i] else 2


def test_partition_is_the_spatial_configuration():
    graph = partition().numpy()
    for i in range(len(JOINTS)):
        for j in range(len(JOINTS)):
            there = i == j or j in neighbours(i)
            expected = [there and subset(i, j) == k for k in range(len(SUBSETS))]
            assert (graph[:, i, j] > 0).tolist() == expected, (JOINTS[i], JOINTS[j])


def test_every_subset_is_a_mean():
    sums = partition().sum(dim=2)
    assert (sums[0] == 1).all()
    empty = [JOINTS[k] for k in torch.nonzero(sums[1] == 0)[:, 0]]
    assert empty == ["pelvis"]  # nothing is nearer to the centre
    leaves = {JOINTS[k] for k in torch.nonzero(sums[2] == 0)[:, 0]}
    assert leaves == {"head", "left_wrist", "right_wrist", "left_foot", "right_foot"}
    assert set(sums.unique().tolist()) <= {0.0, 1.0}


def test_graph_convolution_by_loops():
    """f_out(i) = sum over the neighbourhood B(i) of w(subset of j) f_in(j) / Z, and importance."""
    torch.manual_seed(0)
    inputs, outputs, frames = 3, 5, 4
    layer = GraphConvolution(inputs, outputs).double()
    with torch.no_grad():
        layer.importance.uniform_(0.5, 2)
    x = torch.randn(1, inputs, frames, len(JOINTS), dtype=torch.float64)
    weights = layer.weights.weight.detach().numpy().reshape(len(SUBSETS), outputs, inputs)
    bias = layer.weights.bias.detach().numpy().reshape(len(SUBSETS), outputs)
    importance = layer.importance.detach().numpy()
    expected = np.zeros((outputs, frames, len(JOINTS)))
    for i in range(len(JOINTS)):
        around = [i, *neighbours(i)]
        for j in around:
            k = subset(i, j)
            size = sum(subset(i, other) == k for other in around)  # Z
            for t in range(frames):
                term = weights[k] @ x[0, :, t, j].numpy() + bias[k]
                expected[:, t, i] += importance[k, i, j] * term / size
    with torch.no_grad():
        np.testing.assert_allclose(layer(x)[0], expected, atol=1e-6)


def test_a_bone_without_importance_carries_nothing():
    torch.manual_seed(0)
    layer, knee = GraphConvolution(2, 3), JOINTS.index("left_knee")
    x = torch.randn(1, 2, 1, len(JOINTS))
    other = x.clone()
    other[..., knee] += 1
    with torch.no_grad():
        changed = (layer(x) - layer(other)).abs().sum(dim=(0, 1, 2)) > 1e-6
        assert {JOINTS[k] for k in torch.nonzero(changed)[:, 0]} == {
            "left_hip", "left_knee", "left_ankle",
        }  # fmt: skip
        layer.importance[1:] = 0
        changed = (layer(x) - layer(other)).abs().sum(dim=(0, 1, 2)) > 1e-6
    assert torch.nonzero(changed)[:, 0].tolist() == [knee]


def test_dilations_take_the_place_of_the_strides():
    assert PAPER.dilations == (1, 1, 1, 1, 2, 2, 2, 4, 4)  # strides in the 4th and 7th unit
    assert STGCNConfig(channels=(8,)).dilations == (1,)


def test_a_dilated_convolution_says_what_one_after_a_stride_would():
    torch.manual_seed(0)
    x, first, second = torch.randn(1, 1, 40), torch.randn(1, 1, 9), torch.randn(1, 1, 9)
    strided = functional.conv1d(x, first, padding=4, stride=2)
    strided = functional.conv1d(strided, second, padding=4)
    whole = functional.conv1d(x, first, padding=4)
    whole = functional.conv1d(whole, second, padding=8, dilation=2)
    torch.testing.assert_close(whole[..., ::2], strided)


@pytest.mark.slow
@pytest.mark.parametrize("config", [STGCNConfig(), replace(PAPER, channels=(4, 4, 8, 8, 16, 16))])
def test_a_frame_is_answered_from_as_far_as_the_kernels_reach(config):
    model, reach = STGCN(config).eval(), 4 * sum(config.dilations)
    x = torch.randn(1, 2, 2 * reach + 41, len(JOINTS), requires_grad=True)
    seen, middle = x, reach + 20
    for unit in model.units:  # without the normalisation, which sees the whole clip
        unit.time[0] = unit.time[3] = torch.nn.Identity()
        unit.past = getattr(unit.past, "0", unit.past)
        seen = unit(seen)
    seen[:, :, middle].sum().backward()
    felt = torch.nonzero(x.grad.abs().sum(dim=(0, 1, 3)))[:, 0]
    assert (int(felt.min()), int(felt.max())) == (middle - reach, middle + reach)


def size(config):
    """Weights, importance of bones and normalisations of every unit, and the exit."""
    joints, subsets, total, inputs = 17, 3, 0, 2
    for outputs in config.channels:
        total += subsets * (inputs * outputs + outputs) + subsets * joints**2
        total += 2 * outputs + (config.kernel * outputs**2 + outputs) + 2 * outputs
        if inputs != outputs:
            total += (inputs * outputs + outputs) + 2 * outputs
        inputs = outputs
    return total + 4 * inputs + 4


def test_size_on_paper():
    assert models.parameters(models.recipe("st_gcn").build(0)) == size(STGCNConfig())
    assert models.parameters(STGCN(PAPER)) == size(PAPER)


def test_a_clip_is_judged_as_in_training():
    """Without dropout the answers in training are those afterwards."""
    torch.manual_seed(0)
    model = STGCN(STGCNConfig(dropout=0.0))
    with torch.no_grad():
        torch.testing.assert_close(model.train()(keypoints(20)), model.eval()(keypoints(20)))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"channels": ()}, "expected positive sizes and dropout"),
        ({"channels": (8, 0)}, "expected positive sizes and dropout"),
        ({"dropout": 1.0}, r"dropout in 0\.\.1"),
        ({"kernel": 8}, "kernel must be odd, so that it has a middle; found 8"),
    ],
)
def test_settings_that_cannot_be(settings, message):
    with pytest.raises(ValueError, match=message):
        STGCNConfig(**settings)
