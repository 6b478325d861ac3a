"""HBRNN-L: five parts of the body, each read by a network of its own, joined layer by layer."""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence

from gymlib.features.augmentation import vary
from gymlib.features.joints import JOINTS, PARTS, joints
from gymlib.labels import CLASSES
from gymlib.models import padding
from gymlib.models.recipe import Recipe

TRUNK, LIMBS = "trunk", ("left arm", "right arm", "left leg", "right leg")
SMOOTHING = (-3 / 35, 12 / 35, 17 / 35, 12 / 35, -3 / 35)
"""Savitzky-Golay filter of five frames, as in Du et al. (2015), section 4.2."""


@dataclass(frozen=True)
class HierarchicalRNNConfig:
    """Du et al. (2015), section 3.2: four recurrent layers, bl1 to bl4, and a softmax."""

    # Neurons per direction of each subnet in bl1 (5 parts), bl2 (4 limbs with trunk), bl3 (upper
    # and lower body) and bl4 (whole body). Few subnets see much, so they get more.
    hidden: tuple[int, ...] = (16, 24, 32, 32)

    def __post_init__(self):
        if len(self.hidden) != 4 or min(self.hidden) < 1:
            raise ValueError(f"hidden must be four positive numbers, found {self.hidden}")


class HierarchicalRNN(nn.Module):
    """Classifies every frame of a clip with the whole clip in view, part by part of the body.

    Du et al. (2015), figure 1: parts (bl1); each limb with the trunk (fl1, bl2); arms to the upper
    body, legs to the lower body (fl2, bl3); both to the whole body (fl3, bl4). Bidirectional tanh
    units below, LSTM at the top, which they call HBRNN-L.

    Adapted: the paper adds up the last layer's output over the clip before the softmax (section
    3.2), because a clip has one label; here each frame has one, so each has its own softmax. The
    pelvis, in the paper the origin, tells where the body is about its place in the last and next
    half second: without it nobody could see a leap. The paper's noise on inputs against
    overfitting (section 4.2) is part of what varies the clips.
    """

    def __init__(self, config: HierarchicalRNNConfig):
        super().__init__()
        self.config = config
        parts, limbs, halves, whole = config.hidden
        self.bl1 = _Subnets([2 * len(PARTS[part]) for part in (TRUNK, *LIMBS)], parts)
        self.bl2 = _Subnets([2 * 2 * parts] * 4, limbs)  # a limb and the trunk, two directions
        self.bl3 = _Subnets([2 * 2 * limbs] * 2, halves)
        self.bl4 = nn.LSTM(2 * 2 * halves, whole, bidirectional=True)
        self.fc = nn.Linear(2 * whole, len(CLASSES))

    def forward(self, keypoints: Float[Tensor, "frames 33 2"]) -> Float[Tensor, "frames 4"]:
        return self.forward_clips([keypoints])[0]

    def forward_clips(self, clips: list[Float[Tensor, "_ 33 2"]]) -> list[Float[Tensor, "_ 4"]]:
        """Several clips in one pass."""
        frames = padding.lengths(clips)
        body = pad_sequence([smooth(joints(clip)) for clip in clips], batch_first=True)
        trunk, *limbs = self.bl1([_part(body, name) for name in (TRUNK, *LIMBS)], frames)
        limbs = self.bl2([torch.cat([limb, trunk], dim=2) for limb in limbs], frames)
        halves = self.bl3([torch.cat([*pair], dim=2) for pair in (limbs[:2], limbs[2:])], frames)
        # One by one: torch's LSTM reads packed clips ten times as slowly.
        whole = [own[: len(clip)] for own, clip in zip(torch.cat([*halves], dim=2), clips)]
        return [torch.log_softmax(self.fc(self.bl4(own)[0]), dim=-1) for own in whole]


def smooth(body: Float[Tensor, "frames 17 2"]) -> Float[Tensor, "frames 17 2"]:
    """Each coordinate through the filter :data:`SMOOTHING`, the ends repeated."""
    rows = functional.pad(body.flatten(1).T[:, None], (2, 2), mode="replicate")  # (34, 1, ...)
    kernel = body.new_tensor(SMOOTHING)[None, None]
    return functional.conv1d(rows, kernel)[:, 0].T.unflatten(1, (-1, 2))  # (frames, 17, 2)


def _part(
    body: Float[Tensor, "clips frames 17 2"], name: str
) -> Float[Tensor, "clips frames coordinates"]:
    return body[:, :, [JOINTS.index(joint) for joint in PARTS[name]]].flatten(2)


class _Subnets(nn.Module):
    """Bidirectional tanh networks side by side (Du et al. 2015, section 3.1).

    They share no weights; one loop over the frames serves all of them, both directions, all clips.
    """

    def __init__(self, inputs: list[int], hidden: int):
        super().__init__()
        self.enter = nn.ModuleList([nn.Linear(size, 2 * hidden) for size in inputs])
        # Orthogonal, so that what tanh units carry from frame to frame does not fade at once.
        recurrent = [
            nn.init.orthogonal_(torch.empty(hidden, hidden)) for _ in range(2 * len(inputs))
        ]
        self.recurrent = nn.Parameter(torch.stack(recurrent))

    def forward(
        self, seen: list[Float[Tensor, "clips frames _"]], lengths: Int[Tensor, " clips"]
    ) -> Float[Tensor, "subnets clips frames _"]:
        entered = torch.stack([enter(x) for enter, x in zip(self.enter, seen)])
        ahead, back = entered.chunk(2, dim=3)  # (subnets, clips, frames, hidden) each
        steps = torch.cat([ahead, padding.turned(back, lengths)])
        state, states = torch.zeros_like(steps[:, :, 0]), []
        for step in steps.unbind(2):
            state = torch.tanh(torch.baddbmm(step, state, self.recurrent))
            states.append(state)
        ahead, back = torch.stack(states, dim=2).chunk(2)
        return torch.cat([ahead, padding.turned(back, lengths)], dim=3)


RECIPE = Recipe(
    name="hierarchical_rnn",
    title="HBRNN-L",
    module=HierarchicalRNN,
    config=HierarchicalRNNConfig(),
    source="Du et al. (2015), Hierarchical Recurrent Neural Network, section 3.2",
    clips=4,
    epochs=30,
    quick_epochs=6,
    optimiser="adamw",
    schedule="one cycle",
    augment=vary,
    space={"learning_rate": (0.002, 0.01)},
)
