"""dRNN: an LSTM whose gates see how fast its memory changes."""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

from gymlib.features.augmentation import vary
from gymlib.features.motion import FEATURES, describe
from gymlib.labels import CLASSES
from gymlib.models import padding
from gymlib.models.recipe import Recipe


@dataclass(frozen=True)
class DifferentialRNNConfig:
    """Veeriah et al. (2015): one layer of differential LSTM, one hidden layer on top."""

    order: int = 2  # highest derivative of the state that gates see; the paper tries 1 and 2
    hidden: int = 48  # memory cells per direction
    directions: int = 2  # 1 is the paper's; 2 also reads the clip backwards
    dropout: float = 0.2  # of what is seen and of the memory's output

    def __post_init__(self):
        if self.order < 0 or self.hidden < 1 or not 0 <= self.dropout < 1:
            raise ValueError(f"expected order >= 0, hidden >= 1 and dropout in 0..1, found {self}")
        if self.directions not in (1, 2):
            raise ValueError(f"directions must be 1 or 2, found {self.directions}")


class DifferentialRNN(nn.Module):
    """Classifies every frame of a clip with a differential LSTM and a perceptron on top.

    Adapted: the paper answers once, after the last frame; here every frame is answered, so the
    clip is also read backwards, with weights of its own. Where the paper describes a skeleton by
    positions, angles and velocities, this takes those of :mod:`gymlib.features.motion`.
    """

    def __init__(self, config: DifferentialRNNConfig):
        super().__init__()
        self.config = config
        self.recurrent = _DifferentialLSTM(FEATURES, config)
        self.hidden = nn.Linear(config.directions * config.hidden, config.hidden)
        self.last = nn.Linear(config.hidden, len(CLASSES))
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, keypoints: Float[Tensor, "frames 33 2"]) -> Float[Tensor, "frames 4"]:
        return self.forward_clips([keypoints])[0]

    def forward_clips(self, clips: list[Float[Tensor, "_ 33 2"]]) -> list[Float[Tensor, "_ 4"]]:
        """Several clips in one pass."""
        seen = pad_sequence([describe(keypoints) for keypoints in clips], batch_first=True)
        states = self.dropout(self.recurrent(self.dropout(seen), padding.lengths(clips)))
        answers = torch.log_softmax(self.last(torch.tanh(self.hidden(states))), dim=-1)
        return [answer[: len(clip)] for answer, clip in zip(answers, clips)]


class _DifferentialLSTM(nn.Module):
    """Reads a clip in one or two directions, each with weights of its own.

    With s the memory, D its derivatives of order 0 to ``order``, h the output::

        i, f = sigmoid(W x_t + U h_{t-1} + V D_{t-1})     input and forget gate
        s_t  = f * s_{t-1} + i * tanh(W x_t + U h_{t-1})
        o    = sigmoid(W x_t + U h_{t-1} + V D_t)         output gate: sees the new memory
        h_t  = o * tanh(s_t)

    all with biases. Of order 0 it is an LSTM with full peephole connections.
    """

    def __init__(self, inputs: int, config: DifferentialRNNConfig):
        super().__init__()
        size, orders, both = config.hidden, config.order + 1, config.directions
        self.enter = nn.Linear(inputs, both * 4 * size)  # W of i, f, o, candidate; per direction
        self.past = _weights(both, size, 4 * size)  # U of the same
        self.gated = _weights(both, orders * size, 3 * size)  # V of i, f, o
        self.size, self.orders, self.directions = size, orders, both

    def forward(
        self, seen: Float[Tensor, "clips frames inputs"], lengths: Int[Tensor, " clips"]
    ) -> Float[Tensor, "clips frames directions_hidden"]:
        size = self.size
        entered = self.enter(seen).unflatten(2, (self.directions, -1)).permute(2, 0, 1, 3)
        entered = _turned(entered, lengths)  # (directions, clips, frames, 4 * hidden)
        output = entered.new_zeros(self.directions, len(seen), size)
        derivatives, outputs = [output] * self.orders, []
        opened = output.repeat(1, 1, 2)  # what the derivatives add to i and f of the next frame
        for step in entered.unbind(2):
            step = torch.baddbmm(step, output, self.past)
            both, o, candidate = step.split([2 * size, size, size], dim=2)
            i, f = (both + opened).sigmoid().chunk(2, dim=2)
            memory = f * derivatives[0] + i * candidate.tanh()
            derivatives = _differentiate(memory, derivatives)
            gates = torch.bmm(torch.cat(derivatives, dim=2), self.gated)
            opened, seen_by_o = gates.split([2 * size, size], dim=2)
            output = (o + seen_by_o).sigmoid() * memory.tanh()
            outputs.append(output)
        outputs = _turned(torch.stack(outputs, dim=2), lengths)
        return outputs.permute(1, 2, 0, 3).flatten(2)


def _differentiate(memory: Tensor, before: list[Tensor]) -> list[Tensor]:
    """Backward differences: s_t, s_t - s_{t-1}, s_t - 2 s_{t-1} + s_{t-2} and so on.

    Each is the change of the one before it, with one frame as the unit of time.
    """
    found = [memory]
    for lower in before[:-1]:
        found.append(found[-1] - lower)
    return found


def _turned(
    rows: Float[Tensor, "directions clips frames n"], lengths: Int[Tensor, " clips"]
) -> Float[Tensor, "directions clips frames n"]:
    """The second direction, if there is one, from the last frame to the first, or back again."""
    return torch.cat([rows[:1], padding.turned(rows[1:], lengths)])


def _weights(directions: int, inputs: int, outputs: int) -> nn.Parameter:
    """Drawn like torch's linear layers: uniform within one over the root of the inputs."""
    empty = torch.empty(directions, inputs, outputs)
    return nn.Parameter(nn.init.uniform_(empty, -(inputs**-0.5), inputs**-0.5))


RECIPE = Recipe(
    name="differential_rnn",
    title="dRNN",
    module=DifferentialRNN,
    config=DifferentialRNNConfig(),
    source="Veeriah et al. (2015), arXiv:1504.06678",
    clips=4,
    epochs=20,
    quick_epochs=4,
    optimiser="adamw",
    schedule="one cycle",
    augment=vary,
    space={"learning_rate": (0.002, 0.004)},
)
