"""Ours: what it is told of gaps, what it says of borders, and how that is judged."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from gymlib import models
from gymlib.features.motion import FEATURES
from gymlib.models import gymtcn, mstcn
from gymlib.models.gymtcn import GymTCNConfig


def clip(frames=40, seed=0):
    return torch.randn(frames, 33, 2, generator=torch.manual_seed(seed))


@pytest.mark.slow
def test_it_knows_which_frames_had_no_pose():
    """A frame on the line between its neighbours is answered otherwise if it was a gap."""
    holed, line = clip(), clip()
    line[20] = (line[19] + line[21]) / 2
    holed[20] = torch.nan
    told, untold = (models.recipe("gymtcn").build(0, mask=mask).eval() for mask in (True, False))
    with torch.no_grad():
        torch.testing.assert_close(untold(holed), untold(line))
        assert not torch.allclose(told(holed), told(line))
        assert torch.isfinite(told(holed)).all()
        nothing = torch.full((9, 33, 2), torch.nan)
        assert torch.isfinite(told(nothing)).all()


def test_parameters_by_arithmetic():
    """Per stage: in and out, and six layers of a dilated and a pointwise convolution."""

    def stage(inputs, outputs, width=48, layers=6):
        layer = (3 * width + 1) * width + (width + 1) * width
        return (inputs + 1) * width + layers * layer + (width + 1) * outputs

    count = models.parameters
    recipe = models.recipe("gymtcn")
    assert count(recipe.build(0)) == stage(FEATURES + 1, 5) + 2 * stage(5, 5)
    plain = recipe.build(0, mask=False, borders=False)
    assert count(plain) == stage(FEATURES, 4) + 2 * stage(4, 4)
    assert count(plain) == count(models.recipe("mstcn").build(0))


@pytest.mark.slow
def test_without_what_was_added_it_is_the_published_network():
    plain = models.recipe("gymtcn").build(0, mask=False, borders=False).eval()
    published = models.recipe("mstcn").build(1).eval()
    published.load_state_dict(plain.state_dict())
    with torch.no_grad():
        torch.testing.assert_close(plain(clip()), published(clip()))
        torch.testing.assert_close(plain.train()(clip()).shape, torch.Size([3, 40, 4]))


def test_the_loss_of_borders_solved_on_paper():
    """Undecided about everything: log 2 a frame, times five where a border is (partly) near."""
    labels = torch.tensor([0, 0, 0, 0, 1, 1, 1, 1])
    said = torch.zeros(1, 8, 5)
    said[..., :4] = torch.log_softmax(torch.randn(1, 8, 4, generator=torch.manual_seed(0)), -1)
    border = gymtcn.loss(said, labels) - mstcn.loss(said[..., :4], labels)
    near = torch.tensor([0, 0, 0, 0.6, 1, 0.6, 0, 0])
    expected = np.log(2) * (gymtcn.RARE * near + 1 - near).mean()
    assert border.item() == pytest.approx(gymtcn.WEIGHT * expected.item(), rel=1e-5)
    assert gymtcn.loss(said[..., :4], labels) == mstcn.loss(said[..., :4], labels)


def test_a_border_that_is_found_costs_less():
    labels = torch.arange(40) // 10
    right = functional.one_hot(labels, 4).float().mul(8).log_softmax(-1)
    sharp = torch.full((40, 1), -6.0)
    for at in (10, 20, 30):
        sharp[at - 1 : at + 2] = torch.tensor([[0.4], [6.0], [0.4]])
    found = gymtcn.loss(torch.cat([right, sharp], 1)[None], labels)
    missed = gymtcn.loss(torch.cat([right, -sharp], 1)[None], labels)
    assert found < missed


def test_wrong_sizes_are_refused():
    with pytest.raises(ValueError, match="expected positive sizes and dropout"):
        GymTCNConfig(stages=0)
