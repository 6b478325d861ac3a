"""Drawn errors beside those of an estimator, on videos they were not learnt from."""

import numpy as np
import pytest

from gymlib.pose.quality import drawn
from gymlib.simulation.noise.fit import Pair
from gymlib.simulation.noise.model import STATES, PoseNoise
from gymlib.skeleton import INDEX


def turning(frames, over):
    """A body that turns about its hip; the torso is 100 pixels."""
    body = np.random.default_rng(1).normal(0, 20, (33, 2))
    for side, x in (("left", -8), ("right", 8)):
        body[INDEX[f"{side}_hip"]], body[INDEX[f"{side}_shoulder"]] = (x, 0), (x, -100)
    angle = np.radians(np.linspace(0, over, frames))
    turn = np.stack([np.cos(angle), np.sin(angle), -np.sin(angle), np.cos(angle)], 1)
    return np.einsum("kj,fji->fki", body, turn.reshape(-1, 2, 2)) + 300.0


@pytest.mark.slow
def test_errors_drawn_by_the_same_rules_look_alike():
    noise, pairs, videos = PoseNoise.load(), [], []
    for k, over in enumerate([0, 30, 360, -360, 360, 720] * 6):
        truth = turning(70, over)
        pairs.append(Pair(truth, *noise.see(truth, np.random.default_rng(k))))
        videos.append(f"video{k // 12}")  # each with all kinds of turns
    table = drawn.held_out(pairs, videos)
    np.testing.assert_allclose(table[list(STATES)].sum(axis=1), 1)
    found, redrawn = (table.xs(source, level=1) for source in (drawn.FOUND, drawn.DRAWN))
    assert (found["frames"] == redrawn["frames"]).all()
    np.testing.assert_allclose(redrawn["pck"], found["pck"], atol=0.15)
    np.testing.assert_allclose(redrawn[list(STATES)], found[list(STATES)], atol=0.2)
