"""GCA-LSTM: its equations joint by joint and step by step, its attention, its memory, its size."""

import numpy as np
import pytest
import torch
from drawn import drawn

from gymlib import models
from gymlib.features.joints import BONES, JOINTS, joints
from gymlib.models import gca_lstm
from gymlib.models.gca_lstm import _STLSTM, CHAIN, GCALSTMConfig


def layer(inputs=3, **settings):
    torch.manual_seed(1)
    return _STLSTM(inputs, GCALSTMConfig(**settings))


def numbers(x):
    return x.detach().double().numpy()


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def by_hand(lstm, seen, informative=None, direction=0):
    """States (joints, steps, hidden), one joint and one step after the other."""
    size = lstm.recurrent.shape[1] // 2
    weight = numbers(lstm.enter.weight).reshape(lstm.directions, 5 * size, -1)[direction]
    bias = numbers(lstm.enter.bias).reshape(lstm.directions, -1)[direction]
    many, steps, _ = seen.shape
    h, c = np.zeros((2, many + 1, steps + 1, size))  # place 0 of each axis: before the first
    for j in range(1, many + 1):
        for t in range(1, steps + 1):
            before = np.concatenate([h[j - 1, t], h[j, t - 1]])
            gates = weight @ seen[j - 1, t - 1] + bias + before @ numbers(lstm.recurrent)[direction]
            u, i, f_joint, f_step, o = np.split(gates, 5)
            new = sigmoid(i) * np.tanh(u)
            kept = sigmoid(f_joint) * c[j - 1, t] + sigmoid(f_step) * c[j, t - 1]
            r = None if informative is None else informative[j - 1, t - 1]
            c[j, t] = new + kept if r is None else r * new + (1 - r) * kept
            h[j, t] = sigmoid(o) * np.tanh(c[j, t])
    return h[1:, 1:]


@pytest.mark.parametrize("steps", [1, 4, 11])
@pytest.mark.parametrize("attended", [False, True])
def test_spatio_temporal_lstm_in_both_directions(steps, attended):
    lstm, seen = layer(hidden=3), drawn(5, steps, 3)
    shares = torch.rand(5, steps, 1, generator=torch.Generator().manual_seed(2))
    shares_of_one = shares[:, None] if attended else None
    found = numbers(lstm(seen[:, None], torch.tensor([steps]), shares_of_one)[:, 0])
    rows, r = numbers(seen), numbers(shares) if attended else None
    ahead = by_hand(lstm, rows, r)
    back = by_hand(lstm, rows[:, ::-1], None if r is None else r[:, ::-1], direction=1)
    np.testing.assert_allclose(found[..., :3], ahead, atol=1e-5)
    np.testing.assert_allclose(found[..., 3:], back[:, ::-1], atol=1e-5)


@pytest.mark.slow
def test_the_whole_network_by_hand():
    """One direction, one frame a step, attention over the clip: the paper's settings."""
    settings = {"hidden": 4, "directions": 1, "frames": 1, "attention": "clip", "iterations": 2}
    model, body = models.recipe("gca_lstm").build(3, **settings).eval(), drawn(6, 33, 2)

    def linear(module, x):
        return numbers(module.weight) @ x + numbers(module.bias)

    seen = numbers(joints(body))[:, CHAIN].transpose(1, 0, 2)
    first = by_hand(model.first, seen)
    memory = first.mean((0, 1))
    for refine in model.refine:
        scores = np.zeros((17, 6, 1))
        for j in range(17):
            for t in range(6):
                both = np.concatenate([first[j, t], memory])
                scores[j, t] = linear(model.score, np.tanh(linear(model.compare, both)))
        second = by_hand(model.second, first, np.exp(scores) / np.exp(scores).sum())
        memory = np.maximum(linear(refine, np.concatenate([second[-1, -1], memory])), 0)
    for t in range(6):
        answer = np.exp(linear(model.classify, np.concatenate([second[-1, t], memory])))
        with torch.no_grad():
            found = model(body)[t].exp().numpy()
        np.testing.assert_allclose(found, answer / answer.sum(), atol=1e-5)


def test_a_state_sees_joints_and_steps_before_it():
    lstm, seen = layer(hidden=3, directions=1), drawn(6, 7, 3).requires_grad_()
    (slope,) = torch.autograd.grad(lstm(seen[:, None], torch.tensor([7]))[3, 0, 4].sum(), seen)
    expected = torch.zeros(6, 7, dtype=torch.bool)
    expected[:4, :5] = True
    assert torch.equal(slope.abs().sum(2) > 0, expected)


def test_diagonals_and_back():
    rows = drawn(2, 4, 6, 3)
    diagonals = gca_lstm._skew(rows)
    assert diagonals.shape == (2, 4, 6 + 4 - 1, 3)
    for j in range(4):
        torch.testing.assert_close(diagonals[:, j, j : j + 6], rows[:, j])
    torch.testing.assert_close(gca_lstm._straight(diagonals, 6), rows)


def test_limbs_are_read_outwards():
    assert sorted(CHAIN) == list(range(17))
    place = {joint: k for k, joint in enumerate(CHAIN)}
    assert all(place[above] < place[below] for above, below in BONES)
    assert JOINTS[CHAIN[-1]] == "right_foot"


def test_informativeness_is_shared_out():
    """In a clip of five steps, and in one of three beside it."""
    states, memory = drawn(17, 2, 5, 48), drawn(2, 48, seed=1)
    real = torch.tensor([[True] * 5, [True] * 3 + [False] * 2])
    for attention in ("step", "clip"):
        model = models.recipe("gca_lstm").build(0, attention=attention)
        shares = model.informativeness(states, memory, real)[..., 0]
        assert (shares[:, real] > 0).all()
        found = shares.sum(0) if attention == "step" else shares.sum((0, 2))
        torch.testing.assert_close(found, torch.ones_like(found))


@pytest.mark.slow
def test_every_memory_is_judged_in_training_and_the_last_one_answers():
    model = models.recipe("gca_lstm").build(0, dropout=0.0)
    with torch.no_grad():
        judged, answer = model.train()(drawn(9, 33, 2)), model.eval()(drawn(9, 33, 2))
    assert judged.shape == (3, 9, 4)
    torch.testing.assert_close(judged[-1], answer)
    labels = torch.arange(9) % 4
    expected = -np.mean([float(stage[t, labels[t]]) for stage in judged for t in range(9)])
    assert float(gca_lstm.loss(judged, labels)) == pytest.approx(expected)


@pytest.mark.parametrize(
    "settings",
    [{}, {"hidden": 128, "directions": 1, "frames": 1, "attention": "clip"}],
    ids=["default", "as published"],
)
def test_sizes_on_paper(settings):
    """Five gates see input and two states; W_e1, W_e2 are shared, each iteration has its W_F."""
    c = GCALSTMConfig(**settings)
    h, d = c.hidden, c.directions * c.hidden

    def st_lstm(inputs):
        return c.directions * 5 * h * (inputs + 2 * h + 1)

    attention, memory = (2 * d * d + d) + (d + 1), c.iterations * (2 * d * d + d)
    classifier = (2 * d + 1) * 4 * c.frames
    expected = st_lstm(2 * c.frames) + st_lstm(d) + attention + memory + classifier
    assert models.parameters(models.recipe("gca_lstm").build(0, **settings)) == expected


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"frames": 0}, "expected positive sizes and dropout in 0..1, found"),
        ({"dropout": -0.1}, "expected positive sizes and dropout in 0..1, found"),
        ({"directions": 3}, "directions must be 1 or 2, found 3"),
        ({"attention": "joint"}, "attention must be step or clip, found 'joint'"),
    ],
)
def test_settings_that_cannot_be(changes, message):
    with pytest.raises(ValueError, match=message):
        GCALSTMConfig(**changes)
