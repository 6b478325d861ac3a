"""ASFormer: attention by hand, windows, what decoders are shown, its size."""

import numpy as np
import pytest
import torch
from drawn import drawn

from gymlib import models
from gymlib.features.motion import FEATURES
from gymlib.models import asformer, mstcn
from gymlib.models.asformer import ASFormerConfig
from gymlib.training.checks import keypoints

PAPER = {"decoders": 3, "blocks": 9, "channels": 64}


def build(**settings):
    return models.recipe("asformer").build(0, **settings).eval()


def size(decoders, blocks, c, r=2):
    """A block: three taps; queries, keys without bias, values and back; a pointwise layer."""
    small = c // r
    attention = 2 * (c + 1) * small + c * small + (small + 1) * c
    block = (3 * c + 1) * c + attention + (c + 1) * c
    inputs = (FEATURES + 1) * c + decoders * (4 + 1) * c
    return inputs + (1 + decoders) * (blocks * block + (c + 1) * 4)


def test_size_on_paper():
    c = ASFormerConfig()
    assert models.parameters(build()) == size(c.decoders, c.blocks, c.channels)
    assert models.parameters(build(**PAPER)) == size(3, 9, 64)


def test_windows_double():
    near = asformer.windows(12, 3)
    seen = [torch.nonzero(window[5]).flatten().tolist() for window in near]
    assert seen == [[4, 5, 6], [3, 4, 5, 6, 7], list(range(1, 10))]
    assert torch.nonzero(near[1][0]).flatten().tolist() == [0, 1, 2]  # at the clip's border


@torch.no_grad()
def test_attention_by_hand():
    attention = build(channels=6).encoder.blocks[1].attention
    x, shown, near = drawn(7, 6), drawn(7, 6, seed=1), asformer.windows(7, 2)[1]
    q, k, v = (
        (seen @ getattr(attention, name).weight.T).numpy()
        for name, seen in (("query", x), ("key", x), ("value", shown))
    )
    q += attention.query.bias.numpy()
    v += attention.value.bias.numpy()
    expected = np.zeros((7, 6))
    for frame in range(7):
        others = [t for t in range(7) if abs(t - frame) <= 2]
        weights = np.exp([q[frame] @ k[t] / np.sqrt(3) for t in others])
        mixed = sum(w * v[t] for w, t in zip(weights / weights.sum(), others))
        expected[frame] = attention.leave.weight.numpy() @ np.maximum(mixed, 0)
    expected += attention.leave.bias.numpy()
    np.testing.assert_allclose(attention(x, shown, near), expected, atol=1e-5)


def test_what_lies_outside_the_window_is_not_seen():
    attention, x = build().encoder.blocks[3].attention, drawn(40, 48).requires_grad_()
    attention(x, x, asformer.windows(40, 4)[3])[20].sum().backward()
    assert torch.nonzero(x.grad.abs().sum(1)).flatten().tolist() == list(range(12, 29))


@torch.no_grad()
def test_values_come_from_the_stage_before():
    """Shown the same in every frame, it gives the same in every frame, wherever it looks."""
    attention, near = build().decoders[0].blocks[2].attention, asformer.windows(9, 3)[2]
    shown = drawn(1, 48)
    found = attention(drawn(9, 48, seed=1), shown.expand(9, -1), near)
    alone = attention.leave(torch.relu(attention.value(shown)))
    torch.testing.assert_close(found, alone.expand(9, -1))


@torch.no_grad()
def test_without_attention_a_block_is_a_layer_of_mstcn():
    block = build().encoder.blocks[2]
    block.weight = 0.0
    layer = mstcn._Layer(4, mstcn.MSTCNConfig()).eval()
    layer.dilated.load_state_dict(block.dilated.state_dict())
    layer.pointwise.weight.copy_(block.pointwise.weight[:, :, None])
    layer.pointwise.bias.copy_(block.pointwise.bias)
    x = drawn(30, 48)
    torch.testing.assert_close(block(x, None, asformer.windows(30, 3)[2]), layer(x.T[None])[0].T)


def test_later_decoders_weigh_their_attention_less():
    model = build(decoders=3)
    weights = [stage.blocks[0].weight for stage in (model.encoder, *model.decoders)]
    assert weights == pytest.approx([1, 1, np.exp(-3), np.exp(-6)])


@torch.no_grad()
def test_every_stage_is_judged_in_training_and_the_last_one_answers():
    model, body = build(masking=0.0, dropout=0.0), keypoints(30)
    stages = model.train()(body)
    assert stages.shape == (3, 30, 4)
    torch.testing.assert_close(model.eval()(body), stages[-1])
    assert models.recipe("asformer").loss is mstcn.loss  # as in the paper


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"blocks": 0}, "expected positive sizes, decoders and decay from 0, found"),
        ({"decoders": -1}, "expected positive sizes, decoders and decay from 0, found"),
        ({"channels": 47}, "channels must be a multiple of bottleneck, found 47 and 2"),
        ({"masking": 1.0}, r"masking and dropout must be in 0..1 and below 1, found 1.0 and 0.2"),
    ],
)
def test_settings_that_cannot_be(settings, message):
    with pytest.raises(ValueError, match=message):
        ASFormerConfig(**settings)
