"""GCA-LSTM: joints and frames read along two axes, twice; the second time it knows what matters."""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional

from gymlib.features.augmentation import vary
from gymlib.features.joints import JOINTS, PARTS, joints
from gymlib.labels import CLASSES
from gymlib.models.recipe import Recipe

CHAIN = [JOINTS.index(joint) for part in PARTS.values() for joint in part]
"""The order in which joints are read: trunk, arms, legs, each outwards from the body."""


@dataclass(frozen=True)
class GCALSTMConfig:
    """Liu et al. (2018), section III: two layers of ST-LSTM and a global context memory."""

    hidden: int = 24  # per direction; the paper has 128
    iterations: int = 2  # attention iterations, as in the paper
    # Frames that one step in time reads and answers. The paper picks 20 frames of a clip; here half
    # of the clips have fewer than 78 frames, which are 13 steps of 6, a fifth of a second each.
    frames: int = 6
    directions: int = 2  # 1 is the paper's; 2 also reads the clip backwards
    # What informativeness is shared out over: joints of the whole "clip" in the paper, or of each
    # "step". See :class:`GCALSTM`.
    attention: str = "step"
    dropout: float = 0.2  # of what the classifier sees

    def __post_init__(self):
        counts = (self.hidden, self.iterations, self.frames)
        if min(counts) < 1 or not 0 <= self.dropout < 1:
            raise ValueError(f"expected positive sizes and dropout in 0..1, found {self}")
        if self.directions not in (1, 2):
            raise ValueError(f"directions must be 1 or 2, found {self.directions}")
        if self.attention not in ("step", "clip"):
            raise ValueError(f"attention must be step or clip, found {self.attention!r}")


class GCALSTM(nn.Module):
    """Classifies every frame of a clip; a memory of the whole clip says which joints matter.

    The first layer reads all joints and steps; the mean of its states is the first memory. In
    each iteration the memory tells how informative each joint is at each step, the second layer
    reads the first one's states again, more of the informative ones, and its last state refines
    the memory (Liu et al. 2018, section III-B). The second layer and the informativeness have the
    same weights in all iterations.

    Adapted: the paper's classifier sees the memory alone, because a clip has one label. Here it
    sees the memory and the second layer's state at the last joint of each step, and answers for
    the frames of that step. Informativeness adds up to 1 over the joints of a step, not of the
    clip: every frame has to be answered, not only those that give the clip away, and the answer
    must not depend on how long a clip is. The clip is also read backwards, with weights of its
    own, so that a frame is seen with what follows it. The paper trains the answers of the first
    memory first, then those of each iteration; here all are judged at once (see :func:`loss`).
    """

    def __init__(self, config: GCALSTMConfig):
        super().__init__()
        self.config = config
        size = config.directions * config.hidden
        self.first = _STLSTM(2 * config.frames, config)
        self.second = _STLSTM(size, config)
        self.compare = nn.Linear(2 * size, size)  # W_e2
        self.score = nn.Linear(size, 1)  # W_e1
        self.refine = nn.ModuleList([nn.Linear(2 * size, size) for _ in range(config.iterations)])
        self.dropout = nn.Dropout(config.dropout)
        self.classify = nn.Linear(2 * size, config.frames * len(CLASSES))

    def forward(self, keypoints: Float[Tensor, "frames 33 2"]) -> Float[Tensor, "*stages frames 4"]:
        count = len(keypoints)
        first = self.first(_steps(joints(keypoints)[:, CHAIN], self.config.frames))
        memory = first.mean(dim=(0, 1))  # over joints and steps
        found = [self._answer(first, memory, count)]
        for refine in self.refine:
            second = self.second(first, self.informativeness(first, memory))
            last = self._last(second)
            memory = torch.relu(refine(torch.cat([last, memory])))
            found.append(self._answer(second, memory, count))
        return torch.stack(found) if self.training else found[-1]

    def informativeness(
        self, states: Float[Tensor, "joints steps size"], memory: Float[Tensor, " size"]
    ) -> Float[Tensor, "joints steps 1"]:
        """Shares of 1, of the joints of a step or of all joints and steps (section III-B2)."""
        both = torch.cat([states, memory.expand_as(states)], dim=2)
        scores = self.score(torch.tanh(self.compare(both)))
        if self.config.attention == "clip":
            return scores.flatten().softmax(0).view_as(scores)
        return scores.softmax(0)

    def _last(self, states: Float[Tensor, "joints steps size"]) -> Float[Tensor, " size"]:
        """The last joint's state at the last step, in each direction."""
        ahead, *back = states[-1].split(self.config.hidden, dim=1)  # (steps, hidden) each
        return torch.cat([ahead[-1], *(state[0] for state in back)])

    def _answer(self, states, memory, count: int) -> Float[Tensor, "frames 4"]:
        seen = torch.cat([states[-1], memory.expand_as(states[-1])], dim=1)  # (steps, 2 * size)
        answers = self.classify(self.dropout(seen))  # (steps, frames of a step * 4)
        return torch.log_softmax(answers.reshape(-1, len(CLASSES))[:count], dim=1)


def _steps(
    body: Float[Tensor, "frames joints 2"], length: int
) -> Float[Tensor, "joints steps coordinates"]:
    """Each joint's coordinates of ``length`` frames at a time, the last frame repeated."""
    missing = -len(body) % length
    body = torch.cat([body, body[-1:].expand(missing, -1, -1)])
    return body.unflatten(0, (-1, length)).permute(2, 0, 1, 3).flatten(2)


class _STLSTM(nn.Module):
    """Spatio-temporal LSTM: a state for each joint and step (Liu et al. 2018, section III-A).

    It follows from the states of the joint before, S, and of the step before, T::

        i, fS, fT, o = sigmoid(W x + U h_S + V h_T),  u = tanh(W x + U h_S + V h_T)
        c = r * i * u + (1 - r) * (fS * c_S + fT * c_T),  h = o * tanh(c)

    all with biases; r is the informativeness (section III-B2), without it the layer is
    c = i * u + fS * c_S + fT * c_T.

    Joint j at step t and joint j - 1 at step t + 1 do not depend on each other: one diagonal of
    them after the other is computed, all joints of it at once. What lies before a joint's first
    step sees zeros only, so u, c and h are zero there, as they should be.
    """

    def __init__(self, inputs: int, config: GCALSTMConfig):
        super().__init__()
        size, self.directions = config.hidden, config.directions
        self.enter = nn.Linear(inputs, self.directions * 5 * size)  # u, i, fS, fT, o
        recurrent = torch.empty(self.directions, 2 * size, 5 * size)  # U and V below each other
        self.recurrent = nn.Parameter(nn.init.uniform_(recurrent, -(size**-0.5), size**-0.5))

    def forward(
        self,
        seen: Float[Tensor, "joints steps inputs"],
        informative: Float[Tensor, "joints steps 1"] | None = None,
    ) -> Float[Tensor, "joints steps size"]:
        many, steps, _ = seen.shape
        entered = self.enter(seen).unflatten(2, (self.directions, -1)).permute(2, 0, 1, 3)
        diagonals = _skew(_turned(entered)).unbind(2)  # (directions, joints, 5 * size) each
        shares = [None] * len(diagonals)
        if informative is not None:
            shares = _skew(_turned(informative.expand(self.directions, -1, -1, -1))).unbind(2)
        size = self.recurrent.shape[1] // 2
        h = c = entered.new_zeros(self.directions, many, size)
        nothing, states = h[:, :1], []  # nothing comes before the first joint
        for diagonal, r in zip(diagonals, shares):
            h_before, c_before = (torch.cat([nothing, x[:, :-1]], dim=1) for x in (h, c))
            gates = torch.baddbmm(diagonal, torch.cat([h_before, h], dim=2), self.recurrent)
            u, opened = gates.split([size, 4 * size], dim=2)
            i, f_joint, f_step, o = opened.sigmoid().chunk(4, dim=2)
            new, kept = i * u.tanh(), f_joint * c_before + f_step * c
            c = new + kept if r is None else torch.lerp(kept, new, r)
            h = o * c.tanh()
            states.append(h)
        states = _turned(_straight(torch.stack(states, dim=2), steps))
        return states.permute(1, 2, 0, 3).flatten(2)


def _skew(rows: Float[Tensor, "d joints steps n"]) -> Float[Tensor, "d joints diagonals n"]:
    """Joint j moved j places to the right: columns are diagonals, steps + joints - 1 of them."""
    d, many, steps, n = rows.shape
    wide = functional.pad(rows, (0, 0, 0, many)).flatten(1, 2)  # rows of steps + joints places
    return wide[:, :-many].reshape(d, many, steps + many - 1, n)


def _straight(
    rows: Float[Tensor, "d joints diagonals n"], steps: int
) -> Float[Tensor, "d joints steps n"]:
    """The inverse of :func:`_skew`."""
    d, many, _, n = rows.shape
    wide = functional.pad(rows.flatten(1, 2), (0, 0, 0, many))
    return wide.reshape(d, many, steps + many, n)[:, :, :steps]


def _turned(rows: Float[Tensor, "d joints steps n"]) -> Float[Tensor, "d joints steps n"]:
    """The second direction, if there is one, from the last step to the first, or back again."""
    return torch.cat([rows[:1], rows[1:].flip(2)])


def loss(found: Float[Tensor, "*stages frames 4"], labels: Int[Tensor, " frames"]) -> Tensor:
    """Mean negative log-likelihood, of the answers of every memory alike."""
    stages = found.reshape(-1, *found.shape[-2:])
    return torch.stack([functional.nll_loss(stage, labels) for stage in stages]).mean()


RECIPE = Recipe(
    name="gca_lstm",
    title="GCA-LSTM",
    module=GCALSTM,
    config=GCALSTMConfig(),
    source="Liu et al. (2018), arXiv:1707.05740, section III",
    clips=4,
    epochs=16,
    quick_epochs=4,
    optimiser="adamw",
    schedule="one cycle",
    loss=loss,
    augment=vary,
    space={"learning_rate": (0.005, 0.015)},
    colour="#E6AB02",
)
