"""ED-TCN: its layers by hand, its reach, its size, clips of any length."""

import numpy as np
import pytest
import torch

from gymlib import models
from gymlib.features.motion import FEATURES
from gymlib.models import ed_tcn
from gymlib.models.ed_tcn import EDTCNConfig

PAPER = {"filters": (64, 96), "duration": 25}  # 50 Salads: 32 + 32 l filters of 25 frames


def build(**settings):
    return models.recipe("ed_tcn").build(0, **settings).eval()


def size(first, second, d):
    """Two layers down, two up, one linear layer; each filter has d inputs and a bias."""
    convolutions = FEATURES * first + first * second + second * second + second * first
    return convolutions * d + 2 * (first + second) + (first + 1) * 4


def test_size_on_paper():
    assert models.parameters(build()) == size(64, 96, 15)
    assert models.parameters(build(**PAPER)) == size(64, 96, 25)


@torch.no_grad()
def test_a_layer_by_hand():
    """Equation 1 frame by frame: outside the clip there is nothing; then relu over its largest."""
    layer = build(filters=(5,), duration=3).encoder[0]
    x = torch.randn(FEATURES, 6, generator=torch.Generator().manual_seed(0))
    weight, bias = layer.conv.weight.numpy(), layer.conv.bias.numpy()
    expected = np.zeros((5, 6))
    for frame in range(6):
        total = bias.copy()
        for tap, seen in enumerate((frame - 1, frame, frame + 1)):
            if 0 <= seen < 6:
                total += weight[:, :, tap] @ x[:, seen].numpy()
        positive = np.maximum(total, 0)
        expected[:, frame] = positive / (positive.max() + 1e-5)
    np.testing.assert_allclose(layer(x), expected, atol=1e-5)


def test_normalised_relu_on_paper():
    x = torch.tensor([[2.0, -1.0], [4.0, -3.0], [-6.0, -2.0]])  # (channels, frames)
    expected = torch.tensor([[0.5, 0.0], [1.0, 0.0], [0.0, 0.0]])
    torch.testing.assert_close(ed_tcn.normalised_relu(x), expected, atol=1e-5, rtol=0)


@pytest.mark.slow
@pytest.mark.parametrize(("layers", "d"), [(1, 3), (2, 3), (2, 5), (3, 3)])
def test_the_encoder_sees_as_many_frames_as_the_paper_says(layers, d):
    """Section 3.1: r(d, L) = d (2^L - 1) + 1; the decoder then looks at neighbouring steps."""
    model, seen = build(filters=(6,) * layers, duration=d), torch.zeros(96)
    for seed in range(30):  # a maximum has a gradient to one of its two steps only
        x = torch.randn(FEATURES, 96, generator=torch.Generator().manual_seed(seed))
        x.requires_grad_()
        model.encode(x)[:, 48 // 2**layers].sum().backward()
        seen += x.grad.abs().sum(dim=0)
    frames = torch.nonzero(seen).flatten()
    assert len(frames) == frames[-1] - frames[0] + 1 == d * (2**layers - 1) + 1


@torch.no_grad()
def test_time_is_halved_and_doubled_in_each_layer():
    model, x = build(), torch.randn(FEATURES, 24)
    coarse = model.encode(x)
    assert coarse.shape == (96, 24 // 4)
    assert model.decode(coarse).shape == (64, 24)
    repeated = []
    hook = model.decoder[0].register_forward_pre_hook(lambda _, seen: repeated.append(seen[0]))
    model.decode(coarse)
    hook.remove()
    torch.testing.assert_close(repeated[0][:, 0::2], coarse)
    torch.testing.assert_close(repeated[0][:, 1::2], coarse)


def test_whole_filters_are_dropped():
    layer = build(dropout=0.5).encoder[0].train()
    dropped = layer.dropout(torch.ones(64, 9))
    assert set(dropped.unique().tolist()) == {0.0, 2.0}
    assert (dropped == dropped[:, :1]).all()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"filters": ()}, "expected at least one layer, filters above 0 and dropout in 0..1"),
        ({"filters": (64, 0)}, "expected at least one layer"),
        ({"dropout": 1.0}, "expected at least one layer"),
        ({"duration": 4}, "duration must be an odd number of frames.* found 4"),
    ],
)
def test_settings_that_cannot_be(settings, message):
    with pytest.raises(ValueError, match=message):
        EDTCNConfig(**settings)
