"""Res-TCN: temporal convolutions whose answers are summed along a path of identities."""

import math
from dataclasses import dataclass
from itertools import pairwise

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from gymlib.features.augmentation import vary
from gymlib.features.motion import FEATURES, describe
from gymlib.labels import CLASSES
from gymlib.models.recipe import Recipe

STRIDE = 2
"""Of the first unit of every block but the first (Kim and Reiter 2017, section 3)."""


@dataclass(frozen=True)
class ResTCNConfig:
    """Kim and Reiter (2017), section 3: blocks A, B and C of residual units."""

    filters: tuple[int, ...] = (32, 48, 64)  # of blocks A, B, C; theirs are 64, 128, 256
    units: int = 3  # residual units per block, as theirs
    duration: int = 8  # steps that a filter sees, as theirs
    dropout: float = 0.3  # of activations; 0.5 in the authors' code

    def __post_init__(self):
        sizes = (len(self.filters), *self.filters, self.units, self.duration)
        if min(sizes) < 1 or not 0 <= self.dropout < 1:
            raise ValueError(f"expected positive sizes and dropout in 0..1, found {self}")


class ResTCN(nn.Module):
    """Classifies every frame of a clip from the sum of what all its layers add.

    Adapted: the paper averages the last map over the clip and classifies the average. Its
    classifier is linear, so the clip's scores are the mean of scores of single steps; those are
    kept here, and interpolated from the steps, one in four frames, to the frames. Steps see 134
    frames, so the context of a whole clip stays. Batch normalisation, in the authors' code,
    becomes layer normalisation of each step: clips are seen one at a time and differ in length.
    """

    def __init__(self, config: ResTCNConfig):
        super().__init__()
        self.config = config
        first, last = config.filters[0], config.filters[-1]
        self.enter = _conv(FEATURES, first, config.duration)  # W_1: no activation before it
        widths = [first] + [width for width in config.filters for _ in range(config.units)]
        changes = range(config.units, len(config.filters) * config.units, config.units)
        self.units = nn.ModuleList(
            [
                _Unit(*sizes, STRIDE if k in changes else 1, config)
                for k, sizes in enumerate(pairwise(widths))
            ]
        )
        self.normalise = nn.LayerNorm(last)
        self.leave = nn.Linear(last, len(CLASSES))

    def forward(self, keypoints: Float[Tensor, "frames 33 2"]) -> Float[Tensor, "frames 4"]:
        scores = self.scores(describe(keypoints).T)
        return torch.log_softmax(_stretched(scores, self.pace, len(keypoints)).T, dim=-1)

    @property
    def pace(self) -> int:
        """Frames from one step of the last map to the next."""
        return math.prod(unit.stride for unit in self.units)

    def scores(self, x: Float[Tensor, "features frames"]) -> Float[Tensor, "4 steps"]:
        """The classifier on every step of the last map."""
        x = self.enter(_padded(x, self.config.duration))
        for unit in self.units:
            x = unit(x)
        return self.leave(torch.relu(self.normalise(x.T))).T


class _Unit(nn.Module):
    """X_l = X_(l-1) + W_l * max(0, X_(l-1)): an identity, and a convolution of the activated.

    Where the number of filters or steps changes, a pointwise convolution takes the place of the
    identity, as in the authors' code.
    """

    def __init__(self, inputs: int, filters: int, stride: int, config: ResTCNConfig):
        super().__init__()
        self.stride, self.duration = stride, config.duration
        self.normalise = nn.LayerNorm(inputs)
        self.conv = _conv(inputs, filters, config.duration, stride)
        self.dropout = nn.Dropout(config.dropout)
        same = inputs == filters and stride == 1
        self.identity = nn.Identity() if same else _conv(inputs, filters, 1, stride)

    def forward(self, x: Float[Tensor, "inputs steps"]) -> Float[Tensor, "filters fewer"]:
        active = self.dropout(torch.relu(self.normalise(x.T).T))
        return self.identity(x) + self.conv(_padded(active, self.duration))


def _conv(inputs: int, filters: int, duration: int, stride: int = 1) -> nn.Conv1d:
    """He et al.'s (2015) initial weights, as in the authors' code."""
    conv = nn.Conv1d(inputs, filters, duration, stride)
    nn.init.kaiming_normal_(conv.weight)
    nn.init.zeros_(conv.bias)
    return conv


def _padded(x: Float[Tensor, "channels steps"], duration: int) -> Float[Tensor, "channels more"]:
    """Zeros to either side that keep the length; of an odd number the last one is behind."""
    return functional.pad(x, ((duration - 1) // 2, duration // 2))


def _stretched(
    x: Float[Tensor, "channels steps"], pace: int, frames: int
) -> Float[Tensor, "channels {frames}"]:
    """Steps at frames 0, pace, 2 pace, ... interpolated to all; behind the last one it stays."""
    more = functional.pad(x, (0, 1), mode="replicate")  # (channels, steps + 1)
    size = pace * (more.shape[1] - 1) + 1
    fine = functional.interpolate(more[None], size=size, mode="linear", align_corners=True)
    return fine[0, :, :frames]


RECIPE = Recipe(
    name="res_tcn",
    title="Res-TCN",
    module=ResTCN,
    config=ResTCNConfig(),
    source="Kim and Reiter (2017), arXiv:1704.04516, section 3",
    clips=8,
    epochs=16,
    quick_epochs=4,
    optimiser="adamw",
    schedule="one cycle",
    augment=vary,
    space={"learning_rate": (0.001, 0.004)},
)
