"""Errors of a pose estimator: drawn as they were learnt, and learnt as they were drawn."""

from dataclasses import replace

import numpy as np
import pytest

from gymlib.simulation.noise import fit, model
from gymlib.simulation.noise.fit import Pair
from gymlib.simulation.noise.model import EXCHANGED, LOST, RIGHT, WRONG, PoseNoise
from gymlib.skeleton import INDEX, middle, mirror

BODY = np.random.default_rng(5).normal(0, 15, (33, 2))
for _name, _place in {"hip": (0, 50), "shoulder": (0, -50)}.items():
    for _side, _x in (("left", -8), ("right", 8)):
        BODY[INDEX[f"{_side}_{_name}"]] = np.array(_place) + [_x, 0]


def standing(frames=60):
    """A body at rest, a torso of 100 pixels, its hip at (400, 300)."""
    return np.repeat((BODY + [400, 250])[None], frames, axis=0)


def turning(frames=60, over=360.0, way=4.0):
    """The same turning about its hip and moving to the right."""
    angle = np.radians(np.linspace(0, over, frames))
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    about = BODY - [0, 50]
    place = np.stack([400 + way * np.arange(frames), np.full(frames, 300.0)], axis=1)
    return np.einsum("kj,jif->fki", about, turn) + place[:, None]


def still(**changes):
    """An estimator without errors, but for ``changes``."""
    stays = np.full((4, 4, 6), 0.0)
    stays[:, :, 0] = -40
    stays[:, 0, 0] = 0
    never = np.zeros((2, 2, 6))
    never[:, 1, 0] = -40
    perfect = PoseNoise(
        start=[1, 0, 0, 0], follow=stays.tolist(), bias=[0] * 33, spread=[0] * 33,
        growth=[0] * 6, unrest=[0, 0], forgetting=[0, 0], stray=never.tolist(), astray=[0, 0],
        lag=0.0, wrongs=[[0, 0, 0, 0, 0]],
    )  # fmt: skip
    return replace(perfect, **changes)


def always(state):
    weights = np.full((4, 4, 6), 0.0)
    weights[:, :, 0] = -40
    weights[:, state, 0] = 0
    return {"start": np.eye(4)[state].tolist(), "follow": weights.tolist()}


def see(noise, truth, seed=0):
    return noise.see(truth, np.random.default_rng(seed))


def test_conditions_on_paper():
    values = model.conditions(turning(frames=91, over=180.0, way=0.0))
    np.testing.assert_allclose(values[:, 0], 1)
    np.testing.assert_allclose(values[[0, 45, 90], 1], [0, 1, 2], atol=1e-6)  # right angles
    np.testing.assert_allclose(values[:, 2], values[:, 1] ** 2)
    np.testing.assert_allclose(values[:, 3], np.log1p(2.0), atol=1e-6)  # two degrees a frame
    np.testing.assert_allclose(values[:, 4], 0, atol=1e-6)  # a torso of 100 pixels
    np.testing.assert_allclose(model.conditions(standing())[:, model.SPEED], np.log(0.01))


def test_without_errors_the_truth_is_seen():
    seen, detected = see(still(), turning())
    np.testing.assert_array_equal(seen, turning())
    assert detected.all()


@pytest.mark.parametrize(
    ("state", "expected"), [(EXCHANGED, mirror(standing())), (LOST, np.zeros((60, 33, 2)))]
)
def test_sides_exchanged_and_nobody_found(state, expected):
    seen, detected = see(still(**always(state)), standing())
    np.testing.assert_allclose(seen, expected)
    assert detected.all() == (state != LOST) and detected.any() == (state != LOST)


def test_a_wrong_body_is_turned_resized_and_elsewhere():
    wrongs = [[np.pi, np.log(0.5), 0.2, -0.1, 0.0]]
    seen, _ = see(still(**always(WRONG), wrongs=wrongs), standing())
    hip = middle(standing(), "hip")[:, None]
    expected = hip - 0.5 * (standing() - hip) + [20, -10]  # of a torso of 100 pixels
    np.testing.assert_allclose(seen, expected, atol=1e-9)


def test_a_moving_body_is_seen_where_it_was():
    truth = turning(over=0.0)
    seen, _ = see(still(lag=0.5), truth)
    np.testing.assert_allclose(seen[1:, :, 0], truth[1:, :, 0] - 0.5 * 4.0)


def test_limbs_go_astray_as_a_whole():
    weights = np.zeros((2, 2, 6))
    weights[:, 0, 0] = -40  # always astray, after the first frame
    seen, _ = see(still(stray=weights.tolist(), astray=[0.5, 1.0]), standing())
    moved = (seen - standing())[5] / 100
    for elbow, *ends in model.LIMBS:
        assert np.allclose(moved[ends], moved[ends[0]]) and np.any(moved[ends[0]])
        np.testing.assert_allclose(moved[elbow], 0.5 * moved[ends[0]])
    np.testing.assert_allclose(moved[INDEX["nose"]], 0)


def test_errors_of_a_body_at_rest_hardly_change():
    noise = still(spread=[1.0] * 33, growth=[np.log(0.05), 0, 0, 0, 0, 0])
    error = (see(noise, standing(400))[0] - standing(400)) / 100
    assert 0.04 < error.std() < 0.06
    before, now = error[:-1].ravel(), error[1:].ravel()
    assert np.corrcoef(before, now)[0, 1] == pytest.approx(model.STEADY, abs=0.01)


def test_same_seed_same_errors():
    noise = PoseNoise.load()
    np.testing.assert_array_equal(see(noise, turning())[0], see(noise, turning())[0])
    assert not np.array_equal(see(noise, turning())[0], see(noise, turning(), seed=1)[0])


def test_states_are_told_apart():
    truth = standing(5)
    found = truth.copy()
    found[1] = mirror(truth[1])
    found[2] = 2 * middle(truth, "hip")[2] - truth[2]  # upside down
    found[3] = truth[3] + [90, 0]  # somebody else
    detected = np.array([True, True, True, True, False])
    states = fit.states(Pair(truth, found, detected))
    assert states.tolist() == [RIGHT, EXCHANGED, WRONG, WRONG, LOST]


@pytest.mark.slow
def test_what_was_drawn_is_learnt_again():
    """Fitted on its own errors, the noise comes out nearly as it went in."""
    noise = PoseNoise.load()
    truths = [turning(90, over, way) for over in (0, 90, 360, -360, 720) for way in (0, 3, 8)] * 6
    pairs = [Pair(truth, *see(noise, truth, k)) for k, truth in enumerate(truths)]
    again = fit.fit(pairs)
    assert again.lag == pytest.approx(noise.lag, abs=0.15)
    assert again.unrest[0] == pytest.approx(noise.unrest[0], abs=0.15)
    np.testing.assert_allclose(np.mean(again.bias), np.mean(noise.bias), rtol=0.4)
    states = [np.concatenate([fit.states(pair) for pair in pairs])]
    redrawn = [Pair(truth, *see(again, truth, 1000 + k)) for k, truth in enumerate(truths)]
    states.append(np.concatenate([fit.states(pair) for pair in redrawn]))
    shares = [np.bincount(found, minlength=4) / len(found) for found in states]
    np.testing.assert_allclose(shares[1], shares[0], atol=0.06)


def test_a_state_that_never_occurs_is_refused():
    truth = standing()
    with pytest.raises(ValueError, match="no frame of these 1 clips is exchanged, wrong, lost"):
        fit.fit([Pair(truth, truth + 0.1, np.ones(len(truth), bool))])


def test_kept_and_read_again(tmp_path):
    noise = PoseNoise.load()
    noise.save(tmp_path / "noise.json", {"data": "tests"})
    assert PoseNoise.load(tmp_path / "noise.json") == noise
