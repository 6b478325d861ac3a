"""Res-TCN: its units by hand, its reach, frames from the steps of a whole clip's classifier."""

import numpy as np
import pytest
import torch

from gymlib import models
from gymlib.features.motion import FEATURES
from gymlib.models import res_tcn
from gymlib.models.res_tcn import ResTCNConfig

PAPER = {"filters": (64, 128, 256)}


def build(**settings):
    return models.recipe("res_tcn").build(0, **settings).eval()


def features(frames, seed=0):
    return torch.randn(FEATURES, frames, generator=torch.Generator().manual_seed(seed))


def size(a, b, c, d=8):
    """Three units per block; the first of B and C change the width, with a pointwise layer."""

    def unit(width, to):
        return 2 * width + (width * d + 1) * to + (0 if width == to else (width + 1) * to)

    units = [(a, a)] * 3 + [(a, b), (b, b), (b, b)] + [(b, c), (c, c), (c, c)]
    return (FEATURES * d + 1) * a + sum(unit(*u) for u in units) + 2 * c + (c + 1) * 4


def test_size_on_paper():
    assert models.parameters(build()) == size(*ResTCNConfig().filters)
    assert models.parameters(build(**PAPER)) == size(64, 128, 256)


@torch.no_grad()
@pytest.mark.parametrize(("number", "stride"), [(0, 1), (3, 2)])
def test_a_unit_by_hand(number, stride):
    """Normalise, activate, convolve; the first unit of block B takes every second step."""
    model = build(filters=(5, 6, 6), duration=4)
    unit, rng = model.units[number], np.random.default_rng(0)
    x = rng.normal(size=(5, 9))
    norm = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 1e-5)
    active = np.maximum(norm, 0)
    w, b = unit.conv.weight.double().numpy(), unit.conv.bias.double().numpy()
    expected = []
    for step in range(0, 9, stride):
        total = b.copy()
        for tap in range(4):  # one step back, the step, two ahead
            if 0 <= step - 1 + tap < 9:
                total += w[:, :, tap] @ active[:, step - 1 + tap]
        if stride == 1:
            total += x[:, step]
        else:
            total += unit.identity.weight[:, :, 0].double().numpy() @ x[:, step]
        expected.append(total)
    found = unit(torch.tensor(x, dtype=torch.float32))
    np.testing.assert_allclose(found, np.transpose(expected), atol=1e-5)


@torch.no_grad()
def test_units_only_add_to_an_identity():
    """Without the convolutions of block A the first convolution comes through unchanged."""
    model, seen = build(filters=(6,)), []
    for unit in model.units:
        unit.conv.weight.zero_()
    model.enter.register_forward_hook(lambda *call: seen.append(call[2]))
    model.units[-1].register_forward_hook(lambda *call: seen.append(call[2]))
    model.scores(features(12))
    torch.testing.assert_close(seen[0], seen[1])


def test_a_step_sees_134_frames():
    """A filter adds 7 times the frames between its steps: one and 3 units at 1, and so on."""
    between = [1] + [1, 1, 1] + [1, 2, 2] + [2, 4, 4]  # a unit with a stride reads at the old pace
    reach, seen = 1 + 7 * sum(between), torch.zeros(400)
    for seed in range(3):
        model, x = build(filters=(6, 7, 8), dropout=0.0), features(400, seed).requires_grad_()
        model.scores(x)[:, 50].sum().backward()
        seen += x.grad.abs().sum(dim=0)
    frames = torch.nonzero(seen).flatten()
    assert len(frames) == frames[-1] - frames[0] + 1 == reach == 134
    assert frames[0] == 50 * 4 - 3 * sum(between)  # 3 steps back and 4 ahead


@torch.no_grad()
def test_the_mean_of_the_steps_is_the_papers_answer_for_a_clip():
    """Average the last map over the clip, then classify it: section 3."""
    model, maps = build(), []
    model.normalise.register_forward_hook(lambda *call: maps.append(torch.relu(call[2])))
    scores = model.scores(features(50))
    assert scores.shape == (4, 13)  # 50 frames, every fourth
    torch.testing.assert_close(scores.mean(dim=1), model.leave(maps[0].mean(dim=0)))


def test_frames_between_steps_are_interpolated():
    steps = torch.tensor([[0.0, 4.0, 2.0]])
    found = res_tcn._stretched(steps, 4, 11)[0]
    expected = [0, 1, 2, 3, 4, 3.5, 3, 2.5, 2, 2, 2]
    torch.testing.assert_close(found, torch.tensor(expected))
    assert res_tcn._stretched(steps[:, :1], 4, 1).shape == (1, 1)


@pytest.mark.parametrize("settings", [{"filters": ()}, {"units": 0}, {"dropout": 1.0}])
def test_settings_that_cannot_be(settings):
    with pytest.raises(ValueError, match=r"expected positive sizes and dropout in 0\.\.1, found"):
        ResTCNConfig(**settings)
