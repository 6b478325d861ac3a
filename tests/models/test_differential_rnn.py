"""dRNN: its equations in NumPy, the LSTM it becomes, derivatives solved on paper, its size."""

import numpy as np
import pytest
import torch
from drawn import drawn
from torch import nn

from gymlib import models
from gymlib.features.motion import FEATURES
from gymlib.models.differential_rnn import DifferentialRNNConfig, _DifferentialLSTM, _differentiate


def recurrent(inputs=3, **settings):
    torch.manual_seed(1)
    return _DifferentialLSTM(inputs, DifferentialRNNConfig(**settings))


def read(layer, rows):
    """Of one clip alone."""
    return layer(rows[None], torch.tensor([len(rows)]))[0]


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def by_hand(layer, rows, direction, order):
    """The equations frame by frame, with the memories of the last frames and binomial weights."""
    size = layer.size
    entered = layer.enter.weight.detach().numpy(), layer.enter.bias.detach().numpy()
    w, b = (x.reshape(layer.directions, 4 * size, -1)[direction] for x in entered)
    u, v = (x[direction].detach().numpy() for x in (layer.past, layer.gated))
    h, memories, outputs = np.zeros(size), [np.zeros(size)] * 4, []
    binomial = {0: [1], 1: [1, -1], 2: [1, -2, 1]}

    def derivatives():  # of the newest memory, which stands last
        return np.concatenate(
            [sum(k * memories[-1 - n] for n, k in enumerate(binomial[o])) for o in range(order + 1)]
        )

    for x in rows:
        i, f, o, g = np.split(w @ x + b[:, 0] + h @ u, 4)
        more_i, more_f, _ = np.split(derivatives() @ v, 3)
        new = sigmoid(f + more_f) * memories[-1] + sigmoid(i + more_i) * np.tanh(g)
        memories.append(new)
        h = sigmoid(o + np.split(derivatives() @ v, 3)[2]) * np.tanh(new)
        outputs.append(h)
    return np.array(outputs)


@pytest.mark.parametrize("order", [0, 1, 2])
def test_its_equations_in_both_directions(order):
    layer, rows = recurrent(order=order, hidden=4), drawn(9, 3)
    found = read(layer, rows).detach().numpy()
    ahead = by_hand(layer, rows.numpy(), 0, order)
    back = by_hand(layer, rows.numpy()[::-1], 1, order)[::-1]
    np.testing.assert_allclose(found, np.concatenate([ahead, back], axis=1), atol=1e-5)


def test_gates_that_do_not_see_the_memory_make_it_an_lstm():
    layer, rows, size = recurrent(order=2, hidden=5), drawn(12, 3), 5
    lstm = nn.LSTM(3, size, bidirectional=True)
    with torch.no_grad():
        layer.gated.zero_()
        order = [0, 1, 3, 2]  # torch's gates are i, f, candidate, o

        def sorted_gates(x):
            return torch.cat([x.split(size)[k] for k in order])

        for k, suffix in enumerate(("", "_reverse")):
            mine = slice(k * 4 * size, (k + 1) * 4 * size)
            getattr(lstm, f"weight_ih_l0{suffix}").copy_(sorted_gates(layer.enter.weight[mine]))
            getattr(lstm, f"bias_ih_l0{suffix}").copy_(sorted_gates(layer.enter.bias[mine]))
            getattr(lstm, f"weight_hh_l0{suffix}").copy_(sorted_gates(layer.past[k].T))
            getattr(lstm, f"bias_hh_l0{suffix}").zero_()
        torch.testing.assert_close(read(layer, rows), lstm(rows)[0], atol=1e-5, rtol=1e-5)


def test_derivatives_of_a_square_on_paper():
    """Of t^2: 2 t - 1, then 2, then 0, once there are enough frames behind."""
    derivatives = [torch.zeros(1)] * 4
    for t in range(1, 6):
        derivatives = _differentiate(torch.tensor([float(t * t)]), derivatives)
    assert [float(d) for d in derivatives] == [25, 9, 2, 0]


@pytest.mark.parametrize(
    "settings", [{}, {"order": 1, "directions": 1, "hidden": 300}], ids=["default", "large"]
)
def test_size_on_paper(settings):
    """Four gates see input and output, three of them each derivative too; two layers on top."""
    c = DifferentialRNNConfig(**settings)
    h = c.hidden
    direction = 4 * (FEATURES * h + h + h * h) + 3 * (c.order + 1) * h * h
    top = c.directions * h * h + h + 4 * h + 4
    model = models.recipe("differential_rnn").build(0, **settings)
    assert models.parameters(model) == c.directions * direction + top


def test_a_frame_sees_those_after_it_in_two_directions_only():
    rows = drawn(10, 3).requires_grad_()
    for directions, reach in ((1, 5), (2, 9)):
        layer = recurrent(hidden=4, directions=directions)
        (slope,) = torch.autograd.grad(read(layer, rows)[5].sum(), rows)
        assert int(slope.abs().sum(1).nonzero().max()) == reach


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"order": -1}, "expected order >= 0, hidden >= 1 and dropout in 0..1, found"),
        ({"hidden": 0}, "expected order >= 0, hidden >= 1 and dropout in 0..1, found"),
        ({"dropout": 1.0}, "expected order >= 0, hidden >= 1 and dropout in 0..1, found"),
        ({"directions": 0}, "directions must be 1 or 2, found 0"),
    ],
)
def test_settings_that_cannot_be(changes, message):
    with pytest.raises(ValueError, match=message):
        DifferentialRNNConfig(**changes)
