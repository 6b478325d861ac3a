"""GCA-LSTM: joints and frames read along two axes, twice; the second time it knows what matters."""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence

from gymlib.features.augmentation import vary
from gymlib.features.joints import JOINTS, PARTS, joints
from gymlib.labels import CLASSES
from gymlib.models import padding
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
        return self.forward_clips([keypoints])[0]

    def forward_clips(
        self, clips: list[Float[Tensor, "_ 33 2"]]
    ) -> list[Float[Tensor, "*stages _ 4"]]:
        """Several clips in one pass."""
        read = [_steps(joints(clip)[:, CHAIN], self.config.frames) for clip in clips]
        steps = padding.lengths(read)  # how many each clip has
        first = self.first(pad_sequence(read, batch_first=True).permute(2, 0, 1, 3), steps)
        real = torch.arange(first.shape[2]) < steps[:, None]  # (clips, steps)
        # Of each clip over its joints and steps.
        memory = (first * real[..., None]).sum(dim=(0, 2)) / (len(first) * steps[:, None])
        found = [self._answer(first, memory)]
        for refine in self.refine:
            second = self.second(first, steps, self.informativeness(first, memory, real))
            memory = torch.relu(refine(torch.cat([self._last(second, steps), memory], dim=1)))
            found.append(self._answer(second, memory))
        answers = torch.stack(found, dim=1) if self.training else found[-1]
        return [answer[..., : len(clip), :] for answer, clip in zip(answers, clips)]

    def informativeness(
        self,
        states: Float[Tensor, "joints clips steps size"],
        memory: Float[Tensor, "clips size"],
        real: Bool[Tensor, "clips steps"],
    ) -> Float[Tensor, "joints clips steps 1"]:
        """Shares of 1, of the joints of a step or of all joints and steps (section III-B2)."""
        both = torch.cat([states, memory[:, None].expand_as(states)], dim=3)
        scores = self.score(torch.tanh(self.compare(both)))[..., 0]
        if self.config.attention == "clip":
            scores = scores.masked_fill(~real, -torch.inf).transpose(0, 1)
            scores = scores.flatten(1).softmax(1).view_as(scores).transpose(0, 1)
        else:
            scores = scores.softmax(0)
        return scores[..., None]

    def _last(
        self, states: Float[Tensor, "joints clips steps size"], steps: Int[Tensor, " clips"]
    ) -> Float[Tensor, "clips size"]:
        """The last joint's state at the last step, in each direction."""
        ahead, *back = states[-1].split(self.config.hidden, dim=2)  # (clips, steps, hidden) each
        last = ahead[torch.arange(len(steps)), steps - 1]
        return torch.cat([last, *(state[:, 0] for state in back)], dim=1)

    def _answer(self, states, memory) -> Float[Tensor, "clips frames 4"]:
        seen = torch.cat([states[-1], memory[:, None].expand_as(states[-1])], dim=2)
        answers = self.classify(self.dropout(seen))  # (clips, steps, frames of a step * 4)
        return torch.log_softmax(answers.flatten(1).unflatten(1, (-1, len(CLASSES))), dim=2)


def _steps(
    body: Float[Tensor, "frames joints 2"], length: int
) -> Float[Tensor, "steps joints coordinates"]:
    """Each joint's coordinates of ``length`` frames at a time, the last frame repeated."""
    missing = -len(body) % length
    body = torch.cat([body, body[-1:].expand(missing, -1, -1)])
    return body.unflatten(0, (-1, length)).transpose(1, 2).flatten(2)


class _STLSTM(nn.Module):
    """Spatio-temporal LSTM: a state for each joint and step (Liu et al. 2018, section III-A).

    It follows from the states of the joint before, S, and of the step before, T::

        i, fS, fT, o = sigmoid(W x + U h_S + V h_T),  u = tanh(W x + U h_S + V h_T)
        c = r * i * u + (1 - r) * (fS * c_S + fT * c_T),  h = o * tanh(c)

    all with biases; r is the informativeness (section III-B2), without it the layer is
    c = i * u + fS * c_S + fT * c_T.

    Joint j at step t and joint j - 1 at step t + 1 do not depend on each other: one diagonal of
    them after the other is computed, all joints of it and all clips at once. What lies before a
    joint's first step sees zeros only, so u, c and h are zero there, as they should be.
    """

    def __init__(self, inputs: int, config: GCALSTMConfig):
        super().__init__()
        size, self.directions = config.hidden, config.directions
        self.enter = nn.Linear(inputs, self.directions * 5 * size)  # u, i, fS, fT, o
        recurrent = torch.empty(self.directions, 2 * size, 5 * size)  # U and V below each other
        self.recurrent = nn.Parameter(nn.init.uniform_(recurrent, -(size**-0.5), size**-0.5))

    def forward(
        self,
        seen: Float[Tensor, "joints clips steps inputs"],
        lengths: Int[Tensor, " clips"],
        informative: Float[Tensor, "joints clips steps 1"] | None = None,
    ) -> Float[Tensor, "joints clips steps size"]:
        many, clips, steps, _ = seen.shape
        entered = self.enter(seen).unflatten(3, (self.directions, -1)).permute(3, 0, 1, 2, 4)
        diagonals = _diagonals(_turned(entered, lengths))
        shares = [None] * len(diagonals)
        if informative is not None:
            informative = informative.expand(self.directions, -1, -1, -1, -1)
            shares = _diagonals(_turned(informative, lengths))
        size = self.recurrent.shape[1] // 2
        h = c = entered.new_zeros(self.directions, many * clips, size)
        nothing, states = h[:, :clips], []  # nothing comes before the first joint
        for diagonal, r in zip(diagonals, shares):
            h_before, c_before = (torch.cat([nothing, x[:, :-clips]], dim=1) for x in (h, c))
            gates = torch.baddbmm(diagonal, torch.cat([h_before, h], dim=2), self.recurrent)
            u, opened = gates.split([size, 4 * size], dim=2)
            i, f_joint, f_step, o = opened.sigmoid().chunk(4, dim=2)
            new, kept = i * u.tanh(), f_joint * c_before + f_step * c
            c = new + kept if r is None else torch.lerp(kept, new, r)
            h = o * c.tanh()
            states.append(h)
        states = torch.stack(states, dim=2).unflatten(1, (many, clips)).transpose(2, 3)
        states = _straight(states.flatten(3), steps).unflatten(3, (clips, size)).transpose(2, 3)
        return _turned(states, lengths).permute(1, 2, 3, 0, 4).flatten(3)


def _diagonals(
    rows: Float[Tensor, "d joints clips steps n"],
) -> tuple[Float[Tensor, "d joints_clips n"], ...]:
    """What is computed at once, one after the other."""
    skewed = _skew(rows.transpose(2, 3).flatten(3)).unflatten(3, (rows.shape[2], -1))
    return skewed.transpose(2, 1).flatten(2, 3).unbind(1)


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


def _turned(
    rows: Float[Tensor, "d joints clips steps n"], lengths: Int[Tensor, " clips"]
) -> Float[Tensor, "d joints clips steps n"]:
    """The second direction, if there is one, from the last step to the first, or back again."""
    return torch.cat([rows[:1], padding.turned(rows[1:], lengths)])


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
)
