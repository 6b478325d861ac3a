"""Clips of different lengths in one pass give what they give one by one."""

import pytest
import torch
from torch import nn

from gymlib import models
from gymlib.models.padding import padded, turned, unpadded
from gymlib.training import FitConfig, fit

TOGETHER = [name for name in models.names() if hasattr(models.recipe(name).module, "forward_clips")]


def test_padding_and_back():
    clips = [torch.rand(n, 5) for n in (3, 1, 7)]
    values, real = padded(clips)
    assert values.shape == (3, 5, 7) and real.sum(dim=2)[:, 0].tolist() == [3, 1, 7]
    assert not values[~real.bool().expand_as(values)].any()
    for clip, again in zip(clips, unpadded(values, clips)):
        torch.testing.assert_close(again.T, clip)


def test_turning_leaves_padding_behind():
    rows = torch.arange(24.0).reshape(2, 3, 4, 1)  # of two, three clips
    found = turned(rows, torch.tensor([4, 1, 3]))
    assert found[0, ..., 0].tolist() == [[3, 2, 1, 0], [4, 5, 6, 7], [10, 9, 8, 11]]
    torch.testing.assert_close(turned(found, torch.tensor([4, 1, 3])), rows)


@pytest.mark.slow
@pytest.mark.parametrize("name", TOGETHER)
def test_together_as_one_by_one(name):
    model = models.recipe(name).build(0).eval()
    clips = [torch.rand(n, 33, 2, generator=torch.manual_seed(n)) for n in (1, 2, 30, 78, 9)]
    with torch.no_grad():
        for alone, together in zip(map(model, clips), model.forward_clips(clips)):
            torch.testing.assert_close(together, alone, atol=1e-5, rtol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("name", TOGETHER)
def test_a_step_of_several_clips_learns_the_same(name):
    """Without dropout the weights after two steps are those of the pass clip by clip."""
    recipe = models.recipe(name)
    clips = [torch.rand(n, 33, 2, generator=torch.manual_seed(n)) for n in (12, 5, 20, 8)]
    pairs = [(clip, torch.arange(len(clip)) // 6 % 4) for clip in clips]
    fitted = []
    for hidden in (False, True):
        model = recipe.build(0)
        for layer in filter(lambda x: isinstance(x, nn.Dropout), model.modules()):
            layer.p = 0.0
        seen = _Alone(model) if hidden else model
        fit(seen, _Fixed(pairs), FitConfig(2, 0.01, clips=2), loss=recipe.loss)
        fitted.append(model.state_dict())
    for weights, alone in zip(*(state.values() for state in fitted)):
        torch.testing.assert_close(weights, alone, atol=1e-5, rtol=1e-3)


class _Alone(nn.Module):
    """Hides that a model can take several clips."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, clip):
        return self.model(clip)


class _Fixed(list):
    def __call__(self, epoch):
        return iter(self)
