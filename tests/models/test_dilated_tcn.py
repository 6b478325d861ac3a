"""Dilated TCN: its layers by hand, its reach, its skip connections, its size."""

import pickle

import numpy as np
import pytest
import torch

from gymlib import models
from gymlib.features.motion import FEATURES, describe
from gymlib.models.dilated_tcn import DilatedTCNConfig
from gymlib.training.checks import keypoints

PAPER = {"blocks": 4, "layers": 5, "filters": 128}


def build(**settings):
    return models.recipe("dilated_tcn").build(0, **settings).eval()


def size(blocks, layers, width):
    """A layer has three taps, W, and the residual, V; then V_r and U."""
    layer = (3 * width**2 + width) + (width**2 + width)
    return (FEATURES + 1) * width + blocks * layers * layer + (width + 1) * width + (width + 1) * 4


def test_size_on_paper():
    assert models.parameters(build()) == size(2, 5, 64)
    assert models.parameters(build(**PAPER)) == size(4, 5, 128)


@torch.no_grad()
@pytest.mark.parametrize("activation", ["gated", "rectified"])
def test_a_layer_by_hand(activation):
    """Equations 7 and 4 frame by frame, with dilation 2: outside the clip there is nothing."""
    layer = build(filters=5, activation=activation).blocks[0][1]
    x = torch.randn(5, 7, generator=torch.Generator().manual_seed(0))
    w, b = layer.dilated.weight.numpy(), layer.dilated.bias.numpy()
    v, e = layer.residual.weight[:, :, 0].numpy(), layer.residual.bias.numpy()
    expected = np.zeros((5, 7))
    for frame in range(7):
        total = b.copy()
        for tap, seen in enumerate((frame - 2, frame, frame + 2)):
            if 0 <= seen < 7:
                total += w[:, :, tap] @ x[:, seen].numpy()
        if activation == "gated":
            found = np.tanh(total) / (1 + np.exp(-total))
        else:
            found = np.maximum(total, 0) / (np.maximum(total, 0).max() + 1e-5)
        expected[:, frame] = x[:, frame].numpy() + v @ found + e
    np.testing.assert_allclose(layer(x), expected, atol=1e-5)


@pytest.mark.parametrize(("blocks", "layers"), [(1, 3), (2, 3), (3, 4)])
def test_a_frame_sees_as_far_as_the_paper_says(blocks, layers):
    """Section 3.2: B 2^L frames, here to either side and less the frame itself in each block."""
    model, frames = build(blocks=blocks, layers=layers, filters=6), 161
    x = torch.randn(6, frames, generator=torch.Generator().manual_seed(0)).requires_grad_()
    seen = x
    for block in model.blocks:
        seen = block(seen)
    seen[:, 80].sum().backward()
    reached = torch.nonzero(x.grad.abs().sum(dim=0)).flatten() - 80
    reach = blocks * 2**layers - blocks
    assert reached.tolist() == list(range(-reach, reach + 1))


@torch.no_grad()
def test_the_blocks_are_summed():
    """With residuals of zero every block gives what it is given: equation 5 is a multiple."""
    model, body = build(blocks=3), keypoints(20)
    for block in model.blocks:
        for layer in block:
            layer.residual.weight.zero_()
            layer.residual.bias.zero_()
    z = torch.relu(3 * model.enter(describe(body).T))
    expected = torch.log_softmax(model.leave(torch.relu(model.latent(z))).T, dim=1)
    torch.testing.assert_close(model(body), expected)


@pytest.mark.parametrize("activation", ["gated", "rectified"])
def test_it_can_be_sent_to_other_processes(activation):
    assert pickle.dumps(build(activation=activation))  # raises if a part has no name


def test_dilations_double_and_begin_anew_in_each_block():
    dilations = [[layer.dilated.dilation[0] for layer in block] for block in build().blocks]
    assert dilations == [[1, 2, 4, 8, 16]] * 2


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"blocks": 0}, "expected positive sizes and dropout in 0..1, found"),
        ({"dropout": 1.0}, "expected positive sizes and dropout in 0..1, found"),
        ({"activation": "relu"}, "activation must be one of gated, rectified, found 'relu'"),
    ],
)
def test_settings_that_cannot_be(settings, message):
    with pytest.raises(ValueError, match=message):
        DilatedTCNConfig(**settings)
