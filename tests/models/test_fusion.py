"""Networks of both and of the picture alone: what they see, their size, their recipes."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from gymlib import models
from gymlib.features.motion import FEATURES as BODY
from gymlib.features.picture import motion, points
from gymlib.features.picture.augmentation import vary_both, vary_picture
from gymlib.models import fusion
from gymlib.training import checks


def clip(frames=40, seed=0):
    return torch.randn(frames, 54, 2, generator=torch.manual_seed(seed))


CHECKS = [
    pytest.param(check, id=check.__name__, marks=[pytest.mark.slow] * (check is checks.learns))
    for check in checks.CHECKS
]


@pytest.mark.slow
@pytest.mark.parametrize("check", CHECKS)
def test_both_without_a_picture_is_a_network_like_all_others(check):
    assert next(check(fusion.EARLY), None) is None


# In a gap a picture's vectors are numbers: see below.
CARRIED = [check for check in CHECKS if check.id != "gaps"]


@pytest.mark.slow
@pytest.mark.parametrize("check", CARRIED)
@pytest.mark.parametrize("recipe", fusion.RECIPES, ids=lambda recipe: recipe.name)
def test_with_a_picture(recipe, check, monkeypatch):
    """The checks of all architectures, on clips whose last points are the picture's."""

    def carried(frames, seed=0):
        drawn = torch.randn(frames, 54, 2, generator=torch.Generator().manual_seed(seed))
        return 0.5 + 0.1 * drawn

    def toys(number=8, frames=40, seed=0):
        rng, made = np.random.default_rng(seed), plain(number, frames, seed)
        ways = np.random.default_rng(1).normal(0, 0.1, (4, 21, 2))
        return [replace(c, keypoints=_joined(c, ways, rng)) for c in made]

    plain = checks.toy_clips
    monkeypatch.setattr(checks, "keypoints", carried)
    monkeypatch.setattr(checks, "toy_clips", toys)
    assert next(check(recipe), None) is None


def _joined(c, ways, rng):
    seen = ways[c.labels] + rng.normal(0, 0.03, (len(c), 21, 2))
    return np.concatenate([c.keypoints, seen.astype(np.float32)], axis=1)


def test_parameters_by_arithmetic():
    """Per stage: in and out, and six layers of a dilated and a pointwise convolution."""

    def stage(inputs, outputs=5, width=48, layers=6):
        layer = (3 * width + 1) * width + (width + 1) * width
        return (inputs + 1) * width + layers * layer + (width + 1) * outputs

    seen = 16 * 2 + 4 * 2 + 3 * 2 + 2
    assert motion.FEATURES == seen
    early, alone = (recipe.build(0) for recipe in fusion.RECIPES)
    # The mask of poses, and whether there is a picture.
    assert models.parameters(early) == stage(BODY + 1 + seen + 1) + 2 * stage(5)
    assert models.parameters(alone) == stage(seen) + 2 * stage(5)


@pytest.mark.slow
def test_each_sees_what_it_shall():
    early, alone = (recipe.build(0).eval() for recipe in fusion.RECIPES)
    one, body, seen = clip(), clip(), clip()
    body[:, :33] = clip(seed=1)[:, :33]
    seen[:, 33:] = clip(seed=1)[:, 33:]
    with torch.no_grad():
        assert torch.equal(alone(one), alone(body))
        assert not torch.allclose(alone(one), alone(seen))
        assert not torch.allclose(early(one), early(body))
        assert not torch.allclose(early(one), early(seen))
        lost = one.clone()
        lost[:, :33] = torch.nan
        assert torch.isfinite(early(lost)).all()
        torch.testing.assert_close(alone(lost), alone(one))


@pytest.mark.slow
def test_clips_with_and_without_a_picture_share_a_step():
    early = fusion.EARLY.build(0).eval()
    one, other = clip(), clip(seed=1)[:, :33]
    with torch.no_grad():
        together = early.forward_clips([one, other])
        torch.testing.assert_close(together[0], early(one), atol=1e-5, rtol=1e-4)
        torch.testing.assert_close(together[1], early(other), atol=1e-5, rtol=1e-4)


def test_the_picture_alone_says_what_is_missing():
    with pytest.raises(ValueError, match="expected clips that carry the picture, found keypoints"):
        fusion.PICTURE.build(0)(clip()[:, :33])
    with pytest.raises(ValueError, match="21 vectors of the picture behind them or none, found 40"):
        fusion.PICTURE.build(0)(clip()[:, :40])


def test_features_of_a_fall_on_paper():
    """All cells and the silhouette fall by a tenth of a unit per frame."""
    seen = torch.zeros(8, 21, 2)
    seen[:, :16, 1] = 0.1
    seen[:, 16, 1] = 0.1 * torch.arange(8)
    seen[:, 20, 1] = 1.0  # "bottom", one unit below the centre
    found = motion.describe_picture(seen)
    assert found.shape == (8, motion.FEATURES)
    torch.testing.assert_close(found[5, :32].reshape(16, 2)[:, 1], torch.full((16,), 1.0))
    change = found[7, 40:46].reshape(3, 2)
    torch.testing.assert_close(change, torch.tensor([[0.0, 0.1]] * 3))
    # The lowest point reached is that of the last frame, 1.7 units down.
    torch.testing.assert_close(found[2, 46], torch.tensor(1.7 - 0.2))


@pytest.mark.slow
def test_variations_keep_gaps_and_know_pace():
    rng = np.random.default_rng(0)
    steady = np.zeros((60, 54, 2), np.float32)
    steady[:, points.CELLS, 1] = 1.0
    steady[10:14, :33] = np.nan
    labels = np.repeat([0, 1, 2, 3], 15)
    lengths, paces = [], []
    for _ in range(60):
        found, varied = vary_picture(rng, steady, labels)
        assert found.shape == (len(varied), 54, 2)
        assert found.dtype == np.float32
        assert np.isfinite(found[:, 33:]).all()
        lengths.append(len(varied))
        paces.append(found[:, points.CELLS, 1].mean())
    # Who is shown in half the time moves twice as far in a frame; cuts and scale blur that.
    assert np.corrcoef(1 / np.array(lengths), paces)[0, 1] > 0.2
    shown = [vary_both(rng, steady, labels)[0].shape[1] for _ in range(400)]
    assert set(shown) == {33, 54}
    assert np.mean(np.equal(shown, 33)) == pytest.approx(1 / 8, abs=0.05)
